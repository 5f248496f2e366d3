"""What a rule says about a place of a plan, before file and line are known."""

from collections.abc import Mapping
from dataclasses import dataclass

from wizard.plan.lines import Place

SHOWN = 60  # characters of a value that a message repeats


@dataclass(frozen=True)
class Fault:
    """What is wrong at a place of the document, and what would be right."""

    place: Place
    problem: str
    fix: str


def shown(value: object) -> str:
    """A value as a message repeats it: what kind of thing it is, or its short printable form."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)[:SHOWN] if abs(value) < 1e15 else "a very large number"
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= SHOWN else text[: SHOWN - 4] + "..." + text[-1]


def dotted(place: Place) -> str:
    """A place as people read it; elements are counted from 1."""
    text = ""
    for part in place:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "plan"
