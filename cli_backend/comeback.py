"""Waiting for a node that restarts: its port closes, speaks SSH again, and gives a prompt."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from cli_backend.exchange import LockedOut, RefusedByNode, Unreachable
from cli_backend.lockout import WINDOW
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
    forgive: Callable[[], None]  # lets the password that the node refused be tried once more
    report: Callable[[str], None]
    stopped: Callable[[], bool]
    pause: Callable[[float], None]


class _Stage(Enum):
    """Where a restart stands, in words, and the seconds it may last at worst (vos-cli.md 4)."""

    OPEN = ("still open, not restarting yet", 600)
    CLOSED = ("closed, restarting", 900)
    SILENT = ("open, no SSH yet", 300)
    LOGIN = ("open, logging in", 300)

    def __init__(self, words: str, worst: int) -> None:
        self.words, self.worst = words, worst


def wait(waiting: Waiting, timeout: float) -> bool:
    """Whether a prompt came in time; False also where the port never closed, so that nothing restarted.

    Raises LoginRefused and HostKeyRefused, which waiting does not mend; but where it is we who must not try yet, and
    after a first refusal of the node, the lock-out window is waited for.
    """
    began, down, login = time.monotonic(), False, _Login(waiting)
    stage, entered = _Stage.OPEN, began
    while not waiting.stopped():
        waited = time.monotonic() - began
        if waited >= (timeout if down else min(timeout, _Stage.OPEN.worst)):
            return False
        down = down or waiting.went_down()
        port = waiting.probe()
        down = down or port is Port.CLOSED
        now = _stage(port, down=down)
        stage, entered = now, entered if now is stage else time.monotonic()
        words = login.attempt(timeout - waited) if stage is _Stage.LOGIN else stage.words
        if words is None:
            return True
        worst = stage.worst + login.longer
        here = f"{_span(time.monotonic() - entered)} of at most {_span(min(worst, timeout))}"
        waiting.report(f"{waiting.place}: {words}, {here}")
        longest = LONGEST_PAUSE if down else WATCHING_PAUSE
        waiting.pause(min(longest, max(SHORTEST_PAUSE, waited / 8), timeout - waited))
    return False


class _Login:
    """The logins of one waiting. Early in its start a node may refuse the right password (vos-cli.md 4).

    So its first refusal is not its last word: once the failure cannot count towards a lock-out any more, the password
    is tried once again. It is never tried a third time.
    """

    def __init__(self, waiting: Waiting) -> None:
        self._waiting = waiting
        self._refused: float | None = None  # when

    @property
    def longer(self) -> int:
        """Seconds that the login may take longer than it may at worst without a refusal."""
        return 0 if self._refused is None else WINDOW

    def attempt(self, left: float) -> str | None:
        """Log in, or say why there is no prompt yet. None: there is one. Raises LoginRefused, HostKeyRefused."""
        if self._refused is not None:
            pause = self._refused + WINDOW - time.monotonic()
            if pause > 0:
                return f"refused the login, which early in a start may be wrong; tried once more in {_span(pause)}"
            self._waiting.forgive()
        try:
            self._waiting.log_in(left)
        except (Unreachable, LockedOut) as problem:
            return problem.problem
        except RefusedByNode as problem:
            if self._refused is not None or left <= WINDOW:
                raise
            self._refused = time.monotonic()
            return problem.problem
        return None


def _stage(port: Port, *, down: bool) -> _Stage:
    if not down:
        return _Stage.OPEN
    return {Port.CLOSED: _Stage.CLOSED, Port.SILENT: _Stage.SILENT, Port.SSH: _Stage.LOGIN}[port]


def _span(seconds: float) -> str:
    return f"{int(seconds)} s" if seconds < 120 else f"{int(seconds / 60)} min"
