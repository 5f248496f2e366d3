"""o: acceptance. Every check of the plan again, then people of both sides try it (domain 7.3)."""

from checks.names import for_display
from checks.requests import CheckRequest, TlsRequest
from wizard.plan.model import Node, Plan
from wizard.procedures.common import (
    ANSWER,
    always_applies,
    meets_tls,
    needs_own_srv,
    own_srv,
    own_tls,
    own_xmpp_srv,
    partner_srv,
    partner_tls,
    public_address,
    read,
    services_judge,
)
from wizard.procedures.releases import LABELS, Labels
from wizard.procedures.routes import aol_routes
from wizard.procedures.stored import key
from wizard.step import (
    SIP_FEDERATION_MANAGER,
    SIP_PROXY,
    XCP_ROUTER,
    Check,
    Duration,
    Field,
    Form,
    FormField,
    Instruct,
    NothingToUndo,
    Procedure,
    Step,
    Undo,
)

TWO_CLIENTS = "The clients of the people who try it"
_CLEANED = "acceptance/cleaned"
_TRIED_BY = "the people agreed on before"


def _steps(plan: Plan) -> tuple[Step, ...]:
    domains = _domains(plan)
    return (
        *(_services(node) for node in plan.nodes_publisher_first),
        *_own_records(plan),
        *_their_side(plan),
        *(step for domain in domains for step in _trial(plan, domain)),
        *((_cleaned(domains),) if domains else ()),
    )


def _domains(plan: Plan) -> tuple[str, ...]:
    aol = tuple(domain.name for domain in plan.aol.domains) if plan.aol else ()
    return (*(partner.domain for partner in plan.partners), *aol)


# --- every check of the plan again -----------------------------------------------------------------------------------


def _services(node: Node) -> Step:
    return read(
        f"acceptance/services@{node.name}",
        node.name,
        "utils service list",
        "services",
        title=f"See that all services run on {node.name}",
        why="A service that stands still after the restarts takes federation from every user of this node.",
        judge=services_judge(node.name, (SIP_PROXY, XCP_ROUTER, SIP_FEDERATION_MANAGER)),
        after=_restarts((node,)),
    )


def _restarts(nodes: tuple[Node, ...]) -> tuple[str, ...]:
    return tuple(f"restarts/{service}-back@{node.name}" for service in ("sip-proxy", "xcp-router") for node in nodes)


def _own_records(plan: Plan) -> tuple[Step, ...]:
    domains = plan.federation_domains if needs_own_srv(plan) else ()
    ours = "Now that everything is in place, what others see of us is looked at once more."
    return (
        _check("address", "Look up our public name again", ours, public_address(plan)),
        *(
            _check(f"own-srv@{domain}", f"See our record for {for_display(domain)} again", ours, own_srv(plan, domain))
            for domain in domains
        ),
        *_own_xmpp(plan),
        *((_check("own-tls", "See our public name answer once more", ours, own_tls(plan)),) if meets_tls(plan) else ()),
    )


def _own_xmpp(plan: Plan) -> tuple[Step, ...]:
    if plan.email is None:
        return ()
    domain = plan.email.domain
    why = "Email addresses hold for XMPP federation too, so this record is looked at as well."
    title = f"See our XMPP record for {for_display(domain)} again"
    return (_check(f"own-xmpp@{domain}", title, why, own_xmpp_srv(plan, domain)),)


def _their_side(plan: Plan) -> tuple[Step, ...]:
    why = "Their side may have changed since it was looked at first."
    steps = []
    for partner in plan.partners:
        shown = for_display(partner.domain)
        if partner.peer == "access-edge":
            steps.append(_check(f"srv@{partner.domain}", f"Find {shown} by DNS again", why, partner_srv(partner)))
        if partner.transport == "tls":
            title = f"See the certificate of {shown} again"
            steps.append(_check(f"tls@{partner.domain}", title, why, partner_tls(partner)))
    if plan.aol is not None:
        gateway = TlsRequest(host=plan.aol.route_target, name=plan.aol.gateway_fqdn)
        steps.append(_check("gateway-tls", "See the certificate of the AOL gateway", why, gateway))
    for route in aol_routes(plan):
        title = f"Trace the way to {for_display(route.domain)} again"
        steps.append(_check(f"route@{route.domain}", title, why, route))
    return tuple(steps)


def _check(slug: str, title: str, why: str, request: CheckRequest) -> Step:
    return Step(
        id=f"acceptance/{slug}",
        title=title,
        why=why,
        does=Check(request=request),
        reversal=NothingToUndo(),
        duration=Duration(2, 15),
    )


# --- people try it ---------------------------------------------------------------------------------------------------


def _trial(plan: Plan, domain: str) -> tuple[Step, ...]:
    labels = LABELS[plan.release]
    return (
        _contacts(plan, domain),
        _presence(labels, domain),
        _messages(labels, domain),
        _blocking(domain),
        *_from_every_node(plan, domain),
        _clean_up(plan, domain),
    )


def _ours(plan: Plan) -> str:
    return f"name@{plan.email.domain}" if plan.email else f"userid@{plan.local.sip_proxy_domain}"


def _contacts(plan: Plan, domain: str) -> Step:
    note = "AOL users of aim.com are entered as user@aol.com" if domain == "aol.com" else "two of their users"
    return Step(
        id=f"acceptance/contacts@{domain}",
        title=f"Add contacts both ways with {for_display(domain)}",
        why="Only people who see and reach each other prove federation. One user of ours and two of theirs sign in.",
        does=Instruct(
            interface=TWO_CLIENTS,
            menu=("their first user adds ours", "ours accepts the pop-up", "ours adds their second user"),
            fields=(
                Field("Our user, as they enter it", _ours(plan)),
                Field("Their users, as ours enters them", f"user@{domain}", note),
            ),
            button="Add, and accept the pop-up",
            act=("test-call", domain),
        ),
        reversal=Undo("Remove the test contacts on both sides, as the end of the trial does."),
        duration=Duration(10 * 60, 3600),
        verified_by=f"acceptance/presence@{domain}",
        mistakes=(
            "Using contacts that were made before the change: remove them first.",
            "A user of theirs who accepted ours once for ever: no pop-up comes then.",
        ),
        after=_restarts(plan.nodes_publisher_first),
    )


def _presence(labels: Labels, domain: str) -> Step:
    return _seen(
        f"acceptance/presence@{domain}",
        f"Availability, both ways, with {for_display(domain)}",
        why="Each side must see the other's availability, and see it change: set each user to away and back.",
        asked=(
            ("they_see", "Their user added ours and sees the availability"),
            ("we_see", "Our user added theirs and sees the availability"),
            ("changes", "Changes of state arrive on both sides"),
        ),
        mismatch="Where nothing arrives at all: look at the checks before this step, at the way that"
        f" `fedwizard check route USER@{domain} --plan PLAN` shows, and at both key usages of"
        f" their certificate. Late changes: {labels.empty_fragments}. Only some users: the services of their node.",
        after=f"acceptance/contacts@{domain}",
    )


def _messages(labels: Labels, domain: str) -> Step:
    return _seen(
        f"acceptance/messages@{domain}",
        f"Messages, both ways, with {for_display(domain)}",
        why="Our user writes first. Then both windows are closed, and their user writes back.",
        asked=(
            ("out", "A message of our user arrived there"),
            ("back", "With both windows closed, their message arrived here"),
        ),
        mismatch="If availability works and messages do not: their user may have set do not disturb. If not, see that"
        f" {labels.im_gateway}, a parameter of Cisco SIP Proxy, is On.",
        after=f"acceptance/contacts@{domain}",
    )


def _blocking(domain: str) -> Step:
    return _seen(
        f"acceptance/blocking@{domain}",
        f"Blocking, both ways, with {for_display(domain)}",
        why="A user who is blocked must not see the other one; everybody else still does. The step after this one lifts"
        " the blocks again.",
        asked=(
            ("blocked", "Our user blocks their first user, who sees ours offline"),
            ("others", "Their second user still sees the availability of ours"),
            ("theirs", "Their first user blocks ours: the availability disappears"),
        ),
        mismatch="Sign both users out and in again, and look once more before you search elsewhere.",
        after=f"acceptance/contacts@{domain}",
    )


def _from_every_node(plan: Plan, domain: str) -> tuple[Step, ...]:
    """One user is of one node, and every node dials by itself: the ways of the others are tried here."""
    nodes = tuple(node for node in plan.nodes_publisher_first if node.users_assigned)
    if len(nodes) < 2:
        return ()
    return (
        _seen(
            f"acceptance/nodes@{domain}",
            f"Try it from every node with {for_display(domain)}",
            why="The trial so far was that of one user, and so of one node. Every node dials by itself and serves its"
            " own users: have a user of each node add one of theirs, and write both ways. The way of a node from which"
            " nobody tried is not proved.",
            asked=tuple(
                (f"node_{key(node.name)}", f"A user of {node.name} and one of theirs see and write to each other")
                for node in nodes
            ),
            mismatch="Compare that node with one from which it works: its services, its certificate, its way through"
            " the firewall. Where no user of it can try, accept that with a reason: its way was not tried then.",
            after=f"acceptance/contacts@{domain}",
            act=("test-call", domain),
        ),
    )


def _clean_up(plan: Plan, domain: str) -> Step:
    return Step(
        id=f"acceptance/clean-up@{domain}",
        title=f"Take the test contacts with {for_display(domain)} away",
        why="A contact or a block of the trial that is forgotten looks like a fault later.",
        does=Instruct(
            interface=TWO_CLIENTS,
            menu=("everybody lifts the blocks of the trial", "ours removes theirs", "theirs remove ours"),
            fields=(
                Field("Ours removes", f"user@{domain}", "both of their users"),
                Field("Theirs remove", _ours(plan), "each of their users who has one of ours"),
            ),
            button="Remove",
            act=("end-test-call", domain),
        ),
        reversal=Undo("Add them again, as for the trial."),
        duration=Duration(3 * 60, 30 * 60),
        verified_by=_CLEANED,
        mistakes=("Removing contacts that people had before the trial and want to keep.",),
        after=(f"acceptance/contacts@{domain}",),
    )


def _cleaned(domains: tuple[str, ...]) -> Step:
    """No command lists what users have in their lists."""
    return Step(
        id=_CLEANED,
        title="See that nothing of the trial is left",
        why="Test contacts of both sides are gone, and nobody is blocked any more. Then users may be told.",
        does=Form(
            interface=TWO_CLIENTS,
            menu=(),
            fields=(
                *(
                    FormField(f"clean_{key(domain)}", for_display(domain), "yes", "Is nothing left, on both sides?")
                    for domain in domains
                ),
                FormField("tried_by", "Tried by, of ours and of theirs", _TRIED_BY, "Their names.", free=True),
            ),
            mismatch="Lift the block, or remove the contact, on the side where it is left.",
            wanted=ANSWER,
        ),
        reversal=NothingToUndo(),
        duration=Duration(2 * 60, 30 * 60),
        after=tuple(f"acceptance/clean-up@{domain}" for domain in domains),
    )


def _seen(
    step_id: str,
    title: str,
    *,
    why: str,
    asked: tuple[tuple[str, str], ...],
    mismatch: str,
    after: str,
    act: tuple[str, ...] = (),
) -> Step:
    helped = "Answer yes if it was so."
    return Step(
        id=step_id,
        title=title,
        why=why,
        does=Form(
            interface=TWO_CLIENTS,
            menu=(),
            fields=tuple(FormField(name, label, "yes", helped) for name, label in asked),
            mismatch=mismatch,
            wanted=ANSWER,
            act=act,
        ),
        reversal=NothingToUndo(),
        duration=Duration(5 * 60, 30 * 60),
        after=(after,),
    )


ACCEPTANCE = Procedure(
    id="acceptance",
    title="Acceptance",
    heading="Verify the federation",
    why="The set-up is accepted when every check passes again and people of both sides reach each other.",
    disrupts="Nothing. The test users write to each other, and are taken out of each other's lists at the end.",
    applies=always_applies,
    steps=_steps,
)
