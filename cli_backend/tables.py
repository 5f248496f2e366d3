"""The tables of `run sql`, cut where the line of = signs says: empty values are blanks (CLI reference 3.16)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_RULE = re.compile(r"=+(?: =+)*\s*")
_SPAN = re.compile(r"=+")


@dataclass(frozen=True)
class Table:
    """What a SELECT gave: the names of its columns, and its rows by them, without the padding."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]


def parse_table(output: str) -> Table | None:
    """The table of an output; None when there is none, as after an error."""
    lines = output.replace("\r", "").split("\n")
    at = next((number for number, line in enumerate(lines) if number and _RULE.fullmatch(line)), None)
    if at is None:
        return None
    spans = [match.span() for match in _SPAN.finditer(lines[at])]
    columns = _cells(lines[at - 1], spans)
    body = [line for line in lines[at + 1 :] if line.strip()]
    return Table(columns, tuple(dict(zip(columns, _cells(line, spans), strict=True)) for line in body))


def _cells(line: str, spans: list[tuple[int, int]]) -> tuple[str, ...]:
    """The cells of a line; the last one goes on to its end."""
    *spans, (last, _) = spans
    return (*(line[start:end].strip() for start, end in spans), line[last:].strip())
