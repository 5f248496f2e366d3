"""Findings as JUnit XML, for pipelines that show test results."""

import socket
from xml.etree import ElementTree

from checks.finding import Finding, Findings, Severity
from wizard.report.text import finding_lines
from wizard.text import visible, visible_line

_CLASS = "fedwizard"
_TO_THE_SECOND = len("2026-01-31T12:00:00")  # what readers of this form take, in UTC


def junit_document(findings: Findings) -> bytes:
    """One test suite a check, one test case a finding: fail is a failure, not-tested is skipped.

    The form is that of Ant, as Jenkins reads it.
    """
    severities = [finding.severity for finding in findings.findings]
    suite = ElementTree.Element(
        "testsuite",
        name=f"fedwizard check {visible_line(findings.target)}",
        tests=str(len(severities)),
        failures=str(severities.count(Severity.FAIL)),
        errors="0",
        skipped=str(severities.count(Severity.NOT_TESTED)),
        time=f"{findings.duration_ms / 1000:.3f}",
        timestamp=findings.started[:_TO_THE_SECOND],
        hostname=visible_line(socket.gethostname()),
    )
    suite.extend(_case(finding) for finding in findings.findings)
    ElementTree.indent(suite)
    document: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def _case(finding: Finding) -> ElementTree.Element:
    subject, why = visible_line(finding.subject), visible_line(finding.why)
    names = {"classname": f"{_CLASS}.{finding.code}", "name": f"{finding.code} {subject}"}
    case = ElementTree.Element("testcase", names, time="0")  # the findings of a check come all at once
    told = visible("\n".join(finding_lines(finding)))
    match finding.severity:
        case Severity.FAIL:
            ElementTree.SubElement(case, "failure", type=finding.code, message=why).text = told
        case Severity.NOT_TESTED:
            ElementTree.SubElement(case, "skipped", message=why)
        case Severity.WARN:
            ElementTree.SubElement(case, "system-out").text = told
        case Severity.INFO | Severity.PASS:
            pass
    return case
