"""Acts on listeners, trust stores and certificates of the nodes, and on the ASA in front of them."""

from collections.abc import Callable

from wizard.errors import UsageError
from wizard.practice import changes
from wizard.practice.acts.act import Act, Moment, Words, domain_name, node_name, one_of, take
from wizard.practice.exchanged import ASA_CONFIGURED, ASA_SIDES, PORTS, own, port_of, stored, trusts
from wizard.practice.pki import INTERMEDIATE_NAME, ROOT_NAME
from wizard.practice.state import SIP_PROXY, State

IGNORED_AS = "listeners-certificates"


# --- listeners -------------------------------------------------------------------------------------------------------


def _listener(words: Words) -> tuple[str, str]:
    listener, port = take(words, 2, "set-listener-port peer-auth|server-auth PORT")
    one_of(listener, tuple(PORTS), "no listener is called")
    if not port.isascii() or not port.isdecimal() or not 1 <= int(port) <= 65535:
        raise UsageError(f"{port!r} is not a port", "Give a number from 1 to 65535.")
    return listener, str(int(port))


def _set_port(state: State, words: Words, _moment: Moment) -> State:
    listener, port = _listener(words)
    other = next(each for each in PORTS if each != listener)
    if port_of(state, other) == port:
        raise UsageError(f"port {port} is taken by the listener {other}", f"Move {other} to another port first.")
    if port_of(state, listener) == port:
        return state
    return changes.mark_pending(stored(state, f"listener/{listener}", port), SIP_PROXY)


def _has_port(state: State, words: Words, _moment: Moment) -> bool:
    listener, port = _listener(words)
    return port_of(state, listener) == port


# --- trust -----------------------------------------------------------------------------------------------------------


def _import(state: State, words: Words) -> tuple[tuple[str, ...], str]:
    if len(words) < 2:
        raise UsageError("words are missing", "Usage: import-trust NODE|all NAME")
    name = " ".join(words[1:])
    if not name.isprintable() or len(name) > 255:
        raise UsageError(f"{name!r} is not the name of a certificate", "Give the name of the authority or server.")
    return tuple(state.nodes) if words[0] == "all" else (node_name(state, words[0]),), name


def _import_trust(state: State, words: Words, _moment: Moment) -> State:
    nodes, name = _import(state, words)
    after = state
    for node in nodes:
        for each in (name, *_INTERMEDIATES.get(name, ())):  # the steps say: then each intermediate
            after = stored(after, f"trust/{node}/{each}", "imported")
    return state if after == state else changes.mark_pending(after, SIP_PROXY)


_INTERMEDIATES = {ROOT_NAME: (INTERMEDIATE_NAME,)}


def _is_trusted(state: State, words: Words, _moment: Moment) -> bool:
    nodes, name = _import(state, words)
    return all(trusts(state, node, name) for node in nodes)


# --- our certificate -------------------------------------------------------------------------------------------------


def _node(state: State, words: Words, usage: str) -> str:
    return node_name(state, take(words, 1, usage)[0])


def _request(state: State, words: Words, _moment: Moment) -> State:
    node = _node(state, words, "request-certificate NODE")
    return stored(state, f"cup/request/{node}", own(state, node).generation)


def _is_requested(state: State, words: Words, _moment: Moment) -> bool:
    node = _node(state, words, "request-certificate NODE")
    return state.settings.get(f"cup/request/{node}") == own(state, node).generation


def _sign(state: State, words: Words, _moment: Moment) -> State:
    node = _node(state, words, "sign-request NODE")
    generation = own(state, node).generation
    if state.settings.get(f"cup/request/{node}") != generation:
        raise UsageError(f"{node} has made no request for a certificate", "Use request-certificate first.")
    return stored(state, f"cup/issued/{node}", generation)


def _is_issued(state: State, words: Words, _moment: Moment) -> bool:
    node = _node(state, words, "sign-request NODE")
    return state.settings.get(f"cup/issued/{node}") == own(state, node).generation


def _install(state: State, words: Words, _moment: Moment) -> State:
    node = _node(state, words, "install-certificate NODE")
    generation = own(state, node).generation
    if state.settings.get(f"cup/issued/{node}") != generation:
        raise UsageError(f"no signed certificate fits {node}", "Use request-certificate and sign-request first.")
    return changes.mark_pending(stored(state, f"cup/signed/{node}", generation), SIP_PROXY, node)


def _is_installed(state: State, words: Words, _moment: Moment) -> bool:
    return own(state, _node(state, words, "install-certificate NODE")).signed


def _generate(state: State, words: Words, _moment: Moment) -> State:
    node = _node(state, words, "generate-certificate NODE")
    made = int(state.settings.get(f"cup/made/{node}", "0"))
    return changes.mark_pending(stored(state, f"cup/made/{node}", str(made + 1)), SIP_PROXY, node)


def _is_generated(state: State, words: Words, _moment: Moment) -> bool:
    node = _node(state, words, "generate-certificate NODE")
    return f"cup/made/{node}" in state.settings and not own(state, node).signed


def _domain(words: Words, usage: str) -> str:
    return domain_name(take(words, 1, usage)[0])


def _inform(state: State, words: Words, _moment: Moment) -> State:
    return stored(state, f"prepared/{_domain(words, 'prepare-partner DOMAIN')}", "yes")


def _is_informed(state: State, words: Words, _moment: Moment) -> bool:
    return f"prepared/{_domain(words, 'prepare-partner DOMAIN')}" in state.settings


# --- the ASA ---------------------------------------------------------------------------------------------------------


def _side(words: Words) -> str:
    (side,) = take(words, 1, "asa-enroll inside|outside")
    one_of(side, ASA_SIDES, "the ASA has no side called")
    return f"asa/enrolled/{side}"


def _asa_import(state: State, words: Words, _moment: Moment) -> State:
    node = _node(state, words, "asa-import NODE")
    return stored(state, f"asa/imported/{node}", own(state, node).identity)


def _asa_knows(state: State, words: Words, _moment: Moment) -> bool:
    node = _node(state, words, "asa-import NODE")
    return state.settings.get(f"asa/imported/{node}") == own(state, node).identity


def _authenticated(words: Words) -> str:
    return f"asa/authenticated/{_domain(words, 'asa-authenticate DOMAIN')}"


def _opened(words: Words) -> str:
    take(words, 0, "open-firewall")
    return "firewall/opened"


def _configured(words: Words) -> str:
    take(words, 0, "asa-configure")
    return ASA_CONFIGURED


def _remembered(word: str, usage: str, key: Callable[[Words], str]) -> Act:
    """An act of which nothing shows but that it was done."""
    return Act(
        words=(word,),
        usage=usage,
        perform=lambda state, words, _moment: stored(state, key(words), "yes"),
        in_effect=lambda state, words, _moment: key(words) in state.settings,
        ignored_as=IGNORED_AS,
    )


CERTIFICATE_ACTS = (
    Act(
        words=("set-listener-port",),
        usage="peer-auth|server-auth PORT",
        perform=_set_port,
        in_effect=_has_port,
        ignored_as=IGNORED_AS,
    ),
    Act(
        words=("import-trust",),
        usage="NODE|all NAME",
        perform=_import_trust,
        in_effect=_is_trusted,
        ignored_as=IGNORED_AS,
    ),
    Act(
        words=("request-certificate",),
        usage="NODE",
        perform=_request,
        in_effect=_is_requested,
        ignored_as=IGNORED_AS,
    ),
    Act(
        words=("sign-request",),
        usage="NODE",
        perform=_sign,
        in_effect=_is_issued,
        ignored_as=IGNORED_AS,
    ),
    Act(
        words=("install-certificate",),
        usage="NODE",
        perform=_install,
        in_effect=_is_installed,
        ignored_as=IGNORED_AS,
    ),
    Act(
        words=("generate-certificate",),
        usage="NODE",
        perform=_generate,
        in_effect=_is_generated,
        ignored_as=IGNORED_AS,
    ),
    Act(
        words=("prepare-partner",),
        usage="DOMAIN",
        perform=_inform,
        in_effect=_is_informed,
        ignored_as=IGNORED_AS,
    ),
    _remembered("open-firewall", "", _opened),
    _remembered("asa-enroll", "inside|outside", _side),
    Act(
        words=("asa-import",),
        usage="NODE",
        perform=_asa_import,
        in_effect=_asa_knows,
        ignored_as=IGNORED_AS,
    ),
    _remembered("asa-authenticate", "DOMAIN", _authenticated),
    _remembered("asa-configure", "", _configured),
)
