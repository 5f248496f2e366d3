"""Several checks as one."""

from collections.abc import Sequence

from checks.finding import Findings, worst_first


def merged(target: str, results: Sequence[Findings]) -> Findings:
    """One document over several checks; the subjects tell them apart."""
    return Findings(
        target=target,
        started=min((r.started for r in results), default=""),
        duration_ms=max((r.duration_ms for r in results), default=0),
        findings=worst_first(finding for result in results for finding in result.findings),
        chain=tuple(link for result in results for link in result.chain),
    )
