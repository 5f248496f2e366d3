"""What stands on a page before a step overwrites it: read by a person, kept on record, named in the way back."""

from collections.abc import Callable
from dataclasses import replace

from wizard.facts import Facts
from wizard.plan.model import Plan
from wizard.step import (
    Duration,
    Form,
    FormField,
    NotApplicable,
    NothingToUndo,
    Reversal,
    Standing,
    Step,
    Undo,
    WayBack,
    When,
    always,
)

MOST_LIKELY = "most likely"
WHAT_NOW = "Copy what the page shows now."


def read_before(
    step_id: str,
    title: str,
    *,
    interface: str,
    menu: tuple[str, ...],
    fields: tuple[FormField, ...],
    read_back: str,
    when: When = always,
    reads: tuple[str, ...] = (),
    mistakes: tuple[str, ...] = (),
) -> Step:
    """The step that reads old values. Whatever they are, the walk goes on: they are only needed to go back.

    `expected` of a field is no more than what most deployments show. `read_back` is the step that reads the new values:
    once that was answered, the old ones can no longer be read.
    """
    return Step(
        id=step_id,
        title=title,
        why="What stands here now is overwritten by a step that follows, and is needed to go back. It is kept on"
        " record, and the way back names it. It decides nothing.",
        does=Form(
            interface=interface,
            menu=menu,
            fields=tuple(replace(field, free=True) for field in fields),
            mismatch="It is kept on record; the walk goes on.",
            wanted=MOST_LIKELY,
            stops=False,
        ),
        reversal=NothingToUndo(),
        duration=Duration(60, 300),
        when=_while_it_stands(step_id, read_back, when),
        mistakes=mistakes or ("Writing what the plan says, or what it should be: only what stands there helps later.",),
        reads=reads,
    )


def _while_it_stands(step_id: str, read_back: str, when: When) -> When:
    def standing(plan: Plan, facts: Facts) -> Standing:
        if step_id not in facts.answers and read_back in facts.answers:
            return NotApplicable("the new values were stored before the old ones were read")
        return when(plan, facts)

    return standing


def entered_again(step_id: str, fields: tuple[FormField, ...], then: str, installed: str = "") -> tuple[Undo, WayBack]:
    """The way back of a step that overwrites: what can be said now, and what once the old values were read.

    `then` is what has to follow, `installed` the value after installation, where that is known.
    """

    def named(facts: Facts) -> Reversal:
        values = facts.answers.get(step_id)
        if values is None:
            return unread
        old = "; ".join(f"{field.label} {values.get(field.name, '')}" for field in fields)
        return Undo(f"Enter again what was read there before: {old}. {then}")

    known = f" After installation that is {installed}." if installed else ""
    unread = Undo(f"Enter again what was read there before, in the step {step_id}.{known} {then}")
    return unread, named


def also_named(step_id: str, name: str, nothing: str, otherwise: Undo, listed: Callable[[str], str]) -> WayBack:
    """The way back of a step that adds an entry to a list: `otherwise`, unless the list held something before.

    `name` is the field in which the list was read, `nothing` its value for an empty one.
    """

    def named(facts: Facts) -> Reversal:
        before = facts.answers.get(step_id, {}).get(name, nothing)
        return otherwise if before.strip().lower() == nothing else Undo(f"{otherwise.how} {listed(before)}")

    return named
