"""The part of the app that ends: in order, in time, and after a fault of ours with one sentence."""

from rich.text import Text as Plain
from textual.app import App
from textual.css.query import QueryError

from screens.bridge import Bridge
from screens.fatal import crash_log, sentence
from screens.leaving import Leaving
from wizard.errors import FedwizardError
from wizard.frontend import next_lines, summary_lines


class EndingApp(App[int]):
    """An app that stops the runner and closes the session when it ends."""

    def __init__(self, *, ansi_color: bool | None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.bridge = Bridge(self.post_message)
        self.leaving = Leaving(self.bridge)
        self._fault: Exception | None = None

    def end(self, status: int) -> None:
        """Stop the runner, close the session, and leave with this exit status."""
        self.leaving.begin(status)
        self.exit(status, message=Plain("\n".join(self.farewell()), no_wrap=True, overflow="ignore"))

    def farewell(self) -> tuple[str, ...]:
        """What stays on the terminal: how the walk stands, where the session is, and how to go on with it."""
        sitting, runner = self.leaving.sitting, self.leaving.runner
        if sitting is None or runner is None:
            return ()
        state = runner.state
        last = next_lines(sitting.folder, sitting.head(), finished=state.finished)
        return (*summary_lines(sitting.walk, state), *last)

    def known(self, error: Exception) -> FedwizardError:
        """An error that can be shown; a fault of ours goes to the log first."""
        if isinstance(error, FedwizardError):
            return error
        path = crash_log(error, self._redact)
        return FedwizardError(f"A fault of the wizard itself: {type(error).__name__}.", f"Details are in {path}.")

    def _redact(self, text: str) -> str:
        sitting = self.leaving.sitting
        return sitting.secrets.redact(text) if sitting is not None else text

    def _handle_exception(self, error: Exception) -> None:
        """Keep the error for `_fatal_error`. Private in Textual; a test fails when it changes.

        What a screen no longer finds of itself while the app is taken down is no fault.
        """
        if self.leaving.begun and isinstance(error, QueryError):
            return
        self._fault = error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """A fault of ours: one sentence and a path, instead of a picture of every local variable.

        Private in Textual; a test fails when it changes.
        """
        path = crash_log(self._fault or RuntimeError("a fault without a name"), self._redact)
        self._exit_renderables.append(Plain(sentence(path)))
        self._close_messages_no_wait()
