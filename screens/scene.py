"""What the screen of the walk knows: what is asked, what runs, what is looked at. Nothing of widgets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.finding import Severity
from screens.copying import Copyable, copyables
from screens.situation import BY_TYPING, Situation
from wizard.again import comes_again
from wizard.engine import Ask, AskKind
from wizard.evidence import Outcome, finding_body
from wizard.export.pieces import Exchanged
from wizard.frontend import (
    failure_line,
    faults_to_mend,
    going_on,
    marked,
    needed_by,
    passed_over,
    sent_line,
    taken_line,
    unknown_titles,
)
from wizard.lookback import exchanges_of
from wizard.resolve import Chapter
from wizard.runner import Ended, Runner
from wizard.session import BLOBS
from wizard.sitting import Sitting
from wizard.state import Status
from wizard.step import Form, Step
from wizard.survey import Row, Word, codes_of, survey, warning_codes

SETTLED = frozenset({Status.DONE, Status.SKIPPED, Status.ACCEPTED})


@dataclass
class Scene:
    """The state of the screen.

    `ask` is None from the moment an answer was given until the next question, so that one key never answers twice.
    `refusal` says why the last answer was not taken, until something else is typed.
    `looking` is the id of the step that is only looked at; `draft` what is being typed into a form; `passing` says that
    the person came by while looking about, so that a form must not catch the next key; `hints` how many hints of a
    lesson were asked for; `right` the lines of a form that failed, other than those for which it did; `resumed`: a
    session is gone on with, and nothing answered yet; `warned` are the steps that warned since the last answer,
    `failed` those that went on with a failure.
    """

    sitting: Sitting
    runner: Runner
    ask: Ask | None = None
    refusal: str = ""
    ended: Ended | None = None
    running: dict[str, Row] = field(default_factory=dict)
    batch: tuple[Row, ...] = ()
    looking: str | None = None
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    draft: dict[str, str] = field(default_factory=dict)
    last: str = ""
    warned: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    passing: bool = False
    hints: int = 0
    right: tuple[str, Mapping[str, str]] = ("", {})
    resumed: bool = field(init=False, default=False)

    def asked(self, ask: Ask, refusal: str) -> None:
        """Take in a question. A form that is asked again keeps the lines that were right; the others are typed anew."""
        self.ask, self.running, self.passing, self.refusal = ask, {}, False, refusal
        does, step = ask.row.step.does, ask.row.step.id
        if refusal:
            return
        if not isinstance(does, Form):
            self.draft.clear()
            return
        if ask.kind is AskKind.FAILED:
            wrong = {field.name for field in does.wrong(does.read(self.draft))}
            self.right = (step, {name: text for name, text in self.draft.items() if name not in wrong})
        self.draft.clear()
        self.draft.update(self.right[1] if self.retried else {})

    def kept(self) -> str:
        """What a form that is asked again kept, and what is still to be typed; nothing where it kept nothing."""
        does, kept = self.ask.row.step.does if self.ask else None, len(self.right[1])
        if not self.retried or not isinstance(does, Form) or not kept:
            return ""
        empty = ", ".join(field.label for field in does.fields if not self.draft.get(field.name))
        return f"Kept: {kept} answer{'s' * (kept != 1)}." + (f" Still to enter: {empty}." if empty else "")

    def concluded(self, row: Row, outcome: Outcome) -> None:
        """Take in what came of an act. What failed or warned all the same stays to be read until the next answer."""
        self.outcomes[row.step.id] = outcome
        self.last = f"Done: {row.step.title} ({outcome.how})." if outcome.succeeded else ""
        found = [finding_body(finding) for finding in outcome.findings] if outcome.succeeded else []
        if fails := codes_of(found, Severity.FAIL):
            self.failed = (*self.failed, failure_line(row.step.title, fails))
            self.last = ""
        elif warns := warning_codes(found, practice=self.sitting.practice):
            self.warned = (*self.warned, f"{row.step.title} ({marked(outcome.how, warns)}): {', '.join(warns)}")
            self.last = ""

    @property
    def stands(self) -> tuple[object, ...]:
        """What stands on the screen; keys that were pressed for something else must not reach it."""
        asked = (self.ask.row.step.id, self.ask.kind) if self.ask else tuple(row.step.id for row in self.batch)
        return (self.looking, asked, self.ended is not None)

    @property
    def retried(self) -> bool:
        """Whether a form stands there a second time, with the lines that were right."""
        return self.ask is not None and self.ask.kind is AskKind.FORM and self.right[0] == self.ask.row.step.id

    def __post_init__(self) -> None:
        walk, state = self.sitting.walk, self.runner.state
        self.resumed, self._unknown = state.resumed, unknown_titles(walk, state)
        self._sent = sent_line(self._unknown.values()) + taken_line(walk, state)

    def stands_at(self) -> str:
        """Where a session stands that is gone on with: the steps as they are now, as reading goes on by itself."""
        return f"{going_on(self.sitting.walk, self.runner.state)}{self._sent}" if self.resumed else ""

    def settled_since(self) -> tuple[str, ...]:
        """What was of unknown outcome when the session was gone on with, and how it stands now."""
        found = {row.step.id: row for row in self.rows()} if self._unknown else {}
        return tuple(f"{title}: {found[step].word}" for step, title in self._unknown.items())

    def needed_by(self, step: Step) -> tuple[str, ...]:
        """The titles of the steps that made a restart necessary."""
        return needed_by(self.sitting.walk, self.runner.state.facts, step)

    def faults_to_mend(self, step: Step) -> tuple[str, ...]:
        """What was found wrong that a step is there to mend."""
        return faults_to_mend(self.rows(), step)

    def comes_again(self, row: Row) -> str:
        """Why a step comes again that was done before; empty for any other."""
        return comes_again(row, self.sitting.walk, self.runner.state, self.sitting.writer().events)

    def passed_over(self, chapter: Chapter) -> tuple[str, ...]:
        """The procedures right before one that opens, of which nothing has to be done."""
        return passed_over(self.sitting.walk, self.runner.state, chapter)

    def exchanges(self, step: str) -> tuple[Exchanged, ...]:
        """What nodes answered in a step, whichever sitting it was."""
        return exchanges_of(self.sitting.writer().events, step, self.sitting.folder / BLOBS)

    def rows(self) -> tuple[Row, ...]:
        """All steps, as they stand now."""
        return survey(self.sitting.walk, self.runner.state)

    def row(self, step_id: str) -> Row:
        """One step, as it stands now. Raises KeyError."""
        found = {row.step.id: row for row in self.rows()}
        return found[step_id]

    @property
    def current(self) -> str:
        """The id of the step at which the walk is, empty at its beginning and end."""
        if self.ask is not None:
            return self.ask.row.step.id
        if self.running:
            return next(iter(self.running))
        return self.batch[0].step.id if self.batch and self.ended is None else ""

    def seen(self) -> Row | None:
        """The step that stands on the screen; none at the beginning of a procedure and at the end."""
        if self.looking is not None:
            return self.row(self.looking)
        if self.ask is not None:
            return None if self.ask.kind is AskKind.BEGIN else self.ask.row
        return next(iter(self.running.values()), None)

    def copyables(self) -> tuple[Copyable, ...]:
        """What of the step on the screen can be copied."""
        row = self.seen()
        return copyables(row.step.does) if row else ()

    def situation(
        self, *, drawn: bool = True, typing: bool = False, unfilled: bool = False, more: str = ""
    ) -> Situation:
        """What this means for the keys. A question counts once it is `drawn`: nobody answers what they cannot see."""
        ask = self.ask if drawn else None
        row = self.seen()
        settled = row is not None and row.word in {Word.DONE, Word.SKIP} and row.record.status in SETTLED
        return Situation(
            asked=ask.kind if ask else None,
            choices=ask.choices if ask else (),
            looking=self.looking is not None,
            ended=self.ended is not None,
            running=bool(self.running),
            redoable=settled,
            copyable=row is not None and bool(copyables(row.step.does)),
            typing=typing,
            unfilled=unfilled,
            question=ask is not None and isinstance(ask.row.step.does, Form) and not ask.row.step.does.menu,
            claimed=ask.typed[:1] if ask and ask.kind in BY_TYPING and self.looking is None else "",
            more=more,
        )
