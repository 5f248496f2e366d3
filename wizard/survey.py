"""Where each step of a walk stands: done, skipped, not applicable, failed, on hold, open, stale or of unknown outcome.

Pure. The engine asks it what is next; the overview, the plain list and the exports show it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from checks.finding import Json, Severity
from wizard.facts import Facts
from wizard.mended import could_look, failures, looks_again
from wizard.resolve import Chapter, Walk, fingerprint, resolve
from wizard.standing import AlreadySo, Applies, Later, NotApplicable, Standing, Stop, TooLate, Unknown
from wizard.state import State, Status, StepRecord
from wizard.step import Action, Restart, Step


class Word(StrEnum):
    """Where a step stands, in the one word that every front end shows."""

    DONE = "done"
    SKIP = "skip"
    NOT_APPLICABLE = "n/a"
    FAIL = "fail"
    HOLD = "hold"  # it cannot go on without a person
    OPEN = "open"
    STALE = "stale"  # done, but the plan has changed its meaning since, or what it follows was done again
    UNKNOWN = "unknown"  # sent, and nothing tells what became of it


SETTLED = frozenset({Word.DONE, Word.SKIP, Word.NOT_APPLICABLE})
PAPER_CODE = "address-not-public"  # the addresses of the practice network are made up, and always found out


def codes_of(findings: Iterable[Mapping[str, object]], severity: str) -> tuple[str, ...]:
    """The codes of the findings of a severity, each once: for what screens mark and papers list, so all count alike."""
    codes = (str(found.get("code")) for found in findings if found.get("severity") == severity)
    return tuple(dict.fromkeys(codes))


def warning_codes(findings: Iterable[Mapping[str, object]], *, practice: bool) -> tuple[str, ...]:
    """The codes of the findings that warn; in practice without the one that is the doing of practice itself."""
    return tuple(code for code in codes_of(findings, Severity.WARN) if not (practice and code == PAPER_CODE))


@dataclass(frozen=True)
class Row:
    """One step of the walk with where it stands. `how` is observed, attested or empty.

    Of a step that is done all the same: `faults` are the findings that fail and were not seen mended since, `mended`
    the codes of those that were, `warns` the codes of those that should be read.
    """

    step: Step
    action: Action
    standing: Standing
    record: StepRecord
    word: Word
    how: str = ""
    faults: tuple[Mapping[str, Json], ...] = ()
    mended: tuple[str, ...] = ()
    warns: tuple[str, ...] = ()

    @property
    def fails(self) -> tuple[str, ...]:
        """The codes of the faults that the walk went on with, each once."""
        return codes_of(self.faults, Severity.FAIL)

    @property
    def waits(self) -> bool:
        """Whether the walk passes it by for now and comes back to it."""
        return self.word not in SETTLED and isinstance(self.standing, Later)


def survey(walk: Walk, state: State) -> tuple[Row, ...]:
    """Every step of the walk with where it stands now."""
    rows: list[Row] = []
    ahead = _Ahead()
    for chapter in walk.chapters:
        for step in chapter.steps:
            resolution = resolve(step, walk.plan, state.facts, chapter.excluded)
            row = ahead.judged(_row(step, resolution.action, resolution.standing, state), chapter)
            ahead = ahead.beyond(row)
            rows.append(row)
    again = frozenset(row.step.id for row in rows if row.word not in SETTLED and state.facts.done.get(row.step.id))
    informed = tuple(_informed(_read_again(row, again, state.facts), state.facts) for row in rows)
    return tuple(_with_what_was_found(row, informed, practice=state.practice) for row in informed)


def _read_again(row: Row, again: frozenset[str], facts: Facts) -> Row:
    """What stands on a page is read again before it is overwritten `again`: an older reading tells nothing of it."""
    last = max((facts.done[step][-1] for step in row.step.ahead_of if step in again), default=0)
    if not last or row.record.seq > last:
        return row
    if row.word is Word.DONE:
        return replace(row, word=Word.STALE, how="")
    if row.word is Word.SKIP or isinstance(row.standing, TooLate):
        return replace(row, word=Word.OPEN, standing=Applies())
    return row


def _informed(row: Row, facts: Facts) -> Row:
    """The row with its step as far as it depends on what is known, the way back of what is still to be done too."""
    known = facts if row.word in SETTLED else facts.about_to(row.step.id)
    return replace(row, step=row.step.in_the_light_of(known))


def _with_what_was_found(row: Row, rows: Iterable[Row], *, practice: bool) -> Row:
    """The row with what did not keep its step from being done: a later look may show that it is mended."""
    if row.word is not Word.DONE or not row.record.findings:
        return row
    found = failures(row.record.findings)
    again = [
        failures(other.record.findings)
        for other in (rows if found else ())
        if other.word is Word.DONE
        and other.record.seq > row.record.seq
        and looks_again(row.step.does, other.step.does)
        and could_look(other.record.findings)
    ]
    left = tuple(fault for key, fault in found.items() if all(key in seen for seen in again))
    codes, standing = codes_of(found.values(), Severity.FAIL), codes_of(left, Severity.FAIL)
    mended = tuple(code for code in codes if code not in standing)
    return replace(row, faults=left, mended=mended, warns=warning_codes(row.record.findings, practice=practice))


@dataclass(frozen=True)
class _Ahead:
    """What is still to come before a step is reached: the unsettled steps, and the restarts they make necessary."""

    steps: frozenset[str] = frozenset()
    restarts: frozenset[tuple[str, str]] = frozenset()

    def beyond(self, row: Row) -> "_Ahead":
        """The same for the step behind this one."""
        if row.word in SETTLED:
            return self
        return _Ahead(self.steps | {row.step.id}, self.restarts | frozenset(row.step.restarts))

    def judged(self, row: Row, chapter: Chapter) -> Row:
        """The row as it stands where the walk has not come so far: what may still change is open."""
        if row.word is Word.HOLD and self.steps:
            return replace(row, word=Word.OPEN)
        if row.word is Word.NOT_APPLICABLE and chapter.excluded is None and self._may_change(row.step):
            return replace(row, word=Word.OPEN)
        return row

    def _may_change(self, step: Step) -> bool:
        does = step.does
        restarted = isinstance(does, Restart) and (does.node, does.service) in self.restarts
        return restarted or bool(self.steps & {*step.after})


def _row(step: Step, action: Action, standing: Standing, state: State) -> Row:
    record = state.record(step.id)
    word, how = _word(step, action, standing, record, state)
    return Row(step, action, standing, record, word, how)


def _word(step: Step, action: Action, standing: Standing, record: StepRecord, state: State) -> tuple[Word, str]:
    match record.status:
        case Status.SKIPPED if not _necessary_since(step, record, state):
            return Word.SKIP, ""
        case Status.DONE | Status.ACCEPTED:
            return (Word.DONE, record.how) if _still_holds(step, action, standing, record, state) else (Word.STALE, "")
        case Status.SENT:
            return Word.UNKNOWN, ""
        case _:
            pass
    match standing:
        case NotApplicable():
            return Word.NOT_APPLICABLE, ""
        case AlreadySo():
            return Word.DONE, "observed"
        case Stop() | Unknown():
            return Word.HOLD, ""
        case Applies() | Later():
            return (Word.FAIL if record.status is Status.FAILED else Word.OPEN), ""


def _necessary_since(step: Step, record: StepRecord, state: State) -> bool:
    """Whether something made a restart necessary after it was skipped."""
    does = step.does
    return isinstance(does, Restart) and state.facts.pending.get((does.node, does.service), 0) > record.seq


def _still_holds(step: Step, action: Action, standing: Standing, record: StepRecord, state: State) -> bool:
    if isinstance(standing, NotApplicable | AlreadySo | Later):
        return True
    if isinstance(step.does, Restart) and isinstance(standing, Applies):
        return False  # the restart became necessary again
    if record.fingerprint and record.fingerprint != fingerprint(action):
        return False
    earlier = (state.record(other) for other in step.after)
    return all(other.seq < record.seq for other in earlier if other.status in {Status.DONE, Status.ACCEPTED})


# --- what a person should look at ------------------------------------------------------------------------------------


def to_look_at(rows: Iterable[Row]) -> tuple[str, ...]:
    """The ids of the steps that failed, or went on with a failure; behind them all others that want to be looked at.

    Those are the steps that warn, or that are neither settled nor open; and where a stretch of open ones begins.
    """
    failed: list[str] = []
    found: list[str] = []
    before: Word | None = None
    for row in rows:
        if row.fails or row.word is Word.FAIL:
            failed.append(row.step.id)
        elif row.warns or row.word not in SETTLED | {Word.OPEN} or (row.word is Word.OPEN and before is not Word.OPEN):
            found.append(row.step.id)
        before = row.word
    return (*failed, *found)
