"""How a network stands when it is first started: nothing configured, or all of it, with or without a fault."""

from collections.abc import Iterator
from dataclasses import replace

from wizard.practice import acts, exchanged
from wizard.practice.acts import Moment
from wizard.practice.scenarios import DEFAULT_DOMAIN, SIP_PORT, Scenario
from wizard.practice.state import FEDERATION_MANAGER, Pace, State, initial

Words = tuple[str, ...]
XMPP_PORT = 5269


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
    for node in plan.nodes:
        state = exchanged.take_up(state, node.name)
    return replace(state, pending=())  # whatever had to be restarted was restarted long ago


def work_of(plan: Scenario) -> tuple[Words, ...]:
    """Everything that is done on web pages and in the DNS to finish a deployment of this scenario."""
    return (
        *(("activate", node.name, FEDERATION_MANAGER) for node in plan.nodes),
        *_domains(plan),
        *_records(plan),
        *_routes(plan),
        ("set-parameter", "federation-routing-fqdn", plan.public_fqdn),
        ("set-parameter", "default-federation-routing-domain", DEFAULT_DOMAIN),
        ("tell-aol", plan.public_fqdn),
        *_certificates(plan),
        *_peers(plan),
        *(_email(plan) if plan.email_domain else ()),
    )


def _domains(plan: Scenario) -> Iterator[Words]:
    for partner in plan.partners:
        yield "add-federated-domain", partner.domain, "ocs-lync", "indirect", partner.description
    for domain in plan.aol_domains:
        yield "add-federated-domain", domain.name, "aol", "indirect", domain.description


def _records(plan: Scenario) -> Iterator[Words]:
    yield "publish", "a", plan.public_fqdn, plan.public_address
    for domain in dict.fromkeys(domain for domain in (plan.domain, plan.email_domain) if domain):
        yield "publish", "srv", domain, "sip", plan.public_fqdn, str(SIP_PORT)


def _routes(plan: Scenario) -> Iterator[Words]:
    hops = {partner.domain: partner.edge for partner in plan.partners if not partner.publishes_srv}
    hops |= {domain.name: plan.gateway for domain in plan.aol_domains if domain.static_route}
    hops |= {DEFAULT_DOMAIN: plan.gateway}
    for domain, hop in hops.items():
        yield "store-route", f".{'.'.join(reversed(domain.split('.')))}.*", hop, str(SIP_PORT), "tls"


def _certificates(plan: Scenario) -> Iterator[Words]:
    """The ports change places by way of a third one; the page refuses a port that is taken."""
    for listener, port in (("server-auth", "5063"), ("peer-auth", "5061"), ("server-auth", "5062")):
        yield "set-listener-port", listener, port
    yield ("open-firewall",)
    yield "import-trust", "all", plan.authority
    for node in plan.nodes:
        yield from ((act, node.name) for act in ("request-certificate", "sign-request", "install-certificate"))
    yield from (("prepare-partner", partner.domain) for partner in plan.partners)


def _peers(plan: Scenario) -> Iterator[Words]:
    subjects = (*(partner.edge for partner in plan.partners), plan.gateway)
    yield from (("add-peer-subject", subject) for subject in subjects)
    yield "set-tls-context", "all", "checked", *subjects


def _email(plan: Scenario) -> Iterator[Words]:
    foreign = (*(partner.domain for partner in plan.partners), *(domain.name for domain in plan.aol_domains))
    yield from (("tell", reader) for reader in (*foreign, "approver", "all-users"))
    yield "publish", "srv", plan.email_domain, "xmpp", plan.public_fqdn, str(XMPP_PORT)
    yield "enable-email", plan.publisher.fqdn
    for _name, publisher in plan.peers:
        yield "enable-email", publisher
        yield "restart-peer-router", publisher
