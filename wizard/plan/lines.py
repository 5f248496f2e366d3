"""Where things stand in a TOML text. Tolerant: it tells what it can of any text, and never fails.

tomllib knows what a document says but not where; a person needs the line. What is not TOML is skipped to the end of
its line, so that the lines after it are still found.
"""

import re
import tomllib
from dataclasses import dataclass, field

Place = tuple[str | int, ...]

_MAX_DEPTH = 40  # a plan needs four; beyond this nobody wrote it by hand
_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"' + r"|'[^'\n]*'")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}' + r"|'''(?:[^']|'(?!''))*+'{3,5}" + r"|" + _QUOTED.pattern, re.DOTALL
)
_SCALAR = re.compile(r"[^,\]}#\n]+")
_LINE_END = re.compile(r"[^\n]*")


class _UnreadableError(Exception):
    """This place is not TOML."""


@dataclass(frozen=True)
class Lines:
    """Lines from 1. `starts` holds tables, elements and keys; `section_ends` the last line of what a header opens.

    The section of the root, which no header opens, is `()`; it is missing when no key stands before the first header.
    """

    starts: dict[Place, int]
    section_ends: dict[Place, int]


def lines_of(text: str) -> Lines:
    """The lines of a text."""
    scanner = _Scanner(text)
    scanner.scan()
    return Lines(scanner.starts, scanner.ends)


@dataclass
class _Scanner:
    text: str
    pos: int = 0
    starts: dict[Place, int] = field(default_factory=dict)
    ends: dict[Place, int] = field(default_factory=dict)
    _counts: dict[Place, int] = field(default_factory=dict)
    _known: tuple[int, int] = (0, 1)

    def scan(self) -> None:
        table: Place = ()
        self._skip(_SPACE)
        while self.pos < len(self.text):
            begin = self.pos
            try:
                if self.text[begin] == "[":
                    table = self._header()
                    self.ends[table] = self._line(begin)
                else:
                    self._assignment(table, 0)
                    self.ends[table] = self._line(self.pos)
            except _UnreadableError:
                self.pos = max(begin, self.pos)
            self._skip(_LINE_END)
            self._skip(_SPACE)

    def _header(self) -> Place:
        line = self._line(self.pos)
        array = self.text.startswith("[[", self.pos)
        self.pos += 2 if array else 1
        name = self._key()
        self._expect("]]" if array else "]")
        place: Place = ()
        for depth, part in enumerate(name, 1):
            place = (*place, part)
            self.starts.setdefault(place, line)
            if array and depth == len(name):
                self._counts[place] = self._counts.get(place, -1) + 1
            if place in self._counts:
                place = (*place, self._counts[place])
                self.starts.setdefault(place, line)
        return place

    def _assignment(self, table: Place, depth: int) -> None:
        line = self._line(self.pos)
        name = self._key()
        self._expect("=")
        place = table
        for part in name:
            place = (*place, part)
            self.starts.setdefault(place, line)
        self._skip(_BLANK)
        self._value(place, depth)

    def _value(self, place: Place, depth: int) -> None:
        here = self.text[self.pos : self.pos + 1]
        if depth > _MAX_DEPTH:
            raise _UnreadableError
        if here == "[":
            self._array(place, depth + 1)
        elif here == "{":
            self._inline_table(place, depth + 1)
        elif here and here in "\"'":
            self._take(_STRING)
        else:
            self._take(_SCALAR)

    def _array(self, place: Place, depth: int) -> None:
        self.pos += 1
        number = 0
        self._skip(_SPACE)
        while not self.text.startswith("]", self.pos):
            self.starts.setdefault((*place, number), self._line(self.pos))
            self._value((*place, number), depth)
            number += 1
            self._separator("]")
        self.pos += 1

    def _inline_table(self, place: Place, depth: int) -> None:
        self.pos += 1
        self._skip(_SPACE)
        while not self.text.startswith("}", self.pos):
            self._assignment(place, depth)
            self._separator("}")
        self.pos += 1

    def _separator(self, end: str) -> None:
        self._skip(_SPACE)
        if not self.text.startswith(end, self.pos):
            self._expect(",")
            self._skip(_SPACE)

    def _key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            self._skip(_BLANK)
            quoted = self.text[self.pos : self.pos + 1] in ('"', "'")
            taken = self._take(_QUOTED if quoted else _BARE)
            parts.append(_unquoted(taken) if quoted else taken)
            self._skip(_BLANK)
            if not self.text.startswith(".", self.pos):
                return tuple(parts)
            self.pos += 1

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.pos)
        if not found:
            raise _UnreadableError
        self.pos = found.end()
        return found.group()

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.pos)
        self.pos = found.end() if found else self.pos

    def _expect(self, text: str) -> None:
        if not self.text.startswith(text, self.pos):
            raise _UnreadableError
        self.pos += len(text)

    def _line(self, pos: int) -> int:
        # Positions mostly grow; counting on from the last one keeps a large text linear.
        known, line = self._known if self._known[0] <= pos else (0, 1)
        line += self.text.count("\n", known, pos)
        self._known = (pos, line)
        return line


def _unquoted(key: str) -> str:
    if key.startswith("'") or "\\" not in key:
        return key[1:-1]
    try:
        return next(iter(tomllib.loads(f"{key} = 0")))
    except ValueError:
        raise _UnreadableError from None
