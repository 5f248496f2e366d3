"""Nothing that a node, a record or a certificate says reaches a terminal but as text; no password is anywhere."""

import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from xml.etree import ElementTree

import dns.edns
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from dns.rdtypes.ANY.TXT import TXT

from tests.checks.support import HOST, towards
from tests.e2e.support import Ran
from tests.e2e.terminal import on_terminal
from tests.servers.bind import name_server
from tests.servers.dns import answering
from tests.servers.openssh import free_port, sshd, wait_for_port
from tests.servers.pki import Spec, authority, issue
from tests.servers.tls import fault_server, says
from tests.servers.tls_products import RC4, Identity, gnutls_server

CANARY = b"owned"
ESCAPES = (b"\x1b]0;owned", b"\x1b]52;", b"\x1b[2Jcanary", b"\x9bcanary", "\x9bcanary".encode(), "\u202e".encode())
CONTROLS = (b"\x07", b"\x00", b"\x1b")  # a check has no colours: none of them is its own
ZONE = """
_sipfederationtls._tcp IN TXT "0 0 5061 \\027]0;owned\\007.x.example"
"""


def assert_harmless(received: bytes) -> None:
    """No escape sequence of the other side's making."""
    for escape in ESCAPES:
        assert escape not in received


def assert_plain(received: bytes) -> None:
    """Nothing that acts on a terminal, but for the line ends."""
    assert_harmless(received)
    for control in CONTROLS:
        assert control not in received


@pytest.mark.needs("bind9")
def test_a_text_record_stays_text(home: Path, tmp_path: Path) -> None:
    with name_server(tmp_path / "bind", {"x.example": ZONE}) as port:
        words = ("check", "dns", "x.example", "--nameserver", f"127.0.0.1:{port}")
        with on_terminal(home, *words) as terminal:
            assert terminal.wait_end(30) == 2
            assert CANARY in terminal.received
            assert_harmless(bytes(terminal.received))


@contextmanager
def hostile_server(folder: Path) -> Iterator[int]:
    """A TLS server whose certificate carries an escape sequence as its name."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    subject = "/CN=\x1b]0;owned\x07\x1b[2Jcanary"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9"]
    words += ["-keyout", str(key), "-out", str(certificate), "-subj", subject, "-utf8"]
    subprocess.run(words, check=True, capture_output=True)
    port = free_port()
    server = [
        "openssl",
        "s_server",
        "-accept",
        f"127.0.0.1:{port}",
        "-cert",
        str(certificate),
        "-key",
        str(key),
        "-quiet",
    ]
    process = subprocess.Popen(server, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port, process)
        yield port
    finally:
        process.kill()
        process.wait(10)


@pytest.mark.needs("openssl")
def test_a_certificate_stays_text(home: Path, tmp_path: Path) -> None:
    with hostile_server(tmp_path) as port:
        words = ("check", "tls", "sip.partner.example", "--connect-to", f"sip.partner.example:5061:127.0.0.1:{port}")
        with on_terminal(home, *words) as terminal:
            assert terminal.wait_end(30) == 2
            assert CANARY in terminal.received
            assert_harmless(bytes(terminal.received))


@contextmanager
def hostile_sip(folder: Path, status: bytes) -> Iterator[int]:
    """A SIP server that asks for certificates: its name, the authority it names and its answer carry escapes."""
    hostile = "\x1b]0;owned\x07\x1b[2Jcanary\u202e"
    root, chain = authority(hostile), folder / "sip.pem"
    leaf = issue(Spec(cns=(hostile, "a\r\nb\x1b]52;c;b3duZWQ=\x07"), san=(HOST,)), root)
    chain.write_bytes(leaf.pem + leaf.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)

    def answers(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as stream:
            stream.recv(4096)
            stream.sendall(status + b"\r\n\r\n")

    with fault_server(answers) as port:
        yield port


STATUS = b"SIP/2.0 200 \x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[2Jcanary\xc2\x9bcanary\x9bcanary\x00\xe2\x80\xae"


def test_an_answer_to_options_stays_text(home: Path, tmp_path: Path) -> None:
    with hostile_sip(tmp_path, STATUS) as port, on_terminal(home, "check", "tls", *towards(port)) as terminal:
        assert terminal.wait_end(30) == 2
        received = bytes(terminal.received)
    assert received.count(CANARY) >= 2  # the subject and the status line are both shown
    assert b"SIP/2.0 200 \\x1b]0;owned" in received.replace(b"\r\n    ", b"")
    assert_plain(received)


@pytest.mark.needs("gnutls-bin")
def test_the_name_of_an_authority_stays_text(home: Path, tmp_path: Path) -> None:
    root = authority("\x1b]0;owned\x07\x1b[2Jcanary\x9bcanary")
    leaf = issue(Spec(), root)
    files = {"chain": leaf.pem, "key": leaf.key_pem, "root": root.pem}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    identity = Identity(certificate=tmp_path / "chain", key=tmp_path / "key", trust=tmp_path / "root")
    with gnutls_server(tmp_path, identity, RC4) as port:
        words = ("check", "tls", *towards(port), "--client-cert", str(tmp_path / "stranger"))
        (tmp_path / "stranger").write_bytes(authority("Stranger").pem)
        with on_terminal(home, *words) as terminal:
            assert terminal.wait_end(30) == 2
            received = bytes(terminal.received)
    assert b"It accepts those of CN=\\x1b]0;owned" in received.replace(b"\r\n    ", b" ").replace(b"  ", b" ")
    assert b"tls-client-ca-missing" in received
    assert_plain(received)


Source = Callable[[Path], AbstractContextManager[tuple[str, ...]]]
ALERT = b"\x15\x03\x01\x00\x02\x02"


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (b"\x1b]0;owned\x07\x1b[2Jcanary", b"\\x1b]0;owned"),
        (b"\x9bcanary\x1b]52;;owned\x07", b"\\x9bcanary"),
        (b"\xc2\x9bcanary \xe2\x80\xae\r\n\x1b[2Jcanary", b"\\xc2\\x9bcanary"),
        (ALERT + b"\x1b", b"alert 27"),
        (ALERT + b"\x9b", b"alert 155"),
    ],
)
def test_a_banner_and_an_alert_stay_text(home: Path, answer: bytes, shown: bytes) -> None:
    with fault_server(says(answer)) as port, on_terminal(home, "check", "tls", *towards(port)) as terminal:
        assert terminal.wait_end(30) == 2
        received = bytes(terminal.received)
    assert shown in received
    assert_plain(received)


PLAN = """release = "9.0"
[local]
sip_proxy_domain = "local.example"
public_fqdn = "sip.local.example"
public_address = "192.0.2.10"
routing_node = "imp1"
peer_auth_port = 5061
[[nodes]]
name = "imp1"
fqdn = "imp1.local.example"
address = "127.0.0.1"
ssh_port = {port}
role = "publisher"
users_assigned = false
user = "{user}"
[[partners]]
domain = "partner.example"
description = "Partner"
external_fqdn = "sip.partner.example"
[dns]
name_servers = ["127.0.0.1:{dns}"]
"""


@pytest.mark.needs("openssh-server")
@pytest.mark.parametrize("front", ["screens", "plain"])
def test_what_a_node_prints_stays_text_and_the_typed_password_is_nowhere(
    front: str, home: Path, tmp_path: Path, fedwizard: Callable[..., Ran]
) -> None:
    session, plan = tmp_path / "S", tmp_path / "plan.toml"
    (tmp_path / "server").mkdir()
    with sshd(tmp_path / "server", "SetEnv CANARY=1") as server:
        plan.write_text(PLAN.format(port=server.port, user=server.user, dns=free_port()), encoding="utf-8")
        words = ("run", str(plan), "--session", str(session), *(("--plain",) if front == "plain" else ()))
        with on_terminal(home, *words) as terminal:
            terminal.wait_for("egin")
            terminal.press("\r")
            terminal.wait_for("host key", "Host key")
            terminal.settle()
            terminal.press("yes\r")
            # What is typed before the echo is off is thrown away; at the line prompt, "(hidden)" comes after that.
            terminal.wait_for("(hidden)" if front == "plain" else "Password")
            terminal.settle()
            terminal.press(server.password + "\r")
            terminal.wait_for("No valid command", "failed", "This failed", "canary", seconds=30)
            terminal.settle()
            assert_harmless(bytes(terminal.received))
            assert server.password.encode() not in terminal.received
            terminal.press("q")
            terminal.settle()
            terminal.process.terminate()
            terminal.wait_end(5)
    assert fedwizard("verify", str(session / "journal.jsonl")).status == 0
    for folder in (session, home):
        for path in folder.rglob("*"):
            assert not path.is_file() or server.password.encode() not in path.read_bytes(), path


HOSTILE_NAME = dns.name.Name((b"\x1b]0;owned\x07", b"\x1b[2Jcanary\x9bcanary", b"\xe2\x80\xae", b"x", b"example", b""))
HOSTILE_TEXT = "\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x1b[2Jcanary\x9bcanary\u202e\nowned"


def hostile_dns(query: dns.message.Message) -> dns.message.Message:
    """A name server that says what acts on a terminal wherever it may say something of its own."""
    name, kind = query.question[0].name, query.question[0].rdtype
    shown = name.to_text()
    reply = dns.message.make_response(query)
    if kind == dns.rdatatype.SRV and shown.endswith("bogus.example."):
        reply.set_rcode(dns.rcode.SERVFAIL)
        reply.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode.DNSSEC_BOGUS, HOSTILE_TEXT)])
    elif kind == dns.rdatatype.SRV and shown == "_sipfederationtls._tcp.target.example.":
        record = f"0 0 5061 {HOSTILE_NAME.to_text()}"
        reply.answer.append(dns.rrset.from_text(name, 300, "IN", "SRV", record))
    elif kind == dns.rdatatype.TXT:
        text = f"0 0 5061 {HOSTILE_TEXT.partition(chr(10))[0]}".encode()
        reply.answer.append(dns.rrset.from_rdata(name, 300, TXT(dns.rdataclass.IN, dns.rdatatype.TXT, [text])))
    else:
        reply.set_rcode(dns.rcode.NXDOMAIN)
        soa = f"{HOSTILE_NAME.to_text()} {HOSTILE_NAME.to_text()} 1 3600 600 86400 300"
        reply.authority.append(dns.rrset.from_text(HOSTILE_NAME.parent(), 300, "IN", "SOA", soa))
    return reply


FORMS = ((), ("--json",), ("--nagios",), ("--request", "partner"), ("--request", "dns-admin"))


@contextmanager
def a_text(folder: Path) -> Iterator[tuple[str, ...]]:
    """A TXT record, served by BIND."""
    with name_server(folder / "bind", {"x.example": ZONE}) as port:
        yield ("dns", "x.example", "--nameserver", f"127.0.0.1:{port}")


@contextmanager
def a_subject(folder: Path) -> Iterator[tuple[str, ...]]:
    """A certificate, shown by openssl."""
    with hostile_server(folder) as port:
        yield ("tls", *towards(port))


@contextmanager
def a_banner(_folder: Path) -> Iterator[tuple[str, ...]]:
    with fault_server(says(b"\x1b]0;owned\x07\x1b[2Jcanary\x9bcanary\xe2\x80\xae")) as port:
        yield ("tls", *towards(port))


@contextmanager
def an_alert(_folder: Path) -> Iterator[tuple[str, ...]]:
    """One of no known number, with more behind it than belongs there."""
    with fault_server(says(ALERT + b"\x1b\x1b]0;owned\x07\x1b[2Jcanary")) as port:
        yield ("tls", *towards(port))


@pytest.mark.needs("bind9", "openssl")
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("source", "code"),
    [(a_text, b"srv-as-txt"), (a_subject, b"cert-"), (a_banner, b"tls-not-tls"), (an_alert, b"tls-alert")],
)
def test_what_the_other_side_sends_stays_text_in_every_form(
    home: Path, tmp_path: Path, source: Source, code: bytes, form: tuple[str, ...]
) -> None:
    junit = tmp_path / "report.xml"
    with (
        source(tmp_path) as words,
        on_terminal(home, "check", *words, "--timeout", "1", "--junit", str(junit), *form) as terminal,
    ):
        assert terminal.wait_end(30) == 2
        received = bytes(terminal.received)
    assert code in received or form[:1] == ("--request",)
    report = junit.read_bytes()
    assert code in report
    assert CANARY in report or source is an_alert  # of an alert there is a number alone to show
    for said in (received, report):
        assert_plain(said)
    assert len(ElementTree.fromstring(report)) >= 1


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("domain", "code"),
    [("target.example", b"srv-target"), ("bogus.example", b"dns-servfail"), ("text.example", b"srv-as-txt")],
)
def test_what_a_name_server_says_stays_text_in_every_form(
    home: Path, tmp_path: Path, domain: str, code: bytes, form: tuple[str, ...]
) -> None:
    junit = tmp_path / "report.xml"
    with answering(hostile_dns) as server:
        words = (
            "check",
            "dns",
            domain,
            "--nameserver",
            server,
            "--authoritative",
            "--timeout",
            "1",
            "--junit",
            str(junit),
        )
        with on_terminal(home, *words, *form) as terminal:
            assert terminal.wait_end(30) in {2, 3}
            received = bytes(terminal.received)
    assert code in received or form[:1] == ("--request",)
    assert_plain(received)
    report = junit.read_bytes()
    assert_plain(report)
    assert code in report
    assert CANARY in report
    assert len(ElementTree.fromstring(report)) >= 1
