"""Whatever a name server sends, over UDP or TCP: no traceback, no wait past the timeout, no memory without bound."""

import contextlib
import random
import socket
import struct
import threading
from collections.abc import Callable

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdataset
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.catalogue import CODES
from checks.dns.caa import judge_caa
from checks.dns.reply import Reply, read
from checks.finding import Findings
from checks.requests import DnsRequest, HostRequest, Network
from checks.service import CheckService
from tests.servers.dns import Answer, answering, over_tcp
from tests.servers.mutated import damaged
from tests.servers.tls import Behaviour, fault_server, floods

TIMEOUT = 0.5
DOMAIN = "partner.example"
RECORDS = {
    "SRV": ("0 0 5061 sip.partner.example.", "10 5 5061 two.partner.example."),
    "A": ("8.8.8.8", "8.8.4.4"),
    "AAAA": ("2606:4700::1",),
    "PTR": ("dns.example.",),
    "NS": ("ns1.partner.example.", "ns2.partner.example."),
    "SOA": ("ns1.partner.example. hostmaster.partner.example. 1 3600 600 86400 300",),
    "TXT": ('"0 0 5061 sip.partner.example"',),
    "CAA": ('0 issue "ca.example; policy=ev"', '128 tbs "unknown"', '0 iodef "mailto:a@partner.example"'),
}


def honest(query: dns.message.Message) -> dns.message.Message:
    """A right answer; aliased for every second name, negative for what is asked at random."""
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.AA
    question = query.question[0]
    kind = dns.rdatatype.to_text(question.rdtype)
    if not str(question.name).startswith(("_sip", "sip", "two", "ns", "partner", "d", "8", "4")):  # a random label
        zone = dns.name.from_text(DOMAIN)
        reply.authority.append(dns.rrset.from_text(zone, 300, "IN", "SOA", *RECORDS["SOA"]))
    elif kind in RECORDS:
        reply.answer.append(dns.rrset.from_text(question.name, 300, "IN", kind, *RECORDS[kind]))
    reply.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode.STALE_ANSWER, "old")])
    return reply


def question(kind: str = "SRV") -> dns.message.QueryMessage:
    return dns.message.make_query(f"_sipfederationtls._tcp.{DOMAIN}", kind)


@settings(max_examples=500)
@given(seed=st.integers(0, 2**32), kind=st.sampled_from(sorted(RECORDS)))
def test_a_damaged_message_is_read_or_refused(seed: int, kind: str) -> None:
    query = question(kind)
    wire = honest(query).to_wire()
    with contextlib.suppress(dns.exception.DNSException):
        reply = read(wire[:12] + damaged(wire[12:], random.Random(seed)), query)
        assert isinstance(reply, Reply)
        assert "\x00" not in reply.zone + reply.alias
        if kind == "CAA":
            assert len(list(judge_caa(DOMAIN, "CN=Issuing", ((DOMAIN, reply),)))) <= 1


@settings(max_examples=300)
@given(data=st.binary(max_size=300), flags=st.integers(0, 0xFFFF))
def test_any_bytes_are_read_or_refused(data: bytes, flags: int) -> None:
    query = question()
    head = struct.pack("!HHHHHH", query.id, flags | dns.flags.QR, 1, 2, 1, 1)
    with contextlib.suppress(dns.exception.DNSException):
        assert isinstance(read(head + query.to_wire()[12:] + data, query), Reply)


def run(server: str, *domains: str, **settings: object) -> tuple[Findings, ...]:
    """The checks of domains at one name server, which serves their zones too."""
    address, _, port = server.rpartition(":")
    place = (address, int(port))
    own = {(host, 53): place for host in ("ns1.partner.example", "ns2.partner.example", "8.8.8.8", "8.8.4.4")}
    network = Network(
        name_servers=(place,), authoritative=True, connect_to=own, timeout=TIMEOUT, internal_name_servers=(place,)
    )
    service = CheckService(network)
    try:
        requests = [DnsRequest(domain=domain) for domain in domains] + [HostRequest(name=f"sip.{DOMAIN}")]
        return service.run_many(requests)
    finally:
        service.close()


def judged(results: tuple[Findings, ...]) -> set[str]:
    """The codes; every check came to an end in time, by itself or when its budget was spent."""
    codes = {found.code for result in results for found in result.findings}
    assert all(result.findings for result in results)
    assert codes <= set(CODES)
    assert max(result.duration_ms for result in results) < TIMEOUT * 5000
    return codes


@pytest.mark.parametrize("seed", range(6))
def test_a_hostile_name_server(seed: int) -> None:
    """Six domains, each with a score of questions, of whose answers every third is damaged, over UDP and TCP."""
    chance = random.Random(seed)

    def answer(query: dns.message.Message) -> bytes:
        reply = honest(query)
        if chance.randrange(3):
            return reply.to_wire()
        if not chance.randrange(4):
            reply.flags |= dns.flags.TC
            return reply.to_wire()
        wire = reply.to_wire()
        return wire[:12] + damaged(wire[12:], chance)

    def framed(query: dns.message.Message) -> bytes:
        wire = answer(query)
        return len(wire).to_bytes(2, "big") + wire

    with fault_server(over_tcp(framed)) as port, answering(answer, port) as server:
        codes = judged(run(server, *(f"d{number}.{DOMAIN}" for number in range(6))))
    assert {"srv-several", "address-ok"} <= codes


def truncated(query: dns.message.Message) -> dns.message.Message:
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.TC
    return reply


def drips(connection: socket.socket) -> None:
    connection.recv(4096)
    for byte in b"\xff\xff" + bytes(100):
        connection.sendall(bytes([byte]))
        threading.Event().wait(0.02)


def with_id(answer: Callable[[dns.message.Message], bytes]) -> Answer:
    return lambda query: query.id.to_bytes(2, "big") + answer(query)[2:]


def undecodable(query: dns.message.Message) -> bytes:
    """An extended error that is no UTF-8."""
    reply = honest(query)
    reply.use_edns(0, options=[dns.edns.GenericOption(dns.edns.OptionType.EDE, b"\x00\x06\xff\xfe\xfd")])
    return reply.to_wire()


def loops(query: dns.message.Message) -> bytes:
    """A name that is compressed into itself."""
    head = struct.pack("!HHHHHH", query.id, 0x8400, 1, 1, 0, 0) + query.to_wire(want_shuffle=False)[12:]
    return head[: 12 + len(query.question[0].name.to_wire() or b"") + 4] + b"\xc0\x0c" * 20


OVER_TCP: dict[str, Behaviour] = {
    "a flood": floods(b"", bytes(60000)),
    "a drip": drips,
    "a length of nothing": over_tcp(lambda query: b"\x00\x00"),
    "another id": over_tcp(lambda query: b"\x00\x0c" + bytes(12)),
    "an error that is no text": over_tcp(lambda query: framed_by_length(undecodable(query))),
    "half an answer": over_tcp(lambda query: framed_by_length(honest(query).to_wire())[:40]),
}


def framed_by_length(wire: bytes) -> bytes:
    return len(wire).to_bytes(2, "big") + wire


@pytest.mark.parametrize("what", OVER_TCP)
def test_over_tcp(what: str) -> None:
    with fault_server(OVER_TCP[what]) as port, answering(truncated, port) as server:
        codes = judged(run(server, DOMAIN))
    assert codes <= {"dns-tcp-blocked", "dns-servfail", "dns-timeout"}


OVER_UDP: dict[str, Answer] = {
    "a flood of other ids": lambda query: [
        ((query.id + n) % 65536).to_bytes(2, "big") + bytes(400) for n in range(1, 300)
    ],
    "an error that is no text": undecodable,
    "a name that holds itself": loops,
    "only the question": lambda query: query.to_wire(),
    "the largest datagram of zeros": with_id(lambda query: bytes(65507)),
    "nothing but an id": with_id(lambda query: bytes(2)),
    "the answer to another question": lambda query: honest(dns.message.make_query("other.example", "A", id=query.id)),
}


@pytest.mark.parametrize("what", OVER_UDP)
def test_over_udp(what: str) -> None:
    with answering(OVER_UDP[what]) as server:
        codes = judged(run(server, DOMAIN))
    assert codes <= {"dns-servfail", "dns-timeout", "dns-tcp-blocked"}


MANY_OF_EACH = 500
MANY = {
    "SRV": [f"0 0 5061 s{n}.{DOMAIN}." for n in range(MANY_OF_EACH)],
    "NS": [f"n{n}.{DOMAIN}." for n in range(MANY_OF_EACH)],
    "A": [f"127.0.{n // 250}.{n % 250}" for n in range(MANY_OF_EACH)],
}


def test_thousands_of_records_open_no_thousands_of_sockets() -> None:
    """500 targets and 500 name servers, each with 500 addresses: few of them are looked at."""
    asked: list[str] = []
    ready = {kind: dns.rdataset.from_text_list("IN", kind, 300, texts) for kind, texts in MANY.items()}

    def many(query: dns.message.Message) -> bytes:
        name, kind = query.question[0].name, dns.rdatatype.to_text(query.question[0].rdtype)
        asked.append(str(name))
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        if kind in ready:
            reply.answer.append(dns.rrset.from_rdata_list(name, 300, list(ready[kind])))
        return framed_by_length(reply.to_wire(max_size=65535))

    with fault_server(over_tcp(many)) as port, answering(truncated, port) as server:
        address, _, number = server.rpartition(":")
        everywhere = {(f"127.0.{n // 250}.{n % 250}", 53): (address, int(number)) for n in range(MANY_OF_EACH)}
        network = Network(name_servers=((address, int(number)),), authoritative=True, connect_to=everywhere, timeout=6)
        service = CheckService(network)
        try:
            result = service.run(DnsRequest(domain=DOMAIN))
        finally:
            service.close()
    assert "srv-several" in {found.code for found in result.findings}
    assert len(asked) < 150
