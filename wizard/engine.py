"""The engine: state in, a question to the person or an act for the runner out; answers and outcomes to events.

Pure. The three front ends and the runner are loops around `next_turn` and `submit`, so that every path can be tested
without threads, and resuming is nothing but folding the journal and asking again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from checks.finding import Json
from cli_backend.exchange import Risk
from wizard.about import name_to_type
from wizard.resolve import Walk, fingerprint, meaning
from wizard.standing import NotApplicable, Stop, Unknown
from wizard.state import State, Status
from wizard.step import SAME, Check, Command, Form, Instruct, Notice, Restart, Wait
from wizard.survey import SETTLED, Row, Word, survey

BY_HAND = "done by hand in the web interface"


class AskKind(StrEnum):
    """What is asked of the person."""

    BEGIN = "begin"  # a procedure opens: what it is for, what it disrupts
    INSTRUCT = "instruct"  # do this elsewhere, then say so
    FORM = "form"  # read these values
    CONFIRM = "confirm"  # this change will be sent
    CONFIRM_TYPED = "confirm-typed"  # this disrupts: type the node's name
    ATTEST_TYPED = "attest-typed"  # do this elsewhere, which disrupts; then type its name to say so
    NOTICE = "notice"  # send this text, then say so
    FAILED = "failed"
    STOPPED = "stopped"  # what was seen forbids it
    UNKNOWN = "unknown"  # did it happen?


class Choice(StrEnum):
    """What a person can answer."""

    GO = "go"  # begin, do it, done, submit: the one way forward of the question
    BY_HAND = "by-hand"  # done in the web interface instead
    RETRY = "retry"
    RECHECK = "recheck"  # read again what the step depends on
    AGAIN = "again"  # an unknown outcome: do it again
    SKIP = "skip"
    ACCEPT = "accept"
    HOLD = "hold"
    REDO = "redo"  # a settled step is opened again


SLIP = "If that was a slip of the typing, retry."
CANCELLED = "This was sent, and a person cancelled the wait before its outcome was known."
NOT_SEEN = (
    "This was sent, and its outcome was not seen: the wizard or the connection ended first, or the time was over."
)
LOOK_THEN_SAY = "Look at the node (t). If it happened, say so with a and what you saw; if not, g does it again."
NO_EFFECT = "no effect was seen"
NOT_NEEDED = "what the node says now makes it unnecessary"
# Why the wizard itself opens a step again; every other reason is a person's.
OWN_REASONS = frozenset({*(choice.value for choice in Choice), "redo", NO_EFFECT, NOT_NEEDED})
NEEDS_REASON = frozenset({Choice.SKIP, Choice.ACCEPT, Choice.HOLD})


@dataclass(frozen=True)
class Ask:
    """A question to the person about one step. `typed` has to be typed exactly for `GO`."""

    kind: AskKind
    row: Row
    choices: tuple[Choice, ...]
    problem: str = ""
    remedy: str = ""
    typed: str = ""


@dataclass(frozen=True)
class Do:
    """Acts for the runner; more than one only where they disturb nobody and each other not at all.

    `settle`: the outcome of an earlier act is unknown and has to be read, nothing is sent again.
    """

    rows: tuple[Row, ...]
    settle: bool = False


@dataclass(frozen=True)
class Finished:
    """Nothing is left to do."""


Turn = Ask | Do | Finished


@dataclass(frozen=True)
class Answer:
    """What the person says. `text` is the typed name, the reason or a note; `values` fill a form."""

    choice: Choice
    text: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """A journal event that is still to be written."""

    kind: str
    step: str = ""
    body: Mapping[str, object] = field(default_factory=dict)  # what `wizard.journal` can put on record


@dataclass(frozen=True)
class Refusal:
    """An answer that cannot be taken, and why; nothing is recorded."""

    problem: str


def next_turn(walk: Walk, state: State) -> Turn:
    """The next question or act: the first step that is not settled decides."""
    batch: list[Row] = []
    for row in survey(walk, state):
        if row.word in SETTLED or row.waits:
            continue
        if not batch:
            turn = _turn(walk, state, row)
            if not isinstance(turn, Do) or turn.settle or not _free(row):
                return turn
            batch.append(row)
        elif _joins(row, batch, state):
            batch.append(row)
        else:
            break
    return Do(tuple(batch)) if batch else Finished()


def ask_about(walk: Walk, state: State, step_id: str) -> Row:
    """The row of one step, to look at it or to open it again. Raises KeyError."""
    for row in survey(walk, state):
        if row.step.id == step_id:
            return row
    raise KeyError(step_id)


def _free(row: Row) -> bool:
    """Whether a step may run without a question, beside others: it only reads, and ends by itself."""
    does = row.step.does
    return isinstance(does, Check) or (isinstance(does, Command) and does.risk is Risk.READ_ONLY)


def _joins(row: Row, batch: list[Row], state: State) -> bool:
    step, first = row.step, batch[0].step
    together = {other.step.id for other in batch}
    if row.word not in {Word.OPEN, Word.STALE} or not _free(row) or step.procedure != first.procedure:
        return False
    if together & {*step.reads, *step.after}:
        return False
    if isinstance(step.does, Check):
        return isinstance(first.does, Check)
    if not isinstance(step.does, Command) or isinstance(first.does, Check):
        return False
    nodes = {other.step.does.node for other in batch if isinstance(other.step.does, Command)}
    # The password is tried on one node before it is tried on others.
    return step.does.node not in nodes and bool(state.facts.nodes)


def _turn(walk: Walk, state: State, row: Row) -> Ask | Do:
    step, record = row.step, row.record
    if row.word is Word.UNKNOWN:
        return _settle(row)
    if step.procedure not in state.begun:
        return Ask(AskKind.BEGIN, row, (Choice.GO, Choice.HOLD))
    if row.word is Word.HOLD or isinstance(row.standing, Stop | Unknown):  # a stale step may be forbidden by now
        return _stopped(row)
    if row.word is Word.FAIL:
        choices = (Choice.RETRY, Choice.SKIP, Choice.ACCEPT, Choice.HOLD)
        return Ask(AskKind.FAILED, row, choices, record.problem, record.remedy)
    if _free(row) or isinstance(step.does, Wait):
        return Do((row,))
    if record.status is Status.CONFIRMED and record.fingerprint == fingerprint(row.action):
        return Do((row,))
    return _question(row)


def _settle(row: Row) -> Ask | Do:
    leave = (Choice.ACCEPT, Choice.SKIP, Choice.HOLD)
    if row.record.problem:
        return Ask(AskKind.UNKNOWN, row, (Choice.RECHECK, *leave), row.record.problem, row.record.remedy)
    if row.record.begun or (isinstance(row.step.does, Command) and row.step.does.took_effect is not None):
        return Do((row,), settle=True)
    why = CANCELLED if row.record.cancelled else NOT_SEEN
    return Ask(AskKind.UNKNOWN, row, (Choice.AGAIN, *leave), f"{why} Nothing was sent again.", LOOK_THEN_SAY)


def _stopped(row: Row) -> Ask:
    match row.standing:
        case Stop(problem, remedy):
            pass
        case Unknown(condition):
            problem, remedy = f"It is not known yet whether this applies: only if {condition}.", "Read it again."
        case _:
            problem, remedy = "", ""
    choices = (*((Choice.RECHECK,) if row.step.reads else ()), Choice.SKIP, Choice.ACCEPT, Choice.HOLD)
    return Ask(AskKind.STOPPED, row, choices, problem, remedy)


def _question(row: Row) -> Ask:
    leave = (Choice.SKIP, Choice.HOLD)
    typed = name_to_type(row.step.does)
    match row.step.does:
        case Instruct():
            return Ask(AskKind.ATTEST_TYPED if typed else AskKind.INSTRUCT, row, (Choice.GO, *leave), typed=typed)
        case Notice():
            return Ask(AskKind.NOTICE, row, (Choice.GO, *leave))
        case Form():
            return Ask(AskKind.FORM, row, (Choice.GO, *leave))
        case Restart():
            return Ask(AskKind.CONFIRM_TYPED, row, (Choice.GO, Choice.BY_HAND, *leave), typed=typed)
        case Command() if typed:
            return Ask(AskKind.CONFIRM_TYPED, row, (Choice.GO, *leave), typed=typed)
        case _:
            return Ask(AskKind.CONFIRM, row, (Choice.GO, *leave))


# --- what an answer means --------------------------------------------------------------------------------------------


def submit(ask: Ask, answer: Answer) -> tuple[Record, ...] | Refusal:
    """The events that an answer gives rise to, or why it cannot be taken."""
    step = ask.row.step
    if answer.choice not in ask.choices:
        return Refusal(f"{answer.choice} is not possible here")
    if answer.choice in NEEDS_REASON and not answer.text.strip():
        return Refusal("a reason is needed; it goes into the record")
    match answer.choice:
        case Choice.GO:
            return _go(ask, answer)
        case Choice.BY_HAND:
            if answer.text.strip() != ask.typed:
                return Refusal(f"type {ask.typed} to say that it was done there by hand")
            return (_done_by_hand(ask),)
        case Choice.RETRY | Choice.AGAIN | Choice.RECHECK:
            return _once_more(ask, answer.choice)
        case Choice.SKIP:
            return (Record("step.skipped", step.id, {"note": answer.text, **_identity(ask.row)}),)
        case Choice.ACCEPT:
            # "It happened", said of what was sent: then what follows it has to be seen, as if we had seen it happen.
            came_true = effects(ask.row) if ask.kind is AskKind.UNKNOWN else _accepted(ask.row)
            return (Record("step.accepted", step.id, {"note": answer.text, **_identity(ask.row), **came_true}),)
        case Choice.HOLD:
            return (Record("session.held", "", {"reason": answer.text, "at_step": step.id}),)
        case _:
            return Refusal(f"{answer.choice} is not an answer to a question")


def reopen(row: Row, reason: str) -> tuple[Record, ...] | Refusal:
    """Open a settled step again, on the wish of the person.

    A restart that nothing makes necessary is left alone, unless a person only said that it was done.
    """
    if row.word not in {Word.DONE, Word.SKIP}:
        return Refusal("only a step that is done or skipped can be opened again")
    if row.record.status not in {Status.DONE, Status.SKIPPED, Status.ACCEPTED}:
        return Refusal("nothing was done in this step; there is nothing to do again")
    body: dict[str, Json] = {"reason": reason or "redo"}
    if isinstance(row.step.does, Restart):
        if isinstance(row.standing, NotApplicable) and row.record.how != "attested":
            return Refusal(row.standing.reason)
        body["pending"] = [[row.step.does.node, row.step.does.service]]
    return (Record("step.reopened", row.step.id, body),)


def _go(ask: Ask, answer: Answer) -> tuple[Record, ...] | Refusal:
    step = ask.row.step
    if ask.kind is AskKind.BEGIN:
        return (Record("procedure.begun", "", {"procedure": step.procedure}),)
    if ask.typed and answer.text.strip() != ask.typed:
        sent = "say that it was done" if ask.kind is AskKind.ATTEST_TYPED else "confirm; nothing was sent"
        return Refusal(f"type {ask.typed} to {sent}")
    if isinstance(step.does, Form):
        return _form(ask.row, step.does, answer)
    how = "attested" if isinstance(step.does, Instruct | Notice) else "confirmed"
    body: dict[str, Json] = {"how": how, "action": meaning(step.does), **_identity(ask.row)}
    note = "" if ask.typed else answer.text
    return (Record("step.confirmed", step.id, {**body, "note": note}),)


def _once_more(ask: Ask, choice: Choice) -> tuple[Record, ...]:
    step = ask.row.step
    looks_first = choice is Choice.RETRY and ask.row.record.begun
    if looks_first or (choice is Choice.RECHECK and ask.kind is AskKind.UNKNOWN):
        return (Record("step.resettled", step.id),)
    if choice is Choice.RECHECK:
        return tuple(Record("step.reopened", read, {"reason": "recheck"}) for read in step.reads)
    return (Record("step.reopened", step.id, {"reason": choice.value, "refers_to": ask.row.record.intent}),)


def empty_line(form: Form, label: str) -> str:
    """Why a form is not taken in which nothing stands for the field of this label."""
    return f'"{label}" is empty; enter what {"the page shows" if form.menu else "you found"}'


def _form(row: Row, form: Form, answer: Answer) -> tuple[Record, ...] | Refusal:
    values = form.read(answer.values)
    copied = [f.label for f in form.fields if f.own_words and answer.values.get(f.name, "").strip() == SAME]
    if copied:
        return Refusal(f'"{copied[0]}" is for your own words; {SAME} stands for none')
    missing = [field.label for field in form.fields if not values[field.name]]
    if missing:
        return Refusal(empty_line(form, missing[0]))
    same: list[Json] = [name for name, typed in answer.values.items() if typed.strip() == SAME]
    body: dict[str, Json] = {"values": {**values}, "same": same, "how": "attested", **_identity(row)}
    wrong = form.wrong(values)
    if not wrong or not form.stops:
        return (Record("step.done", row.step.id, {**body, **effects(row)}),)
    shown = "; ".join(form.differs(f, values[f.name]) for f in wrong)
    remedy = f"{SLIP} {form.mismatch}" if form.menu else form.mismatch
    return (Record("step.failed", row.step.id, {**body, "problem": f"{shown}.", "remedy": remedy}),)


def _done_by_hand(ask: Ask) -> Record:
    body = {"how": "attested", "note": BY_HAND, **_identity(ask.row), **effects(ask.row)}
    return Record("step.done", ask.row.step.id, body)


def _identity(row: Row) -> dict[str, Json]:
    return {"fingerprint": fingerprint(row.action)}


def effects(row: Row) -> dict[str, Json]:
    """What the fold has to know of a step that was done: restarts it cleared or made necessary, what it undid."""
    body = _accepted(row)
    if isinstance(row.step.does, Command) and row.step.does.reboots:
        body["domain_set"] = row.step.does.node
    return body


def _accepted(row: Row) -> dict[str, Json]:
    body: dict[str, Json] = {}
    if isinstance(row.step.does, Restart):
        body["restarted"] = [row.step.does.node, row.step.does.service]
    if row.step.restarts:
        body["pending"] = [[node, service] for node, service in row.step.restarts]
    if row.step.undoes:
        body["undone"] = list(row.step.undoes)
    return body
