"""The codes of all findings, by area, with their explanations. Judges and `explain` read the same entries."""

from collections.abc import Mapping
from dataclasses import replace

from checks.catalogue import certificate, dns, name_servers, network, node, routing
from checks.catalogue.entry import Entry, index, json_values, make
from checks.finding import Finding, Owner, Severity

CODES: Mapping[str, Entry] = index(
    (*dns.ENTRIES, *name_servers.ENTRIES, *network.ENTRIES, *certificate.ENTRIES, *routing.ENTRIES, *node.ENTRIES)
)


def entry(code: str) -> Entry:
    """The entry of a code. Raises KeyError."""
    return CODES[code]


def finding(
    code: str,
    subject: str,
    *,
    severity: Severity | None = None,
    owner: Owner | None = None,
    observed: Mapping[str, object] | None = None,
    expected: Mapping[str, object] | None = None,
    values: Mapping[str, object] | None = None,
    evidence: Mapping[str, object] | None = None,
) -> Finding:
    """A finding of a code; explanation and cure come from the catalogue, filled in with what was seen.

    Templates see `subject`, the observed values by name, the expected ones as `expected_<name>`, and `values`.
    """
    entry_of_code = CODES[code]
    found = make(entry_of_code, subject, json_values(observed), json_values(expected), values or {})
    return replace(
        found, severity=severity or found.severity, owner=owner or found.owner, evidence=json_values(evidence)
    )
