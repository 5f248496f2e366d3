"""A paper as Markdown, to be read in a ticket or a terminal.

Foreign text stands in fences or in code spans, each longer than any run of backticks in it: there nothing is markup,
no HTML, no entity and no link. Our own words stand in prose, with what Markdown would act on escaped, and are wrapped;
code spans are not, for a line that begins inside one could begin a list or end the paragraph.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import assert_never

from wizard.export.document import (
    Block,
    Bullets,
    Document,
    Emphasis,
    Foreign,
    Heading,
    Inline,
    Item,
    Line,
    Link,
    Mark,
    Paragraph,
    Table,
    Verbatim,
    chapters,
    front_matter,
    steps_counted,
)
from wizard.text import visible, visible_line

WIDTH = 76
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>#+!|~&])")
_OPENS_A_BLOCK = re.compile(r"\A(\d*)([-=.)])(?=[-=]*( |\Z))")  # a line that begins so is no longer prose
_SIGN = re.compile(r"\[[x.!? -]\]\Z")  # nothing defines such a link
_CONTENTS = "Contents"
_NO_ANCHOR = re.compile(r"[^\w\- ]")
_GLUE = "\0"  # a space that must not become the end of a line; `visible` leaves none in a text


def write(document: Document) -> str:
    """The Markdown of a paper, with the contents before the first section."""
    first = front_matter(document.blocks)
    parts = (_blocks(document.blocks[:first]), _contents(document.blocks), _blocks(document.blocks[first:]))
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _contents(blocks: tuple[Block, ...]) -> Iterator[str]:
    """One line for each section, which leads to it. The contents stand in front, so their own heading counts too."""
    own = Heading(2, (_CONTENTS,))
    headings = (own, *(block for block in blocks if isinstance(block, Heading)))
    places = {heading.anchor: place for heading, place in zip(headings, _places(headings), strict=True)}
    yield from _block(own)
    yield ""
    for chapter in chapters(blocks):
        counted = f", {steps_counted(chapter)}" if chapter.below else ""
        entry = f"[{_glued(chapter.heading.text)}](#{places[chapter.heading.anchor]}){counted}"
        yield from _wrapped(entry, "- ", "  ")


def _places(headings: Iterable[Heading]) -> Iterator[str]:
    """The anchors that readers of Markdown make of headings by themselves, as GitHub does: no HTML is needed for them.

    Small letters, spaces as hyphens, nothing of what is neither letter, digit nor hyphen; numbered where there was one.
    """
    seen: Counter[str] = Counter()
    for heading in headings:
        words = "".join(part if isinstance(part, str) else _word(part) for part in heading.text)
        place = _NO_ANCHOR.sub("", visible_line(words).lower()).replace(" ", "-")
        yield f"{place}-{seen[place]}" if seen[place] else place
        seen[place] += 1


def _word(part: Foreign | Emphasis | Mark | Link) -> str:
    return part.word if isinstance(part, Mark) else part.target if isinstance(part, Link) else part.text


def _blocks(blocks: tuple[Block, ...]) -> Iterator[str]:
    for number, block in enumerate(blocks):
        if number:
            yield ""
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"{'#' * block.level} {_line(block.text)}"
        case Paragraph():
            yield from _wrapped(f"**{_glued(block.text)}**" if block.strong else _glued(block.text))
        case Table():
            yield from _table(block)
        case Bullets():
            yield from _bullets(block)
        case Verbatim():
            yield from _fence(block.text)
        case _:
            assert_never(block)


def _table(table: Table) -> Iterator[str]:
    yield f"|{'|'.join(f' {_prose(head)} ' if head else ' ' for head in table.heads)}|"
    yield f"|{'---|' * len(table.heads)}"
    for row in table.rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"


def _bullets(block: Bullets) -> Iterator[str]:
    last = len(block.items) - 1
    for number, item in enumerate(block.items):
        loose = _is_loose(item)
        yield from _wrapped(_glued(item.text), "- ", "  ")
        if loose:
            yield ""
        yield from (f"  {line}".rstrip() for line in _blocks(item.inside))
        if loose and number < last:
            yield ""


def _is_loose(item: Item) -> bool:
    return any(isinstance(block, Verbatim) for block in item.inside)


def _fence(text: str) -> Iterator[str]:
    shown = visible(text)
    fence = "`" * max(3, _longest_run(shown) + 1)
    yield f"{fence}text"
    yield from shown.split("\n")
    yield fence


# --- one line --------------------------------------------------------------------------------------------------------


def _line(text: Line) -> str:
    return _glued(text).replace(_GLUE, " ")


def _cell(text: Line) -> str:
    """A line in a table, where a bar would end the cell even in a code span."""
    return re.sub(r"(?<!\\)\|", r"\\|", _line(tuple(_without_escaped_bars(part) for part in text)))


def _without_escaped_bars(part: Inline) -> Inline:
    """In code a backslash escapes nothing, but readers differ on whether it escapes the bar that ends the cell."""
    return Foreign(part.text.replace("\\|", "\\\\x7c")) if isinstance(part, Foreign) else part


def _glued(text: Line) -> str:
    """The text on one line, with the spaces glued at which it must not be broken."""
    return "".join(_inline(part) for part in text)


def _inline(part: Inline) -> str:
    match part:
        case str():
            return _prose(part)
        case Foreign():
            return _code(part.text).replace(" ", _GLUE)
        case Emphasis():
            return f"*{_prose(part.text)}*"
        case Mark():
            return part.word if _SIGN.match(part.word) else _prose(part.word)
        case Link():
            return _code(part.target).replace(" ", _GLUE)
        case _:
            assert_never(part)


def _wrapped(text: str, first: str = "", later: str = "") -> Iterator[str]:
    """Prose fitted to the width. What cannot be broken may be longer."""
    line, indent = "", first
    for word in text.split(" "):
        if line and len(indent) + len(line) + 1 + len(word) > WIDTH:
            yield _finished(indent, line)
            line, indent = word, later
        else:
            line = f"{line} {word}" if line else word
    yield _finished(indent, line)


def _finished(indent: str, line: str) -> str:
    return indent + _OPENS_A_BLOCK.sub(r"\1\\\2", line).replace(_GLUE, " ")


def _code(text: str) -> str:
    """Foreign text on one line, in a code span that it cannot end."""
    shown = visible_line(text).strip(" ")
    if not shown:
        return "(nothing)"
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    ticks = "`" * (_longest_run(shown) + 1)
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def _prose(text: str) -> str:
    """Our own words, which may hold names of the plan: on one line, with nothing that Markdown or HTML acts on."""
    return _ACTIVE.sub(r"\\\1", visible_line(text))


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
