"""A lesson of practice: what went wrong in a finished deployment, and what a trainee is told about it."""

from dataclasses import dataclass

from checks.finding import Json
from wizard.engine import Record
from wizard.facts import Facts
from wizard.resolve import Walk, fingerprint, resolve
from wizard.step import Action, Applies, Form, Instruct, Kind, Notice

PAPER_CODE = "address-not-public"
PAPER_ADDRESSES = (
    "This is a practice network: its addresses are ones that only documentation uses, and so address-not-public warns."
    " On a real network it is a fault to mend."
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
    """The events of a deployment that was finished before: what only a person can say is said.

    Whatever can be observed, or depends on what is observed, stays open and is looked at by the walk itself.
    """
    return tuple(
        Record("step.done", step.id, _said(step.id, step.does))
        for chapter in walk.chapters
        for step in chapter.steps
        if isinstance(step.does, Instruct | Form | Notice)
        and not step.reads
        and step.id not in lesson.open
        and isinstance(resolve(step, walk.plan, Facts(), chapter.excluded).standing, Applies)
    )


def _said(step: str, does: Kind) -> dict[str, Json]:
    body: dict[str, Json] = {"how": "attested", "note": NOTE, "fingerprint": fingerprint(Action(step, does))}
    if isinstance(does, Form):
        body["values"] = {field.name: field.expected for field in does.fields}
    return body
