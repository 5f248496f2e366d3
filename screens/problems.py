"""A plan that cannot be used yet: everything that is wrong with it, where, and what would be right."""

from collections.abc import Iterator
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from screens.bodies.parts import BAD, ROOM, Line, Text, broken, hanging, pair, wrapped
from screens.widgets.keyline import KeyLine
from screens.widgets.once import Once
from screens.widgets.verbatim import Verbatim
from wizard.plan.problems import Problem


class ProblemsScreen(Once[str | None]):
    """Gives `again` when the plan is to be read once more, nothing when the person goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "read again", show=False),
        Binding("escape,q,b", "back", "back", show=False),
    ]

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__()
        self._problems = problems

    def compose(self) -> ComposeResult:
        """The file, the list, the keys."""
        count = len(self._problems)
        yield Verbatim("fedwizard   This plan cannot be used yet", classes="header")
        yield Verbatim(f"{self._problems[0].file}: {count} problem{'s' if count > 1 else ''}", classes="heading")
        with VerticalScroll(id="body"):
            yield Text(problem_lines(self._problems))
        yield Verbatim("Mend the file in another window, then press r.", id="help")
        yield KeyLine(classes="keys")

    def on_mount(self) -> None:
        """The arrows move the list."""
        self.query_one("#body").focus()
        self.query_one(KeyLine).keys((("r", "read the plan again"), ("PgUp, PgDn", "move"), ("Esc", "back")))

    def action_again(self) -> None:
        """Read the file once more."""
        self.dismiss("again")

    def action_back(self) -> None:
        """Back to the start."""
        self.dismiss(None)


def problem_lines(problems: tuple[Problem, ...]) -> Iterator[Line]:
    """Each problem: line and field, what is wrong, what would be right."""
    for problem in problems:
        yield hanging(f"line {problem.line}", broken(problem.field, ROOM), BAD)
        yield pair("", problem.problem)
        yield hanging("  right:", wrapped(problem.fix, ROOM) or [""])
        yield ""
