"""The practice network ends when its parent does: by the end of a pipe, and by the kernel's word (Linux)."""

import contextlib
import ctypes
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

SUPERVISED = "FEDWIZARD_SUPERVISED"  # in the environment: standard input is a pipe that ends with the parent
_PR_SET_PDEATHSIG = 1


def end_with(stop: threading.Event, parent: int) -> None:
    """Set `stop` on SIGTERM, SIGINT and SIGHUP, and when the process `parent` is gone. Call in the main thread."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    def on_parents_death(_number: int, _frame: FrameType | None) -> None:
        # The kernel means the thread that started us; only the end of the whole process counts.
        if os.getppid() != parent:
            stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    signal.signal(signal.SIGUSR2, on_parents_death)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGUSR2, 0, 0, 0)
    if os.getppid() != parent:
        stop.set()
    if os.environ.get(SUPERVISED):
        threading.Thread(target=_watch_input, args=(stop.set,), name="lifeline", daemon=True).start()


def _watch_input(ended: Callable[[], None]) -> None:
    with contextlib.suppress(OSError, ValueError):
        while os.read(sys.stdin.fileno(), 4096):
            pass
    ended()
