"""Waiting for something that takes its time: for what, how long already, how long at most."""

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult

from screens.bodies.parts import Body, Line, joined, pair
from screens.widgets.verbatim import Verbatim
from wizard.describe import span, waits_for
from wizard.step import Wait


class WaitBody(Body):
    """A wait, with a line that tells how it goes."""

    PAGE: ClassVar[str] = "wait"

    def lines(self) -> Iterator[Line]:
        """What it waits for."""
        does = self.row.step.does
        assert isinstance(does, Wait)
        yield pair("Waits until", waits_for(does))

    def compose(self) -> ComposeResult:
        """What it waits for, and how it goes."""
        yield Verbatim(joined(self.lines()))
        duration = self.row.step.duration
        going = f"usually {span(duration.typical)}, given up after {span(duration.worst)}"
        yield Verbatim(pair("Time", going), id="progress")

    def progress(self, text: str) -> bool:
        """What was seen last. It may come before the line is there, or when it is gone: then nothing is said."""
        for line in self.query("#progress").results(Verbatim):
            line.show(pair("Seen", text))
        return True
