"""What can happen to the network, as pure steps from one state to the next. Times are seconds since the epoch."""

from dataclasses import replace

from wizard.practice.exchanged import take_up
from wizard.practice.modes import manner_of, without_modes
from wizard.practice.state import (
    FEDERATION_MANAGER,
    NEVER,
    PLATFORM_SERVICES,
    SIP_PROXY,
    XCP_ROUTER,
    Node,
    Pace,
    Service,
    State,
)

STOPPED_BY_HAND = "Commanded Out of Service"
BROKEN = "Component is not running"
STOPPING_TAKES, RESTART_TAKES, SETTLING_TAKES = 10, 40, 60  # seconds on a typical node


def affected(service: str, node: Node) -> tuple[str, ...]:
    """The services that go down with one: the router takes every other XCP service with it."""
    if service != XCP_ROUTER:
        return (service,)
    others = (name for name, each in node.services.items() if name.startswith("Cisco XCP ") and each.activated)
    return tuple(dict.fromkeys((XCP_ROUTER, *others)))


def restart(state: State, node: str, service: str, now: float, pace: Pace) -> State:
    """Restart an activated service; what is ignored is left lying. One that is not activated stays as it is."""
    before = state.nodes[node]
    if not before.services[service].activated:
        return state
    names = affected(service, before)
    if "restarts" in state.ignored:
        return _put(state, node, {name: replace(before.services[name], halted=BROKEN) for name in names})
    starting, ready = now + pace.seconds(STOPPING_TAKES), now + pace.seconds(RESTART_TAKES)
    after = _put(state, node, {name: Service(starting_at=starting, ready_at=ready) for name in names})
    pending = tuple(each for each in after.pending if each[0] != node or each[1] not in names)
    return _recovered(_running(replace(after, pending=pending), node, names), node, service)


def start(state: State, node: str, service: str, now: float, pace: Pace) -> State:
    """Start a service that was stopped; a running one goes on, one that is not activated stays as it is."""
    known = state.nodes[node].services[service]
    if not known.activated or not known.halted:
        return state
    ready = now + pace.seconds(RESTART_TAKES - STOPPING_TAKES)
    return _recovered(_running(_put(state, node, {service: Service(ready_at=ready)}), node, (service,)), node, service)


def stop(state: State, node: str, service: str) -> State:
    """Stop a service, and with the router everything that needs it; nothing of it starts again by itself."""
    before = state.nodes[node]
    names = (name for name in affected(service, before) if before.services[name].activated)
    return _put(state, node, {name: replace(before.services[name], halted=STOPPED_BY_HAND) for name in names})


def activate(state: State, node: str, service: str, now: float, pace: Pace) -> State:
    """Activate a service, which starts it."""
    if state.nodes[node].services[service].activated:
        return state
    ready = now + pace.seconds(RESTART_TAKES - STOPPING_TAKES)
    return _put(state, node, {service: Service(ready_at=ready)})


def deactivate(state: State, node: str, service: str) -> State:
    """Take a service out of activation, which stops it."""
    return _put(state, node, {service: Service(activated=False)})


def reboot(state: State, node: str, now: float, pace: Pace) -> State:
    """A confirmed restart of the whole node: away after a while, back later, its services later still."""
    down = now + pace.shutdown
    back = min(down + pace.reboot + manner_of(state, node).boots, NEVER)
    before = state.nodes[node]
    settled = back + pace.seconds(SETTLING_TAKES)
    services = {name: _booted(name, service, back, settled) for name, service in before.services.items()}
    after = replace(before, down_at=down, booted_at=back, services=_held(state, node, services))
    pending = tuple(each for each in state.pending if each[0] != node)
    return take_up(replace(state.with_node(node, after), pending=pending), node)


def set_domain(state: State, node: str, command: str, now: float, pace: Pace) -> State:
    """The confirmed `set network domain`, with the restart it brings about."""
    after = reboot(state, node, now, pace)
    if "domain" in state.ignored:
        return after
    changed = replace(
        after.nodes[node],
        domain=command.rsplit(maxsplit=1)[-1].lower(),
        domain_changes=after.nodes[node].domain_changes + 1,
        last_domain_command=command,
    )
    return after.with_node(node, changed)


def mark_pending(state: State, service: str, *nodes: str) -> State:
    """Make the restart of a service pending, on every node where none is named."""
    wanted = tuple((node, service) for node in nodes or state.nodes)
    return replace(state, pending=tuple(dict.fromkeys((*state.pending, *wanted))))


def make_unwell(state: State, node: str, kind: str) -> State:
    """Give a node an ailment: ntp, replication or service."""
    before = state.nodes[node]
    after = state.with_node(node, replace(before, unwell=tuple(dict.fromkeys((*before.unwell, kind)))))
    if kind != "service":
        return after
    return _put(after, node, {SIP_PROXY: replace(before.services[SIP_PROXY], halted=BROKEN)})


def heal(state: State, node: str) -> State:
    """Take all ailments of a node away. A stopped service runs again."""
    after = _put(state, node, {SIP_PROXY: replace(state.nodes[node].services[SIP_PROXY], halted="")})
    return after.with_node(node, replace(after.nodes[node], unwell=()))


def as_usual(state: State, node: str, now: float) -> State:
    """Take a node out of all its modes; what would never have come about comes about now."""
    after = without_modes(state, node)

    def came(when: float) -> float:
        return now if when >= NEVER else when

    before = after.nodes[node]
    services = {
        name: replace(service, starting_at=came(service.starting_at), ready_at=came(service.ready_at))
        for name, service in before.services.items()
    }
    return after.with_node(node, replace(before, booted_at=came(before.booted_at), services=services))


def takes_sip(state: State, node: str, now: float) -> bool:
    """Whether a node would answer partners: up, with a domain, the proxy and the federation manager running."""
    known = state.nodes[node]
    needed = (known.services[name].shown(now)[0] for name in (SIP_PROXY, FEDERATION_MANAGER))
    return not known.is_away(now) and bool(known.domain) and all(shown == "STARTED" for shown in needed)


def _booted(name: str, service: Service, back: float, settled: float) -> Service:
    if not service.activated or service.halted == BROKEN:
        return service
    ready = back if name in PLATFORM_SERVICES else settled
    return Service(starting_at=back, ready_at=ready)


def _running(state: State, node: str, services: tuple[str, ...]) -> State:
    """With the proxy its listeners start, at the ports that are stored."""
    return take_up(state, node) if SIP_PROXY in services else state


def _put(state: State, node: str, services: dict[str, Service]) -> State:
    before = state.nodes[node]
    return state.with_node(node, replace(before, services={**before.services, **_held(state, node, services)}))


def _held(state: State, node: str, services: dict[str, Service]) -> dict[str, Service]:
    """Services that are about to start, but the one that the mode of the node does not let come up."""
    known, stuck = state.nodes[node].services, manner_of(state, node).stuck
    if stuck not in services or services[stuck].ready_at == known[stuck].ready_at:
        return services
    return {**services, stuck: replace(services[stuck], ready_at=NEVER)}


def _recovered(state: State, node: str, service: str) -> State:
    """Restarting the proxy cures the ailment that consists in its not running."""
    before = state.nodes[node]
    if service != SIP_PROXY or "service" not in before.unwell:
        return state
    return state.with_node(node, replace(before, unwell=tuple(kind for kind in before.unwell if kind != "service")))
