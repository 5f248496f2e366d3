"""The front of a runbook: what was found wrong and mended, what went another way than planned, what warned."""

import json
from collections.abc import Iterator, Mapping, Sequence

from checks.finding import Json, Owner
from wizard.export.document import (
    Block,
    Bullets,
    Foreign,
    Heading,
    Inline,
    Item,
    Line,
    Link,
    bullets,
    joined,
    paragraph,
)
from wizard.export.faults import Act, Fault, Seen
from wizard.export.pieces import Checked, Noted
from wizard.export.times import time_of
from wizard.export.transcript import StepTranscript, Transcript
from wizard.plan.changed import Difference
from wizard.report.text import OWNERS
from wizard.survey import PAPER_CODE

_CHANGED = "plan.changed"
_TURNS = {
    "session.held": "Held",
    "session.resumed": "Interrupted, and taken up again",
    _CHANGED: "The plan was changed",
}
_FOUND = (
    ("warn", "Warnings of checks and nodes", "about-checks"),
    ("fail", "Failures that the walk went on with", "about-failures"),
)
_MOST_STEPS = 3  # of one code that are named each; of more, the places are


def front_page(transcript: Transcript) -> Iterator[Block]:
    """What a reviewer looks for first."""
    yield from _faults(transcript)
    yield from _deviations(transcript)
    yield from _warned(transcript)


# --- faults ----------------------------------------------------------------------------------------------------------


def _faults(transcript: Transcript) -> Iterator[Block]:
    if transcript.faults:
        yield Heading(2, ("Faults found",), "about-faults")
        named = {step.id for procedure in transcript.procedures for step in procedure.steps}
        yield Bullets(tuple(_fault(fault, named) for fault in transcript.faults))


def _fault(fault: Fault, named: set[str]) -> Item:
    lines: list[Line] = [
        ("Found ", *_seen(fault.before, named)),
        ("Had to mend it: ", _owner(fault.owner)),
        *(_act(act, named) for act in fault.acts),
    ]
    if not fault.acts:
        lines.append(("Nothing in this record says what was done about it",))
    if fault.after is not None:
        lines.append(("Seen mended ", *_seen(fault.after, named)))
    else:
        lines.append(("Not seen mended. Still found ", time_of(fault.last.at), " by ", _step(fault.last.step, named)))
    return Item((Foreign(fault.code), " ", Foreign(fault.subject), ": ", Foreign(fault.why)), (bullets(lines),))


def _seen(seen: Seen, named: set[str]) -> Line:
    """One look, before or after."""
    shown: Line = ("; observed: ", Foreign(_json(seen.observed))) if seen.observed else ()
    where = (time_of(seen.at), " by ", _step(seen.step, named), f", {seen.title}")
    return (*where, " (", Foreign(seen.target), ": ", Foreign(seen.status), ")", *shown)


def _act(act: Act, named: set[str]) -> Line:
    how: Line = (f", {act.how}",) if act.how in {"observed", "attested"} else ()
    where: Line = (", in ", _step(act.step, named)) if act.step else ()
    # A plan is changed for many reasons: that it was about this fault nobody can tell.
    begins = "Done about it " if act.step else "Meanwhile "
    return (begins, time_of(act.at), ", ", Foreign(act.who), ": ", Foreign(act.what), *where, *how)


def _step(step: str, named: set[str]) -> Inline:
    return Link(step) if step in named else Foreign(step)


def _owner(owner: str) -> Inline:
    """Who had to mend a fault. A paper speaks to nobody in particular, so nobody is `you`."""
    own = {Owner.YOU: "whoever runs our cluster", Owner.YOUR_DNS_ADMIN: "our DNS administrator"}
    return {**OWNERS, **own}[Owner(owner)] if owner in {*Owner} else Foreign(owner)


# --- deviations ------------------------------------------------------------------------------------------------------


def _deviations(transcript: Transcript) -> Iterator[Block]:
    """What went another way than planned."""
    steps = [step for procedure in transcript.procedures for step in procedure.steps if step.deviation]
    turns = [note for note in transcript.session if note.kind in _TURNS]
    yield Heading(2, ("Deviations",), "about-deviations")
    if not steps and not turns:
        mended = transcript.faults
        yield paragraph(
            "None in what was planned; what was found wrong stands under Faults found." if mended else "None."
        )
        return
    changes = {change.record: change.differences for change in transcript.plan_changes}
    yield Bullets((*(_turn(note, changes) for note in turns), *(_deviation(step) for step in steps)))


def _deviation(step: StepTranscript) -> Item:
    reason: Line = (" Reason: ", Foreign(step.reason)) if step.reason else ()
    return Item((Foreign(step.id), ": ", Foreign(step.deviation), ".", *reason))


def _turn(note: Noted, changes: Mapping[int, Sequence[Difference]]) -> Item:
    """The walk stood still, because a person held it or the wizard had ended; or it went on by another plan."""
    head: Line = (_TURNS[note.kind], " ", time_of(note.at), ", ", Foreign(note.who))
    if note.kind != _CHANGED:
        return Item((*head, ": ", Foreign(note.text)) if note.text else head)
    different = changes.get(note.record, ())
    if not different:
        return Item((*head, ": no value differs; the lines that do stand under The session"))
    return Item((*head, ":"), (bullets(_difference(each) for each in different),))


def _difference(each: Difference) -> Line:
    before, after = (Foreign(value) if value else "not there" for value in (each.before, each.after))
    return (Foreign(each.key), ": ", before, " before, ", after, " since")


# --- warnings --------------------------------------------------------------------------------------------------------


def _warned(transcript: Transcript) -> Iterator[Block]:
    """Steps that were done although something was found: one line a code, the whole of it stands at the steps.

    A warning counts as on the screens. A failure that only decided about later steps, or was accepted, is none.
    """
    done = [step for procedure in transcript.procedures for step in procedure.steps if step.word == "done"]
    for severity, title, anchor in _FOUND:
        found: dict[str, list[tuple[StepTranscript, str]]] = {}
        for step in done:
            for finding in _last_findings(step):
                if finding.get("severity") == severity:
                    found.setdefault(str(finding.get("code")), []).append((step, str(finding.get("subject") or "")))
        if found:
            yield Heading(2, (title,), anchor)
            yield bullets(_grouped(code, places, practice=transcript.practice) for code, places in found.items())


def _grouped(code: str, found: Sequence[tuple[StepTranscript, str]], *, practice: bool) -> Line:
    """One code: the steps that found it, or their number and the places where many did."""
    steps = {step.id: step for step, _ in found}
    paper: Line = (". It comes of the made-up addresses of practice",) if practice and code == PAPER_CODE else ()
    if len(steps) <= _MOST_STEPS:
        return (Foreign(code), ": ", *joined(Foreign(step) for step in steps), *paper)
    subjects = dict.fromkeys(subject for _, subject in found if subject)
    return (Foreign(code), f": {len(found)} times, at ", *joined(Foreign(subject) for subject in subjects), *paper)


def _last_findings(step: StepTranscript) -> Sequence[Mapping[str, Json]]:
    """What a step ended with, by its last look."""
    checks = [piece for piece in step.evidence if isinstance(piece, Checked)]
    return checks[-1].findings if checks else step.findings


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
