"""The pieces of a transcript, each read from one or a few events. Tolerant of bodies that another version wrote."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from checks.finding import Json
from wizard.record import Event, blob_reference, blob_text
from wizard.step import Form, Kind


@dataclass(frozen=True, kw_only=True)
class Exchanged:
    """One command with its output, questions and answers. `question` is one that nobody answered.

    `late` is what the node had printed since the prompt of the command before.
    """

    at: str
    node: str
    command: str
    result: str
    failure: str
    output: str
    answered: tuple[tuple[str, str], ...]
    question: str
    late: str
    duration_ms: int
    host_key: str
    algorithms: str
    kind: str = "exchange"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One check with its findings."""

    at: str
    target: str
    status: str
    findings: tuple[Mapping[str, Json], ...]
    duration_ms: int
    kind: str = "check"


@dataclass(frozen=True, kw_only=True)
class Noted:
    """Something that happened: confirmed, sent, failed, skipped, opened again, held. `who` is the account.

    `record` is the number of the record; `text` is on one line or several.
    """

    record: int
    at: str
    kind: str
    who: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Sent:
    """An intent, and what became of it: done, failed, or unknown as long as nothing tells.

    `refers_to` is the record of an earlier intent for the same step, 0 for none. `seconds` is the time until the
    outcome was on record, None while it is not.
    """

    record: int
    at: str
    who: str
    action: Mapping[str, Json]
    refers_to: int
    outcome: str
    outcome_at: str
    seconds: int | None


_TOLD = ("reason", "note", "problem", "remedy", "text", "node", "command", "prompt", "question", "answer", "procedure")
_KINDS_OF_KEYS = {"host-key.answered": ("type", "fingerprint"), "plan.changed": ("diff",), "session.open": ("tool",)}
_OUTCOMES = {
    "step.done": "done",
    "step.failed": "failed",
    "step.accepted": "accepted by a person",
    "step.skipped": "skipped by a person",
    "step.reopened": "no effect",
}


def whole(event: Event, blobs: Path) -> Event:
    """The event with the long texts that lie beside the record. Raises AlteredError when one is gone or changed."""
    return replace(event, body={key: _whole(value, blobs) for key, value in event.body.items()})


def _whole(value: Json, blobs: Path) -> Json:
    if blob_reference(value) is not None:
        return blob_text(value, blobs)
    if isinstance(value, dict):
        return {key: _whole(item, blobs) for key, item in value.items()}
    return [_whole(item, blobs) for item in value] if isinstance(value, list) else value


def note_of(event: Event) -> Noted:
    """An event in words."""
    body = event.body
    told = [text_of(body.get(key)) for key in (*_TOLD, *_KINDS_OF_KEYS.get(event.kind, ()))]
    if isinstance(values := body.get("values"), dict):
        told += [f"{key} = {text_of(value)}" for key, value in values.items()]
    if event.kind == "step.intent" and (earlier := _number(body.get("refers_to"))):
        told.append(f"anew, after the intent in record {earlier}")
    if event.kind == "host-key.answered":
        told.append("accepted" if body.get("accepted") is True else "not accepted")
    if event.kind == "export" and isinstance(files := body.get("files"), dict):
        told += [f"{name} {text_of(digest)}" for name, digest in files.items()]
    text = "; ".join(piece for piece in told if piece)
    return Noted(record=event.seq, at=event.at, kind=event.kind, who=who_of(event), text=text)


def sent_of(events: Sequence[Event]) -> tuple[Sent, ...]:
    """The intents among the events of one step, each with what became of it."""
    return tuple(_sent(event, events[place + 1 :]) for place, event in enumerate(events) if event.kind == "step.intent")


def _sent(intent: Event, later: Sequence[Event]) -> Sent:
    action = intent.body.get("action")
    ending = next((event for event in later if event.kind in _OUTCOMES or event.kind == "step.intent"), None)
    if ending is not None and ending.kind == "step.intent":
        ending = None
    problem = text_of(ending.body.get("problem")) if ending else ""
    outcome = _OUTCOMES[ending.kind] if ending else "unknown"
    return Sent(
        record=intent.seq,
        at=intent.at,
        who=who_of(intent),
        action=action if isinstance(action, dict) else {},
        refers_to=_number(intent.body.get("refers_to")),
        outcome=f"{outcome}: {problem}" if problem else outcome,
        outcome_at=ending.at if ending else "",
        seconds=_seconds(intent.at, ending.at) if ending else None,
    )


def evidence_of(event: Event) -> Iterator[Exchanged | Checked]:
    """What an event of the kind `evidence` holds."""
    exchange, check = event.body.get("exchange"), event.body.get("check")
    if event.kind == "evidence" and isinstance(exchange, dict):
        yield _exchanged(event.at, exchange)
    if event.kind == "evidence" and isinstance(check, dict):
        yield Checked(
            at=event.at,
            target=text_of(check.get("target")),
            status=text_of(check.get("status")),
            findings=mappings(check.get("findings")),
            duration_ms=_number(check.get("duration_ms")),
        )


def _exchanged(at: str, exchange: Mapping[str, Json]) -> Exchanged:
    answered = mappings(exchange.get("answered"))
    return Exchanged(
        at=at,
        node=text_of(exchange.get("node")),
        command=text_of(exchange.get("command")),
        result=text_of(exchange.get("result")),
        failure=text_of(exchange.get("failure")),
        output=text_of(exchange.get("output")),
        answered=tuple((text_of(a.get("question")), text_of(a.get("answer"))) for a in answered),
        question=text_of(exchange.get("question")),
        late=text_of(exchange.get("late")),
        duration_ms=_number(exchange.get("duration_ms")),
        host_key=text_of(exchange.get("host_key")),
        algorithms=text_of(exchange.get("algorithms")),
    )


def entered_of(events: Sequence[Event], does: Kind | None) -> tuple[tuple[str, str], ...]:
    """The values that a person entered last, under the labels of the page."""
    labels = {field.name: field.label for field in does.fields} if isinstance(does, Form) else {}
    for event in reversed(events):
        if isinstance(values := event.body.get("values"), dict):
            return tuple((labels.get(name, name), text_of(value)) for name, value in values.items())
    return ()


def as_planned_of(events: Sequence[Event], does: Kind | None) -> tuple[str, ...]:
    """The labels of the values that a person did not type, but said to be exactly what was expected."""
    labels = {field.name: field.label for field in does.fields} if isinstance(does, Form) else {}
    last = next((event.body for event in reversed(events) if isinstance(event.body.get("values"), dict)), {})
    same = last.get("same")
    return tuple(labels.get(name, name) for name in map(text_of, same)) if isinstance(same, list) else ()


def findings_of(events: Sequence[Event]) -> tuple[Mapping[str, Json], ...]:
    """The findings with which a step ended last; those of a check are in its evidence."""
    ended = [event for event in events if event.kind in {"step.done", "step.failed"}]
    if any(piece.kind == "check" for event in events for piece in evidence_of(event)):
        return ()
    return mappings(ended[-1].body.get("findings")) if ended else ()


def people_of(events: Sequence[Event]) -> tuple[str, ...]:
    """Who took part, in the order of coming: the account, and from where, as far as the system told."""
    return tuple(dict.fromkeys(_person(event) for event in events))


def accounts_of(events: Sequence[Event]) -> tuple[str, ...]:
    """The accounts that took part, each with its number and its terminals, as far as the record holds them."""
    told: dict[str, dict[str, None]] = {}
    for event in events:
        uid, tty = event.actor.get("uid"), text_of(event.actor.get("tty"))
        pieces = (f"uid {uid}" if isinstance(uid, int) else "", f"terminal {tty}" if tty else "")
        told.setdefault(_person(event), {}).update(dict.fromkeys(filter(None, pieces)))
    return tuple(f"{person} ({', '.join(pieces)})" if pieces else person for person, pieces in told.items())


def _person(event: Event) -> str:
    place = text_of(event.actor.get("from"))
    return f"{who_of(event)} from {place}" if place else who_of(event)


def who_of(event: Event) -> str:
    """The account that an event was written under, and who became it by sudo."""
    user, before = text_of(event.actor.get("user")) or "unknown", text_of(event.actor.get("sudo_user"))
    return f"{before} as {user}" if before and before != user else user


def text_of(value: object) -> str:
    """A text, or an empty one for anything else."""
    return value if isinstance(value, str) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def mappings(value: Json) -> tuple[Mapping[str, Json], ...]:
    """The objects of a list; nothing for anything else."""
    return tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def _seconds(start: str, end: str) -> int | None:
    try:
        return max(0, round((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()))
    except (ValueError, TypeError):
        return None
