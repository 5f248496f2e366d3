"""Acts on the web pages of the cluster: service parameters."""

from dataclasses import replace

from wizard.practice import changes
from wizard.practice.acts.act import Act, Moment, Words, one_of, take
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


PAGE_ACTS = (
    Act(
        words=("set-parameter",),
        usage="NAME VALUE",
        perform=_set_parameter,
        in_effect=_is_set,
        ignored_as="routing-fqdn",
    ),
)
