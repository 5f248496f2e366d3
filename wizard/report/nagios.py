"""Findings as monitoring plugins tell them: one line, and performance data behind a bar."""

from collections.abc import Sequence

from checks.finding import Findings, Severity
from wizard.text import visible_line

_STATES = {
    Severity.PASS: "OK",
    Severity.INFO: "OK",
    Severity.WARN: "WARNING",
    Severity.FAIL: "CRITICAL",
    Severity.NOT_TESTED: "UNKNOWN",
}
_LONGEST = 200  # characters; some receivers cut lines


def nagios_line(findings: Findings, left_out: str = "") -> str:
    """The line of a monitoring plugin (Monitoring Plugins Development Guidelines).

    `left_out` says of what it tells nothing, since a line that is well says nothing of that either.
    """
    severities = [finding.severity for finding in findings.findings]
    worst = [finding for finding in findings.findings if finding.severity is findings.status]
    told = [f"{finding.code} {finding.subject}" for finding in worst] if findings.status is not Severity.PASS else []
    aside = f" ({left_out})" if left_out else ""
    short = _short(f"{_plain(findings.target)}{aside}", [_plain(each) for each in told])
    counts = " ".join(f"'{each.value}'={severities.count(each)}" for each in Severity)
    return f"{_STATES[findings.status]} - {short} | 'time'={findings.duration_ms / 1000:.3f}s {counts}"


def _plain(text: str) -> str:
    """Text that ends nothing: a bar would begin the performance data."""
    return visible_line(text).replace("|", "/")


def _short(head: str, told: Sequence[str]) -> str:
    """As many findings as the line holds, each whole, and how many more there are; one that is longer is cut."""
    for count in range(len(told), 0, -1):
        more = f", and {len(told) - count} more" if count < len(told) else ""
        text = f"{head}: {', '.join(told[:count])}{more}"
        if len(text) <= _LONGEST:
            return text
    return (f"{head}: {told[0]}" if told else head)[:_LONGEST]
