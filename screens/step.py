"""The one screen of the walk: a step, what can be done with it, and what comes of it while it happens."""

import time
from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from screens.actions import ALWAYS, BY_CHOICE, DEEDS, bindings, key_name
from screens.bodies.content import begin_body, outcome_lines, problem_body, step_body
from screens.widgets.verbatim import Output, Verbatim, literal
from wizard.engine import NEEDS_REASON, Answer, Ask, AskKind, Choice, Row, survey
from wizard.files import write_file
from wizard.frontend import summary_lines
from wizard.runner import Asked, Concluded, Ended, Progress, Runner, Started, Told
from wizard.runner import Output as NodeOutput
from wizard.session import sessions_root
from wizard.sitting import Sitting
from wizard.step import Command, Form, Instruct, Restart
from wizard.text import visible_line

GO_LABELS = {
    AskKind.BEGIN: "begin",
    AskKind.INSTRUCT: "I have done it",
    AskKind.NOTICE: "I have sent it",
    AskKind.FORM: "this is what it shows",
    AskKind.CONFIRM: "send it",
    AskKind.CONFIRM_TYPED: "confirm by typing",
}
TROUBLE = frozenset({AskKind.FAILED, AskKind.STOPPED, AskKind.UNKNOWN})


class StepScreen(Screen[None]):
    """Shows what the runner asks or does; `looking` is the step that is only looked at."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings()]

    class Reason(Message):
        """A choice wants a reason."""

        def __init__(self, choice: Choice, heading: str) -> None:
            super().__init__()
            self.choice, self.heading = choice, heading

    def __init__(self, sitting: Sitting, runner: Runner) -> None:
        super().__init__()
        self.sitting, self.runner = sitting, runner
        self.ask: Ask | None = None
        self.ended: Ended | None = None
        self.running: dict[str, Row] = {}
        self.looking: str | None = None
        self._since = 0.0
        self._progress = ""

    def compose(self) -> ComposeResult:
        """Header, title, body, output, status, keys."""
        yield Verbatim(id="header", classes="header")
        yield Verbatim(id="title", classes="heading")
        with VerticalScroll(id="body"):
            yield Verbatim(id="text")
        yield Output(id="output")
        yield Verbatim(id="status", classes="problem")
        yield Verbatim(id="keys", classes="keys")

    def on_mount(self) -> None:
        """Show that something is under way, and let its clock run."""
        self.query_one("#body").focus()
        self.query_one("#output").display = False
        self.set_interval(1.0, self._tick)
        self._say_header("")
        self._status("Starting ...")
        self.runner.start()

    # --- what the runner tells ---

    def told(self, told: Told) -> None:
        """Take in one message of the runner."""
        match told:
            case Asked(ask, refusal):
                self.ask, self.running = ask, {}
                if refusal:
                    self._status(refusal)
                else:
                    self._show_ask(ask)
            case Started(rows):
                self._start(rows)
            case NodeOutput(_, text):
                self._output.display = True
                self._output.feed(text)
            case Progress(_, text):
                self._progress = text
                self._tick()
            case Concluded(row, outcome):
                self.running.pop(row.step.id, None)
                self._output.flush()
                if outcome.failure is not None:
                    self._status(outcome.failure.problem)
            case Ended():
                self.ended, self.ask, self.running = told, None, {}
                self._show_end(told)
        self._say_keys()

    @property
    def _output(self) -> Output:
        return self.query_one("#output", Output)

    def _start(self, rows: tuple[Row, ...]) -> None:
        self.ask, self.running = None, {row.step.id: row for row in rows}
        self._since, self._progress = time.monotonic(), ""
        if self.looking is None:
            self._output.clear()
            self._output.display = False
            self._show(rows[0], step_body(rows[0]))
        self._tick()

    def _show_ask(self, ask: Ask) -> None:
        if self.looking is not None:
            self._status("The walk waits for you: press n or b until its step, or Enter.")
            return
        row = ask.row
        if ask.kind is AskKind.BEGIN:
            chapter = self.sitting.walk.chapter_of(row.step.id)
            self._say_header("")
            self._fill(chapter.procedure.title, begin_body(chapter))
        else:
            body = problem_body(ask) if ask.kind in TROUBLE else step_body(row)
            self._show(row, body)
        self._output.display = ask.kind in TROUBLE and bool(self._output.lines)
        self._status("")
        does = row.step.does
        if ask.kind is AskKind.FORM and isinstance(does, Form):
            self.call_after_refresh(self._mount_form, does)

    async def _mount_form(self, form: Form) -> None:
        body = self.query_one("#body")
        await body.query("Input, .label").remove()
        for field in form.fields:
            line = Input(id=f"field-{field.name}", placeholder="what the page shows", select_on_focus=False)
            line.cursor_blink = False
            await body.mount(Verbatim(f"{field.label}: {field.help}", classes="label"), line)
        inputs = body.query(Input)
        inputs.first().focus()
        self.call_after_refresh(self._say_keys)
        inputs.first().scroll_visible()

    def _show_end(self, ended: Ended) -> None:
        headings = {"finished": "Finished", "held": "Held", "stopped": "Ended", "broken": "Stopped"}
        lines = [*summary_lines(self.sitting.walk, self.runner.state), "", f"session: {self.sitting.folder}", ""]
        if ended.problem:
            lines += [ended.problem, ended.remedy, ""]
        folder = self.sitting.folder
        name = folder.name if folder.parent == sessions_root() else str(folder)
        lines += [
            f"head of the record: {self.sitting.head()[:32]}",
            "Note the head in the ticket: it shows later that nothing was cut off.",
            "",
            f"fedwizard export {name}",
            "    writes the runbook",
            f"fedwizard resume {name}",
            "    goes on from here",
            "",
            "Enter or q quits.",
        ]
        self._say_header("")
        self._fill(headings[ended.reason], literal("\n".join(lines)))
        self._output.display = False
        self._status("")

    # --- what is shown ---

    def _rows(self) -> tuple[Row, ...]:
        return survey(self.sitting.walk, self.runner.state)

    def _show(self, row: Row, body: Content) -> None:
        self._say_header(row.step.id)
        self._fill(row.step.title, body)

    def _fill(self, title: str, body: Content) -> None:
        self.query_one("#body").query("Input, .label").remove()
        self.query_one("#title", Verbatim).say(title)
        self.query_one("#text", Verbatim).show(body)
        self.query_one("#body").scroll_home(animate=False)
        self.query_one("#body").focus()

    def _say_header(self, step_id: str) -> None:
        stamp = "PRACTICE   " if self.sitting.practice else ""
        ids = [step.id for step in self.sitting.walk.steps]
        place = f"step {ids.index(step_id) + 1} of {len(ids)}   {step_id}" if step_id in ids else f"{len(ids)} steps"
        look = "   looking" if self.looking else ""
        self.query_one("#header", Verbatim).say(f"fedwizard   {stamp}{place}{look}")

    def _status(self, text: str) -> None:
        self.query_one("#status", Verbatim).say(visible_line(text))

    def _tick(self) -> None:
        if self.running and self.looking is None:
            elapsed = int(time.monotonic() - self._since)
            row = next(iter(self.running.values()))
            worst = row.step.duration.worst
            self._status(self._progress or f"running, {elapsed} s of at most {worst} s")

    def _say_keys(self) -> None:
        labels = []
        for deed in DEEDS:
            if deed.action in ALWAYS or not self.available(deed.action):
                continue
            label = self._forward_label() if deed.action == "forward" else deed.label
            labels.append(f"{key_name(deed.key)} {label}")
        if isinstance(self.focused, Input):
            labels = [labels[0], "Esc leaves the line, then:", *labels[1:]]
        always = [f"{key_name(deed.key)} {deed.label}" for deed in DEEDS if deed.action in ALWAYS]
        self.query_one("#keys", Verbatim).say("   ".join((*labels, *always)))

    def _forward_label(self) -> str:
        if self.ended is not None:
            return "quit"
        if self.looking is not None:
            return "back to where the walk is"
        return GO_LABELS.get(self.ask.kind, "go on") if self.ask else "go on"

    # --- what the person may do ---

    def available(self, action: str) -> bool:
        """Whether a deed makes sense now."""
        deed = next(deed for deed in DEEDS if deed.action == action)
        if deed.choice is not None:
            back_to_walk = action == "forward" and (self.looking is not None or self.ended is not None)
            return back_to_walk or (self.looking is None and self.ask is not None and deed.choice in self.ask.choices)
        match action:
            case "cancel":
                return bool(self.running)
            case "redo":
                return self.looking is not None and self.ask is not None
            case "copy":
                return bool(self._values())
            case _:
                return True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that make no sense now do nothing."""
        if action in {deed.action for deed in DEEDS} and self.is_mounted:
            return self.available(action)
        return True

    def on_input_submitted(self) -> None:
        """Enter in a form goes on."""
        self.action_forward()

    def action_leave_line(self) -> None:
        """Leave the line that is being typed, so that the keys are keys again."""
        self.query_one("#body").focus()
        self.call_after_refresh(self._say_keys)
        if self.query_one("#body").query(Input):
            self._status("The keys are keys again; Tab goes back to the line.")

    def action_forward(self) -> None:
        """The one way forward of what is asked."""
        if self.ended is not None:
            self.app.exit(None)
            return
        if self.looking is not None:
            self._stop_looking()
            return
        ask = self.ask
        if ask is None or Choice.GO not in ask.choices:
            return
        if ask.kind is AskKind.CONFIRM_TYPED:
            self.post_message(self.Reason(Choice.GO, f"Confirm: {ask.row.step.title}"))
            return
        self._give(Answer(Choice.GO, values=self._form_values()))

    def _form_values(self) -> Mapping[str, str]:
        inputs = self.query_one("#body").query(Input)
        return {str(line.id).removeprefix("field-"): line.value for line in inputs}

    def _give(self, answer: Answer) -> None:
        if self.ask is not None:
            self.runner.answer(answer)

    def give(self, choice: Choice, text: str) -> None:
        """An answer whose text came from a dialog."""
        self._give(Answer(choice, text))

    def _choose(self, choice: Choice) -> None:
        if self.ask is None or choice not in self.ask.choices:
            return
        if choice in NEEDS_REASON:
            self.post_message(self.Reason(choice, f"Why {BY_CHOICE[choice].label}? It goes into the record."))
        else:
            self._give(Answer(choice))

    def action_retry(self) -> None:
        """Try again."""
        self._choose(Choice.RETRY)

    def action_recheck(self) -> None:
        """Read again."""
        self._choose(Choice.RECHECK)

    def action_again(self) -> None:
        """Do it again."""
        self._choose(Choice.AGAIN)

    def action_by_hand(self) -> None:
        """It was done by hand."""
        self._choose(Choice.BY_HAND)

    def action_accept(self) -> None:
        """Accept as it is."""
        self._choose(Choice.ACCEPT)

    def action_skip(self) -> None:
        """Skip."""
        self._choose(Choice.SKIP)

    def action_hold(self) -> None:
        """Hold."""
        self._choose(Choice.HOLD)

    def action_cancel(self) -> None:
        """Cancel what runs."""
        self.runner.cancel()
        self._status("Cancelling ... a node goes on with what it was told.")

    # --- looking about ---

    def look_at(self, step_id: str) -> None:
        """Look at a step; nothing changes."""
        current = self._current()
        if step_id == current:
            self._stop_looking()
            return
        row = next(row for row in self._rows() if row.step.id == step_id)
        self.looking = step_id
        self._output.display = False
        self._show(row, Content("\n").join([outcome_lines(row), Content(""), step_body(row)]))
        self._status("You are looking at this step. Enter goes back to where the walk is.")
        self._say_keys()

    def _current(self) -> str:
        if self.ask is not None:
            return self.ask.row.step.id
        return next(iter(self.running), "")

    def _stop_looking(self) -> None:
        self.looking = None
        if self.ask is not None:
            self._show_ask(self.ask)
        elif self.running:
            row = next(iter(self.running.values()))
            self._output.display = bool(self._output.lines)
            self._show(row, step_body(row))
        self._say_keys()

    def _look(self, by: int) -> None:
        ids = [step.id for step in self.sitting.walk.steps]
        place = self.looking or self._current()
        if place in ids:
            self.look_at(ids[max(0, min(len(ids) - 1, ids.index(place) + by))])

    def action_look_back(self) -> None:
        """The step before."""
        self._look(-1)

    def action_look_on(self) -> None:
        """The step after."""
        self._look(1)

    def action_redo(self) -> None:
        """Open the looked-at step again."""
        if self.looking is not None:
            self.post_message(self.Reason(Choice.REDO, "Why is it done again? It goes into the record."))

    def redo(self, reason: str) -> None:
        """Open it again, and go there."""
        if self.looking is not None:
            self.runner.reopen(self.looking, reason)
            self.looking = None

    # --- copying ---

    def _values(self) -> tuple[str, ...]:
        begun = self.ask is not None and self.ask.kind is not AskKind.BEGIN
        row = self.ask.row if self.ask and begun and self.looking is None else None
        if row is None:
            return ()
        match row.step.does:
            case Instruct() as does:
                return tuple(field.value for field in does.fields)
            case Command() as does:
                return (does.command,)
            case Restart() as does:
                return (does.command,)
            case _:
                return ()

    def action_copy(self) -> None:
        """Values of the plan to a file, and to the terminal's clipboard where it lets us."""
        values = self._values()
        if not values:
            return
        path = self.sitting.folder / "copied.txt"
        write_file(path, ("\n".join(values) + "\n").encode())
        self.app.copy_to_clipboard(values[-1])
        self._status(f"Written to {path}; your terminal may have taken the last value.")
