"""What the bodies are made of: labelled prose, exact text, and what every kind of step says beside what it does."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalGroup
from textual.content import Content

from checks.names import for_display
from screens.terminal import ascii_only
from screens.widgets.verbatim import Verbatim, literal
from wizard.describe import restarts_of, reversal_of, span
from wizard.step import Notice, PointOfNoReturn, Step
from wizard.survey import Row, Word
from wizard.text import visible_line

LABEL, VALUE, QUIET, BAD = "dim", "bold", "dim", "bold"
INDENT, ROOM = 12, 62  # columns: the label, and the text beside it; together they fit a dialog
FULL = INDENT + ROOM
SET_IN = "  "  # before what goes on of a line that was folded
CUT = "(one word: where its line ends, it goes on at once)"

Line = Content | str
SIGNS = {
    Word.DONE: ("✓", "+"),
    Word.SKIP: ("-", "-"),
    Word.NOT_APPLICABLE: ("·", "."),
    Word.FAIL: ("✗", "x"),
    Word.HOLD: ("!", "!"),
    Word.OPEN: ("○", "o"),
    Word.STALE: ("~", "~"),
    Word.UNKNOWN: ("?", "?"),
}


def symbol(word: Word) -> str:
    """The sign of a word, for people who scan a list; never without the word."""
    return SIGNS[word][ascii_only()]


class Body(VerticalGroup):
    """What one step does. `lines` are what it shows, `PAGE` the page of help about it."""

    PAGE: ClassVar[str] = "step"

    def __init__(self, row: Row) -> None:
        super().__init__()
        self.row = row

    def lines(self) -> Iterator[Line]:
        """What is shown."""
        yield ""

    def compose(self) -> ComposeResult:
        """The lines, as one text."""
        yield Verbatim(joined(self.lines()))

    def progress(self, text: str) -> bool:
        """Something that was seen while it runs; False for the kinds that leave that to the line of help."""
        del text
        return False


class Text(VerticalGroup):
    """Lines of their own, such as a problem on top of a step."""

    def __init__(self, lines: Iterable[Line], *, classes: str = "") -> None:
        super().__init__(classes=classes)
        self._lines = tuple(lines)

    def compose(self) -> ComposeResult:
        """One text."""
        yield Verbatim(joined(self._lines))


def joined(lines: Iterable[Line]) -> Content:
    """Lines below each other."""
    return Content("\n").join([literal(line) if isinstance(line, str) else line for line in lines])


def pair(label: str, text: str, style: str = "") -> Content:
    """A label and prose beside it."""
    return hanging(label, wrapped(text, ROOM) or [""], style)


def prose(text: str) -> Iterator[Line]:
    """A paragraph without a label."""
    yield from (literal(line) for line in wrapped(text, FULL))


def exact(label: str, text: str, style: str = VALUE) -> Content:
    """A label and text that must not be changed: folded between words alone; a long word has lines of its own."""
    if longest_word(text) <= ROOM:
        return hanging(label, broken(text, ROOM), style)
    return Content("\n").join([literal(label, LABEL), *(literal(piece, style) for piece in broken(text, FULL))])


def hanging(label: str, lines: list[str], style: str = "") -> Content:
    """A label, and lines that hang beside it."""
    return Content.assemble(literal(f"{label:<{INDENT}}", LABEL), literal(("\n" + " " * INDENT).join(lines), style))


def longest_word(text: str) -> int:
    """The columns of the longest word."""
    return max((len(word) for word in visible_line(text).split(" ")), default=0)


def broken(text: str, width: int) -> list[str]:
    """One line of exact text in pieces of `width` columns: folded between two words, and what goes on is set in.

    No mark stands in it that could be taken for a part of it. Where even one word is longer, the last line says so.
    """
    text, pieces, cut = visible_line(text), list[str](), longest_word(text) > width - len(SET_IN)
    while len(text) > width:
        fold = text.rfind(" ", len(SET_IN) + 1, width + 1)
        pieces.append(text[: fold if fold > 0 else width])
        text = SET_IN + (text[fold + 1 :] if fold > 0 else text[width:])
    return [*pieces, text, *((CUT,) if cut and pieces else ())]


def wrapped(text: str, width: int) -> list[str]:
    """Prose in lines of at most `width` columns; a word that is longer is broken."""
    lines, line = [], ""
    for word in visible_line(" ".join(text.split())).split(" "):
        rest = word
        if line and len(line) + 1 + len(rest) > width:
            lines.append(line)
            line = ""
        while len(rest) > width:
            lines.append(rest[:width])
            rest = rest[width:]
        line = f"{line} {rest}" if line else rest
    return [*lines, line] if line else lines


def both_forms(value: str) -> str:
    """How an internationalised name reads, empty for any other value."""
    if "xn--" not in value or ascii_only():
        return ""
    read = for_display(value)
    return f"reads {read.partition(' (')[0]}" if read != value else ""


def around(step: Step) -> Iterator[Line]:
    """Why, effects, common mistakes, how to take it back, how long it takes."""
    yield ""
    yield pair("Why", step.why)
    if isinstance(step.does, Notice):  # below a letter, a block of labels reads like more of it
        yield ""
    yield from _afterwards(step)
    for mistake in step.mistakes:
        yield pair("Mistake", mistake)
    yield _reversal(step)
    if step.verified_by:
        yield pair("Proved by", step.proof)
    yield _takes(step)
    if step.heading:
        yield pair("Chapter", step.heading)


def consequences(step: Step) -> Iterator[Line]:
    """What comes of a step, and whether it can be taken back: what has to be seen before it is confirmed."""
    yield from _afterwards(step)
    yield _reversal(step)
    yield _takes(step)


def _afterwards(step: Step) -> Iterator[Line]:
    for effect in step.effects:
        yield pair("Effect", effect)
    for restart in restarts_of(step):
        yield pair("Restart", restart)


def _reversal(step: Step) -> Line:
    label, how = reversal_of(step)
    return pair(label, how, BAD if isinstance(step.reversal, PointOfNoReturn) else "")


def _takes(step: Step) -> Line:
    return pair("Takes", f"{span(step.duration.typical)}, at worst {span(step.duration.worst)}")
