"""m: email addresses in federation: considerations, notices, the email domain, the switch on every cluster."""

from checks.names import for_display
from wizard.facts import Facts
from wizard.plan.model import Email, InterclusterPeer, Partner, Plan
from wizard.procedures.common import Verdict, question
from wizard.procedures.email_considerations import considerations
from wizard.procedures.email_letters import to_partner, to_users
from wizard.procedures.email_records import records
from wizard.procedures.releases import LABELS, Labels
from wizard.standing import Applies, NotApplicable, Standing, Stop
from wizard.step import (
    XCP_ROUTER,
    Duration,
    Field,
    Form,
    FormField,
    Instruct,
    NothingToUndo,
    Notice,
    PointOfNoReturn,
    Procedure,
    Step,
    Undo,
)

_NOTIFY = "email/notify-partner@"
SENT = PointOfNoReturn("A letter that was sent cannot be called back; send a correction.")
SWITCH_BACK = Undo(
    "Uncheck it, save, and restart the Cisco XCP Router on every node of every cluster. Then tell partners and users:"
    " contacts made under email addresses have to be removed and added again."
)
# The parts of the section on email addresses, as its headings have it.
TOLD_ABROAD = "Email address for federation: what the foreign administrator is told"
TOLD_HERE = "Email address for federation: what our own users are told"
SWITCHED = "Turn on email for federation"
_AT_THE_WARNING = (
    "a warning appears; its words are not documented. If it speaks of email addresses in federation, press {ok};"
    " otherwise cancel it, and hold here"
)
OUR_USERS = "all users of IM and Presence, on every cluster"


def _applies(plan: Plan) -> Verdict:
    if plan.email is None:
        return NotApplicable("the plan does not ask for email addresses in federation")
    return Applies()


def _steps(plan: Plan) -> tuple[Step, ...]:
    email = plan.email
    if email is None:
        return ()
    return (
        *considerations(plan, email),
        *_partner_notices(plan, email),
        *_answered(plan, email),
        _ask_approval(plan),
        _approved(),
        *records(plan, email),
        _switch(plan),
        _read_back(plan),
        _notify_users(plan),
        *(step for peer in plan.intercluster_peers for step in _peer(plan, peer)),
    )


# --- notices ---------------------------------------------------------------------------------------------------------


def _partner_notices(plan: Plan, email: Email) -> tuple[Step, ...]:
    """N1: SIP partners, domains reached through AOL, and partners reached by XMPP, which federate already."""
    microsoft = (
        _notify(
            plan,
            p.domain,
            to_partner(plan, _administrator(p.domain), "sip", p.already_federating, _told_before(p)),
            contact=p.contact,
        )
        for p in plan.partners
    )
    through_aol = (("AOL" if d.kind == "public" else "", d) for d in (plan.aol.domains if plan.aol else ()))
    aol = (
        _notify(plan, d.name, to_partner(plan, whom or _administrator(d.name), "aol", d.already_federating), whom)
        for whom, d in through_aol
    )
    xmpp = (
        _notify(plan, domain, to_partner(plan, _administrator(domain), "xmpp", True)) for domain in email.xmpp_partners
    )
    return (*microsoft, *aol, *xmpp)


def _told_before(partner: Partner) -> str:
    """An edge was told what to allow in the letter about its side; here it is not said twice."""
    if partner.peer != "access-edge":
        return ""
    return "How your server allows this domain stands in our letter about what to do on your side."


def _answered(plan: Plan, email: Email) -> tuple[Step, ...]:
    """The letters promise that the change is made after their answer."""
    notices = tuple(step.id for step in _partner_notices(plan, email))
    if not notices:
        return ()
    step = question(
        "email/answered",
        "See that everybody who was told has answered",
        why="The letters promise that the change is made after the answer. Whoever has not told their users loses"
        " messages from the switch on. The walk may be held here (h) for as long as it takes.",
        label="Everybody who got the letter has told their users",
        mismatch="Ask again whoever has not answered, and hold here. Or accept it, and note who has not.",
        after=notices,
    )
    return (step,)


def _administrator(domain: str) -> str:
    return f"the administrator of {for_display(domain)}"


def _notify(plan: Plan, domain: str, text: str, whom: str = "", *, contact: str = "") -> Step:
    email_domain, whom = plan.email.domain if plan.email else "", whom or _administrator(domain)
    return Step(
        id=f"{_NOTIFY}{domain}",
        heading=TOLD_ABROAD,
        title=f"Tell {whom}{f' about {for_display(domain)}' if whom == 'AOL' else ''}",
        why="Once we use email addresses, requests to the old addresses are dropped. Their users must know it before.",
        does=Notice(
            recipient=contact or whom,
            subject=f"Federation with {email_domain}: our users will be addressed by email address",
            text=text,
            act=("tell", domain),
        ),
        reversal=SENT,
        duration=Duration(10 * 60, 24 * 3600),
        mistakes=("Sending it after the switch: messages are lost in between.",),
    )


def _ask_approval(plan: Plan) -> Step:
    return Step(
        id="email/ask-approval",
        heading=TOLD_HERE,
        title="Have the notice to our own users approved",
        why="Every user gets this text at the moment of the switch. Nobody should have to correct it then.",
        does=Notice(
            recipient=plan.change.reviewer or "the person who approves what all users are sent",
            subject="For approval: what our users are told about email addresses in federation",
            text=to_users(plan),
            act=("tell", "approver"),
        ),
        reversal=SENT,
        duration=Duration(10 * 60, 24 * 3600),
        mistakes=("Sending it to the users already: it says that the change comes with the next restart.",),
    )


def _approved() -> Step:
    return question(
        "email/approved",
        "Record that the notice to our users is approved",
        why="The switch is not thrown before the text is approved: users are told at the same time.",
        label="The text for our users is approved",
        mismatch="Have it approved, with its changes, before you go on.",
        after=("email/ask-approval",),
    )


def _notify_users(plan: Plan) -> Step:
    return Step(
        id="email/notify-users",
        heading=TOLD_HERE,
        title="Tell our own users",
        why="The switch is on, so users are told now: their contacts outside change with the coming restart.",
        does=Notice(
            recipient=OUR_USERS,
            subject="Your email address comes into use towards other organisations",
            text=to_users(plan),
            act=("tell", "all-users"),
        ),
        reversal=SENT,
        duration=Duration(5 * 60, 3600),
        mistakes=("Telling the users of this cluster only: those of the other clusters change with them.",),
    )


# --- the switch ------------------------------------------------------------------------------------------------------


def _switch_page(plan: Plan, publisher: str) -> Instruct:
    labels = LABELS[plan.release]
    return Instruct(
        interface=labels.administration,
        menu=labels.presence_settings,
        fields=(
            Field("On the publisher", publisher),
            Field(labels.email_switch, "checked", _AT_THE_WARNING.format(ok=labels.confirm)),
        ),
        button=labels.save,
        act=("enable-email", publisher),
    )


def _switch_back_read(plan: Plan, publisher: str) -> Form:
    labels = LABELS[plan.release]
    return Form(
        interface=labels.administration,
        menu=labels.presence_settings,
        fields=(FormField("email_switch", labels.email_switch, "checked", f"checked or unchecked, on {publisher}"),),
        mismatch=f"Check it again, press {labels.confirm} at the warning and {labels.save}. Leaving the page"
        f" without {labels.save} discards it.",
    )


def _switch_mistakes(labels: Labels) -> tuple[str, ...]:
    return (
        f"Leaving the page after {labels.confirm} without {labels.save}.",
        "Forgetting a cluster: its users go on under the old addresses.",
        "Throwing it before partners and users were told.",
    )


def _once_told(_plan: Plan, facts: Facts) -> Standing:
    """N1 is acknowledged as sent before any switch is thrown."""
    untold = sorted(step.partition("@")[2] for step in facts.skipped if step.startswith(_NOTIFY))
    if not untold:
        return Applies()
    return Stop(
        f"Not told yet: {', '.join(map(for_display, untold))}. That notice was skipped.",
        "Their messages to the old addresses would be dropped. Look at the skipped notice (o), open it again (u) and"
        " send it.",
    )


def _switch(plan: Plan) -> Step:
    return Step(
        id="email/switch",
        heading=SWITCHED,
        title="Turn on email addresses in federation",
        why="This one check box makes the cluster use email addresses towards all partners, by SIP and by XMPP.",
        does=_switch_page(plan, plan.publisher.fqdn),
        reversal=SWITCH_BACK,
        duration=Duration(120, 600),
        when=_once_told,
        effects=("From that restart on, what partners send to the old addresses is dropped.",),
        restarts=tuple((node.name, XCP_ROUTER) for node in plan.nodes_publisher_first),
        verified_by="email/read-back",
        mistakes=_switch_mistakes(LABELS[plan.release]),
    )


def _read_back(plan: Plan) -> Step:
    return Step(
        id="email/read-back",
        heading=SWITCHED,
        title="Read back the switch for email addresses",
        why="No command of the CLI shows it. Open the page again, so that it is what was stored.",
        does=_switch_back_read(plan, plan.publisher.fqdn),
        reversal=NothingToUndo(),
        duration=Duration(60, 300),
        after=("email/switch",),
    )


# --- the other clusters ----------------------------------------------------------------------------------------------


def _peer(plan: Plan, peer: InterclusterPeer) -> tuple[Step, ...]:
    return (_switch_peer(plan, peer), _read_back_peer(plan, peer), _restart_peer(plan, peer), _peer_runs(plan, peer))


def _switch_peer(plan: Plan, peer: InterclusterPeer) -> Step:
    publisher = peer.publisher_fqdn
    return Step(
        id=f"email/switch-peer@{publisher}",
        heading=SWITCHED,
        title=f"Turn it on in {_cluster(peer)}",
        why="Each cluster has a switch of its own. While one is off, its users go on under the old addresses.",
        does=_switch_page(plan, publisher),
        reversal=SWITCH_BACK,
        duration=Duration(5 * 60, 24 * 3600),
        when=_once_told,
        effects=(f"{XCP_ROUTER} must be restarted on every node of that cluster; the step after next does it.",),
        verified_by=f"email/read-back-peer@{publisher}",
        mistakes=_switch_mistakes(LABELS[plan.release]),
    )


def _read_back_peer(plan: Plan, peer: InterclusterPeer) -> Step:
    publisher = peer.publisher_fqdn
    return Step(
        id=f"email/read-back-peer@{publisher}",
        heading=SWITCHED,
        title=f"Read it back in {_cluster(peer)}",
        why="Open the page again there, so that it is what was stored.",
        does=_switch_back_read(plan, publisher),
        reversal=NothingToUndo(),
        duration=Duration(60, 24 * 3600),
        after=(f"email/switch-peer@{publisher}",),
    )


def _restart_peer(plan: Plan, peer: InterclusterPeer) -> Step:
    labels, publisher = LABELS[plan.release], peer.publisher_fqdn
    return Step(
        id=f"email/restart-peer@{publisher}",
        heading=SWITCHED,
        title=f"Restart the XCP Router in {_cluster(peer)}",
        why="The switch takes effect there only when the router has started again, on every node of that cluster.",
        does=Instruct(
            interface=labels.serviceability,
            menu=labels.network_services,
            fields=(
                Field(
                    labels.server,
                    publisher,
                    f"then press {labels.go}; afterwards each other node of that cluster in turn",
                ),
                Field(
                    labels.service_section,
                    XCP_ROUTER,
                    f"select the button beside it; at the message press {labels.confirm}",
                ),
            ),
            button=labels.restart,
            act=("restart-peer-router", publisher),
            disrupts=publisher,
        ),
        reversal=PointOfNoReturn("A restart cannot be taken back; it is over when the service runs again."),
        duration=Duration(10 * 60, 24 * 3600),
        effects=("All clients of each node there lose messages and availability until its router is back.",),
        verified_by=f"email/router-runs@{publisher}",
        mistakes=("Stop and then Start: the other services stay down.", "Restarting it on one node only."),
    )


def _peer_runs(plan: Plan, peer: InterclusterPeer) -> Step:
    labels, publisher = LABELS[plan.release], peer.publisher_fqdn
    return question(
        f"email/router-runs@{publisher}",
        f"See the services run in {_cluster(peer)}",
        why="We have no login on that cluster. Whoever restarted the router looks at every node there.",
        label=f"{XCP_ROUTER} runs again on every node there",
        interface=f"{labels.serviceability} of that cluster",
        menu=labels.network_services,
        mismatch="Start what does not run, on the same page. Go on when every node is back.",
        after=(f"email/restart-peer@{publisher}",),
    )


def _cluster(peer: InterclusterPeer) -> str:
    """The cluster in words, its name cut to what fits a title."""
    name = peer.name if len(peer.name) <= 24 else f"{peer.name[:21]}..."
    return f"the {name}" if "cluster" in name.lower().split() else f"the cluster {name}"


EMAIL = Procedure(
    id="email",
    title="Email addresses in federation",
    heading="Email address for federation",
    why="Partners address our users by email address instead of user id. What that means is considered, partners and"
    " users are told, then every cluster is switched.",
    disrupts="What partners send to the old addresses is lost from the switch on. Other clusters restart their Cisco"
    " XCP Router here; ours restarts later.",
    applies=_applies,
    steps=_steps,
)
