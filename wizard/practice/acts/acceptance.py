"""The test call: users of both sides add each other and write. It works when the simulated cluster would."""

from dataclasses import replace

from wizard.practice import changes
from wizard.practice.acts.act import Act, Moment, Words, domain_name, one_of, take
from wizard.practice.acts.dns import SERVICE_LABELS
from wizard.practice.acts.email import switched_on
from wizard.practice.scenarios import SIP_PORT, PartnerSpec, Record, Scenario, scenario
from wizard.practice.state import State, certificate_key

CALL, ANSWERED, ENDED = "test-call/", "answered", "ended"
# What pages store, under the names of those pages. Where a page was never used, it is not asked about.
_DOMAIN, _ROUTE, _SUBJECT = "federated-domain/", "static-route/", "peer-subject/"


def works(state: State, domain: str, moment: Moment) -> bool:
    """Whether users of a partner's or AOL domain and ours would reach each other."""
    plan = scenario(state.scenario)
    partner = next((each for each in plan.partners if each.domain == domain), None)
    return (
        not state.pending
        and all(changes.takes_sip(state, node, moment.now) for node in state.nodes)
        and state.settings.get("federation-routing-fqdn") == plan.public_fqdn
        and Record(plan.public_fqdn, "A", plan.public_address) in state.records
        and _stored(state, _DOMAIN, domain)
        and (not plan.email_domain or switched_on(state))
        and (partner is None or _is_found(state, plan, partner))
    )


def _is_found(state: State, plan: Scenario, partner: PartnerSpec) -> bool:
    """Whether we and a Microsoft partner find each other: our records, theirs or a route, and their name allowed."""
    ours = dict.fromkeys((plan.domain, *((plan.email_domain,) if plan.email_domain else ())))
    agreed = next((each.common_name for each in plan.edges if each.host == partner.edge), partner.edge)
    edge = state.settings.get(certificate_key(partner.edge), agreed)
    theirs = _leads_to(state, partner.domain, partner.edge)
    routed = _stored(state, _ROUTE, "." + ".".join(reversed(partner.domain.split("."))) + ".*")
    return (
        all(_leads_to(state, domain, plan.public_fqdn) for domain in ours)
        and (theirs if partner.publishes_srv else routed)
        and _stored(state, _SUBJECT, edge)
    )


def _leads_to(state: State, domain: str, target: str) -> bool:
    return Record(f"{SERVICE_LABELS['sip']}.{domain}", "SRV", f"0 0 {SIP_PORT} {target}.") in state.records


def _stored(state: State, page: str, name: str) -> bool:
    return page + name in state.settings or not any(key.startswith(page) for key in state.settings)


def _domain(state: State, words: Words) -> str:
    plan = scenario(state.scenario)
    known = (*(each.domain for each in plan.partners), *(each.name for each in plan.aol_domains))
    domain = domain_name(take(words, 1, "test-call DOMAIN")[0])
    one_of(domain, known, "nobody answers at")
    return domain


def _call(state: State, words: Words, moment: Moment) -> State:
    domain = _domain(state, words)
    if not works(state, domain, moment):
        return state
    return replace(state, settings={**state.settings, CALL + domain: ANSWERED})


def _went_well(state: State, words: Words, moment: Moment) -> bool:
    domain = _domain(state, words)
    return state.settings.get(CALL + domain) == ANSWERED and works(state, domain, moment)


def _end(state: State, words: Words, _moment: Moment) -> State:
    return replace(state, settings={**state.settings, CALL + _domain(state, words): ENDED})


def _is_over(state: State, words: Words, _moment: Moment) -> bool:
    return state.settings.get(CALL + _domain(state, words)) == ENDED


ACCEPTANCE_ACTS = (
    Act(words=("end-test-call",), usage="DOMAIN", perform=_end, in_effect=_is_over, ignored_as="acceptance"),
    Act(words=("test-call",), usage="DOMAIN", perform=_call, in_effect=_went_well, ignored_as="acceptance"),
)
