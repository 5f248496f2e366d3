"""The runner with ports of this test: what is on record when, and what happens when it is told to stop."""

import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from checks.finding import Findings
from checks.requests import CheckRequest
from cli_backend.exchange import Answered, Cancel, Exchange, Expected, OnAnswer, OnOutput, Result, Risk, Unreachable
from cli_backend.printed import Printed
from tests.core.plans import practice_plan
from wizard.engine import Answer, AskKind, Choice, Record
from wizard.evidence import Failure
from wizard.journal import Event, Journal
from wizard.ports import Ports
from wizard.resolve import walk_of
from wizard.runner import Asked, Concluded, Ended, Runner, Told, Writer
from wizard.secrets import Secrets
from wizard.standing import Applies
from wizard.state import Status
from wizard.step import Action, Command, Duration, PointOfNoReturn, Procedure, Step

STEP = "trial/change@imp1"


@dataclass
class ScriptedDevice:
    """A node whose answers are written down; `journal_at_send` is what was on record when the command came."""

    journal: Journal
    result: Result = Result.OK
    sent: list[str] = field(default_factory=list)
    journal_at_send: list[str] = field(default_factory=list)
    block: threading.Event | None = None

    def run(
        self,
        node: str,
        command: str,
        *,
        expect: Sequence[Expected] = (),
        reboots: bool = False,
        timeout: float = 120.0,
        on_output: OnOutput | None = None,
        on_answer: OnAnswer | None = None,
        cancel: Cancel | None = None,
    ) -> Exchange:
        """Note what is on record, then answer."""
        del reboots, timeout, cancel
        self.sent.append(command)
        self.journal_at_send = [event.kind for event in self.journal.events]
        if on_output:
            on_output("some output\n")
        for expected in expect:
            if on_answer:
                on_answer(Answered(question="Continue (y/n)?", answer=expected.answer))
        if self.block is not None:
            self.block.wait(30)
        return Exchange(
            node=node,
            command=command,
            result=self.result,
            printed=Printed(),
            started="2026-01-01T00:00:00Z",
            duration_ms=1,
        )

    def wait_for_return(
        self,
        node: str,
        *,
        went_down: bool,
        timeout: float,
        on_progress: OnOutput | None = None,
        cancel: Cancel | None = None,
    ) -> bool:
        """Always back."""
        del node, went_down, timeout, on_progress, cancel
        return True

    def close(self) -> None:
        """Nothing is open."""


class NoChecks:
    """No check is part of these walks."""

    def run(self, request: CheckRequest, cancel: Cancel | None = None) -> Findings:
        """Never called."""
        raise AssertionError(request, cancel)

    def close(self) -> None:
        """Nothing is open."""


class NoHands:
    """No web page is part of these walks."""

    def perform(self, action: Action) -> Failure | None:
        """Never called."""
        raise AssertionError(action)


class Clock:
    """A clock that stands still."""

    def now(self) -> float:
        """The epoch."""
        return 0.0


def change(step_id: str, expect: tuple[Expected, ...] = ()) -> Step:
    """A step that changes something."""
    return Step(
        id=step_id,
        title="Change it",
        why="Because.",
        does=Command(node="imp1", command="set something", risk=Risk.CHANGE, expect=expect),
        reversal=PointOfNoReturn("It is a test."),
        duration=Duration(1, 2),
    )


def trial(*steps: Step) -> Procedure:
    """One procedure with these steps."""
    return Procedure(
        id="trial",
        title="Trial",
        heading="",
        why="",
        disrupts="",
        applies=lambda _plan: Applies(),
        steps=lambda _plan: steps,
    )


@dataclass
class Bench:
    """A runner over a real journal, its device, and what it tells."""

    runner: Runner
    device: ScriptedDevice
    told: "queue.Queue[Told]"
    journal: Journal

    def until(self, kind: type[Told]) -> Told:
        """The next message of a kind."""
        while True:
            told = self.told.get(timeout=20)
            if isinstance(told, kind):
                return told


def bench(tmp_path: Path, device: ScriptedDevice, expect: tuple[Expected, ...] = (), *more: Step) -> Bench:
    """Build a runner that has not started: one change, and what comes after it."""
    told: queue.Queue[Told] = queue.Queue()

    def append(kind: str, body: Mapping[str, object], step: str) -> Event:
        return device.journal.append(kind, body, step)

    runner = Runner(
        walk=walk_of(practice_plan(), (trial(change(STEP, expect), *more),)),
        writer=Writer(device.journal.events, append),
        ports=Ports(device=device, checks=NoChecks(), hands=NoHands(), clock=Clock(), forget_password=lambda: None),
        listener=told.put,
    )
    return Bench(runner, device, told, device.journal)


@pytest.fixture
def device(tmp_path: Path) -> ScriptedDevice:
    """A device with a new journal."""
    (tmp_path / "blobs").mkdir()
    return ScriptedDevice(Journal.create(tmp_path / "journal.jsonl", tmp_path / "blobs", Secrets()))


def test_the_intent_is_on_record_before_the_command_and_the_answer_before_it_is_typed(
    tmp_path: Path, device: ScriptedDevice
) -> None:
    walk = bench(tmp_path, device, (Expected(pattern="x", answer="y"),))
    walk.runner.start()
    for kind in (AskKind.BEGIN, AskKind.CONFIRM):
        asked = walk.until(Asked)
        assert isinstance(asked, Asked)
        assert asked.ask.kind is kind
        walk.runner.answer(Answer(Choice.GO))
    ended = walk.until(Ended)
    assert isinstance(ended, Ended)
    assert ended.reason == "finished"
    assert device.journal_at_send == ["procedure.begun", "step.confirmed", "step.intent"]
    kinds = [event.kind for event in walk.journal.events]
    assert kinds[3:] == ["cmd.answer", "evidence", "step.done", "session.finished"]


def test_a_lost_connection_after_a_change_leaves_the_outcome_unknown(tmp_path: Path, device: ScriptedDevice) -> None:
    device.result = Result.CLOSED
    walk = bench(tmp_path, device)
    walk.runner.start()
    for _ in range(2):
        walk.until(Asked)
        walk.runner.answer(Answer(Choice.GO))
    asked = walk.until(Asked)
    assert isinstance(asked, Asked)
    assert asked.ask.kind is AskKind.UNKNOWN
    assert walk.runner.state.record(STEP).status is Status.SENT
    assert device.sent == ["set something"]
    walk.runner.stop()
    assert walk.runner.join(5)


def test_a_connection_that_breaks_while_it_is_typed_into_leaves_the_outcome_unknown(
    tmp_path: Path, device: ScriptedDevice
) -> None:
    def breaks(node: str, *_args: object, **_kwargs: object) -> Exchange:
        raise Unreachable(node, "the connection was gone", "Try again.")

    walk = bench(tmp_path, device)
    device.run = breaks  # type: ignore[method-assign]
    walk.runner.start()
    for _ in range(2):
        walk.until(Asked)
        walk.runner.answer(Answer(Choice.GO))
    asked = walk.until(Asked)
    assert isinstance(asked, Asked)
    assert asked.ask.kind is AskKind.UNKNOWN
    assert walk.runner.state.record(STEP).status is Status.SENT
    walk.runner.stop()


def test_stopping_while_an_act_hangs_is_quick_and_nothing_goes_out_unrecorded(
    tmp_path: Path, device: ScriptedDevice
) -> None:
    device.block = threading.Event()
    walk = bench(tmp_path, device)
    walk.runner.start()
    for _ in range(2):
        walk.until(Asked)
        walk.runner.answer(Answer(Choice.GO))
    while not device.sent:
        walk.told.get(timeout=20)
    walk.runner.stop()
    assert walk.runner.join(1)
    assert [event.kind for event in walk.journal.events][-1] == "step.intent"
    device.block.set()


def test_a_step_that_is_opened_again_while_another_runs_is_asked_when_that_has_ended(
    tmp_path: Path, device: ScriptedDevice
) -> None:
    device.block = threading.Event()
    walk = bench(tmp_path, device, (), change("trial/second@imp1"))
    walk.runner.start()
    walk.until(Asked)
    walk.runner.answer(Answer(Choice.GO))
    walk.until(Asked)
    walk.runner.answer(Answer(Choice.SKIP, "later"))
    walk.until(Asked)
    walk.runner.answer(Answer(Choice.GO))
    while not device.sent:
        walk.told.get(timeout=20)
    walk.runner.reopen(STEP, "now")
    walk.runner.record(Record("note", "", {}))  # written behind it, so the runner has seen it
    assert walk.runner.state.record(STEP).status is Status.SKIPPED
    device.block.set()
    walk.until(Concluded)
    asked = walk.until(Asked)
    assert isinstance(asked, Asked)
    assert asked.ask.row.step.id == STEP
    walk.runner.stop()


def test_an_answer_that_cannot_be_taken_is_refused_and_not_recorded(tmp_path: Path, device: ScriptedDevice) -> None:
    walk = bench(tmp_path, device)
    walk.runner.start()
    walk.until(Asked)
    walk.runner.answer(Answer(Choice.HOLD, ""))
    asked = walk.until(Asked)
    assert isinstance(asked, Asked)
    assert "reason" in asked.refusal
    assert walk.journal.events == ()
    walk.runner.answer(Answer(Choice.HOLD, "the window is over"))
    ended = walk.until(Ended)
    assert isinstance(ended, Ended)
    assert ended.reason == "held"


def test_a_fault_in_an_act_becomes_a_failed_step(tmp_path: Path, device: ScriptedDevice) -> None:
    def broken(*_args: object, **_kwargs: object) -> Exchange:
        raise ZeroDivisionError

    walk = bench(tmp_path, device)
    device.run = broken  # type: ignore[method-assign]
    walk.runner.start()
    for _ in range(2):
        walk.until(Asked)
        walk.runner.answer(Answer(Choice.GO))
    concluded = walk.until(Concluded)
    assert isinstance(concluded, Concluded)
    assert concluded.outcome.failure is not None
    assert "ZeroDivisionError" in concluded.outcome.failure.problem
    asked = walk.until(Asked)
    assert isinstance(asked, Asked)
    assert asked.ask.kind is AskKind.UNKNOWN
    walk.runner.stop()
