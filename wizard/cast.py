"""The recording of the terminal, asciicast v2: a header line, then [seconds, code, data] a line.

Source of the format: the asciicast v2 specification of asciinema. Codes written: o (output), m (marker), r (resize);
never i. The recording is an attachment to the record: when the disk does not take it, the session goes on without.
"""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from wizard.record import well_formed
from wizard.secrets import Secrets

_LONGEST = 16 * 1024  # characters an event
_TAIL = 256 * 1024  # bytes; more than the longest line


class Cast:
    """Writes one recording, continuing the times of what is there. `problem` is set when it had to stop."""

    def __init__(
        self,
        path: Path,
        secrets: Secrets,
        *,
        width: int = 80,
        height: int = 24,
        title: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.problem = ""
        self._filter, self._secrets, self._clock = secrets.stream(), secrets, clock
        self._fd = -1
        self._before = 0.0
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            os.fchmod(self._fd, 0o600)
            new = self._continue()
        except OSError as problem:
            self._give_up(problem)
            new = False
        self._start = clock()
        if new:
            self._write_line(_header(width, height, secrets.redact(title)))
        else:
            self.resize(width, height)

    def output(self, text: str) -> None:
        """Text as the terminal got it; it passes the filter, so that the end of it may be written later."""
        self._output(self._filter.feed(text))

    def marker(self, label: str) -> None:
        """A place to jump to, such as the beginning of a step."""
        self._event("m", self._secrets.redact(label))

    def resize(self, width: int, height: int) -> None:
        """The terminal has another size."""
        self._event("r", f"{width}x{height}")

    def close(self) -> None:
        """Write what the filter held back, and end."""
        self._output(self._filter.flush())
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _output(self, text: str) -> None:
        for start in range(0, len(text), _LONGEST):
            self._event("o", text[start : start + _LONGEST])

    def _event(self, code: str, data: str) -> None:
        seconds = round(self._before + self._clock() - self._start, 6)
        self._write_line([seconds, code, well_formed(data)])

    def _write_line(self, value: object) -> None:
        if self._fd < 0:
            return
        line = json.dumps(value, ensure_ascii=False).encode() + b"\n"
        try:
            if os.write(self._fd, line) != len(line):
                raise OSError(0, "the disk may be full")
        except OSError as problem:
            self._give_up(problem)

    def _continue(self) -> bool:
        """Take up what is there: drop a line that was cut short, find the last time. True if there is no header."""
        size = os.fstat(self._fd).st_size
        offset = max(0, size - _TAIL)
        tail = os.pread(self._fd, _TAIL, offset)
        whole = tail.rfind(b"\n") + 1
        if whole != len(tail):
            os.ftruncate(self._fd, offset + whole)
        self._before = _last_time(tail[:whole])
        return offset + whole == 0

    def _give_up(self, problem: OSError) -> None:
        self.problem = f"the recording of the terminal stopped: {problem.strerror}"
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1


def _header(width: int, height: int, title: str) -> dict[str, object]:
    header: dict[str, object] = {"version": 2, "width": width, "height": height, "timestamp": int(time.time())}
    if title:
        header["title"] = well_formed(title)
    if term := os.environ.get("TERM"):
        header["env"] = {"TERM": well_formed(term)}
    return header


def _last_time(lines: bytes) -> float:
    for line in reversed(lines.splitlines()):
        try:
            event: object = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, list) and event and isinstance(event[0], int | float):
            return float(event[0])
    return 0.0
