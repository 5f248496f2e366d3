"""The transcript as a runbook in Markdown, to be read in a ticket.

Foreign text stands in fences or in code spans, each longer than any run of backticks in it: there nothing is markup,
no HTML, no entity and no link. Our own words stand in prose, with what Markdown would act on escaped.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from checks.finding import Json
from wizard.export.pieces import Checked, Exchanged, Noted, Sent
from wizard.export.transcript import ProcedureTranscript, StepTranscript, Transcript
from wizard.text import visible, visible_line

_ACTIVE = re.compile(r"([\\`*_{}\[\]<>#+!|~&])")
_SYMBOLS = {"done": "[x]", "skip": "[-]", "n/a": "[.]", "fail": "[!]", "hold": "[!]", "unknown": "[?]"}
_QUIET = {"n/a", "open"}  # nothing was done: the reason says enough


def render(transcript: Transcript) -> str:
    """The runbook."""
    return "\n".join(_document(transcript)) + "\n"


def _document(transcript: Transcript) -> Iterator[str]:
    if transcript.practice:
        yield from ("**PRACTICE: a practice run on a simulated network. It is evidence of nothing.**", "")
    stamp = "PRACTICE: " if transcript.practice else ""
    yield from (f"# {stamp}SIP federation runbook, {_prose(transcript.name)}", "")
    yield from _header(transcript)
    yield from ("", "*Observed* is what the wizard saw itself; *attested* is what a person said. Times are UTC.")
    yield from _deviations(transcript)
    yield from _logins(transcript)
    for procedure in transcript.procedures:
        yield from _procedure(procedure)
    yield from ("", "## The session", "")
    for note in transcript.session:
        yield from _note(note)


def _header(transcript: Transcript) -> Iterator[str]:
    rows = {
        "State": "finished" if transcript.finished else "not finished",
        "Held": transcript.held,
        "Started": _time(transcript.started),
        "Ended": _time(transcript.ended),
        "Last record": _time(transcript.last),
        "People": ", ".join(transcript.people),
        "Tool": transcript.tool,
        "Plan SHA-256": transcript.plan_sha256,
        "Records": str(transcript.count),
        "Head of the record": transcript.head,
        "Restarts still pending": ", ".join(transcript.pending) or "none",
    }
    if transcript.torn:
        rows["Torn last line"] = f"{transcript.torn} bytes were cut short by a crash and are not part of this"
    yield from ("| | |", "|---|---|")
    yield from (f"| {key} | {_cell(value)} |" for key, value in rows.items() if value)


def _deviations(transcript: Transcript) -> Iterator[str]:
    """What went another way than planned, first of all: it is what a reviewer looks for."""
    steps = [step for procedure in transcript.procedures for step in procedure.steps if step.deviation]
    yield from ("", "## Deviations", "")
    if not steps:
        yield "None."
    for step in steps:
        reason = f" Reason: {_code(step.reason)}" if step.reason else ""
        yield f"- {_code(step.id)}: {_code(step.deviation)}.{reason}"


def _logins(transcript: Transcript) -> Iterator[str]:
    """With which host key and algorithms each node was spoken to; said once, not at every command."""
    steps = [step for procedure in transcript.procedures for step in procedure.steps]
    exchanges = [piece for step in steps for piece in step.evidence if isinstance(piece, Exchanged)]
    logins = dict.fromkeys((e.node, e.host_key, e.algorithms) for e in exchanges if e.host_key or e.algorithms)
    if logins:
        yield from ("", "## Logins", "")
    for node, host_key, algorithms in logins:
        yield f"- {_code(node)}: {', '.join(_code(text) for text in (host_key, algorithms) if text)}"


def _procedure(procedure: ProcedureTranscript) -> Iterator[str]:
    yield from ("", f"## {_prose(procedure.title)}")
    if procedure.excluded:
        yield from ("", f"Not applicable: {_code(procedure.excluded)}.")
    for step in procedure.steps:
        yield from _step(step)


def _step(step: StepTranscript) -> Iterator[str]:
    yield from ("", f"### {_SYMBOLS.get(step.word, '[ ]')} {_prose(step.title)}", "")
    settled = [part for part in (step.word, step.how) if part]
    when = f", {_time(step.at)} by {_code(step.who)}" if step.at else ""
    yield f"{', '.join(settled)}{when}. Step {_code(step.id)}."
    for label, text in (("Problem", step.problem), ("Reason", step.reason), ("Deviation", step.deviation)):
        if text:
            yield from ("", f"{label}: {_code(text)}")
    if step.instructions and (step.word not in _QUIET or step.history):
        yield from ("", "Planned:", "", *_fence("\n".join(step.instructions)))
    if step.entered:
        yield from ("", "Entered:", "", *(f"- {_prose(label)}: {_code(value)}" for label, value in step.entered))
    if step.sent:
        yield from ("", "Sent:", "", *(_sent(sent) for sent in step.sent))
    if step.findings:
        yield from ("", "Found:", "", *_findings(step.findings))
    for piece in step.evidence:
        yield from _exchange(piece) if isinstance(piece, Exchanged) else _check(piece)
    if len(step.history) > 1:  # one record alone is the ending, which the first line has told
        yield from ("", "History:", "")
        for note in step.history:
            yield from _note(note)


def _sent(sent: Sent) -> str:
    after = f" after {sent.seconds} s" if sent.seconds is not None else ""
    anew = f" (anew, after record {sent.refers_to})" if sent.refers_to else ""
    return f"- {_time(sent.at)}, record {sent.record}{anew}, by {_code(sent.who)}: {_code(sent.outcome)}{after}"


def _exchange(exchange: Exchanged) -> Iterator[str]:
    took = f" in {exchange.duration_ms} ms"
    yield from ("", f"{_time(exchange.at)}, {_code(exchange.node)}: {_code(exchange.result)}{took}", "")
    body = [f"admin:{exchange.command}", exchange.output.rstrip("\n")]
    body += [f"(asked: {_last_line(question)}; answered: {answer})" for question, answer in exchange.answered]
    if exchange.question:
        body.append(f"(asked, and not answered: {_last_line(exchange.question)})")
    yield from _fence("\n".join(line for line in body if line))


def _check(check: Checked) -> Iterator[str]:
    took = f" in {check.duration_ms} ms"
    yield from ("", f"{_time(check.at)}, check of {_code(check.target)}: {_code(check.status)}{took}", "")
    yield from _findings(check.findings)


def _findings(findings: Iterable[Mapping[str, Json]]) -> Iterator[str]:
    for finding in findings:
        severity, code, subject, why = (_word(finding.get(key)) for key in ("severity", "code", "subject", "why"))
        yield f"- {_code(severity)} {_code(code)} {_code(subject)}: {_code(why)}"
        if severity == "pass":
            continue
        for key in ("observed", "expected"):
            if finding.get(key):
                yield f"  - {key}: {_code(json.dumps(finding[key], sort_keys=True, ensure_ascii=False))}"
        if fixes := finding.get("fix"):
            fix = " ".join(_word(line) for line in fixes) if isinstance(fixes, list) else _word(fixes)
            yield f"  - {_code(_word(finding.get('owner')))} should: {_code(fix)}"


def _note(note: Noted) -> Iterator[str]:
    head = f"- {_time(note.at)} {_code(note.kind)}, {_code(note.who)}"
    if "\n" in note.text.strip():
        yield f"{head}:"
        yield from ("", *(f"  {line}".rstrip() for line in _fence(note.text.strip("\n"))), "")
    else:
        yield f"{head}: {_code(note.text)}" if note.text else head


def _time(at: str) -> str:
    """A time of the record to the second. The record may be forged: what is no time is shown as foreign text."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z", at, re.ASCII)
    return f"{found[1]} {found[2]}" if found else (_code(at) if at else "")


def _fence(text: str) -> Iterator[str]:
    shown = visible(text)
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    yield f"{fence}text"
    yield from shown.split("\n")
    yield fence


def _code(text: str) -> str:
    """Foreign text on one line, in a code span that it cannot end."""
    shown = visible_line(text).strip(" ")
    if not shown:
        return "(nothing)"
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    ticks = "`" * (longest + 1)
    return f"{ticks}{pad}{shown}{pad}{ticks}"


def _cell(text: str) -> str:
    """Foreign text in a table, where a bar would end the cell even in a code span."""
    return _code(text).replace("|", r"\|")


def _prose(text: str) -> str:
    """Our own words, which may hold names of the plan: on one line, with nothing that Markdown or HTML acts on."""
    return _ACTIVE.sub(r"\\\1", visible_line(text))


def _last_line(question: str) -> str:
    return question.strip().splitlines()[-1] if question.strip() else ""


def _word(value: Json) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
