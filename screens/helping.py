"""The help: a page about what is on the screen, the keys from the registry, the words of the trade."""

from collections.abc import Iterator
from importlib.resources import files

from screens.actions import key_lines
from screens.bodies.parts import BAD, Line, wrapped
from screens.widgets.verbatim import literal

WIDTH, KEY = 70, 8  # columns: inside a dialog, of a key


def hint_lines(hints: tuple[str, ...], shown: int) -> Iterator[Line]:
    """The hints of a lesson that were asked for so far."""
    for number, hint in enumerate(hints[:shown], 1):
        yield literal(f"Hint {number} of {len(hints)}", BAD)
        yield from (literal(line) for line in wrapped(hint, WIDTH))
    if 0 < shown < len(hints):
        yield literal("Open the help again for the next hint.")
    if hints:
        yield ""


def help_lines(page: str, *, keys: bool = True) -> Iterator[Line]:
    """A page of help, then the keys, then the words."""
    yield from page_lines(page_text(page))
    if keys:
        yield ""
        yield from _keys()
    yield ""
    yield from page_lines(page_text("words"))


def _keys() -> Iterator[Line]:
    yield literal("Keys", BAD)
    for key, text in key_lines():
        head, *rest = wrapped(text, WIDTH - KEY)
        yield literal(f"{key:<{KEY}}{head}")
        yield from (literal(f"{'':{KEY}}{more}") for more in rest)


def page_text(page: str) -> str:
    """The text of a page; the general one where there is none of that name."""
    folder = files("assets").joinpath("help")
    wanted = folder.joinpath(f"{page}.md")
    return (wanted if wanted.is_file() else folder.joinpath("step.md")).read_text(encoding="utf-8")


def page_lines(text: str) -> Iterator[Line]:
    """A page in lines: headings, paragraphs and items, which is all that the pages use of Markdown."""
    for number, block in enumerate(text.strip().split("\n\n")):
        if number:
            yield ""
        if block.startswith("#"):
            yield literal(block.lstrip("# "), BAD)
        elif block.startswith("- "):
            for item in block.removeprefix("- ").split("\n- "):
                head, *rest = wrapped(item, WIDTH - 2)
                yield literal(f"- {head}")
                yield from (literal(f"  {more}") for more in rest)
        else:
            yield from (literal(line) for line in wrapped(block, WIDTH))
