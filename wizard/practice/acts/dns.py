"""Acts in the public DNS: publishing and withdrawing records."""

import ipaddress
from dataclasses import replace

from wizard.errors import UsageError
from wizard.practice.acts.act import Act, Words, domain_name, one_of, take
from wizard.practice.scenarios import Record
from wizard.practice.state import State

SERVICE_LABELS = {"sip": "_sipfederationtls._tcp", "xmpp": "_xmpp-server._tcp"}


def _srv(words: Words) -> Record:
    domain, service, target, port = take(words, 4, "publish srv DOMAIN sip|xmpp TARGET PORT")
    if not port.isdigit() or not 0 <= int(port) <= 65535:
        raise UsageError(f"{port!r} is not a port", "Give a number from 0 to 65535.")
    bare = target if target == "." else domain_name(target) + "."
    return Record(_srv_owner(domain, service), "SRV", f"0 0 {int(port)} {bare}")


def _srv_owner(domain: str, service: str) -> str:
    one_of(service, tuple(SERVICE_LABELS), "no federation service is called")
    return f"{SERVICE_LABELS[service]}.{domain_name(domain)}"


def _address(words: Words) -> Record:
    name, address = take(words, 2, "publish a NAME ADDRESS")
    try:
        return Record(domain_name(name), "A", str(ipaddress.IPv4Address(address)))
    except ValueError as problem:
        raise UsageError(f"{address!r} is not an IPv4 address", "Give one such as 192.0.2.10.") from problem


def _publish(record: Record, state: State) -> State:
    """The name's record set becomes exactly this record: publishing again corrects it."""
    after = replace(state, records=(*_without(state, record.name, record.kind), record))
    if record.kind != "A":
        return after
    # Whoever publishes an address gives it its name too; checks of the reverse look-up count on it.
    pointer = Record(ipaddress.IPv4Address(record.text).reverse_pointer, "PTR", f"{record.name}.")
    return replace(after, records=(*_without(after, pointer.name, "PTR"), pointer))


def _is_published(record: Record, state: State) -> bool:
    return _set_of(state, record.name, record.kind) == (record,)


def _withdraw(state: State, words: Words) -> State:
    domain, service = take(words, 2, "withdraw srv DOMAIN sip|xmpp")
    owner = _srv_owner(domain, service)
    return replace(state, records=_without(state, owner, "SRV"))


def _is_withdrawn(state: State, words: Words) -> bool:
    domain, service = take(words, 2, "withdraw srv DOMAIN sip|xmpp")
    return not _set_of(state, _srv_owner(domain, service), "SRV")


def _set_of(state: State, name: str, kind: str) -> tuple[Record, ...]:
    return tuple(each for each in state.records if (each.name, each.kind) == (name, kind))


def _without(state: State, name: str, kind: str) -> tuple[Record, ...]:
    return tuple(each for each in state.records if (each.name, each.kind) != (name, kind))


DNS_ACTS = (
    Act(
        words=("publish", "srv"),
        usage="DOMAIN sip|xmpp TARGET PORT",
        perform=lambda state, words, _moment: _publish(_srv(words), state),
        in_effect=lambda state, words, _moment: _is_published(_srv(words), state),
        ignored_as="dns",
    ),
    Act(
        words=("publish", "a"),
        usage="NAME ADDRESS",
        perform=lambda state, words, _moment: _publish(_address(words), state),
        in_effect=lambda state, words, _moment: _is_published(_address(words), state),
        ignored_as="dns",
    ),
    Act(
        words=("withdraw", "srv"),
        usage="DOMAIN sip|xmpp",
        perform=lambda state, words, _moment: _withdraw(state, words),
        in_effect=lambda state, words, _moment: _is_withdrawn(state, words),
        ignored_as="dns",
    ),
)
