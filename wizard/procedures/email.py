"""m: email addresses in federation. Here: the notice to the administrator of each foreign domain, sent beforehand."""

from checks.names import for_display
from wizard.plan.model import Partner, Plan
from wizard.procedures.common import Verdict
from wizard.step import Applies, Duration, NotApplicable, Notice, PointOfNoReturn, Procedure, Step


def _applies(plan: Plan) -> Verdict:
    if plan.email is None:
        return NotApplicable("the plan does not ask for email addresses in federation")
    return Applies()


def _steps(plan: Plan) -> tuple[Step, ...]:
    if plan.email is None:
        return ()
    return tuple(_notify(partner, plan.email.domain) for partner in plan.partners)


def _notify(partner: Partner, email_domain: str) -> Step:
    recipient = partner.contact or f"the administrator of {for_display(partner.domain)}"
    return Step(
        id=f"email/notify-partner@{partner.domain}",
        title=f"Tell the administrator of {for_display(partner.domain)}",
        why="Once we use email addresses, requests to the old addresses are dropped. Their users must know it before.",
        does=Notice(
            recipient=recipient,
            subject=f"Federation with {email_domain}: our users will be addressed by email address",
            text=letter(partner, email_domain),
            act=("tell", partner.domain),
        ),
        reversal=PointOfNoReturn("A letter that was sent cannot be called back; send a correction."),
        duration=Duration(10 * 60, 24 * 3600),
        mistakes=("Sending it after the switch: messages are lost in between.",),
    )


def letter(partner: Partner, email_domain: str) -> str:
    """Notice N1 to a foreign administrator, filled in for one partner (procedure m)."""
    items = [
        f"To add one of our people as a contact, your users enter that person's email address, "
        f"name@{email_domain}. No other address of ours will work.",
    ]
    if partner.already_federating:
        items.append(
            "Contacts of ours that your users have already stop working. Your users delete them and add them again,"
            f" each with the email address, name@{email_domain}."
        )
    listed = "\n".join(f"  {number}. {item}" for number, item in enumerate(items, 1))
    return (
        f"To the administrator of {partner.domain}\n\n"
        "We are about to use email addresses for federation between your organisation and ours. From then on:\n\n"
        f"{listed}\n\n"
        "Please tell your users, and tell us when you have done so. We make the change after that."
    )


EMAIL = Procedure(
    id="email",
    title="Email addresses in federation: notices to partners",
    heading="Email address for federation",
    why="The change alters how outsiders address our users. They have to be told before it is made.",
    disrupts="Nothing: letters are sent.",
    applies=_applies,
    steps=_steps,
)
