"""The front end without a person: the simulated person of practice, and answers from a file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from wizard.engine import Answer, Ask, AskKind, Choice
from wizard.frontend import (
    ENDINGS,
    EXIT_FAILED,
    EXIT_HOLDS,
    EXIT_INTERRUPTED,
    JOIN_SECONDS,
    Interrupted,
    Mailbox,
    Progress,
    signals_interrupt,
    step_line,
    summary_lines,
)
from wizard.ports import PageReader, Prompt, shown_as_expected
from wizard.runner import Asked, Concluded, Ended, Runner
from wizard.sitting import Sitting
from wizard.step import Form
from wizard.survey import Row, Word
from wizard.text import visible_line

RETRIES = 3


class Persona(Protocol):
    """Who answers in an unattended run. None: nobody can; the run holds."""

    def answer(self, ask: Ask) -> Answer | None: ...


class Nobody:
    """The prompter of an unattended run: what comes up in the middle of an act goes unanswered, and nothing is sent."""

    def ask(self, prompt: Prompt) -> str | None:
        """No answer."""
        del prompt
        return None


class SimulatedPerson:
    """The person of `practice --auto`: does what the wizard says, tries once more what failed in an earlier sitting."""

    def __init__(self, reads: PageReader = shown_as_expected) -> None:
        self._reads = reads
        self._tries: dict[str, int] = {}
        self._failed_here: set[str] = set()

    def concluded(self, row: Row, failed: bool) -> None:
        """Remember what failed in this sitting: it is not tried again."""
        if failed:
            self._failed_here.add(row.step.id)

    def answer(self, ask: Ask) -> Answer | None:
        """The answer of somebody who trusts the wizard in everything but a failure."""
        step = ask.row.step
        match ask.kind:
            case AskKind.FAILED:
                return None if step.id in self._failed_here else self._once(step.id, Choice.RETRY)
            case AskKind.UNKNOWN:
                return self._once(step.id, Choice.AGAIN if Choice.AGAIN in ask.choices else Choice.RECHECK)
            case AskKind.STOPPED:
                return None
            case AskKind.FORM:
                form = step.does
                assert isinstance(form, Form)
                return Answer(Choice.GO, values=self._reads(form))
            case _:
                return Answer(Choice.GO, text=ask.typed)

    def _once(self, step: str, choice: Choice) -> Answer | None:
        self._tries[step] = self._tries.get(step, 0) + 1
        return Answer(choice) if self._tries[step] <= RETRIES and choice else None


@dataclass
class _Run:
    runner: Runner
    persona: Persona
    progress: Progress
    out: Callable[[str], None]
    complain: Callable[[str], None]

    def asked(self, told: Asked) -> int | None:
        """Answer, or say why the run ends here and with which status."""
        ask = told.ask
        if told.refusal:
            self.complain(f"{ask.row.step.id}: {visible_line(told.refusal)}")
            return EXIT_FAILED
        answer = self.persona.answer(ask)
        if answer is not None:
            self.runner.answer(answer)
            return None
        failed = ask.kind is AskKind.FAILED
        word = Word.FAIL if failed else Word.HOLD
        self.out(step_line(Row(ask.row.step, ask.row.action, ask.row.standing, ask.row.record, word)))
        if ask.problem:
            self.complain(visible_line(f"{ask.row.step.id}: {ask.problem} {ask.remedy}".strip()))
        return EXIT_FAILED if failed else EXIT_HOLDS


def run_unattended(
    sitting: Sitting, persona: Persona, out: Callable[[str], None], complain: Callable[[str], None]
) -> int:
    """Walk to the end without a person: one line a step to `out`, reasons to `complain`. Returns the exit status."""
    mailbox = Mailbox()
    runner = sitting.runner(mailbox, Nobody())
    progress = Progress(sitting.walk, lambda row: out(step_line(row)))
    run = _Run(runner, persona, progress, out, complain)
    try:
        with signals_interrupt():
            runner.start()
            status = _follow(run, mailbox)
    except Interrupted:
        status = EXIT_INTERRUPTED
    runner.stop()
    runner.join(JOIN_SECONDS)
    for line in summary_lines(sitting.walk, runner.state):
        out(line)
    return status


def _follow(run: _Run, mailbox: Mailbox) -> int:
    for told in mailbox:
        match told:
            case Asked():
                run.progress.update(run.runner.state)
                status = run.asked(told)
                if status is not None:
                    return status
            case Concluded(row, outcome):
                if isinstance(run.persona, SimulatedPerson):
                    run.persona.concluded(row, outcome.failure is not None)
                run.progress.update(run.runner.state)
            case Ended():
                run.progress.update(run.runner.state)
                if told.problem:
                    run.complain(visible_line(f"{told.problem} {told.remedy}".strip()))
                return ENDINGS[told.reason]
            case _:
                continue
    return EXIT_FAILED
