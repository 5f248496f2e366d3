"""What is wrong with static routes, field by field. Pure (domain reference 2.3)."""

import shlex
from collections.abc import Iterator

from checks.catalogue import finding
from checks.finding import Finding
from checks.names import SIP_TLS_PORT, destination_pattern, place_of
from checks.requests import RouteRequest, StaticRoute

TCP_PORT = 5060
_LOOKED_UP = 0  # the port of a next hop that is itself the name of an SRV record


def matches(route: StaticRoute, domain: str) -> bool:
    """Whether the cluster would use a route for a domain: its pattern is that of the domain, and its type fits."""
    return route.pattern.lower() == destination_pattern(domain) and route.route_type.lower() == "domain"


def reached_by_hand(next_hop: str, port: int, protocol: str) -> str:
    """A command that connects by TLS to where a route leads; empty for TCP, and for a next hop that names a record."""
    if protocol.upper() != "TLS" or port == _LOOKED_UP:
        return ""
    return f"openssl s_client -connect {shlex.quote(place_of(next_hop, port))} </dev/null"


def judge_routes(request: RouteRequest) -> Iterator[Finding]:
    """The faults of the static routes that concern a domain; one finding that they are right when there is none."""
    concerned = {request.domain, *((request.default_domain,) if request.kind == "aol-hosted" else ())}
    routes = [route for route in request.routes if route.domain in concerned]
    faults = [fault for route in routes for fault in _faults(request, route)]
    if routes and not faults:
        yield finding("route-ok", request.domain, observed={"patterns": [route.pattern for route in routes]})
    yield from faults


def _faults(request: RouteRequest, route: StaticRoute) -> Iterator[Finding]:
    yield from _pattern(route)
    yield from _type(route)
    yield from _port_and_protocol(route, tcp=request.tcp and route.domain == request.domain)
    first = _before(request, route)
    if first is not None:
        observed = {"pattern": route.pattern, "next_hop": route.next_hop, "used": first.next_hop}
        yield finding("route-shadowed", route.domain, observed=observed)


def _pattern(route: StaticRoute) -> Iterator[Finding]:
    expected = destination_pattern(route.domain)
    if route.pattern.lower() != expected:
        yield finding(
            "route-pattern-wrong",
            route.domain,
            observed={"pattern": route.pattern},
            expected={"pattern": expected},
        )


def _type(route: StaticRoute) -> Iterator[Finding]:
    if route.route_type.lower() != "domain":
        observed, expected = {"route_type": route.route_type}, {"route_type": "domain"}
        yield finding("route-type-wrong", route.domain, observed=observed, expected=expected)


def _port_and_protocol(route: StaticRoute, *, tcp: bool) -> Iterator[Finding]:
    port, protocol = (TCP_PORT, "TCP") if tcp else (SIP_TLS_PORT, "TLS")
    looked_up = route.port == _LOOKED_UP and route.next_hop.startswith("_")
    if route.port != port and not looked_up:
        observed, expected = {"port": route.port}, {"port": port}
        values = {"see": reached_by_hand(route.next_hop, route.port, protocol)}
        yield finding("route-port-wrong", route.domain, observed=observed, expected=expected, values=values)
    if route.protocol.upper() != protocol:
        observed_words, wanted = {"protocol": route.protocol}, {"protocol": protocol}
        values = {"see": reached_by_hand(route.next_hop, route.port, protocol)}
        yield finding("route-protocol-wrong", route.domain, observed=observed_words, expected=wanted, values=values)


def _before(request: RouteRequest, route: StaticRoute) -> StaticRoute | None:
    """A route with the same pattern that comes first and leads elsewhere; one to the same place takes nothing away."""
    same = (other for other in request.routes if other.pattern.lower() == route.pattern.lower())
    first = min(same, key=lambda other: other.priority)
    return first if first.priority < route.priority and first.next_hop != route.next_hop else None
