"""The practice name server, over UDP and TCP."""

import socket
import subprocess

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest

from wizard.practice.client import PracticeNetwork

SRV = "_sipfederationtls._tcp.partner.example."


def ask(network: PracticeNetwork, name: str, kind: str, *, tcp: bool = False) -> dns.message.Message:
    host, _, port = network.name_servers[0].partition(":")
    query = dns.message.make_query(name, kind, use_edns=True, payload=1232)
    send = dns.query.tcp if tcp else dns.query.udp
    return send(query, host, timeout=5, port=int(port))


@pytest.mark.parametrize("tcp", [False, True])
@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        (SRV, "SRV", "0 0 5061 sip.partner.example."),
        ("SIP.Partner.Example.", "A", "198.51.100.10"),
        ("10.100.51.198.in-addr.arpa.", "PTR", "sip.partner.example."),
        ("11.2.0.192.in-addr.arpa.", "PTR", "imp1.local.example."),
        ("edge.branch.example.", "A", "203.0.113.20"),
        ("partner.example.", "NS", "ns.partner.example."),
        ("ns.partner.example.", "A", "192.0.2.53"),
        (".", "NS", "root.example."),
    ],
)
def test_a_record_that_exists_is_answered(
    shared: PracticeNetwork, name: str, kind: str, expected: str, tcp: bool
) -> None:
    answer = ask(shared, name, kind, tcp=tcp)
    assert answer.rcode() == dns.rcode.NOERROR
    assert answer.flags & dns.flags.AA
    assert answer.flags & dns.flags.RA
    assert answer.edns == 0
    assert [str(rdata) for rdata in answer.answer[0]] == [expected]


@pytest.mark.parametrize(
    ("name", "kind", "rcode", "zone"),
    [
        ("_sipfederationtls._tcp.local.example.", "SRV", dns.rcode.NXDOMAIN, "local.example."),
        ("_sipfederationtls._tcp.branch.example.", "SRV", dns.rcode.NXDOMAIN, "branch.example."),
        ("imp-public.mail.local.example.", "A", dns.rcode.NXDOMAIN, "mail.local.example."),
        ("_sipfederationtls._tcp.aol.com.", "SRV", dns.rcode.NXDOMAIN, "aol.com."),
        ("_tcp.partner.example.", "A", dns.rcode.NOERROR, "partner.example."),  # holds nothing, exists all the same
        ("sip.partner.example.", "AAAA", dns.rcode.NOERROR, "partner.example."),
        ("partner.example.", "A", dns.rcode.NOERROR, "partner.example."),
        ("unheard-of.example.", "A", dns.rcode.NXDOMAIN, "."),
        ("99.2.0.192.in-addr.arpa.", "PTR", dns.rcode.NXDOMAIN, "2.0.192.in-addr.arpa."),
    ],
)
def test_what_is_not_there_is_told_with_the_zone(
    shared: PracticeNetwork, name: str, kind: str, rcode: int, zone: str
) -> None:
    answer = ask(shared, name, kind)
    assert answer.rcode() == rcode
    assert not answer.answer
    soa = answer.authority[0]
    assert str(soa.name) == zone
    assert soa[0].minimum == 5
    assert soa.ttl == 5


def test_a_zone_is_not_given_away(shared: PracticeNetwork) -> None:
    assert ask(shared, "local.example.", "AXFR", tcp=True).rcode() == dns.rcode.REFUSED


def test_nonsense_does_not_end_it(shared: PracticeNetwork) -> None:
    host, _, port = shared.name_servers[0].partition(":")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hostile:
        for nonsense in (b"", b"\x00", b"\xff" * 600, b"\x12\x34\x01\x00\x00\x01" + b"\x00" * 6 + b"\xc0\x0c\x00\x01"):
            hostile.sendto(nonsense, (host, int(port)))
    assert ask(shared, SRV, "SRV").answer


@pytest.mark.needs("bind9-dnsutils")
def test_dig_reads_it(shared: PracticeNetwork) -> None:
    host, _, port = shared.name_servers[0].partition(":")
    done = subprocess.run(
        ["dig", f"@{host}", "-p", port, SRV, "SRV", "+short"], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout == "0 0 5061 sip.partner.example.\n"
