"""The acts of the control: what people do in web pages and in the DNS. One small pair of functions for each.

An act is pure: state in, state out. `in_effect` says whether the network is as the act would make it.
"""

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from wizard.errors import UsageError
from wizard.practice import changes
from wizard.practice.scenarios import Record, scenario
from wizard.practice.state import XCP_ROUTER, Pace, State

Words = Sequence[str]
SERVICE_LABELS = {"sip": "_sipfederationtls._tcp", "xmpp": "_xmpp-server._tcp"}
AILMENTS = ("ntp", "replication", "service")
IGNORABLE = ("health", "domain", "service", "dns", "routing-fqdn", "restarts", "notice")
PARAMETERS = {"federation-routing-fqdn": (XCP_ROUTER, "routing-fqdn")}  # name -> (service to restart, ignored as)
_NAME = re.compile(r"(?=.{1,253}\Z)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]+\.?\Z")


@dataclass(frozen=True)
class Moment:
    """When an act happens, and how long things take."""

    now: float
    pace: Pace


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act: the words it begins with, what follows them, what it does, and how it is seen."""

    words: tuple[str, ...]
    usage: str
    perform: Callable[[State, Words, Moment], State]
    in_effect: Callable[[State, Words, Moment], bool]


def perform(state: State, words: Words, moment: Moment) -> State:
    """The state after an act. Raises UsageError for words that are no act."""
    act, rest = _find(words)
    return act.perform(state, rest, moment)


def in_effect(state: State, words: Words, moment: Moment) -> bool:
    """Whether the network is as an act would make it. Raises UsageError for words that are no act."""
    act, rest = _find(words)
    return act.in_effect(state, rest, moment)


def ignore(state: State, what: str) -> State:
    """From now on acknowledge a kind of act without doing it (`health`: fall ill). Raises UsageError."""
    _one_of(what, IGNORABLE, "nothing can be ignored under the name")
    after = replace(state, ignored=tuple(dict.fromkeys((*state.ignored, what))))
    return changes.make_unwell(after, scenario(after.scenario).publisher.name, "ntp") if what == "health" else after


def heed(state: State, what: str) -> State:
    """Take `ignore` back. Raises UsageError."""
    _one_of(what, IGNORABLE, "nothing can be ignored under the name")
    after = replace(state, ignored=tuple(each for each in state.ignored if each != what))
    return changes.heal(after, scenario(after.scenario).publisher.name) if what == "health" else after


def usages() -> tuple[str, ...]:
    """Every act, as it is typed."""
    return tuple(" ".join((*act.words, act.usage)).strip() for act in ACTS)


def _find(words: Words) -> tuple[Act, Words]:
    for act in ACTS:
        count = len(act.words)
        if tuple(words[:count]) == act.words:
            return act, words[count:]
    raise UsageError(f"there is no act {' '.join(words)!r}", "Acts are:\n  " + "\n  ".join(usages()))


# --- DNS -------------------------------------------------------------------------------------------------------------


def _srv(words: Words) -> Record:
    domain, service, target, port = _take(words, 4, "publish srv DOMAIN sip|xmpp TARGET PORT")
    if not port.isdigit() or not 0 <= int(port) <= 65535:
        raise UsageError(f"{port!r} is not a port", "Give a number from 0 to 65535.")
    bare = target if target == "." else _name(target) + "."
    return Record(_srv_owner(domain, service), "SRV", f"0 0 {int(port)} {bare}")


def _srv_owner(domain: str, service: str) -> str:
    _one_of(service, tuple(SERVICE_LABELS), "no federation service is called")
    return f"{SERVICE_LABELS[service]}.{_name(domain)}"


def _address(words: Words) -> Record:
    name, address = _take(words, 2, "publish a NAME ADDRESS")
    try:
        return Record(_name(name), "A", str(ipaddress.IPv4Address(address)))
    except ValueError as problem:
        raise UsageError(f"{address!r} is not an IPv4 address", "Give one such as 192.0.2.10.") from problem


def _publish(record: Record, state: State) -> State:
    """The name's record set becomes exactly this record: publishing again corrects it."""
    if "dns" in state.ignored:
        return state
    after = replace(state, records=(*_without(state, record.name, record.kind), record))
    if record.kind != "A":
        return after
    # Whoever publishes an address gives it its name too; checks of the reverse look-up count on it.
    pointer = Record(ipaddress.IPv4Address(record.text).reverse_pointer, "PTR", f"{record.name}.")
    return replace(after, records=(*_without(after, pointer.name, "PTR"), pointer))


def _is_published(record: Record, state: State) -> bool:
    return _set_of(state, record.name, record.kind) == (record,)


def _withdraw(state: State, words: Words) -> State:
    domain, service = _take(words, 2, "withdraw srv DOMAIN sip|xmpp")
    owner = _srv_owner(domain, service)
    return state if "dns" in state.ignored else replace(state, records=_without(state, owner, "SRV"))


def _is_withdrawn(state: State, words: Words) -> bool:
    domain, service = _take(words, 2, "withdraw srv DOMAIN sip|xmpp")
    return not _set_of(state, _srv_owner(domain, service), "SRV")


def _set_of(state: State, name: str, kind: str) -> tuple[Record, ...]:
    return tuple(each for each in state.records if (each.name, each.kind) == (name, kind))


def _without(state: State, name: str, kind: str) -> tuple[Record, ...]:
    return tuple(each for each in state.records if (each.name, each.kind) != (name, kind))


# --- services --------------------------------------------------------------------------------------------------------


def _service(state: State, words: Words, usage: str) -> tuple[str, str]:
    if len(words) < 2:
        raise UsageError("words are missing", f"Usage: {usage}")
    node, service = _node(state, words[0]), " ".join(words[1:])
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


# --- parameters, health, notices -------------------------------------------------------------------------------------


def _parameter(words: Words) -> tuple[str, str]:
    name, value = _take(words, 2, "set-parameter NAME VALUE")
    _one_of(name, tuple(PARAMETERS), "no parameter is called")
    return name, value.lower().rstrip(".")


def _set_parameter(state: State, words: Words, _moment: Moment) -> State:
    name, value = _parameter(words)
    service, ignored_as = PARAMETERS[name]
    if ignored_as in state.ignored or state.settings.get(name) == value:
        return state
    return changes.mark_pending(replace(state, settings={**state.settings, name: value}), service)


def _is_set(state: State, words: Words, _moment: Moment) -> bool:
    name, value = _parameter(words)
    return state.settings.get(name) == value


def _ailing(state: State, words: Words) -> tuple[str, str]:
    node, kind = _take(words, 2, "unwell NODE ntp|replication|service")
    _one_of(kind, AILMENTS, "no ailment is called")
    return _node(state, node), kind


def _is_unwell(state: State, words: Words, _moment: Moment) -> bool:
    node, kind = _ailing(state, words)
    return kind in state.nodes[node].unwell


def _patient(state: State, words: Words) -> str:
    return _node(state, _take(words, 1, "heal NODE")[0])


def _heal(state: State, words: Words, _moment: Moment) -> State:
    node = _patient(state, words)
    return state if "health" in state.ignored else changes.heal(state, node)


def _recipient(words: Words) -> str:
    if not words:
        raise UsageError("words are missing", "Usage: tell WHO")
    return " ".join(words)


def _tell(state: State, words: Words, _moment: Moment) -> State:
    who = _recipient(words)
    return state if "notice" in state.ignored else replace(state, notices=tuple(dict.fromkeys((*state.notices, who))))


# --- words -----------------------------------------------------------------------------------------------------------


def _take(words: Words, count: int, usage: str) -> tuple[str, ...]:
    if len(words) != count:
        raise UsageError(f"{len(words)} words where {count} belong", f"Usage: {usage}")
    return tuple(words)


def _one_of(word: str, known: tuple[str, ...], complaint: str) -> None:
    if word not in known:
        raise UsageError(f"{complaint} {word!r}", f"Known: {', '.join(known)}.")


def _name(text: str) -> str:
    if not _NAME.match(text):
        raise UsageError(f"{text!r} is not a domain name", "Give the full name in ASCII, such as partner.example.")
    return text.lower().rstrip(".")


def _node(state: State, name: str) -> str:
    _one_of(name, tuple(state.nodes), "no node is called")
    return name


ACTS = (
    Act(
        words=("publish", "srv"),
        usage="DOMAIN sip|xmpp TARGET PORT",
        perform=lambda state, words, _moment: _publish(_srv(words), state),
        in_effect=lambda state, words, _moment: _is_published(_srv(words), state),
    ),
    Act(
        words=("publish", "a"),
        usage="NAME ADDRESS",
        perform=lambda state, words, _moment: _publish(_address(words), state),
        in_effect=lambda state, words, _moment: _is_published(_address(words), state),
    ),
    Act(
        words=("withdraw", "srv"),
        usage="DOMAIN sip|xmpp",
        perform=lambda state, words, _moment: _withdraw(state, words),
        in_effect=lambda state, words, _moment: _is_withdrawn(state, words),
    ),
    Act(words=("activate",), usage="NODE SERVICE", perform=_activate, in_effect=_is_active),
    Act(words=("set-parameter",), usage="NAME VALUE", perform=_set_parameter, in_effect=_is_set),
    Act(words=("restart-service",), usage="NODE SERVICE", perform=_restart, in_effect=_is_restarted),
    Act(
        words=("unwell",),
        usage="NODE ntp|replication|service",
        perform=lambda state, words, _moment: changes.make_unwell(state, *_ailing(state, words)),
        in_effect=_is_unwell,
    ),
    Act(
        words=("heal",),
        usage="NODE",
        perform=_heal,
        in_effect=lambda state, words, _moment: not state.nodes[_patient(state, words)].unwell,
    ),
    Act(
        words=("tell",),
        usage="WHO",
        perform=_tell,
        in_effect=lambda state, words, _moment: _recipient(words) in state.notices,
    ),
)
