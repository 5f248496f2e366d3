"""A session as one typed model: what was planned, what was done, who saw it, and the evidence. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from checks.finding import Json
from wizard.engine import Row, survey
from wizard.record import Event, blob_text
from wizard.resolve import Walk, meaning
from wizard.state import State, fold


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """One command with its output, questions and answers."""

    at: str
    node: str
    command: str
    result: str
    output: str
    answered: tuple[tuple[str, str], ...]
    host_key: str
    algorithms: str


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One check with its findings."""

    at: str
    target: str
    status: str
    findings: tuple[Mapping[str, Json], ...]


@dataclass(frozen=True, kw_only=True)
class Noted:
    """Something that happened to a step: confirmed, sent, failed, skipped, opened again. `who` is the account."""

    at: str
    kind: str
    who: str
    text: str


@dataclass(frozen=True, kw_only=True)
class StepTranscript:
    """One step: planned, done, evidence."""

    id: str
    title: str
    word: str
    how: str
    reason: str
    planned: Mapping[str, Json]
    history: tuple[Noted, ...]
    evidence: tuple[Exchanged | Checked, ...]


@dataclass(frozen=True, kw_only=True)
class ProcedureTranscript:
    """One procedure and its steps."""

    id: str
    title: str
    steps: tuple[StepTranscript, ...]


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """A whole session. `head` is the hash of its last record, `torn` the bytes of a last line that was cut short."""

    name: str
    practice: bool
    tool: str
    plan_sha256: str
    started: str
    last: str
    finished: bool
    held: str
    people: tuple[str, ...]
    count: int
    head: str
    torn: int
    pending: tuple[str, ...]
    procedures: tuple[ProcedureTranscript, ...]
    session: tuple[Noted, ...]


def transcribe(name: str, walk: Walk, events: Sequence[Event], blobs: Path, torn: int = 0) -> Transcript:
    """The transcript of a session's record. `events` must not be empty."""
    state, first = fold(events), events[0]
    rows = {row.step.id: row for row in survey(walk, state)}
    procedures = tuple(
        ProcedureTranscript(
            id=chapter.procedure.id,
            title=chapter.procedure.title,
            steps=tuple(_step(rows[step.id], events, blobs) for step in chapter.steps),
        )
        for chapter in walk.chapters
    )
    return Transcript(
        name=name,
        practice=state.practice,
        tool=_text(first.body.get("tool")),
        plan_sha256=_plan_hash(events),
        started=first.at,
        last=events[-1].at,
        finished=state.finished,
        held=state.held,
        people=tuple(dict.fromkeys(_who(event) for event in events)),
        count=len(events),
        head=events[-1].hash,
        torn=torn,
        pending=_pending(state),
        procedures=procedures,
        session=tuple(_note(event) for event in events if not event.step and event.kind in _SESSION_KINDS),
    )


_SESSION_KINDS = {
    "session.open",
    "session.resumed",
    "session.held",
    "session.finished",
    "plan.changed",
    "host-key.answered",
    "journal.recovered",
    "note",
}
_TOLD = ("reason", "note", "problem", "text", "question", "fingerprint", "procedure")


def _step(row: Row, events: Sequence[Event], blobs: Path) -> StepTranscript:
    mine = [event for event in events if event.step == row.step.id]
    return StepTranscript(
        id=row.step.id,
        title=row.step.title,
        word=row.word.value,
        how=row.how,
        reason=_text(getattr(row.standing, "reason", "")) or row.record.note,
        planned=meaning(row.step.does),
        history=tuple(_note(event) for event in mine if event.kind != "evidence"),
        evidence=tuple(piece for event in mine if event.kind == "evidence" for piece in _evidence(event, blobs)),
    )


def _note(event: Event) -> Noted:
    body = event.body
    told = [_text(body.get(key)) for key in _TOLD if _text(body.get(key))]
    if event.kind == "step.intent" and body.get("refers_to"):
        told.append(f"anew, after the intent in record {body['refers_to']}")
    if event.kind == "plan.changed":
        told.append(_text(body.get("diff")))
    if event.kind.startswith("step.") and event.kind != "step.confirmed":
        told = [text for text in told if text != _text(body.get("fingerprint"))]
    return Noted(at=event.at, kind=event.kind, who=_who(event), text="; ".join(told))


def _evidence(event: Event, blobs: Path) -> tuple[Exchanged | Checked, ...]:
    exchange, check = event.body.get("exchange"), event.body.get("check")
    found: list[Exchanged | Checked] = []
    if isinstance(exchange, dict):
        answered = exchange.get("answered")
        pairs = [a for a in answered if isinstance(a, dict)] if isinstance(answered, list) else []
        found.append(
            Exchanged(
                at=event.at,
                node=_text(exchange.get("node")),
                command=_text(exchange.get("command")),
                result=_text(exchange.get("result")),
                output=blob_text(exchange.get("output", ""), blobs),
                answered=tuple((_text(a.get("question")), _text(a.get("answer"))) for a in pairs),
                host_key=_text(exchange.get("host_key")),
                algorithms=_text(exchange.get("algorithms")),
            )
        )
    if isinstance(check, dict):
        findings = check.get("findings")
        found.append(
            Checked(
                at=event.at,
                target=_text(check.get("target")),
                status=_text(check.get("status")),
                findings=tuple(f for f in findings if isinstance(f, dict)) if isinstance(findings, list) else (),
            )
        )
    return tuple(found)


def _plan_hash(events: Sequence[Event]) -> str:
    hashes = [_text(event.body.get("plan_sha256")) for event in events if "plan_sha256" in event.body]
    return hashes[-1] if hashes else ""


def _pending(state: State) -> tuple[str, ...]:
    return tuple(f"restart {service} on {node}" for node, service in sorted(state.facts.pending))


def _who(event: Event) -> str:
    return _text(event.actor.get("user")) or "unknown"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
