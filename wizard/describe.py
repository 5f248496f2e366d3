"""A step in plain lines of at most 76 columns, for the front ends and papers that have nothing but text."""

import re
from collections.abc import Iterator
from typing import assert_never

from checks.requests import CertificateRequest, CheckRequest, DnsRequest, HostRequest, RouteRequest, TlsRequest
from wizard.step import (
    Check,
    CheckPasses,
    Command,
    Form,
    Instruct,
    Kind,
    NodeReturns,
    NodeSettles,
    NothingToUndo,
    Notice,
    PointOfNoReturn,
    Restart,
    Step,
    Undo,
    Wait,
)
from wizard.text import visible, wrap

WIDTH = 76
_INDENT = " " * 11  # where the text beside a label begins
_ITEM = re.compile(r" *(\d+\. |\([a-z]\) )?")  # how a line of a letter is set in, with the sign of an item


def lines_of(step: Step, needed_by: tuple[str, ...] = ()) -> Iterator[str]:
    """Everything a person has to know to do a step: what, where, with which value, why, and how to take it back.

    `needed_by` are the titles of the steps that made a restart necessary.
    """
    yield from wrap(step.title, WIDTH).splitlines()
    yield ""
    for title in needed_by:
        yield from labelled("Needed by", title)
    yield from labelled("Why", step.why)
    shown = tuple(action_lines(step.does))
    yield from shown
    if "" in shown:  # a letter or a text to paste stood apart from the labels before it, and does from those behind it
        yield ""
    for effect in step.effects:
        yield from labelled("Effect", effect)
    for restart in restarts_of(step):
        yield from labelled("Restart", restart)
    for mistake in step.mistakes:
        yield from labelled("Mistake", mistake)
    yield from labelled(*reversal_of(step))
    if step.verified_by:
        yield from labelled("Proved by", step.proof)
    yield from labelled("Takes", f"{span(step.duration.typical)}, at worst {span(step.duration.worst)}")


def restarts_of(step: Step) -> tuple[str, ...]:
    """The restarts that a step makes necessary, one sentence for each service."""
    nodes: dict[str, list[str]] = {}
    for node, service in step.restarts:
        nodes.setdefault(service, []).append(node)
    return tuple(
        f"{service} on {' and '.join(where)}, later: the wizard collects restarts." for service, where in nodes.items()
    )


def reversal_of(step: Step) -> tuple[str, str]:
    """How to take a step back, as a label and a sentence."""
    match step.reversal:
        case Undo(how):
            return "Undo", how
        case PointOfNoReturn(why):
            return "No return", why
        case NothingToUndo():
            return "Undo", "Nothing to undo: it only reads."
        case _:
            assert_never(step.reversal)


def span(seconds: int) -> str:
    """A duration in the units that a person would use, never less than it is."""
    if seconds < 90:
        return f"{seconds} s"
    hours, minutes = divmod(-(-seconds // 60), 60)
    if hours >= 48:
        days, rest = divmod(hours + bool(minutes), 24)
        return f"{days} days {rest} h" if rest else f"{days} days"
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part)


def action_lines(does: Kind) -> Iterator[str]:
    """What a step does, exactly."""
    match does:
        case Instruct():
            yield from _instruct(does)
        case Form():
            yield from _page(does.interface, does.menu)
            for sentence in does.about:
                yield from labelled("About", sentence)
            for wanted in does.fields:
                yield from _field(wanted.label, does.proposes(wanted), wanted.help)
        case Command():
            yield from _command(does)
        case Restart():
            yield from labelled("Node", does.node)
            yield _exact("Command", does.command)
            yield from labelled("Goes down", does.takes_down)
            yield from labelled("By hand", does.by_hand)
        case Check():
            yield from _request(does.request)
        case Wait():
            yield from labelled("Waits", waits_for(does))
            yield from _request(does.until.request if isinstance(does.until, CheckPasses) else None)
        case Notice():
            yield from labelled("To", does.recipient)
            yield from labelled("Subject", does.subject)
            yield from ("", *(f"    {line}".rstrip() for line in wrap_letter(does.text)))
        case _:
            assert_never(does)


def _instruct(does: Instruct) -> Iterator[str]:
    yield from _page(does.interface, does.menu)
    if does.first:
        yield from labelled("First", does.first)
    for field in does.fields:
        yield from _field(field.label, field.value, field.note)
    yield from labelled("Press", does.button)
    for snippet in does.snippets:
        yield from ("", f"{snippet.title}:", *(f"    {line}" for line in snippet.text.splitlines()))


def waits_for(does: Wait) -> str:
    """What a wait waits for, as one sentence."""
    match does.until:
        case NodeReturns() as until:
            return f"{until.node} has restarted and gives its prompt again"
        case NodeSettles() as until:
            return f"`{until.reads[0].command}` on {until.reads[0].node} shows what it should"
        case CheckPasses() as until:
            return f"the check of {_target(Check(request=until.request))} passes"
        case _:
            assert_never(does.until)


def _request(request: CheckRequest | None) -> Iterator[str]:
    for label, text in request_pairs(request) if request is not None else ():
        yield from labelled(label, text)


def request_pairs(request: CheckRequest) -> Iterator[tuple[str, str]]:
    """What a check asks and what it expects, as labels and texts."""
    match request:
        case DnsRequest():
            yield ("Asks DNS", f"the {request.service.upper()} federation SRV record of {request.domain}")
            if request.expect_target:
                yield ("Expects", f"the target {request.expect_target}")
        case HostRequest():
            yield ("Asks DNS", f"the addresses of {request.name}")
            if request.expect_address:
                yield ("Expects", request.expect_address)
        case TlsRequest():
            yield ("Connects", f"{request.host} port {request.port}: TLS and certificate")
            if request.name:
                yield ("Expects", f"a certificate for {request.name}")
        case CertificateRequest():
            yield ("Reads", str(request.path))
        case RouteRequest():
            yield ("Traces", f"which rule routes requests to {request.domain}, and to where")
            yield ("Asks DNS", "for those federation records that the rules come to")
        case _:
            assert_never(request)


def wrap_letter(text: str) -> list[str]:
    """The lines of a letter, each paragraph and item fitted to the width; an item goes on below its own words."""
    found: list[str] = []
    for line in visible(text).splitlines():
        start = _ITEM.match(line)
        lead = start.group() if start else ""
        rest = wrap(line[len(lead) :], WIDTH - 4, " " * len(lead)).splitlines()
        found += [lead + rest[0][len(lead) :], *rest[1:]] if rest else [""]
    return found


def _command(does: Command) -> Iterator[str]:
    yield from labelled("Node", does.node)
    yield _exact("Command", does.command)
    yield from labelled("Risk", does.risk.value)
    for expected in does.expect:
        yield from labelled("Asks", f"a question that ends in {readable(expected.pattern)}; answered {expected.answer}")
    if does.guard is not None:
        yield from labelled(
            "Before", f"`{does.guard.command}` is read once more; if it says otherwise, nothing is sent"
        )
    if does.reboots:
        yield from labelled("After", f"{does.node} restarts; the connection ends, as it should")


def readable(pattern: str) -> str:
    """The end of a question as it reads, from the pattern that recognises it."""
    plain = pattern.replace(r"\s*", " ").replace(" [?:]?", "?").replace("[?:]?", "?").replace(".*", "... ")
    return plain.replace("\\", "").removeprefix("(?i)").strip()


def _target(check: Check) -> str:
    request = check.request
    for name in ("domain", "name", "host", "path"):
        value = getattr(request, name, None)
        if value and name != "name":
            return str(value)
    return str(getattr(request, "name", request))


def _page(interface: str, menu: tuple[str, ...]) -> Iterator[str]:
    yield from labelled("Where", interface)
    if menu:
        yield from labelled("Menu", " > ".join(menu))


def _field(label: str, value: str, note: str) -> Iterator[str]:
    yield from wrap(f"{label}:", WIDTH, "  ").splitlines()
    yield f"      {visible(value)}"
    if note:
        yield from wrap(note, WIDTH, "      ").splitlines()


def _exact(label: str, text: str) -> str:
    """What is sent or copied as it stands: never broken, however long."""
    return f"{label + ':':<{len(_INDENT)}}{visible(text)}"


def labelled(label: str, text: str) -> Iterator[str]:
    """A label and prose that hangs beside it."""
    wrapped = wrap(visible(text), WIDTH, _INDENT).splitlines() or [_INDENT]
    yield f"{label + ':':<{len(_INDENT)}}{wrapped[0][len(_INDENT) :]}"
    yield from wrapped[1:]
