"""What the front ends without a screen share: the queue of what the runner tells, and the last words of a run."""

import queue
import signal
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from checks.finding import Finding, Severity
from wizard.about import made_necessary_by
from wizard.facts import Facts
from wizard.plan.advice import warnings_of
from wizard.plan.changed import changes_of
from wizard.procedures.listeners_certificates import LISTENERS_CERTIFICATES
from wizard.program import program
from wizard.resolve import Chapter, Walk
from wizard.runner import Ended, Told
from wizard.session import name_of
from wizard.state import State, Status
from wizard.step import Check, Step
from wizard.survey import SETTLED, Row, Word, survey
from wizard.text import clock

EXIT_DONE, EXIT_FAILED, EXIT_HOLDS, EXIT_INTERRUPTED = 0, 1, 3, 130
ENDINGS = {"finished": EXIT_DONE, "held": EXIT_HOLDS, "stopped": EXIT_INTERRUPTED, "broken": EXIT_FAILED}
JOIN_SECONDS = 0.5
ONLY_LOOKED = "It only looked. What it found decides which of the next steps have to be done; it stopped nothing."


class Interrupted(BaseException):
    """The terminal went away, or somebody wants the program to end."""


class Mailbox:
    """A listener that keeps what it is told for the front end's own thread."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Told] = queue.SimpleQueue()

    def __call__(self, told: Told) -> None:
        self._queue.put(told)

    def __iter__(self) -> Iterator[Told]:
        """Everything the runner tells, until it has ended."""
        while True:
            told = self._next()
            yield told
            if isinstance(told, Ended):
                return

    def _next(self) -> Told:
        while True:
            try:
                return self._queue.get(timeout=0.2)  # a signal handler runs only between two waits
            except queue.Empty:
                continue


@contextmanager
def signals_interrupt() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP raise Interrupted in the main thread while this is open."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise Interrupted

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Progress:
    """Tells each step once it is behind us, in the order of the walk."""

    def __init__(self, walk: Walk, tell: Callable[[Row], None]) -> None:
        self._walk, self._tell = walk, tell
        self._told: dict[str, Word] = {}

    def update(self, state: State) -> None:
        """Tell what has been settled since, up to the first step that is not."""
        for row in survey(self._walk, state):
            if row.waits:
                continue
            if row.word in {Word.OPEN, Word.STALE, Word.UNKNOWN, Word.HOLD, Word.FAIL}:
                return
            self.tell(row)

    def tell(self, row: Row) -> None:
        """Tell one step, unless this was told of it already."""
        if self._told.get(row.step.id) is not row.word:
            self._told[row.step.id] = row.word
            self._tell(row)


IN_PRACTICE = (
    "This is practice, and its plan is meant to have the warnings that follow: without an ASA every step is there to be"
    " learned, and the servers of the practice network do not compare names. A real AOL does, a real Access Edge may."
    " In reality they are settled before the window: by an ASA, by moving the users to another node, or by an answer in"
    " writing from AOL and each partner which name they accept."
)


def warnings_at(walk: Walk, chapter: Chapter, *, practice: bool) -> tuple[str, ...]:
    """What the plan warns of, where a person should read it: at the beginning, and before certificates are made.

    In practice it says besides why a plan to begin with has warnings, and what is done about them in reality.
    """
    first = chapter.procedure.id in {walk.chapters[0].procedure.id, LISTENERS_CERTIFICATES.id}
    warned = warnings_of(walk.plan) if first else ()
    return (IN_PRACTICE, *warned) if practice and warned else warned


def step_line(row: Row) -> str:
    """One step in one line: word, id, title, and who saw it."""
    return "  ".join(part for part in (row.word.value, row.step.id, row.step.title, row.how) if part)


def only_looked(row: Row, findings: Iterable[Finding]) -> bool:
    """Whether a check found something wrong that stops nothing: then it has to be said what that means."""
    does = row.step.does
    return isinstance(does, Check) and not does.stops and any(found.severity is Severity.FAIL for found in findings)


FAULT, WARNING = "x", "!"  # the marks of a step that was done all the same


def marked(how: str, warns: Collection[str], fails: Collection[str] = ()) -> str:
    """Who saw it, with the mark of a step that was done and found a failure, or else something to be read."""
    mark = FAULT if fails else WARNING if warns else ""
    return f"{how} {mark}".rstrip()


def failure_line(title: str, codes: Collection[str]) -> str:
    """A failure that the walk goes on with, by its code, and the step that found it."""
    return f"{title}: {', '.join(codes)}"


def faults_to_mend(rows: Iterable[Row], step: Step) -> tuple[str, ...]:
    """What was found wrong that a step is there to mend: what it is and where, found by which step and when."""
    return tuple(
        f"{fault.get('code')} at {fault.get('subject')}. Found by: {row.step.title} ({row.step.id}),"
        f" {clock(row.record.at)}."
        for row in rows
        if row.step.id in step.reads
        for fault in row.faults
    )


def needed_by(walk: Walk, facts: Facts, step: Step) -> tuple[str, ...]:
    """The titles of the steps that made a restart necessary; nothing for any other kind of step."""
    titles = {each.id: each.title for each in walk.steps}
    return tuple(titles.get(each, each) for each in made_necessary_by(step.does, facts))


def count_of(walk: Walk, chapter: Chapter) -> str:
    """Which one of the procedures it is, of those that this plan needs."""
    needed = [each.procedure.id for each in walk.chapters if each.excluded is None or each is chapter]
    return f"procedure {needed.index(chapter.procedure.id) + 1} of {len(needed)}"


def passed_over(walk: Walk, state: State, chapter: Chapter) -> tuple[str, ...]:
    """The procedures right before one that opens which were never opened, because no step of them has to be asked."""
    needed = [each for each in walk.chapters if each.excluded is None or each is chapter]
    found: list[str] = []
    for number, each in enumerate(needed[: needed.index(chapter)], 1):
        title = f"{number} of {len(needed)}, {each.procedure.title}: nothing of it has to be done now"
        found = [] if each.procedure.id in state.begun else [*found, title]
    return tuple(found)


def left_rows(walk: Walk, state: State) -> tuple[tuple[str, Row], ...]:
    """What a person left out or took as it was, each with the word for it."""
    words = {Status.SKIPPED: "Skipped", Status.ACCEPTED: "Accepted"}
    rows = (row for row in survey(walk, state) if row.word in SETTLED)
    return tuple((words[row.record.status], row) for row in rows if row.record.status in words)


def resumed_line(walk: Walk, state: State) -> str:
    """Where a session stands that is gone on with; empty for a new one."""
    if not state.resumed:
        return ""
    return f"{going_on(walk, state)}{sent_line(unknown_titles(walk, state).values())}{taken_line(walk, state)}"


def taken_line(walk: Walk, state: State) -> str:
    """That a plan which was changed between two sittings is the one that is gone by, and what comes of it."""
    if not state.plan_before:
        return ""
    changed = changes_of(state.plan_before, state.plan_text)
    stale = sum(row.word is Word.STALE for row in survey(walk, state))
    again = f"{stale} step{' comes' if stale == 1 else 's come'} again" if stale else "no step comes again"
    return f" Your plan change was taken: {f'{changed}; ' if changed else ''}{again}."


def going_on(walk: Walk, state: State) -> str:
    """Where the steps of a session stand that is gone on with."""
    return f"You go on here: {counts_of(walk, state)}."


def sent_line(titles: Collection[str]) -> str:
    """The steps whose outcome is not known, to be said behind where a session stands; empty for none."""
    return f" Sent, with an outcome that is not known yet: {'; '.join(titles)}." if titles else ""


def unknown_titles(walk: Walk, state: State) -> Mapping[str, str]:
    """The steps that were sent and whose outcome is not known, by their ids."""
    return {row.step.id: row.step.title for row in survey(walk, state) if row.word is Word.UNKNOWN}


def counts_of(walk: Walk, state: State) -> str:
    """How many steps stand where."""
    words = [row.word for row in survey(walk, state)]
    return ", ".join(f"{words.count(word)} {word.value}" for word in Word if words.count(word))


def summary_lines(walk: Walk, state: State) -> tuple[str, ...]:
    """How a run ended: counts, and the restarts that are still pending."""
    return (f"summary: {counts_of(walk, state)}", *pending_lines(state.facts))


def next_lines(folder: Path, head: str, *, finished: bool) -> tuple[str, ...]:
    """Where the session is, the head of its record, and the commands that can be given about it."""
    name = name_of(folder)
    return (
        f"session: {folder}",
        f"head: {head}",
        *(() if finished else (f"  {program()} resume {name}",)),
        f"  {program()} export {name}",
        f"  {program()} verify {name}",
    )


def pending_lines(facts: Facts) -> tuple[str, ...]:
    """The restarts that are still to be done; a deployment is not complete while there is one."""
    return tuple(f"pending: restart {service} on {node}" for node, service in sorted(facts.pending))
