"""What nodes print, while it arrives: a bounded number of lines, written in few and small portions."""

from collections.abc import Iterable

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import RichLog

from screens.widgets.verbatim import Verbatim, shown
from wizard.text import visible_line

MOST_LINES = 2000
MOST_AT_ONCE = 400  # lines written in one go; more would hold up the keys


class OutputPane(Vertical):
    """The lines of one or more nodes. Pieces may end anywhere; the unfinished last line stands below the others."""

    WIDTH = 76  # columns; what is written while the widget is hidden is folded to this

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rests: dict[str, str] = {}
        self._last = ""
        self._lines = 0

    def compose(self) -> ComposeResult:
        """The log and the line that is not finished."""
        log = RichLog(max_lines=MOST_LINES, markup=False, highlight=False, wrap=True, min_width=self.WIDTH)
        log.can_focus = False
        yield log
        yield Verbatim(classes="rest")

    def on_mount(self) -> None:
        """Nothing has arrived yet."""
        self.display = False

    def feed(self, pieces: Iterable[tuple[str, str]]) -> None:
        """Take in pieces as (step, text). What comes from another step than before is headed by its id."""
        pieces, lines = tuple(pieces), list[str]()
        if not pieces:  # nothing to draw anew: a slow line would be busy with it
            return
        for step, text in pieces:
            if step != self._last and len(self._rests) > 1:
                lines.append(f"--- {step}")
            self._last = step
            *whole, self._rests[step] = (self._rests.get(step, "") + text.replace("\r\n", "\n")).split("\n")
            lines += whole
        self._write(lines)

    def end(self, step: str) -> None:
        """A step has ended: its last line will not be continued."""
        rest = self._rests.pop(step, "")
        self._write([rest] if rest else [])

    def begin(self, steps: Iterable[str]) -> None:
        """Start afresh for these steps."""
        self.query_one(RichLog).clear()
        self.query_one(".rest", Verbatim).say("")
        self._rests, self._last, self._lines = dict.fromkeys(steps, ""), "", 0
        self.display = False

    def page(self, by: int) -> None:
        """Move by a page, up (-1) or down (1)."""
        log = self.query_one(RichLog)
        log.scroll_relative(y=by * max(log.size.height - 1, 1), animate=False)

    @property
    def empty(self) -> bool:
        """Whether nothing was written."""
        return not self._lines and not any(self._rests.values())

    def _write(self, lines: list[str]) -> None:
        left_out = max(0, len(lines) - MOST_AT_ONCE)
        if left_out:
            lines = [f"({left_out} lines are not shown here; all are on record)", *lines[left_out:]]
        if lines:
            self._lines += len(lines)
            self.query_one(RichLog).write(Text("\n".join(shown(line) for line in lines)))
        rest = self._rests.get(self._last, "")
        self.query_one(".rest", Verbatim).say(visible_line(rest[-self.WIDTH :]))
        self.display = self.display or bool(lines) or bool(rest)
