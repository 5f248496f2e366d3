"""The palette of what can be done now."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette
from textual.widgets import Input

from screens.widgets.once import Once


class Palette(CommandPalette, Once[None]):
    """Textual's, with a cursor that stays, and keys that may come before its list is laid out."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pageup", "turn('page_up')", show=False),
        Binding("pagedown", "turn('page_down')", show=False),
    ]

    def on_mount(self) -> None:
        """A blinking cursor redraws a slow line for nothing."""
        for line in self.query(Input):
            line.cursor_blink = False

    def action_turn(self, page: str) -> None:
        """Turn a page of the list."""
        for commands in self.query(CommandList):
            if commands.virtual_size.height:
                getattr(commands, f"action_{page}")()
