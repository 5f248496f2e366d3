"""What several procedures share: reading steps, judges of node facts, and the requests that a plan implies."""

from collections.abc import Callable, Mapping

from checks.catalogue import finding
from checks.finding import Finding
from checks.names import SIP_TLS_PORT
from checks.requests import DnsRequest, HostRequest, TlsRequest
from cli_backend.exchange import Risk
from wizard.facts import Facts
from wizard.plan.model import Partner, Plan
from wizard.procedures.partner_side import presented
from wizard.procedures.releases import LABELS
from wizard.standing import Applies, NotApplicable, Standing
from wizard.step import (
    SIP_PROXY,
    XCP_ROUTER,
    Command,
    Duration,
    Form,
    FormField,
    Judge,
    NothingToUndo,
    Step,
    When,
    always,
    no_findings,
)

Verdict = Applies | NotApplicable
_MOST_TOLD = 4  # of a list, in a sentence
NOWHERE = "Nowhere in the cluster: the question is for you"
ANSWER = "to go on, answer"  # before the expected answer to a question that no plan answers


def always_applies(_plan: Plan) -> Verdict:
    """The verdict of a procedure that every deployment needs."""
    return Applies()


def read(
    step_id: str,
    node: str,
    command: str,
    observes: str,
    *,
    title: str,
    why: str,
    judge: Judge = no_findings,
    when: When = always,
    after: tuple[str, ...] = (),
    reads: tuple[str, ...] = (),
) -> Step:
    """A step that sends one read-only command to a node."""
    return Step(
        id=step_id,
        title=title,
        why=why,
        does=reading(node, command, observes, judge),
        reversal=NothingToUndo(),
        duration=Duration(5, 120),
        when=when,
        after=after,
        reads=reads,
    )


def question(
    step_id: str,
    title: str,
    *,
    why: str,
    label: str,
    mismatch: str,
    expected: str = "yes",
    help_text: str = "Answer yes if it is so. Anything else is recorded, and stops here.",
    interface: str = NOWHERE,
    menu: tuple[str, ...] = (),
    wanted: str = ANSWER,
    when: When = always,
    after: tuple[str, ...] = (),
    mistakes: tuple[str, ...] = (),
    worst: int = 24 * 3600,
) -> Step:
    """A step that asks a person one thing; the answer is kept."""
    return Step(
        id=step_id,
        title=title,
        why=why,
        does=Form(
            interface=interface,
            menu=menu,
            fields=(FormField("answer", label, expected, help_text),),
            mismatch=mismatch,
            wanted=wanted,
        ),
        reversal=NothingToUndo(),
        duration=Duration(2 * 60, worst),
        when=when,
        after=after,
        mistakes=mistakes,
    )


def reading(node: str, command: str, observes: str, judge: Judge = no_findings) -> Command:
    """A read-only command whose output is understood."""
    return Command(node=node, command=command, risk=Risk.READ_ONLY, observes=observes, judge=judge)


def as_planned(node: str, *, observed: Mapping[str, object], and_yet: str = "") -> Finding:
    """What was read of a node is as it should be at this point; `and_yet` says what is still to come."""
    told = "; ".join(f"{key} {_shown(value)}" for key, value in observed.items())
    values = {"told": f": {told}" if told else "", "and_yet": f" {and_yet}".rstrip()}
    return finding("node-ok", node, observed=observed, values=values)


def _shown(value: object) -> str:
    """A value of a node in a sentence; of a long list the beginning, for the rest is in the output."""
    match value:
        case True | False:
            return "on" if value else "off"
        case list() | tuple():
            shown = ", ".join(map(str, value[:_MOST_TOLD]))
            rest = len(value) - _MOST_TOLD
            return f"{shown} and {rest} more" if rest > 0 else shown or "none"
        case _:
            return str(value) if value not in {None, ""} else "none"


def services_judge(node: str, services: tuple[str, ...]) -> Judge:
    """Finds fault with every one of the services that was not seen STARTED on a node."""

    def judge(plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        seen = facts.node(node)
        stopped = [service for service in services if not seen.runs(service)]
        if not stopped:
            return (as_planned(node, observed={"services": list(services)}),)
        return tuple(stopped_service(plan, node, service, facts) for service in stopped)

    return judge


def stopped_service(plan: Plan, node: str, service: str, facts: Facts) -> Finding:
    """A service that was not seen STARTED, with the page on which it is started."""
    seen = facts.node(node)
    state, reason = seen.services.get(service, "not listed"), seen.reasons.get(service, "")
    shown = {"service": service, "state": state, "reason": reason}
    begin = " > ".join(LABELS[plan.release].service_activation)
    activation = "" if service == XCP_ROUTER else f"; if it was never activated, begin at {begin}"
    values = {"control_center": f"{' > '.join(restart_page(plan, service))}{activation}"}
    return finding("node-service-stopped", node, observed=shown, expected={"state": "STARTED"}, values=values)


def restart_page(plan: Plan, service: str) -> tuple[str, ...]:
    """The menu of the page on which a service is started and restarted: the router is a network service."""
    labels = LABELS[plan.release]
    return labels.network_services if service == XCP_ROUTER else labels.feature_services


def unwell(plan: Plan, facts: Facts) -> str:
    """What is wrong with the cluster, in one sentence; empty when every node was seen well.

    Replication is expected to be disturbed once we have changed a node's domain, until the last node is done.
    """
    for node in plan.nodes:
        seen = facts.node(node.name)
        if seen.ntp_synchronised is not True:
            return f"{node.name} was not seen synchronised to its NTP server"
        for service in (SIP_PROXY, XCP_ROUTER):
            if not seen.runs(service):
                return f"{service} was not seen running on {node.name}"
        if seen.replication_healthy is not True and not facts.domain_set:
            return f"database replication was not seen healthy on {node.name}"
    return ""


def health_reads(plan: Plan) -> tuple[str, ...]:
    """The steps that tell whether the cluster is well."""
    return tuple(f"health/{what}@{node.name}" for what in ("ntp", "replication", "services") for node in plan.nodes)


def only_if(condition: Callable[[Plan, Facts], bool], reason: str) -> When:
    """Applies when the condition holds, otherwise not applicable for the reason."""

    def when(plan: Plan, facts: Facts) -> Standing:
        return Applies() if condition(plan, facts) else NotApplicable(reason)

    return when


# --- the checks that a plan implies ----------------------------------------------------------------------------------


def own_tls(plan: Plan) -> TlsRequest:
    """What partners meet: our public name, with the certificate that is shown there."""
    return TlsRequest(host=plan.local.public_fqdn, port=SIP_TLS_PORT, name=presented(plan), side="ours")


def meets_tls(plan: Plan) -> bool:
    """Whether anybody speaks TLS with us; a front end of OCS may be the only partner, and be reached by TCP."""
    return plan.aol is not None or any(partner.transport == "tls" for partner in plan.partners)


def needs_own_srv(plan: Plan) -> bool:
    """Whether others find us by SRV: any Microsoft partner, or an email domain. AOL is given our name by hand."""
    return bool(plan.partners) or plan.email is not None


def own_srv(plan: Plan, domain: str) -> DnsRequest:
    """Our own federation SRV for one of our domains."""
    return DnsRequest(
        domain=domain,
        side="ours",
        expect_target=plan.local.public_fqdn,
        missing_is="fail" if needs_own_srv(plan) else "info",
        public_fqdn_in_email_domain=_public_name_in_email_domain(plan),
    )


def own_xmpp_srv(plan: Plan, domain: str) -> DnsRequest:
    """The XMPP SRV of our email domain. Email addresses demand it only where that is a domain of its own (2.11)."""
    return DnsRequest(
        domain=domain,
        service="xmpp",
        side="ours",
        missing_is="fail" if domain != plan.local.sip_proxy_domain else "info",
        public_fqdn_in_email_domain=_public_name_in_email_domain(plan),
    )


def public_address(plan: Plan) -> HostRequest:
    """The address of our public FQDN."""
    return HostRequest(name=plan.local.public_fqdn, expect_address=plan.local.public_address, side="ours")


def partner_srv(partner: Partner) -> DnsRequest:
    """The federation SRV of a partner."""
    static = not partner.publishes_srv
    return DnsRequest(domain=partner.domain, missing_is="info" if static else "fail", static_entry=static)


def partner_tls(partner: Partner) -> TlsRequest:
    """The TLS of a partner's server, under the subject that has to be allowed where it is certain which one answers."""
    return TlsRequest(host=partner.route_target, port=SIP_TLS_PORT, name=partner.shown_name)


def _public_name_in_email_domain(plan: Plan) -> bool:
    from checks.names import is_within

    return plan.email is not None and is_within(plan.local.public_fqdn, plan.email.domain)
