"""The one screen of the walk: a step, what can be done with it, and what comes of it while it happens."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.events import Key, Resize
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widgets import Input

from screens.actions import BY_NAME, bindings
from screens.bodies.form import FormBody
from screens.bodies.parts import Body, Line
from screens.bridge import Bridge
from screens.doing import Doer
from screens.helping import hint_lines
from screens.scene import Scene
from screens.situation import Situation
from screens.views import after, header, noted, place, view_of
from screens.widgets.keyline import KeyLine
from screens.widgets.output import OutputPane
from screens.widgets.verbatim import Verbatim
from wizard.describe import span
from wizard.engine import Ask
from wizard.evidence import Outcome
from wizard.runner import Asked, Concluded, Ended, Progress, Runner, Started, Told
from wizard.sitting import Sitting
from wizard.survey import Row

TICK, DRAW = 1.0, 0.2  # seconds: the line of progress, the output of a node
KEYS_AGAIN = "The keys are keys again; Enter goes back to the line."


class Page(VerticalScroll):
    """The part of the screen that scrolls."""

    def on_resize(self) -> None:
        """A longer line of help leaves less room: what is being typed stays in view."""
        for form in self.query(FormBody):
            form.show_line()


class StepScreen(Screen[None]):
    """Shows what the runner asks or does, or a step that is only looked at."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]

    class Wants(Message):
        """A dialog is wanted; its answer goes to `then`."""

        def __init__(self, dialog: ModalScreen[str | None], then: Callable[[str | None], None]) -> None:
            super().__init__()
            self.dialog, self.then = dialog, then

    class AsksApp(Message):
        """Something that is the app's to do: overview, help or leave."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    def __init__(self, sitting: Sitting, runner: Runner, bridge: Bridge) -> None:
        super().__init__()
        self.scene = Scene(sitting, runner)
        self.page = "begin"
        self.shown_at = self.changed_at = 0.0
        self._bridge = bridge
        self._doer = Doer(self)
        self._progress, self._since = "", 0.0
        self._pen = asyncio.Lock()
        self._stood: tuple[object, ...] = ()
        self._drawings = 0
        self._output_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Two lines of header, title, body, output, help, keys."""
        yield Verbatim(id="header", classes="header")
        yield Verbatim(id="place", classes="place")
        yield Verbatim(id="title", classes="heading")
        yield Page(id="body")
        yield OutputPane(id="output")
        yield Verbatim(id="help")
        yield KeyLine(id="keys", classes="keys")

    async def on_mount(self) -> None:
        """Show that something is under way, and let its clock run."""
        body = self.query_one("#body")
        self.set_interval(TICK, self._tick)
        self._output_timer = self.set_interval(DRAW, self._draw, pause=True)
        self.watch(body, "scroll_y", self.show_keys, init=False)
        self.watch(body, "virtual_size", self.show_keys, init=False)
        await self.show()
        self.scene.runner.start()

    # --- what the runner tells ---

    async def told(self, told: Told) -> None:
        """Take in one message of the runner."""
        match told:
            case Asked(ask, refusal):
                await self._asked(ask, refusal)
            case Started(rows):
                await self._started(rows)
            case Progress(_, text):
                self._progress = text
                self._tick()
            case Concluded(row, outcome):
                await self._concluded(row, outcome)
            case Ended():
                self.scene.ended, self.scene.ask, self.scene.running = told, None, {}
                self._draw()
                await self._show_unless_looking("The walk has ended. Enter goes there.")
            case _:
                return

    async def _asked(self, ask: Ask, refusal: str) -> None:
        self.scene.asked(ask, refusal)
        await self._show_unless_looking("The walk waits for you. Enter goes there.")

    async def _show_unless_looking(self, otherwise: str) -> None:
        if self.scene.looking is None:
            await self.show()
        else:
            self.say(otherwise, bad=True)

    async def _started(self, rows: tuple[Row, ...]) -> None:
        scene = self.scene
        scene.ask, scene.running, scene.batch = None, {row.step.id: row for row in rows}, rows
        self._since, self._progress = time.monotonic(), ""
        self._output.begin(scene.running)
        if self._output_timer is not None:
            self._output_timer.resume()
        if scene.looking is None:
            await self.show()
        self._tick()

    async def _concluded(self, row: Row, outcome: Outcome) -> None:
        scene = self.scene
        self._draw()
        self._output.end(row.step.id)
        scene.running.pop(row.step.id, None)
        scene.concluded(row, outcome)
        if not scene.running and self._output_timer is not None:
            self._output_timer.pause()
        if scene.running and scene.looking is None:
            await self.show()
            self._tick()

    @property
    def _output(self) -> OutputPane:
        return self.query_one(OutputPane)

    def _draw(self) -> None:
        output = self._output
        output.feed(self._bridge.take())
        if self.scene.looking is not None:
            output.display = False

    def _tick(self) -> None:
        running = self.scene.running
        if not running or self.scene.looking is not None:
            return
        row = next(iter(running.values()))
        elapsed = int(time.monotonic() - self._since)
        worst, seen = span(row.step.duration.worst), self._progress
        if seen and any([body.progress(seen) for body in self.query(Body)]):
            going = f"running, {elapsed} s in all, given up after {worst}"  # "at most" is said there, of a part
        else:
            going = f"running, {elapsed} s of at most {worst}" + (f". {seen}" if seen else "")
        self.say(noted(self.scene, going))

    # --- what is shown ---

    @asynccontextmanager
    async def drawing(self) -> AsyncIterator[None]:
        """The screen is being drawn anew, or waits for it: until that is over, no key answers."""
        self._drawings += 1
        try:
            async with self._pen:
                yield
        finally:
            self._drawings -= 1

    async def show(self) -> None:
        """Draw what has to stand on the screen now."""
        async with self.drawing():
            view = view_of(self.scene)
            self.page = view.page
            width = self.app.size.width
            with self.app.batch_update():
                self.query_one("#header", Verbatim).show(header(self.scene, view, width))
                self.query_one("#place", Verbatim).show(place(self.scene, view, width))
                self.query_one("#title", Verbatim).say(view.title)
                body = self.query_one("#body", VerticalScroll)
                await body.remove_children()
                if not self.is_running:  # the app was left meanwhile
                    return
                await body.mount_all(view.widgets)
                body.scroll_home(animate=False)
                lines = body.query(Input)
                if self.scene.passing or not lines:
                    body.focus()
                elif view.refused or self.scene.retried:
                    (body.query_one(FormBody).next_empty() or lines.first()).focus()
                self._output.display = view.output and not self._output.empty
                self.say(view.help, bad=view.refused)
            self.shown_at = time.monotonic()
            if self._stood != self.scene.stands:
                self._stood, self.changed_at = self.scene.stands, self.shown_at
        self.show_keys()

    def say(self, text: str, *, bad: bool = False) -> None:
        """The line of help: what to do now, how it goes, or why an answer was not taken."""
        for line in self.query("#help").results(Verbatim):  # none while the screen is being opened
            line.set_class(bad, "bad")
            line.say(text)

    def refuse(self, why: str) -> None:
        """Say why an answer is not taken; it stays until something else is typed."""
        self.scene.refusal = why
        self.say(f"Not taken: {why}.", bad=True)

    def show_keys(self) -> None:
        """The keys that work now, once the layout is settled."""
        self.call_after_refresh(self._say_keys)

    def _say_keys(self) -> None:
        if self.is_running and self.is_attached:
            self.query_one(KeyLine).keys(self.situation.labels())

    def on_resize(self, event: Resize) -> None:
        """Fit the header to the new width; what is being typed stays."""
        view = view_of(self.scene)
        self.query_one("#header", Verbatim).show(header(self.scene, view, event.size.width))
        self.query_one("#place", Verbatim).show(place(self.scene, view, event.size.width))
        self.show_keys()

    # --- keys ---

    def next_hints(self) -> tuple[Line, ...]:
        """The hints of a lesson, one more each time; nothing outside a lesson."""
        lesson = self.scene.sitting.lesson
        if lesson is None:
            return ()
        self.scene.hints = min(self.scene.hints + 1, len(lesson.hints))
        return tuple(hint_lines(lesson.hints, self.scene.hints))

    @property
    def situation(self) -> Situation:
        """How things stand, for the keys."""
        body = self.query_one("#body", VerticalScroll)
        typing = isinstance(self.focused, Input)
        # A form opens where its first line is, so there may be something above that nobody has seen yet.
        beyond = {"PgUp": typing and body.scroll_y > 0, "PgDn": body.scroll_y < body.max_scroll_y}
        more = ", ".join(key for key, there in beyond.items() if there)
        unfilled = any(form.next_empty() for form in self.query(FormBody))
        return self.scene.situation(drawn=not self._drawings, typing=typing, unfilled=unfilled, more=more)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that make no sense now do nothing."""
        if action == "deed" and parameters and self.is_mounted:
            return self.situation.allows(BY_NAME[str(parameters[0])])
        return True

    async def action_deed(self, name: str) -> None:
        """Do one of the things of the registry."""
        if self.situation.allows(BY_NAME[name]):
            await self._doer.do(name)

    def on_key(self, event: Key) -> None:
        """Whoever begins to type the name that confirms gets the line for it: no letter of it may be a key."""
        situation = self.situation
        if event.character and event.character == situation.claimed and not situation.typing:
            event.stop()
            event.prevent_default()
            self._doer.confirm_by_typing(event.character)

    @on(Input.Submitted)
    async def _submitted(self) -> None:
        await self.action_deed("forward")

    @on(FormBody.Helped)
    def _helped(self, message: FormBody.Helped) -> None:
        if not self.scene.refusal:  # which stays until something else is typed
            self.say(after(self.scene, message.text))

    @on(FormBody.Typed)
    def _typed(self) -> None:
        self.scene.refusal = ""

    def action_leave_line(self) -> None:
        """Leave the line that is being typed, so that the keys are keys again."""
        if isinstance(self.focused, Input):
            self.say(KEYS_AGAIN, bad=True)
        self.query_one("#body").focus()
        self.show_keys()

    def on_descendant_focus(self) -> None:
        """Typing or not decides which keys work."""
        self.show_keys()

    async def look_at(self, step_id: str) -> None:
        """Look at a step; nothing changes."""
        self.scene.looking = None if step_id == self.scene.current else step_id
        self.scene.passing = self.scene.looking is None
        await self.show()
