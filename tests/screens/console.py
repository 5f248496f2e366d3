"""A child of Python on a terminal of 80x24, its bytes kept, its picture made by pyte."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from types import TracebackType

import pyte

ROOT = Path(__file__).parent.parent.parent


class Console:
    """One script on one terminal. Use it as a context; the child is killed at the end."""

    def __init__(self, script: str, home: Path, **extra: str) -> None:
        self._script, self._home = script, home
        self._extra = {"TERM": "xterm-256color", "LANG": "C.UTF-8", **extra}
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)
        self.received = bytearray()

    def __enter__(self) -> "Console":
        self.fd, theirs = pty.openpty()
        self.resize(80, 24)
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", self._script, str(self._home)],
            env={"PATH": "/usr/bin:/bin", "HOME": str(self._home), "PYTHONPATH": str(ROOT), **self._extra},
            cwd=self._home,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.fd)

    @property
    def picture(self) -> str:
        """What a person sees."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self.fd, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self, seconds: float) -> bool:
        """Take in what arrives within `seconds`; False when nothing did."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.received += data
        self._stream.feed(data)
        return bool(data)

    def wait_for(self, text: str, seconds: float = 40) -> None:
        """Wait until a text stands on the screen."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and text not in self.picture:
            if not self.read(0.2) and self.process.poll() is not None and not self.read(0.05):
                break
        assert text in self.picture, self.picture
        while self.read(0.15):  # the rest of the picture
            continue

    def wait_end(self, seconds: float = 10, *, reading: bool = True) -> int:
        """Wait until the child is gone; returns its exit status."""
        if not reading:
            return self.process.wait(seconds)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            self.read(0.02)
        while self.read(0.05):
            continue
        return self.process.wait(0.1)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the child alone."""
        self.process.send_signal(number)
