"""Findings as monitoring plugins tell them: one line, and performance data behind a bar."""

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


def nagios_line(findings: Findings) -> str:
    """The line of a monitoring plugin (Monitoring Plugins Development Guidelines)."""
    severities = [finding.severity for finding in findings.findings]
    worst = [finding for finding in findings.findings if finding.severity is findings.status]
    told = ", ".join(f"{finding.code} {finding.subject}" for finding in worst)
    text = visible_line(f"{findings.target}: {told}" if findings.status is not Severity.PASS else findings.target)
    counts = " ".join(f"'{each.value}'={severities.count(each)}" for each in Severity)
    # A bar would begin the performance data.
    short = text.replace("|", "/")[:_LONGEST]
    return f"{_STATES[findings.status]} - {short} | 'time'={findings.duration_ms / 1000:.3f}s {counts}"
