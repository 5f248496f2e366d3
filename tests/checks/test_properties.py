"""Whatever comes in, the parsers say no in the way they promise, and the judges say something."""

import contextlib
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from checks.catalogue import CODES
from checks.dns.elsewhere import Place
from checks.dns.gather import Domain, Target
from checks.dns.judge import judge_domain
from checks.dns.query import Outcome, Reply, Srv
from checks.finding import Severity
from checks.names import BadNameError, domain_name
from checks.requests import DnsRequest
from checks.tls.messages import MessageError, accepted_authorities, distinguished_name
from checks.tls.raw import _Flight, client_hello

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
OWNER = "_sipfederationtls._tcp.partner.example"


@given(st.text(max_size=80))
def test_a_name_is_canonical_or_refused(text: str) -> None:
    with contextlib.suppress(BadNameError):
        name = domain_name(text)
        assert domain_name(name) == name
        assert name.isascii()


@given(st.binary(max_size=300), st.booleans(), st.booleans())
def test_requests_for_certificates(body: bytes, version_13: bool, algorithms: bool) -> None:
    assert isinstance(accepted_authorities(body, version_13=version_13, algorithms=algorithms), tuple)
    assert isinstance(distinguished_name(body), str)


@given(st.lists(st.binary(max_size=100), max_size=8))
def test_a_flight_of_any_bytes(parts: list[bytes]) -> None:
    flight = _Flight()
    with contextlib.suppress(MessageError):
        for part in parts:
            flight.take(part)


def test_our_hello_is_one_record() -> None:
    hello = client_hello("sip.partner.example")
    assert hello[0] == 22
    assert int.from_bytes(hello[3:5], "big") == len(hello) - 5
    assert b"sip.partner.example" in hello


names = st.sampled_from(
    [".", "sip.partner.example", "sip.other.example", "10.0.0.1", "sip.partner.example.partner.example", "\\027.x", ""]
)
records = st.builds(Srv, st.just(0), st.just(0), st.sampled_from([0, 443, 5060, 5061]), names)
addresses = st.lists(st.sampled_from(["8.8.8.8", "10.0.0.1", "192.0.2.1"]), max_size=3)
outcomes = st.sampled_from(list(Outcome))


@st.composite
def replies(draw: st.DrawFn, *, with_addresses: bool = False) -> Reply:
    outcome = draw(outcomes)
    services = tuple(draw(st.lists(records, min_size=1, max_size=3))) if outcome is Outcome.DATA else ()
    found = tuple(draw(addresses)) if with_addresses and outcome is Outcome.DATA else ()
    return Reply(outcome=outcome, server="192.0.2.53", services=services, records=found, negative_ttl=draw(st.just(60)))


@given(st.data(), replies(), st.sampled_from(["sip", "xmpp"]), st.sampled_from(["ours", "partner"]), st.booleans())
def test_every_state_of_a_domain_has_a_verdict(
    data: st.DataObject, reply: Reply, service: str, side: str, elsewhere: bool
) -> None:
    targets = tuple(
        Target(record=s, four=data.draw(replies(with_addresses=True)), six=Reply(outcome=Outcome.NO_DATA, server=""))
        for s in reply.services
    )
    place = Place(code="srv-wrong-name", name="sipfederationtls._tcp.partner.example", services=())
    facts = Domain(owner_name=OWNER, reply=reply, targets=targets, elsewhere=(place,) if elsewhere else ())
    request = DnsRequest(domain="partner.example", service=service, side=side)  # type: ignore[arg-type]
    found = list(judge_domain(request, facts, NOW))
    assert found
    assert all(f.code in CODES for f in found)
    if reply.outcome not in {Outcome.DATA, Outcome.TCP_BLOCKED}:
        assert any(f.severity in {Severity.FAIL, Severity.NOT_TESTED} for f in found)
    assert "..." not in "".join(f.why + "".join(f.fix) for f in found), [f.code for f in found if "..." in f.why]
