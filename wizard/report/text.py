"""Findings for people: worst first, at most 80 columns, everything foreign made visible."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from checks.finding import Finding, Findings, Json, Owner, Severity, worst_first
from checks.names import for_display
from wizard.text import visible_line, wrap

WIDTH = 78
_GOES_ON = " \\"
_OF_A_NODE = ("show ", "utils ", "run ")  # how commands of its CLI begin
SYMBOLS = {
    Severity.FAIL: "x",
    Severity.NOT_TESTED: "?",
    Severity.WARN: "!",
    Severity.INFO: "i",
    Severity.PASS: "+",
}
OWNERS = {
    Owner.YOU: "you",
    Owner.YOUR_DNS_ADMIN: "your DNS administrator",
    Owner.PARTNER: "the other side's administrator",
    Owner.CA: "the certificate authority",
    Owner.FIREWALL: "whoever runs the firewalls",
}


def check_lines(findings: Findings) -> Iterator[str]:
    """A whole check."""
    yield from _verdict(findings)
    yield from _all_of(findings)


def plan_lines(findings: Findings, real: Sequence[Finding], left_out: str) -> Iterator[str]:
    """The check of a whole plan: before the findings stands which of them comes first, and what the verdict leaves out.

    `real` are the findings that somebody can act on, worst first; the others stand behind those that weigh the same.
    """
    yield from _verdict(findings)
    yield from _most_urgent(real)
    yield from wrap(left_out, WIDTH).splitlines()
    made_up = (found for found in findings.findings if found not in real)
    yield from _all_of(replace(findings, findings=worst_first((*real, *made_up))))


def _verdict(findings: Findings) -> Iterator[str]:
    yield from wrap(f"{visible_line(for_display(findings.target))}: {findings.status.value}", WIDTH).splitlines()


def _most_urgent(real: Sequence[Finding]) -> Iterator[str]:
    """The worst of all, who has to act on it, and what that is."""
    urgent = next((found for found in real if found.severity not in {Severity.PASS, Severity.INFO}), None)
    if urgent is not None:
        does = f" {visible_line(urgent.asks[0])}" if urgent.asks else ""
        told = f"First: {urgent.code}, {visible_line(urgent.subject)}. Who acts: {OWNERS[urgent.owner]}.{does}"
        yield from wrap(told, WIDTH).splitlines()


def _all_of(findings: Findings) -> Iterator[str]:
    # Several reads of one node are well in the same words; once is enough for people.
    for lines in dict.fromkeys(tuple(finding_lines(finding)) for finding in findings.findings):
        yield ""
        yield from lines
    if findings.chain:
        yield ""
        yield "Certificates, the server's own first:"
        for number, link in enumerate(findings.chain):
            yield from wrap(f"{number}  {visible_line(link.subject)}", WIDTH, "  ").splitlines()
            yield f"     SHA-256 {link.sha256[:32]}"
            yield f"             {link.sha256[32:]}"


def summary_lines(findings: Findings, real: Sequence[Finding], notes: Iterable[str]) -> Iterator[str]:
    """The end of a report, where the eye is left: how many of each kind, who has to act, what was not looked at.

    `real` are the findings that somebody can act on. Who has a failure to mend is named apart from who is warned.
    """
    counts = {severity: sum(f.severity is severity for f in findings.findings) for severity in Severity}
    told = ", ".join(f"{count} {severity.value}" for severity, count in counts.items() if count)
    yield f"In all: {told or 'nothing'}."
    fails, warns = _owners(real, Severity.FAIL), _owners(real, Severity.WARN)
    if fails or warns:
        warned = f" Warnings: {warns}." if warns else ""
        told = f"{fails}.{warned}" if fails else f"{warns}, on warnings alone."
        yield from wrap(f"Who has to act: {told}", WIDTH).splitlines()
    for note in notes:
        yield from wrap(note, WIDTH).splitlines()


def _owners(findings: Iterable[Finding], severity: Severity) -> str:
    """Whoever owns a finding of this severity."""
    acting = {found.owner for found in findings if found.severity is severity}
    return "; ".join(OWNERS[owner] for owner in Owner if owner in acting)


def finding_lines(finding: Finding, width: int = WIDTH) -> Iterator[str]:
    """One finding: what was seen, why it matters, and what to do about it."""
    head = f"{SYMBOLS[finding.severity]} {finding.severity.value:<10} {finding.code}  {visible_line(finding.subject)}"
    yield from wrap(head, width).splitlines()
    yield from wrap(visible_line(finding.why), width, "    ").splitlines()
    yield from _rules(finding.evidence.get("rules"), width)
    yield from _disagreement(finding.evidence.get("engines"), width)
    if finding.severity in {Severity.PASS, Severity.INFO}:
        return
    yield from _values("seen", finding.observed, width)
    yield from _values("expected", finding.expected, width)
    for number, step in enumerate(finding.fix, 1):
        yield from wrap(f"{number}. {visible_line(step)}", width, "    ").splitlines()
    yield f"    who acts: {OWNERS[finding.owner]}"
    if finding.verify_with:
        where = ", on the CLI of the node" if finding.verify_with.startswith(_OF_A_NODE) else ""
        yield f"    see for yourself{where}:"  # the command has its line, to be taken whole
        yield from _command(visible_line(finding.verify_with), width)
    if finding.refs:
        yield from wrap(f"see also: {', '.join(finding.refs)}", width, "    ").splitlines()


def _command(command: str, width: int) -> Iterator[str]:
    """A command, whole when it is pasted: a line that goes on ends as a shell wants it."""
    lines = wrap(command, width - len(_GOES_ON), "      ").splitlines()
    for number, line in enumerate(lines, 1):
        yield line if number == len(lines) else f"{line}{_GOES_ON}"


def _disagreement(engines: Json, width: int) -> Iterator[str]:
    """Where two judges of a chain come to different ends, a person has to know."""
    differs = engines.get("disagreement") if isinstance(engines, dict) else None
    if isinstance(differs, str):
        yield from wrap(f"two judges differ: {visible_line(differs)}", width, "    ").splitlines()


def _rules(rules: Json, width: int) -> Iterator[str]:
    """The rules that a route was traced by, in their order; the one that is used is marked."""
    for rule in rules if isinstance(rules, list) else []:
        if isinstance(rule, dict):
            text = f"{rule.get('number')}. {rule.get('rule')}: {rule.get('result')}"
            first, *rest = wrap(visible_line(text), width, " " * 9).splitlines()
            yield f"    {'>' if rule.get('stage') == 'used' else ' '} {first.lstrip()}"
            yield from rest


def _values(label: str, values: Mapping[str, Json], width: int) -> Iterator[str]:
    shown = "; ".join(f"{key.replace('_', ' ')} {_text(value)}" for key, value in values.items() if value != "")
    if shown:
        yield from wrap(f"{label}: {visible_line(shown)}", width, "    ").splitlines()


def _text(value: Json) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(item)}" for key, item in value.items()) or "none"
    return ", ".join(map(_text, value)) or "none" if isinstance(value, list) else str(value)
