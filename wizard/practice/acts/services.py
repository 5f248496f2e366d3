"""Acts on the services of a node: activating them, and restarting them by hand."""

from wizard.errors import UsageError
from wizard.practice import changes
from wizard.practice.acts.act import Act, Moment, Words, node_name
from wizard.practice.state import State


def _service(state: State, words: Words, usage: str) -> tuple[str, str]:
    if len(words) < 2:
        raise UsageError("words are missing", f"Usage: {usage}")
    node, service = node_name(state, words[0]), " ".join(words[1:])
    if service not in state.nodes[node].services:
        known = ", ".join(name for name in state.nodes[node].services if name.startswith("Cisco "))
        raise UsageError(f"{node} has no service {service!r}", f"Its services are: {known}.")
    return node, service


def _activate(state: State, words: Words, moment: Moment) -> State:
    node, service = _service(state, words, "activate NODE SERVICE")
    return changes.activate(state, node, service, moment.now, moment.pace)


def _is_active(state: State, words: Words, _moment: Moment) -> bool:
    node, service = _service(state, words, "activate NODE SERVICE")
    known = state.nodes[node].services[service]
    return known.activated and not known.halted


def _restart(state: State, words: Words, moment: Moment) -> State:
    node, service = _service(state, words, "restart-service NODE SERVICE")
    return changes.restart(state, node, service, moment.now, moment.pace)


def _is_restarted(state: State, words: Words, _moment: Moment) -> bool:
    node, service = _service(state, words, "restart-service NODE SERVICE")
    known = state.nodes[node].services[service]
    return known.activated and not known.halted and (node, service) not in state.pending


def _stop(state: State, words: Words, _moment: Moment) -> State:
    return changes.stop(state, *_service(state, words, "stop-service NODE SERVICE"))


def _is_stopped(state: State, words: Words, _moment: Moment) -> bool:
    node, service = _service(state, words, "stop-service NODE SERVICE")
    return bool(state.nodes[node].services[service].halted)


def _start(state: State, words: Words, moment: Moment) -> State:
    node, service = _service(state, words, "start-service NODE SERVICE")
    return changes.start(state, node, service, moment.now, moment.pace)


SERVICE_ACTS = (
    Act(words=("activate",), usage="NODE SERVICE", perform=_activate, in_effect=_is_active, ignored_as="service"),
    Act(words=("restart-service",), usage="NODE SERVICE", perform=_restart, in_effect=_is_restarted),
    Act(words=("stop-service",), usage="NODE SERVICE", perform=_stop, in_effect=_is_stopped),
    Act(
        words=("start-service",),
        usage="NODE SERVICE",
        perform=_start,
        in_effect=_is_active,
        ignored_as="service",
    ),
)
