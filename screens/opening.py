"""The part of the app that opens: what the start screen offers, each in a thread of its own; and dialogs, in turn."""

import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Protocol

from textual import on
from textual.screen import ModalScreen

from screens.bodies.parts import Line, pair, prose
from screens.bridge import Opened, SessionsRead, Written
from screens.ending import EndingApp
from screens.modals import LineDialog, Reading
from screens.problems import ProblemsScreen
from screens.start import OpeningScreen, ScenariosScreen, SessionsScreen, StartScreen
from screens.widgets.verbatim import literal
from wizard.errors import FedwizardError
from wizard.frontend import EXIT_DONE
from wizard.plan.problems import PlanProblemsError
from wizard.program import program
from wizard.session import SessionSummary
from wizard.sitting import Sitting

FILLED_IN = (
    "On the command line, a plan can be begun with what a node and the DNS tell:"
    f" {program()} plan new FILE --from-node NODE --partner DOMAIN"
)

Opening = Callable[[], Sitting]
Dialog = ModalScreen[str | None]
Then = Callable[[str | None], None]


class Launcher(Protocol):
    """What the start screen can open. Every call may block, and raises FedwizardError."""

    def scenarios(self) -> tuple[tuple[str, str], ...]: ...
    def practice(self, scenario: str) -> Sitting: ...
    def open_plan(self, path: Path) -> Sitting: ...
    def resume(self, folder: Path) -> Sitting: ...
    def new_plan(self, path: Path) -> None: ...
    def sessions(self) -> tuple[SessionSummary, ...]: ...


class OpeningApp(EndingApp):
    """An app that can open sittings. `opening` is what to open at once; `failure` why that could not be done."""

    def __init__(self, launcher: Launcher, opening: Opening | None, *, ansi_color: bool | None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.launcher, self.opening = launcher, opening
        self.failure: FedwizardError | None = None
        self._dialogs: deque[tuple[Dialog, Then]] = deque()
        self._plan: Path | None = None

    async def open_first(self) -> None:
        """The first screen: the start screen, or what is to be opened at once."""
        await self.push_screen(StartScreen() if self.opening is None else OpeningScreen())
        if self.opening is not None:
            self.open_sitting(self.opening)

    def open_sitting(self, opening: Opening) -> None:
        """Open in a thread of its own: it may take its time, and the screen must not wait."""

        def work() -> None:
            try:
                sitting = opening()
            except Exception as error:  # noqa: BLE001  (the seam between a thread and the screens)
                self.post_message(Opened(None, error))
                return
            if not self.post_message(Opened(sitting)):
                sitting.close()  # nobody is there any more

        if isinstance(self.screen, StartScreen):
            self.screen.begin_opening()
        threading.Thread(target=work, name="open", daemon=True).start()

    def could_not_open(self, error: Exception) -> None:
        """Say why; with nothing else to do, leave with that error."""
        if self.opening is not None:
            self.failure = self.known(error)
            self.end(self.failure.status)
            return
        if isinstance(self.screen, StartScreen):
            self.screen.opened_nothing()
        if isinstance(error, PlanProblemsError):
            self.push_screen(ProblemsScreen(error.problems), self._plan_again)
            return
        known = self.known(error)
        lines: list[Line] = [*prose(known.problem), "", pair("Next", known.remedy)]
        self.push_screen(Reading("That did not work", lines))

    def _plan_again(self, answer: str | None) -> None:
        if answer == "again" and self._plan is not None:
            self._open_plan(self._plan)

    @on(StartScreen.Chosen)
    def _chosen(self, message: StartScreen.Chosen) -> None:
        match message.what:
            case "practise":
                self.push_screen(ScenariosScreen(self.launcher.scenarios()), self._practise)
            case "open":
                self._ask_path("Open which plan?", self._open_plan)
            case "new":
                self._ask_path("Write the commented example to which file?", self._new_plan, *prose(FILLED_IN))
            case "resume":
                self.push_screen(SessionsScreen(), self._resume)
                threading.Thread(target=self._read_sessions, name="sessions", daemon=True).start()
            case _:
                self.end(EXIT_DONE)

    def _practise(self, scenario: str | None) -> None:
        if scenario is not None:
            self.open_sitting(partial(self.launcher.practice, scenario))

    def _open_plan(self, path: Path) -> None:
        self._plan = path
        self.open_sitting(partial(self.launcher.open_plan, path))

    def _resume(self, folder: str | None) -> None:
        if folder is not None:
            self.open_sitting(partial(self.launcher.resume, Path(folder)))

    def _read_sessions(self) -> None:
        try:
            self.post_message(SessionsRead(self.launcher.sessions()))
        except Exception as error:  # noqa: BLE001  (the seam between a thread and the screens)
            self.post_message(SessionsRead((), error))

    @on(SessionsRead)
    def _sessions_read(self, message: SessionsRead) -> None:
        if isinstance(self.screen, SessionsScreen):
            problem = "" if message.error is None else self.known(message.error).problem
            self.screen.fill(message.sessions, problem)

    def _ask_path(self, heading: str, then: Callable[[Path], None], *more: Line) -> None:
        def chosen(text: str | None) -> None:
            if text:
                then(Path(text).expanduser())

        here = literal(f"Names are relative to {Path.cwd()}")
        self.show_dialog(LineDialog(heading, (here, *more), "File:", leave="Enter takes it. Escape goes back."), chosen)

    def _new_plan(self, path: Path) -> None:
        def work() -> None:
            try:
                self.launcher.new_plan(path)
                text = f"{path} holds a commented example. Edit it, then open it here."
            except FedwizardError as error:
                text = f"{error.problem}. {error.remedy}"
            except Exception as error:  # noqa: BLE001  (the seam between a thread and the screens)
                text = self.known(error).problem
            self.post_message(Written(text))

        threading.Thread(target=work, name="new plan", daemon=True).start()

    # --- dialogs ---

    @property
    def dialog_open(self) -> bool:
        """Whether a dialog is open, or about to be."""
        return bool(self._dialogs)

    def show_dialog(self, dialog: Dialog, then: Then) -> None:
        """Show a dialog; while another one is open it waits, so that nothing is typed into the wrong one."""
        self._dialogs.append((dialog, then))
        if len(self._dialogs) == 1:
            self._next_dialog()

    def _next_dialog(self) -> None:
        dialog, then = self._dialogs[0]

        def given(text: str | None) -> None:
            self._dialogs.popleft()
            then(text)
            if self._dialogs:
                self._next_dialog()

        self.push_screen(dialog, given)
