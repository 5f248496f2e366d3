"""The letters about email addresses in federation: N1 to foreign administrators, N2 to our own users (procedure m)."""

from collections.abc import Sequence
from typing import Literal

from checks.names import SIP_FEDERATION, SIP_TLS_PORT, XMPP_FEDERATION, XMPP_PORT, srv_name
from wizard.plan.model import Plan

Reach = Literal["sip", "xmpp", "aol"]
_PROTOCOL = {"sip": "SIP", "xmpp": "XMPP", "aol": "SIP, through AOL"}


def to_partner(plan: Plan, whom: str, reach: Reach, federating: bool, to_allow: str = "") -> str:
    """Notice N1 to those who run one foreign domain.

    `federating`: whether their users have contacts of ours already; only then does item (b) concern them. `to_allow`:
    how their server is told that our domains may be talked to, where it is known what they run.
    """
    email = _email_domain(plan)
    items = [
        f"To add one of our people as a contact, your users enter that person's email address, name@{email}."
        " No other address of ours will work.",
    ]
    if federating:
        items.append(
            "Contacts of ours that your users have already stop working. Your users delete them and add them again,"
            f" each with the email address, name@{email}."
        )
    return "\n\n".join(
        (
            f"To {whom}",
            "We are about to use email addresses for federation between your organisation and ours"
            f" ({_PROTOCOL[reach]}). From then on:",
            _listed(items),
            _where_to_find_us(plan, reach, to_allow),
            f"Please tell your users, and tell us when you have done so. {_moment(plan)}",
        )
    )


def to_users(plan: Plan) -> str:
    """Notice N2 to all our own users, items (a) to (f)."""
    email, old = f"name@{_email_domain(plan)}", f"userid@{plan.local.sip_proxy_domain}"
    items = (
        f"Towards people in other organisations your email address, {email}, takes the place of {old}.",
        f"People there who want to add you to their contacts enter your email address. {old} no longer works for that.",
        f"Whoever there has you as a contact under {old} removes that contact and adds you again with your email"
        " address.",
        f"Messages from there to {old} are dropped, unless that address happens to be your email address, the same"
        " one in both of the lists that we keep: in Active Directory, and in the users table of IM and Presence. You"
        " need not look it up: count on your email address alone.",
        "If you have contacts in other organisations already: when you next sign in, they may see a pop-up with your"
        " email address. Tell them that it is you.",
        "In your own client nothing changes. You set nothing, and you work as before.",
    )
    return "\n\n".join(
        (
            "To everybody who uses IM and Presence",
            "With the restart of our servers that follows this message, email addresses come into use for messages and"
            " availability between us and other organisations. What that means for you:",
            _listed(items),
            "Messages among ourselves stay as they are.",
        )
    )


def _listed(items: Sequence[str]) -> str:
    if len(items) == 1:
        return f"  {items[0]}"
    return "\n".join(f"  ({letter}) {item}" for letter, item in zip("abcdef", items, strict=False))


def _where_to_find_us(plan: Plan, reach: Reach, to_allow: str) -> str:
    target, email = plan.local.public_fqdn, _email_domain(plan)
    if reach == "aol":
        return f"AOL reaches us at {target}; that stays."
    labels, port = (SIP_FEDERATION, SIP_TLS_PORT) if reach == "sip" else (XMPP_FEDERATION, XMPP_PORT)
    record = srv_name(email, labels)
    listed = "" if email == plan.local.sip_proxy_domain else f"If your side lists the domains it allows, add {email}."
    return f"Your servers find us by the record {record}, port {port}. {to_allow or listed}".rstrip()


def _moment(plan: Plan) -> str:
    start = plan.change.window_start
    planned = f" It is planned for {start:%Y-%m-%d %H:%M %Z}." if start is not None else ""
    return f"We make the change after that.{planned}"


def _email_domain(plan: Plan) -> str:
    return plan.email.domain if plan.email else plan.local.sip_proxy_domain
