"""Acts on the pages about those we federate with: federated domains, static routes, TLS peers and the TLS context.

What a page stores is a setting under a key of its own: `federated-domain/DOMAIN`, `static-route/PATTERN`,
`peer-subject/NAME` and `tls-context`.
"""

import ipaddress
from dataclasses import replace

from wizard.errors import UsageError
from wizard.practice import changes
from wizard.practice.acts.act import Act, Moment, Words, domain_name, one_of, take
from wizard.practice.scenarios import scenario
from wizard.practice.state import SIP_PROXY, XCP_ROUTER, State

_DOMAIN, _ROUTE, _SUBJECT, _CONTEXT = "federated-domain/", "static-route/", "peer-subject/", "tls-context"
_DOMAIN_USAGE = "DOMAIN ocs-lync|aol direct|indirect DESCRIPTION"
_CONTEXT_USAGE = "all|some checked|unchecked NAME..."
_LONGEST = 255  # characters of a destination pattern

Stored = tuple[str, str]


def _put(state: State, stored: Stored, restart: str = "") -> State:
    key, value = stored
    if state.settings.get(key) == value:
        return state
    after = replace(state, settings={**state.settings, key: value})
    return changes.mark_pending(after, restart) if restart else after


def _take_out(state: State, key: str, restart: str = "") -> State:
    if key not in state.settings:
        return state
    after = replace(state, settings={name: value for name, value in state.settings.items() if name != key})
    return changes.mark_pending(after, restart) if restart else after


def _is_stored(state: State, stored: Stored) -> bool:
    return state.settings.get(stored[0]) == stored[1]


def _host(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return domain_name(text)


# --- federated domains -----------------------------------------------------------------------------------------------


def _domain(words: Words) -> Stored:
    if len(words) < 4:
        raise UsageError("words are missing", f"Usage: add-federated-domain {_DOMAIN_USAGE}")
    domain, kind, path, *description = words
    one_of(kind, ("ocs-lync", "aol"), "there is no integration")
    one_of(path, ("direct", "indirect"), "a path is never")
    return _DOMAIN + domain_name(domain), " ".join((kind, path, *description))


def _add_domain(state: State, words: Words, _moment: Moment) -> State:
    stored = _domain(words)
    ours = scenario(state.scenario).domain
    if stored[0] == _DOMAIN + ours:
        raise UsageError(f"{ours} is the domain of this cluster", "Enter the domain of a partner.")
    if stored[0] in state.settings and not _is_stored(state, stored):
        raise UsageError(f"there is an entry for {words[0]} already", "Open it and correct it: edit-federated-domain.")
    return _put(state, stored, XCP_ROUTER)


def _edit_domain(state: State, words: Words, _moment: Moment) -> State:
    stored = _domain(words)
    if stored[0] not in state.settings:
        raise UsageError(f"there is no entry for {words[0]}", "Add it: add-federated-domain.")
    return _put(state, stored, XCP_ROUTER)


def _domain_key(words: Words) -> str:
    return _DOMAIN + domain_name(take(words, 1, "delete-federated-domain DOMAIN")[0])


# --- static routes ---------------------------------------------------------------------------------------------------


def _route(words: Words) -> Stored:
    pattern, hop, port, protocol = take(words, 4, "store-route PATTERN HOP PORT PROTOCOL")
    if not port.isdecimal() or not 0 < int(port) <= 65535:
        raise UsageError(f"{port!r} is not a port", "Give a number from 1 to 65535.")
    one_of(protocol.lower(), ("tls", "tcp", "udp"), "a route does not speak")
    return _route_key((pattern,)), f"{_host(hop)} {int(port)} {protocol.lower()}"


def _route_key(words: Words) -> str:
    (pattern,) = take(words, 1, "delete-route PATTERN")
    if not pattern or len(pattern) > _LONGEST or any(each.isspace() for each in pattern):
        raise UsageError(f"{pattern!r} is not a destination pattern", "Give one such as .example.partner.*")
    return _ROUTE + pattern.lower()


# --- TLS peers and their context -------------------------------------------------------------------------------------


def _subject(words: Words) -> str:
    return _SUBJECT + _host(take(words, 1, "add-peer-subject NAME")[0])


def _add_subject(state: State, words: Words, _moment: Moment) -> State:
    return _put(state, (_subject(words), "listed"), SIP_PROXY)


def _delete_subject(state: State, words: Words, _moment: Moment) -> State:
    return _take_out(state, _subject(words), SIP_PROXY)


def _context(words: Words) -> Stored:
    if len(words) < 3:
        raise UsageError("words are missing", f"Usage: set-tls-context {_CONTEXT_USAGE}")
    ciphers, fragments, *subjects = words
    one_of(ciphers, ("all", "some"), "ciphers are never")
    one_of(fragments, ("checked", "unchecked"), "a box is never")
    return _CONTEXT, " ".join((ciphers, fragments, *sorted(map(_host, subjects))))


def _set_context(state: State, words: Words, _moment: Moment) -> State:
    stored = _context(words)
    missing = [name for name in stored[1].split()[2:] if _SUBJECT + name not in state.settings]
    if missing:
        raise UsageError(f"{missing[0]} is not offered there", "Add it to the TLS peer subjects first.")
    return _put(state, stored, SIP_PROXY)


FOREIGN_ACTS = (
    Act(
        words=("add-federated-domain",),
        usage=_DOMAIN_USAGE,
        perform=_add_domain,
        in_effect=lambda state, words, _moment: _is_stored(state, _domain(words)),
        ignored_as="federated-domain",
    ),
    Act(
        words=("edit-federated-domain",),
        usage=_DOMAIN_USAGE,
        perform=_edit_domain,
        in_effect=lambda state, words, _moment: _is_stored(state, _domain(words)),
        ignored_as="federated-domain",
    ),
    Act(
        words=("delete-federated-domain",),
        usage="DOMAIN",
        perform=lambda state, words, _moment: _take_out(state, _domain_key(words), XCP_ROUTER),
        in_effect=lambda state, words, _moment: _domain_key(words) not in state.settings,
        ignored_as="federated-domain",
    ),
    Act(
        words=("store-route",),
        usage="PATTERN HOP PORT PROTOCOL",
        perform=lambda state, words, _moment: _put(state, _route(words)),
        in_effect=lambda state, words, _moment: _is_stored(state, _route(words)),
        ignored_as="static-route",
    ),
    Act(
        words=("delete-route",),
        usage="PATTERN",
        perform=lambda state, words, _moment: _take_out(state, _route_key(words)),
        in_effect=lambda state, words, _moment: _route_key(words) not in state.settings,
        ignored_as="static-route",
    ),
    Act(
        words=("add-peer-subject",),
        usage="NAME",
        perform=_add_subject,
        in_effect=lambda state, words, _moment: _subject(words) in state.settings,
        ignored_as="peer-subject",
    ),
    Act(
        words=("delete-peer-subject",),
        usage="NAME",
        perform=_delete_subject,
        in_effect=lambda state, words, _moment: _subject(words) not in state.settings,
        ignored_as="peer-subject",
    ),
    Act(
        words=("set-tls-context",),
        usage=_CONTEXT_USAGE,
        perform=_set_context,
        in_effect=lambda state, words, _moment: _is_stored(state, _context(words)),
        ignored_as="tls-context",
    ),
)
