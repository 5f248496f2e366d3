"""Every change of a session's plan that is on record. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from wizard.plan.changed import Difference, differences
from wizard.state import Recorded


@dataclass(frozen=True, kw_only=True)
class PlanChange:
    """One change of the plan on record. Without `differences` only comments or the layout changed, or nobody can tell.

    `at` is RFC 3339 UTC.
    """

    record: int
    at: str
    differences: tuple[Difference, ...]


def plan_changes(events: Iterable[Recorded]) -> tuple[PlanChange, ...]:
    """Every change of the plan, the first one first. A text of the record that is no plan has no values."""
    found: list[PlanChange] = []
    before = ""
    for event in events:
        if event.kind not in {"session.open", "plan.changed"}:
            continue
        text = event.body.get("plan")
        now = text if isinstance(text, str) else ""
        if event.kind == "plan.changed":
            told = differences(before, now) if before and now else ()
            found.append(PlanChange(record=event.seq, at=event.at, differences=told))
        before = now
    return tuple(found)
