"""A paper as one HTML file: no scripts, nothing fetched, a content security policy that allows its own style alone.

Markup is a type: `Html` is built by `_tag` only, and every plain string that goes into one is made visible and escaped.
So foreign text cannot become markup by being forgotten.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import assert_never
from urllib.parse import quote

from wizard.export.document import (
    Block,
    Bullets,
    Chapter,
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

_STANDING = re.compile(r"[a-z][a-z-]*\Z")  # words that may become the name of a class


@dataclass(frozen=True)
class Html:
    """Markup, as it goes into the file."""

    markup: str


Child = Html | str


def write(document: Document) -> str:
    """The HTML file of a paper, as UTF-8 text."""
    style = files("assets").joinpath("paper.css").read_text(encoding="utf-8")
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = _tag(
        "head",
        _void("meta", charset="utf-8"),
        _void("meta", http_equiv="Content-Security-Policy", content=policy),
        _void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        _void("meta", name="referrer", content="no-referrer"),
        _void("meta", name="color-scheme", content="light dark"),
        _tag("title", visible_line(document.title)),
        Html(f"<style>{style}</style>\n"),
    )
    body = _tag("body", *_body(document.blocks))
    return f"<!DOCTYPE html>\n{_tag('html', head, body, lang='en').markup}"


def _body(blocks: tuple[Block, ...]) -> Iterator[Html]:
    """The blocks, with the contents before the first section."""
    first = front_matter(blocks)
    yield from map(_block, blocks[:first])
    yield _contents(blocks)
    yield from map(_block, blocks[first:])


def _contents(blocks: tuple[Block, ...]) -> Html:
    entries = (_tag("li", _to(chapter.heading), *_steps(chapter)) for chapter in chapters(blocks))
    return _tag("nav", _tag("h2", "Contents"), _tag("ol", *entries))


def _steps(chapter: Chapter) -> Iterator[Html]:
    if chapter.below:
        listed = _tag("ol", *(_tag("li", _to(heading)) for heading in chapter.below))
        yield _tag("details", _tag("summary", steps_counted(chapter)), listed)


def _to(heading: Heading) -> Html:
    return _tag("a", *_line(heading.text), href=f"#{_anchor(heading.anchor)}")


# --- blocks ----------------------------------------------------------------------------------------------------------


def _block(block: Block) -> Html:
    match block:
        case Heading():
            anchor = {"id": _anchor(block.anchor)} if block.anchor else {}
            return _tag(f"h{block.level}", *_line(block.text), **anchor)
        case Paragraph():
            return _tag("p", *_line(block.text), **({"class_": "warning"} if block.strong else {}))
        case Table():
            return _table(block)
        case Bullets():
            return _tag("ul", *map(_item, block.items))
        case Verbatim():
            # HTML takes a newline right after the tag away; a text that begins with one keeps it so.
            return _tag("pre", f"\n{block.text}")
        case _:
            assert_never(block)


def _table(table: Table) -> Html:
    named = any(table.heads)
    head = [_tag("tr", *(_tag("th", name, scope="col") for name in table.heads))] if named else []
    rows = (_row(row, named) for row in table.rows)
    return _tag("div", _tag("table", *(_tag("thead", *part) for part in [head] if part), _tag("tbody", *rows)))


def _row(row: tuple[Line, ...], named: bool) -> Html:
    cells = (
        _tag("td", *_line(cell)) if named or number else _tag("th", *_line(cell), scope="row")
        for number, cell in enumerate(row)
    )
    return _tag("tr", *cells)


def _item(item: Item) -> Html:
    return _tag("li", *_line(item.text), *map(_block, item.inside))


# --- one line --------------------------------------------------------------------------------------------------------


def _line(text: Line) -> Iterator[Child]:
    return map(_inline, text)


def _inline(part: Inline) -> Child:
    match part:
        case str():
            return visible_line(part)
        case Foreign():
            shown = visible_line(part.text).strip(" ")
            return _tag("code", shown) if shown else "(nothing)"
        case Emphasis():
            return _tag("em", visible_line(part.text))
        case Mark():
            classes = f"mark {part.word}" if _STANDING.match(part.word) else "mark"
            return _tag("span", visible_line(part.word), class_=classes)
        case Link():
            return _tag("a", _tag("code", visible_line(part.target)), href=f"#{_anchor(part.target)}")
        case _:
            assert_never(part)


def _anchor(name: str) -> str:
    """A name that can stand in an id and, the same, in a link: whatever a record or a plan holds."""
    return quote(visible_line(name), safe="/@")


# --- markup ----------------------------------------------------------------------------------------------------------

_WITHIN_A_LINE = frozenset({"a", "code", "em", "span", "td", "th", "summary"})


def _tag(name: str, /, *children: Child, **attributes: str) -> Html:
    inside = "".join(child.markup if isinstance(child, Html) else _text(child) for child in children)
    end = "" if name in _WITHIN_A_LINE else "\n"
    return Html(f"<{name}{_attributes(attributes)}>{inside}</{name}>{end}")


def _void(name: str, /, **attributes: str) -> Html:
    return Html(f"<{name}{_attributes(attributes)}>\n")


def _attributes(attributes: dict[str, str]) -> str:
    named = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items())
    return "".join(f' {key}="{_text(visible_line(value))}"' for key, value in named)


def _text(text: str) -> str:
    return escape(visible(text), quote=True)
