"""The Textual application: opens a sitting, passes messages to the step screen, and ends in order whatever happens."""

import asyncio
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import ClassVar, Protocol

from textual import on
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.content import Content
from textual.screen import Screen

from screens.actions import DEEDS, help_text
from screens.bodies.content import step_body
from screens.bridge import Bridge, Opened, Prompted, RunnerTold
from screens.modals import Answer, Reading, prompt_dialog
from screens.overview import Overview
from screens.start import OpeningScreen, StartScreen
from screens.step import StepScreen
from screens.widgets.verbatim import literal
from wizard.engine import AskKind, Choice, survey
from wizard.errors import FedwizardError
from wizard.frontend import ENDINGS, EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, JOIN_SECONDS
from wizard.runner import Runner
from wizard.session import SessionSummary, sessions_root
from wizard.sitting import Sitting

CLOSE_SECONDS = 0.6
Opening = Callable[[], Sitting]


class Launcher(Protocol):
    """What the start screen can open. Every call may block, and raises FedwizardError."""

    def practice(self) -> Sitting: ...
    def open_plan(self, path: Path) -> Sitting: ...
    def resume(self, folder: Path) -> Sitting: ...
    def new_plan(self, path: Path) -> None: ...
    def sessions(self) -> tuple[SessionSummary, ...]: ...


class FedwizardApp(App[int]):
    """The app. `opening` is what to open at once; without it the start screen comes first."""

    CSS = files("assets").joinpath("app.tcss").read_text(encoding="utf-8")
    TITLE: str | None = "fedwizard"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, launcher: Launcher, opening: Opening | None) -> None:
        super().__init__(ansi_color=plain_terminal())
        if plain_terminal():
            self.theme = "ansi-dark"
        self.launcher, self.opening = launcher, opening
        self.bridge = Bridge(self.post_message)
        self.sitting: Sitting | None = None
        self.runner: Runner | None = None
        self.problem = ""

    async def on_mount(self) -> None:
        """Signals first, then the first screen."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self.end, EXIT_INTERRUPTED)
        if self.opening is None:
            await self.push_screen(StartScreen(self.launcher.sessions()))
            return
        await self.push_screen(OpeningScreen())
        self._open(self.opening)

    # --- opening ---

    def _open(self, opening: Opening) -> None:
        """Open in a thread of its own: it may take its time, and the screen must not wait."""

        def work() -> None:
            try:
                self.post_message(Opened(opening()))
            except Exception as error:  # noqa: BLE001  (the seam between a thread and the screens)
                self.post_message(Opened(None, error))

        if isinstance(self.screen, StartScreen):
            self.screen.begin_opening()
        threading.Thread(target=work, name="open", daemon=True).start()

    @on(Opened)
    def _opened(self, message: Opened) -> None:
        if message.sitting is None:
            self._could_not_open(message.error)
            return
        self.sitting = message.sitting
        self.runner = message.sitting.runner(self.bridge, self.bridge)
        self.push_screen(StepScreen(message.sitting, self.runner))

    def _could_not_open(self, error: Exception | None) -> None:
        known = isinstance(error, FedwizardError)
        problem = f"{error.problem}  {error.remedy}" if isinstance(error, FedwizardError) else f"A fault: {error!r}"
        if isinstance(self.screen, StartScreen):
            self.screen.could_not_open(problem)
        if self.opening is not None:
            self.problem = problem
            self.exit(error.status if known and isinstance(error, FedwizardError) else EXIT_FAILED)
            return
        problems = getattr(error, "problems", ())
        if problems:
            lines = [f"{p.file}:{p.line}: {p.field}: {p.problem}\n    {p.fix}" for p in problems]
            self.push_screen(Reading("This plan cannot be used yet", literal("\n".join(lines))))

    def _say(self, text: str) -> None:
        if isinstance(self.screen, StartScreen):
            self.screen.say(text)

    @on(StartScreen.Chosen)
    def _chosen(self, message: StartScreen.Chosen) -> None:
        match message.what:
            case "quit":
                self.end(EXIT_DONE)
            case "practise":
                self._open(self.launcher.practice)
            case "open":
                self._ask_path("Which plan?", lambda path: self._open(partial(self.launcher.open_plan, path)))
            case "new":
                self._ask_path("Write the example to which file?", self._new_plan)
            case folder:
                self._open(partial(self.launcher.resume, Path(folder)))

    def _ask_path(self, heading: str, then: Callable[[Path], None]) -> None:
        def chosen(text: str | None) -> None:
            if text:
                then(Path(text).expanduser())

        here = literal(f"Names are relative to {Path.cwd()}")
        self.push_screen(Answer(heading, here, "File:"), chosen)

    def _new_plan(self, path: Path) -> None:
        try:
            self.launcher.new_plan(path)
        except FedwizardError as error:
            self._say(f"{error.problem}  {error.remedy}")
            return
        self._say(f"{path} holds a commented example. Edit it, then open it here.")

    # --- the walk ---

    @property
    def step_screen(self) -> StepScreen | None:
        """The screen of the walk, wherever it is in the stack."""
        return next((screen for screen in self.screen_stack if isinstance(screen, StepScreen)), None)

    @on(RunnerTold)
    def _told(self, message: RunnerTold) -> None:
        screen = self.step_screen
        if screen is not None:
            screen.told(message.told)

    @on(Prompted)
    def _prompted(self, message: Prompted) -> None:
        dialog = prompt_dialog(message.prompt, literal(message.prompt.text))
        self.push_screen(dialog, message.answer.put)

    @on(StepScreen.Reason)
    def _reason(self, message: StepScreen.Reason) -> None:
        screen = self.step_screen
        if screen is None:
            return
        ask = screen.ask

        def given(text: str | None) -> None:
            if not text:
                return
            if message.choice is Choice.REDO:
                screen.redo(text)
            else:
                screen.give(message.choice, text)

        typed = ask.typed if ask and message.choice is Choice.GO else ""
        body = step_body(ask.row) if ask and typed else Content("")
        line = f"Type {typed} to confirm" if typed else "Reason:"
        self.push_screen(Answer(message.heading, body, line, must_be=typed), given)

    def action_overview(self) -> None:
        """All steps."""
        screen = self.step_screen
        if screen is None or self.runner is None or not isinstance(self.screen, StepScreen):
            return
        rows = survey(screen.sitting.walk, self.runner.state)
        current = screen.ask.row.step.id if screen.ask and screen.ask.kind is not AskKind.BEGIN else ""

        def chosen(step: str | None) -> None:
            if step:
                screen.look_at(step)

        self.push_screen(Overview(screen.sitting.walk, rows, self.runner.state, current), chosen)

    def action_help(self) -> None:
        """Keys."""
        self.push_screen(Reading("Keys", literal(help_text())))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette lists what can be done now."""
        if isinstance(screen, StepScreen):
            for deed in DEEDS:
                if screen.available(deed.action):
                    yield SystemCommand(deed.label, deed.help, partial(self.run_action_on_step, deed.action))

    async def run_action_on_step(self, action: str) -> None:
        """A deed, from the palette."""
        if self.step_screen is not None:
            await self.step_screen.run_action(action)

    # --- ending ---

    def action_leave(self) -> None:
        """Quit; ask only while a change is on its way."""
        screen = self.step_screen
        if screen is None or not any(step_changes(row.step.does) for row in screen.running.values()):
            self.end(None)
            return
        text = "A change is under way on a node. It goes on there; its outcome is read when you resume."

        def sure(answer: str | None) -> None:
            if answer == "quit":
                self.end(EXIT_INTERRUPTED)

        self.push_screen(Answer("Quit now?", literal(text), "Type quit to leave:"), sure)

    async def action_quit(self) -> None:
        """The same, by the framework's own key."""
        self.action_leave()

    def end(self, status: int | None) -> None:
        """Stop the runner and leave; None: the status that fits how the walk stands."""
        if status is None:
            screen = self.step_screen
            reason = screen.ended.reason if screen and screen.ended else "stopped" if screen else "finished"
            status = ENDINGS[reason]
        if self.runner is not None:
            self.runner.stop()
        self.exit(status)

    def _fatal_error(self) -> None:
        """A fault of ours: one sentence and a path instead of a picture of every local variable.

        Private in Textual; a test fails when it changes.
        """
        path = crash_log()
        said = f"fedwizard ended by a fault of its own. Details: {path}. What was shown as done is on record."
        self._exit_renderables.append(said)
        self._close_messages_no_wait()


def step_changes(does: object) -> bool:
    """Whether an act changes a node."""
    from cli_backend.exchange import Risk
    from wizard.step import Command, Restart

    return isinstance(does, Restart) or (isinstance(does, Command) and does.risk is not Risk.READ_ONLY)


def crash_log() -> Path:
    """Write the traceback without values of variables; only the account may read it."""
    path = sessions_root().parent / "crash.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(fd, "a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')}\n{''.join(traceback.format_exc())}\n")
    except OSError:
        pass
    return path


def plain_terminal() -> bool:
    """Whether colours are not wanted, or the terminal has few."""
    term = os.environ.get("TERM", "")
    return bool(os.environ.get("NO_COLOR")) or term == "linux" or term.startswith("vt")


def run_app(launcher: Launcher, opening: Opening | None) -> int:
    """Run the app to its end; returns the exit status. Whatever hangs, the process may end within a second."""
    app = FedwizardApp(launcher, opening)
    result = app.run(mouse=False)
    app.bridge.release()
    if app.runner is not None:
        app.runner.stop()
        app.runner.join(JOIN_SECONDS)
    if app.sitting is not None:
        closer = threading.Thread(target=app.sitting.close, name="close", daemon=True)
        closer.start()
        closer.join(CLOSE_SECONDS)
    if app.problem:
        raise FedwizardError(app.problem)
    if result is None and app.return_code:
        return app.return_code
    screen_status = EXIT_DONE if result is None else result
    return screen_status
