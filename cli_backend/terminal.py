"""Bytes of a terminal -> plain text: decoding, line ends, erasing, and our own housekeeping taken out again.

Two readings of what a node prints. *Output* keeps everything but terminal housekeeping: what else a node sends, such as
a window title or a cleared screen, stays in it as data and is hostile until shown. *Reading* (`reading`) is what a
person would see, for finding prompt, pager and question; it is never shown.
"""

import codecs
import re
from pathlib import Path

from cli_backend.printed import Printed, Spilled, tidied

IN_MEMORY = 1_048_576  # characters of an output; what comes before them is spilled
KEPT = 65_536  # of them when it is spilled: far more than any prompt, pager or question has, and no end of a line less

# What a terminal session is full of: attributes, erasing to the end of the line, cursor positions, modes, key pads.
_HOUSEKEEPING = r"\x1b\[[0-9;?]{0,32}[mKHfhl]|\x1b[=>]|\x1b\([AB0]"
_TOKEN = re.compile(rf"({_HOUSEKEEPING})|(\r+)|(\n)|(\x08)|([^\r\n\x08\x1b]+|\x1b)")
# An end that may become housekeeping with the next bytes. Bounded, so that no node can keep its text from being read.
_BEGUN = re.compile(r"\x1b(?:\[[0-9;?]{0,32}|\()?\Z")
_LONGEST_BEGUN = 35
_AT_ONCE = 131_072  # bytes; what is taken in is copied some times on its way
_ERASES = re.compile(r"\x1b\[[0-9;?]*K")

_SEQUENCES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]|[\x00-\x08\x0b-\x1f\x7f]"
)


def reading(text: str) -> str:
    """Normalised text without any escape sequence and control character, as it looks on a screen."""
    return _SEQUENCES.sub("", text)


class Text:
    """The text of one answer of the console, growing. Feeding it in other pieces gives the same text.

    The end of it is in memory. What is earlier is spilled in `folder`, and reading it may raise OSError; on a disk that
    takes nothing, all of it stays in memory.
    """

    def __init__(self, folder: Path | None = None, in_memory: int = IN_MEMORY, kept: int = KEPT) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""  # housekeeping that has only begun
        self._folder, self._in_memory, self._kept = folder, in_memory, kept
        self._spilled: Spilled | None = None
        self._spills = True
        self._chunks: list[str] = []  # complete lines
        self._size = 0  # of all chunks, and of what was spilled
        self._line = ""  # the line that has no end yet
        self._after_return = False
        self._erasing = False  # a pager was cut away; what erases it on a screen is swallowed
        self._erased = False
        self._blanks = ""  # blanks while erasing: they belong to the erasing only when a return follows

    def __len__(self) -> int:
        return self._size + len(self._line)

    def feed(self, data: bytes) -> None:
        """Take in what arrived."""
        for start in range(0, len(data), _AT_ONCE):
            self._feed(data[start : start + _AT_ONCE])
            self._bound()

    def _feed(self, data: bytes) -> None:
        text = self._held + self._decoder.decode(data)
        self._held = ""
        begun = _BEGUN.search(text, max(0, len(text) - _LONGEST_BEGUN))
        if begun:
            text, self._held = text[: begun.start()], begun.group()
        done: list[str] = []
        text = self._whole_lines(text, done)
        for token in _TOKEN.finditer(text):
            housekeeping, returns, newline, backspace, plain = token.groups("")
            if housekeeping:
                self._erased = self._erased or bool(_ERASES.match(housekeeping))
            elif self._erasing and self._erase(returns or backspace, newline, plain):
                continue
            elif returns or newline:
                self._end_line(bool(returns), done)
            elif backspace:
                self._line = self._line[:-1]
            else:
                self._line += self._blanks + plain
                self._blanks, self._after_return = "", False
        self._add("".join(done))

    def _whole_lines(self, text: str, done: list[str]) -> str:
        """Take in whole lines that need no care, all at once; what is left is the text that does."""
        whole = text[: text.rfind("\n") + 1]
        ordinary = (
            not self._erasing and not self._blanks and not (self._after_return and whole.startswith(("\r", "\n")))
        )
        lines = whole.replace("\r\n", "\n")
        if not whole or not ordinary or any(special in lines for special in "\r\x1b\x08"):
            return text
        done.append(self._line + lines)
        self._line, self._after_return = "", False
        return text[len(whole) :]

    @property
    def text(self) -> str:
        """Everything so far."""
        return self.since(0)

    def since(self, position: int) -> str:
        """What follows a position."""
        if position >= self._size:
            return self._line[position - self._size :]
        parts, start = [self._line], self._size
        for chunk in reversed(self._chunks):
            start -= len(chunk)
            parts.append(chunk[max(0, position - start) :])
            if start <= position:
                break
        else:
            parts += reversed(list(self._spilled.pieces(position))) if self._spilled else []
        return "".join(reversed(parts))

    def in_memory_since(self, position: int) -> str:
        """What follows a position, without what was spilled."""
        return self.since(max(position, self._spilled_length))

    def printed(self, begin: int, *, prompt: bool) -> Printed:
        """The output that begins at a position, without the empty lines around it and the prompt that ended it."""
        earlier = self._spilled if begin < self._spilled_length else None
        return tidied(earlier, begin, self.in_memory_since(begin), prompt=prompt)

    def tail(self, length: int = 4096) -> str:
        """The end of it, which is enough to see a prompt or a question."""
        return self.since(max(0, len(self) - length))

    @property
    def lines_end(self) -> int:
        """The position behind the last complete line, or in a line that is too long to be kept."""
        return self._size

    def cut(self, length: int) -> None:
        """Take a pager's text away from the end; what erases it on the screen is swallowed when it comes."""
        text = self.in_memory_since(0)
        kept = text[: max(0, len(text) - length)]
        end = kept.rfind("\n") + 1
        self._chunks, self._size, self._line = [kept[:end]], self._spilled_length + end, kept[end:]
        self._erasing, self._erased, self._blanks, self._after_return = True, False, "", False

    def _erase(self, back: str, newline: str, plain: str) -> bool:
        """Swallow what erases a pager: returns, backspaces, and blanks between them. False: this is output again."""
        if back:
            self._blanks = ""
            return True
        if plain and not plain.strip(" \t"):
            self._blanks += plain
            return True
        self._erasing = False
        # A line end that erases nothing on the screen only ends the pager's own line.
        return bool(newline) and not self._erased

    def _end_line(self, returned: bool, done: list[str]) -> None:
        if not self._after_return:
            done.append(self._line + self._blanks + "\n")
            self._line, self._blanks = "", ""
        self._after_return = returned

    def _add(self, lines: str) -> None:
        if lines:
            self._chunks.append(lines)
            self._size += len(lines)

    @property
    def _spilled_length(self) -> int:
        return self._spilled.length if self._spilled else 0

    def _bound(self) -> None:
        """Keep in memory what may still be looked at, and spill the rest in whole lines."""
        if len(self) - self._spilled_length <= self._in_memory or not self._spills:
            return
        if len(self._line) > self._in_memory:
            self._add(self._line[: -self._kept])
            self._line = self._line[-self._kept :]
        lines = "".join(self._chunks)
        most = len(lines) - max(0, self._kept - len(self._line))
        end = lines.rfind("\n", 0, most) + 1
        end = end if most - end <= self._kept else most
        if end <= 0:
            return
        try:
            self._spilled = self._spilled or Spilled(self._folder)
            self._spilled.add(lines[:end])
        except OSError:
            self._spills = False  # memory is what is left then, and nothing is lost
            end = 0
        self._chunks = [lines[end:]]


def echo_end(text: str, command: str, *, first: bool = False) -> int | None:
    """Where the last echo of a command ends, or the first one. None: not echoed (yet).

    A console that wraps a long line echoes it with line ends in between; those do not count.
    """
    at = text.find(command) if first else text.rfind(command)
    if at >= 0:
        return at + len(command)
    wrapped = re.compile(r"(?: ?\n)?".join(re.escape(character) for character in command))
    ends = [found.end() for found in wrapped.finditer(text)]
    return (ends[0] if first else ends[-1]) if ends else None
