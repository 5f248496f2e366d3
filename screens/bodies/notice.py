"""A text that a person sends."""

from collections.abc import Iterator
from typing import ClassVar

from screens.bodies.parts import FULL, Body, Line, pair, wrapped
from screens.widgets.verbatim import literal
from wizard.step import Notice


class NoticeBody(Body):
    """A notice."""

    PAGE: ClassVar[str] = "notice"

    def lines(self) -> Iterator[Line]:
        """To whom, about what, the text."""
        does = self.row.step.does
        assert isinstance(does, Notice)
        yield pair("To", does.recipient)
        yield pair("Subject", does.subject)
        yield ""
        for line in does.text.splitlines():
            yield from (literal(f"  {piece}") for piece in wrapped(line, FULL - 2) or [""])
