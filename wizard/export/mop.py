"""The method of procedure as a paper, written for the person who approves it before the window."""

from collections.abc import Iterator
from datetime import datetime

from checks.names import for_display
from wizard.describe import span, wrap_letter
from wizard.export.document import (
    Block,
    Bullets,
    Document,
    Foreign,
    Heading,
    Item,
    Line,
    Link,
    Mark,
    Table,
    Verbatim,
    bullets,
    joined,
    paragraph,
)
from wizard.export.method import Effort, Method, ProcedureMethod, StepMethod
from wizard.export.mop_disruption import disruption
from wizard.export.mop_parts import has_work, section, spoken
from wizard.export.planned import planned
from wizard.prospect import Need, may_be_done

_OPEN = "." * 24  # to be filled in by hand
_LONG = "the steps that may take a day or more"
_UNNAMED = "not named in the plan"
_RULES = (
    "No step is done that is not in this paper. A step that goes another way is stopped, or skipped or accepted with a"
    " reason, and the record says so. What the implementer types on a node beside the steps, in the console, is judged"
    " by the same rules, confirmed where it changes something, and stands in the runbook in a section of its own.",
    "Each change is shown in full and confirmed before it is sent. For one that disrupts, the name of the node or"
    " cluster is typed.",
    "A question of a node that the step does not announce is not answered. A person decides.",
    "After an interruption nothing is sent again by itself. The wizard reads the node first, or asks.",
    "If it has to be taken back, the reviewer is told first. Taking it back, above, gives the order.",
)


def document(method: Method) -> Document:
    """The method of procedure."""
    title = f"Method of procedure: SIP federation of {method.domain}"
    return Document(title=title, blocks=tuple(_blocks(method, title)))


def _blocks(method: Method, title: str) -> Iterator[Block]:
    yield Heading(1, (title,))
    yield _header(method)
    yield from _how_to_read()
    yield from _scope(method)
    yield from _warnings(method)
    yield from disruption(method)
    yield from _durations(method)
    yield from _records(method)
    yield from _notices(method)
    for procedure in method.procedures:
        yield from _procedure(procedure, frozenset(step.id for step in method.steps if may_be_done(step.need)))
    yield from _way_back(method)
    yield section("While it is carried out", "rules")
    yield bullets((rule,) for rule in _RULES)
    yield from _sign_off(method)


# --- before the steps ------------------------------------------------------------------------------------------------


def _header(method: Method) -> Table:
    roles = method.roles
    certain = sum(step.need is Need.APPLIES for step in method.steps)
    conditional = sum(step.need is Need.CONDITIONAL for step in method.steps)
    rows: tuple[tuple[str, Line], ...] = (
        ("Change", _named(roles.change)),
        ("Implementer", _named(roles.implementer)),
        ("Reviewer", _named(roles.reviewer)),
        ("Window opens", _named(roles.window_start)),
        ("Window closes", _named(roles.window_end)),
        ("Release", (Foreign(method.release),)),
        ("Steps", (f"{certain} for certain, {conditional} more where a condition holds",)),
        ("Window to approve", (_window_needed(method.duration_in_window),)),
        ("Plan SHA-256", (Foreign(method.plan_sha256),)),
        ("Tool", (Foreign(method.tool),)),
    )
    return Table(("", ""), tuple(((name,), value) for name, value in rows))


def _window_needed(effort: Effort) -> str:
    return (
        f"at least {span(effort.typical)}, if all goes typically; {span(effort.worst)} if every step takes its longest."
        f" Not counted are {_LONG}: they are settled before or agreed on, see How long it takes"
    )


def _named(text: str) -> Line:
    return (Foreign(text),) if text.strip() else (_UNNAMED,)


def _how_to_read() -> Iterator[Block]:
    yield paragraph(
        "This was worked out from the plan alone, before anybody logged in. Approval holds for the plan with this"
        " SHA-256: a changed plan gives another method."
    )
    yield bullets(
        (
            (Mark(Need.APPLIES), ": the step will be done."),
            (Mark(Need.CONDITIONAL), ": it depends on what is found; the step says on what."),
            (Mark("observed"), ": the wizard itself sees the outcome."),
            (Mark("attested"), ": a person does it and says so; what can be seen of it is looked at afterwards."),
        )
    )


def _scope(method: Method) -> Iterator[Block]:
    yield section("What is touched", "scope")
    heads = ("Node", "Full name", "Address", "Role", "SSH algorithms")
    yield Table(
        heads,
        tuple(
            (
                *((Foreign(text),) for text in (node.name, node.fqdn, node.address)),
                (node.role,),
                ("old ones allowed by the plan" if node.legacy_algorithms else "current ones only",),
            )
            for node in method.nodes
        ),
    )
    if method.parties:
        rows = tuple(
            ((Foreign(for_display(p.name)),), (Foreign(p.what),), (Foreign(p.reached),)) for p in method.parties
        )
        yield Table(("Other side", "What it is", "How it is reached"), rows)


def _warnings(method: Method) -> Iterator[Block]:
    if method.warnings:
        yield section("Warnings about the plan", "warnings")
        yield paragraph("None of them stops the work. Whoever approves this paper approves these, too:")
        yield bullets((Foreign(w.field), f": {w.problem}. {w.fix}") for w in method.warnings)


def _durations(method: Method) -> Iterator[Block]:
    yield section("How long it takes", "duration")
    rows = [((procedure.title,), *_spans(procedure.duration)) for procedure in method.procedures if has_work(procedure)]
    heads = ("Procedure", "Typically", "At worst", "Certain of it, typically", "Certain of it, at worst")
    sums = (
        ((f"All, with {_LONG}",), *_spans(method.duration)),
        ((f"The window: all but {_LONG}",), *_spans(method.duration_in_window)),
    )
    yield Table(heads, (*rows, *sums))
    yield paragraph("The sums are those of one step after the other. Several nodes are looked at at the same time.")
    yield from _days(method)
    yield from _window(method)
    yield from _trial(method)


def _days(method: Method) -> Iterator[Block]:
    steps = [step for step in method.steps if may_be_done(step.need) and step.may_take_days]
    if steps:
        yield paragraph(
            "These depend on other people, or on DNS, and may take a day or more. Settle before the window what can be"
            " settled, and agree on a time with whoever does the rest. The wizard can be quit at any of them, and goes"
            " on there:"
        )
        yield bullets((Link(step.id), f", {step.title}: at worst {span(step.worst)}") for step in steps)


def _spans(effort: Effort) -> tuple[Line, ...]:
    seconds = (effort.typical, effort.worst, effort.certain_typical, effort.certain_worst)
    return tuple((span(each),) for each in seconds)


def _window(method: Method) -> Iterator[Block]:
    roles, needed = method.roles, method.duration_in_window
    if not (roles.window_start and roles.window_end):
        yield paragraph(
            f"The plan names no window. Without {_LONG} the work needs {span(needed.typical)} typically, at worst"
            f" {span(needed.worst)}."
        )
        return
    length = datetime.fromisoformat(roles.window_end) - datetime.fromisoformat(roles.window_start)
    seconds = int(length.total_seconds())
    fits = "does" if needed.typical <= seconds else "does not"
    worst = "fits too" if needed.worst <= seconds else "does not fit: decide beforehand when to turn back"
    yield paragraph(
        f"The window is {span(seconds)} long. Without {_LONG} the work {fits} fit if all goes typically;"
        f" the worst case {worst}."
    )


def _trial(method: Method) -> Iterator[Block]:
    trial = method.trial
    if not trial.typical:
        return
    ours = "one user of ours" if len(method.nodes) == 1 else "one user of ours from each node that has users,"
    yield paragraph(
        f"The trial comes last, after the restarts: typically {span(trial.typical)}, at worst {span(trial.worst)}. For"
        f" it, {ours} and two of each of these have to be at hand: ",
        *joined(Foreign(domain) for domain in trial.domains),
        ". Agree on the time with their administrators beforehand.",
    )
    if trial.earliest:
        yield paragraph(
            "If all goes typically, the trial can begin at ",
            Foreign(trial.earliest),
            ". It has to begin by ",
            Foreign(trial.latest),
            ", or it does not end within the window.",
        )


def _records(method: Method) -> Iterator[Block]:
    yield section("Records to publish", "records")
    if not method.records:
        yield paragraph("None.")
        return
    steps = joined(Link(step) for step in dict.fromkeys(record.step for record in method.records))
    yield paragraph("In the public DNS, as BIND zone lines. They belong to the steps ", *steps, ".")
    yield Verbatim("\n".join(record.line for record in method.records))
    yield paragraph("What is there already and right is not published again.")


def _notices(method: Method) -> Iterator[Block]:
    yield section("Notices to send", "notices")
    if not method.notices:
        yield paragraph("None.")
    for letter in method.notices:
        yield paragraph("To ", Foreign(letter.recipient), ", in step ", Link(letter.step), ":")
        yield Verbatim("\n".join((f"Subject: {letter.subject}", "", *wrap_letter(letter.text))))


# --- the steps -------------------------------------------------------------------------------------------------------


def _procedure(procedure: ProcedureMethod, shown: frozenset[str]) -> Iterator[Block]:
    yield Heading(2, (procedure.title,), procedure.id)
    if procedure.excluded:
        yield paragraph("Not applicable: ", *spoken(procedure.excluded), ".")
        return
    yield paragraph(*spoken(procedure.why))
    if procedure.heading:
        yield paragraph(f"In Cisco's guide to interdomain federation: {procedure.heading}.")
    for step in procedure.steps:
        if step.need is not Need.NOT_APPLICABLE:
            yield from _step(step, shown, "" if step.heading == procedure.heading else step.heading)
    left_out = [step for step in procedure.steps if step.need is Need.NOT_APPLICABLE]
    if left_out:
        yield paragraph("Not to be done here:")
        yield bullets((Foreign(step.id), f", {step.title}: ", *spoken(step.reason)) for step in left_out)


def _step(step: StepMethod, shown: frozenset[str], heading: str) -> Iterator[Block]:
    only = " It only reads." if step.reversal == "reads-only" else ""
    yield Heading(3, (step.title,), step.id)
    yield paragraph(Mark(step.need), ", ", Mark(step.proof), ". Step ", Foreign(step.id), f". {_span_of(step)}.{only}")
    if step.need is Need.CONDITIONAL:
        yield paragraph("Only if ", *_condition(step), ".")
    if step.need is Need.APPLIES and step.reason:
        yield paragraph("Not yet at this place: ", *spoken(step.reason), ".")
    if step.need is Need.STOPS:
        yield paragraph("The walk stops here: ", *spoken(step.reason), " ", *spoken(step.remedy))
    yield paragraph(*spoken(step.why))
    if heading:
        yield paragraph(f"In Cisco's guide: {heading}.")
    yield from planned(step.instructions)
    more = tuple(_consequences(step, shown))
    if more:
        yield Bullets(more)


def _condition(step: StepMethod) -> Line:
    parts: list[Line] = [spoken(step.reason)] if step.reason else []
    if step.follows:
        one_of = "one of these is done: " if len(step.follows) > 1 else "this is done: "
        parts.append((one_of, *joined(Link(other) for other in step.follows)))
    return tuple(part for n, line in enumerate(parts) for part in ((", and ", *line) if n else line)) or (
        "what is found before makes it necessary",
    )


def _consequences(step: StepMethod, shown: frozenset[str]) -> Iterator[Item]:
    for effect in step.effects:
        yield Item(("Effect: ", *spoken(effect)))
    by_service: dict[str, list[str]] = {}
    for node, service in step.restarts:
        by_service.setdefault(service, []).append(node)
    for service, nodes in by_service.items():
        yield Item((f"Makes a restart of {service} necessary on ", *joined(Foreign(node) for node in nodes), "."))
    if step.verified_by:
        verifier = Link(step.verified_by) if step.verified_by in shown else Foreign(step.verified_by)
        yield Item(("Verified by ", verifier, "."))
    for mistake in step.mistakes:
        yield Item(("Mistake: ", *spoken(mistake)))
    if step.reversal != "reads-only":
        yield Item((f"{_way(step)}: ", *spoken(step.reversal_text)))


def _way(step: StepMethod) -> str:
    return "Undo" if step.reversal == "undo" else "Point of no return"


# --- after the steps -------------------------------------------------------------------------------------------------


def _way_back(method: Method) -> Iterator[Block]:
    steps = [step for step in method.steps if may_be_done(step.need) and step.reversal != "reads-only"]
    yield section("Taking it back", "way-back")
    if not steps:
        yield paragraph("Nothing is changed, so there is nothing to take back.")
        return
    yield paragraph(
        "Only what was done, the last first. A restart that several of these name is done once, at the end: each"
        " service on each node, the publisher first. Values that stood there before were read, and are in the runbook."
    )
    yield bullets((Link(step.id), f", {_way(step)}: ", *spoken(step.reversal_text)) for step in reversed(steps))


def _sign_off(method: Method) -> Iterator[Block]:
    yield section("Sign-off", "sign-off")
    people = (("Implementer", method.roles.implementer), ("Reviewer", method.roles.reviewer))
    blank: Line = (_OPEN,)
    rows = tuple(((role,), (Foreign(name),) if name.strip() else blank, *(blank,) * 3) for role, name in people)
    yield Table(("Role", "Name", "Approved or refused", "Date and time", "Signature"), rows)


# --- words -----------------------------------------------------------------------------------------------------------


def _span_of(step: StepMethod) -> str:
    return f"Takes {span(step.typical)}, at worst {span(step.worst)}"
