"""What was found wrong in a session: when and by what, who had to mend it, how that was done, and who saw it. Pure.

A fault is a finding that failed, or what a node itself showed of its domain and services. It is on the paper also where
a later run of the step passed, or the plan was changed: what a step ended with does not tell that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from checks.catalogue import finding
from checks.finding import Json, Owner
from cli_backend.exchange import Risk
from wizard.evidence import finding_body
from wizard.export.pieces import mappings, who_of
from wizard.facts import Facts, NodeFacts
from wizard.mended import could_look, failures, looks_again
from wizard.plan_changes import PlanChange
from wizard.procedures.service import is_activated
from wizard.record import Event
from wizard.resolve import Walk
from wizard.step import SIP_FEDERATION_MANAGER, Check, Command, Notice, Step, Wait

Found = Mapping[tuple[str, str], Mapping[str, Json]]
Findings = Sequence[Mapping[str, Json]]
_SHOWN = "shown"  # the status of a look at what a node shows of itself: nothing was judged there


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something that was done about a fault. `step` is empty for a changed plan; `how`: observed or attested."""

    at: str
    who: str
    step: str
    what: str
    how: str = ""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One look: when, by which step, at what, with which outcome. `observed` is what it saw of the matter."""

    at: str
    step: str
    title: str
    target: str
    status: str
    observed: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault. `owner` had to mend it. `before` is the look that found it, `last` the last one that still did.

    `after` is the look that saw it mended; None: nothing on record did. `record` is the number of the finding's event.
    """

    record: int
    code: str
    subject: str
    why: str
    owner: str
    before: Seen
    last: Seen
    after: Seen | None = None
    acts: tuple[Act, ...] = ()


def faults_of(walk: Walk, events: Sequence[Event], plan_changes: Sequence[PlanChange]) -> tuple[Fault, ...]:
    """Every fault that was found, the first one first. One that came back is told anew."""
    changes = {change.record: change for change in plan_changes}
    steps, done, left = {step.id: step for step in walk.steps}, list[Fault](), dict[tuple[str, str], Fault]()
    nodes = _NodeLooks(steps)
    for event in events:
        for look in (_check_look(event, steps), nodes.look(event)):
            if look is None:
                continue
            for key in [key for key, fault in left.items() if look.shows_mended(key, fault, steps)]:
                done.append(_closed(left.pop(key), look, steps, events, changes))
            for key, found in look.found.items():
                before = left.get(key)
                left[key] = replace(before, last=look.seen(found)) if before else _opened(event, look, found)
    last = events[-1].seq + 1 if events else 0
    still = (replace(fault, acts=_acts(fault, last, (), steps, events, changes)) for fault in left.values())
    return tuple(sorted((*done, *still), key=lambda fault: fault.record))


def letter_was_needed(step: Step, faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """The faults for which a letter was needed that has nothing to say any more."""
    mended = (fault for fault in faults if fault.after is not None and fault.owner == Owner.PARTNER)
    return tuple(f for f in mended if f.last.step in step.reads) if isinstance(step.does, Notice) else ()


# --- looks -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class _Look:
    """What one event shows: faults by code and subject, all else that it saw, and of which node it is."""

    event: Event
    title: str
    target: str
    status: str
    found: Found
    findings: Findings = ()
    right: frozenset[tuple[str, str]] = frozenset()  # faults that a node itself shows not to have

    def seen(self, found: Mapping[str, Json]) -> Seen:
        """The look, with what it observed of a finding."""
        observed = found.get("observed")
        return Seen(
            at=self.event.at,
            step=self.event.step,
            title=self.title,
            target=self.target,
            status=self.status,
            observed=observed if isinstance(observed, dict) else {},
        )

    def shows_mended(self, key: tuple[str, str], fault: Fault, steps: Mapping[str, Step]) -> bool:
        """Whether it looked for the same and did not find it."""
        if key in self.right:
            return True
        if key in self.found or not could_look(self.findings):
            return False
        first, now = steps.get(fault.before.step), steps.get(self.event.step)
        again = first is not None and now is not None and looks_again(first.does, now.does)
        judged = fault.before.status != _SHOWN  # what a node showed of itself is right only when it shows otherwise
        return again or (judged and fault.before.step == self.event.step)

    def after(self, fault: Fault) -> Seen:
        """The look as the one that saw a fault mended, with what it found of the same matter."""
        area = fault.code.partition("-")[0]
        same = (
            found
            for found in self.findings
            if str(found.get("code")).partition("-")[0] == area
            and found.get("subject") == fault.subject
            and found.get("severity") == "pass"
        )
        return self.seen(next(same, {}))


def _check_look(event: Event, steps: Mapping[str, Step]) -> _Look | None:
    """What a check, or a command that was judged, found."""
    check = event.body.get("check")
    if event.kind == "evidence" and isinstance(check, dict):
        findings, target, status = mappings(check.get("findings")), str(check.get("target")), str(check.get("status"))
    elif event.kind in {"step.done", "step.failed"} and not _is_check(steps.get(event.step)):
        findings, target, status = mappings(event.body.get("findings")), "", event.kind.removeprefix("step.")
    else:
        return None
    found = failures(findings)
    if not findings:
        return None
    return _Look(
        event=event,
        title=_title(event.step, steps),
        target=target or ", ".join(dict.fromkeys(str(each.get("subject")) for each in findings)),
        status=status,
        found=found,
        findings=findings,
    )


def _is_check(step: Step | None) -> bool:
    """Whether the findings of its ending stand in its evidence as well."""
    return step is not None and isinstance(step.does, Check)


class _NodeLooks:
    """What nodes show of themselves. Reads find a fault; whatever shows the node later may show it mended."""

    def __init__(self, steps: Mapping[str, Step]) -> None:
        self._steps = steps

    def look(self, event: Event) -> _Look | None:
        """What an observation of a node shows."""
        observed = event.body.get("observed")
        if event.kind != "evidence" or not isinstance(observed, dict) or not isinstance(observed.get("value"), dict):
            return None
        node, what, value = str(observed.get("node")), str(observed.get("what")), observed["value"]
        assert isinstance(value, dict)
        shown = Facts().with_node(node, what, value).node(node)
        wrong, right = _judged(node, shown)
        step = self._steps.get(event.step)
        reads = step is not None and isinstance(step.does, Command) and not step.does.reboots
        if not (wrong and reads) and not right:
            return None
        return _Look(
            event=event,
            title=_title(event.step, self._steps),
            target=node,
            status=_SHOWN,
            found=failures(wrong) if reads else {},
            findings=tuple({**each, "severity": "pass"} for each in right),
            right=frozenset((str(each["code"]), str(each["subject"])) for each in right),
        )


def _judged(node: str, shown: NodeFacts) -> tuple[Findings, Findings]:
    """What is wrong with a node by its own words, and what they show to be right."""
    wrong, right = list[Mapping[str, Json]](), list[Mapping[str, Json]]()
    network = shown.network
    if network is not None and network.domain is not None and network.dhcp is False:
        observed = {"domain": network.domain}
        told = finding_body(finding("node-domain-missing", node, observed=observed, expected={"domain": ""}))
        (right if network.domain else wrong).append(told)
    if shown.services and is_activated(shown):
        state = shown.services[SIP_FEDERATION_MANAGER]
        reason = shown.reasons.get(SIP_FEDERATION_MANAGER, "")
        observed = {"service": SIP_FEDERATION_MANAGER, "state": state, "reason": reason}
        told = finding_body(finding("node-service-stopped", node, observed=observed, expected={"state": "STARTED"}))
        (right if shown.runs(SIP_FEDERATION_MANAGER) else wrong).append(told)
    return wrong, right


# --- faults ----------------------------------------------------------------------------------------------------------


def _opened(event: Event, look: _Look, found: Mapping[str, Json]) -> Fault:
    seen = look.seen(found)
    return Fault(
        record=event.seq,
        code=str(found.get("code")),
        subject=str(found.get("subject")),
        why=str(found.get("why", "")),
        owner=str(found.get("owner", "")),
        before=seen,
        last=seen,
    )


def _closed(
    fault: Fault,
    look: _Look,
    steps: Mapping[str, Step],
    events: Sequence[Event],
    changes: Mapping[int, PlanChange],
) -> Fault:
    mender = steps.get(look.event.step)
    behind = mender.after if mender is not None else ()
    return replace(fault, after=look.after(fault), acts=_acts(fault, look.event.seq, behind, steps, events, changes))


def _acts(
    fault: Fault,
    until: int,
    behind: Sequence[str],
    steps: Mapping[str, Step],
    events: Sequence[Event],
    changes: Mapping[int, PlanChange],
) -> tuple[Act, ...]:
    """What was done about it: the steps that read what found it or that the proof follows, and changes of the plan."""
    between = [event for event in events if fault.record < event.seq < until]
    return tuple(act for event in between for act in _act(event, fault, behind, steps, changes))


def _act(
    event: Event, fault: Fault, behind: Sequence[str], steps: Mapping[str, Step], changes: Mapping[int, PlanChange]
) -> Iterator[Act]:
    if event.kind == "plan.changed":
        told = "; ".join(each.told for each in changes[event.seq].differences) or "in no value"
        yield Act(at=event.at, who=who_of(event), step="", what=f"The plan was changed. {told}")
    step, looks = steps.get(event.step), {fault.before.step, fault.last.step}
    if step is None:
        return
    concerned = step.id in behind or bool(looks & {*step.reads})
    if event.kind == "step.done" and concerned and not _only_looks(step):
        how = str(event.body.get("how") or "")
        yield Act(at=event.at, who=who_of(event), step=step.id, what=step.title, how=how)
    if event.kind in {"step.accepted", "step.skipped"} and (concerned or step.id in looks):
        word = event.kind.removeprefix("step.").capitalize()
        yield Act(at=event.at, who=who_of(event), step=step.id, what=f"{word}: {step.title}", how="attested")


def _only_looks(step: Step) -> bool:
    reads = isinstance(step.does, Command) and step.does.risk is Risk.READ_ONLY
    return reads or isinstance(step.does, Check | Wait)


def _title(step: str, steps: Mapping[str, Step]) -> str:
    return steps[step].title if step in steps else step
