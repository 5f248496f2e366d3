"""The transcript as a runbook in Markdown. Foreign text stands in fences, with nothing in it that could act."""

import re
from collections.abc import Iterator

from wizard.export.transcript import Checked, Exchanged, Noted, ProcedureTranscript, StepTranscript, Transcript
from wizard.text import visible, visible_line

_ACTIVE = re.compile(r"([\\`*_{}\[\]<>#+!|~])")
_SYMBOLS = {"done": "[x]", "skip": "[-]", "n/a": "[.]", "fail": "[!]", "hold": "[!]"}


def render(transcript: Transcript) -> str:
    """The runbook."""
    return "\n".join(_document(transcript)) + "\n"


def _document(transcript: Transcript) -> Iterator[str]:
    stamp = "PRACTICE: " if transcript.practice else ""
    yield f"# {stamp}SIP federation runbook, {_plain(transcript.name)}"
    yield ""
    if transcript.practice:
        yield "**This is a practice run on a simulated network. It is evidence of nothing.**"
        yield ""
    yield from _header(transcript)
    yield ""
    yield "*Observed* is what the wizard saw itself; *attested* is what a person said."
    for procedure in transcript.procedures:
        yield from _procedure(procedure)
    yield ""
    yield "## The session"
    yield ""
    yield from (_note(note) for note in transcript.session)


def _header(transcript: Transcript) -> Iterator[str]:
    state = "finished" if transcript.finished else f"held: {transcript.held}" if transcript.held else "not finished"
    rows = {
        "State": state,
        "Started": transcript.started,
        "Last record": transcript.last,
        "People": ", ".join(transcript.people),
        "Tool": transcript.tool,
        "Plan SHA-256": transcript.plan_sha256,
        "Records": str(transcript.count),
        "Head of the record": transcript.head,
        "Restarts still pending": ", ".join(transcript.pending) or "none",
    }
    if transcript.torn:
        rows["Torn last line"] = f"{transcript.torn} bytes were cut short by a crash and are not part of this"
    yield "| | |"
    yield "|---|---|"
    yield from (f"| {key} | {_plain(value)} |" for key, value in rows.items())


def _procedure(procedure: ProcedureTranscript) -> Iterator[str]:
    yield ""
    yield f"## {_plain(procedure.title)}"
    for step in procedure.steps:
        yield from _step(step)


def _step(step: StepTranscript) -> Iterator[str]:
    how = f", {step.how}" if step.how else ""
    yield ""
    yield f"### {_SYMBOLS.get(step.word, '[ ]')} {_plain(step.title)}"
    yield ""
    yield f"{step.word}{how}. Step `{step.id}`."
    if step.reason:
        yield f"Reason: {_plain(step.reason)}"
    if step.history:
        yield ""
        yield from (_note(note) for note in step.history)
    for piece in step.evidence:
        yield from _exchange(piece) if isinstance(piece, Exchanged) else _check(piece)


def _exchange(exchange: Exchanged) -> Iterator[str]:
    yield ""
    yield f"{exchange.at}, {_plain(exchange.node)}, {exchange.result}:"
    yield ""
    body = [f"admin:{exchange.command}", exchange.output.rstrip("\n")]
    body += [
        f"(asked: {question.splitlines()[-1] if question else ''}; answered: {a})" for question, a in exchange.answered
    ]
    yield from _fence("\n".join(body))


def _check(check: Checked) -> Iterator[str]:
    yield ""
    yield f"{check.at}, check of {_plain(check.target)}: {check.status}"
    yield ""
    for finding in check.findings:
        severity, code, subject, why = (_plain(str(finding.get(k))) for k in ("severity", "code", "subject", "why"))
        yield f"- {severity} {code} {subject}: {why}"


def _note(note: Noted) -> str:
    text = f": {_plain(note.text)}" if note.text else ""
    return f"- {note.at} {note.kind}, {_plain(note.who)}{text}"


def _fence(text: str) -> Iterator[str]:
    shown = visible(text)
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text"
    yield shown
    yield fence


def _plain(text: str) -> str:
    """Foreign text in prose: on one line, with nothing that Markdown or HTML would act on."""
    return _ACTIVE.sub(r"\\\1", visible_line(text))
