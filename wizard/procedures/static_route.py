"""f: static routes, for domains that the cluster cannot find by DNS, and for what the plan leads to AOL by hand."""

from collections.abc import Iterable, Mapping, Sequence

from checks.catalogue import finding
from checks.finding import Finding, Severity
from checks.names import destination_pattern, for_display, is_address, srv_name
from checks.requests import TlsRequest
from wizard.facts import Facts
from wizard.plan.model import Partner, Plan
from wizard.procedures.before import also_named, entries_of, read_before
from wizard.procedures.common import Verdict, as_planned, partner_srv, read
from wizard.procedures.releases import LABELS, Labels
from wizard.procedures.routes import TCP_PORT, Route, routes_of
from wizard.procedures.stored import Leftover, deleted_by, deletion, left_behind, tick_it
from wizard.standing import AlreadySo, Applies, NotApplicable, Standing, Stop, Unknown
from wizard.step import (
    Check,
    Duration,
    Field,
    Form,
    FormField,
    Instruct,
    Judge,
    NothingToUndo,
    Procedure,
    Step,
    Undo,
    When,
)

_READ = Duration(60, 600)
_BEFORE, _STORE = "static-route/before", "static-route/store"
_DELETE = Undo("Delete the route on the same page.")


def _applies(plan: Plan) -> Verdict:
    if routes_of(plan):
        return Applies()
    return NotApplicable("there is no partner, and the plan leads no AOL domain by a static route")


def _steps(plan: Plan) -> tuple[Step, ...]:
    routes = routes_of(plan)
    planned = [route for route in routes if route.planned]
    hops = {hop: next(r for r in planned if r.next_hop == hop) for hop in dict.fromkeys(r.next_hop for r in planned)}
    seen = [route for route in routes if _has_lookup(route)]
    return (
        *(_lookup(plan, route) for route in seen),
        *((_before(plan, planned),) if planned else ()),
        *(_store(plan, route) for route in planned),
        *(_by_dns(plan, route.partner) for route in routes if route.partner and not route.planned),
        *(_read_back(plan, route) for route in planned),
        *(_resolve(plan, hop, _stores(planned, hop)) for hop in hops if not is_address(hop)),
        *(_tls(route, _stores(planned, hop)) for hop, route in hops.items() if not route.by_tcp),
    )


def _stores(routes: Iterable[Route], hop: str) -> tuple[str, ...]:
    return tuple(_store_id(route.domain) for route in routes if route.next_hop == hop)


def _store_id(domain: str) -> str:
    return f"{_STORE}@{domain}"


def _lookup_id(domain: str) -> str:
    return f"static-route/lookup@{domain}"


# --- what the node finds by itself -----------------------------------------------------------------------------------


def _has_lookup(route: Route) -> bool:
    """AOL's order of routes is traced elsewhere; a front end is reached by a route whatever the DNS says."""
    return route.partner is not None and route.partner.peer == "access-edge"


def _lookup(plan: Plan, route: Route) -> Step:
    node, asked, shown = plan.routing_node.name, srv_name(route.domain), for_display(route.domain)
    return read(
        _lookup_id(route.domain),
        node,
        f"utils network host {asked} srv",
        f"lookup {asked}",
        title=f"See whether {node} finds {shown} by itself",
        why="The cluster asks its own name servers, which may know less than ours. What they do not find needs a"
        " static route.",
        judge=_judge_record(node, asked, route),
    )


def _judge_record(node: str, asked: str, route: Route) -> Judge:
    """A record although the plan has a static route is worth a word; a missing one is judged where it is needed."""

    def judge(_plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        found = facts.node(node).lookups.get(asked)
        if found is None or not (found.records or found.not_found):
            return (finding("node-lookup-unclear", node, observed={"name": asked}),)
        targets = [f"{target}:{port}" for target, port in found.records]
        if found.records and route.planned:
            observed = {"name": asked, "targets": targets, "node": node}
            return (finding("route-srv-unused", route.domain, observed=observed),)
        if not found.records and not route.planned:
            values = {"see": f"utils network host {asked} srv"}
            return (
                finding("route-none", route.domain, severity=Severity.WARN, observed={"name": asked}, values=values),
            )
        return (as_planned(node, observed={"name": asked, "targets": targets}),)

    return judge


def _by_dns(plan: Plan, partner: Partner) -> Step:
    """Planned for DNS: nothing to do when the cluster finds it, a decision for a person when it does not."""
    node, shown = plan.routing_node.name, for_display(partner.domain)
    return Step(
        id=f"static-route/by-dns@{partner.domain}",
        title=f"See that {shown} needs no static route",
        why="The plan reaches this partner by its federation record. The node itself has to find that record.",
        does=Check(request=partner_srv(partner)),
        reversal=NothingToUndo(),
        duration=Duration(2, 15),
        when=_discovered(node, partner.domain),
        reads=(f"dns/partner@{partner.domain}", _lookup_id(partner.domain)),
    )


def _discovered(node: str, domain: str) -> When:
    asked, shown = srv_name(domain), for_display(domain)

    def when(plan: Plan, facts: Facts) -> Standing:
        found = facts.node(node).lookups.get(asked)
        if found is not None and found.records:
            return AlreadySo(f"{node} finds {shown} by its own federation record")
        if found is None or not found.not_found:
            return Unknown(f"{node} does not find the record {asked} by itself")
        if _seen_inside(plan, facts, domain):
            return Stop(
                f"{node} does not find the federation record of {shown}, although the internal name servers have it.",
                f"Its name servers may remember the old answer, or be others: see that {node} asks the right ones."
                f" Read it again later. If it stays, {_switch(domain)}",
            )
        return Stop(
            f"The plan reaches {shown} by DNS, but {node} finds no federation record of it.",
            f"Either the record is published and visible from {node}; or {_switch(domain)}",
        )

    return when


def _switch(domain: str) -> str:
    return (
        f"switch the partner to a static route: in the plan, under the partner {domain}, write"
        " publishes_srv = false, and next_hop if it is not external_fqdn; then resume."
    )


def _seen_inside(plan: Plan, facts: Facts, domain: str) -> bool:
    """Whether the internal name servers were asked (procedure e) and had the record."""
    seen = facts.checks.get(f"dns/partner@{domain}")
    if seen is None or not plan.dns.internal_name_servers:
        return False
    return seen.status in {"pass", "warn"} and "split-horizon-differs" not in seen.codes


# --- the route -------------------------------------------------------------------------------------------------------


def _before(plan: Plan, planned: Sequence[Route]) -> Step:
    labels = LABELS[plan.release]

    def entered(facts: Facts) -> Mapping[str, str]:
        return {"routes": entries_of(facts, _STORE, lambda page: _told(labels, page))}

    return read_before(
        _BEFORE,
        "Read which static routes are stored now",
        interface=labels.administration,
        menu=labels.static_routes,
        fields=(
            FormField(
                "routes",
                "Static routes that are listed",
                "none",
                f"Press {labels.find}. Each {labels.destination_pattern} with its {labels.next_hop}, port, route type"
                " and protocol; none if the list is empty.",
            ),
        ),
        ahead_of=tuple(_store_id(route.domain) for route in planned),
        read_back=f"static-route/read-back@{planned[0].domain}",
        known=entered,
        mistakes=("Leaving one out because it is not in the plan: an old route comes before every record.",),
    )


def _told(labels: Labels, page: Mapping[str, str]) -> str:
    wanted = (labels.next_hop, labels.next_hop_port, labels.route_type, labels.protocol_type)
    return f"{page.get(labels.destination_pattern, '')} to {', '.join(filter(None, map(page.get, wanted)))}"


def _what_was_there(before: str) -> str:
    return f"If it was stored before, give it its old values again instead. Listed before: {before}."


def _store(plan: Plan, route: Route) -> Step:
    labels, shown = LABELS[plan.release], for_display(route.domain)
    pattern = destination_pattern(route.domain)
    return Step(
        id=_store_id(route.domain),
        title=f"Store the static route for {shown}",
        why=route.why,
        does=Instruct(
            interface=labels.administration,
            menu=labels.static_routes,
            first=f"press {labels.add_new}; if the pattern is listed already, open it instead",
            fields=(
                Field(labels.destination_pattern, pattern),
                Field(labels.description, route.description),
                Field(labels.next_hop, route.next_hop, _hop_note(route)),
                Field(labels.next_hop_port, str(route.port), _port_note(route)),
                Field(labels.route_type, "domain", "the page offers User"),
                Field(labels.protocol_type, route.protocol, "the page offers TCP" if not route.by_tcp else ""),
            ),
            button=labels.save,
            act=("store-route", pattern, route.next_hop, str(route.port), route.protocol.lower()),
        ),
        reversal=_DELETE,
        way_back=also_named(_BEFORE, _store_id(route.domain), "routes", "none", _DELETE, _what_was_there),
        duration=Duration(120, 600),
        effects=(
            "Requests to this domain take the route from now on. No restart is needed for it.",
            "The other fields stay as the page offers them: in service, not blocked, priority 1.",
        ),
        verified_by=f"static-route/read-back@{route.domain}",
        mistakes=(
            "The domain not reversed, or the dot before it or the .* behind it left out.",
            f"{labels.route_type} left as offered."
            if route.by_tcp
            else f"{labels.next_hop_port}, {labels.route_type} and {labels.protocol_type} left as offered:"
            " all three are wrong for federation.",
            "The inside name of the Access Edge as the next hop."
            if _has_lookup(route)
            else "A second route with the same pattern: the one with the lower priority number wins.",
        ),
        reads=(_lookup_id(route.domain),) if _has_lookup(route) else (),
        undoes=(deleted_by(_store_id(route.domain)),),
    )


def _hop_note(route: Route) -> str:
    if route.partner is None:
        return "the AOL SIP Access Gateway"
    return "the front end, not the Access Edge" if route.partner.peer == "front-end" else "the outside of their edge"


def _port_note(route: Route) -> str:
    return "TCP towards an OCS front end" if route.by_tcp else f"the page offers {TCP_PORT}"


def _read_back(plan: Plan, route: Route) -> Step:
    labels = LABELS[plan.release]
    wanted = (
        (labels.destination_pattern, destination_pattern(route.domain)),
        (labels.next_hop, route.next_hop),
        (labels.next_hop_port, str(route.port)),
        (labels.route_type, "domain"),
        (labels.protocol_type, route.protocol),
    )
    return Step(
        id=f"static-route/read-back@{route.domain}",
        title=f"Read back the static route for {for_display(route.domain)}",
        why="No command of the CLI shows it. Open the route again, so that it is what was stored.",
        does=Form(
            interface=labels.administration,
            menu=labels.static_routes,
            fields=tuple(
                FormField(label.lower().replace(" ", "_"), label, value, "Copy what the page shows.")
                for label, value in wanted
            ),
            mismatch="Open the route, correct it and save. Where another next hop is meant, correct it in the plan.",
        ),
        reversal=NothingToUndo(),
        duration=_READ,
        after=(_store_id(route.domain),),
    )


# --- the next hop ----------------------------------------------------------------------------------------------------


def _resolve(plan: Plan, hop: str, stores: tuple[str, ...]) -> Step:
    node = plan.routing_node.name
    return read(
        f"static-route/next-hop@{hop}",
        node,
        f"utils network host {hop}",
        f"lookup {hop}",
        title=f"See whether {node} can resolve {hop}",
        why="A route to a name that the node cannot resolve leads nowhere.",
        judge=_judge_hop(node, hop),
        after=stores,
    )


def _judge_hop(node: str, hop: str) -> Judge:
    def judge(_plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        found = facts.node(node).lookups.get(hop)
        if found is not None and found.addresses:
            return (finding("route-ok", hop, observed={"node": node, "addresses": list(found.addresses)}),)
        if found is not None and found.not_found:
            return (finding("route-next-hop-unresolvable", hop, observed={"node": node}),)
        observed = {"name": hop}
        return (finding("node-lookup-unclear", node, severity=Severity.NOT_TESTED, observed=observed),)

    return judge


def _tls(route: Route, stores: tuple[str, ...]) -> Step:
    return Step(
        id=f"static-route/tls@{route.next_hop.replace(':', '-')}",
        title=f"See {route.next_hop} answer with TLS",
        why=f"The route is good for something only if a server answers at its end, on port {route.port}"
        + (
            f", and shows the name {route.subject}."
            if route.subject
            else ". Which name a pool shows is looked at later."
        ),
        does=Check(request=TlsRequest(host=route.next_hop, port=route.port, name=route.subject)),
        reversal=NothingToUndo(),
        duration=Duration(2, 15),
        after=stores,
    )


# --- what an earlier plan left behind --------------------------------------------------------------------------------


def _revise(plan: Plan, facts: Facts, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    wanted = frozenset(route.domain for route in routes_of(plan) if route.planned)
    gone = left_behind(facts, _STORE, wanted)
    return (*(step for domain in gone for step in deletion(plan, _leftover(plan, domain))), *steps)


def _leftover(plan: Plan, domain: str) -> Leftover:
    labels, shown, pattern = LABELS[plan.release], for_display(domain), destination_pattern(domain)
    return Leftover(
        stored_by=_store_id(domain),
        what=f"the static route for {shown}",
        why=f"It was stored in this session, and the plan has no static route for {shown} any more. As long as it is"
        " there, it comes before every record in the DNS.",
        menu=labels.static_routes,
        field=Field(labels.destination_pattern, pattern, tick_it(labels)),
        act=("delete-route", pattern),
        effects=("Requests to this domain no longer take the route. No restart is needed for it.",),
        mistake="Deleting the route of another domain: compare the pattern, letter by letter.",
        gone=(FormField("listed", f"{pattern} is listed", "no", "yes or no"),),
    )


STATIC_ROUTE = Procedure(
    id="static-route",
    title="Static routes",
    heading="Static routes using TLS",
    why="A domain that the cluster cannot find by DNS needs a route entered by hand; so does what the plan leads to"
    " AOL.",
    disrupts="Nothing. A route takes effect at once, for its domain alone.",
    applies=_applies,
    steps=_steps,
    revise=_revise,
)
