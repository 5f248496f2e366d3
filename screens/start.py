"""The start screen: practise, open a plan, write a new one, go on with a session."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.widgets.verbatim import Verbatim, literal
from wizard.session import SessionSummary


class OpeningScreen(Screen[None]):
    """What is seen until a session is open."""

    def compose(self) -> ComposeResult:
        """One line."""
        yield Verbatim("fedwizard   SIP federation for Cisco IM and Presence", classes="header")
        yield Verbatim("Opening ...", classes="heading")


class StartScreen(Screen[None]):
    """What to begin with."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q,ctrl+q,f10", "leave", "quit", show=False)]

    class Chosen(Message):
        """What was chosen: practise, open, new, quit, or the folder of a session."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, sessions: tuple[SessionSummary, ...]) -> None:
        super().__init__()
        self._sessions = sessions
        self._opening = False

    def compose(self) -> ComposeResult:
        """A list, and what went wrong last."""
        yield Verbatim("fedwizard   SIP federation for Cisco IM and Presence", classes="header")
        yield OptionList(*self._options(), id="choices", markup=False)
        yield Verbatim(id="status", classes="problem")
        yield Verbatim("Up and Down choose   Enter opens   q quits", classes="keys")

    def on_mount(self) -> None:
        """Ready to choose."""
        self.query_one("#choices").focus()

    def _options(self) -> list[Option]:
        first = [
            Option(literal("Practise on a simulated network"), id="practise"),
            Option(literal("Open a plan and begin"), id="open"),
            Option(literal("Write a new plan, from a commented example"), id="new"),
        ]
        resumable = [
            Option(literal(f"Go on with {s.name}   {s.kind}, last {s.last[:16]}"), id=str(s.folder))
            for s in self._sessions
            if not s.problem and not s.locked and not s.ended
        ]
        return [*first, *resumable[:12], Option(literal("Quit"), id="quit")]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Hand the choice to the app."""
        if not self._opening:
            self.post_message(self.Chosen(str(event.option.id)))

    def begin_opening(self) -> None:
        """Say that a session is being opened; until it is, nothing else is."""
        self._opening = True
        self.say("Opening ...")

    def say(self, text: str) -> None:
        """Show what went wrong, or what is under way."""
        self.query_one("#status", Verbatim).say(text)

    def could_not_open(self, text: str) -> None:
        """Show why not; choose again."""
        self._opening = False
        self.say(text)

    def action_leave(self) -> None:
        """Quit."""
        self.post_message(self.Chosen("quit"))
