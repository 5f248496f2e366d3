"""The transcript of a session as a paper: what was planned, what was done, who saw it, and the evidence."""

import json
from collections.abc import Iterable, Iterator, Mapping

from checks.finding import Json
from wizard.export.document import (
    Block,
    Bullets,
    Document,
    Emphasis,
    Foreign,
    Heading,
    Item,
    Line,
    Link,
    Mark,
    Paragraph,
    Table,
    Verbatim,
    bullets,
    joined,
    paragraph,
)
from wizard.export.front import front_page
from wizard.export.pieces import Checked, Exchanged, Noted, Sent
from wizard.export.planned import planned
from wizard.export.times import clock_of, time_of
from wizard.export.transcript import ProcedureTranscript, StepTranscript, Transcript
from wizard.procedures.health import WARNINGS, WHY_AND_WHO

_SYMBOLS = {"done": "[x]", "skip": "[-]", "n/a": "[.]", "fail": "[!]", "hold": "[!]", "unknown": "[?]"}
_QUIET = {"n/a", "open"}  # nothing was done: the reason says enough


def document(transcript: Transcript) -> Document:
    """The runbook of a session."""
    stamp = "PRACTICE: " if transcript.practice else ""
    title = f"{stamp}SIP federation runbook, {transcript.name}"
    return Document(title=title, blocks=tuple(_blocks(transcript, title)))


def _blocks(transcript: Transcript, title: str) -> Iterator[Block]:
    if transcript.practice:
        text = "PRACTICE: a practice run on a simulated network. It is evidence of nothing."
        yield Paragraph((text,), strong=True)
    yield Heading(1, (title,))
    yield _header(transcript)
    seen = (Emphasis("Observed"), " is what the wizard saw itself; ", Emphasis("attested"), " is what a person said.")
    yield paragraph(*seen, " Times are UTC.")
    yield from front_page(transcript)
    if transcript.warnings:
        yield Heading(2, ("Warnings about the plan",), "about-warnings")
        yield bullets((Foreign(warning),) for warning in transcript.warnings)
        yield _answered_for(transcript)
    yield from _typed(transcript)
    yield from _logins(transcript)
    for procedure in transcript.procedures:
        yield from _procedure(procedure)
    yield Heading(2, ("The session",), "about-session")
    if transcript.session:
        yield Bullets(tuple(_note(note) for note in transcript.session))


def _header(transcript: Transcript) -> Table:
    rows = {
        "State": "finished" if transcript.finished else "not finished",
        "Held": transcript.held,
        "Started": clock_of(transcript.started),
        "Ended": clock_of(transcript.ended),
        "Last record": clock_of(transcript.last),
        "Change": transcript.change,
        "Implementer": transcript.implementer,
        "Reviewer": transcript.reviewer,
        "Accounts": "; ".join(transcript.accounts),
        "Steps done": f"{transcript.observed} observed, {transcript.attested} attested",
        "Tool": transcript.tool,
        "Plan SHA-256": transcript.plan_sha256,
        "Records": str(transcript.count),
        "Head of the record": transcript.head,
        "Restarts still pending": ", ".join(transcript.pending) or "none",
    }
    if transcript.torn:
        rows["Torn last line"] = f"{transcript.torn} bytes were cut short by a crash and are not part of this"
    return Table(("", ""), tuple(((key,), (Foreign(value),)) for key, value in rows.items() if value))


def _answered_for(transcript: Transcript) -> Block:
    """Who went on with the warnings about the plan, and why."""
    steps = (step for procedure in transcript.procedures for step in procedure.steps)
    answer = next((step for step in steps if step.id == WARNINGS and step.word == "done"), None)
    if answer is None:
        return paragraph("Nobody has answered for them.")
    reason = answer.reason or "; ".join(value for label, value in answer.entered if label == WHY_AND_WHO)
    told: Line = (": ", Foreign(reason)) if reason else ()
    return paragraph(
        "Answered for ", time_of(answer.at), " by ", Foreign(answer.who), *told, ", in ", Link(WARNINGS), "."
    )


def _typed(transcript: Transcript) -> Iterator[Block]:
    """What a person typed on a node beside the walk."""
    if transcript.typed:
        yield Heading(2, ("Commands typed by hand",), "about-typed")
        for exchange in transcript.typed:
            yield from _exchange(exchange)


def _logins(transcript: Transcript) -> Iterator[Block]:
    """With which host key and algorithms each node was spoken to; said once, not at every command."""
    steps = [step for procedure in transcript.procedures for step in procedure.steps]
    exchanges = [piece for step in steps for piece in step.evidence if isinstance(piece, Exchanged)]
    exchanges += transcript.typed
    logins = dict.fromkeys((e.node, e.host_key, e.algorithms) for e in exchanges if e.host_key or e.algorithms)
    if logins:
        yield Heading(2, ("Logins",), "about-logins")
        yield bullets((Foreign(node), ": ", *joined(Foreign(text) for text in how if text)) for node, *how in logins)


# --- one step --------------------------------------------------------------------------------------------------------


def _procedure(procedure: ProcedureTranscript) -> Iterator[Block]:
    yield Heading(2, (procedure.title,), procedure.id)
    if procedure.excluded:
        yield paragraph("Not applicable: ", Foreign(procedure.excluded), ".")
    for step in procedure.steps:
        yield from _step(step)


def _step(step: StepTranscript) -> Iterator[Block]:
    yield Heading(3, (Mark(_SYMBOLS.get(step.word, "[ ]")), f" {step.title}"), step.id)
    settled = joined(Mark(part) for part in (step.word, step.how) if part)
    when: Line = (", ", time_of(step.at), " by ", Foreign(step.who)) if step.at else ()
    yield paragraph(*settled, *when, ". Step ", Foreign(step.id), ".")
    for label, text in (("Problem", step.problem), ("Reason", step.reason), ("Deviation", step.deviation)):
        if text:
            yield paragraph(f"{label}: ", Foreign(text))
    if step.instructions and (step.word not in _QUIET or step.history):
        yield from planned(step.instructions)
    yield from _before_and_after(step)
    if step.entered:
        yield paragraph("Entered:")
        same = step.entered_as_planned
        yield bullets(
            (f"{label}: ", Foreign(value), *((", entered as =",) if label in same else ()))
            for label, value in step.entered
        )
    if step.sent:
        yield paragraph("Sent:")
        yield bullets(_sent(sent) for sent in step.sent)
    if step.findings:
        yield paragraph("Found:")
        yield _findings(step.findings)
    for piece in step.evidence:
        yield from _exchange(piece) if isinstance(piece, Exchanged) else _check(piece)
    if len(step.history) > 1:  # one record alone is the ending, which the first line has told
        yield paragraph("History:")
        yield Bullets(tuple(_note(note) for note in step.history))


def _before_and_after(step: StepTranscript) -> Iterator[Block]:
    """What made it necessary, and how what was done is taken back."""
    if step.because:
        yield paragraph("Made necessary by ", *joined(Foreign(other) for other in step.because), ".")
    if step.way_back and step.word == "done":
        label, how = step.way_back
        yield paragraph(f"{label}: ", Foreign(how))


def _sent(sent: Sent) -> Line:
    after = f" after {sent.seconds} s" if sent.seconds is not None else ""
    anew = f" (anew, after record {sent.refers_to})" if sent.refers_to else ""
    return (
        time_of(sent.at),
        f", record {sent.record}{anew}, by ",
        Foreign(sent.who),
        ": ",
        Foreign(sent.outcome),
        after,
    )


def _exchange(exchange: Exchanged) -> Iterator[Block]:
    took = f" in {exchange.duration_ms} ms"
    yield paragraph(time_of(exchange.at), ", ", Foreign(exchange.node), ": ", Foreign(exchange.result), took)
    body = [f"(since the command before: {exchange.late.strip()})"] if exchange.late else []
    body += [f"admin:{exchange.command}", exchange.output.rstrip("\n")]
    body += [f"(asked: {_last_line(question)}; answered: {answer})" for question, answer in exchange.answered]
    if exchange.question:
        body.append(f"(asked, and not answered: {_last_line(exchange.question)})")
    yield Verbatim("\n".join(line for line in body if line))


def _check(check: Checked) -> Iterator[Block]:
    took = f" in {check.duration_ms} ms"
    yield paragraph(time_of(check.at), ", check of ", Foreign(check.target), ": ", Foreign(check.status), took)
    if check.findings:
        yield _findings(check.findings)


def _findings(findings: Iterable[Mapping[str, Json]]) -> Bullets:
    return Bullets(tuple(_finding(finding) for finding in findings))


def _finding(finding: Mapping[str, Json]) -> Item:
    severity, code, subject, why = (Foreign(_word(finding.get(key))) for key in ("severity", "code", "subject", "why"))
    more: list[Line] = []
    if severity.text != "pass":
        for key in ("observed", "expected"):
            if finding.get(key):
                more.append((f"{key}: ", Foreign(json.dumps(finding[key], sort_keys=True, ensure_ascii=False))))
        if fixes := finding.get("fix"):
            fix = " ".join(_word(line) for line in fixes) if isinstance(fixes, list) else _word(fixes)
            more.append((Foreign(_word(finding.get("owner"))), " should: ", Foreign(fix)))
    return Item((severity, " ", code, " ", subject, ": ", why), (bullets(more),) if more else ())


def _note(note: Noted) -> Item:
    head: Line = (time_of(note.at), " ", Foreign(note.kind), ", ", Foreign(note.who))
    if "\n" in note.text.strip():
        return Item((*head, ":"), (Verbatim(note.text.strip("\n")),))
    return Item((*head, ": ", Foreign(note.text)) if note.text else head)


# --- values of the record --------------------------------------------------------------------------------------------


def _last_line(question: str) -> str:
    return question.strip().splitlines()[-1] if question.strip() else ""


def _word(value: Json) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
