"""The body of each kind of step: what to do, where, with which value, why, and how to take it back."""

from collections.abc import Iterator
from typing import assert_never

from textual.content import Content

from screens.widgets.verbatim import literal
from wizard.describe import reversal_of, span, waits_for, wrap_letter
from wizard.engine import Ask, AskKind, Row, Word
from wizard.resolve import Chapter
from wizard.step import Check, Command, Field, Form, Instruct, Notice, Restart, Step, Wait

LABEL, VALUE, QUIET, BAD = "dim", "bold", "dim", "bold"

ROOM, LONGEST_LABEL = 57, 30  # columns; with the label it fits a dialog

Line = Content | str


def step_body(row: Row) -> Content:
    """Everything about one step."""
    step = row.step
    return _joined((*_doing(step), "", *_around(step)))


def begin_body(chapter: Chapter) -> Content:
    """What a procedure is for, before it begins."""
    procedure = chapter.procedure
    steps = (literal(f"  - {step.title}") for step in chapter.steps)
    return _joined(
        (
            literal(procedure.why),
            "",
            _pair("Disrupts", procedure.disrupts),
            "",
            literal("Reading and checking run by themselves; each change is asked for.", QUIET),
            "",
            *steps,
        )
    )


def outcome_lines(row: Row) -> Content:
    """What is on record about a step: who, when, note, problem, findings."""
    record, lines = row.record, []
    word = row.word.value + (f", {row.how}" if row.how else "")
    lines.append(literal(f"{symbol(row.word)} {word}", VALUE))
    reason = getattr(row.standing, "reason", "") or getattr(row.standing, "problem", "")
    if reason and row.word is not Word.OPEN:
        lines.append(literal(str(reason)))
    if record.at:
        lines.append(_pair("When", f"{record.at[:19].replace('T', ' ')} UTC, {record.by}"))
    for label, text in (("Note", record.note), ("Problem", record.problem), ("Next", record.remedy)):
        if text:
            lines.append(_pair(label, text))
    for finding in record.findings:
        lines.append(literal(f"  {finding.get('severity')}  {finding.get('code')}  {finding.get('subject')}"))
        lines.append(literal(f"      {finding.get('why')}", QUIET))
    return _joined(lines)


def problem_body(ask: Ask) -> Content:
    """What went wrong, and what to do next."""
    findings = (
        literal(f"  {finding.get('severity')}  {finding.get('code')}  {finding.get('subject')}")
        for finding in ask.row.record.findings
        if finding.get("severity") in {"fail", "not-tested", "warn"}
    )
    headings = {
        AskKind.FAILED: "This failed.",
        AskKind.STOPPED: "This cannot go on.",
        AskKind.UNKNOWN: "Did it happen?",
    }
    return _joined(
        (
            literal(headings.get(ask.kind, ""), BAD),
            literal(ask.problem),
            "",
            _pair("Next", ask.remedy),
            *findings,
            "",
            *_doing(ask.row.step),
        )
    )


def symbol(word: Word) -> str:
    """The sign of a word, for people who scan a list; never without the word."""
    return {
        Word.DONE: "+",
        Word.SKIP: "-",
        Word.NOT_APPLICABLE: ".",
        Word.FAIL: "x",
        Word.HOLD: "!",
        Word.OPEN: " ",
        Word.STALE: "~",
        Word.UNKNOWN: "?",
    }[word]


def _doing(step: Step) -> Iterator[Line]:
    does = step.does
    match does:
        case Instruct():
            yield from _instruct(does)
        case Form():
            yield _pair("Where", does.interface)
            yield _pair("Menu", " > ".join(does.menu))
            for wanted in does.fields:
                yield _pair("Field", wanted.label)
                yield _pair("", f"the plan says {wanted.expected}")
        case Command():
            yield from _command(does)
        case Restart():
            yield _pair("Node", does.node)
            yield _pair("Command", does.command, VALUE)
            yield _pair("Goes down", does.takes_down)
        case Check():
            yield _pair("Check", step.title)
        case Wait():
            yield _pair("Waits until", waits_for(does))
        case Notice():
            yield _pair("To", does.recipient)
            yield _pair("Subject", does.subject)
            yield ""
            yield from (literal(f"  {line}", VALUE) for line in wrap_letter(does.text))
        case _:
            assert_never(does)


def _instruct(does: Instruct) -> Iterator[Line]:
    yield _pair("Where", does.interface)
    yield _pair("Menu", " > ".join(does.menu))
    width = min(max(len(field.label) for field in does.fields), LONGEST_LABEL)
    for number, field in enumerate(does.fields):
        yield _field("Enter" if number == 0 else "", field, width)
        if field.note:
            yield literal(f"{'':<14}{field.note}", QUIET)
    yield _pair("Press", does.button, VALUE)
    for snippet in does.snippets:
        yield ""
        yield literal(f"{snippet.title}:", LABEL)
        yield from (literal(f"  {line}") for line in snippet.text.splitlines())


def _field(head: str, field: Field, width: int) -> Content:
    """A field and its value on one line, or the value below where it does not fit."""
    label, value = literal(f"{field.label:<{width}}  "), literal(field.value, VALUE)
    if len(field.label) <= width and width + 2 + len(field.value) <= ROOM:
        return Content.assemble(literal(f"{head:<12}", LABEL), label, value)
    return Content.assemble(literal(f"{head:<12}", LABEL), literal(field.label), literal(f"\n{'':<14}"), value)


def _command(does: Command) -> Iterator[Line]:
    yield _pair("Node", does.node)
    yield _pair("Command", does.command, VALUE)
    yield _pair("Risk", does.risk.value)
    for expected in does.expect:
        yield _pair("Asks", f"one announced question, answered {expected.answer}; any other comes to you")


def _around(step: Step) -> Iterator[Line]:
    yield _pair("Why", step.why)
    for effect in step.effects:
        yield _pair("Effect", effect)
    for mistake in step.mistakes:
        yield _pair("Mistake", mistake)
    yield _pair(*reversal_of(step))
    yield _pair("Takes", f"{span(step.duration.typical)}, at worst {span(step.duration.worst)}")


def _pair(label: str, text: str, style: str = "") -> Content:
    """A label and its text, the text hanging beside it."""
    words, width, lines, line = text.split(), ROOM, [], ""
    for word in words:
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    lines.append(line)
    shown = ("\n" + " " * 12).join(lines)
    return Content.assemble(literal(f"{label:<12}", LABEL), literal(shown, style))


def _joined(lines: Iterator[Line] | tuple[Line, ...] | list[Line] | list[Content]) -> Content:
    contents = [Content(line) if isinstance(line, str) else line for line in lines]
    return Content("\n").join(contents)
