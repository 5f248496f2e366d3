"""What `check tls` says of a server beside its handshake: the versions and ciphers it accepts, and its clock."""

import socket
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from checks.tls.clock import ahead_by_date, ahead_by_hello
from tests.checks.support import Check, towards
from tests.servers import tls, tls_products
from tests.servers.pki import Authorities
from tests.servers.tls import fault_server, openssl_server
from tests.servers.tls_products import Identity

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def _identity(pki: Authorities) -> Identity:
    leaf = pki.leaf()
    certificate = pki.chain_file("edge.pem", leaf.pem, pki.intermediate.pem)
    return Identity(certificate=certificate, key=pki.chain_file("edge.key", leaf.key_pem), trust=pki.trust)


@pytest.mark.needs("gnutls-bin")
@pytest.mark.parametrize(
    ("priority", "accepts", "weak"),
    [
        (tls_products.RC4, {"1": ["RC4"]}, ["RC4"]),
        (tls_products.TRIPLE_DES, {"1": ["3DES"]}, []),
        ("NORMAL:-VERS-ALL:+VERS-TLS1.3", {"1.3": ["AES-GCM"]}, []),
        (
            "NORMAL:-VERS-ALL:+VERS-TLS1.0:+VERS-TLS1.2:+ARCFOUR-128",
            {"1.2": ["AES-GCM", "AES-CBC", "RC4"], "1": ["AES-CBC", "RC4"]},
            ["RC4"],
        ),
    ],
)
def test_what_a_server_accepts(
    check: Check, pki: Authorities, priority: str, accepts: dict[str, list[str]], weak: list[str]
) -> None:
    with tls_products.gnutls_server(pki.folder, _identity(pki), priority) as port:
        found = check("tls", *towards(port, pki.trust)).finding("tls-accepts")
    assert (found["severity"], found["observed"]["accepts"], found["observed"]["weak"]) == ("info", accepts, weak)
    assert ("should be turned off" in found["why"]) is bool(weak)


@pytest.mark.needs("openssl")
@pytest.mark.parametrize(("cipher", "accepted"), [("aNULL", "anonymous"), ("NULL:!aNULL", "null")])
def test_a_server_without_any_certificate_is_not_well(
    check: Check, pki: Authorities, cipher: str, accepted: str
) -> None:
    leaf = pki.leaf()
    with openssl_server(pki.folder, leaf.pem, leaf.key_pem, b"", "-tls1_2", "-cipher", f"{cipher}:@SECLEVEL=0") as port:
        checked = check("tls", *towards(port, pki.trust))
    assert checked.faults == {"tls-no-common-cipher": "fail"}
    found = checked.finding("tls-no-common-cipher")
    assert found["observed"]["accepts"] == {"1.2": [accepted]}
    assert f"It accepts TLS 1.2 with {accepted}." in found["why"]


def _first_flight(version: int, suite: int, when: int, certificate: bytes) -> bytes:
    hello = b"\x02\x00\x00\x26" + version.to_bytes(2, "big") + when.to_bytes(4, "big") + bytes(28)
    hello += b"\x00" + suite.to_bytes(2, "big") + b"\x00"
    entries = len(certificate).to_bytes(3, "big") + certificate
    body = len(entries).to_bytes(3, "big") + entries
    messages = hello + b"\x0b" + len(body).to_bytes(3, "big") + body + b"\x0e\x00\x00\x00"
    return b"\x16" + version.to_bytes(2, "big") + len(messages).to_bytes(2, "big") + messages


def test_ssl_3_is_not_what_the_release_speaks(check: Check, pki: Authorities) -> None:
    """No product of today speaks it any more, so its first flight is made by hand."""
    with fault_server(tls.says(_first_flight(0x0300, 0x000A, 1, pki.leaf().der))) as port:
        checked = check("tls", *towards(port, pki.trust, timeout=1))
    assert checked.codes["tls-legacy-only"] == "warn"
    assert "nothing newer than SSL 3.0 with DES-CBC3-SHA" in checked.finding("tls-legacy-only")["why"]
    assert checked.finding("tls-interop-none")["observed"]["refusal"].startswith("it chose SSL 3.0")
    assert checked.finding("tls-accepts")["observed"]["weak"] == ["SSL 3.0"]


def _sip_server(pki: Authorities, answer: bytes) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf = pki.leaf()
    context.load_cert_chain(pki.chain_file("sip.pem", leaf.pem, pki.intermediate.pem, leaf.key_pem))

    def answers(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as stream:
            stream.recv(4096)
            stream.sendall(answer)

    return answers


@pytest.mark.parametrize(("hours", "told"), [(-30, "warn"), (0, None), (2, "warn")])
def test_the_clock_of_a_server_that_answers_sip(check: Check, pki: Authorities, hours: int, told: str | None) -> None:
    theirs = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
    answer = f"SIP/2.0 200 OK\r\nVia: SIP/2.0/TLS x\r\nDate: {theirs}\r\nContent-Length: 0\r\n\r\n".encode()
    with fault_server(_sip_server(pki, answer)) as port:
        checked = check("tls", *towards(port, pki.trust))
    assert checked.finding("sip-ok")["observed"]["answer"] == "SIP/2.0 200 OK"
    assert checked.codes.get("tls-clock-differs") == told
    if told:
        assert checked.finding("tls-clock-differs")["observed"]["source"] == "the date of its SIP answer"


def _of_2003(flight: bytes) -> Callable[[socket.socket], None]:
    """Refuses who offers the ciphers of TLS 1.3, and answers the others."""

    def behaviour(connection: socket.socket) -> None:
        new = b"\x13\x02\x13\x03" in connection.recv(4096)
        connection.sendall(b"\x15\x03\x01\x00\x02\x02\x28" if new else flight)

    return behaviour


def test_the_clock_of_a_server_that_is_too_old_for_us_is_a_hint(check: Check, pki: Authorities) -> None:
    """As Schannel does, the hello begins with the time; who fills that place with chance is not believed."""
    for seconds, told in ((-7200, "info"), (0, None), (-(10**8), None)):
        when = int(datetime.now(UTC).timestamp()) + seconds
        with fault_server(_of_2003(_first_flight(0x0301, 0x0005, when, pki.leaf().der))) as port:
            checked = check("tls", *towards(port, pki.trust, timeout=1))
        assert checked.codes["tls-legacy-only"] == "warn"
        assert checked.codes.get("tls-clock-differs") == told


@pytest.mark.parametrize(
    ("date", "ahead"),
    [
        (b"Thu, 26 Nov 2026 13:00:00 GMT", 3600),
        (b"Thu, 26 Nov 2026 12:00:00 GMT", 0),
        (b"Thu, 26 Nov 2026 11:59:00", -60),
        (b"yesterday", None),
        (b"Thu, 99 Nov 2026 12:00:00 GMT", None),
        (b"Thu, 26 Nov 0000 12:00:00 +9999", None),
        (b"\xff\x1b[2J", None),
    ],
)
def test_dates_that_a_server_may_send(date: bytes, ahead: int | None) -> None:
    assert (
        ahead_by_date(b"SIP/2.0 200 OK\r\nDATE : " + date + b"\r\n\r\nDate: Thu, 26 Nov 2026 23:00:00 GMT", NOW)
        == ahead
    )


def test_what_is_too_short_for_a_time() -> None:
    assert ahead_by_hello(b"", NOW) is None
    assert ahead_by_hello(int(NOW.timestamp() + 5).to_bytes(4, "big"), NOW) == 5
    assert ahead_by_date(b"SIP/2.0 200 OK\r\n\r\n", NOW) is None
