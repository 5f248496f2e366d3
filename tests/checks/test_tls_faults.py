"""Each way in which a server can fail to shake hands, provoked and told apart."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from checks.tls.probe import reason_in_words
from tests.checks.support import HOST, Check, towards
from tests.servers import tls
from tests.servers.pki import Authorities
from tests.servers.tls import fault_server, free_port, full_server, openssl_server

FATAL = b"\x15\x03\x01\x00\x02\x02"


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (tls.resets, "tls-reset"),
        (tls.closes, "tls-closed"),
        (tls.silent, "tls-silent"),
        (tls.stalls, "tls-stalled"),
        (tls.says(b"SIP/2.0 400 Bad Request\r\n\r\n"), "tls-not-tls"),
        (tls.says(FATAL + b"\x28"), "tls-no-common-cipher"),
        (tls.says(FATAL + b"\x46"), "tls-version-refused"),
        (tls.says(FATAL + b"\x50"), "tls-alert"),
        (tls.says(FATAL + b"\x70"), "tls-name-unknown"),
        (tls.says(b"\x16\x03\x03\x00\x05\x02\x00\x00\x01\x00"), "tls-malformed"),
        (tls.floods(b"", b"\x16\x03\x03\x00\x04\x00\x00\x00\x00"), "tls-malformed"),
    ],
)
def test_how_a_server_misbehaves(check: Check, behaviour: tls.Behaviour, code: str) -> None:
    with fault_server(behaviour) as port:
        checked = check("tls", *towards(port, timeout=0.5))
    assert (checked.status, checked.faults) == (2, {code: "fail"})
    assert checked.document["chain"] == []


@pytest.mark.parametrize(
    ("behaviour", "code", "when", "cause"),
    [
        (tls.resets_at_once, "tls-reset", "before our hello", "the address we come from"),
        (tls.resets, "tls-reset", "after our hello", "no certificate for this port"),
        (tls.closes_at_once, "tls-closed", "before our hello", "load balancer"),
        (tls.closes, "tls-closed", "after our hello", "no version or cipher in common"),
    ],
)
def test_breaking_off_before_the_hello_has_another_cause_than_after_it(
    check: Check, behaviour: tls.Behaviour, code: str, when: str, cause: str
) -> None:
    with fault_server(behaviour) as port:
        found = check("tls", *towards(port, timeout=0.5)).finding(code)
    assert found["observed"]["when"] == when
    assert cause in found["why"]
    assert ("access list" in " ".join(found["fix"])) is (when == "before our hello")


def _shows(certificate: bytes, *after: bytes) -> tls.Behaviour:
    """A hello of TLS 1.2 and a chain of one certificate; `after` stands for what comes behind it."""
    entries = len(certificate).to_bytes(3, "big") + certificate
    body = len(entries).to_bytes(3, "big") + entries
    hello = b"\x02\x00\x00\x26\x03\x03" + bytes(32) + b"\x00\x00\x2f\x00"
    messages = hello + b"\x0b" + len(body).to_bytes(3, "big") + body + (b"".join(after) or b"\x0e\x00\x00\x00")
    return tls.says(b"\x16\x03\x03" + len(messages).to_bytes(2, "big") + messages)


def test_a_certificate_that_openssl_cannot_read_is_shown_by_hand_and_told_once(check: Check) -> None:
    with fault_server(_shows(b"\x30\x03\x02\x01")) as port:
        checked = check("tls", *towards(port, timeout=0.5))
    assert checked.faults == {"cert-malformed": "fail"}


def test_another_fault_of_the_handshake_is_told_beside_a_certificate_that_only_we_cannot_read(
    check: Check, pki: Authorities
) -> None:
    """OpenSSL reads on where the version is odd, and stumbles over what comes next."""
    odd = pki.leaf().der.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x74", 1)
    with fault_server(_shows(odd, b"\x0e\x00\x00\x02\x00\x00")) as port:
        checked = check("tls", *towards(port, timeout=0.5))
    assert checked.faults == {"cert-malformed": "fail", "tls-malformed": "fail"}


@pytest.mark.parametrize(
    ("reason", "text", "told"),
    [
        (None, "[SSL] ASN1 lib (_ssl.c:1006)", "a certificate in it is not built as one"),
        (None, "asn1 lib (_ssl.c:1006)", "a certificate in it is not built as one"),
        ("LENGTH_MISMATCH", "[SSL: LENGTH_MISMATCH] length mismatch (_ssl.c:1006)", "length mismatch"),
        (None, "unknown error (_ssl.c:1006)", "unknown error"),
        (None, "", "OpenSSL does not say why"),
    ],
)
def test_what_openssl_says_is_told_in_words(reason: str | None, text: str, told: str) -> None:
    assert reason_in_words(reason, text) == told


@pytest.mark.parametrize(
    ("number", "meaning"),
    [
        (0x50, "internal error. It has a fault of its own"),
        (0x31, "access denied. It does not let us in"),
        (0xEE, "alert 238"),
    ],
)
def test_an_alert_in_words(check: Check, number: int, meaning: str) -> None:
    with fault_server(tls.says(FATAL + bytes([number]))) as port:
        found = check("tls", *towards(port, timeout=0.5)).finding("tls-alert")
    assert found["why"].startswith(f"It says: {meaning}")


@pytest.mark.parametrize(
    ("banner", "service"),
    [
        (b"SIP/2.0 400 \x1b[31m\r\n", "SIP without TLS"),
        (b"HTTP/1.1 400 Bad Request\r\n", "a web server"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "an SSH server"),
        (b"\x00\x00\x00", "another service"),
    ],
)
def test_the_first_bytes_of_what_is_no_tls(check: Check, banner: bytes, service: str) -> None:
    with fault_server(tls.says(banner + bytes(50))) as port:
        found = check("tls", f"127.0.0.1:{port}").finding("tls-not-tls")
    assert found["observed"]["first"] == repr((banner + bytes(50))[:24])[2:-1]
    assert service in found["why"]


def test_a_service_that_greets_and_breaks_off_at_a_hello(check: Check) -> None:
    def greets_late(connection: object) -> None:
        import socket

        assert isinstance(connection, socket.socket)
        connection.settimeout(0.1)
        try:
            said = connection.recv(4096)
        except TimeoutError:
            connection.sendall(b"220 mail.partner.example ESMTP\r\n")
            connection.settimeout(5)
            connection.recv(4096)
            return
        assert said.startswith(b"\x16")

    with fault_server(greets_late) as port:
        found = check("tls", *towards(port, timeout=1)).finding("tls-not-tls")
    assert found["observed"]["first"] == "220 mail.partner.example"


def _nobody() -> AbstractContextManager[int]:
    return nullcontext(free_port())


@pytest.mark.parametrize(("listening", "code"), [(_nobody, "tcp-refused"), (full_server, "tcp-timeout")])
def test_no_connection(check: Check, listening: Callable[[], AbstractContextManager[int]], code: str) -> None:
    with listening() as port:
        checked = check("tls", *towards(port, timeout=0.5))
    assert (checked.status, checked.faults) == (2, {code: "fail"})
    assert checked.finding(code)["observed"] == {"address": f"127.0.0.1:{port}"}


@pytest.mark.parametrize(
    ("behaviour", "expected", "words"),
    [("answers", "answers", "so the server is there"), ("refuses", "refuses", "so something is there"),
     ("silent", "is silent", "Port 443 is silent too")],
)  # fmt: skip
def test_a_port_that_is_silent_is_told_from_a_server_that_is(
    check: Check, monkeypatch: pytest.MonkeyPatch, behaviour: str, expected: str, words: str
) -> None:
    from checks.tls import gather

    others = {"answers": lambda: fault_server(tls.closes), "refuses": _nobody, "silent": full_server}
    with full_server() as port, others[behaviour]() as other:
        monkeypatch.setattr(gather, "_WEB", other)  # 443 itself is not for everybody to listen on
        found = check("tls", *towards(port, timeout=0.5)).finding("tcp-timeout")
    assert found["evidence"]["port_443"] == expected
    assert words in found["why"]


def test_no_way_to_an_address(check: Check) -> None:
    # The broadcast address of the loopback interface: the kernel has no route for a connection, and nothing is sent.
    checked = check("tls", "127.255.255.255", "--timeout", "0.5")
    assert (checked.status, checked.faults) == (2, {"tcp-unreachable": "fail"})
    assert checked.finding("tcp-unreachable")["observed"]["reason"] == "Network is unreachable"


def test_a_server_that_cannot_be_found(check: Check) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    checked = check("tls", HOST, "--nameserver", nowhere, "--timeout", "0.3")
    assert (checked.status, checked.faults) == (3, {"dns-timeout": "not-tested"})


@pytest.mark.needs("openssl")
@pytest.mark.parametrize(
    ("options", "code", "alert"),
    [
        (("-no_tls1", "-no_tls1_1", "-no_tls1_2", "-no_tls1_3"), "tls-version-refused", "protocol version"),
        (("-tls1_2", "-nocert", "-psk", "00", "-cipher", "PSK"), "tls-no-common-cipher", "handshake failure"),
    ],
)
def test_nothing_in_common_with_openssl(
    check: Check, pki: Authorities, options: tuple[str, ...], code: str, alert: str
) -> None:
    leaf = pki.leaf()
    with openssl_server(pki.folder, leaf.pem, leaf.key_pem, b"", *options) as port:
        checked = check("tls", *towards(port, pki.trust))
    assert checked.faults == {code: "fail"}
    found = checked.finding(code)
    assert found["observed"]["alert"] == alert
    assert found["evidence"]["offered_by"].startswith("OpenSSL")
    assert "RC4" in found["evidence"]["offered_by_hand"]


@pytest.mark.needs("openssl")
def test_a_name_that_is_refused_still_shows_what_who_sends_none_sees(
    check: Check, pki: Authorities, tmp_path: Path
) -> None:
    leaf, other = pki.leaf(), pki.leaf(cns=("other.example",), san=("other.example",), key="other")
    certificate, key = pki.chain_file("other.pem", other.pem), pki.chain_file("other.key", other.key_pem)
    options = ("-servername", "other.example", "-servername_fatal", "-cert2", str(certificate), "-key2", str(key))
    with openssl_server(tmp_path, leaf.pem, leaf.key_pem, pki.intermediate.pem, *options) as port:
        checked = check("tls", *towards(port, pki.trust))
    assert checked.faults == {"tls-name-unknown": "fail"}
    assert checked.finding("tls-name-unknown")["observed"]["alert"] == "unrecognized name"
    assert checked.finding("tls-name-unknown")["why"].startswith(f"It refuses the name we ask for, {HOST}: ")
    assert "shows a certificate all the same" in checked.finding("tls-name-unknown")["why"]
    assert [link["subject"] for link in checked.document["chain"]] == ["CN=sip.partner.example", "CN=Test Issuing"]
