"""The runner: performs what the engine says, through the ports, and is the one thread that writes the journal."""

import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from checks.finding import Json
from wizard.acts import Bench, Desk, perform, settle
from wizard.console import Said, Typed, send
from wizard.engine import (
    NO_EFFECT,
    NOT_NEEDED,
    Answer,
    Ask,
    Do,
    Finished,
    Record,
    Refusal,
    ask_about,
    effects,
    next_turn,
    reopen,
    submit,
)
from wizard.errors import FedwizardError
from wizard.evidence import Evidence, Failure, Outcome, finding_body
from wizard.journal import Event
from wizard.ports import Ports
from wizard.resolve import Walk, fingerprint
from wizard.state import State, Status, apply, fold
from wizard.step import Command, Form, Restart
from wizard.survey import Row

CONSOLE = "console"  # in place of a step: what a person typed

# --- what the runner tells a front end -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """The person is asked; `refusal` says why the last answer could not be taken."""

    ask: Ask
    refusal: str = ""


@dataclass(frozen=True)
class Started:
    """Acts have begun."""

    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Output:
    """A piece of a node's output, while it arrives; foreign text."""

    step: str
    text: str


@dataclass(frozen=True)
class Progress:
    """What a waiting act has to say."""

    step: str
    text: str


@dataclass(frozen=True)
class Concluded:
    """An act has ended, and what came of it is on disk."""

    row: Row
    outcome: Outcome


@dataclass(frozen=True)
class ConsoleSaid:
    """A command that was typed by hand has ended, and what came of it is on disk."""

    said: Said


@dataclass(frozen=True)
class Ended:
    """The runner has stopped. `reason` is finished, held, stopped or broken."""

    reason: str
    problem: str = ""
    remedy: str = ""


Told = Asked | Started | Output | Progress | Concluded | ConsoleSaid | Ended
Listener = Callable[[Told], None]


# --- what reaches the runner -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Answered:
    answer: Answer


@dataclass(frozen=True)
class _Reopen:
    step: str
    reason: str


@dataclass(frozen=True)
class _Type:
    typed: Typed


@dataclass(frozen=True)
class _Write:
    record: Record
    written: threading.Event


@dataclass(frozen=True)
class _ActEnded:
    row: Row
    outcome: Outcome


@dataclass(frozen=True)
class _Quit:
    pass


_Message = _Answered | _Reopen | _Type | _Write | _ActEnded | _Quit


class _Stopped(Exception):  # noqa: N818
    """An act wants something recorded and nobody is left to write it: it must not go on."""


@dataclass
class _Abandon(Exception):  # noqa: N818  (not an error: the runner is told to stop)
    reason: str


class Writer:
    """What the runner needs of a session: the events so far, and appending one more."""

    def __init__(self, events: tuple[Event, ...], append: Callable[[str, Mapping[str, object], str], Event]) -> None:
        self.events, self._append = events, append

    def write(self, record: Record) -> Event:
        """Append an event; returns when it is on disk."""
        return self._append(record.kind, record.body, record.step)


@dataclass
class Runner:
    """Runs a walk to its end. Start it once; `state` may be read from any thread at any time."""

    walk: Walk
    writer: Writer
    ports: Ports
    listener: Listener
    state: State = field(init=False)

    def __post_init__(self) -> None:
        self.state = fold(self.writer.events)
        self._inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._cancel = threading.Event()
        self._quitting = False
        self._thread = threading.Thread(target=self._run, name="runner", daemon=True)

    def start(self) -> None:
        """Begin; the listener is told from the runner's thread."""
        self._thread.start()

    def answer(self, answer: Answer) -> None:
        """Answer the question that was asked last."""
        self._inbox.put(_Answered(answer))

    def reopen(self, step: str, reason: str) -> None:
        """Open a settled step again, as soon as nothing is under way."""
        self._inbox.put(_Reopen(step, reason))

    def type(self, typed: Typed) -> None:
        """Send what a person typed for a node, while the walk waits for an answer; otherwise nothing happens."""
        self._inbox.put(_Type(typed))

    def cancel(self) -> None:
        """Cancel what is under way; a node goes on with what it was told."""
        self._cancel.set()

    def stop(self) -> None:
        """End after what is on its way to disk is there. Returns at once; `join` waits."""
        self._quitting = True
        self._cancel.set()
        self._inbox.put(_Quit())

    def join(self, timeout: float) -> bool:
        """Wait for the runner's thread; False when it is still alive after `timeout` seconds."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def record(self, record: Record) -> None:
        """Have an event written by the runner's thread; returns when it is on disk."""
        message = _Write(record, threading.Event())
        self._inbox.put(message)
        while not message.written.wait(0.1):
            if not self._thread.is_alive() and not message.written.is_set():
                raise _Stopped

    # --- the runner's thread ---

    def _run(self) -> None:
        try:
            self._loop()
        except _Abandon as abandoned:
            self.listener(Ended(abandoned.reason))
        except FedwizardError as error:
            self.listener(Ended("broken", error.problem, error.remedy))

    def _loop(self) -> None:
        while True:
            turn = next_turn(self.walk, self.state)
            match turn:
                case Ask():
                    self._await_answer(turn)
                case Do():
                    self._perform(turn)
                case Finished():
                    if not self.state.finished:
                        self._write(Record("session.finished"))
                    raise _Abandon("finished")

    def _write(self, record: Record) -> None:
        event = self.writer.write(record)
        self.state = apply(self.state, event)

    def _await_answer(self, ask: Ask) -> None:
        self.listener(Asked(ask))
        while True:
            result: tuple[Record, ...] | Refusal
            match self._inbox.get():
                case _Answered(answer):
                    result = submit(ask, answer)
                case _Reopen(step, reason):
                    result = reopen(ask_about(self.walk, self.state, step), reason)
                case _Quit():
                    raise _Abandon("stopped")
                case message:
                    self._meanwhile(message)
                    continue
            if isinstance(result, Refusal):
                self.listener(Asked(ask, result.problem))
                continue
            self._lend_hands(ask, result)
            for record in result:
                self._write(record)
            if self.state.held:
                raise _Abandon("held")
            return

    def _lend_hands(self, ask: Ask, result: tuple[Record, ...]) -> None:
        """What somebody says in a form to have done; where it was not done, the step that looks at it says so."""
        does = ask.row.step.does
        if isinstance(does, Form) and does.deed and any(record.kind == "step.done" for record in result):
            self.ports.hands.perform(ask.row.action)

    def _meanwhile(self, message: _Message) -> None:
        """What comes beside the answer that is waited for."""
        match message:
            case _Write():
                self._serve(message)
            case _Type(typed):
                self._cancel.clear()
                threading.Thread(target=self._typed, args=(typed,), name=CONSOLE, daemon=True).start()
            case _:
                return

    def _serve(self, message: _Write) -> None:
        self._write(message.record)
        message.written.set()

    def _perform(self, turn: Do) -> None:
        self._cancel.clear()
        if self._quitting:
            raise _Abandon("stopped")
        self.listener(Started(turn.rows))
        for row in turn.rows:
            act = threading.Thread(target=self._act, args=(row, turn.settle), name=row.step.id, daemon=True)
            act.start()
        left, reopenings = len(turn.rows), list[_Reopen]()
        while left:
            match self._inbox.get():
                case _ActEnded(row, outcome):
                    self._conclude(row, outcome, turn.settle)
                    left -= 1
                case _Write() as message:
                    self._serve(message)
                case _Reopen() as message:
                    reopenings.append(message)
                case _Quit():
                    raise _Abandon("stopped")
                case _:
                    continue
        for message in reopenings:
            self._reopen(message)

    def _reopen(self, message: _Reopen) -> None:
        result = reopen(ask_about(self.walk, self.state, message.step), message.reason)
        for record in () if isinstance(result, Refusal) else result:
            self._write(record)

    def _typed(self, typed: Typed) -> None:
        try:
            said = send(typed, self.ports, self._desk(CONSOLE, self.record))
        except _Stopped:
            return
        except Exception as error:  # noqa: BLE001  (the seam between a thread and the runner: a fault must not hang it)
            said = Said(typed=typed, failure=_fault(error))
        self.listener(ConsoleSaid(said))

    def _desk(self, step: str, record: Callable[[Record], None]) -> Desk:
        return Desk(
            record=record,
            output=lambda text: self.listener(Output(step, text)),
            progress=lambda text: self.listener(Progress(step, text)),
            cancel=self._cancel,
        )

    def _act(self, row: Row, settling: bool) -> None:
        step = row.step.id
        desk = self._desk(step, self._recorder(step))
        bench = Bench(plan=self.walk.plan, facts=self.state.facts, ports=self.ports, desk=desk)
        try:
            if settling:
                assert isinstance(row.step.does, Command | Restart)
                outcome = settle(row, row.step.does, bench)
            else:
                outcome = perform(row, bench)
        except _Stopped:
            return
        except Exception as error:  # noqa: BLE001  (the seam between a thread and the runner: a fault must not hang it)
            outcome = self._faulty(step, error)
        self._inbox.put(_ActEnded(row, outcome))

    def _faulty(self, step: str, error: Exception) -> Outcome:
        return Outcome(failure=_fault(error), unknown=self.state.record(step).status is Status.SENT)

    def _recorder(self, step: str) -> Callable[[Record], None]:
        def write(record: Record) -> None:
            self.record(record if record.step else Record(record.kind, step, record.body))

        return write

    def _conclude(self, row: Row, outcome: Outcome, settling: bool) -> None:
        for evidence in outcome.evidence:
            self._write(_evidence_record(row, evidence))
        for record in conclusions(row, outcome, settling):
            self._write(record)
        self.listener(Concluded(row, outcome))


def _fault(error: Exception) -> Failure:
    return Failure(
        problem=f"A fault of the wizard itself ended this: {type(error).__name__}.",
        remedy="Try again. If it comes back, hold, and report it with the record.",
    )


def _evidence_record(row: Row, evidence: Evidence) -> Record:
    return Record("evidence", row.step.id, evidence.body())


def conclusions(row: Row, outcome: Outcome, settling: bool) -> tuple[Record, ...]:
    """The events that the end of an act gives rise to, after its evidence. Pure."""
    step, failure = row.step.id, outcome.failure
    identity: dict[str, Json] = {"fingerprint": fingerprint(row.action), "how": outcome.how, "note": outcome.note}
    findings: list[Json] = [finding_body(finding) for finding in outcome.findings]
    if settling:
        return _settled(row, outcome, identity)
    if outcome.unknown:
        return ()  # the intent stands on record without an outcome; the engine settles it by reading
    if failure is not None:
        problem: dict[str, Json] = {"problem": failure.problem, "remedy": failure.remedy, "findings": findings}
        problem |= {"begun": True} if outcome.begun else {}
        return (Record("step.failed", step, {**identity, **problem}),)
    if outcome.not_sent:
        return (Record("step.reopened", step, {"reason": NOT_NEEDED}),)
    return (Record("step.done", step, {**identity, "findings": findings, **effects(row)}),)


def _settled(row: Row, outcome: Outcome, identity: dict[str, Json]) -> tuple[Record, ...]:
    step = row.step.id
    if outcome.failure is not None or outcome.took_effect is None:
        failure = outcome.failure
        problem = failure.problem if failure else "What was read does not tell whether it took effect."
        remedy = failure.remedy if failure else "Look at the node, then say what you see."
        return (Record("step.unsettled", step, {"problem": problem, "remedy": remedy}),)
    if outcome.took_effect:
        note = "the outcome was unknown; reading the node showed that it took effect"
        return (Record("step.done", step, {**identity, "how": "observed", "note": note, **effects(row)}),)
    body: dict[str, Json] = {"reason": NO_EFFECT, "refers_to": row.record.intent}
    return (Record("step.reopened", step, body),)
