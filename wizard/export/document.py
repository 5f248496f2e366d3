"""A paper before it has a format: headings, paragraphs, tables, lists and texts, with what is foreign kept apart.

A string is our own words, which may hold names of the plan; `Foreign` is anything that somebody else wrote. Each format
is a writer of these few blocks, so that every paper says the same in all of them and only the writers need escaping.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Foreign:
    """A value or text of somebody else, on one line: shown as code, and inert."""

    text: str


@dataclass(frozen=True)
class Emphasis:
    """Our own words, in italics."""

    text: str


@dataclass(frozen=True)
class Mark:
    """One word that says where something stands, such as observed or attested: it can be seen at a glance."""

    word: str


@dataclass(frozen=True)
class Link:
    """A step named elsewhere in the same paper. `target` is the anchor of a heading."""

    target: str


Inline = str | Foreign | Emphasis | Mark | Link
Line = tuple[Inline, ...]


@dataclass(frozen=True)
class Heading:
    """A heading. `level` counts from 1, the title; `anchor` is what a Link may lead to."""

    level: int
    text: Line
    anchor: str = ""


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; `strong` for what nobody may overlook."""

    text: Line
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """A table; the heads may be empty, and then the first column names what stands in the second."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True)
class Item:
    """One item of a list, and what belongs under it."""

    text: Line
    inside: "tuple[Block, ...]" = ()


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Verbatim:
    """A text whose lines stay as they are, such as output, zone lines or a letter."""

    text: str


Block = Heading | Paragraph | Table | Bullets | Verbatim


@dataclass(frozen=True, kw_only=True)
class Document:
    """A paper. `title` is what a window or a printer calls it, our words and foreign ones alike."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Chapter:
    """A section that the contents list, with what is below it."""

    heading: Heading
    below: tuple[Heading, ...]


def front_matter(blocks: Sequence[Block]) -> int:
    """How many blocks stand before the first section; the contents come behind them."""
    return next((n for n, block in enumerate(blocks) if isinstance(block, Heading) and block.level > 1), len(blocks))


def chapters(blocks: Iterable[Block]) -> tuple[Chapter, ...]:
    """What the contents list: every section with an anchor, and the steps in it."""
    found: list[Chapter] = []
    for block in blocks:
        if isinstance(block, Heading) and block.anchor:
            if block.level == 2:
                found.append(Chapter(block, ()))
            elif found:
                found[-1] = Chapter(found[-1].heading, (*found[-1].below, block))
    return tuple(found)


def steps_counted(chapter: Chapter) -> str:
    """How many steps a section has, in words."""
    return f"{len(chapter.below)} steps" if len(chapter.below) > 1 else "1 step"


def paragraph(*text: Inline) -> Paragraph:
    """A paragraph."""
    return Paragraph(text)


def bullets(lines: Iterable[Line]) -> Bullets:
    """A list of lines with nothing under them."""
    return Bullets(tuple(Item(line) for line in lines))


def joined(parts: Iterable[Inline], separator: str = ", ") -> Line:
    """The parts, with the separator between them."""
    found: list[Inline] = []
    for part in parts:
        found += [separator, part] if found else [part]
    return tuple(found)
