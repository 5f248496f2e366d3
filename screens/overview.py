"""All steps, by procedure, with where each stands."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from screens.bodies.content import symbol
from screens.widgets.verbatim import Verbatim, literal
from wizard.engine import Row, Word
from wizard.frontend import pending_lines
from wizard.resolve import Walk
from wizard.state import State


class Overview(Screen[str | None]):
    """Gives the id of the step to look at, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,o,q", "back", "back", show=False)]

    def __init__(self, walk: Walk, rows: tuple[Row, ...], state: State, current: str) -> None:
        super().__init__()
        self._walk, self._rows, self._state, self._current = walk, rows, state, current

    def compose(self) -> ComposeResult:
        """Counts, pending restarts, the list."""
        words = [row.word for row in self._rows]
        counts = "   ".join(f"{words.count(word)} {word.value}" for word in Word if words.count(word))
        yield Verbatim(f"Overview   {counts}", classes="header")
        pending = "\n".join(pending_lines(self._state.facts))
        if pending:
            yield Verbatim(pending, classes="problem")
        yield OptionList(*self._options(), id="steps", markup=False)
        yield Verbatim("Enter looks at a step   Escape goes back", classes="keys")

    def on_mount(self) -> None:
        """Begin at the current step."""
        steps = self.query_one("#steps", OptionList)
        steps.highlighted = steps.get_option_index(self._current) if self._current else None
        steps.focus()

    def _options(self) -> list[Option | None]:
        options: list[Option | None] = []
        rows = {row.step.id: row for row in self._rows}
        for chapter in self._walk.chapters:
            options.append(Option(literal(chapter.procedure.title, "bold"), disabled=True))
            for step in chapter.steps:
                row = rows[step.id]
                how = f" ({row.how})" if row.how else ""
                text = f"  {symbol(row.word)} {row.word.value:<8}{step.title}{how}"
                options.append(Option(literal(text), id=step.id))
        return options

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Look at it."""
        self.dismiss(event.option.id)

    def action_back(self) -> None:
        """Back to where the walk is."""
        self.dismiss(None)
