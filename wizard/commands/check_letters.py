"""`check ... --request`: what was found, as letters to those who have to act."""

from collections.abc import Iterator

from checks.finding import Findings, Owner
from wizard.commands.checked import Checked
from wizard.our_way import UNANSWERED, UNREACHED
from wizard.report.letter import ACTIONABLE, Looked, letter, subject_line
from wizard.report.text import OWNERS

_BETWEEN = "-" * 72


def letters(request: str, checked: Checked) -> Iterator[str]:
    """The letters, one for each organisation, or a line that says why there is none."""
    partner = request == "partner"
    written = list(filter(None, _to_partners(checked) if partner else _to_dns_admin(checked)))
    yield (
        f"\n{_BETWEEN}\n\n".join(written)
        if written
        else _nothing(Owner.PARTNER if partner else Owner.YOUR_DNS_ADMIN, checked)
    )


def _to_partners(checked: Checked) -> Iterator[str]:
    for each in checked.partners:
        looked, found = _looked(checked, each.findings), checked.real(each.findings)
        yield _headed(each.to, each.about, letter(each.to, each.about, found, Owner.PARTNER, looked))


def _to_dns_admin(checked: Checked) -> Iterator[str]:
    looked, found = _looked(checked, checked.findings), checked.real(checked.findings)
    to, about = "our DNS administrator", "SIP federation"
    yield _headed(to, about, letter(to, about, found, Owner.YOUR_DNS_ADMIN, looked))


def _headed(to: str, about: str, text: str) -> str:
    return f"To: {to}\nSubject: {subject_line(about)}\n\n{text}" if text else ""


def _looked(checked: Checked, findings: Findings) -> Looked:
    servers = [address if port == 53 else f"{address} port {port}" for address, port in checked.network.name_servers]
    return Looked(at=findings.started, name_servers=servers)


def _nothing(owner: Owner, checked: Checked) -> str:
    others = {f.owner for f in checked.real(checked.findings) if f.severity in ACTIONABLE} - {owner}
    nothing = f"Nothing was found for {OWNERS[owner]} to mend."
    names = " and ".join(OWNERS[other] for other in Owner if other in others)
    one_cause = [found.why for found in checked.findings.findings if found.code in {UNREACHED, UNANSWERED}]
    return " ".join((nothing, *([f"What was found is for {names}."] if others else []), *one_cause))
