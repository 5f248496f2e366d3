"""Our own certificate: what is judged of it beforehand, what a server makes of it, and files that cannot be shown."""

import socket
import ssl
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import serialization

from checks.tls.gather import Server, Visit
from checks.tls.judge import judge_server
from checks.tls.ours import ours_in
from checks.tls.seen import Seen
from tests.checks.support import HOST, Check, towards
from tests.servers.pki import DAY, NOW, Authorities, Issued, authority
from tests.servers.tls import closes, fault_server, free_port
from wizard.__main__ import main

SIP = b"SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"


def words(pki: Authorities, leaf: Issued, *, with_key: bool = True) -> list[str]:
    """The words that show a certificate of ours."""
    shown = ["--client-cert", str(pki.chain_file("our.pem", leaf.pem, pki.intermediate.pem))]
    return [*shown, "--client-key", str(pki.chain_file("our.key", leaf.key_pem))] if with_key else shown


def ours(pki: Authorities, **changes: object) -> Issued:
    """A certificate of ours, good but for the changes."""
    return pki.leaf(**{"cns": ("imp.local.example",), "san": ("imp.local.example",), "key": "ours", **changes})


def asking(
    pki: Authorities, then: Callable[[ssl.SSLSocket], None], version: ssl.TLSVersion
) -> Callable[[socket.socket], None]:
    """A server that asks for a certificate, verifies it, takes none too, and then does something."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf = pki.leaf()
    context.load_cert_chain(pki.chain_file("edge.pem", leaf.pem, pki.intermediate.pem, leaf.key_pem))
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(pki.trust)
    context.maximum_version = version

    def behaviour(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as stream:
            then(stream)

    return behaviour


def leaves(_stream: ssl.SSLSocket) -> None:
    """Close right after the handshake, whatever was shown."""


def leaves_who_shows_one(stream: ssl.SSLSocket) -> None:
    """Close right after the handshake with who shows a certificate; answer the others."""
    if not stream.getpeercert():
        stream.recv(4096)
        stream.sendall(SIP)


def answers(stream: ssl.SSLSocket) -> None:
    """Answer whatever is asked."""
    stream.recv(4096)
    stream.sendall(SIP)


versions = pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])


@versions
def test_a_close_that_comes_without_our_certificate_too_refuses_nothing(
    check: Check, pki: Authorities, version: ssl.TLSVersion
) -> None:
    with fault_server(asking(pki, leaves, version)) as port:
        shown = check("tls", *towards(port, pki.trust), *words(pki, ours(pki)))
        bare = check("tls", *towards(port, pki.trust))
    assert shown.faults == {"tls-client-cert-unclear": "warn"}
    unclear = shown.finding("tls-client-cert-unclear")
    assert "it closed the connection right after the handshake" in unclear["why"]
    assert "Some servers refuse a certificate so" in unclear["why"]
    assert not [step for step in unclear["fix"] if "Trust the authority" in step]
    assert bare.faults == {}
    asked = bare.finding("tls-client-cert-requested")
    assert asked["observed"]["demanded"] is None
    assert "Some servers demand one so." in asked["why"]


@versions
def test_a_close_that_our_certificate_alone_brings_about_is_a_refusal(
    check: Check, pki: Authorities, version: ssl.TLSVersion
) -> None:
    with fault_server(asking(pki, leaves_who_shows_one, version)) as port:
        checked = check("tls", *towards(port, pki.trust), *words(pki, ours(pki)))
    assert checked.faults == {"tls-client-cert-refused": "fail"}
    refused = checked.finding("tls-client-cert-refused")
    assert "Some servers refuse a certificate so" in refused["why"]
    assert "Without ours it does not." in refused["why"]
    assert not [step for step in refused["fix"] if "Trust the authority" in step]
    assert "server's log" in refused["fix"][0]


@pytest.mark.parametrize(
    ("named", "alert", "trusts"),
    [
        ("CN=Test Issuing", "unknown ca", False),
        ("CN=Another", "unknown ca", True),
        ("CN=Another", "bad certificate", True),
        ("CN=Test Issuing", "handshake failure", False),
        ("", "unknown ca", True),
        ("", "handshake failure", False),
    ],
)
def test_nobody_is_asked_to_trust_an_authority_that_they_name(
    pki: Authorities, named: str, alert: str, trusts: bool
) -> None:
    seen = Seen(address="x", client_asked=True, authorities=(named,) if named else (), refused_client=alert)
    path = pki.chain_file("our.pem", ours(pki).pem)
    server = Server(visits=(Visit(seen=seen),), shown=True, ours=ours_in(path))
    refused = next(f for f in judge_server("x", server, NOW) if f.code == "tls-client-cert-refused")
    assert ("Trust the authority that signed our certificate." in refused.fix) is trusts
    assert ("so it should trust that one" in refused.why) is (named == "CN=Test Issuing")


@pytest.mark.parametrize("with_key", [True, False])
@pytest.mark.parametrize(
    ("dates", "code", "told"),
    [
        ({"ends": NOW}, "cert-expired", "Renew our certificate"),
        ({"begins": NOW + 2 * DAY}, "cert-not-yet-valid", "wait until"),
    ],
)
def test_dates_of_ours_are_judged_whatever_the_server_says(
    check: Check, pki: Authorities, with_key: bool, dates: dict[str, object], code: str, told: str
) -> None:
    leaf = ours(pki, **{"begins": NOW - 9 * DAY, **dates})
    nowhere = ("--nameserver", f"127.0.0.1:{free_port()}", "--timeout", "0.3")
    with fault_server(closes) as port:
        failed = check("tls", *towards(port, pki.trust, timeout=0.5), *words(pki, leaf, with_key=with_key))
    unknown = check("tls", HOST, *nowhere, *words(pki, leaf, with_key=with_key))
    for checked, beside in ((failed, "tls-closed"), (unknown, "dns-timeout")):
        assert set(checked.faults) == {code, beside}
        found = checked.finding(code)
        assert (found["severity"], found["owner"], found["subject"]) == ("fail", "you", str(pki.folder / "our.pem"))
        assert told in " ".join(found["fix"])


def test_an_expired_certificate_that_a_server_takes_is_told_all_the_same(check: Check, pki: Authorities) -> None:
    """By the time to judge by, not by the clock: the server's own clock decides what it takes."""
    with fault_server(asking(pki, answers, ssl.TLSVersion.TLSv1_2)) as port:
        later = (NOW + 301 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
        checked = check("tls", *towards(port), *words(pki, ours(pki)), "--at", later)
    mine = [f for f in checked.document["findings"] if f["code"] == "cert-expired" and f["owner"] == "you"]
    assert [f["subject"] for f in mine] == [str(pki.folder / "our.pem")]
    assert checked.codes["tls-client-cert-accepted"] == "pass"


def _with_passphrase(leaf: Issued) -> bytes:
    locked = serialization.BestAvailableEncryption(b"secret")
    form = serialization.PrivateFormat.PKCS8
    return leaf.key.private_bytes(serialization.Encoding.PEM, form, locked)


@pytest.mark.parametrize(
    ("certificate", "key", "told"),
    [
        (lambda one: one.pem, lambda one: authority("Other").key_pem, "do not belong together"),
        (lambda one: one.pem, lambda one: one.key_pem[:700], "our.key cannot be read"),
        (lambda one: one.pem, _with_passphrase, "our.key has a passphrase"),
        (lambda one: one.pem, lambda one: one.pem, "our.key holds no private key"),
        (lambda one: one.pem[:500], lambda one: one.key_pem, "our.pem holds a certificate that cannot be read"),
        (lambda one: one.key_pem, lambda one: one.key_pem, "our.pem holds no certificate"),
        (lambda one: one.pem[:500], None, "our.pem holds a certificate that cannot be read"),
        (lambda one: b"nothing", None, "our.pem holds no certificate"),
        (lambda one: one.pem + one.key_pem[:700], None, "our.pem cannot be read"),
    ],
)
def test_what_cannot_be_shown_is_told_file_by_file(
    pki: Authorities,
    capsys: pytest.CaptureFixture[str],
    certificate: Callable[[Issued], bytes],
    key: Callable[[Issued], bytes] | None,
    told: str,
) -> None:
    leaf = ours(pki)
    shown = ["--client-cert", str(pki.chain_file("our.pem", certificate(leaf)))]
    shown += ["--client-key", str(pki.chain_file("our.key", key(leaf)))] if key is not None else []
    assert main(["check", "tls", "h.example", *shown]) == 64
    out, err = capsys.readouterr()
    said = " ".join(err.split())
    assert told in said and out == ""
    assert "ssl.c" not in said and "[SSL" not in said


def test_certificate_and_key_in_one_file(check: Check, pki: Authorities) -> None:
    leaf = ours(pki)
    both = pki.chain_file("both.pem", leaf.pem, pki.intermediate.pem, leaf.key_pem)
    with fault_server(asking(pki, answers, ssl.TLSVersion.TLSv1_2)) as port:
        checked = check("tls", *towards(port, pki.trust), "--client-cert", both)
    assert checked.codes["tls-client-cert-accepted"] == "pass"
