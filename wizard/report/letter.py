"""Failing findings as a letter to whoever has to act: the partner's administrator, or our own DNS administrator."""

from collections.abc import Iterable, Iterator

from checks.finding import Finding, Owner, Severity, worst_first
from wizard.text import visible_line

ACTIONABLE = frozenset({Severity.FAIL, Severity.WARN})


def letter(to: str, about: str, findings: Iterable[Finding], owner: Owner) -> str:
    """A letter with every finding that its reader has to act on; empty when there is none.

    `to` is the salutation's addressee, `about` what both sides want to work, such as a pair of domains.
    """
    theirs = [found for found in worst_first(findings) if found.owner is owner and found.severity in ACTIONABLE]
    if not theirs:
        return ""
    opening = f"To {to}\n\nWe are setting up {about}. Our checks found what only you can mend:"
    closing = "Please tell us when it is done. We then look again, with the same checks."
    items = "\n\n".join("\n".join(_item(number, found)) for number, found in enumerate(theirs, 1))
    return f"{opening}\n\n{items}\n\n{closing}"


def _item(number: int, found: Finding) -> Iterator[str]:
    yield f"{number}. {visible_line(found.subject)}: {visible_line(found.why)}"
    yield from (f"   - {visible_line(step)}" for step in found.fix)
    if found.verify_with:
        yield f"   To see it yourself: {visible_line(found.verify_with)}"
