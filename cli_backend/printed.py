"""What a node printed. A long output is in memory only at its end; what came earlier is in a file without a name."""

import hashlib
import os
import tempfile
import weakref
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

LINE_END = "\n"


class Filter(Protocol):
    """Takes something out of text that arrives in pieces."""

    def feed(self, text: str) -> str: ...
    def flush(self) -> str: ...


class Spilled:
    """Text in a file of mode 0600 that has no name: whatever ends the process, nothing of it can be found later.

    Grows at its end; what was added can be read by several threads. Positions are characters.
    """

    def __init__(self, folder: Path | None) -> None:
        """A file on the disk of `folder`, or of the system's own folder for such files. Raises OSError."""
        with tempfile.TemporaryFile(dir=folder, buffering=0) as made:
            self.fd = os.dup(made.fileno())
        weakref.finalize(self, os.close, self.fd)
        self._starts, self._offsets = [0], [0]  # of each piece, and of the one to come: characters and bytes

    @property
    def length(self) -> int:
        """How many characters there are."""
        return self._starts[-1]

    def add(self, text: str) -> None:
        """Put text behind what is there. Raises OSError; then nothing was added."""
        data = memoryview(text.encode())
        written = 0
        while written < len(data):
            written += os.pwrite(self.fd, data[written:], self._offsets[-1] + written)
        self._starts.append(self._starts[-1] + len(text))
        self._offsets.append(self._offsets[-1] + written)

    def pieces(self, start: int = 0, stop: int | None = None) -> Iterator[str]:
        """The text between two positions, as it was added; without `stop` to the end. Raises OSError."""
        end = self.length if stop is None else min(stop, self.length)
        number = max(0, bisect_right(self._starts, start) - 1)
        while self._starts[number] < end:
            begins = self._starts[number]
            yield self._piece(number)[max(0, start - begins) : end - begins]
            number += 1

    def without_line_ends(self, start: int) -> tuple[int, int]:
        """Where the text from a position on begins and ends when the empty lines around it do not count."""
        for piece in self.pieces(start):
            bare = piece.lstrip(LINE_END)
            start += len(piece) - len(bare)
            if bare:
                break
        stop = self.length
        for number in reversed(range(len(self._starts) - 1)):
            bare = self._piece(number).rstrip(LINE_END)
            stop = self._starts[number] + len(bare)
            if bare:
                break
        return start, max(start, stop)

    def _piece(self, number: int) -> str:
        offset, end = self._offsets[number : number + 2]
        data = bytearray()
        while len(data) < end - offset:
            read = os.pread(self.fd, end - offset - len(data), offset + len(data))
            if not read:
                raise OSError("what was kept of a long output is gone")
            data += read
        return data.decode()


@dataclass(frozen=True)
class Printed:
    """One output: what was spilled of it between two positions, and the end of it. Immutable."""

    tail: str = ""
    earlier: Spilled | None = None
    start: int = 0
    stop: int = 0
    through: Callable[[], Filter] | None = None

    @property
    def is_long(self) -> bool:
        """Whether not all of it is in memory."""
        return self.earlier is not None

    def pieces(self) -> Iterator[str]:
        """All of it in pieces of bounded length. They end where a line does, but for lines that are too long."""
        if self.through is None:
            yield from self._raw()
            return
        filtered = self.through()
        for piece in self._raw():
            yield filtered.feed(piece)
        yield filtered.flush()

    @property
    def text(self) -> str:
        """All of it at once, read anew at each call where it is long. Raises OSError."""
        return "".join(self.pieces()) if self.is_long else self.tail

    def seal(self) -> tuple[str, int]:
        """The SHA-256 of the whole text as UTF-8, and its length in bytes."""
        summed, length = hashlib.sha256(), 0
        for piece in self.pieces():
            data = piece.encode()
            summed.update(data)
            length += len(data)
        return summed.hexdigest(), length

    def filtered(self, through: Callable[[], Filter]) -> "Printed":
        """The same through a filter; a long one is filtered whenever it is read."""
        found = replace(self, through=through)
        return found if self.is_long else Printed("".join(found.pieces()))

    def _raw(self) -> Iterator[str]:
        if self.earlier is not None:
            yield from self.earlier.pieces(self.start, self.stop)
        if self.tail:
            yield self.tail


def tidied(earlier: Spilled | None, start: int, tail: str, *, prompt: bool) -> Printed:
    """An output without the prompt that ended it, and without the empty lines around it.

    It begins at `start` of what was spilled; without that, `tail` is all of it.
    """
    end = tail[: tail.rfind(LINE_END) + 1] if prompt else tail
    if earlier is None:
        bare = end.strip(LINE_END)
        return Printed(bare + LINE_END if bare else "")
    begin, last = earlier.without_line_ends(start)
    if begin == earlier.length:  # nothing but empty lines was spilled
        return tidied(None, 0, end, prompt=False)
    end = end.rstrip(LINE_END)
    return Printed(end + LINE_END, earlier, begin, earlier.length if end else last)
