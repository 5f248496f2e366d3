"""A terminal of 80x24 that a test can read: a child on a pty, its bytes kept, its picture made by pyte."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

COLUMNS, LINES = 80, 24


class Terminal:
    """One child on one terminal. Use it as a context; the child is killed at the end."""

    def __init__(self, argv: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self._argv, self._folder = argv, folder
        self._environment = {"TERM": "xterm-256color", "LANG": "C.UTF-8", **environment}
        self._screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._screen)
        self.received = bytearray()
        self._drawn: str | None = None  # pyte takes milliseconds for a picture, and it is asked for often

    def __enter__(self) -> Self:
        self._fd, theirs = pty.openpty()
        self.resize(COLUMNS, LINES)
        self.process = subprocess.Popen(
            self._argv,
            env=self._environment,
            cwd=self._folder,
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
        os.close(self._fd)

    def go_away(self) -> None:
        """Be gone, as a terminal whose program was killed; the child may not be told."""
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, self._fd)
        os.close(null)

    @property
    def echoes(self) -> bool:
        """Whether it shows what is typed."""
        return bool(termios.tcgetattr(self._fd)[3] & termios.ECHO)

    @property
    def picture(self) -> str:
        """What a person sees: 24 lines."""
        if self._drawn is None:
            self._drawn = "\n".join(line.rstrip() for line in self._screen.display)
        return self._drawn

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._fd, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the child alone."""
        self.process.send_signal(number)

    def read(self, seconds: float) -> bool:
        """Take in what arrives within `seconds`; False when nothing did, or the program is gone."""
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        self.received += data
        self._stream.feed(data)
        self._drawn = None
        return bool(data)

    def wait_for(self, *texts: str, seconds: float = 60.0) -> str:
        """Wait until one of the texts stands on the screen; returns it. Fails with the picture."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = next((text for text in texts if text in self.picture), None)
            if found is not None:
                return found
            if not self.read(0.2) and self.process.poll() is not None and not self.read(0.1):
                break
        raise AssertionError(f"none of {texts} on the screen:\n{self.picture}")

    def settle(self, quiet: float = 0.15, seconds: float = 10.0) -> None:
        """Wait until nothing has arrived for a while."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.read(quiet):
            continue

    def wait_for_change(self, picture: str, seconds: float = 10.0) -> None:
        """Wait until the screen shows something else, so that a key is not pressed before the last one was taken."""
        deadline = time.monotonic() + seconds
        while self.picture == picture and time.monotonic() < deadline:
            self.read(0.1)

    def wait_end(self, seconds: float = 10.0, *, reading: bool = True) -> int:
        """Wait for the child to end; returns its exit status."""
        if not reading:
            return self.process.wait(seconds)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            self.read(0.02)
        while self.read(0.05):
            continue
        return self.process.wait(0.1)
