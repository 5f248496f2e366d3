"""The commented example with values in it: what is known is filled in, the rest stays a placeholder behind a #."""

import json
import re
from collections.abc import Iterable, Mapping

from wizard.plan.discovery import Found, Value
from wizard.plan.lines import Place

_HEADER = re.compile(r"(?:# )?(?P<open>\[\[?)(?P<name>[a-z_]+(?:\.[a-z_]+)*)\]\]?")
_ASSIGNMENT = re.compile(r'(?:# )?(?P<text>(?P<key>[a-z_]+|"[^"]+") = .+)')
_BARE_KEY = re.compile(r"[a-z_]+")

_ALWAYS = ("local",)  # a plan without them says one thing is missing where it is several

_Tables = Mapping[Place, Mapping[str, Found]]


def filled(example: str, values: Iterable[Found], intro: str) -> str:
    """The example with these values in the place of its own; everything else in it is a placeholder behind a #.

    A table that occurs more than once is explained where it occurs first. `intro` replaces the first paragraph.
    """
    tables = _tables(values)
    _, *blocks = example.rstrip("\n").split("\n\n")
    seen: set[str] = set()
    parts = [intro.rstrip("\n")]
    for block in blocks:
        header = next(filter(None, map(_HEADER.fullmatch, block.splitlines())), None)
        name = header["name"] if header else ""
        if name and name in seen:
            # The second of its kind shows another shape, or only repeats the first.
            parts += [block] if all(line.startswith("#") for line in block.splitlines()) else []
            continue
        seen |= {name} - {""}
        parts += _elements(block, name, tables) if header and header["open"] == "[[" else [_block(block, name, tables)]
    return "\n\n".join(parts) + "\n"


def _tables(values: Iterable[Found]) -> _Tables:
    tables: dict[Place, dict[str, Found]] = {}
    for found in values:
        tables.setdefault(found.field[:-1], {}).setdefault(str(found.field[-1]), found)
    return tables


def _elements(block: str, name: str, tables: _Tables) -> list[str]:
    """One block for each element of a list of tables; the placeholder alone where there is none."""
    count = sum(1 for place in tables if place[:1] == (name,) and len(place) == 2)
    first, *others = [tables.get((name, number), {}) for number in range(count)] or [{}]
    bare = "\n".join(line for line in block.splitlines() if _HEADER.fullmatch(line) or _ASSIGNMENT.fullmatch(line))
    return [_lines(block, first, active=bool(first)), *(_lines(bare, values, active=True) for values in others)]


def _block(block: str, name: str, tables: _Tables) -> str:
    values = tables.get((name,) if name else (), {})
    if not name:  # keys of the root: each stands in a block of its own
        keys = {found["key"] for found in map(_ASSIGNMENT.fullmatch, block.splitlines()) if found}
        values = {key: value for key, value in values.items() if key in keys}
    return _lines(block, values, active=bool(values) or name in _ALWAYS)


def _lines(block: str, values: Mapping[str, Found], *, active: bool) -> str:
    left, lines = dict(values), list[str]()
    for line in block.splitlines():
        header, assignment = _HEADER.fullmatch(line), _ASSIGNMENT.fullmatch(line)
        if header:
            lines.append(line.removeprefix("# ") if active else f"# {line.removeprefix('# ')}")
        elif assignment and (found := left.pop(assignment["key"], None)):
            lines.append(_assignment(assignment["key"], found))
        else:
            lines.append(f"# {assignment['text']}" if assignment else line)
    return "\n".join((*lines, *(_assignment(key, found) for key, found in left.items())))


def _assignment(key: str, found: Found) -> str:
    return f"{key if _BARE_KEY.fullmatch(key) else _text(key)} = {_text(found.value)}  # {found.comment}"


def _text(value: Value) -> str:
    # Printable ASCII alone gets here; for it JSON's strings, numbers, truths and lists are TOML's.
    return json.dumps(list(value) if isinstance(value, tuple) else value)
