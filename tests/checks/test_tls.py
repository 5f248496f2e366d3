"""`check tls` against openssl s_server, GnuTLS, and servers that misbehave."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.checks.support import HOST, Check, towards
from tests.servers import tls
from tests.servers.pki import Authorities, Issued, authority
from tests.servers.tls import fault_server, openssl_server

needs_openssl = pytest.mark.needs("openssl")


@contextmanager
def partner(pki: Authorities, leaf: Issued, *options: str, chain: bytes | None = None) -> Iterator[list[str]]:
    """A partner's server; yields the words that lead `check tls` to it."""
    chain = pki.intermediate.pem if chain is None else chain
    with openssl_server(pki.folder, leaf.pem, leaf.key_pem, chain, *options) as port:
        yield towards(port, pki.trust)


@needs_openssl
@pytest.mark.parametrize("version", ["-tls1_3", "-tls1_2"])
def test_the_chain_is_shown_though_a_client_certificate_is_demanded(
    check: Check, pki: Authorities, version: str
) -> None:
    leaf, ca = pki.leaf(), str(pki.trust)
    with partner(pki, leaf, version, "-Verify", "3", "-verify_return_error", "-CAfile", ca) as words:
        checked = check("tls", *words)
    assert (checked.status, checked.faults) == (0, {})
    assert [link["subject"] for link in checked.document["chain"]] == ["CN=sip.partner.example", "CN=Test Issuing"]
    requested = checked.finding("tls-client-cert-requested")
    assert requested["severity"] == "info"
    assert requested["observed"]["accepts"] == ["CN=Test Root"]
    assert checked.codes["cert-ok"] == "pass"


@needs_openssl
def test_a_wrong_cn_is_told_beside_a_demanded_certificate(check: Check, pki: Authorities) -> None:
    leaf = pki.leaf(cns=("edge.partner.example",), san=("edge.partner.example", HOST))
    with partner(pki, leaf, "-Verify", "3", "-CAfile", str(pki.trust)) as words:
        by_host = check("tls", *words)
        by_name = check("tls", *words, "--name", "edge.partner.example")
    assert by_host.faults == {"cert-name-mismatch": "fail"}
    assert by_host.finding("cert-name-mismatch")["observed"]["cn"] == "edge.partner.example"
    assert by_host.finding("cert-name-mismatch")["expected"] == {"cn": HOST}
    assert by_name.faults == {}


@needs_openssl
@pytest.mark.parametrize("version", ["-tls1_3", "-tls1_2"])
def test_our_own_certificate_is_tried(check: Check, pki: Authorities, version: str) -> None:
    ours, stranger = pki.leaf(cns=("imp.local.example",), key="ours"), authority("Stranger")
    demanding = (version, "-Verify", "3", "-verify_return_error", "-CAfile", str(pki.trust))
    certificate = pki.chain_file("ours.pem", ours.pem, pki.intermediate.pem)
    key = pki.chain_file("ours.key", ours.key_pem)
    other, other_key = pki.chain_file("o.pem", stranger.pem), pki.chain_file("o.key", stranger.key_pem)
    with partner(pki, pki.leaf(), *demanding) as words:
        accepted = check("tls", *words, "--client-cert", certificate, "--client-key", key)
        refused = check("tls", *words, "--client-cert", other, "--client-key", other_key)
    assert accepted.codes["tls-client-cert-accepted"] == "pass"
    assert refused.faults == {"tls-client-cert-refused": "fail"}
    assert "unknown ca" in refused.finding("tls-client-cert-refused")["observed"]["alert"]


@needs_openssl
def test_a_server_that_asks_for_no_certificate(check: Check, pki: Authorities) -> None:
    with partner(pki, pki.leaf()) as words:
        checked = check("tls", *words)
    assert (checked.status, checked.faults) == (1, {"tls-client-cert-requested": "warn"})


@needs_openssl
def test_another_certificate_without_a_server_name(check: Check, pki: Authorities) -> None:
    named, default = pki.leaf(), pki.leaf(cns=("other.example",), san=("other.example",), key="other")
    certificate, key = pki.chain_file("named.pem", named.pem), pki.chain_file("named.key", named.key_pem)
    options = ("-Verify", "3", "-servername", HOST, "-cert2", str(certificate), "-key2", str(key))
    with partner(pki, default, *options) as words:
        checked = check("tls", *words)
    assert checked.faults["tls-sni-differs"] == "fail"


@needs_openssl
def test_a_server_of_the_past(check: Check, pki: Authorities) -> None:
    with partner(pki, pki.leaf(), "-tls1", "-cipher", "ALL:@SECLEVEL=0", "-Verify", "3") as words:
        checked = check("tls", *words)
    assert checked.faults == {"tls-legacy-only": "warn"}
    assert checked.finding("tls-legacy-only")["observed"]["version"] == "1"


@needs_openssl
def test_sip_is_asked_over_tls(check: Check, pki: Authorities) -> None:
    import ssl

    from wizard.practice.edges import options_answer

    leaf = pki.leaf()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    chain = pki.chain_file("sip.pem", leaf.pem, pki.intermediate.pem, leaf.key_pem)
    context.load_cert_chain(chain)
    context.load_verify_locations(pki.trust)
    context.verify_mode = ssl.CERT_OPTIONAL

    def answers(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as stream:
            asked = stream.recv(4096)
            stream.sendall(options_answer(asked.partition(b"\r\n\r\n")[0]) or b"")

    with fault_server(answers) as port:
        checked = check("tls", *towards(port, pki.trust))
    assert checked.finding("sip-ok")["observed"]["answer"] == "SIP/2.0 200 OK"
    assert checked.faults == {}


def test_a_cancelled_check_ends_at_once() -> None:
    from checks.requests import Network, TlsRequest
    from checks.service import CheckService

    cancel = threading.Event()
    with fault_server(tls.silent) as port:
        service = CheckService(Network(timeout=20))
        threading.Timer(0.2, cancel.set).start()
        findings = service.run(TlsRequest(host="127.0.0.1", port=port), cancel)
        many = service.run_many([TlsRequest(host="127.0.0.1", port=port)] * 3, cancel=cancel)
        service.close()
    assert findings.status.value == "not-tested"
    assert [f.status.value for f in many] == ["not-tested"] * 3
    assert not any(thread.name == "checks" for thread in threading.enumerate())


@needs_openssl
def test_a_hostile_subject_cannot_act(pki: Authorities, capsys: pytest.CaptureFixture[str]) -> None:
    from wizard.__main__ import main

    leaf = pki.leaf(cns=("evil\x1b[2J\u202e.example",))
    path = Path(pki.chain_file("evil.pem", leaf.pem, pki.intermediate.pem))
    assert main(["check", "cert", str(path), "--name", HOST, "--trust", str(pki.trust)]) == 2
    shown = capsys.readouterr().out
    assert "evil\\x1b[2J\\u202e" in shown.replace("\n    ", "")
    assert not {"\x1b", "\u202e"} & set(shown)
    assert max(map(len, shown.splitlines())) <= 80


@needs_openssl
def test_a_server_that_speaks_tls_and_not_sip_is_told(check: Check, pki: Authorities) -> None:
    with partner(pki, pki.leaf()) as words:
        checked = check("tls", *words)
    assert checked.codes["sip-no-answer"] == "info"
    assert "sip-ok" not in checked.codes
