"""One session on one node: commands one after the other, each sent, read to a quiet state, and judged."""

import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cli_backend.dialect import PAGER_TEXT, PROMPT_TEXT, Quiet, classify, leaves, risk_of, typeable, unconfirmed
from cli_backend.dialogue import Dialogue, Order
from cli_backend.exchange import (
    Answered,
    Cancel,
    Exchange,
    NoPrompt,
    Operator,
    Result,
    Risk,
    Unreachable,
)
from cli_backend.owner import in_background
from cli_backend.shell import Shell
from cli_backend.ssh import Connection
from cli_backend.terminal import Text, echo_end, reading

SETTLE = 0.3  # seconds of quiet before a tail is believed; a line of output may begin like the prompt
PAGER_SETTLE = 0.1  # a pager's text is unmistakable, and long files have thousands of them
ANNOUNCED_SETTLE = 0.5  # the console drops keys that follow its question too closely
QUESTION_SETTLE = 1.0
TYPING_GAP = 0.05  # seconds between two characters of an answer: the console drops what comes in one burst
ECHO_SECONDS = 10.0
ECHO_BYTES = 65_536  # taken at once while the echo is looked for
HIDDEN_ECHO_SECONDS = 1.0  # a password may be echoed as stars or not at all
LATE_QUIET = 2.0  # seconds; what a node prints by itself, such as a broadcast, may have no prompt behind it
STREAM_GAP = 0.1  # seconds between two batches of streamed output
GATHER = 0.02  # seconds; output that streams in is dealt with in batches, which lets the reading have the processor
LOOK_AGAIN = 0.1  # seconds; how soon a cancellation is noticed

AWAKE = 0.0005  # seconds; a short wait ends more punctually than a long one, which leaves the processor asleep
_SETTLES = (PAGER_SETTLE, 0.2, SETTLE - AWAKE, SETTLE, 0.4, ANNOUNCED_SETTLE)  # no two further apart than LOOK_AGAIN
_PAGER_KEYS = {Quiet.MORE: " ", Quiet.OPTIONS: "n", Quiet.OPTIONS_END: "q"}


class Session:
    """A logged-in shell. Used by one thread at a time, the owner of the node; `close` by any."""

    def __init__(self, name: str, connection: Connection, operator: Operator, spill: Path | None = None) -> None:
        """`spill`: on whose disk long outputs are kept; without it where the system keeps temporary files."""
        self.name, self._spill = name, spill
        self.host_key, self.algorithms = connection.host_key, connection.algorithms
        self._shell, self._operator = Shell(name, connection), operator
        self.lingers = False  # a confirmed restart is under way; closing early might stop it

    @property
    def closed(self) -> bool:
        """Whether the connection has ended."""
        return self._shell.closed

    @property
    def ended(self) -> bool:
        """Whether the node ended it, not we."""
        return self._shell.ended

    def close(self) -> None:
        """End the session; nothing is typed."""
        self._shell.close()

    def wait_for_prompt(self, timeout: float, cancel: Cancel | None = None) -> None:
        """Wait for the first prompt, past banner and start-up text, and turn paging off. Raises Unreachable."""
        order = Order(command="", timeout=timeout, cancel=cancel)
        dialogue = Dialogue(order, time.monotonic() + timeout, self._text(), begin=0)
        result = self._guarded(dialogue)
        if result is not Result.OK:
            self.close()
            raise self._no_prompt(dialogue, result)
        # Older builds may not know this; their pager is answered then.
        paging = self.run(Order(command="set cli pagination off", timeout=30.0, cancel=cancel))
        if paging.result not in {Result.OK, Result.FAILED}:
            raise Unreachable(self.name, "the node stopped answering after its first prompt", "Try again in a minute.")

    def _no_prompt(self, dialogue: Dialogue, result: Result) -> NoPrompt:
        """Why there is no session, as far as it can be told."""
        if result is Result.CLOSED:
            return NoPrompt(
                self.name,
                "the node took the login and ended the session before its first prompt",
                "It may have too many sessions open, or be starting. Close sessions that nobody uses, or try again in"
                " a minute.",
                result,
            )
        asked = f": it asks {dialogue.question!r}" if dialogue.question else f" ({result.value})"
        return NoPrompt(
            self.name,
            f"the node gave no prompt{asked}",
            "Its CLI may still be starting, or wants an answer first. Try again in a minute, or log in by hand.",
            result,
            dialogue.question,
        )

    def run(self, order: Order) -> Exchange:
        """Send one command and read to a quiet state. Raises Unreachable when nothing of it could be sent."""
        began, started = time.monotonic(), datetime.now(UTC)
        late = self._reconcile()
        dialogue = Dialogue(order, time.monotonic() + order.timeout, self._text(), list(order.expect))
        # What only reads goes out with its Enter, which saves a round trip; a change waits for its echo.
        reads = risk_of(order.command) is Risk.READ_ONLY
        if not self._shell.type(order.command + ("\r" if reads else "")):
            raise Unreachable(self.name, "the connection was gone before anything was sent", "Try again.")
        result = self._guarded(dialogue, send=not reads)
        printed, failure = dialogue.judgement(prompt=result is Result.OK)
        if result is Result.OK:
            failure = failure or unconfirmed(order.command, printed.tail)
            result = Result.OK if failure is None else Result.FAILED
        return Exchange(
            node=self.name,
            command=order.command,
            result=result,
            printed=printed,
            started=started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            duration_ms=int((time.monotonic() - began) * 1000),
            failure=failure,
            question=dialogue.question,
            answered=tuple(dialogue.answered),
            late=late,
            host_key=self.host_key,
            algorithms=self.algorithms,
        )

    def _text(self) -> Text:
        return Text(self._spill)

    def _end(self, dialogue: Dialogue, result: Result) -> None:
        """Keep a session only in a state that is known. One that is about to restart is left to the node to close."""
        self._shell.listening = False
        if result in {Result.TIMED_OUT, Result.CANCELLED} and dialogue.order.reboots and dialogue.answered:
            self.lingers = True
        elif result not in {Result.OK, Result.FAILED}:
            self.close()

    def _reconcile(self) -> str:
        """Output that came after the last prompt belongs to the command before.

        A question there ends the session, and so does output without an end: nothing is typed into either.
        """
        late = self._text()
        until = time.monotonic() + ECHO_SECONDS
        while (self._shell.pending or self._unfinished(late)) and time.monotonic() < until:
            late.feed(self._shell.take())
            self._shell.wait(SETTLE)
        self._shell.listening = True
        if not len(late):
            return ""
        state = classify(reading(late.tail()))
        if state not in {Quiet.PROMPT, Quiet.NOTHING} or self._shell.pending:
            self.close()
        return late.printed(0, prompt=state is Quiet.PROMPT).text

    def _unfinished(self, late: Text) -> bool:
        """Whether late output may go on: no prompt stands behind it, and it has not been quiet for long."""
        nothing = len(late) > 0 and classify(reading(late.tail())) is Quiet.NOTHING
        return nothing and not self._lost and self._shell.quiet_for() < LATE_QUIET

    def _send(self, dialogue: Dialogue) -> Result | None:
        """Type Enter once the console shows the whole command. None: sent."""
        command = dialogue.order.command
        until = min(dialogue.deadline, time.monotonic() + ECHO_SECONDS)
        while dialogue.cut_short is None and time.monotonic() < until:
            self._take(dialogue)
            tail = dialogue.text.tail()
            end = echo_end(tail, command)
            if end is not None:
                dialogue.entered = len(dialogue.text) - len(tail) + end
                break
            if self._lost:
                return Result.CLOSED
            self._shell.wait(LOOK_AGAIN)
        else:
            return dialogue.cut_short or Result.TIMED_OUT
        return None if self._shell.type("\r") else Result.CLOSED

    # --- reading ---

    @property
    def _lost(self) -> bool:
        return self._shell.closed and not self._shell.pending

    def _guarded(self, dialogue: Dialogue, *, send: bool = False) -> Result:
        """The dialogue to its end. Whatever goes wrong in its middle, nothing is ever typed into what stands there."""
        try:
            result = (self._send(dialogue) if send else None) or self._converse(dialogue)
            self._stream(dialogue, everything=True)
        except BaseException:
            self.close()
            raise
        self._end(dialogue, result)
        return result

    def _converse(self, dialogue: Dialogue) -> Result:
        time.sleep(GATHER)  # whatever comes first has to settle for longer
        while True:
            self._take(dialogue)
            self._stream(dialogue)
            if self._lost and leaves(dialogue.order.command):
                return Result.OK
            if self._lost:
                confirmed = dialogue.order.reboots and bool(dialogue.answered)
                return Result.REBOOTING if confirmed else Result.CLOSED
            if dialogue.begin is not None and self._shell.quiet_for() >= PAGER_SETTLE:
                result = self._react(dialogue)
                if result is not None:
                    return result
            if (cut_short := dialogue.cut_short) is not None:
                return cut_short
            self._shell.wait(self._patience())
            if self._shell.pending:
                time.sleep(GATHER)

    def _patience(self) -> float:
        """Seconds until the next look: at once when quiet has lasted long enough to mean something more."""
        quiet = self._shell.quiet_for()
        return min((enough - quiet for enough in _SETTLES if enough > quiet), default=LOOK_AGAIN)

    def _take(self, dialogue: Dialogue) -> None:
        data = self._shell.take()
        if data:
            dialogue.judged = None
        # The echo is looked for before more follows: of a long output that comes at once, only the end stays in memory.
        while data and dialogue.begin is None:
            piece, data = data[:ECHO_BYTES], data[ECHO_BYTES:]
            dialogue.text.feed(piece)
            self._find_begin(dialogue)
        if data:
            dialogue.text.feed(data)

    def _find_begin(self, dialogue: Dialogue) -> None:
        """The output begins with the line after the echo."""
        entered = dialogue.entered
        if not entered:
            text = dialogue.text.in_memory_since(0)
            echoed = echo_end(text, dialogue.order.command, first=True)
            entered = len(dialogue.text) - len(text) + echoed if echoed else 0
        end = dialogue.text.since(entered).find("\n") + 1 if entered else 0
        if end:
            dialogue.begin = dialogue.seen = dialogue.shown = entered + end

    def _react(self, dialogue: Dialogue) -> Result | None:
        """What to do about a quiet tail; None: go on reading."""
        quiet = self._shell.quiet_for()
        if self._shell.pending:
            return None
        if dialogue.judged is not None:  # the prompt stands there, and nothing came since it was looked at
            return Result.OK if quiet >= SETTLE else None
        fresh = dialogue.fresh
        state = classify(fresh)
        if state in _PAGER_KEYS:
            self._page(dialogue, _PAGER_KEYS[state])
        elif state is Quiet.PROMPT:
            dialogue.judgement(prompt=True)
            return Result.OK if quiet >= SETTLE else None
        elif quiet >= ANNOUNCED_SETTLE and dialogue.announced(state):
            return self._answer_announced(dialogue)
        elif state in {Quiet.QUESTION, Quiet.PASSWORD} and quiet >= QUESTION_SETTLE:
            return self._ask(dialogue)
        return None

    def _page(self, dialogue: Dialogue, key: str) -> None:
        pager = PAGER_TEXT.search(dialogue.text.tail())
        if pager is not None:
            dialogue.text.cut(len(pager[0]))
            self._shell.type(key)

    def _stream(self, dialogue: Dialogue, *, everything: bool = False) -> None:
        """Pass on what came, in batches. An open line that may become a prompt or a pager is held back."""
        if dialogue.order.on_output is None or dialogue.begin is None:
            return
        now = time.monotonic()
        if not everything and now - dialogue.streamed < STREAM_GAP:
            return
        end = dialogue.text.lines_end
        if everything or self._shell.quiet_for() >= SETTLE:
            state, line = classify(dialogue.fresh), reading(dialogue.text.since(end)).strip()
            if state is not Quiet.PROMPT and state not in _PAGER_KEYS and not PROMPT_TEXT.startswith(line):
                end = len(dialogue.text)
        dialogue.shown = min(dialogue.shown, len(dialogue.text))
        if end > dialogue.shown:
            start, dialogue.shown, dialogue.streamed = dialogue.shown, end, now
            dialogue.order.on_output(dialogue.text.since(start)[: end - start])

    # --- answering ---

    def _ask(self, dialogue: Dialogue) -> Result | None:
        """Take a question to the person, and go on reading meanwhile. None: answered, or gone by itself."""
        began, length, asked = time.monotonic(), len(dialogue.text), dialogue.asked
        call = partial(self._operator.answer_question, self.name, dialogue.order.command, asked)
        said = in_background(f"question of {self.name}", call)
        cancel = dialogue.order.cancel
        while not said.done() and len(dialogue.text) == length and not self._lost:
            if cancel is not None and cancel.is_set():
                dialogue.question = asked
                return Result.QUESTION
            self._shell.wait(LOOK_AGAIN)
            self._take(dialogue)
        # The time of thinking is the person's, not the command's.
        dialogue.deadline += time.monotonic() - began
        if not said.done():
            return None
        answer = said.result()
        if answer is None or not typeable(answer):
            dialogue.question = asked
            return Result.QUESTION
        return self._answer(dialogue, answer, length)

    def _answer_announced(self, dialogue: Dialogue) -> Result | None:
        before = len(dialogue.answered)
        result = self._answer(dialogue, dialogue.expected[0].answer, len(dialogue.text))
        if len(dialogue.answered) > before:
            dialogue.expected.pop(0)
        return result

    def _answer(self, dialogue: Dialogue, answer: str, length: int) -> Result | None:
        """Type an answer where the console still waits at `length`. None: typed, or there is no question any more."""
        hidden = classify(dialogue.fresh) is Quiet.PASSWORD
        answered = Answered(question=dialogue.asked, answer="(not shown)" if hidden else answer)
        self._take(dialogue)
        if self._lost or len(dialogue.text) != length:
            return None
        if dialogue.order.on_answer is not None:
            dialogue.order.on_answer(answered)
        for character in answer:
            self._shell.type(character)
            time.sleep(TYPING_GAP)
        echoed = self._echoed(dialogue, length, "*" * len(answer) if hidden else answer, hidden=hidden)
        if self._lost:
            return None
        if not echoed:
            dialogue.question = answered.question
            return Result.QUESTION
        dialogue.answered.append(answered)
        dialogue.seen = len(dialogue.text)
        self._shell.type("\r")
        return None

    def _echoed(self, dialogue: Dialogue, length: int, shown: str, *, hidden: bool) -> bool:
        """Whether the console shows the whole answer; only then is Enter typed."""
        until = time.monotonic() + (HIDDEN_ECHO_SECONDS if hidden else ECHO_SECONDS)
        while not self._lost and dialogue.cut_short is None and time.monotonic() < until:
            self._take(dialogue)
            if reading(dialogue.text.in_memory_since(length)).endswith(shown):
                return True
            self._shell.wait(LOOK_AGAIN)
        return hidden and not self._lost and dialogue.cut_short is None
