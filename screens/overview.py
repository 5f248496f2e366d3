"""All steps, by procedure, with where each stands; always as it stands now."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.bodies.parts import QUIET, symbol, wrapped
from screens.scene import Scene
from screens.widgets.choices import Choices
from screens.widgets.keyline import KeyLine
from screens.widgets.once import Once
from screens.widgets.verbatim import Verbatim, literal
from wizard.frontend import marked, pending_lines
from wizard.standing import AlreadySo, Later, NotApplicable, Stop, Unknown
from wizard.survey import Row, Word, to_look_at

KEYS = (("Enter", "looks at the step"), ("n", "next failed, warned or open"), ("Esc", "back"), ("?", "help"))
NOTHING_LEFT = "No step warns, has failed or is open."
BESIDE = 26  # columns: sign, word, who saw it, margins and the bar of the list


class Overview(Once[str | None]):
    """Gives the id of the step to look at, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,o,q,b", "back", "back", show=False),
        Binding("n", "next", "next to look at", show=False),
        Binding("question_mark", "app.help", "help", show=False),
    ]

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self._scene = scene
        self._shown: dict[str, tuple[Word, str]] = {}
        self._led = ""

    def compose(self) -> ComposeResult:
        """Counts, pending restarts, the list, why the chosen one stands as it does."""
        yield Verbatim(id="counts", classes="header")
        yield Verbatim(id="pending", classes="pending")
        yield Choices(id="steps", markup=False, compact=True)
        yield Verbatim(id="detail")
        yield KeyLine(id="keys", classes="keys")

    def on_mount(self) -> None:
        """Begin at the current step."""
        rows = self._scene.rows()
        steps = self.query_one("#steps", OptionList)
        steps.add_options(self._options(rows))
        self._shown = {row.step.id: _stands(row) for row in rows}
        here = self._scene.looking or self._scene.current
        if here:
            steps.highlighted = steps.get_option_index(here)
        self._say_totals(rows)
        self.query_one(KeyLine).keys(KEYS)
        steps.focus()

    def update_rows(self) -> None:
        """Show where the steps stand now; the highlight stays where it is."""
        if not self._shown:  # it is being opened, and will show them
            return
        rows = self._scene.rows()
        steps = self.query_one("#steps", OptionList)
        for row in rows:
            if self._shown.get(row.step.id) != _stands(row):
                steps.replace_option_prompt(row.step.id, step_line(row, self.app.size.width - BESIDE))
                self._shown[row.step.id] = _stands(row)
        self._say_totals(rows)

    def _say_totals(self, rows: tuple[Row, ...]) -> None:
        words = [row.word for row in rows]
        counts = "   ".join(f"{words.count(word)} {word.value}" for word in Word if words.count(word))
        stamp = "PRACTICE   " if self._scene.sitting.practice else ""
        self.query_one("#counts", Verbatim).say(f"{stamp}Overview   {counts}")
        pending = self.query_one("#pending", Verbatim)
        lines = pending_lines(self._scene.runner.state.facts)
        pending.say("\n".join(lines))
        pending.display = bool(lines)

    def _options(self, rows: tuple[Row, ...]) -> list[Option]:
        known = {row.step.id: row for row in rows}
        options: list[Option] = []
        for chapter in self._scene.sitting.walk.chapters:
            options.append(Option(literal(chapter.procedure.title, "bold"), disabled=True))
            room = self.app.size.width - BESIDE
            options += [Option(step_line(known[step.id], room), id=step.id) for step in chapter.steps]
        return options

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Say more about the chosen one."""
        row = self._scene.row(str(event.option.id))
        self.query_one("#detail", Verbatim).say(" ".join(part for part in (row.step.id, detail_of(row)) if part))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Look at it."""
        self.dismiss(event.option.id)

    def action_next(self) -> None:
        """Go to the next step that a person should look at, to failures first; behind the last one comes the first."""
        steps, rows = self.query_one("#steps", OptionList), self._scene.rows()
        found = to_look_at(rows)
        if not found:
            self.query_one("#detail", Verbatim).say(NOTHING_LEFT)
            return
        option = steps.highlighted_option
        here = (option.id or "") if option is not None else ""
        if here and here == self._led and here in found:
            self._led = found[(found.index(here) + 1) % len(found)]
        elif any(row.fails or row.word is Word.FAIL for row in rows):
            self._led = found[0]
        else:
            at = -1 if steps.highlighted is None else steps.highlighted
            self._led = next((step for step in found if steps.get_option_index(step) > at), found[0])
        steps.highlighted = steps.get_option_index(self._led)

    def action_back(self) -> None:
        """Back to where the walk is."""
        self.dismiss(None)


def _stands(row: Row) -> tuple[Word, str]:
    """What of a row is shown, and may change."""
    return row.word, marked(row.how, row.warns, row.fails)


def step_line(row: Row, room: int) -> Content:
    """One step: sign, word, who saw it, and its title, folded where it has no room. A failure has the sign of one."""
    sign = symbol(Word.FAIL if row.fails else row.word)
    lead = f"{sign} {row.word.value:<8}{marked(row.how, row.warns, row.fails):<11} "
    text = lead + ("\n" + " " * len(lead)).join(wrapped(row.step.title, room) or [""])
    return literal(text, QUIET if row.word in {Word.NOT_APPLICABLE, Word.SKIP} else "")


def detail_of(row: Row) -> str:
    """Why a step stands as it does."""
    match row.standing:
        case NotApplicable(reason):
            return f"- so far: {reason}" if row.word is Word.OPEN else f"- does not apply: {reason}"
        case Later(reason) if row.waits:
            return f"- later: {reason}"
        case AlreadySo(reason) if row.word is Word.DONE:
            return f"- already so: {reason}"
        case Unknown(condition) if row.word is Word.OPEN:
            return f"- applies only if {condition}; that is not known yet"
        case Stop(problem, _) if row.word is Word.HOLD:
            return f"- {problem}"
        case _ if row.fails:
            return f"- went on with a failure: {', '.join(row.fails)}; Enter looks at it"
        case _ if row.mended:
            return f"- had found {', '.join(row.mended)}; a later step saw it mended"
        case _ if row.warns:
            return f"- warns: {', '.join(row.warns)}; Enter looks at it"
        case _:
            text = row.record.problem or row.record.note
            return f"- {text}" if text else ""
