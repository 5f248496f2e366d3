"""Several checks as one."""

from collections.abc import Sequence

from checks.finding import Finding, Findings, worst_first


def merged(target: str, results: Sequence[Findings], first: Sequence[Finding] = ()) -> Findings:
    """One document over several checks; the subjects tell them apart. Chains belong to one server and stay out.

    `first` are findings about all of them together, which go before what is as bad.
    """
    told = list(first)
    for finding in (finding for result in results for finding in result.findings):
        if finding not in told:  # two requests may lead to one host
            told.append(finding)
    return Findings(
        target=target,
        started=min((r.started for r in results), default=""),
        duration_ms=max((r.duration_ms for r in results), default=0),
        findings=worst_first(told),
    )
