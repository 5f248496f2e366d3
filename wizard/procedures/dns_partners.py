"""e, the other side: the partners' records and certificates, found; and the letter about what they have to mend."""

from checks.finding import Owner
from checks.names import for_display
from wizard.facts import CheckFact, Facts
from wizard.plan.model import Partner, Plan
from wizard.procedures.common import partner_srv, partner_tls
from wizard.report.letter import Looked, letter, subject_line
from wizard.standing import Applies, NotApplicable, Standing, Stop, Unknown
from wizard.step import Check, CheckPasses, Duration, NothingToUndo, Notice, PointOfNoReturn, Step, Wait, When

LOOK = Duration(2, 15)
THEIR_CHANGE = Duration(60 * 60, 3 * 24 * 3600)
CERTIFICATE_MISTAKE = "Comparing the subject alternative names: the cluster compares the subject CN."


def partner_steps(plan: Plan) -> tuple[Step, ...]:
    """Look at every partner first; then, for each, the letter about what is wrong there, and seeing it right."""
    partners = plan.partners
    return (
        *(_look_srv(partner) for partner in partners),
        *(_look_tls(partner) for partner in partners),
        *(step for partner in partners for step in (_ask(plan, partner), _see_srv(partner), _see_tls(partner))),
    )


def _srv(partner: Partner) -> str:
    return f"dns/partner@{partner.domain}"


def _tls(partner: Partner) -> str:
    return f"dns/partner-tls@{partner.domain}"


# --- looking ---------------------------------------------------------------------------------------------------------


def _look_srv(partner: Partner) -> Step:
    return Step(
        id=_srv(partner),
        title=f"Find {for_display(partner.domain)} by DNS",
        why="The cluster finds this partner by its own federation record. It must lead to the Access Edge."
        if partner.publishes_srv
        else "The plan says that a static route leads there and no record is published. We look all the same.",
        does=Check(request=partner_srv(partner), stops=False),
        reversal=NothingToUndo(),
        duration=LOOK,
        when=_not_a_front_end(partner),
    )


def _look_tls(partner: Partner) -> Step:
    return Step(
        id=_tls(partner),
        title=f"See which certificate {partner.route_target} shows",
        why="TLS is mutual. The subject CN must be the name the cluster allows; the certificate must serve both ways.",
        does=Check(request=partner_tls(partner), stops=False),
        reversal=NothingToUndo(),
        duration=LOOK,
        when=_speaks_tls(partner),
        mistakes=(CERTIFICATE_MISTAKE,),
    )


def _not_a_front_end(partner: Partner) -> When:
    def when(_plan: Plan, _facts: Facts) -> Standing:
        if partner.peer == "front-end":
            return NotApplicable("a front end in the same enterprise is always reached by a static route")
        return Applies()

    return when


def _speaks_tls(partner: Partner) -> When:
    def when(_plan: Plan, _facts: Facts) -> Standing:
        if partner.transport == "tcp":
            return NotApplicable("the plan says TCP for this partner")
        return Applies()

    return when


# --- what they have to mend ------------------------------------------------------------------------------------------


def _looks(partner: Partner) -> tuple[str, ...]:
    """The looks that concern this partner at all."""
    srv = () if partner.peer == "front-end" else (_srv(partner),)
    return srv if partner.transport == "tcp" else (*srv, _tls(partner))


def _looked(partner: Partner, facts: Facts) -> tuple[CheckFact, ...]:
    return tuple(facts.checks[look] for look in _looks(partner) if look in facts.checks)


def _ask(plan: Plan, partner: Partner) -> Step:
    def when(_plan: Plan, facts: Facts) -> Standing:
        return _needed(partner, facts)

    def informed(facts: Facts) -> Notice:
        return _notice(plan, partner, facts)

    return Step(
        id=f"dns/ask-partner@{partner.domain}",
        title=f"Ask {for_display(partner.domain)} to mend what is wrong there",
        why="What stands in their DNS or on their server only they can change. The letter says what we saw, what we"
        " expect, and how they can see it themselves. Wait for their answer. Only where another subject CN is right and"
        " stays, our side follows: quit (q names the session's folder), write that CN as peer_subject of this"
        " partner into plan.toml of that folder, and take it up with `fedwizard resume`. It then asks who said so.",
        does=_notice(plan, partner, Facts()),
        informed=informed,
        reversal=PointOfNoReturn("A letter that was sent cannot be called back; send a correction."),
        duration=THEIR_CHANGE,
        when=when,
        verified_by=f"dns/see-partner@{partner.domain}",
        mistakes=("Changing our side before they have answered: what is seen there may be their mistake.",),
        reads=(_srv(partner), _tls(partner)),
    )


def _needed(partner: Partner, facts: Facts) -> Standing:
    """Whether a letter is needed: only for what the partner alone can mend; anything else stops the walk."""
    looks, seen = _looks(partner), _looked(partner, facts)
    if not looks:
        return NotApplicable("neither DNS nor TLS is used towards this partner")
    if len(seen) < len(looks):
        return Unknown(f"the checks of {partner.domain} find something that only its administrator can mend")
    failing = [found for check in seen for found in check.findings if found.severity.value in {"fail", "not-tested"}]
    ours = [found for found in failing if found.owner is not Owner.PARTNER]
    if ours:
        return Stop(f"{ours[0].code}: {ours[0].why}", " ".join(ours[0].fix))
    if failing:
        return Applies()
    return NotApplicable(f"the checks found nothing at {partner.domain} that keeps federation from working")


def _notice(plan: Plan, partner: Partner, facts: Facts) -> Notice:
    about = f"SIP federation between {plan.local.sip_proxy_domain} and {partner.domain}"
    seen = _looked(partner, facts)
    found = [each for check in seen for each in check.to_mend(Owner.PARTNER)]
    reader = f"the administrator of {partner.domain}"
    looked = Looked(at=max((check.started for check in seen), default=""), name_servers=_asked(plan, seen))
    text = letter(reader, about, found, Owner.PARTNER, looked)
    return Notice(
        recipient=partner.contact or reader,
        subject=subject_line(about),
        text=text or "The letter is written from what the checks find.",
        act=("mend-partner", partner.domain),
    )


def _asked(plan: Plan, seen: tuple[CheckFact, ...]) -> tuple[str, ...]:
    """The name servers of the plan that were asked: in practice others stand in for them, and nobody can ask those."""
    found = (each for check in seen for each in check.findings)
    told = {str(part.get("server")) for each in found for part in (each.observed, each.evidence)}
    names = ((server, {server, server.removesuffix(":53").strip("[]")}) for server in plan.dns.name_servers)
    return tuple(server for server, written in names if written & told)


def _see_srv(partner: Partner) -> Step:
    return Step(
        id=f"dns/see-partner@{partner.domain}",
        title=f"See the record of {for_display(partner.domain)} right",
        why="They say that it is mended. Only what a lookup shows proves it.",
        does=Wait(until=CheckPasses(request=partner_srv(partner))),
        reversal=NothingToUndo(),
        duration=THEIR_CHANGE,
        when=_after_a_letter(_srv(partner), _not_a_front_end(partner)),
        after=(f"dns/ask-partner@{partner.domain}",),
    )


def _see_tls(partner: Partner) -> Step:
    return Step(
        id=f"dns/see-partner-tls@{partner.domain}",
        title=f"See the certificate of {partner.route_target} right",
        why="They say that it is mended. Only what the server shows proves it.",
        does=Wait(until=CheckPasses(request=partner_tls(partner))),
        reversal=NothingToUndo(),
        duration=THEIR_CHANGE,
        when=_after_a_letter(_tls(partner), _speaks_tls(partner)),
        after=(f"dns/ask-partner@{partner.domain}",),
        mistakes=(CERTIFICATE_MISTAKE,),
    )


def _after_a_letter(look: str, concerned: When) -> When:
    def when(plan: Plan, facts: Facts) -> Standing:
        standing, seen = concerned(plan, facts), facts.checks.get(look)
        if not isinstance(standing, Applies):
            return standing
        if seen is None:
            return Unknown("the check before it finds something wrong")
        if not seen.to_mend(Owner.PARTNER):
            return NotApplicable("the check before it found nothing that they have to mend")
        return Applies()

    return when
