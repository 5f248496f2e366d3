"""A thread that owns a node: whatever is done to it is done there, one job after the other, and callers may leave."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")


class Owner:
    """One daemon thread with a queue of jobs. A job that hangs keeps neither its caller nor the process."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    def do(self, job: Callable[[], T]) -> "Future[T]":
        """Queue a job. What it raises is raised by the future."""
        future: Future[T] = Future()
        self._jobs.put(lambda: _settle(future, job))
        return future

    def end(self) -> None:
        """Do what is queued, and nothing after it; the thread ends."""
        self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def in_background(name: str, job: Callable[[], T]) -> "Future[T]":
    """Do one job in a daemon thread of its own."""
    future: Future[T] = Future()
    threading.Thread(target=_settle, args=(future, job), name=name, daemon=True).start()
    return future


class Ticket:
    """The right to send a command: either the owner claims it, or the caller withdraws it. Never both."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._claimed = self._withdrawn = False

    def claim(self) -> bool:
        """Called before the first byte. False: the caller has left."""
        with self._mutex:
            self._claimed = not self._withdrawn
            return self._claimed

    def withdraw(self) -> bool:
        """Called by a caller who wants to leave. False: the command is being sent, its result has to be waited for."""
        with self._mutex:
            self._withdrawn = self._withdrawn or not self._claimed
            return self._withdrawn


def _settle(future: "Future[T]", job: Callable[[], T]) -> None:
    try:
        future.set_result(job())
    except BaseException as problem:  # noqa: BLE001  (it belongs to whoever waits, not to this thread)
        future.set_exception(problem)
