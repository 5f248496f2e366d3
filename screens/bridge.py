"""Between the runner's threads and the screens: everything crosses as a message, and nothing here touches a widget."""

import queue
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from textual.message import Message

from wizard.ports import Prompt
from wizard.runner import Output, Told
from wizard.session import SessionSummary
from wizard.sitting import Sitting

Post = Callable[[Message], bool]
MOST_WAITING = 256 * 1024  # characters of output that wait for the screen; older ones give way


@dataclass
class RunnerTold(Message):
    """The runner told something."""

    told: Told


@dataclass
class Prompted(Message):
    """A node's thread waits for an answer."""

    prompt: Prompt
    answer: "queue.SimpleQueue[str | None]" = field(default_factory=queue.SimpleQueue)


@dataclass
class Opened(Message):
    """A sitting was opened, or could not be."""

    sitting: Sitting | None
    error: Exception | None = None


@dataclass
class SessionsRead(Message):
    """The list of sessions, or why there is none."""

    sessions: tuple[SessionSummary, ...]
    error: Exception | None = None


@dataclass
class Written(Message):
    """A file was written, or not; `text` says so to the person."""

    text: str


class Bridge:
    """The runner's listener and prompter. Called from any thread."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._mutex = threading.Lock()
        self._pieces: deque[tuple[str, str]] = deque()
        self._size = 0
        self._waiting: list[queue.SimpleQueue[str | None]] = []
        self._released = False

    def __call__(self, told: Told) -> None:
        """Pass on what the runner tells. Output waits to be fetched: a node may print faster than a screen draws."""
        if isinstance(told, Output):
            self._keep(told)
        else:
            self._post(RunnerTold(told))

    def take(self) -> tuple[tuple[str, str], ...]:
        """The output that has arrived since, as (step, text)."""
        with self._mutex:
            pieces = tuple(self._pieces)
            self._pieces.clear()
            self._size = 0
        return pieces

    def ask(self, prompt: Prompt) -> str | None:
        """Ask the person; blocks the node's thread. None when they give no answer, or the app is gone."""
        prompted = Prompted(prompt)
        with self._mutex:
            if self._released:
                return None
            self._waiting.append(prompted.answer)
        if not self._post(prompted):
            return None
        return prompted.answer.get()

    def release(self) -> None:
        """Answer everything that waits with nothing, and all that is still to come."""
        with self._mutex:
            self._released = True
            waiting, self._waiting = self._waiting, []
        for answer in waiting:
            answer.put(None)

    def _keep(self, output: Output) -> None:
        text = output.text[-MOST_WAITING:]
        with self._mutex:
            self._pieces.append((output.step, text))
            self._size += len(text)
            while self._size > MOST_WAITING:
                self._size -= len(self._pieces.popleft()[1])
