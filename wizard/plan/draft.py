"""A plan as a TOML document: it may be half filled, it keeps the administrator's comments, and it knows its lines."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import FedwizardError, UsageError
from wizard.files import write_file
from wizard.plan.document import holds, value_at
from wizard.plan.lines import Lines, Place, lines_of

if TYPE_CHECKING:
    from tomlkit.items import Item

__all__ = ["Draft", "DraftSyntaxError", "Place", "read_text"]

MAX_BYTES = 1_000_000
UNCONFIRMED = "; confirm"  # ends the comment behind a value that was found, until a person has taken it away

_MARKED = re.compile(rf"""#[^#"']*{UNCONFIRMED}\s*$""")
_BARE_WORD = re.compile(r"=\s*(yes|no|on|off|true|false)\b", re.IGNORECASE)  # what people write for true and false
_ERROR_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)")


class DraftSyntaxError(ValueError):
    """The text is not TOML; `line` (from 1) says where, `fix` what to do."""

    def __init__(
        self, problem: str, line: int, fix: str = "Mend this line: TOML wants `name = value`, and text in quotes."
    ) -> None:
        super().__init__(problem)
        self.line, self.fix = line, fix


@dataclass(frozen=True)
class Draft:
    """A TOML document and what it says. Changing it gives a new one; comments stay."""

    source: str
    data: dict[str, object]

    @classmethod
    def parse(cls, text: str) -> "Draft":
        """Read a document. Raises DraftSyntaxError."""
        if text.startswith("\ufeff"):
            raise DraftSyntaxError("the file begins with a byte order mark", 1, "Save it as UTF-8 without one.")
        try:
            return cls(text, tomllib.loads(text))
        except RecursionError:
            raise DraftSyntaxError("values are nested too deeply", _deepest_line(text)) from None
        except ValueError as problem:  # TOMLDecodeError, and what tomllib lets through, such as a number of 5000 digits
            raise _syntax_error(str(problem), text) from problem

    @classmethod
    def read(cls, path: Path) -> "Draft":
        """Read a file. Raises UsageError when it cannot be read, DraftSyntaxError."""
        return cls.parse(read_text(path))

    def value(self, place: Place) -> object:
        """What stands at a place; None when nothing does."""
        return value_at(self.data, place)

    def set(self, place: Place, value: object) -> "Draft":
        """A document with one value changed, added, or, for None, taken out. Missing tables on the way are made.

        An index that is the length of its list appends. Raises KeyError for a place that cannot be, such as a key in a
        number or an index beyond the end.
        """
        if not place:
            raise KeyError(place)
        if value is None:
            return self._without(place)
        changed = self._inserted(place, value) or self._replaced(place, value)
        if changed.value(place) != _plain(value):
            raise KeyError(place)
        return changed

    def text(self) -> str:
        """The document."""
        return self.source

    def save(self, path: Path) -> None:
        """Write it, whole or not at all, for this account alone. Raises FedwizardError."""
        try:
            write_file(path, self.source.encode())
        except OSError as problem:
            raise FedwizardError(f"{path} cannot be written: {problem.strerror}", "Choose another place.") from problem

    def line_of(self, place: Place) -> int:
        """The line (from 1) of the deepest part of a place that stands in the document."""
        for length in range(len(place), 0, -1):
            if place[:length] in self._lines.starts:
                return self._lines.starts[place[:length]]
        return 1

    def unconfirmed(self) -> tuple[Place, ...]:
        """The values that were found by looking, and that nobody has confirmed yet."""
        marked = {number for number, line in enumerate(self.source.split("\n"), 1) if _MARKED.search(line)}
        return tuple(place for place, line in self._lines.starts.items() if line in marked)

    @cached_property
    def _lines(self) -> Lines:
        return lines_of(self.source)

    def _inserted(self, place: Place, value: object) -> "Draft | None":
        """A new key right after the last key of its table, or a new [[element]] right after the last one.

        tomlkit would put it after the comments at the table's end, and those explain what follows.
        """
        table, key = place[:-1], place[-1]
        if not isinstance(key, str) or isinstance(value, Mapping) or self.value(place) is not None:
            return None
        import tomlkit

        after, new = (
            self._lines.section_ends.get(table),
            [f"{tomlkit.key(key).as_string()} = {_item(value).as_string()}"],
        )
        if after is None and table and isinstance(table[-1], int):
            inside = (*table[:-1], table[-1] - 1)
            after = max((n for at, n in self._lines.section_ends.items() if at[: len(inside)] == inside), default=None)
            names = [tomlkit.key(part).as_string() for part in table if isinstance(part, str)]
            new = ["", f"[[{'.'.join(names)}]]", *new]
        return self._with_lines(after, new, place, value) if after is not None else None

    def _with_lines(self, after: int, new: list[str], place: Place, value: object) -> "Draft | None":
        lines = self.source.split("\n")
        end = "\r" if lines[after - 1].endswith("\r") else ""
        if after == len(lines):
            lines.append("")
        lines[after:after] = [line + end for line in new]
        try:
            changed = Draft.parse("\n".join(lines))
        except DraftSyntaxError:
            return None
        return changed if changed.value(place) == _plain(value) else None

    def _replaced(self, place: Place, value: object) -> "Draft":
        import tomlkit

        document = tomlkit.parse(self.source)
        container: object = document
        for part, following in pairwise(place):
            container = _child(container, part, following)
        last = place[-1]
        if isinstance(container, list) and last == len(container):
            container.append(_item(value))
        elif holds(container, last) or (isinstance(container, dict) and isinstance(last, str)):
            container[last] = _item(value)  # type: ignore[index]
        else:
            raise KeyError(place)
        return Draft.parse(tomlkit.dumps(document))

    def _without(self, place: Place) -> "Draft":
        if self.value(place) is None:
            return self
        import tomlkit

        document = tomlkit.parse(self.source)
        container: object = document
        for part in place[:-1]:
            container = container[part]  # type: ignore[index]
        del container[place[-1]]  # type: ignore[attr-defined]
        return Draft.parse(tomlkit.dumps(document))


def read_text(path: Path) -> str:
    """The text of a plan file. Raises UsageError when it cannot be read, is no text, or is far too large."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as problem:
        raise UsageError(f"{path} cannot be read: {problem.strerror}", "Name a plan file.") from problem
    if len(content) > MAX_BYTES:
        raise UsageError(f"{path} is larger than {MAX_BYTES // 1000} kB", "A plan is a short text. Name a plan file.")
    try:
        return content.decode()
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise UsageError(f"{path} is not UTF-8 text (line {line})", "Save it as UTF-8.") from problem


def _child(container: object, part: str | int, following: str | int) -> object:
    """What stands at a part of a place; made where it can be. Raises KeyError."""
    import tomlkit

    if not holds(container, part):
        if isinstance(container, list) and part == len(container):
            container.append(tomlkit.table())
        elif isinstance(container, dict) and isinstance(part, str):
            container[part] = tomlkit.aot() if isinstance(following, int) else tomlkit.table()
        else:
            raise KeyError(part)
    return container[part]  # type: ignore[index]


def _item(value: object) -> "Item":
    import tomlkit

    return tomlkit.item(_plain(value))


def _plain(value: object) -> object:
    """The model's tuples are TOML's lists."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


def _syntax_error(problem: str, text: str) -> DraftSyntaxError:
    found = _ERROR_PLACE.search(problem)
    last = max(text.rstrip("\n").count("\n") + 1, 1)
    line = int(found.group(1)) if found and found.group(1) else last
    if found is None:
        line, problem = _longest_line(text), "a value cannot be read: a number is far too long"
    words = _ERROR_PLACE.sub("", problem)
    known = {
        "Cannot overwrite a value": "a name is given twice",
        "Cannot mutate immutable namespace": "a table is written in two ways",
        "Invalid statement": "this is neither `name = value` nor a [table]",
        "Invalid value": "there is no value here; text stands in quotes",
    }
    line = min(line, last)
    if words == "Invalid value" and (found := _BARE_WORD.search(text.split("\n")[line - 1])):
        right = "true" if found[1].lower() in {"yes", "on", "true"} else "false"
        problem = f"{found[1]} is no value: a switch is true or false"
        return DraftSyntaxError(problem, line, f"Write {right} here, in small letters and without quotes.")
    return DraftSyntaxError(known.get(words, words[:1].lower() + words[1:]), line)


def _longest_line(text: str) -> int:
    lines = text.split("\n")
    return max(range(len(lines)), key=lambda number: len(lines[number])) + 1


def _deepest_line(text: str) -> int:
    """The line on which most brackets open."""
    lines = text.split("\n")
    return max(range(len(lines)), key=lambda number: lines[number].count("[") + lines[number].count("{")) + 1
