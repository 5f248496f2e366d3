"""What takes days: named before anything is changed, so that it is settled before the window, not in the middle."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from wizard.describe import span
from wizard.facts import Facts
from wizard.plan.model import Plan
from wizard.procedures.common import question
from wizard.standing import Applies, NotApplicable
from wizard.step import Procedure, Step, Wait

_DAY = 24 * 3600  # seconds
_STEP = "health/before-window"


def ahead_of(first: Procedure, later: tuple[Procedure, ...]) -> Procedure:
    """The first procedure, ended with the question whether that is settled which takes days in any of them.

    It only reads, so nothing has been changed by then.
    """

    def steps(plan: Plan) -> tuple[Step, ...]:
        own = first.steps(plan)
        others = (step for each in later if isinstance(each.applies(plan), Applies) for step in each.steps(plan))
        return (*own, *_settled(_slow(plan, (*own, *others))))

    return replace(first, steps=steps)


def _slow(plan: Plan, steps: Iterable[Step]) -> tuple[Step, ...]:
    """Those that may take days; what certainly does not apply is left out."""
    return tuple(
        step
        for step in steps
        if step.duration.may_take_days and not isinstance(step.when(plan, Facts()), NotApplicable)
    )


def _settled(slow: tuple[Step, ...]) -> Iterator[Step]:
    people = (step for step in slow if step.duration.worst > _DAY and not isinstance(step.does, Wait))
    longest = sorted(people, key=lambda step: -step.duration.worst)
    if not slow:
        return
    named = "; ".join(f"{step.title} ({span(step.duration.worst)} at worst)" for step in longest)
    rest = len(slow) - len(longest)
    more = f"{rest} more may take a day or more, such as records and answers of others." if rest else ""
    yield question(
        _STEP,
        "Settle before the window what takes days",
        why="Some steps wait for other people or for the DNS. In the middle of the change, with nodes already restarted"
        " and listeners moved, such a wait is an outage. The letters and records are in the method of procedure"
        f" (fedwizard plan mop), to be sent before.{f' More than a day: {named}.' if named else ''} {more}".rstrip(),
        label="What can be settled before is settled; for the rest a time is agreed",
        mismatch="Settle it first and hold here (h). Or accept it, and note what will be waited for.",
        worst=2 * 3600,
    )
