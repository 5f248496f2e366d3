"""The trial of federation by people of both sides: with whom, how long it takes, and when they have to be at hand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from wizard.plan.model import Plan
from wizard.prospect import Prospect, may_be_done
from wizard.step import Form, Instruct


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The trial, in seconds.

    `earliest` and `latest` say when it can begin within the window if all goes typically, RFC 3339 in UTC; empty where
    the plan names no window or the work does not fit into it.
    """

    domains: tuple[str, ...]
    typical: int
    worst: int
    earliest: str
    latest: str


def trial_of(plan: Plan, found: Iterable[Prospect], typical: int) -> Trial:
    """The trial of a walk whose steps are `found`; `typical` are the seconds that all the work of the window takes."""
    steps = [
        each.step.duration
        for each in found
        if each.step.procedure == "acceptance"
        and isinstance(each.step.does, Instruct | Form)
        and may_be_done(each.need)
    ]
    needed = sum(duration.typical for duration in steps)
    start, end = plan.change.window_start, plan.change.window_end
    earliest = latest = ""
    if start is not None and end is not None and (end - start).total_seconds() >= typical:
        earliest = utc(start + timedelta(seconds=typical - needed))
        latest = utc(end - timedelta(seconds=needed))
    aol = plan.aol.domains if plan.aol else ()
    return Trial(
        domains=(*(partner.domain for partner in plan.partners), *(domain.name for domain in aol)),
        typical=needed,
        worst=sum(duration.worst for duration in steps),
        earliest=earliest,
        latest=latest,
    )


def utc(at: datetime | None) -> str:
    """A time of the plan in UTC, empty for none."""
    if at is None:
        return ""
    try:
        return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError:  # an hour before the first year, or after the last
        return at.isoformat()
