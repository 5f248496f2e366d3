"""Dialogs: one line to type, such as a confirmation, a reason or a password; and a text to read."""

from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input

from screens.bodies.parts import Line, Text, consequences, exact, pair, prose
from screens.widgets.once import Once
from screens.widgets.verbatim import Verbatim, literal
from wizard.describe import readable
from wizard.engine import Ask
from wizard.ports import Prompt, PromptKind
from wizard.step import Command, Kind, Restart

Refuse = Callable[[str], str]
LETTERS = 3  # the fewest of a reason
LEAVE = "Enter confirms. Escape leaves everything as it is. PgUp, PgDn move the text."


class LineDialog(ModalScreen[str | None], Once[str | None]):
    """One line to type; Escape gives nothing. `refuse` says why a text is not taken, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "nothing", "cancel", show=False, priority=True),
        Binding("pageup", "about(-1)", "up", show=False, priority=True),
        Binding("pagedown", "about(1)", "down", show=False, priority=True),
    ]

    def __init__(
        self,
        heading: str,
        about: Iterable[Line],
        ask: str,
        *,
        refuse: Refuse | None = None,
        hidden: bool = False,
        leave: str = LEAVE,
        begun: str = "",
    ) -> None:
        super().__init__()
        self._heading, self._about, self._ask, self._leave = heading, tuple(about), ask, leave
        self._refuse, self._hidden, self._begun = refuse or not_empty, hidden, begun

    def compose(self) -> ComposeResult:
        """Heading, what it is about, the line."""
        with Vertical(classes="dialog"):
            yield Verbatim(self._heading, classes="heading")
            if self._about:
                with VerticalScroll(classes="about", can_focus=False):
                    yield Text(self._about)
            yield Verbatim(self._ask, id="ask")
            line = Input(self._begun, password=self._hidden, id="line", compact=True, select_on_focus=False)
            line.cursor_blink = False
            yield line
            yield Verbatim(self._leave, classes="quiet")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#line", Input).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value if self._hidden else event.value.strip()
        refusal = self._refuse(text)
        if not refusal:
            self.dismiss(text)
            return
        ask = self.query_one("#ask", Verbatim)
        ask.add_class("bad")
        ask.say(refusal)
        self.query_one("#line", Input).value = ""

    def action_nothing(self) -> None:
        """Leave."""
        self.dismiss(None)

    def action_about(self, by: int) -> None:
        """Move the text above the line."""
        for about in self.query(".about").results(VerticalScroll):
            about.scroll_relative(y=by * max(about.size.height - 1, 1), animate=False)


class Reading(ModalScreen[None], Once[None]):
    """A text to read and scroll; any of the usual keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,question_mark", "close", "close", show=False, priority=True)
    ]

    def __init__(self, heading: str, about: Iterable[Line]) -> None:
        super().__init__()
        self._heading, self._about = heading, tuple(about)

    def compose(self) -> ComposeResult:
        """Heading and text."""
        with Vertical(classes="dialog"):
            yield Verbatim(self._heading, classes="heading")
            with VerticalScroll(classes="reading"):
                yield Text(self._about)
            yield Verbatim("PgUp and PgDn move the text. Escape closes it.", classes="quiet")

    def on_mount(self) -> None:
        """The arrows move the text."""
        self.query_one(".reading").focus()

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)


class Sure(ModalScreen[str | None], Once[str | None]):
    """Something that happens only when the person says so a second time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,q,enter", "sure", "yes", show=False, priority=True),
        Binding("n,escape", "nothing", "no", show=False, priority=True),
    ]

    def __init__(self, heading: str, about: Iterable[Line], keys: str) -> None:
        super().__init__()
        self._heading, self._about, self._keys = heading, tuple(about), keys

    def compose(self) -> ComposeResult:
        """What would happen, and the two keys."""
        with Vertical(classes="dialog"):
            yield Verbatim(self._heading, classes="heading")
            yield Text(self._about)
            yield Verbatim(self._keys, classes="keyhint")

    def action_sure(self) -> None:
        """Yes."""
        self.dismiss("yes")

    def action_nothing(self) -> None:
        """No."""
        self.dismiss(None)


def not_empty(text: str) -> str:
    """Refuses nothing but emptiness."""
    return "" if text.strip() else "Nothing was typed. Type it, or leave with Escape."


def a_reason(text: str) -> str:
    """Refuses what says nothing to whoever reads the record, such as the rest of a name that was typed."""
    return "" if sum(map(str.isalpha, text)) >= LETTERS else "Say why, in a word or more, or leave with Escape."


def a_reason_in_words(text: str) -> str:
    """Refuses one word as well: it may be a value that was meant for a line of the form behind."""
    return a_reason(text) or ("" if len(text.split()) > 1 else "One word may be a value. Say why in two words or more.")


def exactly(wanted: str) -> Refuse:
    """Refuses everything but one text."""
    return lambda text: "" if text == wanted else f"That is not {wanted}. Type {wanted} to confirm."


def yes_or_no(text: str) -> str:
    """Refuses everything but a clear answer."""
    return "" if text in {"yes", "no"} else "Type yes or no, in full."


def by_hand(ask: Ask, begun: str = "") -> LineDialog:
    """What somebody did in a web interface and what disrupts: nothing shows it, so it is said with the name.

    `begun` is what was typed of it already.
    """
    step = ask.row.step
    about = prose("Only if it was done there, just now. Nothing is sent, and nothing can show it.")
    lines = (*about, "", *consequences(step))
    asked, leave = f"Type {ask.typed} to say so", "Enter records it as done. Escape goes back."
    heading = f"Done by hand: {step.title}"
    return LineDialog(heading, lines, asked, refuse=exactly(ask.typed), leave=leave, begun=begun)


def typed_confirmation(ask: Ask, begun: str = "") -> LineDialog:
    """The second confirmation of something disruptive: the action in full, and the node's name to type.

    `begun` is what was typed of it already.
    """
    step = ask.row.step
    lines = (*_sent(step.does), "", *consequences(step))
    asked = f"Type {ask.typed} to confirm"
    return LineDialog(f"Confirm: {step.title}", lines, asked, refuse=exactly(ask.typed), begun=begun)


def _sent(does: Kind) -> Iterator[Line]:
    """What is sent, to which node. All else about it stood on the screen before."""
    if isinstance(does, Command | Restart):
        yield pair("Node", does.node)
        yield exact("Command", does.command)
    if isinstance(does, Command):
        yield from (pair("Answers", f"{each.answer} to {readable(each.pattern)}") for each in does.expect)
    if isinstance(does, Restart):
        yield pair("Goes down", does.takes_down)


def prompt_dialog(prompt: Prompt) -> LineDialog:
    """The dialog for a question out of the middle of an act. The text is the node's own, verbatim."""
    text = [literal(line) for line in prompt.text.splitlines()]
    match prompt.kind:
        case PromptKind.PASSWORD:
            note = prose("Kept in memory for this session, and tried once. It is never written anywhere.")
            leave = "Enter uses it. Escape gives up this step."
            about: list[Line] = [*text, "", *note]
            return LineDialog(f"Password for {prompt.node}", about, "Password:", hidden=True, leave=leave)
        case PromptKind.HOST_KEY:
            note = prose("Compare it with what you got another way, such as on the node's own console.")
            ask, leave = "Is this the node's key? Type yes or no:", "Enter answers. Escape is no: nothing is sent."
            return LineDialog(f"Host key of {prompt.node}", [*text, "", *note], ask, refuse=yes_or_no, leave=leave)
        case PromptKind.QUESTION:
            heading = f"{prompt.node} asks something that this step did not announce"
            leave = "Enter sends exactly this. Escape sends nothing, and the step ends."
            return LineDialog(heading, text, "Your answer:", hidden=not prompt.echo, leave=leave)
        case PromptKind.EXTRA:
            leave = "Enter sends it. Escape gives up this step."
            return LineDialog(f"{prompt.node} asks", text, "Answer:", hidden=not prompt.echo, leave=leave)
