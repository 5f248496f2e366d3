"""Findings as the documented JSON object, `fedwizard.check/1`."""

from checks.finding import Findings, Json
from wizard.evidence import finding_body

SCHEMA = "fedwizard.check/1"


def check_document(findings: Findings, *, with_chain: bool) -> dict[str, Json]:
    """One check as one object; `chain` is there where certificates were asked for, leaf first."""
    document: dict[str, Json] = {
        "schema": SCHEMA,
        "target": findings.target,
        "started": findings.started,
        "duration_ms": findings.duration_ms,
        "status": findings.status.value,
        "findings": [finding_body(finding) for finding in findings.findings],
    }
    if with_chain:
        document["chain"] = [{"subject": link.subject, "sha256": link.sha256} for link in findings.chain]
    return document
