"""The static routes that a plan implies (domain reference 2.3), and the ways that are traced with them (2.8)."""

from collections.abc import Iterable
from dataclasses import dataclass

from checks.names import SIP_TLS_PORT, destination_pattern, for_display
from checks.requests import RouteKind, RouteRequest, StaticRoute
from wizard.plan.model import AolDomain, Partner, Plan

TCP_PORT = 5060  # only towards an OCS front end (domain reference 2.3)


@dataclass(frozen=True, kw_only=True)
class Route:
    """One static route as the plan would have it. `partner` is None for AOL.

    `subject` is what the next hop presents; empty where that may be one of several names.
    """

    domain: str
    next_hop: str
    subject: str
    description: str
    why: str
    partner: Partner | None = None

    @property
    def by_tcp(self) -> bool:
        """Whether it leads to an OCS front end without TLS."""
        return self.partner is not None and self.partner.transport == "tcp"

    @property
    def port(self) -> int:
        """Next hop port."""
        return TCP_PORT if self.by_tcp else SIP_TLS_PORT

    @property
    def protocol(self) -> str:
        """Protocol type, as the page writes it."""
        return "TCP" if self.by_tcp else "TLS"

    @property
    def planned(self) -> bool:
        """Whether the plan wants it; otherwise the domain is to be found by DNS."""
        return self.partner is None or is_static(self.partner)


def is_static(partner: Partner) -> bool:
    """Whether the plan reaches a partner by a static route: always for a front end."""
    return partner.peer == "front-end" or not partner.publishes_srv


def routes_of(plan: Plan) -> tuple[Route, ...]:
    """Every static route that the plan wants, and for each partner that is found by DNS the one it could have."""
    return (*map(_to_partner, plan.partners), *_to_aol(plan))


def _to_partner(partner: Partner) -> Route:
    shown = for_display(partner.domain)
    why = f"{shown} publishes no federation record that the cluster could find, so the way there is entered by hand."
    if partner.peer == "front-end":
        why = f"A front end in the same enterprise is always reached by a static route; {shown} is one."
    return Route(
        domain=partner.domain,
        next_hop=partner.route_target,
        subject=partner.shown_name,
        description=f"Federation with {partner.domain}",
        why=why,
        partner=partner,
    )


def _to_aol(plan: Plan) -> Iterable[Route]:
    aol = plan.aol
    if aol is None:
        return
    default = aol.default_federation_routing_domain
    why = {
        domain.name: f"The plan leads {for_display(domain.name)} to AOL by a route of its own."
        for domain in aol.domains
        if domain.static_route
    }
    if aol.static_route_for_default:
        why[default] = f"Every AOL domain without a way of its own takes the one of {default}, the default domain."
    for domain, reason in why.items():
        yield Route(
            domain=domain,
            next_hop=aol.route_target,
            subject=aol.gateway_fqdn,
            description=f"AOL, for {domain}",
            why=reason,
        )


# --- the way to a domain ---------------------------------------------------------------------------------------------

AIM, AOL_COM = "aim.com", "aol.com"


def route_request(plan: Plan, domain: str, address: str = "") -> RouteRequest:
    """The way that requests to a domain, or to an address in it, take. `aim.com` is reached as `aol.com` (2.1)."""
    traced = AOL_COM if domain == AIM else domain
    partner = next((each for each in plan.partners if each.domain == traced), None)
    if partner is not None:
        routes = _static_routes(plan, {traced})
        return RouteRequest(
            domain=traced, kind="ocs-lync", address=address, routes=routes, tcp=partner.transport == "tcp"
        )
    entry = next((each for each in (plan.aol.domains if plan.aol else ()) if each.name == traced), None)
    if entry is not None:
        return _aol_request(plan, entry, address)
    kind: RouteKind = "own" if traced in plan.federation_domains else "none"
    return RouteRequest(domain=traced, kind=kind, address=address)


def aol_routes(plan: Plan) -> tuple[RouteRequest, ...]:
    """The way to every AOL domain, and to the default federation routing domain, which needs no entry of its own."""
    if plan.aol is None:
        return ()
    default = plan.aol.default_federation_routing_domain
    entries = tuple(_aol_request(plan, each) for each in plan.aol.domains if each.name != default)
    return (*entries, _default_request(plan, default))


def _aol_request(plan: Plan, entry: AolDomain, address: str = "") -> RouteRequest:
    assert plan.aol is not None
    default, gateway = plan.aol.default_federation_routing_domain, (plan.aol.gateway_fqdn, plan.aol.route_target)
    if entry.name == default:
        return _default_request(plan, default, address)
    return RouteRequest(
        domain=entry.name,
        kind="aol-hosted",
        address=address,
        routes=_static_routes(plan, {entry.name, default}),
        default_domain=default,
        # A record of AOL's own public domain leads to AOL, under whatever name.
        gateway=tuple(dict.fromkeys(gateway)) if entry.kind != "public" else (),
    )


def _default_request(plan: Plan, default: str, address: str = "") -> RouteRequest:
    return RouteRequest(domain=default, kind="aol-default", address=address, routes=_static_routes(plan, {default}))


def _static_routes(plan: Plan, domains: set[str]) -> tuple[StaticRoute, ...]:
    return tuple(
        StaticRoute(
            domain=route.domain,
            pattern=destination_pattern(route.domain),
            next_hop=route.next_hop,
            port=route.port,
            protocol=route.protocol,
        )
        for route in routes_of(plan)
        if route.planned and route.domain in domains
    )
