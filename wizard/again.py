"""Why a step comes again that was done before. Pure."""

from collections.abc import Iterable, Sequence

from checks.finding import Json
from wizard.about import made_necessary_by
from wizard.plan_changes import plan_changes
from wizard.resolve import Walk, fingerprint, meaning
from wizard.state import Recorded, State, Status
from wizard.step import Restart
from wizard.survey import Row, Word

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
    since = clock(row.record.at)
    return f"It was done, and comes again: {_changed(row, walk, state, tuple(events))} since {since}."


def clock(at: str) -> str:
    """A time of the record, to the second, as people read it."""
    return f"{at[:19].replace('T', ' ')} UTC"


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
    if told:
        return f"the plan changed ({told})"
    return f"{_other_parts(row, events)} changed, because more is known now"


def _later(state: State, other: str, row: Row, settled: set[Status]) -> bool:
    record = state.record(other)
    return record.status in settled and record.seq >= row.record.seq


def _other_parts(row: Row, events: Iterable[Recorded]) -> str:
    """Which parts of what was done differ now, as far as the record holds what was done."""
    done: dict[str, Json] = {}
    for event in events:
        action = event.body.get("action")
        if event.step == row.step.id and isinstance(action, dict):
            done = action if event.body.get("fingerprint") != fingerprint(row.action) else {}
    now = meaning(row.step.does)
    differing = [_PARTS.get(key, key) for key in now if done and done.get(key) != now[key]]
    return " and ".join(differing) or "what it says"
