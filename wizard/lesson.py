"""A lesson of practice: what went wrong in a finished deployment, and what a trainee is told about it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from checks.finding import Json, Severity
from wizard.engine import Record
from wizard.facts import Facts
from wizard.resolve import Walk, fingerprint, meaning, resolve
from wizard.standing import Applies
from wizard.step import Action, Form, Instruct, Notice, Step
from wizard.survey import PAPER_CODE, Row, Word

__all__ = ["FINISHED", "NOTE", "PAPER_ADDRESSES", "PAPER_CODE", "Lesson", "closing", "prepared"]

PAPER_ADDRESSES = (
    "This is a practice network: its addresses are ones that only documentation uses, and so address-not-public warns."
    " On a real network it is a fault to mend."
)
FINISHED = (
    "All of it was configured before this walk begins, and what only a person can say of it is done. Steps that look,"
    " and those that follow from what is seen, are open: that is no fault, the walk looks again."
)
NOTE = "part of this scenario: it was done before the walk begins"


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What a trainee is told. `hints` go from a nudge to the answer; the debrief is for the end.

    `open` are the steps by hand that are left to the trainee.
    """

    title: str
    story: str
    symptom: str
    hints: tuple[str, ...]
    debrief: str
    open: tuple[str, ...] = ()


def prepared(walk: Walk, lesson: Lesson) -> tuple[Record, ...]:
    """The events of a deployment that was finished before: what a person can say, and applies in any case, is said.

    Whatever can be observed, or depends on what is observed, stays open and is looked at by the walk itself.
    """
    return tuple(
        Record("step.done", step.id, _said(step))
        for chapter in walk.chapters
        for step in chapter.steps
        if isinstance(step.does, Instruct | Form | Notice)
        and step.id not in lesson.open
        and isinstance(resolve(step, walk.plan, Facts(), chapter.excluded).standing, Applies)
    )


def closing(lesson: Lesson, rows: Iterable[Row]) -> Iterator[tuple[str, str]]:
    """What a trainee reads when the walk is at its end, as label and text: the fault, its end, its cause.

    The walk ends only when the checks after the cure found nothing wrong; where a step was skipped, nobody knows that.
    """
    told = tuple(rows)
    seen = (found for row in told if row.word is Word.DONE for found in row.record.findings)
    for fault in (found for found in seen if found.get("severity") == Severity.FAIL):
        yield "The fault", f"{fault.get('subject')}: {fault.get('why')}"
    if not any(row.word is Word.SKIP for row in told):
        yield "Mended", "The walk looked again, and found nothing wrong any more."
    yield "Debrief", lesson.debrief


def _said(step: Step) -> dict[str, Json]:
    """That it was done. What was stored is known as such, so that a changed plan has it deleted."""
    body: dict[str, Json] = {"how": "attested", "note": NOTE, "fingerprint": fingerprint(Action(step.id, step.does))}
    if isinstance(step.does, Instruct):
        body["action"] = meaning(step.does)
    if isinstance(step.does, Form):
        body["values"] = {field.name: field.expected for field in step.does.fields}
    if step.undoes:
        body["undone"] = list(step.undoes)
    return body
