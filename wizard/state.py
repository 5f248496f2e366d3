"""Where we stand: a fold over the journal. There is no other state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from checks.finding import Json
from wizard.evidence import findings_of
from wizard.facts import CheckFact, Facts


class Status(StrEnum):
    """What the journal says of a step."""

    OPEN = "open"
    CONFIRMED = "confirmed"  # a person agreed; it has not been performed yet
    SENT = "sent"  # the intent is on record, its outcome is not: unknown
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    ACCEPTED = "accepted"


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """The last word of the journal on one step. `seq` is the number of that record, `how` observed or attested.

    `cancelled`: a person stopped waiting for what had been sent. `entered` is what a person said to have entered.
    """

    status: Status = Status.OPEN
    seq: int = 0
    at: str = ""
    fingerprint: str = ""
    how: str = ""
    by: str = ""
    note: str = ""
    problem: str = ""
    remedy: str = ""
    findings: tuple[Mapping[str, Json], ...] = ()
    intent: int = 0  # the record of the last intent, 0 for none
    begun: bool = False  # it failed so far, but the node was at it: look before it is sent again
    cancelled: bool = False
    entered: Mapping[str, str] = field(default_factory=dict)


OPEN = StepRecord()


class Recorded(Protocol):
    """What the fold needs of a journal event."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> str: ...
    @property
    def step(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def body(self) -> Mapping[str, Json]: ...
    @property
    def actor(self) -> Mapping[str, Json]: ...


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything that the journal says. `plan_before` is the plan that was changed in this sitting, empty for none."""

    facts: Facts = field(default_factory=Facts)
    records: Mapping[str, StepRecord] = field(default_factory=dict)
    begun: frozenset[str] = frozenset()
    plan_text: str = ""
    plan_before: str = ""
    practice: bool = False
    held: str = ""
    finished: bool = False
    resumed: bool = False

    def record(self, step: str) -> StepRecord:
        """The record of a step; an open one when the journal is silent about it."""
        return self.records.get(step, OPEN)


def fold(events: Iterable[Recorded]) -> State:
    """The state after all events."""
    state = State()
    for event in events:
        state = apply(state, event)
    return state


def apply(state: State, event: Recorded) -> State:
    """The state after one more event. Kinds that are not known change nothing (a newer minor version wrote them)."""
    if event.kind == "step.cancelled":
        cancelled = replace(state.record(event.step), cancelled=True)
        return replace(state, records={**state.records, event.step: cancelled})
    if event.kind.startswith("step."):
        return _apply_step(state, event)
    body = event.body
    match event.kind:
        case "session.open":
            return replace(state, plan_text=_text(body, "plan"), practice=body.get("practice") is True)
        case "plan.changed":
            before = state.plan_before or state.plan_text
            return replace(state, plan_text=_text(body, "plan") or before, plan_before=before, finished=False)
        case "session.resumed":
            return replace(state, held="", resumed=True, plan_before="", records=_unconfirmed(state.records))
        case "session.held":
            return replace(state, held=_text(body, "reason"))
        case "session.finished":
            return replace(state, finished=True)
        case "procedure.begun":
            return replace(state, begun=state.begun | {_text(body, "procedure")})
        case "evidence":
            return replace(state, facts=_learn(state.facts, event))
        case _:
            return state


def _apply_step(state: State, event: Recorded) -> State:
    record, body = state.record(event.step), event.body
    new = StepRecord(
        seq=event.seq,
        at=event.at,
        by=_text(event.actor, "user"),
        fingerprint=_text(body, "fingerprint") or record.fingerprint,
        note=_text(body, "note"),
        intent=record.intent,
        entered=_entered(body) or record.entered,
    )
    facts = state.facts
    match event.kind:
        case "step.confirmed":
            new = replace(new, status=Status.CONFIRMED, how=_text(body, "how"))
        case "step.intent":
            new = replace(new, status=Status.SENT, intent=event.seq)
            action = body.get("action")
            facts = facts.with_sent(event.step, event.at, _text(action, "node") if isinstance(action, dict) else "")
        case "step.done":
            new = replace(new, status=Status.DONE, how=_text(body, "how"), findings=_findings(body))
            facts = _done(facts, event, new.entered)
        case "step.failed":
            new = replace(new, status=Status.FAILED, findings=_findings(body))
            new = replace(new, problem=_text(body, "problem"), remedy=_text(body, "remedy"))
            new = replace(new, begun=body.get("begun") is True)
        case "step.unsettled":
            new = replace(new, status=Status.SENT, problem=_text(body, "problem"), remedy=_text(body, "remedy"))
            new = replace(new, begun=record.begun)
        case "step.resettled":
            new = replace(new, status=Status.SENT, begun=record.begun)
        case "step.skipped":
            new = replace(new, status=Status.SKIPPED)
        case "step.accepted":
            new = replace(new, status=Status.ACCEPTED, how="attested")
            facts = _done(facts, event, new.entered)
        case "step.reopened":
            new = replace(new, status=Status.OPEN)
            facts = _pending(facts, event)
        case _:
            return state
    facts = facts.with_skipped(event.step, skipped=new.status is Status.SKIPPED)
    undone = {step: StepRecord(seq=event.seq, at=event.at) for step in _undone(body) if step in state.records}
    return replace(state, facts=facts, records={**state.records, **undone, event.step: new}, finished=False)


def _unconfirmed(records: Mapping[str, StepRecord]) -> Mapping[str, StepRecord]:
    """What was confirmed and not sent is confirmed anew in the next sitting; what a person attested stays said."""
    return {
        step: replace(record, status=Status.OPEN)
        if record.status is Status.CONFIRMED and record.how == "confirmed"
        else record
        for step, record in records.items()
    }


def _entered(body: Mapping[str, Json]) -> Mapping[str, str]:
    """The fields of a page, with the values that were to be entered."""
    action = body.get("action")
    fields = action.get("fields") if isinstance(action, dict) and action.get("kind") == "instruct" else None
    return (
        {label: value for label, value in fields.items() if isinstance(value, str)} if isinstance(fields, dict) else {}
    )


def _done(facts: Facts, event: Recorded, entered: Mapping[str, str]) -> Facts:
    body = event.body
    facts = facts.with_done(event.step, event.seq, entered)
    restarted = body.get("restarted")
    if isinstance(restarted, list) and len(restarted) == 2:
        facts = facts.without_pending(str(restarted[0]), str(restarted[1]))
    facts = _pending(_needed(facts, event), event)
    if "undone" in body:
        facts = facts.with_stored(event.step, _text(body, "fingerprint"), _undone(body))
    values = body.get("values")
    if isinstance(values, dict):
        facts = facts.with_answers(event.step, values, event.seq, event.at)
    domain_set = _text(body, "domain_set")
    return replace(facts, domain_set=facts.domain_set | {domain_set}) if domain_set else facts


def _pending(facts: Facts, event: Recorded) -> Facts:
    restarts = _restarts(event)
    return facts.with_pending(dict.fromkeys(restarts, event.seq)) if restarts else facts


def _needed(facts: Facts, event: Recorded) -> Facts:
    restarts = _restarts(event)
    return facts.with_need(event.step, restarts) if restarts else facts


def _restarts(event: Recorded) -> tuple[tuple[str, str], ...]:
    """The restarts that an event makes necessary."""
    pending = event.body.get("pending")
    pairs = pending if isinstance(pending, list) else []
    return tuple((str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, list) and len(pair) == 2)


def _undone(body: Mapping[str, Json]) -> tuple[str, ...]:
    undone = body.get("undone")
    return tuple(step for step in undone if isinstance(step, str)) if isinstance(undone, list) else ()


def _learn(facts: Facts, event: Recorded) -> Facts:
    body = event.body
    observed = body.get("observed")
    if isinstance(observed, dict):
        value = observed.get("value")
        if isinstance(value, dict):
            facts = facts.with_node(_text(observed, "node"), _text(observed, "what"), value)
    check = body.get("check")
    if isinstance(check, dict):
        findings = check.get("findings")
        bodies = [f for f in findings if isinstance(f, dict)] if isinstance(findings, list) else []
        seen = CheckFact(_text(check, "status"), findings_of(bodies), _text(check, "started"))
        facts = facts.with_check(event.step, seen)
    return facts


def _text(body: Mapping[str, Json], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""


def _findings(body: Mapping[str, Json]) -> tuple[Mapping[str, Json], ...]:
    findings = body.get("findings")
    return tuple(f for f in findings if isinstance(f, dict)) if isinstance(findings, list) else ()
