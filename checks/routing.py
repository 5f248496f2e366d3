"""Which rule routes requests to a domain: the order of static routes and SRV records (domain reference 2.8).

The rules are looked at in their order, and the first that leads somewhere is used. Gathering asks the DNS only for
those that are reached; judging is pure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from checks.catalogue import finding
from checks.catalogue.entry import json_values
from checks.dns.gather import Domain, Target, look_up_target
from checks.dns.judge_basics import asked_by_hand, unanswered
from checks.dns.judge_target import judge_target
from checks.dns.query import Outcome, Reply, Resolver, Srv
from checks.finding import Finding, Owner, Severity
from checks.names import srv_name
from checks.requests import DnsRequest, RouteRequest, StaticRoute
from checks.routing_lint import judge_routes, matches, reached_by_hand

_OF_OUR_OWN = (
    "Ask for an address of a partner: users of our own domain are found inside the cluster.",
    "If its users live in another organisation, it must not stand among our own domains: correct the plan.",
)
NOWHERE = "."  # the target of a record that says: there is no such service
# What makes a record lead nowhere; its other faults are told by the check of the record itself.
_ASTRAY = frozenset({"srv-port-unexpected", "srv-target-ip-literal", "srv-target-doubled", "srv-target-unresolvable"})


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One of the documented rules. `code` is that of its finding when it is used."""

    number: int
    by: Literal["static", "srv"]
    domain: str
    code: str

    @property
    def words(self) -> str:
        """What the rule looks at."""
        return f"static route for {self.domain}" if self.by == "static" else f"SRV record of {self.domain}"


class Stage(StrEnum):
    """How far the trace came with a rule."""

    USED = "used"
    EMPTY = "empty"  # looked at, and it leads nowhere
    UNANSWERED = "unanswered"  # nobody can tell
    NOT_REACHED = "not-reached"


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """The answer for the SRV of one domain; `target` is the record that is used, None when there is none."""

    reply: Reply
    target: Target | None = None


@dataclass(frozen=True, kw_only=True)
class Hop:
    """Where a rule leads."""

    next_hop: str
    port: int
    protocol: str

    def __str__(self) -> str:
        """As a person reads it."""
        return f"{self.next_hop}, port {self.port}, {self.protocol}"


@dataclass(frozen=True, kw_only=True)
class Looked:
    """One rule and what became of it."""

    rule: Rule
    stage: Stage
    hop: Hop | None = None
    detail: str = ""

    def told(self) -> dict[str, object]:
        """The rule as evidence."""
        return {"number": self.rule.number, "rule": self.rule.words, "stage": self.stage.value, "result": self.result}

    @property
    def result(self) -> str:
        """What became of it, in words."""
        match self.stage:
            case Stage.USED:
                return f"used: {self.hop}"
            case Stage.EMPTY | Stage.UNANSWERED:
                return self.detail or "none"
            case Stage.NOT_REACHED:
                return "not reached"


def rules_of(request: RouteRequest) -> tuple[Rule, ...]:
    """The rules for a domain, in the order in which the cluster looks at them."""
    own = (("static", request.domain, "route-static"), ("srv", request.domain, "route-srv"))
    default = _default_rules(request.default_domain)
    match request.kind:
        case "aol-hosted":
            rules = (*own, *default)
        case "aol-default":
            rules = _default_rules(request.domain)
        case "ocs-lync":
            rules = own
        case _:
            rules = ()
    return tuple(
        Rule(number=number, by="static" if by == "static" else "srv", domain=domain, code=code)
        for number, (by, domain, code) in enumerate(rules, 1)
    )


def _default_rules(domain: str) -> tuple[tuple[str, str, str], ...]:
    return (("static", domain, "route-default-static"), ("srv", domain, "route-default-srv"))


# --- gathering -------------------------------------------------------------------------------------------------------


async def gather_route(request: RouteRequest, resolver: Resolver) -> Mapping[str, Lookup]:
    """Ask for the SRV records that are reached, one after the other, up to the first that leads somewhere."""
    asked: dict[str, Lookup] = {}
    for rule in rules_of(request):
        if rule.by == "static":
            if _static(request, rule.domain) is not None:
                break
            continue
        asked[rule.domain] = seen = await _look_up(rule.domain, resolver)
        if seen.target is not None or not seen.reply.answered:
            break
    return asked


async def _look_up(domain: str, resolver: Resolver) -> Lookup:
    reply = await resolver.ask(srv_name(domain), "SRV")
    record = _preferred(reply)
    return Lookup(reply=reply, target=await look_up_target(record, resolver) if record is not None else None)


def _preferred(reply: Reply) -> Srv | None:
    """The lowest priority, then the highest weight (RFC 2782); none where the record declares that there is none."""
    serving = [record for record in reply.services if record.target != NOWHERE]
    return min(serving, key=lambda record: (record.priority, -record.weight), default=None)


# --- judging ---------------------------------------------------------------------------------------------------------


def judge_route(request: RouteRequest, asked: Mapping[str, Lookup]) -> Iterator[Finding]:
    """The findings about the way to a domain: the rule that is used, what is wrong with it and with static routes."""
    if request.kind in {"own", "none"}:
        reason = "is our own domain" if request.kind == "own" else "is not a federated domain of the plan"
        found = finding("route-not-federated", request.domain, observed=_about(request), values={"reason": reason})
        yield replace(found, fix=_OF_OUR_OWN) if request.kind == "own" else found
        return
    asked_domain = request.address.rpartition("@")[2] or request.domain
    if asked_domain != request.domain:
        traced = f"{request.address.rpartition('@')[0]}@{request.domain}"
        observed = {"address": request.address, "traced_as": traced}
        yield finding("route-addressed-as", asked_domain, observed=observed)
    looked = tuple(_trace(request, asked))
    evidence = {"rules": [each.told() for each in looked]}
    yield from _outcome(request, looked, asked, evidence)
    yield from judge_routes(request)


def _about(request: RouteRequest) -> dict[str, object]:
    return {"address": request.address} if request.address else {}


def _trace(request: RouteRequest, asked: Mapping[str, Lookup]) -> Iterator[Looked]:
    over = False
    for rule in rules_of(request):
        if over:
            yield Looked(rule=rule, stage=Stage.NOT_REACHED)
            continue
        seen = _look(request, rule, asked)
        over = seen.stage is not Stage.EMPTY
        yield seen


def _look(request: RouteRequest, rule: Rule, asked: Mapping[str, Lookup]) -> Looked:
    if rule.by == "static":
        route = _static(request, rule.domain)
        if route is None:
            return Looked(rule=rule, stage=Stage.EMPTY)
        hop = Hop(next_hop=route.next_hop, port=route.port, protocol=route.protocol)
        return Looked(rule=rule, stage=Stage.USED, hop=hop)
    lookup = asked[rule.domain]
    if not lookup.reply.answered:
        return Looked(rule=rule, stage=Stage.UNANSWERED, detail=f"no answer from {lookup.reply.server}")
    if lookup.target is None:
        declared = lookup.reply.outcome is Outcome.DATA
        return Looked(rule=rule, stage=Stage.EMPTY, detail="it says that there is no service" if declared else "")
    record = lookup.target.record
    hop = Hop(next_hop=record.target, port=record.port, protocol="TLS")
    return Looked(rule=rule, stage=Stage.USED, hop=hop)


def _static(request: RouteRequest, domain: str) -> StaticRoute | None:
    """The static route that the cluster uses for a domain: of those whose pattern fits, the one that comes first."""
    fitting = [route for route in request.routes if matches(route, domain)]
    return min(fitting, key=lambda route: route.priority, default=None)


def _outcome(
    request: RouteRequest, looked: tuple[Looked, ...], asked: Mapping[str, Lookup], evidence: Mapping[str, object]
) -> Iterator[Finding]:
    last = next((each for each in looked if each.stage in {Stage.USED, Stage.UNANSWERED}), None)
    if last is None:
        values = asked_by_hand(srv_name(request.domain), asked[request.domain].reply.server)
        yield finding("route-none", request.domain, observed=_about(request), values=values, evidence=evidence)
        return
    rule = last.rule
    if last.hop is None:
        unknown = unanswered(srv_name(rule.domain), asked[rule.domain].reply)
        yield replace(unknown, severity=Severity.NOT_TESTED, evidence=json_values(evidence))
        return
    hop = last.hop
    observed = {"rule": rule.number, "next_hop": hop.next_hop, "port": hop.port, "protocol": hop.protocol}
    observed = {**_about(request), **observed}
    values = {"domain": rule.domain, "see": _by_hand(rule, hop, asked)}
    yield finding(rule.code, request.domain, observed=observed, values=values, evidence=evidence)
    if request.kind == "aol-hosted" and rule.domain == request.domain and _elsewhere(hop.next_hop, request.gateway):
        way = "static route" if rule.by == "static" else "federation record"
        bypassed, gateway = {"way": way, "next_hop": hop.next_hop}, {"next_hop": request.gateway}
        yield finding("route-bypasses-aol", request.domain, observed=bypassed, expected=gateway, values=values)
    if rule.by == "srv":
        yield from _astray(rule, asked[rule.domain])


def _by_hand(rule: Rule, hop: Hop, asked: Mapping[str, Lookup]) -> str:
    """A command that shows the record, or what stands at the end of the route; the route itself is on a page alone."""
    if rule.by == "srv":
        return asked_by_hand(srv_name(rule.domain), asked[rule.domain].reply.server)["see"]
    return reached_by_hand(hop.next_hop, hop.port, hop.protocol)


def _elsewhere(next_hop: str, gateway: tuple[str, ...]) -> bool:
    return bool(gateway) and next_hop.lower().rstrip(".") not in gateway


def _astray(rule: Rule, lookup: Lookup) -> Iterator[Finding]:
    """What makes the record that is used lead nowhere. Whether its target could be looked up is a side question."""
    if lookup.target is None:
        return
    facts = Domain(owner_name=srv_name(rule.domain), reply=lookup.reply, targets=(lookup.target,))
    for found in judge_target(DnsRequest(domain=rule.domain), facts, lookup.target, Owner.PARTNER):
        if found.code in _ASTRAY:
            yield found
        elif found.code.startswith("dns-"):
            yield replace(found, severity=Severity.INFO)
