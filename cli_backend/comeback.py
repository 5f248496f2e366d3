"""Waiting for a node that restarts: its port closes, speaks SSH again, and gives a prompt."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from cli_backend.exchange import Unreachable
from cli_backend.ssh import Port

SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 30.0  # seconds between two looks; they grow with the time waited
WATCHING_PAUSE = 1.0  # while the port has to be seen closed: a restart must not fit between two looks


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What waiting needs to know and to do. `place` is how the node is called before people."""

    place: str
    probe: Callable[[], Port]
    went_down: Callable[[], bool]  # whether a connection of ours to the old instance was seen to end
    log_in: Callable[[float], None]  # raises CliError; takes the seconds that are left
    report: Callable[[str], None]
    stopped: Callable[[], bool]
    pause: Callable[[float], None]


def wait(waiting: Waiting, timeout: float) -> bool:
    """Whether a prompt came in time. Raises LoginRefused and HostKeyRefused, which waiting does not mend."""
    began, down = time.monotonic(), False
    while not waiting.stopped():
        waited = time.monotonic() - began
        if waited >= timeout:
            return False
        down = down or waiting.went_down()
        port = waiting.probe()
        down = down or port is Port.CLOSED
        state = _state(port, down=down)
        if down and port is Port.SSH:
            try:
                waiting.log_in(timeout - waited)
            except Unreachable as problem:
                state = problem.problem
            else:
                return True
        waiting.report(f"{waiting.place}: {state}, {_span(waited)} of at most {_span(timeout)}")
        longest = LONGEST_PAUSE if down else WATCHING_PAUSE
        waiting.pause(min(longest, max(SHORTEST_PAUSE, waited / 8), timeout - waited))
    return False


def _state(port: Port, *, down: bool) -> str:
    if not down:
        return "still open, not restarting yet"
    return {Port.CLOSED: "closed, restarting", Port.SILENT: "open, no SSH yet", Port.SSH: "open, logging in"}[port]


def _span(seconds: float) -> str:
    return f"{int(seconds)} s" if seconds < 120 else f"{int(seconds / 60)} min"
