"""What differs between two texts of a plan, field by field, for whoever changed it and for whoever takes over."""

import tomllib
from collections.abc import Iterator, Mapping
from itertools import islice

from wizard.text import visible_line

_NAMES = ("domain", "name", "publisher_fqdn", "fqdn")  # what an entry of a list is known by, the first that it has
_MOST_TOLD = 4
_NONE = "none"

_Place = tuple[str, str]  # of what, which field


def changes_of(before: str, after: str) -> str:
    """The fields that differ, as `peer_subject of partner.example: none -> edge1.partner.example`; empty for none.

    A text that is no TOML differs in nothing that could be told.
    """
    try:
        old, new = dict(_fields(tomllib.loads(before), "")), dict(_fields(tomllib.loads(after), ""))
    except tomllib.TOMLDecodeError:
        return ""
    places = [place for place in {**old, **new} if old.get(place) != new.get(place)]
    told = [_told(place, old, new) for place in islice(places, _MOST_TOLD)]
    more = len(places) - len(told)
    return "; ".join((*told, *((f"{more} more",) if more else ())))


def _told(place: _Place, old: Mapping[_Place, str], new: Mapping[_Place, str]) -> str:
    where, field = place
    of = f" of {where}" if where else ""
    return visible_line(f"{field}{of}: {old.get(place, _NONE)} -> {new.get(place, _NONE)}")


def _fields(table: Mapping[str, object], where: str) -> Iterator[tuple[_Place, str]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _fields(value, key)
        elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            for number, each in enumerate(value, 1):
                yield from _fields(each, _name(each) or f"{key} {number}")
        else:
            yield (where, key), _text(value)


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
