"""Acts of people and of fate: letters that are sent, nodes that fall ill and are healed."""

from dataclasses import replace

from wizard.errors import UsageError
from wizard.practice import changes
from wizard.practice.acts.act import Act, Moment, Words, domain_name, node_name, one_of, take
from wizard.practice.database import USERS, mail_id
from wizard.practice.frail import CUTS
from wizard.practice.scenarios import scenario
from wizard.practice.state import State

_JUST_NOW = 3600  # seconds
AILMENTS = ("ntp", "replication", "service")


def _ailing(state: State, words: Words) -> tuple[str, str]:
    node, kind = take(words, 2, "unwell NODE ntp|replication|service")
    one_of(kind, AILMENTS, "no ailment is called")
    return node_name(state, node), kind


def _is_unwell(state: State, words: Words, _moment: Moment) -> bool:
    node, kind = _ailing(state, words)
    return kind in state.nodes[node].unwell


def _patient(state: State, words: Words) -> str:
    return node_name(state, take(words, 1, "heal NODE")[0])


def _heal(state: State, words: Words, _moment: Moment) -> State:
    return changes.heal(state, _patient(state, words))


def _recipient(words: Words) -> str:
    if not words:
        raise UsageError("words are missing", "Usage: tell WHO")
    return " ".join(words)


def _tell(state: State, words: Words, _moment: Moment) -> State:
    who = _recipient(words)
    return replace(state, notices=tuple(dict.fromkeys((*state.notices, who))))


def _reinstall(state: State, words: Words, moment: Moment) -> State:
    node = node_name(state, take(words, 1, "reinstall NODE")[0])
    fresh = replace(state.nodes[node], domain="", domain_changes=0, last_domain_command="", booted_at=moment.now)
    return state.with_node(node, fresh)


def _restart_nodes(state: State, words: Words, moment: Moment) -> State:
    """As somebody does it at the consoles, who says so only when the last node is back."""
    for name in words:
        node = node_name(state, name)
        state = state.with_node(node, replace(state.nodes[node], booted_at=moment.now))
    return state


def _were_restarted(state: State, words: Words, moment: Moment) -> bool:
    nodes = [state.nodes[node_name(state, name)] for name in words]
    return all(moment.now - node.booted_at < _JUST_NOW for node in nodes)


def _lacks_domain(state: State, words: Words, _moment: Moment) -> bool:
    return not state.nodes[node_name(state, take(words, 1, "reinstall NODE")[0])].domain


def _new_domain(state: State, words: Words) -> tuple[str, str]:
    if len(words) == 2:
        return node_name(state, words[0]), domain_name(words[1])
    (node,) = take(words, 1, "set-domain NODE [DOMAIN]")
    return node_name(state, node), scenario(state.scenario).domain


def _set_domain(state: State, words: Words, moment: Moment) -> State:
    """As somebody does it at the console of the node, which restarts."""
    node, domain = _new_domain(state, words)
    return changes.set_domain(state, node, f"set network domain {domain}", moment.now, moment.pace)


def _has_domain(state: State, words: Words, _moment: Moment) -> bool:
    node, domain = _new_domain(state, words)
    return state.nodes[node].domain == domain


def _mail_id(words: Words) -> tuple[str, str]:
    user, address = (*words, "") if len(words) == 1 else take(words, 2, "set-mail-id USER [ADDRESS]")
    one_of(user, USERS, "no user is called")
    return user, address


def _set_mail_id(state: State, words: Words, _moment: Moment) -> State:
    user, address = _mail_id(words)
    return replace(state, settings={**state.settings, f"mail-id/{user}": address})


def _has_mail_id(state: State, words: Words, _moment: Moment) -> bool:
    user, address = _mail_id(words)
    return mail_id(state, user, scenario(state.scenario).email_domain) == address


def _cut(state: State, words: Words, _moment: Moment) -> State:
    (seed,) = take(words, 1, "cut-connections SEED")
    return replace(state, settings={**state.settings, CUTS: seed})


def _spare(state: State, _words: Words, _moment: Moment) -> State:
    return replace(state, settings={key: value for key, value in state.settings.items() if key != CUTS})


PEOPLE_ACTS = (
    Act(
        words=("cut-connections",),
        usage="SEED",
        perform=_cut,
        in_effect=lambda state, words, _moment: (state.settings.get(CUTS),) == tuple(words),
    ),
    Act(
        words=("spare-connections",),
        usage="",
        perform=_spare,
        in_effect=lambda state, _words, _moment: CUTS not in state.settings,
    ),
    Act(words=("set-mail-id",), usage="USER [ADDRESS]", perform=_set_mail_id, in_effect=_has_mail_id),
    Act(words=("set-domain",), usage="NODE [DOMAIN]", perform=_set_domain, in_effect=_has_domain),
    Act(
        words=("restart-nodes",),
        usage="NODE...",
        perform=_restart_nodes,
        in_effect=_were_restarted,
    ),
    Act(words=("reinstall",), usage="NODE", perform=_reinstall, in_effect=_lacks_domain),
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
        ignored_as="health",
    ),
    Act(
        words=("tell",),
        usage="WHO",
        perform=_tell,
        in_effect=lambda state, words, _moment: _recipient(words) in state.notices,
        ignored_as="notice",
    ),
)
