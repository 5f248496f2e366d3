"""Procedure f: which routes for which deployment, what the node's lookup decides, and what proves a route."""

from collections.abc import Mapping

import pytest

from checks.catalogue import finding
from checks.finding import Finding, Json
from checks.requests import TlsRequest
from tests.core.plans import edge, fields_of, front_end, practice_plan, with_partners
from wizard.facts import CheckFact, Facts
from wizard.observe import observe
from wizard.plan.model import Dns, Plan
from wizard.procedures import CATALOGUE
from wizard.procedures.static_route import STATIC_ROUTE
from wizard.resolve import walk_of
from wizard.standing import AlreadySo, Applies, NotApplicable, Standing, Stop, Unknown
from wizard.step import Check, Command, Step

NAME = "_sipfederationtls._tcp.partner.example"
FOUND: Mapping[str, Json] = {"records": [["sip.partner.example", 5061]]}
DENIED: Mapping[str, Json] = {"not_found": True}


def steps(plan: Plan) -> dict[str, Step]:
    return {step.id: step for step in STATIC_ROUTE.steps(plan)}


def routes(plan: Plan) -> dict[str, tuple[str, str, str, str, str]]:
    found = {}
    for step in STATIC_ROUTE.steps(plan):
        if "/store@" in step.id:
            labels = ("Destination Pattern", "Next Hop", "Next Hop Port", "Route Type", "Protocol Type")
            pattern, hop, port, kind, protocol = (fields_of(step)[label] for label in labels)
            found[step.id.partition("@")[2]] = (pattern, hop, port, kind, protocol)
            assert step.restarts == ()
    return found


def aol_plan(*, default: bool, **static: bool) -> Plan:
    plan = with_partners(aol=True)
    assert plan.aol is not None
    domains = tuple(
        domain.model_copy(update={"static_route": static.get(domain.name.partition(".")[0], False)})
        for domain in plan.aol.domains
    )
    return plan.model_copy(
        update={"aol": plan.aol.model_copy(update={"domains": domains, "static_route_for_default": default})}
    )


SAG = ("sag.aol.example", "5061", "domain", "TLS")


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (with_partners(edge()), {}),
        (
            with_partners(edge(publishes_srv=False)),
            {"partner.example": (".example.partner.*", "sip.partner.example", "5061", "domain", "TLS")},
        ),
        (
            with_partners(edge("sub.acme.example", publishes_srv=False, next_hop="203.0.113.9"), asa=True),
            {"sub.acme.example": (".example.acme.sub.*", "203.0.113.9", "5061", "domain", "TLS")},
        ),
        (
            with_partners(front_end(next_hop="pool.inside.example", pool_fqdn="pool.inside.example")),
            {"inside.example": (".example.inside.*", "pool.inside.example", "5061", "domain", "TLS")},
        ),
        (
            with_partners(front_end(transport="tcp", version="ocs-2007-r2")),
            {"inside.example": (".example.inside.*", "sip.inside.example", "5060", "domain", "TCP")},
        ),
        (
            with_partners(edge("xn--bcher-kva.example", publishes_srv=False)),
            {
                "xn--bcher-kva.example": (
                    ".example.xn--bcher-kva.*",
                    "sip.xn--bcher-kva.example",
                    "5061",
                    "domain",
                    "TLS",
                )
            },
        ),
        (aol_plan(default=False), {}),
        (aol_plan(default=True), {"aol.com": (".com.aol.*", *SAG)}),
        (aol_plan(default=False, hosted1=True), {"hosted1.example": (".example.hosted1.*", *SAG)}),
        # The route of the default domain and that of aol.com are one.
        (
            aol_plan(default=True, aol=True, hosted2=True),
            {"aol.com": (".com.aol.*", *SAG), "hosted2.example": (".example.hosted2.*", *SAG)},
        ),
    ],
)
def test_each_planned_route_with_its_values(plan: Plan, expected: dict[str, tuple[str, ...]]) -> None:
    assert routes(plan) == expected
    for domain, values in expected.items():
        read_back = fields_of(steps(plan)[f"static-route/read-back@{domain}"])
        assert tuple(read_back.values()) == values


def test_a_plan_without_routes_says_so() -> None:
    (chapter,) = walk_of(aol_plan(default=False), (STATIC_ROUTE,)).chapters
    assert isinstance(chapter.excluded, NotApplicable)
    (chapter,) = walk_of(with_partners(edge()), (STATIC_ROUTE,)).chapters
    assert chapter.excluded is None


def test_each_next_hop_is_proved_once() -> None:
    found = steps(aol_plan(default=True, hosted1=True, hosted2=True))
    proofs = [step for step in found if "/next-hop@" in step or "/tls@" in step]
    assert proofs == ["static-route/next-hop@sag.aol.example", "static-route/tls@sag.aol.example"]
    tls = found["static-route/tls@sag.aol.example"]
    assert isinstance(tls.does, Check)
    assert tls.does.request == TlsRequest(host="sag.aol.example", port=5061, name="sag.aol.example")
    stores = ("hosted1.example", "hosted2.example", "aol.com")
    assert tls.after == tuple(f"static-route/store@{domain}" for domain in stores)


def test_an_address_needs_no_lookup_and_tcp_no_handshake() -> None:
    found = steps(with_partners(edge(publishes_srv=False, next_hop="203.0.113.9")))
    assert "static-route/tls@203.0.113.9" in found
    assert not [step for step in found if "/next-hop@" in step]
    found = steps(with_partners(front_end(transport="tcp", version="ocs-2007")))
    assert "static-route/next-hop@sip.inside.example" in found
    assert not [step for step in found if "/tls@" in step]


# --- what the node finds by itself -----------------------------------------------------------------------------------


def looked_up(value: Mapping[str, Json] | None, *, dns: str = "") -> Facts:
    facts = Facts() if value is None else Facts().with_node("imp1", f"lookup {NAME}", value)
    return facts.with_check("dns/partner@partner.example", CheckFact(dns)) if dns else facts


def standing(plan: Plan, facts: Facts) -> Standing:
    return steps(plan)["static-route/by-dns@partner.example"].when(plan, facts)


def test_planned_for_dns_and_found_needs_nothing() -> None:
    assert isinstance(standing(with_partners(edge()), looked_up(FOUND)), AlreadySo)


@pytest.mark.parametrize("value", [None, {}, {"not_found": False}])
def test_without_an_answer_nothing_is_concluded(value: Mapping[str, Json] | None) -> None:
    assert isinstance(standing(with_partners(edge()), looked_up(value)), Unknown)


def test_planned_for_dns_and_not_found_offers_a_route() -> None:
    stop = standing(with_partners(edge()), looked_up(DENIED))
    assert isinstance(stop, Stop)
    assert "publishes_srv = false" in stop.remedy
    assert "next_hop" in stop.remedy
    assert "internal name servers" not in stop.problem


def test_found_inside_but_not_by_the_node_says_so() -> None:
    plan = with_partners(edge()).model_copy(update={"dns": Dns(internal_name_servers=("192.0.2.54",))})
    stop = standing(plan, looked_up(DENIED, dns="pass"))
    assert isinstance(stop, Stop)
    assert "internal name servers have it" in stop.problem
    differs = (finding("split-horizon-differs", "partner.example"),)
    lost = looked_up(DENIED).with_check("dns/partner@partner.example", CheckFact("pass", differs))
    stop = standing(plan, lost)
    assert isinstance(stop, Stop)
    assert "internal name servers" not in stop.problem


def judged(plan: Plan, step: str, facts: Facts) -> tuple[Finding, ...]:
    does = steps(plan)[step].does
    assert isinstance(does, Command)
    return does.judge(plan, facts)


def test_a_record_although_a_route_is_planned_is_worth_a_warning() -> None:
    plan = with_partners(edge(publishes_srv=False))
    lookup = "static-route/lookup@partner.example"
    (found,) = judged(plan, lookup, looked_up(FOUND))
    assert (found.code, found.severity) == ("route-srv-unused", "warn")
    assert "sip.partner.example:5061" in found.why
    assert found.verify_with == f"utils network host {NAME} srv"
    (found,) = judged(plan, lookup, looked_up(DENIED))
    assert found.code == "node-ok"
    assert isinstance(steps(plan)["static-route/store@partner.example"].when(plan, looked_up(FOUND)), Applies)


def test_a_front_end_and_aol_are_not_looked_up() -> None:
    found = steps(with_partners(front_end(), aol=True))
    assert not [step for step in found if "/lookup@" in step or "/by-dns@" in step]


@pytest.mark.parametrize(
    ("value", "code", "severity"),
    [
        ({"addresses": ["203.0.113.20"]}, "route-ok", "pass"),
        ({"not_found": True}, "route-next-hop-unresolvable", "fail"),
        ({}, "node-lookup-unclear", "not-tested"),
    ],
)
def test_the_node_has_to_resolve_the_next_hop(value: Mapping[str, Json], code: str, severity: str) -> None:
    plan = practice_plan()
    facts = Facts().with_node("imp1", "lookup edge.branch.example", value)
    (found,) = judged(plan, "static-route/next-hop@edge.branch.example", facts)
    assert (found.code, found.severity) == (code, severity)


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        (f"{NAME} has SRV record 0 0 5061 sip.partner.example.", {"records": [["sip.partner.example", 5061]]}),
        (f"{NAME} has SRV record 0 0 0 .", {"not_found": True}),
        (f"Host {NAME} not found: 3(NXDOMAIN)", {"not_found": True}),
        (";; connection timed out; no servers could be reached", {}),
        ("sip.partner.example has address 198.51.100.10", {"addresses": ["198.51.100.10"]}),
    ],
)
def test_what_the_node_prints_becomes_a_fact(printed: str, value: Mapping[str, Json]) -> None:
    output = f"\nLocal Resolution:\nNothing found\n\nExternal Resolution:\n{printed}\n\n"
    seen = observe(f"lookup {NAME}", output)
    assert seen == {"addresses": [], "records": [], "not_found": False, **value}
    learned = Facts().with_node("imp1", f"lookup {NAME}", seen).node("imp1").lookups[NAME]
    assert bool(learned.records) is bool(value.get("records"))
    assert learned.not_found is bool(value.get("not_found"))


def test_the_name_that_a_pool_shows_is_not_demanded_where_any_member_answers() -> None:
    pool = front_end(
        "pool.example", front_ends=["fe1.pool.example", "fe2.pool.example"], pool_fqdn="ee.pool.example",
        next_hop="ee.pool.example", external_fqdn="fe1.pool.example",
    )  # fmt: skip
    single = front_end("single.example", front_ends=["fe1.single.example"], next_hop="fe1.single.example")
    asked = {
        request.host: request.name
        for step in walk_of(with_partners(pool, single), CATALOGUE).steps
        if isinstance(step.does, Check) and isinstance(request := step.does.request, TlsRequest) and step.does.stops
    }
    # Which certificate answers is chance, so a difference is neither asked to be mended nor stops the walk.
    assert asked["ee.pool.example"] == ""
    assert asked["fe1.single.example"] == "fe1.single.example"
