"""Dialogs: a typed confirmation, a reason, a question out of the middle of an act, and a text to read."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from screens.widgets.verbatim import Verbatim
from wizard.ports import Prompt, PromptKind


class Answer(ModalScreen[str | None]):
    """One line to type; Escape gives nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "nothing", "cancel", show=False, priority=True)]

    def __init__(self, heading: str, body: Content, ask: str, *, hidden: bool = False, must_be: str = "") -> None:
        super().__init__()
        self._heading, self._body, self._ask = heading, body, ask
        self._hidden, self._must_be = hidden, must_be

    def compose(self) -> ComposeResult:
        """Heading, what it is about, the line."""
        with Vertical(classes="dialog"):
            yield Verbatim(self._heading, classes="heading")
            with VerticalScroll(classes="about"):
                body = Verbatim()
                body.show(self._body)
                yield body
            yield Verbatim(self._ask, id="ask")
            line = Input(password=self._hidden, id="line", select_on_focus=False)
            line.cursor_blink = False
            yield line
            yield Verbatim("Enter confirms, Escape leaves everything as it is.", classes="quiet")

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#line", Input).focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        text = event.value.strip() if not self._hidden else event.value
        if self._must_be and text != self._must_be:
            self.query_one("#ask", Verbatim).say(f"That is not {self._must_be}. Type {self._must_be} to confirm.")
            return
        self.dismiss(text)

    def action_nothing(self) -> None:
        """Leave."""
        self.dismiss(None)


class Reading(ModalScreen[None]):
    """A text to read; any of the usual keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q,question_mark", "close", "close", show=False, priority=True)
    ]

    def __init__(self, heading: str, body: Content) -> None:
        super().__init__()
        self._heading, self._body = heading, body

    def compose(self) -> ComposeResult:
        """Heading and text."""
        with Vertical(classes="dialog"):
            yield Verbatim(self._heading, classes="heading")
            with VerticalScroll(classes="reading"):
                body = Verbatim()
                body.show(self._body)
                yield body
            yield Verbatim("Escape closes this.", classes="quiet")

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)


def prompt_dialog(prompt: Prompt, body: Content) -> Answer:
    """The dialog for a question out of the middle of an act."""
    match prompt.kind:
        case PromptKind.PASSWORD:
            return Answer(f"Password for {prompt.node}", body, "Password:", hidden=True)
        case PromptKind.HOST_KEY:
            return Answer(f"Host key of {prompt.node}", body, "Type yes if this is the node's key:")
        case PromptKind.QUESTION:
            about = "This step did not announce the question. Escape sends nothing."
            return Answer(f"{prompt.node} asks", body, f"{about} Answer:")
        case PromptKind.EXTRA:
            return Answer(f"{prompt.node} asks", body, "Answer:", hidden=not prompt.echo)
