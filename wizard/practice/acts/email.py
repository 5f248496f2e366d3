"""Acts on the email switch: on our cluster and on its peers, each named by the full name of its publisher."""

from dataclasses import replace

from wizard.practice import changes
from wizard.practice.acts.act import Act, Moment, Words, domain_name, one_of, take
from wizard.practice.scenarios import scenario
from wizard.practice.state import XCP_ROUTER, State

SWITCH, ROUTER = "email-switch/", "peer-router/"  # settings, by the publisher of the cluster
ON, RESTART_DUE, RESTARTED = "on", "restart due", "restarted"


def switched_on(state: State) -> bool:
    """Whether the switch is on, and in effect, on every cluster."""
    plan = scenario(state.scenario)
    peers = tuple(fqdn for _name, fqdn in plan.peers)
    switched = all(state.settings.get(SWITCH + fqdn) == ON for fqdn in (plan.publisher.fqdn, *peers))
    return switched and all(state.settings.get(ROUTER + fqdn) == RESTARTED for fqdn in peers)


def _cluster(state: State, words: Words) -> str:
    plan = scenario(state.scenario)
    name = domain_name(take(words, 1, "enable-email PUBLISHER")[0])
    one_of(name, (plan.publisher.fqdn, *(fqdn for _name, fqdn in plan.peers)), "no cluster has the publisher")
    return name


def _peer(state: State, words: Words) -> str:
    name = domain_name(take(words, 1, "restart-peer-router PUBLISHER")[0])
    one_of(name, tuple(fqdn for _name, fqdn in scenario(state.scenario).peers), "no other cluster has the publisher")
    return name


def _enable(state: State, words: Words, _moment: Moment) -> State:
    cluster = _cluster(state, words)
    if state.settings.get(SWITCH + cluster) == ON:
        return state
    after = replace(state, settings={**state.settings, SWITCH + cluster: ON})
    if cluster == scenario(state.scenario).publisher.fqdn:
        return changes.mark_pending(after, XCP_ROUTER)
    return replace(after, settings={**after.settings, ROUTER + cluster: RESTART_DUE})


def _restart(state: State, words: Words, _moment: Moment) -> State:
    return replace(state, settings={**state.settings, ROUTER + _peer(state, words): RESTARTED})


EMAIL_ACTS = (
    Act(
        words=("enable-email",),
        usage="PUBLISHER",
        perform=_enable,
        in_effect=lambda state, words, _moment: state.settings.get(SWITCH + _cluster(state, words)) == ON,
        ignored_as="email",
    ),
    Act(
        words=("restart-peer-router",),
        usage="PUBLISHER",
        perform=_restart,
        in_effect=lambda state, words, _moment: state.settings.get(ROUTER + _peer(state, words)) == RESTARTED,
        ignored_as="email",
    ),
)
