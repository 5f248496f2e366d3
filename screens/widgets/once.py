"""Screens that go once."""

from textual.await_complete import AwaitComplete
from textual.screen import Screen, ScreenResultType


class Once(Screen[ScreenResultType]):
    """A screen that gives its result once, and only while it is drawn and on top.

    Textual takes away whatever is on top, each time; a second Enter on its way would take the walk's screen. And it
    takes away a screen that is still being opened, which then finds nothing of itself.
    Among several bases it is the last one, for the first one gives the styles.
    """

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Go, with the result; nothing if it has gone already, or is not there yet."""
        there = self.is_mounted and self.app.screen_stack[-1:] == [self]
        return super().dismiss(result) if there else AwaitComplete()
