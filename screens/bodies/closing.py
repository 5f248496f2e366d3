"""The last screen of a walk: counts, pending restarts, where the record is, what to do next."""

from collections.abc import Iterator

from screens.bodies.parts import BAD, QUIET, VALUE, Line, broken, pair
from screens.widgets.verbatim import literal
from wizard.frontend import failure_line, left_rows, pending_lines, summary_lines
from wizard.lesson import closing
from wizard.program import program
from wizard.runner import Ended
from wizard.session import name_of
from wizard.sitting import Sitting
from wizard.state import State
from wizard.survey import Row, survey

CLOSED = "No step of a finished walk is done again, unless the plan is changed; for all else, begin a new session."
HEADINGS = {"finished": "Finished", "held": "Held", "stopped": "Ended", "broken": "Stopped"}


def closing_lines(sitting: Sitting, state: State, ended: Ended) -> Iterator[Line]:
    """How it ended, and what to do next."""
    counts, *pending = summary_lines(sitting.walk, state)
    if ended.problem:
        yield pair("Problem", ended.problem, BAD)
        yield pair("Next", ended.remedy)
    if state.held:
        yield pair("Held", state.held)
    yield pair("Steps", counts.removeprefix("summary: "))
    for line in pending:
        yield literal(line, BAD)
    for word, row in left_rows(sitting.walk, state):
        yield pair(word, f"{row.step.title}: {row.record.note}" if row.record.note else row.step.title)
    yield from _found(survey(sitting.walk, state))
    if ended.reason == "finished":
        yield from (pair("Not seen", row.step.title) for row in survey(sitting.walk, state) if row.waits)
    if not pending_lines(state.facts):
        yield pair("Restarts", "none is waiting")
    if ended.reason == "finished":
        yield pair("Closed", CLOSED)
    if sitting.lesson is not None and ended.reason == "finished":
        yield ""
        yield from (pair(label, text) for label, text in closing(sitting.lesson, survey(sitting.walk, state)))
    yield from _places(sitting)
    yield ""
    yield from _next(sitting, ended)


def _found(rows: tuple[Row, ...]) -> Iterator[Line]:
    """What was found on the way, failures first."""
    if failed := [row for row in rows if row.fails]:
        yield pair("Failures", f"in {len(failed)} steps; the overview (o) marks them with x", BAD)
        yield from (pair("", failure_line(row.step.title, row.fails)) for row in failed)
    if warned := sum(bool(row.warns) for row in rows):
        yield pair("Warnings", f"in {warned} steps; the overview (o) marks them with !")


def _places(sitting: Sitting) -> Iterator[Line]:
    yield ""
    yield literal("Session folder:")
    yield from (literal(f"  {piece}", VALUE) for piece in broken(str(sitting.folder), 72))
    head = sitting.head()
    yield literal("Head of the record; note it in the ticket, to show that nothing was cut off:")
    yield from (literal(f"  {head[start : start + 64]}", VALUE) for start in range(0, len(head), 64))


def _next(sitting: Sitting, ended: Ended) -> Iterator[Line]:
    name = name_of(sitting.folder)
    if ended.reason != "finished":
        yield from (literal(piece, VALUE) for piece in broken(f"{program()} resume {name}", 74))
        yield literal("  goes on from here", QUIET)
    yield from (literal(piece, VALUE) for piece in broken(f"{program()} export {name}", 74))
    yield literal("  writes the runbook with everything that was done", QUIET)
    yield from (literal(piece, VALUE) for piece in broken(f"{program()} verify {name} --head HASH", 74))
    yield literal("  says whether the record is whole and still holds the head you noted", QUIET)
