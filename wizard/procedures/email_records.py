"""The DNS records of the email domain, and the one of the domain that is left behind (domain 2.11)."""

from collections.abc import Callable

from checks.names import XMPP_FEDERATION, XMPP_PORT, for_display, srv_name
from wizard.facts import Facts
from wizard.plan.model import Email, Plan
from wizard.procedures.common import only_if, own_srv, own_xmpp_srv
from wizard.procedures.dns import CACHES, LOOK, PUBLISHING, UNPUBLISH, srv_to_publish, unless_seen
from wizard.procedures.releases import LABELS
from wizard.standing import Standing
from wizard.step import SIP_PROXY, Check, CheckPasses, Duration, Form, FormField, NothingToUndo, Step, Wait, When

HEADING = "Email domain for federation"
SAME_DOMAIN = "the email domain is the SIP proxy domain, whose records are there already"


def records(plan: Plan, email: Email) -> tuple[Step, ...]:
    """The parameter and the records that an email domain of its own needs, looked at, published and seen."""
    return (
        _parameter(plan, email),
        _sip_record(plan, email),
        _look_xmpp(plan, email),
        _publish_xmpp(plan, email),
        _see_xmpp(plan, email),
        _left_behind(plan, email),
    )


def _differs(plan: Plan, _facts: Facts) -> bool:
    return plan.email is not None and plan.email.domain != plan.local.sip_proxy_domain


_with_own_domain = only_if(_differs, SAME_DOMAIN)


def _parameter(plan: Plan, email: Email) -> Step:
    labels, value = LABELS[plan.release], plan.local.public_fqdn
    return Step(
        id=f"email/parameter@{email.domain}",
        heading=HEADING,
        title="See that the routing parameter lies in the email domain",
        why=f"With an email domain of its own, {labels.routing_fqdn} must hold a name in {email.domain} rather than in"
        f" {plan.local.sip_proxy_domain}. That goes for SIP and for XMPP.",
        does=Form(
            interface=labels.administration,
            menu=labels.service_parameters,
            fields=(
                FormField(
                    "routing_fqdn",
                    labels.routing_fqdn,
                    value,
                    f"Server {plan.publisher.fqdn}, service {SIP_PROXY}, section {labels.routing_section}. Copy what"
                    " the page shows.",
                ),
            ),
            mismatch="Go back to the federation routing parameter, set it and restart what it asks for.",
        ),
        reversal=NothingToUndo(),
        duration=Duration(60, 300),
        when=_with_own_domain,
        after=("routing-fqdn/set",),
    )


def _sip_record(plan: Plan, email: Email) -> Step:
    return Step(
        id=f"email/sip-record@{email.domain}",
        heading=HEADING,
        title=f"See the SIP record of {for_display(email.domain)}",
        why=f"Who writes to name@{email.domain} looks for {srv_name(email.domain)}. It was published with the other"
        " records; without it, nobody is reached once the switch is on.",
        does=Check(request=own_srv(plan, email.domain)),
        reversal=NothingToUndo(),
        duration=LOOK,
        after=(f"dns/publish-srv@{email.domain}",),
    )


def _look_xmpp(plan: Plan, email: Email) -> Step:
    return Step(
        id=f"email/look-xmpp@{email.domain}",
        heading=HEADING,
        title=f"Look up the XMPP record of {for_display(email.domain)}",
        why="The switch holds for XMPP federation too. We look whether the record is there before anything is changed.",
        does=Check(request=own_xmpp_srv(plan, email.domain), stops=False),
        reversal=NothingToUndo(),
        duration=LOOK,
    )


def _publish_xmpp(plan: Plan, email: Email) -> Step:
    look, owner = f"email/look-xmpp@{email.domain}", srv_name(email.domain, XMPP_FEDERATION)
    return Step(
        id=f"email/publish-xmpp@{email.domain}",
        heading=HEADING,
        title=f"Publish the XMPP record of {for_display(email.domain)}",
        why=f"XMPP partners find the new addresses by {owner}, port {XMPP_PORT}.{_nobody_yet(email)}",
        does=srv_to_publish(email.domain, plan.local.public_fqdn, "xmpp"),
        reversal=UNPUBLISH,
        duration=PUBLISHING,
        when=_both(unless_seen(look, f"{owner} is there, port {XMPP_PORT}")),
        verified_by=f"email/see-xmpp@{email.domain}",
        mistakes=(
            "Publishing _xmpp-client instead of _xmpp-server: that one is for clients.",
            f"Port 5222, or 5061. Servers use {XMPP_PORT}.",
        ),
        reads=(look,),
    )


def _nobody_yet(email: Email) -> str:
    if email.xmpp_partners:
        return ""
    return (
        " The plan names none. The guide wants the record all the same, because the switch holds for both: if in doubt,"
        f" publish it. A record alone lets nobody in; port {XMPP_PORT} is opened only when XMPP federation is set up,"
        " which another chapter of the guide is about. If you never want XMPP, skip this step with that reason; the"
        " steps that look for the record then say that it is missing, and are skipped or accepted likewise."
    )


def _see_xmpp(plan: Plan, email: Email) -> Step:
    return Step(
        id=f"email/see-xmpp@{email.domain}",
        heading=HEADING,
        title=f"See the XMPP record of {for_display(email.domain)}",
        why="Partners see it only when no cache remembers the old answer. The wizard asks until it is there.",
        does=Wait(until=CheckPasses(request=own_xmpp_srv(plan, email.domain))),
        reversal=NothingToUndo(),
        duration=CACHES,
        when=_with_own_domain,
        after=(f"email/publish-xmpp@{email.domain}", "dns/publish-address"),
    )


def _left_behind(plan: Plan, email: Email) -> Step:
    old = plan.local.sip_proxy_domain
    return Step(
        id=f"email/left-behind@{old}",
        heading=HEADING,
        title=f"See whether partners will refuse the old addresses at {for_display(old)}",
        why=f"Its target lies in {email.domain} from now on. Where that is outside {old}, Microsoft partners refuse"
        " what is still sent to the old addresses. That is expected, so it is only a warning.",
        does=Check(request=own_srv(plan, old), stops=False),
        reversal=NothingToUndo(),
        duration=LOOK,
        when=_with_own_domain,
    )


def _both(then: Callable[[Plan, Facts], Standing]) -> When:
    """Only with an email domain of its own, and then whatever `then` says."""

    def when(plan: Plan, facts: Facts) -> Standing:
        return then(plan, facts) if _differs(plan, facts) else _with_own_domain(plan, facts)

    return when
