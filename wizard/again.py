"""Why a step comes again that was done before. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence

from checks.finding import Json
from wizard.about import made_necessary_by
from wizard.plan_changes import plan_changes
from wizard.resolve import Walk, fingerprint, meaning
from wizard.state import Recorded, State, Status
from wizard.step import Action, Restart
from wizard.survey import Row, Word
from wizard.text import clock

MOST_WORDS = 6  # of a letter that are quoted
_PARTS = {
    "text": "the text of the letter",
    "recipient": "whom the letter goes to",
    "request": "what is asked",
    "command": "the command",
    "fields": "the values",
    "menu": "the menu",
    "button": "the button",
}


def comes_again(row: Row, walk: Walk, state: State, events: Iterable[Recorded]) -> str:
    """What changed since a step was done that is stale now, as one sentence; empty for any other step."""
    if row.word is not Word.STALE:
        return ""
    changed = _changed(row, walk, state, tuple(events))
    return f"It was done {clock(row.record.at)}, and comes again: since then {changed}."


def _changed(row: Row, walk: Walk, state: State, events: Sequence[Recorded]) -> str:
    step, titles = row.step, {each.id: each.title for each in walk.steps}
    if isinstance(step.does, Restart):
        needed = [titles.get(each, each) for each in made_necessary_by(step.does, state.facts)]
        return f"the restart became necessary again ({'; '.join(needed)})" if needed else "it became necessary again"
    settled = {Status.DONE, Status.ACCEPTED}
    redone = [titles.get(other, other) for other in step.after if _later(state, other, row, settled)]
    if redone:
        return f'"{"; ".join(redone)}" was done again'
    changes = [change for change in plan_changes(events) if change.record > row.record.seq]
    told = "; ".join(difference.told for change in changes for difference in change.differences)
    unplanned = fingerprint(_first(row, walk)) == row.record.fingerprint  # the plan alone says what was done
    cause = "more is known" if unplanned or not told else f"the plan changed ({told})"
    return f"{cause}{_other_parts(row, walk, events)}"


def _later(state: State, other: str, row: Row, settled: set[Status]) -> bool:
    record = state.record(other)
    return record.status in settled and record.seq >= row.record.seq


def _first(row: Row, walk: Walk) -> Action:
    """The action as it is before anything is known."""
    return Action(row.step.id, walk.step(row.step.id).does)


def _other_parts(row: Row, walk: Walk, events: Iterable[Recorded]) -> str:
    """Which parts of what was done differ now, as far as anything tells what was done."""
    before, now = _done(row, walk, events), meaning(row.step.does)
    if before is None:
        return ""
    parts = [_PARTS.get(key, key) for key in now if before.get(key) != now[key]]
    return f", which changed {' and '.join(parts)}{_new_words(before, now)}"


def _done(row: Row, walk: Walk, events: Iterable[Recorded]) -> Mapping[str, Json] | None:
    """The action that was done: on record, or what the step is before anything is known; None where neither tells."""
    first = _first(row, walk)
    if fingerprint(first) == row.record.fingerprint:
        return meaning(first.does)
    mine = [event.body for event in events if event.step == row.step.id]
    told = [body["action"] for body in mine if body.get("fingerprint") == row.record.fingerprint and "action" in body]
    return told[-1] if told and isinstance(told[-1], dict) else None


def _new_words(before: Mapping[str, Json], now: Mapping[str, Json]) -> str:
    """The names, numbers and addresses that were not there before; the first few of them."""
    old = {*_words(before)}
    new = [word for word in dict.fromkeys(_words(now)) if word not in old and re.search(r"[\d.]", word)]
    more = f" and {len(new) - MOST_WORDS} more" if len(new) > MOST_WORDS else ""
    return f" (new in it: {', '.join(new[:MOST_WORDS])}{more})" if new else ""


def _words(action: Mapping[str, Json]) -> list[str]:
    text, fields = action.get("text"), action.get("fields")
    told = text.split() if isinstance(text, str) else []
    stripped = [word.strip("(),;.:") for word in told]
    return [word for word in (*stripped, *(map(str, fields.values()) if isinstance(fields, dict) else ())) if word]
