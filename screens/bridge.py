"""Between the runner's threads and the screens: everything crosses as a message, and nothing here touches a widget."""

import queue
from collections.abc import Callable
from dataclasses import dataclass, field

from textual.message import Message

from wizard.ports import Prompt
from wizard.runner import Told
from wizard.sitting import Sitting

Post = Callable[[Message], bool]


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


class Bridge:
    """The runner's listener and prompter."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._waiting: list[queue.SimpleQueue[str | None]] = []

    def __call__(self, told: Told) -> None:
        """Pass on what the runner tells."""
        self._post(RunnerTold(told))

    def ask(self, prompt: Prompt) -> str | None:
        """Ask the person; blocks the node's thread. None when the app is gone."""
        prompted = Prompted(prompt)
        self._waiting.append(prompted.answer)
        if not self._post(prompted):
            return None
        return prompted.answer.get()

    def release(self) -> None:
        """Answer everything that waits with nothing."""
        for waiting in self._waiting:
            waiting.put(None)
