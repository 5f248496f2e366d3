"""One live check: what is asked, and what was found, worst first."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from checks.finding import Finding, Severity, worst_first
from screens.bodies.parts import BAD, FULL, Body, Line, pair
from screens.widgets.verbatim import literal
from wizard.describe import request_pairs
from wizard.report.text import finding_lines
from wizard.step import Check


class CheckBody(Body):
    """A check."""

    PAGE: ClassVar[str] = "check"

    def lines(self) -> Iterator[Line]:
        """What is asked of whom."""
        does = self.row.step.does
        assert isinstance(does, Check)
        yield from (pair(label, text) for label, text in request_pairs(does.request))
        if not does.stops:
            yield pair("", "What it finds decides what has to be done; it stops nothing.")


def findings_lines(findings: Sequence[Finding]) -> Iterator[Line]:
    """What was seen, why it matters, how to mend it: worst first."""
    for found in worst_first(findings):
        yield ""
        head, *rest = finding_lines(found, FULL)
        yield literal(head, BAD if found.severity is Severity.FAIL else "")
        yield from (literal(line) for line in rest)
