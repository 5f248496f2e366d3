"""Where all others fail at once, the check of a plan looks at our own side first, and nobody else is written to."""

from collections.abc import Mapping

import pytest

from checks.catalogue import finding
from checks.finding import Finding, Findings, Owner, Severity
from checks.requests import Network, TlsRequest
from tests.core.plans import practice_plan
from wizard.checklist import OURS, sides_of
from wizard.commands.check_letters import letters
from wizard.commands.checked import Checked, Correspondent
from wizard.our_way import Seen, our_way_named
from wizard.report.merge import merged

SIDES = sides_of(practice_plan())
OTHERS = [side.whose for side in SIDES if side.whose != OURS]
FIRST, SECOND = OTHERS[0], OTHERS[1]


def barred(name: str, code: str = "tcp-refused", severity: Severity | None = None) -> Finding:
    return finding(code, f"sip.{name}:5061", severity=severity, observed={"address": "198.51.100.1", "reason": "x"})


def silent(name: str, code: str = "dns-servfail") -> Finding:
    return finding(code, f"_sipfederationtls._tcp.{name}", observed={"server": "192.0.2.53"})


def named(found: Mapping[str, tuple[Finding, ...]]) -> Seen:
    """What is made of these findings; each stands in the last check of its organisation, and the rest found nothing."""
    results = []
    for side in SIDES:
        last = len(side.everything) - 1
        told = [found.get(side.whose, ()) if number == last else () for number in range(last + 1)]
        results += [Findings(target=side.whose, started="", duration_ms=0, findings=each) for each in told]
    return our_way_named(SIDES, results)


def test_the_plan_of_these_tests_has_several_organisations() -> None:
    assert len(OTHERS) > 1
    assert any(isinstance(request, TlsRequest) for request in SIDES[1].requests)


@pytest.mark.parametrize("code", ["tcp-refused", "tcp-timeout", "tcp-unreachable"])
def test_that_nobody_is_reached_is_told_once_and_first_and_nobody_else_is_blamed(code: str) -> None:
    seen = named({name: (barred(name, code),) for name in OTHERS})
    (cause,) = seen.causes
    assert (cause.code, cause.severity, cause.owner) == ("tcp-none-reached", Severity.FAIL, Owner.FIREWALL)
    assert cause.observed["servers"] == [f"sip.{name}:5061" for name in OTHERS]
    whole = merged("plan", seen.results, first=seen.causes)
    assert [each.code for each in whole.findings] == ["tcp-none-reached", *[code] * len(OTHERS)]
    assert {each.severity for each in whole.findings} == {Severity.FAIL}
    assert {each.owner for each in whole.findings} == {Owner.FIREWALL}
    partners = tuple(Correspondent(to=name, about=name, findings=whole) for name in OTHERS)
    (text,) = letters("partner", Checked(findings=whole, network=Network(), partners=partners))
    assert text.startswith("Nothing was found for the other side's administrator to mend. What was found is for who")
    assert cause.why in text


@pytest.mark.parametrize(
    "found",
    [
        {FIRST: (barred(FIRST),)},
        {FIRST: (barred(FIRST), barred(f"two.{FIRST}"))},
        {FIRST: (barred(FIRST),), OURS: (barred("local.example"),)},
        {FIRST: (barred(FIRST),), SECOND: (barred(SECOND, "tcp-timeout"),)},
        {FIRST: (barred(FIRST),), SECOND: (barred(SECOND), finding("tls-ok", f"edge.{SECOND}:5061"))},
        {FIRST: (barred(FIRST),), SECOND: (barred(SECOND), finding("tls-alert", f"edge.{SECOND}:5061"))},
    ],
    ids=["one", "one twice", "one and we", "in two ways", "one is reached", "one that fails later is reached"],
)
def test_what_may_be_the_others_is_left_with_them(found: Mapping[str, tuple[Finding, ...]]) -> None:
    seen = named(found)
    assert seen.causes == ()
    told = [each for side in SIDES for each in found.get(side.whose, ())]
    assert [each for result in seen.results for each in result.findings] == told


def test_a_server_of_ours_that_is_not_reached_either_stays_ours() -> None:
    own = barred("local.example")
    seen = named({name: (barred(name),) for name in OTHERS} | {OURS: (own,)})
    assert seen.causes
    assert own in [each for result in seen.results for each in result.findings]


@pytest.mark.parametrize("code", ["dns-servfail", "dns-refused", "dns-timeout"])
def test_name_servers_that_answer_nothing_are_ours_to_look_at(code: str) -> None:
    seen = named({name: (silent(name, code),) for name in (OURS, FIRST)})
    (cause,) = seen.causes
    assert (cause.code, cause.severity, cause.owner) == ("dns-none-answers", Severity.NOT_TESTED, Owner.YOU)
    assert cause.observed["servers"] == ["192.0.2.53"]
    assert {each.owner for result in seen.results for each in result.findings} == {Owner.YOU}


@pytest.mark.parametrize("code", ["srv-name-missing", "srv-ok", "address-ok"])
def test_name_servers_that_answer_anything_are_not_suspected(code: str) -> None:
    answered = finding(code, f"_sipfederationtls._tcp.{SECOND}", severity=Severity.INFO)
    assert named({FIRST: (silent(FIRST),), OURS: (silent(OURS),), SECOND: (answered,)}).causes == ()
    assert named({FIRST: (silent(FIRST),)}).causes == ()
