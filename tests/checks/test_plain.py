"""Plain answers: read by hand they say what dnspython reads in them; whatever is odd is left to dnspython."""

import dns.exception
import dns.message
import dns.rrset
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checks.dns.exchange import Question, plain_reply
from checks.dns.plain import plain_answer, plain_query
from checks.dns.reply import read_message

NAME = "_sipfederationtls._tcp.partner.example"
RECORDS = {
    "A": ("192.0.2.1", "8.8.8.8"),
    "AAAA": ("2001:db8::1", "::ffff:10.0.0.1", "2001:db8:0:0:1::"),
    "SRV": ("0 0 5061 SIP.partner.example.", "10 5 5061 _x-1.other.example."),
}


def exchange(kind: str) -> tuple[bytes, dns.message.Message]:
    query = Question(name=NAME, kind=kind).message(edns=True)
    reply = dns.message.make_response(query)
    reply.answer.append(dns.rrset.from_text(query.question[0].name, 300, "IN", kind, *RECORDS[kind]))
    return query.to_wire(), reply


@pytest.mark.parametrize("kind", RECORDS)
def test_both_readers_say_the_same(kind: str) -> None:
    query, reply = exchange(kind)
    plain = plain_answer(query, reply.to_wire())
    assert plain is not None
    assert plain_reply(plain, ("s", 53)) == read_message(reply, dns.message.from_wire(query), "s")


@pytest.mark.parametrize("kind", RECORDS)
@pytest.mark.parametrize("edns", [True, False])
def test_a_query_by_hand_is_that_of_dnspython(kind: str, edns: bool) -> None:
    message = Question(name=NAME, kind=kind).message(edns=edns)
    message.id = 0
    assert Question(name=NAME, kind=kind).plain(edns=edns) == message.to_wire()
    assert plain_query("a..b", kind, 0, None) is None
    assert plain_query("ä.example", kind, 0, None) is None


@given(name=st.text("aZ0-_.\\ä", max_size=12) | st.integers(60, 260).map(lambda size: "a" * size) | st.just("a." * 130))
@example("a..")
@example("a..b")
def test_a_name_is_possible_where_dnspython_takes_it_and_then_asked_for_alike(name: str) -> None:
    question = Question(name=name, kind="SRV")
    try:
        message = question.message(edns=True)
    except dns.exception.DNSException as problem:
        assert question.problem() == str(problem)
        assert question.plain(edns=True) is None
        return
    message.id = 0
    assert not question.problem()
    assert question.plain(edns=True) in {None, message.to_wire()}


@settings(max_examples=400)
@given(kind=st.sampled_from(sorted(RECORDS)), at=st.integers(0, 200), change=st.integers(0, 255), cut=st.integers(0, 9))
def test_damage_is_left_to_the_whole_reader_or_read_alike(kind: str, at: int, change: int, cut: int) -> None:
    query, reply = exchange(kind)
    wire = bytearray(reply.to_wire())
    wire[at % len(wire)] ^= change
    damaged = bytes(wire[: len(wire) - cut] if cut < 5 else wire)
    plain = plain_answer(query, damaged)
    if plain is not None:
        whole = dns.message.from_wire(damaged)
        assert plain_reply(plain, ("s", 53)) == read_message(whole, dns.message.from_wire(query), "s")
