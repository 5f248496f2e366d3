"""A plan as a TOML document: it may be half filled, it keeps the administrator's comments, and it knows its lines."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from wizard.errors import UsageError
from wizard.files import write_file

Place = tuple[str | int, ...]

_TABLE = re.compile(r"\s*\[(?P<array>\[)?(?P<name>[^\[\]]+)\]")
_KEY = re.compile(r"\s*(?P<key>(?:[A-Za-z0-9_.-]+|\"[^\"\n]*\"|'[^'\n]*')(?:\s*\.\s*[A-Za-z0-9_-]+)*)\s*=")
_ERROR_LINE = re.compile(r"at line (\d+)")


class DraftSyntaxError(ValueError):
    """The text is not TOML; `line` says where."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(problem)
        self.line = line


@dataclass(frozen=True)
class Draft:
    """A TOML document and what it says. Changing it gives a new one; comments stay."""

    source: str
    data: dict[str, object]

    @classmethod
    def parse(cls, text: str) -> "Draft":
        """Read a document. Raises DraftSyntaxError."""
        try:
            return cls(text, tomllib.loads(text))
        except tomllib.TOMLDecodeError as problem:
            found = _ERROR_LINE.search(str(problem))
            last = text.count("\n") + (not text.endswith("\n"))
            line = int(found.group(1)) if found else max(last, 1)
            raise DraftSyntaxError(str(problem).split(" (at")[0], min(line, max(last, 1))) from problem

    @classmethod
    def read(cls, path: Path) -> "Draft":
        """Read a file. Raises UsageError when it cannot be read, DraftSyntaxError."""
        return cls.parse(read_text(path))

    def value(self, place: Place) -> object:
        """What stands at a place; None when nothing does."""
        value: object = self.data
        for part in place:
            if isinstance(value, dict) and part in value:
                value = value[str(part)]
            elif isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
                value = value[part]
            else:
                return None
        return value

    def set(self, place: Place, value: object) -> "Draft":
        """A document with one value changed or added."""
        import tomlkit
        from tomlkit.items import Item

        document = tomlkit.parse(self.source)
        container: object = document
        for part in place[:-1]:
            if isinstance(container, dict) and part not in container:
                container[str(part)] = tomlkit.table()
            container = container[part]  # type: ignore[index]
        item: Item = tomlkit.item(value)
        container[place[-1]] = item  # type: ignore[index]
        return Draft.parse(tomlkit.dumps(document))

    def text(self) -> str:
        """The document."""
        return self.source

    def save(self, path: Path) -> None:
        """Write it, whole or not at all."""
        write_file(path, self.source.encode())

    def line_of(self, place: Place) -> int:
        """The line (from 1) of the deepest part of a place that stands in the document."""
        index = line_index(self.source)
        for length in range(len(place), 0, -1):
            if place[:length] in index:
                return index[place[:length]]
        return 1


def line_index(text: str) -> dict[Place, int]:
    """Place -> line, for tables, elements of arrays of tables, and keys. Never fails, whatever the text."""
    index: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _TABLE.match(line)
        if header:
            name = _parts(header["name"])
            table = _numbered(name, counts, opens=bool(header["array"]))
            index.setdefault(table, number)
            index.setdefault(name, number)
            continue
        key = _KEY.match(line)
        if key:
            index.setdefault((*table, *_parts(key["key"])), number)
    return index


def _numbered(name: Place, counts: dict[Place, int], *, opens: bool) -> Place:
    """The place of a table header: elements of arrays of tables carry their number."""
    place: Place = ()
    for depth, part in enumerate(name, 1):
        place = (*place, part)
        last = depth == len(name)
        if last and opens:
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place = (*place, counts[place])
    return place


def _parts(dotted: str) -> Place:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def read_text(path: Path) -> str:
    """The text of a plan file. Raises UsageError when it cannot be read."""
    try:
        return path.read_bytes().decode()
    except OSError as problem:
        raise UsageError(f"{path} cannot be read: {problem.strerror}", "Name a plan file.") from problem
    except UnicodeDecodeError as problem:
        raise UsageError(f"{path} is not UTF-8 text", "Save it as UTF-8.") from problem
