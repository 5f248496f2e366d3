"""Leaving in order and in time: the runner stops, the session closes, and the process goes whatever hangs."""

import os
import sys
import termios
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from screens.bridge import Bridge
from wizard.runner import Runner
from wizard.sitting import Sitting

JOIN_SECONDS = 0.4  # for the runner's thread; it needs more only when a disk hangs
ALL_SECONDS = 0.85  # from the decision to leave to the end of the process
# Leave the alternate screen, show the cursor, end bracketed paste, plain text.
RESTORE = b"\x1b[?1049l\x1b[?25h\x1b[?2004l\x1b[0m\r\n"


class Leaving:
    """Ends what was opened, in a daemon thread. `begin` may be called again; only the first call counts."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._closed, self._gone = threading.Event(), threading.Event()
        self._mutex = threading.Lock()
        self._began = 0.0
        self._watched = False
        self.sitting: Sitting | None = None
        self.runner: Runner | None = None

    def begin(self, status: int) -> None:
        """Stop the runner, close the session. Returns at once."""
        with self._mutex:
            if self._began:
                return
            self._began = time.monotonic()
        threading.Thread(target=self._close, name="close", daemon=True).start()
        if self._watched:
            threading.Thread(target=self._watch, args=(status, _terminal()), name="watch", daemon=True).start()

    def watch(self) -> None:
        """From now on the process is ended by force when leaving takes too long. For the program, not for tests."""
        self._watched = True

    def finish(self) -> None:
        """Wait until all is closed, as long as there is time."""
        self._gone.set()
        self._closed.wait(max(0.05, self._began + ALL_SECONDS - time.monotonic()))

    @property
    def begun(self) -> bool:
        """Whether the app is on its way out; nothing is drawn any more."""
        return bool(self._began)

    @property
    def closed(self) -> bool:
        """Whether everything is closed."""
        return self._closed.is_set()

    def _close(self) -> None:
        try:
            self._bridge.release()
            if self.runner is not None:
                self.runner.stop()
                with suppress(RuntimeError):  # it was never started
                    self.runner.join(JOIN_SECONDS)
            if self.sitting is not None:
                self.sitting.close()
        finally:
            self._closed.set()

    def _watch(self, status: int, restore: Callable[[], None]) -> None:
        if self._gone.wait(ALL_SECONDS):
            return
        # The loop or the terminal hangs. Every record is on disk already, and closing got its time.
        writer = threading.Thread(target=restore, name="restore", daemon=True)
        writer.start()
        writer.join(0.05)
        os._exit(status)


def _terminal() -> Callable[[], None]:
    """What gives the terminal back as the screens' driver would; asked for while the terminal is still there."""
    stream = sys.__stderr__
    try:
        fd = stream.fileno() if stream is not None else -1
        saved = termios.tcgetattr(fd)
    except (OSError, ValueError, termios.error):
        return lambda: None
    saved[0] |= termios.ICRNL | termios.IXON
    saved[1] |= termios.OPOST
    saved[3] |= termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN

    def restore() -> None:
        termios.tcsetattr(fd, termios.TCSANOW, saved)
        os.write(fd, RESTORE)

    return restore
