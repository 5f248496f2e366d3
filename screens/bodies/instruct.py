"""What a person does in a web interface or in the DNS: where, which values, which button."""

from collections.abc import Iterator
from typing import ClassVar

from textual.content import Content

from screens.bodies.parts import (
    FULL,
    INDENT,
    LABEL,
    QUIET,
    ROOM,
    VALUE,
    Body,
    Line,
    both_forms,
    broken,
    exact,
    hanging,
    longest_word,
    pair,
    wrapped,
)
from screens.widgets.verbatim import literal
from wizard.step import Field, Instruct

LONGEST_LABEL = 30  # columns


class InstructBody(Body):
    """An instruction."""

    PAGE: ClassVar[str] = "instruct"

    def lines(self) -> Iterator[Line]:
        """Interface, menu, fields, button, and text to paste."""
        does = self.row.step.does
        assert isinstance(does, Instruct)
        yield pair("Where", does.interface)
        yield pair("Menu", " > ".join(does.menu))
        if does.first:
            yield pair("First", does.first)
        width = min(max((len(field.label) for field in does.fields), default=0), LONGEST_LABEL)
        for number, field in enumerate(does.fields):
            yield from _field("Enter" if number == 0 else "", field, width)
        yield exact("Press", does.button)
        for snippet in does.snippets:
            yield ""
            yield literal(f"{snippet.title}:", LABEL)
            for line in snippet.text.splitlines():
                yield from (literal(f"  {piece}") for piece in broken(line, FULL - 2))


def _field(head: str, field: Field, width: int) -> Iterator[Line]:
    """A field and its value on one line, or the value below where it does not fit."""
    fits = len(field.label) <= width and width + 2 + len(field.value) <= ROOM
    if fits:
        start = Content.assemble(literal(f"{head:<{INDENT}}", LABEL), literal(f"{field.label:<{width}}  "))
        yield Content.assemble(start, literal(field.value, VALUE))
    else:
        yield hanging(head, wrapped(field.label, ROOM) or [""])
        indent = INDENT + 2 if longest_word(field.value) <= ROOM - 2 else 2
        for piece in broken(field.value, FULL - indent):
            yield Content.assemble(literal(" " * indent), literal(piece, VALUE))
    for note in (field.note, both_forms(field.value)):
        for line in wrapped(note, ROOM - 2):
            yield literal(f"{'':<{INDENT + 2}}{line}", QUIET)
