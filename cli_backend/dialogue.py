"""What one command has come to: its order, the text so far, what was asked and answered."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from cli_backend.dialect import Quiet, failure_in
from cli_backend.exchange import Answered, Cancel, Expected, OnAnswer, OnOutput, Result
from cli_backend.printed import Printed
from cli_backend.terminal import Text, reading

QUESTION_LENGTH = 4000  # characters of a question that are passed on


@dataclass(frozen=True, kw_only=True)
class Order:
    """One command to run, with everything that goes with it."""

    command: str
    expect: Sequence[Expected] = ()
    reboots: bool = False
    timeout: float = 120.0
    on_output: OnOutput | None = None
    on_answer: OnAnswer | None = None
    cancel: Cancel | None = None


@dataclass
class Dialogue:
    """What one command has come to. `seen` is how much text was dealt with, `shown` how much was streamed."""

    order: Order
    deadline: float
    text: Text
    expected: list[Expected] = field(default_factory=list)
    begin: int | None = None  # where the output begins, once the echo was found
    entered: int = 0  # where the text stood when Enter was typed behind the command
    seen: int = 0
    shown: int = 0
    streamed: float = 0.0
    answered: list[Answered] = field(default_factory=list)
    question: str | None = None
    judged: tuple[Printed, str | None] | None = None  # what `judgement` found, until more arrives

    def judgement(self, *, prompt: bool) -> tuple[Printed, str | None]:
        """The output as it is told, and the line by which the node says that it failed.

        Long outputs take a while, so this is done while the prompt settles, and kept unless more comes.
        """
        if prompt and self.judged is not None:
            return self.judged
        printed = Printed() if self.begin is None else self.text.printed(self.begin, prompt=prompt)
        failures = (failure_in(self.order.command, piece) for piece in printed.pieces())
        found = (printed, next(filter(None, failures), None))
        self.judged = found if prompt else None
        return found

    @property
    def fresh(self) -> str:
        """The end of what was not dealt with, as it reads. What follows an answer does not begin a line."""
        start = max(self.seen, len(self.text) - QUESTION_LENGTH)
        mark = "." if self.answered and start == self.seen else ""
        return mark + reading(self.text.since(start))

    @property
    def asked(self) -> str:
        """The question that stands there, with what led to it."""
        return self.fresh.removeprefix(".").strip()

    def announced(self, state: Quiet) -> bool:
        """Whether this is the next question that the command announces. One in words of its own is an open line."""
        known = state in {Quiet.QUESTION, Quiet.PASSWORD}
        lines = self.fresh.split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "") if known else lines[-1]
        if not last.strip() or not self.expected:
            return False
        # The blank behind a question belongs to it, but whoever writes a pattern may not see it.
        return any(re.fullmatch(self.expected[0].pattern, text) for text in (last.strip(), last))

    @property
    def cut_short(self) -> Result | None:
        """Why it should end now, whatever the node is doing; None: it may go on."""
        if self.order.cancel is not None and self.order.cancel.is_set():
            return Result.CANCELLED
        return Result.TIMED_OUT if time.monotonic() >= self.deadline else None
