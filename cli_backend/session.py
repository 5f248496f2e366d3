"""One shell on one node: a reader that never stops, and commands one after the other, each to a quiet state."""

import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cli_backend.dialect import PAGER_TEXTS, Quiet, classify, failure_in
from cli_backend.exchange import (
    Answered,
    Cancel,
    Exchange,
    Expected,
    OnAnswer,
    OnOutput,
    Operator,
    Result,
    Unreachable,
)
from cli_backend.ssh import Connection
from cli_backend.terminal import Text, after_echo

SETTLE = 0.3  # seconds of quiet before a tail is believed; a line of output may begin like the prompt
QUESTION_SETTLE = 1.0
TYPING_GAP = 0.05  # seconds between two characters of an answer: the console drops what comes in one burst
ECHO_SECONDS = 5.0
STREAM_GAP = 0.1
FIRST_PROMPT_SECONDS = 300.0


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
class _Dialogue:
    """What one command has come to. `seen` is how much text was dealt with, `shown` how much was streamed."""

    order: Order
    expected: list[Expected]
    text: Text = field(default_factory=Text)
    begin: int | None = None  # where the output begins, once the echo was found
    seen: int = 0
    shown: int = 0
    answered: list[Answered] = field(default_factory=list)
    question: str | None = None

    @property
    def output(self) -> str:
        """Everything after the echo, without the prompt."""
        return self.text.text[self.begin or 0 :]


class Session:
    """A logged-in shell. `run` is called by one thread at a time; a daemon thread keeps reading, whatever happens."""

    def __init__(self, name: str, connection: Connection, operator: Operator) -> None:
        self.name, self.host_key, self.algorithms = name, connection.host_key, connection.algorithms
        self._connection, self._operator = connection, operator
        self._arrived = bytearray()
        self._change = threading.Condition()
        self._last = time.monotonic()
        self.closed = False
        self._reader = threading.Thread(target=self._read, name=f"read {name}", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        channel = self._connection.channel
        while True:
            try:
                data = channel.recv(65536)
            except OSError:
                data = b""
            with self._change:
                self._arrived += data
                self._last = time.monotonic()
                self.closed = not data
                self._change.notify_all()
            if not data:
                return

    def close(self) -> None:
        """End the session; nothing is typed."""
        self.closed = True
        self._connection.close()

    def wait_for_prompt(self, timeout: float, cancel: Cancel | None = None) -> None:
        """Wait for the first prompt, past banner and start-up text, and turn paging off. Raises Unreachable."""
        dialogue = _Dialogue(Order(command="", timeout=timeout, cancel=cancel), [], begin=0)
        result = self._converse(dialogue)
        if result is not Result.OK:
            self.close()
            raise Unreachable(
                self.name,
                f"the node gave no prompt ({result.value})",
                "Its CLI may still be starting. Try again in a minute.",
            )
        self.run(Order(command="set cli pagination off", timeout=30.0))

    def run(self, order: Order) -> Exchange:
        """Send one command and read to a quiet state. Raises Unreachable when it could not be sent."""
        self._drain()
        began, started = time.monotonic(), datetime.now(UTC)
        self._type(order.command + "\r")
        dialogue = _Dialogue(order, list(order.expect))
        result = self._converse(dialogue)
        self._stream(dialogue, everything=True)
        output = _tidy(dialogue.output, prompt=result is Result.OK)
        failure = failure_in(order.command, output)
        if result is Result.OK and failure is not None:
            result = Result.FAILED
        if result in {Result.QUESTION, Result.TIMED_OUT}:
            self.close()
        return Exchange(
            node=self.name,
            command=order.command,
            result=result,
            output=output,
            started=started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            duration_ms=int((time.monotonic() - began) * 1000),
            failure=failure,
            question=dialogue.question,
            answered=tuple(dialogue.answered),
            host_key=self.host_key,
            algorithms=self.algorithms,
        )

    # --- reading ---

    def _drain(self) -> None:
        """Output that came after the last prompt belongs to the command before; it is not this command's."""
        with self._change:
            self._arrived.clear()

    def _converse(self, dialogue: _Dialogue) -> Result:
        deadline = time.monotonic() + dialogue.order.timeout
        while True:
            self._take(dialogue)
            self._stream(dialogue, everything=False)
            quiet = self._quiet_for()
            if self.closed and not self._pending():
                return self._lost(dialogue)
            if dialogue.begin is not None and quiet >= SETTLE:
                result = self._react(dialogue, quiet)
                if result is not None:
                    return result
            cancel = dialogue.order.cancel
            if time.monotonic() >= deadline or (cancel is not None and cancel.is_set()):
                return Result.TIMED_OUT
            self._wait(SETTLE / 4)

    def _take(self, dialogue: _Dialogue) -> None:
        with self._change:
            data, self._arrived = bytes(self._arrived), bytearray()
        if data:
            dialogue.text.feed(data)
        elif self._quiet_for() >= SETTLE:
            dialogue.text.settle()
        if dialogue.begin is None:
            dialogue.begin = after_echo(dialogue.text.text, dialogue.order.command)
            dialogue.seen = dialogue.shown = dialogue.begin or 0

    def _pending(self) -> bool:
        with self._change:
            return bool(self._arrived)

    def _quiet_for(self) -> float:
        with self._change:
            return time.monotonic() - self._last

    def _wait(self, seconds: float) -> None:
        with self._change:
            if not self._arrived and not self.closed:
                self._change.wait(seconds)

    def _lost(self, dialogue: _Dialogue) -> Result:
        confirmed = dialogue.order.reboots and bool(dialogue.answered)
        return Result.REBOOTING if confirmed else Result.CLOSED

    def _react(self, dialogue: _Dialogue, quiet: float) -> Result | None:
        """What to do about a quiet tail; None: go on reading."""
        fresh = dialogue.text.text[dialogue.seen :]
        match classify(fresh if dialogue.seen > (dialogue.begin or 0) else dialogue.output):
            case Quiet.PROMPT:
                return Result.OK
            case Quiet.MORE:
                self._page(dialogue, " ")
            case Quiet.OPTIONS:
                self._page(dialogue, "n")
            case Quiet.OPTIONS_END:
                self._page(dialogue, "q")
            case Quiet.QUESTION | Quiet.PASSWORD if quiet >= QUESTION_SETTLE:
                return self._answer(dialogue, fresh)
            case _:
                pass
        return None

    def _page(self, dialogue: _Dialogue, key: str) -> None:
        tail = dialogue.text.tail()
        found = list(PAGER_TEXTS.finditer(tail))
        dialogue.text.cut(len(tail) - found[-1].start())
        self._type(key)

    def _stream(self, dialogue: _Dialogue, *, everything: bool) -> None:
        """Pass on complete lines as they come; the last, incomplete one may be a prompt and is held back."""
        if dialogue.order.on_output is None or dialogue.begin is None:
            return
        text = dialogue.text.text
        end = text.rfind("\n") + 1
        if everything and text[end:] and classify(text[dialogue.begin :]) is not Quiet.PROMPT:
            end = len(text)
        if end > dialogue.shown:
            dialogue.order.on_output(text[dialogue.shown : end])
            dialogue.shown = end

    # --- answering ---

    def _answer(self, dialogue: _Dialogue, asked: str) -> Result | None:
        """Answer the question that was announced; take any other to the person. None: answered, read on."""
        last = asked.rstrip().rpartition("\n")[2].strip()
        if dialogue.expected and re.fullmatch(dialogue.expected[0].pattern, last):
            answer: str | None = dialogue.expected.pop(0).answer
        else:
            answer = self._operator.answer_question(self.name, dialogue.order.command, asked.strip())
        if answer is None:
            dialogue.question = asked.strip()
            return Result.QUESTION
        answered = Answered(question=asked.strip(), answer=answer)
        if dialogue.order.on_answer is not None:
            dialogue.order.on_answer(answered)
        before = len(dialogue.text.text)
        self._spell(answer)
        if not self._echoed(dialogue, before, answer):
            dialogue.question = asked.strip()
            return Result.QUESTION
        dialogue.answered.append(answered)
        self._type("\r")
        dialogue.seen = len(dialogue.text.text)
        return None

    def _spell(self, answer: str) -> None:
        for character in answer:
            self._type(character)
            threading.Event().wait(TYPING_GAP)

    def _echoed(self, dialogue: _Dialogue, before: int, answer: str) -> bool:
        """Whether the console shows the whole answer; only then is Enter sent. Secrets are not shown."""
        deadline = time.monotonic() + ECHO_SECONDS
        secret = classify(dialogue.text.text[:before]) is Quiet.PASSWORD
        while time.monotonic() < deadline and not self.closed:
            self._take(dialogue)
            if secret or answer in dialogue.text.text[before:]:
                return True
            self._wait(TYPING_GAP)
        return False

    def _type(self, text: str) -> None:
        try:
            self._connection.channel.sendall(text.encode("ascii"))
        except OSError as problem:
            raise Unreachable(self.name, "the connection was gone", "Try again.") from problem


def _tidy(output: str, *, prompt: bool) -> str:
    """Output without the prompt that ended it, and without the empty lines around it."""
    if prompt:
        output = output[: output.rfind("\n") + 1]
    return output.strip("\n") + "\n" if output.strip("\n") else ""
