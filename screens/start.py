"""The start screen: practise, open a plan, write a new one, go on with a session."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.widgets.choices import Choices
from screens.widgets.keyline import KeyLine
from screens.widgets.once import Once
from screens.widgets.verbatim import Verbatim, literal
from wizard.session import SessionSummary
from wizard.text import visible_line

HEADLINE = "fedwizard   SIP federation for Cisco IM and Presence"
CHOICES = (
    ("practise", "Practise", "on a simulated network; nothing leaves this machine"),
    ("open", "Open a plan", "and walk through it with your cluster"),
    ("new", "New plan", "write a commented example to fill in"),
    ("resume", "Resume", "go on with a session"),
    ("quit", "Quit", ""),
)
KEYS = (("Up, Down", "choose"), ("Enter", "opens"), ("?", "help"), ("q", "quit"))


class OpeningScreen(Screen[None]):
    """What is seen until a session is open."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("q", "app.leave", "quit", show=False)]

    def compose(self) -> ComposeResult:
        """One line."""
        yield Verbatim(HEADLINE, classes="header")
        yield Verbatim("Opening ...", classes="heading")
        yield Verbatim("q quits", classes="keys")


class StartScreen(Screen[None]):
    """What to begin with."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "app.leave", "quit", show=False),
        Binding("question_mark", "app.help", "help", show=False),
    ]

    class Chosen(Message):
        """What was chosen: practise, open, new, resume or quit."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self) -> None:
        super().__init__()
        self._opening = False

    def compose(self) -> ComposeResult:
        """A list, and what went wrong last."""
        yield Verbatim(HEADLINE, classes="header")
        yield Verbatim("What do you want to do?", classes="heading")
        yield Choices(
            *(Option(literal(f"{label:<14}{about}"), id=what) for what, label, about in CHOICES),
            id="choices",
            markup=False,
            compact=True,
        )
        yield Verbatim(id="help")
        yield KeyLine(classes="keys")

    def on_mount(self) -> None:
        """Ready to choose."""
        self.query_one(KeyLine).keys(KEYS)
        self.query_one("#choices").focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Hand the choice to the app; while something is being opened, nothing else is."""
        if not self._opening or event.option.id == "quit":
            self.post_message(self.Chosen(str(event.option.id)))

    def begin_opening(self) -> None:
        """Say that a session is being opened."""
        self._opening = True
        self.say("Opening ...")

    def say(self, text: str, *, bad: bool = False) -> None:
        """Show what went wrong, or what is under way."""
        for line in self.query("#help").results(Verbatim):  # none while the screen is being opened
            line.set_class(bad, "bad")
            line.say(text)

    def opened_nothing(self) -> None:
        """Nothing was opened; choose again."""
        self._opening = False
        self.say("")


class ScenariosScreen(Once[str | None]):
    """The practice scenarios, as (name, title); gives the name of the one to practise."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,b", "back", "back", show=False)]

    def __init__(self, scenarios: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self._scenarios = scenarios

    def compose(self) -> ComposeResult:
        """A list."""
        yield Verbatim("fedwizard   Practise", classes="header")
        yield Verbatim("Begin with the first. From wrong-port on, each holds one fault to be found.", classes="heading")
        options = (Option(literal(f"{name:<17}{title}"), id=name) for name, title in self._scenarios)
        yield Choices(*options, id="scenarios", markup=False, compact=True)
        yield KeyLine(classes="keys")

    def on_mount(self) -> None:
        """Ready to choose."""
        self.query_one(KeyLine).keys((("Up, Down", "choose"), ("Enter", "begins"), ("Esc", "back")))
        self.query_one("#scenarios").focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Practise it."""
        self.dismiss(event.option.id)

    def action_back(self) -> None:
        """Back to the start."""
        self.dismiss(None)


class SessionsScreen(Once[str | None]):
    """The sessions of this account; gives the folder of the one to go on with."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,b", "back", "back", show=False)]

    def compose(self) -> ComposeResult:
        """A list, filled when it has been read."""
        yield Verbatim("fedwizard   Resume a session", classes="header")
        yield Choices(id="sessions", markup=False, compact=True)
        yield Verbatim("Reading the sessions ...", id="help")
        yield KeyLine(classes="keys")

    def on_mount(self) -> None:
        """Nothing to choose from yet."""
        self.query_one(KeyLine).keys((("Up, Down", "choose"), ("Enter", "goes on with it"), ("Esc", "back")))
        self.query_one("#sessions").focus()

    def fill(self, sessions: tuple[SessionSummary, ...], problem: str) -> None:
        """Show the sessions; those that cannot be opened say why and cannot be chosen."""
        choices = self.query_one("#sessions", OptionList)
        choices.add_options(
            Option(literal(_line(one)), id=str(one.folder), disabled=bool(_obstacle(one))) for one in sessions
        )
        empty = "There is no session yet. Escape goes back; begin with Practise."
        self.query_one("#help", Verbatim).say(problem or ("" if sessions else empty))
        choices.action_first()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go on with it."""
        self.dismiss(event.option.id)

    def action_back(self) -> None:
        """Back to the start."""
        self.dismiss(None)


def _line(session: SessionSummary) -> str:
    stands = _obstacle(session) or ("finished" if session.ended else "")
    last = session.last[:16].replace("T", " ")
    return f"{visible_line(session.name):<30.30} {session.kind:<9}{last:<18}{stands}"


def _obstacle(session: SessionSummary) -> str:
    return session.problem or ("open elsewhere" if session.locked else "")
