"""A session as one typed model: what was planned, what was done, who saw it, and the evidence. Pure.

`Transcript` is what every format renders. Texts in it are as the record holds them: foreign, and not yet harmless.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from checks.finding import Json, Owner, Severity
from wizard.about import made_necessary_by
from wizard.describe import action_lines, reversal_of
from wizard.engine import BY_HAND, OWN_REASONS
from wizard.export.faults import Fault, faults_of, letter_was_needed
from wizard.export.pieces import (
    Checked,
    Exchanged,
    Noted,
    Sent,
    accounts_of,
    as_planned_of,
    entered_of,
    evidence_of,
    findings_of,
    note_of,
    people_of,
    sent_of,
    text_of,
    who_of,
    whole,
)
from wizard.export.times import clock_of
from wizard.facts import Facts
from wizard.plan.advice import warnings_of
from wizard.plan_changes import PlanChange, plan_changes
from wizard.record import Event
from wizard.resolve import Walk, meaning
from wizard.state import Recorded, State, Status, StepRecord, fold
from wizard.step import NothingToUndo
from wizard.survey import Row, Word, codes_of, survey

__all__ = ["Checked", "Exchanged", "Noted", "ProcedureTranscript", "Sent", "StepTranscript", "Transcript", "transcribe"]

FORMER = "former"
_ENDINGS = {
    Status.DONE: Word.DONE,
    Status.ACCEPTED: Word.DONE,
    Status.SKIPPED: Word.SKIP,
    Status.FAILED: Word.FAIL,
    Status.SENT: Word.UNKNOWN,
}


@dataclass(frozen=True, kw_only=True)
class StepTranscript:
    """One step: planned, done, evidence.

    `at` and `who` are of the record that settled it, empty where none did. `reason` is what a person or the evidence
    says for its standing, `deviation` why it is not simply done as planned. `planned` is the action as data,
    `instructions` as a person reads it; `way_back` is how it is taken back, a label and a sentence, empty for what only
    reads; `because` are the steps that made a restart necessary; `entered` are values read off a page, as (label,
    value), and `entered_as_planned` the labels of those for which the person only said that they are as expected.
    """

    id: str
    title: str
    word: str
    how: str
    at: str
    who: str
    reason: str
    deviation: str
    problem: str
    planned: Mapping[str, Json]
    instructions: tuple[str, ...]
    way_back: tuple[str, ...]
    because: tuple[str, ...]
    entered: tuple[tuple[str, str], ...]
    entered_as_planned: tuple[str, ...]
    sent: tuple[Sent, ...]
    findings: tuple[Mapping[str, Json], ...]
    history: tuple[Noted, ...]
    evidence: tuple[Exchanged | Checked, ...]


@dataclass(frozen=True, kw_only=True)
class ProcedureTranscript:
    """One procedure and its steps. `excluded` says why it does not apply."""

    id: str
    title: str
    excluded: str
    steps: tuple[StepTranscript, ...]


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """A whole session.

    `change`, `implementer` and `reviewer` are those of the plan, empty where it names none. `observed` and `attested`
    count the steps that were done so. `head` is the hash of its last record, `torn` the bytes of a last line that was
    cut short. `ended` is empty while it is not finished, `held` the reason of a hold that lasts. `session` is what
    happened beside the steps: people coming and going, holds, plan changes, questions of nodes; `typed` are the
    commands that a person typed on a node, `warnings` those about the plan. `people` are the accounts by name,
    `accounts` the same with number, terminal and origin. `faults` were found wrong at any time, mended or not.
    """

    name: str
    practice: bool
    tool: str
    plan_sha256: str
    change: str
    implementer: str
    reviewer: str
    observed: int
    attested: int
    started: str
    last: str
    ended: str
    finished: bool
    held: str
    people: tuple[str, ...]
    accounts: tuple[str, ...]
    count: int
    head: str
    torn: int
    pending: tuple[str, ...]
    warnings: tuple[str, ...]
    procedures: tuple[ProcedureTranscript, ...]
    typed: tuple[Exchanged, ...]
    session: tuple[Noted, ...]
    faults: tuple[Fault, ...]
    plan_changes: tuple[PlanChange, ...]


def transcribe(name: str, walk: Walk, events: Sequence[Event], blobs: Path, torn: int = 0) -> Transcript:
    """The transcript of a session's record. `events` must not be empty.

    Raises AlteredError when a text that was kept beside the record is gone or not what was written.
    """
    state, record = fold(events), [whole(event, blobs) for event in events]
    changes, change = plan_changes(record), walk.plan.change
    faults = faults_of(walk, record, changes)
    procedures = _procedures(walk, state, record, faults)
    how = [step.how for procedure in procedures for step in procedure.steps if step.word == Word.DONE.value]
    return Transcript(
        name=name,
        practice=state.practice,
        tool=_last(record, "tool"),
        plan_sha256=_last(record, "plan_sha256"),
        change=change.id,
        implementer=change.implementer,
        reviewer=change.reviewer,
        observed=how.count("observed"),
        attested=how.count("attested"),
        started=record[0].at,
        last=record[-1].at,
        ended=next((e.at for e in reversed(record) if e.kind == "session.finished"), "") if state.finished else "",
        finished=state.finished,
        held=state.held,
        people=people_of(record),
        accounts=accounts_of(record),
        count=len(record),
        head=record[-1].hash,
        torn=torn,
        pending=tuple(f"restart {service} on {node}" for node, service in sorted(state.facts.pending)),
        warnings=warnings_of(walk.plan),
        procedures=procedures,
        typed=tuple(
            piece for event in record if not event.step for piece in evidence_of(event) if isinstance(piece, Exchanged)
        ),
        session=tuple(note_of(event) for event in record if not event.step and event.kind != "evidence"),
        faults=faults,
        plan_changes=changes,
    )


def _procedures(
    walk: Walk, state: State, events: Sequence[Event], faults: Sequence[Fault]
) -> tuple[ProcedureTranscript, ...]:
    rows = {row.step.id: row for row in survey(walk, state)}
    mine: dict[str, list[Event]] = {}
    for event in events:
        mine.setdefault(event.step, []).append(event)
    found = [
        ProcedureTranscript(
            id=chapter.procedure.id,
            title=chapter.procedure.title,
            excluded=chapter.excluded.reason if chapter.excluded else "",
            steps=tuple(_step(rows[step.id], mine.get(step.id, []), state.facts, faults) for step in chapter.steps),
        )
        for chapter in walk.chapters
    ]
    # What was done stays in the transcript although a changed plan no longer has the step.
    former = tuple(_former(step, state, done) for step, done in mine.items() if step and step not in rows)
    if former:
        title = "Steps that the plan no longer has"
        found.append(ProcedureTranscript(id=FORMER, title=title, excluded="", steps=former))
    return tuple(found)


def _step(row: Row, events: Sequence[Event], facts: Facts, faults: Sequence[Fault]) -> StepTranscript:
    record, told = row.record, row.record.status in _ENDINGS
    reason = _said(record, events) if told else text_of(getattr(row.standing, "reason", ""))
    return StepTranscript(
        id=row.step.id,
        title=row.step.title,
        word=row.word.value,
        how=row.how,
        at=record.at if told else "",
        who=_who(record, events) if told else "",
        reason="; ".join(filter(None, (reason, *_was_needed(row, faults)))),
        deviation="; ".join(filter(None, (deviation_of(record.status, events), not_as_planned(record)))),
        problem=record.problem or ("" if told else text_of(getattr(row.standing, "problem", ""))),
        planned=meaning(row.step.does),
        instructions=tuple(action_lines(row.step.does)),
        way_back=() if isinstance(row.step.reversal, NothingToUndo) else reversal_of(row.step),
        because=made_necessary_by(row.step.does, facts) if told else (),
        entered=entered_of(events, row.step.does),
        entered_as_planned=as_planned_of(events, row.step.does),
        sent=sent_of(events),
        findings=findings_of(events) if told else (),
        history=tuple(note_of(event) for event in events if event.kind != "evidence"),
        evidence=tuple(piece for event in events for piece in evidence_of(event)),
    )


def _was_needed(row: Row, faults: Sequence[Fault]) -> tuple[str, ...]:
    """That a letter which is not needed now was needed for a while, and why it is not any more."""
    needed = letter_was_needed(row.step, faults) if row.word is Word.NOT_APPLICABLE else ()
    return tuple(
        f"it was needed from {clock_of(fault.before.at)}, when {fault.before.step} found {fault.code} at"
        f" {fault.subject}, until {clock_of(fault.after.at)}, when {fault.after.step} did not find it any more"
        for fault in needed
        if fault.after is not None
    )


def _former(step: str, state: State, events: Sequence[Event]) -> StepTranscript:
    record = state.record(step)
    sent = sent_of(events)
    return StepTranscript(
        id=step,
        title=step,
        word=_ENDINGS.get(record.status, Word.OPEN).value,
        how=record.how,
        at=record.at,
        who=_who(record, events),
        reason=_said(record, events),
        deviation=deviation_of(record.status, events),
        problem=record.problem,
        planned=sent[-1].action if sent else {},
        instructions=(),
        way_back=(),
        because=(),
        entered=entered_of(events, None),
        entered_as_planned=as_planned_of(events, None),
        sent=sent,
        findings=findings_of(events),
        history=tuple(note_of(event) for event in events if event.kind != "evidence"),
        evidence=tuple(piece for event in events for piece in evidence_of(event)),
    )


def _who(record: StepRecord, events: Sequence[Event]) -> str:
    return next((who_of(event) for event in events if event.seq == record.seq), record.by)


def _said(record: StepRecord, events: Sequence[Event]) -> str:
    """The note that came with the ending, or with the attestation that led to it."""
    if record.note or record.status is not Status.DONE:
        return record.note
    confirmed = [event for event in events if event.kind == "step.confirmed" and event.seq < record.seq]
    return text_of(confirmed[-1].body.get("note")) if confirmed else ""


def deviation_of(status: Status, events: Sequence[Recorded]) -> str:
    """Where a person went another way than the plan: by hand, again, past it, or on in spite of what was seen."""
    if status is Status.SKIPPED:
        return "skipped"
    if status is not Status.ACCEPTED:
        done = [event for event in events if event.kind == "step.done"]
        by_hand = status is Status.DONE and bool(done) and text_of(done[-1].body.get("note")) == BY_HAND
        again = [text_of(event.body.get("reason")) for event in events if event.kind == "step.reopened"]
        wished = [reason for reason in again if reason not in OWN_REASONS]
        failed = [text_of(event.body.get("problem")) for event in events if event.kind == "step.failed"]
        first = (f"failed first: {failed[-1].rstrip('.')}",) if failed and status is Status.DONE else ()
        said = (*first, *((BY_HAND,) if by_hand else ()), *(f"opened again: {reason}" for reason in wished))
        return "; ".join(said)
    problems = [text_of(e.body.get("problem")) for e in events if e.kind in {"step.failed", "step.unsettled"}]
    return f"accepted, although: {problems[-1]}" if problems else "accepted by a person"


def not_as_planned(record: StepRecord) -> str:
    """What the walk went on with although the other side was not as the plan has it: only they can mend that."""
    theirs = [found for found in record.findings if found.get("owner") == Owner.PARTNER]
    codes = codes_of(theirs, Severity.FAIL) if record.status is Status.DONE else ()
    return f"their side was not as planned: {', '.join(codes)}" if codes else ""


def _last(events: Sequence[Event], key: str) -> str:
    return next((text_of(event.body[key]) for event in reversed(events) if key in event.body), "")
