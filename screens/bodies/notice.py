"""A text that a person sends."""

from collections.abc import Iterator
from typing import ClassVar

from screens.bodies.parts import Body, Line, pair
from screens.widgets.verbatim import literal
from wizard.describe import wrap_letter
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
        yield from (literal(f"  {line}".rstrip()) for line in wrap_letter(does.text))
