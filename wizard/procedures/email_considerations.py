"""What has to be considered before email addresses are used in federation: one recorded answer each (domain 2.10)."""

from wizard.facts import Facts
from wizard.plan.model import Email, Plan
from wizard.procedures.common import question
from wizard.procedures.releases import LABELS
from wizard.standing import Applies, NotApplicable, Standing
from wizard.step import Step

_TOLD = "Whoever decided on email addresses has to know this. Hold here, and ask."


def considerations(plan: Plan, email: Email) -> tuple[Step, ...]:
    """One question for each point, in the order in which the answers build on each other."""
    return (
        _directory(plan),
        _mail_id(plan, email),
        _fallback(plan),
        _dropped(plan),
        _aliases(email),
        _timing(),
        _xmpp(plan, email),
        _clusters(plan),
    )


def _jid(plan: Plan) -> str:
    return f"userid@{plan.local.sip_proxy_domain}"


def _directory(plan: Plan) -> Step:
    return question(
        "email/consider-directory",
        "See that Active Directory has everybody's email address",
        why=f"A user for whom Active Directory has no email address is federated as {_jid(plan)}, the JID. Partners"
        " who enter the email address do not reach that user, and nothing says so.",
        label="Every user has an email address in Active Directory",
        interface="Active Directory, at the properties of each user",
        help_text="Whoever runs it can list the users whose attribute mail is empty. Answer yes if there are none.",
        mismatch="Have the missing addresses entered. Or accept it, and note who keeps the JID.",
    )


def _mail_id(plan: Plan, email: Email) -> Step:
    labels = LABELS[plan.release]
    return question(
        "email/consider-mail-id",
        f"List the users whose {labels.mail_id} is not a full address",
        why=f"IM and Presence takes the address from the field {labels.mail_id} in the call manager. It must be the"
        f" full email address, such as name@{email.domain}.",
        label=f"Users whose {labels.mail_id} is not their full email address",
        expected="none",
        help_text="Their user ids; none if every one of them has it. `fedwizard check plan --nodes` asks the"
        " publisher for them, and says so when that release does not answer it.",
        interface=labels.call_manager,
        menu=labels.end_users,
        mismatch=f"Enter the full address as {labels.mail_id} of each of them, or in the directory it comes from."
        " Or accept it: these users then appear under the JID, what partners send there is dropped, and so they"
        " cannot take part.",
        mistakes=("Counting a part of the address, such as the name without the domain, as an address.",),
    )


def _fallback(plan: Plan) -> Step:
    mail_id = LABELS[plan.release].mail_id
    return question(
        "email/consider-fallback",
        f"Know what an empty or partial {mail_id} does",
        why=f"Where {mail_id} is empty, or not a full email address, IM and Presence falls back to the JID,"
        f" {_jid(plan)}, for that user, while all others are addressed by email. What is sent back there"
        " is dropped. It gives no warning.",
        label=f"An empty or partial {mail_id} means the JID, and we know it",
        mismatch=_TOLD,
    )


def _dropped(plan: Plan) -> Step:
    return question(
        "email/consider-dropped",
        "Know that requests to the JID are dropped",
        why=f"After the switch, what partners send to {_jid(plan)} is dropped, even for users who have a valid email"
        " address. So partners and users are told before.",
        label="Requests to a JID are dropped after the switch, and we know it",
        mismatch=_TOLD,
    )


def _aliases(email: Email) -> Step:
    return question(
        "email/consider-aliases",
        "See that nobody counts on an email alias",
        why=f"Aliases are not supported. Each user is reached at one address, the one at {email.domain} that is"
        " configured for that user; a second address of the same mailbox does not work.",
        label="No user counts on an email alias",
        mismatch="Tell these users which address works, and see that it is the one partners have.",
    )


def _timing() -> Step:
    return question(
        "email/consider-timing",
        "See that users have not added contacts yet",
        why="At a partner with whom federation is new, the best time for the switch is before anybody adds a contact:"
        " contacts made before it have to be removed and added again.",
        label="At the new partners, no user has added a contact yet",
        mismatch="Write already_federating = true for that partner in the plan: then its notice says what to do. Or"
        " accept it, and tell those who added contacts.",
        when=_somebody_new,
    )


def _somebody_new(plan: Plan, _facts: Facts) -> Standing:
    aol = plan.aol.domains if plan.aol else ()
    if all(each.already_federating for each in plan.partners) and all(each.already_federating for each in aol):
        return NotApplicable("with every partner there are contacts already; their notices say what to do")
    return Applies()


def _xmpp(plan: Plan, email: Email) -> Step:
    labels = LABELS[plan.release]
    return question(
        "email/consider-xmpp",
        "Count the domains federated by XMPP",
        why="One switch changes both: SIP and XMPP federation. Partners reached by XMPP are concerned just as much and"
        " get the notice too; the plan names them in xmpp_partners.",
        label="Number of foreign domains federated by XMPP",
        expected=str(len(email.xmpp_partners)),
        help_text="0 if XMPP federation is not used.",
        interface=labels.administration,
        menu=labels.inter_domain,
        mismatch="Correct xmpp_partners under [email] in the plan, so that each of them gets its notice.",
        wanted="the plan says",
    )


def _clusters(plan: Plan) -> Step:
    labels = LABELS[plan.release]
    return question(
        "email/consider-clusters",
        "Count the clusters connected to this one",
        why="Every cluster of the enterprise has a switch of its own. All of them have to be switched, or their users"
        " go on under the JID; the plan names them in intercluster_peers.",
        label="Number of intercluster peers",
        expected=str(len(plan.intercluster_peers)),
        help_text="0 if this is the only cluster.",
        interface=labels.administration,
        menu=labels.inter_clustering,
        mismatch="Correct [[intercluster_peers]] in the plan, so that each cluster gets its switch and its restart.",
        wanted="the plan says",
    )
