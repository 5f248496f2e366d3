"""What differs between two texts of a plan, field by field, for whoever changed it and for whoever takes over. Pure."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wizard.text import visible_line

_NAMES = ("domain", "name", "publisher_fqdn", "fqdn")  # what an entry of a list is known by, the first that it has
_MOST_TOLD = 4
_NONE = "none"


@dataclass(frozen=True)
class _Field:
    """Where a value stands: its path for machines, and for people what it is called, and of what."""

    key: str
    words: str


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One value of the plan before and after; empty where it stood or stands nowhere. `words` name it for people."""

    key: str
    words: str
    before: str
    after: str

    @property
    def told(self) -> str:
        """As `peer_subject of partner.example: none -> edge1.partner.example`."""
        return visible_line(f"{self.words}: {self.before or _NONE} -> {self.after or _NONE}")


def differences(before: str, after: str) -> tuple[Difference, ...]:
    """The values that differ. A text that is no TOML differs in nothing that could be told."""
    try:
        old, new = dict(_fields(tomllib.loads(before))), dict(_fields(tomllib.loads(after)))
    except (tomllib.TOMLDecodeError, RecursionError):
        return ()
    return tuple(
        Difference(key=field.key, words=field.words, before=old.get(field, ""), after=new.get(field, ""))
        for field in dict.fromkeys((*old, *new))
        if old.get(field, "") != new.get(field, "")
    )


def changes_of(before: str, after: str) -> str:
    """The differences as one line; empty for none."""
    found = differences(before, after)
    more = len(found) - _MOST_TOLD
    return "; ".join((*(each.told for each in found[:_MOST_TOLD]), *((f"{more} more",) if more > 0 else ())))


def _fields(table: Mapping[str, object], path: str = "", where: str = "") -> Iterator[tuple[_Field, str]]:
    for name, value in table.items():
        key = f"{path}.{name}" if path else name
        if isinstance(value, dict):
            yield from _fields(value, key, name)
        elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            for number, each in enumerate(value, 1):
                yield from _fields(each, f"{key}[{_name(each) or number}]", _name(each) or f"{name} {number}")
        else:
            yield _Field(key, f"{name} of {where}" if where else name), _text(value)


def _name(entry: Mapping[str, object]) -> str:
    return next((str(entry[key]) for key in _NAMES if key in entry), "")


def _text(value: object) -> str:
    match value:
        case True | False:
            return str(value).lower()
        case list():
            return ", ".join(map(_text, value)) or _NONE
        case _:
            return str(value)
