"""Name servers that misbehave: each way is told apart from a missing record."""

import asyncio

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
import uvloop

from checks.addresses import Reach, reach_of
from checks.dns.exchange import Question, ask_one
from checks.dns.query import Outcome
from checks.dns.udp import Udp
from tests.checks.support import Check
from tests.servers.dns import Answer, answering


def _answer(query: dns.message.Message, *records: str) -> dns.message.Message:
    """A reply whose answer holds records of the asked name and type."""
    reply = dns.message.make_response(query)
    question = query.question[0]
    if records:
        reply.answer.append(dns.rrset.from_text(question.name, 300, "IN", question.rdtype, *records))
    return reply


def _failing(rcode: dns.rcode.Rcode) -> Answer:
    def answer(query: dns.message.Message) -> dns.message.Message:
        reply = dns.message.make_response(query)
        reply.set_rcode(rcode)
        return reply

    return answer


def _bogus(query: dns.message.Message) -> dns.message.Message:
    """As a validating resolver does: nothing, unless validation is switched off."""
    if query.flags & dns.flags.CD:
        return _answer(query, "0 0 5061 sip.partner.example.")
    reply = _failing(dns.rcode.SERVFAIL)(query)
    assert isinstance(reply, dns.message.Message)
    reply.use_edns(0, options=[dns.edns.EDEOption(dns.edns.EDECode.DNSSEC_BOGUS, "no valid signature")])
    return reply


def _truncated(query: dns.message.Message) -> dns.message.Message:
    reply = _answer(query)
    reply.flags |= dns.flags.TC
    return reply


def _without_edns(query: dns.message.Message) -> dns.message.Message:
    """As old servers do: they understand no EDNS."""
    if query.edns >= 0:
        reply = dns.message.Message(query.id)
        reply.flags |= dns.flags.QR
        reply.question = query.question
        reply.set_rcode(dns.rcode.FORMERR)
        return reply
    kind = dns.rdatatype.to_text(query.question[0].rdtype)
    records = {"SRV": "0 0 5061 sip.partner.example.", "A": "8.8.8.8", "PTR": "dns.example."}
    random = str(query.question[0].name).startswith("_") and "sipfederationtls" not in str(query.question[0].name)
    return _answer(query, *([records[kind]] if kind in records and not random else []))


def _inventing(query: dns.message.Message) -> dns.message.Message:
    return _answer(query, "198.51.100.1") if query.question[0].rdtype == 1 else _answer(query)


@pytest.mark.parametrize(
    ("answer", "status", "faults"),
    [
        (_failing(dns.rcode.SERVFAIL), 3, {"dns-servfail": "not-tested"}),
        (_failing(dns.rcode.REFUSED), 3, {"dns-refused": "not-tested"}),
        (lambda _: None, 3, {"dns-timeout": "not-tested"}),
        (lambda _: b"\x00\x01garbage", 3, {"dns-timeout": "not-tested"}),
        (_bogus, 2, {"dnssec-bogus": "fail"}),
        (_truncated, 2, {"dns-tcp-blocked": "fail"}),
        (_without_edns, 0, {}),
        (_inventing, 2, {"srv-no-data": "fail", "resolver-rewrites": "warn"}),
    ],
)
def test_each_way_of_failing(check: Check, answer: Answer, status: int, faults: dict[str, str]) -> None:
    with answering(answer) as server:
        checked = check("dns", "partner.example", "--nameserver", server, "--timeout", "0.6")
    assert (checked.status, checked.faults) == (status, faults)


def test_the_extended_error_is_passed_on(check: Check) -> None:
    with answering(_bogus) as server:
        checked = check("dns", "partner.example", "--nameserver", server, "--timeout", "0.6")
    assert "EDE 6" in checked.finding("dnssec-bogus")["observed"]["reason"]


def test_the_next_server_is_asked(check: Check) -> None:
    with answering(lambda _: None) as silent, answering(_without_edns) as good:
        words = ("--nameserver", silent, "--nameserver", good, "--timeout", "0.6")
        assert check("dns", "partner.example", *words).status == 0


def test_where_there_is_no_name_server_that_is_said(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checks.views.system_servers", tuple)
    checked = check("dns", "partner.example", "--timeout", "0.6")
    assert (checked.status, checked.faults) == (3, {"dns-timeout": "not-tested"})
    assert "names no name server" in checked.finding("dns-timeout")["why"]


@pytest.mark.parametrize(
    ("address", "reach"),
    [
        ("8.8.8.8", Reach.PUBLIC),
        ("2606:4700::1", Reach.PUBLIC),
        ("10.1.2.3", Reach.SPECIAL),
        ("100.64.0.1", Reach.SPECIAL),
        ("224.0.0.1", Reach.SPECIAL),
        ("fec0::1", Reach.SPECIAL),
        ("64:ff9b::a00:1", Reach.SPECIAL),
        ("64:ff9b::808:808", Reach.PUBLIC),
        ("2002:a00:1::1", Reach.SPECIAL),
        ("::ffff:192.168.0.1", Reach.SPECIAL),
        ("192.88.99.1", Reach.SPECIAL),
        ("203.0.113.9", Reach.DOCUMENTATION),
        ("3fff::1", Reach.DOCUMENTATION),
        ("2001:db8::1", Reach.DOCUMENTATION),
        ("0.1.2.3", Reach.SPECIAL),
        ("172.31.255.255", Reach.SPECIAL),
        ("172.32.0.0", Reach.PUBLIC),
        ("192.0.0.8", Reach.SPECIAL),
        ("192.0.0.9", Reach.PUBLIC),
        ("192.31.196.1", Reach.PUBLIC),
        ("198.19.255.255", Reach.SPECIAL),
        ("255.255.255.255", Reach.SPECIAL),
        ("::", Reach.SPECIAL),
        ("::8.8.8.8", Reach.SPECIAL),
        ("::ffff:0:10.0.0.1", Reach.SPECIAL),
        ("::ffff:0:8.8.8.8", Reach.PUBLIC),
        ("64:ff9b:1::808:808", Reach.SPECIAL),
        ("100::1", Reach.SPECIAL),
        ("100:0:0:1::1", Reach.SPECIAL),
        ("2001::1", Reach.SPECIAL),
        ("2001:1::1", Reach.PUBLIC),
        ("2001:1::4", Reach.SPECIAL),
        ("2001:2::1", Reach.SPECIAL),
        ("2001:4:112::1", Reach.PUBLIC),
        ("2001:20::1", Reach.PUBLIC),
        ("2001:10::1", Reach.SPECIAL),
        ("2001:200::1", Reach.PUBLIC),
        ("2002:808:808::1", Reach.PUBLIC),
        ("2002:c000:201::1", Reach.DOCUMENTATION),
        ("2620:4f:8000::1", Reach.PUBLIC),
        ("4000::1", Reach.SPECIAL),
        ("5f00::1", Reach.SPECIAL),
        ("fe80::1", Reach.SPECIAL),
        ("fd00::1", Reach.SPECIAL),
        ("ff02::1", Reach.SPECIAL),
    ],
)
def test_which_addresses_are_public(address: str, reach: Reach) -> None:
    assert reach_of(address)[0] is reach


def test_shared_sockets_do_not_wait_for_a_server_that_nothing_can_be_sent_to() -> None:
    async def ask() -> Outcome:
        async with Udp() as udp, asyncio.timeout(20):  # of the 60 that an answer would be waited for
            question = Question(name="partner.example", kind="SRV")
            return (await ask_one(question, ("255.255.255.255", 53), 60, udp=udp)).outcome  # no socket may broadcast

    assert uvloop.run(ask()) is Outcome.TIMEOUT
