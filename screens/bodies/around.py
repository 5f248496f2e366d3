"""What stands around a step: the beginning of a procedure, a problem, what is on record, several reads."""

from collections.abc import Iterator, Mapping, Sequence

from checks.finding import Finding
from checks.names import for_display
from screens.bodies.check import findings_lines
from screens.bodies.parts import BAD, LABEL, QUIET, VALUE, Line, broken, exact, pair, symbol
from screens.widgets.verbatim import literal
from wizard.engine import Ask, AskKind
from wizard.evidence import Outcome, findings_of
from wizard.export.pieces import Exchanged
from wizard.frontend import ONLY_LOOKED, only_looked
from wizard.lesson import PAPER_ADDRESSES, PAPER_CODE, Lesson
from wizard.plan.model import Plan
from wizard.resolve import Chapter
from wizard.standing import AlreadySo, Later, NotApplicable, Stop, Unknown
from wizard.step import Form
from wizard.survey import Row, Word
from wizard.text import clock, visible

MOST_OUTPUT = 200  # lines of one exchange that are shown when looking back
OPEN_YET = "Steps that come before it are still to be done; they decide whether it has to be done."
HEADINGS = {
    AskKind.FAILED: "This failed.",
    AskKind.STOPPED: "This cannot go on.",
    AskKind.UNKNOWN: "Did it happen?",
}


def lesson_lines(lesson: Lesson | None) -> Iterator[Line]:
    """What went wrong in the deployment of a lesson."""
    if lesson is None:
        return
    yield pair("Scenario", lesson.title, VALUE)
    yield pair("Story", lesson.story)
    yield pair("Symptom", lesson.symptom)
    yield pair("Your task", "Find the cause and mend it. The help (?) holds hints, one at a time.")
    yield ""


def between_lines(plan: Plan) -> Iterator[Line]:
    """Who federates with whom, at the very beginning."""
    ours = plan.local.sip_proxy_domain
    partners = ", ".join(for_display(partner.domain) for partner in plan.partners)
    aol = ", ".join(for_display(domain.name) for domain in plan.aol.domains) if plan.aol else ""
    yield pair("Our side", f"{for_display(ours)}, nodes {', '.join(node.name for node in plan.nodes_publisher_first)}")
    if partners:
        yield pair("Microsoft", partners)
    if aol:
        yield pair("AOL", aol)
    if plan.email is not None and plan.email.domain != ours:
        yield pair("Email", f"addresses in {for_display(plan.email.domain)} take the place of those in {ours}")
    yield ""


def warning_lines(warnings: tuple[str, ...]) -> Iterator[Line]:
    """What the plan warns of: now it can still be changed."""
    for warning in warnings:
        yield pair("Warning", warning, BAD)
    if warnings:
        yield pair("", "If it is not meant so: h holds; correct the plan, then go on with it.")
        yield ""


def begin_lines(chapter: Chapter) -> Iterator[Line]:
    """What a procedure is for, what it disrupts, and its steps."""
    procedure = chapter.procedure
    yield pair("Why", procedure.why)
    yield ""
    yield pair("Disrupts", procedure.disrupts)
    yield pair("Chapter", procedure.heading)
    yield ""
    yield literal("Reading and checking run by themselves; each change is asked for.", QUIET)
    yield ""
    yield from (literal(f"  - {step.title}") for step in chapter.steps)


def trouble_lines(ask: Ask, outcome: Outcome | None) -> Iterator[Line]:
    """What went wrong and what to do next, with what was found."""
    yield literal(HEADINGS[ask.kind], BAD)
    yield pair("Problem", ask.problem, BAD)
    yield pair("Next", ask.remedy)
    yield from findings_lines(findings_of(ask.row.record.findings) or (outcome.findings if outcome else ()))
    yield ""


def record_lines(
    row: Row, exchanges: Sequence[Exchanged], said: Mapping[str, str], needed_by: Sequence[str] = ()
) -> Iterator[Line]:
    """What is on record about a step: who, when, note, problem, findings, and what nodes answered."""
    record = row.record
    word = row.word.value + (f", {row.how}" if row.how else "")
    yield literal(f"{symbol(row.word)} {word}", VALUE)
    findings = findings_of(record.findings)
    if only_looked(row, findings):
        yield pair("", ONLY_LOOKED)
    yield from _standing(row)
    yield from needed_lines(needed_by)
    if record.at:
        yield pair("When", f"{clock(record.at)}, {record.by}")
    for label, text in (("Note", record.note), ("Problem", record.problem), ("Next", record.remedy)):
        if text:
            yield pair(label, text)
    does = row.step.does
    if isinstance(does, Form):
        yield from (exact("Read", f"{f.label}: {said[f.name]}") for f in does.fields if f.name in said)
    yield from findings_lines(findings)
    yield ""
    for exchange in exchanges:
        yield from _exchange(exchange)


def resumed_lines(resumed: str, settled: Sequence[str]) -> Iterator[Line]:
    """Where a session stands that is gone on with, and what was settled since."""
    if resumed:
        yield pair("Resumed", resumed, VALUE)
        yield from (pair("Settled", each) for each in settled)
        yield ""


def paper_lines(findings: Sequence[Finding]) -> Iterator[Line]:
    """In practice: which of the findings is the doing of practice itself."""
    if any(found.code == PAPER_CODE for found in findings):
        yield pair("Practice", PAPER_ADDRESSES)
        yield ""


def to_mend_lines(faults: Sequence[str]) -> Iterator[Line]:
    """What was found wrong that the step is there to mend."""
    yield from (pair("Fault", fault, BAD) for fault in faults)


def again_lines(why: str) -> Iterator[Line]:
    """Why a step comes again that was done before."""
    if why:
        yield pair("Again", why, VALUE)


def passed_lines(passed: Sequence[str]) -> Iterator[Line]:
    """The procedures that were passed over since the last one."""
    yield from (pair("Passed over", each) for each in passed)
    if passed:
        yield ""


def needed_lines(needed_by: Sequence[str]) -> Iterator[Line]:
    """The titles of the steps that made a restart necessary."""
    for number, title in enumerate(needed_by):
        yield pair("Needed by" if number == 0 else "", title)


def _standing(row: Row) -> Iterator[Line]:
    match row.standing:
        case NotApplicable(reason) if row.word is Word.OPEN:
            yield pair("Open", OPEN_YET)
            yield pair("So far", reason)
        case NotApplicable(reason) | AlreadySo(reason):
            yield pair("Because", reason)
        case Later(reason) if row.waits:
            yield pair("Later", reason)
        case Stop(problem, _) if row.word is Word.HOLD:
            yield pair("Because", problem)
        case Unknown(condition):
            yield pair("Applies", f"only if {condition}; that is not known yet")
        case _:
            return


def _exchange(exchange: Exchanged) -> Iterator[Line]:
    yield exact(exchange.node, exchange.command)
    result = f"{exchange.result}, {exchange.failure}" if exchange.failure else exchange.result
    yield literal(f"{result}, {exchange.duration_ms} ms, {clock(exchange.at)}", QUIET)
    lines = visible(exchange.output).splitlines()
    yield from (literal(f"  {piece}") for line in lines[:MOST_OUTPUT] for piece in broken(line, 72))
    if len(lines) > MOST_OUTPUT:
        yield literal("  (all the others are on record)", QUIET)
    yield ""


def running_lines(rows: Sequence[Row], left: Mapping[str, Row]) -> Iterator[Line]:
    """Several reads at a time: which are done, which are not."""
    yield literal("These run at the same time, on different nodes or servers:", LABEL)
    yield ""
    for row in rows:
        running = row.step.id in left
        yield literal(f"  {'...' if running else symbol(Word.DONE):<4}{row.step.title}", "" if running else QUIET)
