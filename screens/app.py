"""The Textual application: passes messages to the screen of the walk, and ends with the status that fits."""

import asyncio
import os
import signal
from collections.abc import Iterable
from functools import partial
from importlib.resources import files
from typing import ClassVar

from textual import on
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.events import Event, Key
from textual.screen import ModalScreen, Screen

from cli_backend.exchange import Risk
from screens.actions import DEEDS
from screens.bodies.parts import prose
from screens.bridge import Opened, Prompted, RunnerTold, Written
from screens.console import ConsoleScreen
from screens.helping import help_lines
from screens.modals import Reading, Sure, prompt_dialog
from screens.opening import Launcher, Opening, OpeningApp
from screens.overview import Overview
from screens.palette import Palette
from screens.start import OpeningScreen, StartScreen
from screens.step import StepScreen
from screens.terminal import PLAIN, ascii_only, terminal_gone, wants_plain
from wizard.about import home_of
from wizard.frontend import ENDINGS, EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED
from wizard.runner import ConsoleSaid
from wizard.step import Command, Kind, Restart

LOOK_FOR_TERMINAL = 2.0  # seconds
OWN_KEYS = ("start", "console", "overview")  # pages of help about screens on which the keys of the walk do not work
NOT_NOW = "The console (t) opens only while the walk waits for you."

__all__ = ["FedwizardApp", "Launcher", "Opening", "run_app"]


class FedwizardApp(OpeningApp):
    """The app. `opening` is what to open at once; without it the start screen comes first."""

    CSS = files("assets").joinpath("app.tcss").read_text(encoding="utf-8")
    TITLE: str | None = "fedwizard"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q,f10", "leave", "quit", show=False, priority=True, system=True),
        Binding("ctrl+c", "interrupt", "how to quit", show=False, system=True),
    ]

    def __init__(self, launcher: Launcher, opening: Opening | None, *, plain: bool | None = None) -> None:
        plain = wants_plain(os.environ) if plain is None else plain  # asked first: Textual takes NO_COLOR away
        super().__init__(launcher, opening, ansi_color=True if plain else None)
        if plain:
            self.register_theme(PLAIN)
            self.theme = PLAIN.name
        self.set_class(plain, "-plain")
        self.set_class(ascii_only(), "-ascii")
        self.animation_level = "none"

    async def on_mount(self) -> None:
        """Signals first, then the first screen."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.end, EXIT_INTERRUPTED)
        self._gone = terminal_gone()
        self.set_interval(LOOK_FOR_TERMINAL, self._leave_with_terminal)
        await self.open_first()

    def _leave_with_terminal(self) -> None:
        """Without a terminal nobody can answer; what waits would hold the session for ever."""
        if self._gone():
            self.end(EXIT_INTERRUPTED)

    async def on_event(self, event: Event) -> None:
        """A key that was pressed before the page stood there was meant for another one: it is dropped."""
        screen = self.screen_stack[-1] if self.screen_stack else None
        if isinstance(event, Key) and isinstance(screen, StepScreen) and event.time < screen.changed_at:
            return
        await super().on_event(event)

    # --- the walk ---

    @on(Opened)
    def _opened(self, message: Opened) -> None:
        sitting = message.sitting
        if sitting is None:
            self.could_not_open(message.error or RuntimeError("nothing was opened"))
            return
        runner = sitting.runner(self.bridge, self.bridge)
        self.leaving.sitting, self.leaving.runner = sitting, runner
        self.push_screen(StepScreen(sitting, runner, self.bridge))

    @property
    def step_screen(self) -> StepScreen | None:
        """The screen of the walk, wherever it is in the stack."""
        return next((screen for screen in self.screen_stack if isinstance(screen, StepScreen)), None)

    @on(RunnerTold)
    async def _told(self, message: RunnerTold) -> None:
        screen = self.step_screen
        if screen is None or self.leaving.begun:
            return
        if isinstance(message.told, ConsoleSaid):
            for console in self.screen_stack:
                if isinstance(console, ConsoleScreen):
                    console.said(message.told.said)
            return
        await screen.told(message.told)
        if isinstance(self.screen, Overview):
            self.screen.update_rows()

    @on(Prompted)
    def _prompted(self, message: Prompted) -> None:
        self.show_dialog(prompt_dialog(message.prompt), message.answer.put)

    @on(StepScreen.Wants)
    def _wants(self, message: StepScreen.Wants) -> None:
        if not self.dialog_open:  # a second one would come of letters that were meant for the first
            self.show_dialog(message.dialog, message.then)

    @on(Written)
    def _written(self, message: Written) -> None:
        if isinstance(self.screen, StartScreen | StepScreen):
            self.screen.say(message.text)

    @on(StepScreen.AsksApp)
    def _asks_app(self, message: StepScreen.AsksApp) -> None:
        match message.what:
            case "overview":
                self.action_overview()
            case "help":
                self.action_help()
            case "console":
                self.action_console()
            case _:
                self.action_leave()

    def action_overview(self) -> None:
        """All steps."""
        screen = self.step_screen
        if screen is None or self.screen is not screen:
            return

        async def chosen(step: str | None) -> None:
            if step:
                await screen.look_at(step)

        self.push_screen(Overview(screen.scene), chosen)

    def action_console(self) -> None:
        """Commands typed by hand."""
        screen, sitting, runner = self.step_screen, self.leaving.sitting, self.leaving.runner
        if screen is not None and self.screen is screen and sitting is not None and runner is not None:
            nodes = tuple(node.name for node in sitting.walk.plan.nodes_publisher_first)
            row = screen.scene.seen()
            at = home_of(row.step, nodes) if row else nodes[0]
            self.push_screen(ConsoleScreen(runner, self.bridge, nodes, at, practice=sitting.practice))

    def action_help(self) -> None:
        """What this screen is, and the keys."""
        page = {StartScreen: "start", Overview: "overview", ConsoleScreen: "console"}.get(type(self.screen), "")
        if isinstance(self.screen, StepScreen):
            page = self.screen.page
        if page:
            hints = self.step_screen.next_hints() if self.step_screen is not None else ()
            self.push_screen(Reading("Help", (*hints, *help_lines(page, keys=page not in OWN_KEYS))))

    # --- the palette ---

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette lists what can be done now."""
        if isinstance(screen, StepScreen):
            situation = screen.situation
            for deed in DEEDS:
                if situation.allows(deed):
                    do = partial(screen.action_deed, deed.name)
                    named = situation.label(deed) if situation.label(deed) != deed.label else deed.phrase or deed.label
                    yield SystemCommand(f"{named} ({deed.shown_key})", deed.help, do)
                elif deed.name == "console":
                    yield SystemCommand(f"{deed.phrase}: not now", NOT_NOW, partial(screen.say, NOT_NOW))
        elif isinstance(screen, StartScreen | OpeningScreen | Overview):
            yield SystemCommand("quit (q)", "Quit.", self.action_leave)

    def action_command_palette(self) -> None:
        """The palette; not over a dialog."""
        if not isinstance(self.screen, ModalScreen):
            self.push_screen(Palette())

    # --- leaving ---

    def action_interrupt(self) -> None:
        """Ctrl+C is often pressed by habit; it ends nothing."""
        if isinstance(self.screen, StartScreen | StepScreen):
            self.screen.say("x cancels what is running, q quits.")
        elif isinstance(self.screen, ConsoleScreen):
            self.screen.say("Nothing was sent to the node. Ctrl+X stops waiting, Esc goes back to the walk.")

    def action_leave(self) -> None:
        """Quit; ask only while a change is on its way."""
        screen = self.step_screen
        changing = screen is not None and any(changes(row.step.does) for row in screen.scene.running.values())
        changing = changing or any(isinstance(each, ConsoleScreen) and each.changing for each in self.screen_stack)
        if not changing or isinstance(self.screen, Sure):
            self.end(self._status())
            return

        def sure(answer: str | None) -> None:
            if answer is not None:
                self.end(EXIT_INTERRUPTED)

        text = "A change is under way on a node. It goes on there; what became of it is read when you resume."
        self.push_screen(Sure("Quit now?", (*prose(text), ""), "Enter quits. Escape stays."), sure)

    async def action_quit(self) -> None:
        """The same, by the framework's own key."""
        self.action_leave()

    def _status(self) -> int:
        """The exit status that fits how the walk stands."""
        screen = self.step_screen
        if screen is None:
            return EXIT_DONE if self.opening is None else EXIT_INTERRUPTED
        return ENDINGS[screen.scene.ended.reason] if screen.scene.ended else EXIT_INTERRUPTED


def changes(does: Kind) -> bool:
    """Whether an act changes a node."""
    return isinstance(does, Restart) or (isinstance(does, Command) and does.risk is not Risk.READ_ONLY)


def run_app(launcher: Launcher, opening: Opening | None, *, plain: bool | None = None) -> int:
    """Run the app to its end; returns the exit status. `plain`: without colours; None: as the environment wants.

    Whatever hangs, the process ends within a second of leaving. Raises the FedwizardError for which `opening` failed.
    """
    app = FedwizardApp(launcher, opening, plain=plain)
    app.leaving.watch()
    result = app.run(mouse=False)
    status = result if result is not None else EXIT_FAILED if app.return_code else EXIT_DONE
    app.leaving.begin(status)
    app.leaving.finish()
    if app.failure is not None:
        raise app.failure
    return status
