"""Acts on the web pages of the cluster: service parameters; and what AOL enters of us on its own."""

from dataclasses import replace

from wizard.practice import changes
from wizard.practice.acts.act import Act, Moment, Words, domain_name, one_of, take
from wizard.practice.state import XCP_ROUTER, State

PARAMETERS = {"federation-routing-fqdn": XCP_ROUTER}  # name -> the service to restart


def _parameter(words: Words) -> tuple[str, str]:
    name, value = take(words, 2, "set-parameter NAME VALUE")
    one_of(name, tuple(PARAMETERS), "no parameter is called")
    return name, value.lower().rstrip(".")


def _set_parameter(state: State, words: Words, _moment: Moment) -> State:
    name, value = _parameter(words)
    if state.settings.get(name) == value:
        return state
    return changes.mark_pending(replace(state, settings={**state.settings, name: value}), PARAMETERS[name])


def _is_set(state: State, words: Words, _moment: Moment) -> bool:
    name, value = _parameter(words)
    return state.settings.get(name) == value


# --- the default federation routing domain ---------------------------------------------------------------------------

DEFAULT_ROUTING_DOMAIN = "default-federation-routing-domain"
_INSTALLED_DOMAIN = "aol.com"  # what the product comes with


def _default_domain(words: Words) -> str:
    return domain_name(take(words, 1, f"set-parameter {DEFAULT_ROUTING_DOMAIN} VALUE")[0])


def _shows_default(state: State, words: Words) -> bool:
    return state.settings.get(DEFAULT_ROUTING_DOMAIN, _INSTALLED_DOMAIN) == _default_domain(words)


def _set_default(state: State, words: Words, _moment: Moment) -> State:
    if _shows_default(state, words):
        return state
    after = replace(state, settings={**state.settings, DEFAULT_ROUTING_DOMAIN: _default_domain(words)})
    return changes.mark_pending(after, XCP_ROUTER)


def with_another_default_domain(state: State) -> State:
    """The same, with a default federation routing domain that is not AOL's any more."""
    return replace(state, settings={**state.settings, DEFAULT_ROUTING_DOMAIN: "old.aol.example"})


# --- what AOL enters by hand -----------------------------------------------------------------------------------------


def _told_aol(words: Words) -> str:
    return domain_name(take(words, 1, "tell-aol FQDN")[0])


def _tell_aol(state: State, words: Words, _moment: Moment) -> State:
    return replace(state, settings={**state.settings, _KNOWN_TO_AOL: _told_aol(words)})


_KNOWN_TO_AOL = "aol/public-fqdn"

PAGE_ACTS = (
    Act(
        words=("set-parameter", DEFAULT_ROUTING_DOMAIN),
        usage="VALUE",
        perform=_set_default,
        in_effect=lambda state, words, _moment: _shows_default(state, words),
        ignored_as="default-routing-domain",
    ),
    Act(
        words=("tell-aol",),
        usage="FQDN",
        perform=_tell_aol,
        in_effect=lambda state, words, _moment: state.settings.get(_KNOWN_TO_AOL) == _told_aol(words),
        ignored_as="aol-routing",
    ),
    Act(
        words=("set-parameter",),
        usage="NAME VALUE",
        perform=_set_parameter,
        in_effect=_is_set,
        ignored_as="routing-fqdn",
    ),
)
