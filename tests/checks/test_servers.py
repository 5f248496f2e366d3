"""The checks against servers that we did not write: BIND 9 and `openssl s_server`."""

import asyncio
import contextlib
import json
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path

import pytest

from checks.finding import Findings, Severity
from checks.requests import DnsRequest, HostRequest, Network, TlsRequest
from checks.service import CheckService
from tests.servers.bind import bind
from tests.servers.openssh import free_port, wait_for_port
from tests.servers.pki import issue
from wizard.practice.client import PracticeNetwork

EDGE = "sip.partner.example"


def run(network: Network, request: DnsRequest | HostRequest | TlsRequest) -> Findings:
    """One check."""
    service = CheckService(network)
    try:
        return service.run(request)
    finally:
        service.close()


def codes(findings: Findings) -> dict[str, Severity]:
    """Code -> severity."""
    return {finding.code: finding.severity for finding in findings.findings}


def zone_texts(state: Path) -> dict[str, str]:
    """The records of a practice network as zone files, by zone."""
    records = json.loads(state.read_text(encoding="utf-8"))["records"]
    zones = sorted((r["name"] for r in records if r["kind"] == "SOA"), key=len, reverse=True)
    texts: dict[str, str] = defaultdict(lambda: "$TTL 300\n")
    for record in sorted(records, key=lambda r: r["kind"] != "SOA"):
        zone = next(z for z in zones if z in {"", record["name"]} or record["name"].endswith("." + z))
        texts[zone] += f"{record['name']}. IN {record['kind']} {record['text']}\n"
    return {zone: text.replace("\n. IN", "\n. IN") for zone, text in texts.items()}


@pytest.mark.needs("bind9")
def test_bind_with_the_practice_zones_gives_equal_findings(tmp_path: Path) -> None:
    network = PracticeNetwork.start(tmp_path / "practice", "healthy", 0.0)
    try:
        network.do(("publish", "srv", "local.example", "sip", "imp-public.mail.local.example", "5061"))
        network.do(("publish", "a", "imp-public.mail.local.example", "192.0.2.10"))
        address, _, port = network.name_servers[0].rpartition(":")
        with bind(tmp_path, zone_texts(tmp_path / "practice" / "state.json")) as bind_port:
            requests: tuple[DnsRequest | HostRequest, ...] = (
                DnsRequest(domain="local.example", side="ours", expect_target="imp-public.mail.local.example"),
                DnsRequest(domain="mail.local.example", side="ours", expect_target="imp-public.mail.local.example"),
                DnsRequest(domain="partner.example"),
                DnsRequest(domain="branch.example", missing_is="info", static_entry=True),
                HostRequest(name="imp-public.mail.local.example", expect_address="192.0.2.10"),
                HostRequest(name="nobody.partner.example"),
            )
            for request in requests:
                ours = run(Network(name_servers=((address, int(port)),)), request)
                theirs = run(Network(name_servers=(("127.0.0.1", bind_port),)), request)
                assert codes(ours) == codes(theirs), request
                assert ours.status == theirs.status
    finally:
        network.stop()


ZONE = """$TTL 300
@ IN SOA ns.x.example. host.x.example. 1 3600 600 86400 60
@ IN NS ns
ns IN A 192.0.2.53
sip IN A 192.0.2.1
alias IN CNAME sip
private IN A 10.0.0.1
_sipfederationtls._tcp.port IN SRV 0 0 5060 sip
_sipfederationtls._tcp.off IN SRV 0 0 0 .
_sipfederationtls._tcp.cname IN SRV 0 0 5061 alias
_sipfederationtls._tcp.gone IN SRV 0 0 5061 nobody
_sipfederationtls._tcp.priv IN SRV 0 0 5061 private
_sipfederationtls._tcp.text IN TXT "0 0 5061 sip.x.example"
_sipfederationtls._tcp.two IN SRV 0 0 5061 sip
_sipfederationtls._tcp.two IN SRV 5 0 5061 private
_sipfederationtls._tls.proto IN SRV 0 0 5061 sip
_sipfederationtls._tcp.twice.x.example.twice IN SRV 0 0 5061 sip
_sipfederationtls._tcp.sip.host IN SRV 0 0 5061 sip
_sipfederationtls._tcp.out IN SRV 0 0 5061 sip.elsewhere.example.
"""


@pytest.mark.needs("bind9")
def test_what_is_wrong_with_a_record_is_told_apart(tmp_path: Path) -> None:
    expected = {
        "port": "srv-port-unexpected",
        "off": "srv-service-off",
        "cname": "srv-target-cname",
        "gone": "srv-target-unresolvable",
        "priv": "address-not-public",
        "text": "srv-as-txt",
        "two": "srv-several",
        "proto": "srv-wrong-name",
        "twice": "srv-zone-doubled",
        "host": "srv-wrong-zone",
        "out": "srv-target-outside-domain",
        "nothing": "srv-name-missing",
    }
    with bind(tmp_path, {"x.example": ZONE}) as port:
        network = Network(name_servers=(("127.0.0.1", port),))
        found = {name: codes(run(network, DnsRequest(domain=f"{name}.x.example"))) for name in expected}
        assert {name: code for name, code in expected.items() if code not in found[name]} == {}
        wanted = DnsRequest(domain="two.x.example", expect_target="other.x.example")
        assert "srv-target-unexpected" in codes(run(network, wanted))


def test_a_dead_name_server_is_not_tested_and_a_cancelled_check_ends_at_once() -> None:
    network = Network(name_servers=(("127.0.0.1", free_port()),), timeout=1.0)
    findings = run(network, DnsRequest(domain="partner.example"))
    assert findings.status is Severity.NOT_TESTED
    assert codes(findings) == {"dns-timeout": Severity.NOT_TESTED}
    service, cancel = CheckService(Network(name_servers=(("127.0.0.1", free_port()),), timeout=60.0)), threading.Event()
    cancel.set()
    began = time.monotonic()
    assert service.run(DnsRequest(domain="partner.example"), cancel).status is Severity.NOT_TESTED
    assert time.monotonic() - began < 2.0
    service.close()


@contextlib.contextmanager
def s_server(folder: Path, cn: str, *options: str, **certificate: object) -> Iterator[tuple[int, Path]]:
    """`openssl s_server` that demands a client certificate, with an intermediate; gives port and root."""
    root = issue("Practice Root", ca=True)
    issuing = issue("Practice Issuing", root, ca=True)
    leaf, key = issue(cn, issuing, **certificate).save(folder, "leaf")  # type: ignore[arg-type]
    trust, _ = root.save(folder, "root")
    chain = folder / "chain.pem"
    chain.write_bytes(issuing.pem)
    port = free_port()
    words = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", str(leaf), "-key", str(key), "-quiet"]
    words += ["-cert_chain", str(chain), "-Verify", "3", "-verify_return_error", "-CAfile", str(trust), *options]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.PIPE)
    try:
        wait_for_port(port, process)
        yield port, trust
    finally:
        process.kill()
        process.wait(10)


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_the_whole_chain_is_shown_though_a_client_certificate_is_demanded(version: str, tmp_path: Path) -> None:
    with s_server(tmp_path, EDGE, version) as (port, trust):
        network = Network(connect_to={(EDGE, 5061): ("127.0.0.1", port)}, trust=(trust,))
        findings = run(network, TlsRequest(host=EDGE, name=EDGE))
        assert [link.subject for link in findings.chain] == [f"CN={EDGE}", "CN=Practice Issuing"]
        assert findings.status is Severity.PASS, findings
        assert {"cert-ok", "tls-client-cert-requested"} <= set(codes(findings))


@pytest.mark.needs("openssl")
def test_a_wrong_cn_is_named_with_what_was_expected(tmp_path: Path) -> None:
    with s_server(tmp_path, "new-name.partner.example") as (port, trust):
        network = Network(connect_to={(EDGE, 5061): ("127.0.0.1", port)}, trust=(trust,))
        findings = run(network, TlsRequest(host=EDGE, name=EDGE))
        assert findings.status is Severity.FAIL
        mismatch = next(f for f in findings.findings if f.code == "cert-name-mismatch")
        assert mismatch.expected == {"cn": EDGE}
        assert "new-name.partner.example" in mismatch.why


@pytest.mark.needs("openssl")
def test_a_certificate_that_cannot_be_a_client_is_found(tmp_path: Path) -> None:
    from cryptography.x509.oid import ExtendedKeyUsageOID

    with s_server(tmp_path, EDGE, usages=(ExtendedKeyUsageOID.SERVER_AUTH,)) as (port, trust):
        network = Network(connect_to={(EDGE, 5061): ("127.0.0.1", port)}, trust=(trust,))
        assert "cert-eku-client-missing" in codes(run(network, TlsRequest(host=EDGE, name=EDGE)))


Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[object, object, None]]


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """RST after the hello."""
    import socket
    import struct

    await reader.read(1)
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """FIN after the hello."""
    await reader.read(1024)
    writer.close()


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Nothing at all."""
    del writer
    await reader.read(-1)


async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """SIP without TLS, with an escape sequence in it."""
    await reader.read(1)
    writer.write(b"SIP/2.0 400 \x1b[2J Bad Request\r\n\r\n")
    await writer.drain()
    await reader.read(-1)


@contextlib.asynccontextmanager
async def serving(behaviour: Behaviour) -> AsyncIterator[int]:
    """A server that behaves badly."""
    server = await asyncio.start_server(behaviour, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (reset, "tls-reset"),
        (close, "tls-closed"),
        (silent, "tls-silent"),
        (plain, "tls-not-tls"),
        (None, "tcp-refused"),
    ],
)
def test_the_ways_in_which_a_server_fails_are_told_apart(behaviour: Behaviour | None, code: str) -> None:
    async def go() -> Findings:
        if behaviour is None:
            return await asyncio.to_thread(probe, free_port())
        async with serving(behaviour) as port:
            return await asyncio.to_thread(probe, port)

    def probe(port: int) -> Findings:
        network = Network(connect_to={(EDGE, 5061): ("127.0.0.1", port)}, timeout=1.0)
        return run(network, TlsRequest(host=EDGE, name=EDGE))

    assert code in codes(asyncio.run(go()))
