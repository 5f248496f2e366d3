"""The console: commands that a person types on a node, one at a time, while the walk waits."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from cli_backend.exchange import CommandRefused, Risk
from screens.bodies.parts import exact, pair, prose
from screens.bridge import Bridge
from screens.modals import LineDialog, exactly
from screens.step import StepScreen
from screens.widgets.askable import AskableLine
from screens.widgets.keyline import KeyLine
from screens.widgets.once import Once
from screens.widgets.output import OutputPane
from screens.widgets.verbatim import Verbatim
from wizard.console import Said, Typed, typed
from wizard.runner import CONSOLE, Runner

DRAW = 0.2  # seconds between two looks for output
KEYS = (
    ("Enter", "send"),
    ("Ctrl+N", "other node"),
    ("Esc", "back to the walk"),
    ("Ctrl+X", "stop waiting"),
    ("Up", "earlier commands"),
    ("PgUp", "more"),
    ("?", "help, in an empty line"),
)
RUNNING = "It still runs. Ctrl+X stops waiting for it; the node goes on."
READY = "Type a command and press Enter. Reading commands are sent at once, others are asked about first."


class ConsoleScreen(Once[None]):
    """One node at a time. What is typed goes into the record, with all that the node says."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back", show=False, priority=True),
        Binding("ctrl+n", "other_node", "other node", show=False, priority=True),
        Binding("ctrl+x", "give_up", "stop waiting", show=False, priority=True),
        Binding("pageup", "page(-1)", "up", show=False, priority=True),
        Binding("pagedown", "page(1)", "down", show=False, priority=True),
        Binding("up", "earlier(-1)", "earlier", show=False, priority=True),
        Binding("down", "earlier(1)", "later", show=False, priority=True),
    ]

    def __init__(self, runner: Runner, bridge: Bridge, nodes: tuple[str, ...], at: str, *, practice: bool) -> None:
        """Over these nodes; it begins at the node `at`."""
        super().__init__()
        self._runner, self._bridge, self._names, self._practice = runner, bridge, nodes, practice
        self._at = at
        self._waiting_for: Typed | None = None
        self._typed: list[str] = []
        self._place = 0

    def compose(self) -> ComposeResult:
        """Which node, what it printed, what to do, the line."""
        yield Verbatim(id="header", classes="header")
        yield OutputPane(id="console")
        yield Verbatim(READY, id="help")
        line = AskableLine(id="command", compact=True, select_on_focus=False)
        line.cursor_blink = False
        with Horizontal(id="prompt"):
            yield Verbatim(id="node")
            yield line
        yield KeyLine(id="keys", classes="keys")

    def on_mount(self) -> None:
        """Type at once."""
        self._output.begin((CONSOLE,))
        self._output.display = True
        self._show_node()
        self.query_one(KeyLine).keys(key for key in KEYS if key[0] != "Ctrl+N" or len(self._names) > 1)
        self.set_interval(DRAW, self._draw)
        self.query_one(Input).focus()

    @property
    def _output(self) -> OutputPane:
        return self.query_one(OutputPane)

    def _draw(self) -> None:
        self._output.feed(self._bridge.take())

    def _show_node(self) -> None:
        stamp = "PRACTICE   " if self._practice else ""
        self.query_one("#header", Verbatim).say(f"{stamp}Console of {self._at}")
        self.query_one("#node", Verbatim).say(f"{self._at}>")

    @property
    def changing(self) -> bool:
        """Whether something that changes a node is under way."""
        return self._waiting_for is not None and self._waiting_for.risk is not Risk.READ_ONLY

    def say(self, text: str, *, bad: bool = False) -> None:
        """The line of help."""
        line = self.query_one("#help", Verbatim)
        line.set_class(bad, "bad")
        line.say(text)

    # --- typing and sending ---

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._waiting_for is not None:
            self.say(RUNNING, bad=True)
            return
        try:
            command = typed(self._at, event.value)
        except CommandRefused as refused:
            self.say(f"Not sent: {refused.problem}. {refused.remedy}", bad=True)
            return
        if not command.confirmation:
            self._send(command)
            return
        self.post_message(StepScreen.Wants(confirmation(command), self._when_confirmed(command)))

    def _when_confirmed(self, command: Typed) -> Callable[[str | None], None]:
        def given(text: str | None) -> None:
            if text is None:
                self.say("Nothing was sent.")
            elif self._waiting_for is None:
                self._send(command)

        return given

    def _send(self, command: Typed) -> None:
        self._waiting_for = command
        self._typed.append(command.command)
        self._place = len(self._typed)
        self.query_one(Input).value = ""
        self._output.feed(((CONSOLE, f"{command.node}> {command.command}\n"),))
        self.say("Sent; waiting for the prompt.")
        self._runner.type(command)

    def said(self, said: Said) -> None:
        """What came of the command; it is on disk."""
        self._draw()
        self._output.feed(((CONSOLE, "\n"),))
        self._waiting_for = None
        changed = " What was read before may hold no longer; the walk reads again before it changes anything."
        self.say(said.text + (changed if said.typed.risk is not Risk.READ_ONLY else ""), bad=not said.fine)

    # --- keys ---

    def action_leave(self) -> None:
        """Back to the walk, once nothing runs."""
        if self._waiting_for is not None:
            self.say(RUNNING, bad=True)
        else:
            self.dismiss(None)

    def action_give_up(self) -> None:
        """Stop waiting; the node goes on with what it was told."""
        if self._waiting_for is not None:
            self._runner.cancel()
            self.say("No longer waiting ... The node goes on with what it was told.")

    def action_other_node(self) -> None:
        """The next node of the plan."""
        if self._waiting_for is None:
            self._at = self._names[(self._names.index(self._at) + 1) % len(self._names)]
            self._show_node()

    def action_page(self, by: int) -> None:
        """Move what the node printed."""
        self._output.page(by)

    def action_earlier(self, by: int) -> None:
        """A command that was typed before, to be typed again."""
        if self._typed:
            self._place = max(0, min(len(self._typed), self._place + by))
            line = self.query_one(Input)
            line.value = self._typed[self._place] if self._place < len(self._typed) else ""
            line.cursor_position = len(line.value)


def confirmation(command: Typed) -> LineDialog:
    """What has to be typed before a command that changes something is sent."""
    what = "disrupts" if command.risk is Risk.DISRUPTIVE else "may change the node"
    about = (
        pair("Node", command.node),
        exact("Command", command.command),
        "",
        *prose(f"This {what}. It is no step of the walk: nothing checks it before, and nothing takes it back."),
    )
    wanted = command.confirmation
    leave = "Enter sends exactly this. Escape sends nothing."
    return LineDialog("Send what you typed?", about, f"Type {wanted} to send it", refuse=exactly(wanted), leave=leave)
