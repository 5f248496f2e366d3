"""Acts that put a node into a mode, and out of all of them."""

from dataclasses import replace

from wizard.practice import changes
from wizard.practice.acts.act import Act, Moment, Words, node_name, one_of, take
from wizard.practice.modes import USUAL, Mode, key, manner_of, mode_of
from wizard.practice.state import State

_USAGE = "node-mode NODE MODE [VALUE]"


def _wanted(state: State, words: Words) -> tuple[str, Mode, str]:
    node, name, *values = words if len(words) > 2 else take(words, 2, _USAGE)
    mode = mode_of(name)
    value = " ".join(values) or mode.value
    mode.joins(USUAL, value)
    if mode.gives == "SERVICE":
        one_of(value, tuple(state.nodes[node_name(state, node)].services), "no service is called")
    return node_name(state, node), mode, value


def _put(state: State, words: Words, _moment: Moment) -> State:
    node, mode, value = _wanted(state, words)
    return replace(state, settings={**state.settings, key(node, mode.name): value})


def _is_in(state: State, words: Words, _moment: Moment) -> bool:
    node, mode, value = _wanted(state, words)
    return state.settings.get(key(node, mode.name)) == value


def _node(state: State, words: Words) -> str:
    return node_name(state, take(words, 1, "node-as-usual NODE")[0])


MODE_ACTS = (
    Act(words=("node-mode",), usage="NODE MODE [VALUE]", perform=_put, in_effect=_is_in),
    Act(
        words=("node-as-usual",),
        usage="NODE",
        perform=lambda state, words, moment: changes.as_usual(state, _node(state, words), moment.now),
        in_effect=lambda state, words, _moment: manner_of(state, _node(state, words)) == USUAL,
    ),
)
