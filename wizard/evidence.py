"""What an act brings back: exchanges, findings, observations, and whether it did what it should."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from checks.finding import Finding, Findings, Json, Owner, Severity, worst_first
from cli_backend.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What the output of a command taught us: `what` names the kind of fact."""

    node: str
    what: str
    value: Mapping[str, Json]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One piece of evidence: a CLI exchange, with what it taught, or the findings of a check."""

    exchange: Exchange | None = None
    observed: Observed | None = None
    findings: Findings | None = None

    def body(self) -> dict[str, object]:
        """The evidence as the body of a journal event."""
        body: dict[str, object] = {}
        if self.exchange is not None:
            body["exchange"] = exchange_body(self.exchange)
        if self.observed is not None:
            observed = self.observed
            body["observed"] = {"node": observed.node, "what": observed.what, "value": dict(observed.value)}
        if self.findings is not None:
            body["check"] = findings_body(self.findings)
        return body


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why an act did not do what it should: what happened, to what, and what to do next."""

    problem: str
    remedy: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The end of an act. `failure` is None when it did what it should; `how` says who saw that.

    `unknown`: the act was sent and nothing tells what became of it. `not_sent`: nothing went out. `begun`: it failed so
    far, but the node is at it and may still bring it about, so a retry looks before it sends anything.
    """

    evidence: tuple[Evidence, ...] = ()
    failure: Failure | None = None
    how: str = "observed"
    note: str = ""
    unknown: bool = False
    not_sent: bool = False
    begun: bool = False
    took_effect: bool | None = None  # set by an act that settles an unknown outcome
    findings: tuple[Finding, ...] = field(default=())

    @property
    def succeeded(self) -> bool:
        """Whether the walk goes on: it did what it should, as far as anybody can tell."""
        return self.failure is None and not self.unknown and not self.not_sent


def exchange_body(exchange: Exchange) -> dict[str, object]:
    """An exchange as journal data; a long output stays in pieces until it is there."""
    late = {"late": exchange.late} if exchange.late else {}
    return {
        **late,
        "node": exchange.node,
        "command": exchange.command,
        "result": exchange.result.value,
        "output": exchange.printed if exchange.printed.is_long else exchange.output,
        "started": exchange.started,
        "duration_ms": exchange.duration_ms,
        "failure": exchange.failure,
        "question": exchange.question,
        "answered": [{"question": a.question, "answer": a.answer} for a in exchange.answered],
        "host_key": exchange.host_key,
        "algorithms": exchange.algorithms,
    }


def findings_body(findings: Findings) -> dict[str, Json]:
    """The findings of a check as journal data."""
    return {
        "target": findings.target,
        "started": findings.started,
        "duration_ms": findings.duration_ms,
        "status": findings.status.value,
        "findings": [finding_body(finding) for finding in findings.findings],
        "chain": [{"subject": link.subject, "sha256": link.sha256} for link in findings.chain],
    }


def finding_body(finding: Finding) -> dict[str, Json]:
    """One finding as journal data, with the field names of `fedwizard.check/1`."""
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "observed": dict(finding.observed),
        "expected": dict(finding.expected),
        "why": finding.why,
        "fix": list(finding.fix),
        "owner": finding.owner.value,
        "verify_with": finding.verify_with,
        "refs": list(finding.refs),
        "evidence": dict(finding.evidence),
    }


def findings_of(bodies: Sequence[Mapping[str, Json]]) -> tuple[Finding, ...]:
    """The findings of a record, worst first. What is not understood is left out."""
    return worst_first(found for body in bodies if (found := _finding(body)) is not None)


def _finding(body: Mapping[str, Json]) -> Finding | None:
    try:
        severity, owner = Severity(str(body.get("severity"))), Owner(str(body.get("owner", Owner.YOU)))
    except ValueError:
        return None
    return Finding(
        code=str(body.get("code", "")),
        severity=severity,
        subject=str(body.get("subject", "")),
        observed=_table(body.get("observed")),
        expected=_table(body.get("expected")),
        why=str(body.get("why", "")),
        fix=_texts(body.get("fix")),
        owner=owner,
        verify_with=str(body.get("verify_with", "")),
        refs=_texts(body.get("refs")),
        evidence=_table(body.get("evidence")),
    )


def _table(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()
