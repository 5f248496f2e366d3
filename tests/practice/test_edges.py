"""The TLS servers of the practice network."""

import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wizard.practice.client import PracticeNetwork
from wizard.practice.edges import options_answer
from wizard.practice.pki import Authority

OPTIONS = (
    "OPTIONS sip:sip.partner.example SIP/2.0\r\nVia: SIP/2.0/TLS a.example;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
    "From: <sip:a.example>;tag=1\r\nTo: <sip:sip.partner.example>\r\nCall-ID: 1@a.example\r\nCSeq: 1 OPTIONS\r\n"
    "Content-Length: 0\r\n\r\n"
)


def connect(network: PracticeNetwork, host: str, client: Path | None = None) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(network.directory / "trust.pem"))
    if client is not None:
        context.load_cert_chain(client)
    address, _, port = network.connections[f"{host}:5061"].partition(":")
    connection = socket.create_connection((address, int(port)), timeout=10)
    return context.wrap_socket(connection, server_hostname=host)


@pytest.fixture
def client(shared: PracticeNetwork, tmp_path: Path) -> Path:
    path = tmp_path / "client.pem"
    path.write_bytes(Authority(shared.directory).issue("imp1.local.example", ("imp1.local.example",)))
    return path


@pytest.mark.parametrize("host", ["sip.partner.example", "edge.branch.example", "sag.aol.example"])
def test_it_shows_a_good_certificate_and_answers_options(shared: PracticeNetwork, host: str, client: Path) -> None:
    with connect(shared, host, client) as stream:
        leaf = x509.load_der_x509_certificate(stream.getpeercert(binary_form=True) or b"")
        assert [name.value for name in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)] == [host]
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert {ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH} <= set(usage)
        stream.sendall(OPTIONS.encode() * 2)
        answer = b""
        while answer.count(b"\r\n\r\n") < 2:
            answer += stream.recv(4096)
    assert answer.count(b"SIP/2.0 200 OK\r\n") == 2
    assert b"Call-ID: 1@a.example\r\n" in answer


def test_nobody_gets_in_without_a_certificate(shared: PracticeNetwork) -> None:
    with pytest.raises((ssl.SSLError, OSError)), connect(shared, "sip.partner.example") as stream:
        stream.sendall(OPTIONS.encode())
        assert stream.recv(4096) != b"", "the connection was closed"
        raise AssertionError("the server answered a stranger")


def test_our_own_name_answers_only_when_the_node_behind_it_would(shared: PracticeNetwork, client: Path) -> None:
    with pytest.raises((ssl.SSLError, OSError)):
        connect(shared, "imp-public.mail.local.example", client)


@pytest.mark.needs("openssl")
def test_openssl_sees_the_chain_and_the_request(shared: PracticeNetwork) -> None:
    endpoint = shared.connections["198.51.100.10:5061"]
    command = [
        "openssl",
        "s_client",
        "-connect",
        endpoint,
        "-CAfile",
        str(shared.directory / "trust.pem"),
        "-showcerts",
        "-tls1_2",  # in 1.3 the refusal comes after the handshake, and may be overtaken by our end of input
    ]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=30, check=False)
    assert done.stdout.count(b"BEGIN CERTIFICATE") >= 2
    assert b"client certificate CA names" in done.stdout
    assert b"certificate required" in done.stderr or b"handshake failure" in done.stderr
    assert b"Verify return code: 0 (ok)" in done.stdout


@pytest.mark.parametrize(
    ("request_line", "status"),
    [("INVITE sip:a SIP/2.0", b"SIP/2.0 405 "), ("ACK sip:a SIP/2.0", None), ("GET / HTTP/1.1", None), ("", None)],
)
def test_other_requests(request_line: str, status: bytes | None) -> None:
    answer = options_answer(request_line.encode())
    assert answer is None if status is None else answer is not None and answer.startswith(status)
