"""How a network stands when it is first started: nothing configured, or all of it, with or without a fault."""

from dataclasses import replace

from wizard.practice import acts
from wizard.practice.acts import Moment
from wizard.practice.scenarios import SIP_PORT, Scenario
from wizard.practice.state import FEDERATION_MANAGER, Pace, State, initial

Words = tuple[str, ...]


def beginning(plan: Scenario, now: float) -> State:
    """The state in which a scenario begins."""
    state = initial(plan, now)
    if plan.finished:
        state = _finished(plan, state, now)
    for words in plan.fault.acts if plan.fault else ():
        state = acts.perform(state, words, Moment(now, Pace(0)))
    return state


def _finished(plan: Scenario, state: State, now: float) -> State:
    for node in plan.nodes:
        state = state.with_node(node.name, replace(state.nodes[node.name], domain=plan.domain))
    for words in work_of(plan):
        state = acts.perform(state, words, Moment(now, Pace(0)))
    return replace(state, pending=())  # whatever had to be restarted was restarted long ago


def work_of(plan: Scenario) -> tuple[Words, ...]:
    """Everything that is done on web pages and in the DNS to finish a deployment of this scenario."""
    return (
        *(("activate", node.name, FEDERATION_MANAGER) for node in plan.nodes),
        *_records(plan),
        ("set-parameter", "federation-routing-fqdn", plan.public_fqdn),
        *(("tell", partner.domain) for partner in plan.partners if plan.email_domain),
    )


def _records(plan: Scenario) -> tuple[Words, ...]:
    domains = tuple(dict.fromkeys(domain for domain in (plan.domain, plan.email_domain) if domain))
    return (
        ("publish", "a", plan.public_fqdn, plan.public_address),
        *(("publish", "srv", domain, "sip", plan.public_fqdn, str(SIP_PORT)) for domain in domains),
    )
