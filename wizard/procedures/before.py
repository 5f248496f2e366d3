"""What stands on a page before a step overwrites it: read by a person, kept on record, named in the way back.

Before a step overwrites it once more it is read once more: what was read the first time no longer stands there.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from wizard.facts import NOT_YET, Facts, Reading
from wizard.plan.model import Plan
from wizard.standing import Applies, Standing, TooLate
from wizard.step import Duration, Form, FormField, NothingToUndo, Reversal, Step, Undo, WayBack, When, always

ON_A_NEW_CLUSTER = "on a new cluster"
WHAT_NOW = "Copy what the page shows now."
Known = Callable[[Facts], Mapping[str, str]]


def read_before(
    step_id: str,
    title: str,
    *,
    interface: str,
    menu: tuple[str, ...],
    fields: tuple[FormField, ...],
    ahead_of: tuple[str, ...],
    read_back: str,
    known: Known | None = None,
    when: When = always,
    reads: tuple[str, ...] = (),
    mistakes: tuple[str, ...] = (),
) -> Step:
    """The step that reads old values. Whatever they are, the walk goes on: they are only needed to go back.

    `expected` of a field is no more than what a new cluster shows. `ahead_of` are the steps that overwrite the values,
    `read_back` is the one that reads the new ones: once that was answered, the old ones can no longer be read. `known`
    tells by the names of the fields what this record says was entered there, by default under the same labels.
    """
    form = Form(
        interface=interface,
        menu=menu,
        fields=tuple(replace(field, free=True) for field in fields),
        mismatch="It is kept on record; the walk goes on.",
        wanted=ON_A_NEW_CLUSTER,
        stops=False,
    )
    return Step(
        id=step_id,
        title=title,
        why="What stands here now is overwritten by a step that follows, and is needed to go back. It is kept on"
        " record, and the way back names it. It decides nothing.",
        does=form,
        informed=_as_recorded(form, known or _same_labels(ahead_of, fields)),
        reversal=NothingToUndo(),
        duration=Duration(60, 300),
        when=_while_it_stands(step_id, read_back, when),
        mistakes=mistakes or ("Writing what the plan says, or what it should be: only what stands there helps later.",),
        reads=reads,
        ahead_of=ahead_of,
    )


def _as_recorded(form: Form, known: Known) -> Callable[[Facts], Form]:
    """The form that proposes what was entered in this walk, where something was."""

    def informed(facts: Facts) -> Form:
        recorded = known(facts)
        fields = (replace(field, recorded=recorded.get(field.name, "")) for field in form.fields)
        return replace(form, fields=tuple(fields))

    return informed


def _same_labels(writings: tuple[str, ...], fields: tuple[FormField, ...]) -> Known:
    def known(facts: Facts) -> Mapping[str, str]:
        entered = {label: value for step in writings for label, value in facts.entered.get(step, {}).items()}
        return {field.name: entered.get(field.label, "") for field in fields}

    return known


def entries_of(facts: Facts, prefix: str, told: Callable[[Mapping[str, str]], str]) -> str:
    """The entries of a list that steps `<prefix>@...` made and that are still there, each as `told` of its fields."""
    there = (step for step, stored in facts.stored.items() if stored and step.startswith(f"{prefix}@"))
    return "; ".join(told(facts.entered[step]) for step in there if step in facts.entered)


def _while_it_stands(step_id: str, read_back: str, when: When) -> When:
    def standing(plan: Plan, facts: Facts) -> Standing:
        own = when(plan, facts)
        if isinstance(own, Applies) and step_id not in facts.answers and read_back in facts.answers:
            return TooLate("the new values were stored before the old ones were read")
        return own

    return standing


def _unread_for_certain(facts: Facts, reading: str, writing: str) -> bool:
    """Whether nothing tells what stood there: it was overwritten without that reading, or the reading was left out."""
    return reading in facts.skipped or any(seq != NOT_YET for seq in facts.done.get(writing, ()))


def entered_again(
    reading: str, writing: str, fields: tuple[FormField, ...], then: str, installed: str = ""
) -> tuple[Undo, WayBack]:
    """The way back of a step that overwrites: what can be said now, and what once the old values were read.

    `then` is what has to follow, `installed` the value after installation, where that is known.
    """
    labels = ", ".join(field.label for field in fields)

    def named(facts: Facts) -> Reversal:
        read = facts.read_before(reading, writing)
        if read is None:
            return lost if _unread_for_certain(facts, reading, writing) else unread
        old = "; ".join(f"{field.label} {read.values.get(field.name, '')}" for field in fields)
        return Undo(f"Enter again what was read there before: {old}. {then}")

    known = f" After installation that is {installed}." if installed else ""
    unread = Undo(f"Enter again what was read there before, in the step {reading}.{known} {then}")
    lost = Undo(
        f"What stood there right before is not known: the step {reading} was not answered then. Compare {labels} on the"
        f" page with what this record says was entered there earlier, and take away only what this step added. {then}"
    )
    return unread, named


def also_named(
    reading: str, writing: str, name: str, nothing: str, otherwise: Undo, listed: Callable[[str], str]
) -> WayBack:
    """The way back of a step that adds an entry to a list: `otherwise`, unless the list held something before.

    `name` is the field in which the list was read, `nothing` its value for an empty one.
    """

    def named(facts: Facts) -> Reversal:
        read = facts.read_before(reading, writing)
        if read is None:
            return lost if _unread_for_certain(facts, reading, writing) else otherwise
        before = read.values.get(name, nothing)
        return otherwise if before.strip().lower() == nothing else Undo(f"{otherwise.how} {listed(before)}")

    lost = Undo(
        f"Whether it was listed before is not known: the step {reading} was not answered then. Compare the entry with"
        " what this record says was entered there earlier; where it was there, give it those values again. Only where"
        f" it was not: {otherwise.how}"
    )
    return named


def read_value(facts: Facts, reading: str, writing: str, name: str) -> str:
    """One value that stood there before; empty when it was not read."""
    read: Reading | None = facts.read_before(reading, writing)
    return read.values.get(name, "") if read is not None else ""
