"""The method of procedure: what will be done, with every value, before anybody has logged in anywhere. Pure.

It is what a reviewer approves before the window. `Method` is what every format renders, and as JSON it is
`fedwizard.mop/1`. Texts in it are as the plan holds them: foreign, and not yet harmless.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from wizard.about import name_to_type
from wizard.describe import action_lines
from wizard.export.trial import Trial, trial_of, utc
from wizard.plan.advice import advice_about
from wizard.plan.fault import dotted
from wizard.plan.model import Plan
from wizard.prospect import Need, Prospect, may_be_done, prospects
from wizard.resolve import Chapter, Walk, meaning
from wizard.step import (
    ZONE_LINE,
    Duration,
    Form,
    Instruct,
    Kind,
    NothingToUndo,
    Notice,
    PointOfNoReturn,
    Restart,
    Reversal,
    Undo,
)

Proof = Literal["observed", "attested"]
Way = Literal["undo", "no-return", "reads-only"]


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How long it takes, in seconds, one step after the other: all that may have to be done, and what is certain."""

    typical: int
    worst: int
    certain_typical: int
    certain_worst: int


@dataclass(frozen=True, kw_only=True)
class StepMethod:
    """One step: whether it has to be done, what exactly is done, and how it is taken back.

    `reason` completes "only if ..." where `need` is conditional, and says why it does not apply or stops; `remedy` is
    what to do about a step that stops. `follows` are the steps one of which makes it necessary. `proof` says who will
    see the outcome: the wizard itself (observed), or a person (attested). `typed` is the name that has to be typed for
    it, empty where it does not disrupt. `restarts` are (node, service). Durations are in seconds.
    """

    id: str
    title: str
    heading: str
    need: Need
    reason: str
    remedy: str
    follows: tuple[str, ...]
    why: str
    kind: str
    action: Mapping[str, object]
    typed: str
    proof: Proof
    instructions: tuple[str, ...]
    effects: tuple[str, ...]
    restarts: tuple[tuple[str, str], ...]
    verified_by: str
    mistakes: tuple[str, ...]
    reversal: Way
    reversal_text: str
    typical: int
    worst: int

    @property
    def may_take_days(self) -> bool:
        """Whether it cannot be counted on within one maintenance window."""
        return Duration(self.typical, self.worst).may_take_days


@dataclass(frozen=True, kw_only=True)
class ProcedureMethod:
    """One procedure and its steps. `excluded` says why it does not apply to this plan."""

    id: str
    title: str
    heading: str
    why: str
    disrupts: str
    excluded: str
    duration: Effort
    steps: tuple[StepMethod, ...]


@dataclass(frozen=True, kw_only=True)
class ZoneRecord:
    """A record to publish, as a BIND zone line, and the step that does it."""

    step: str
    line: str


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A notice to send, and the step that does it."""

    step: str
    recipient: str
    subject: str
    text: str


@dataclass(frozen=True, kw_only=True)
class PlannedRestart:
    """A service restart: what goes down with it, and which steps make it necessary."""

    step: str
    node: str
    service: str
    takes_down: str
    because: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PlanWarning:
    """What the plan may say, and will probably regret."""

    field: str
    problem: str
    fix: str


@dataclass(frozen=True, kw_only=True)
class Roles:
    """Who, under which change, and when; empty where the plan does not say. Times are RFC 3339, in UTC."""

    change: str
    implementer: str
    reviewer: str
    window_start: str
    window_end: str


@dataclass(frozen=True, kw_only=True)
class NodeOfPlan:
    """A node that is logged in to."""

    name: str
    fqdn: str
    address: str
    role: str
    legacy_algorithms: bool


@dataclass(frozen=True, kw_only=True)
class Party:
    """Somebody on the other side, or another cluster of ours: what it is, and how it is reached."""

    name: str
    what: str
    reached: str


@dataclass(frozen=True, kw_only=True)
class Method:
    """The whole method of procedure for one plan, bound to it by the SHA-256 of its text.

    `duration_in_window` leaves out the steps that wait for other people or for DNS and may so take a day or more.
    """

    schema: Literal["fedwizard.mop/1"]
    tool: str
    plan_sha256: str
    release: str
    domain: str
    roles: Roles
    nodes: tuple[NodeOfPlan, ...]
    parties: tuple[Party, ...]
    warnings: tuple[PlanWarning, ...]
    duration: Effort
    duration_in_window: Effort
    trial: Trial
    restarts: tuple[PlannedRestart, ...]
    records: tuple[ZoneRecord, ...]
    notices: tuple[Letter, ...]
    procedures: tuple[ProcedureMethod, ...]

    @property
    def steps(self) -> tuple[StepMethod, ...]:
        """All steps, in order."""
        return tuple(step for procedure in self.procedures for step in procedure.steps)


def method_of(walk: Walk, plan_sha256: str, tool: str) -> Method:
    """The method of procedure for a walk that has not begun."""
    plan, found = walk.plan, prospects(walk)
    in_window = _effort(each for each in found if not each.step.duration.may_take_days)
    by_step = {each.step.id: each for each in found}
    to_do = tuple(each for each in found if may_be_done(each.need))
    return Method(
        schema="fedwizard.mop/1",
        tool=tool,
        plan_sha256=plan_sha256,
        release=plan.release.value,
        domain=plan.local.sip_proxy_domain,
        roles=_roles(plan),
        nodes=tuple(
            NodeOfPlan(
                name=node.name,
                fqdn=node.fqdn,
                address=node.address,
                role=node.role,
                legacy_algorithms=node.legacy_algorithms,
            )
            for node in plan.nodes_publisher_first
        ),
        parties=_parties(plan),
        warnings=tuple(
            PlanWarning(field=dotted(fault.place), problem=fault.problem, fix=fault.fix) for fault in advice_about(plan)
        ),
        duration=_effort(found),
        duration_in_window=in_window,
        trial=trial_of(plan, found, in_window.typical),
        restarts=tuple(_restart(each, does, to_do) for each in to_do if isinstance(does := each.action.does, Restart)),
        records=tuple(record for each in to_do for record in _records(each)),
        notices=tuple(
            Letter(step=each.step.id, recipient=does.recipient, subject=does.subject, text=does.text)
            for each in to_do
            if isinstance(does := each.action.does, Notice)
        ),
        procedures=tuple(_procedure(chapter, by_step) for chapter in walk.chapters),
    )


# --- procedures and steps --------------------------------------------------------------------------------------------


def _procedure(chapter: Chapter, by_step: Mapping[str, Prospect]) -> ProcedureMethod:
    procedure, found = chapter.procedure, [by_step[step.id] for step in chapter.steps]
    return ProcedureMethod(
        id=procedure.id,
        title=procedure.title,
        heading=procedure.heading,
        why=procedure.why,
        disrupts=procedure.disrupts,
        excluded=chapter.excluded.reason if chapter.excluded else "",
        duration=_effort(found),
        steps=tuple(_step(each, procedure.heading) for each in found),
    )


def _step(prospect: Prospect, heading: str) -> StepMethod:
    step, does = prospect.step, prospect.action.does
    action = meaning(does)
    way, text = _reversal(step.reversal)
    return StepMethod(
        id=step.id,
        title=step.title,
        heading=step.heading or heading,
        need=prospect.need,
        reason=prospect.reason,
        remedy=prospect.remedy,
        follows=prospect.follows,
        why=step.why,
        kind=str(action["kind"]),
        action=action,
        typed=name_to_type(does),
        proof=_proof(does),
        instructions=tuple(action_lines(does)),
        effects=step.effects,
        restarts=step.restarts,
        verified_by=step.verified_by,
        mistakes=step.mistakes,
        reversal=way,
        reversal_text=text,
        typical=step.duration.typical,
        worst=step.duration.worst,
    )


def _proof(does: Kind) -> Proof:
    return "attested" if isinstance(does, Instruct | Form | Notice) else "observed"


def _reversal(reversal: Reversal) -> tuple[Way, str]:
    match reversal:
        case Undo(how):
            return "undo", how
        case PointOfNoReturn(why):
            return "no-return", why
        case NothingToUndo():
            return "reads-only", ""


def _effort(found: Iterable[Prospect]) -> Effort:
    durations = [(each.step.duration, each.need) for each in found if may_be_done(each.need)]
    return Effort(
        typical=sum(duration.typical for duration, _ in durations),
        worst=sum(duration.worst for duration, _ in durations),
        certain_typical=sum(duration.typical for duration, need in durations if need is Need.APPLIES),
        certain_worst=sum(duration.worst for duration, need in durations if need is Need.APPLIES),
    )


# --- what is collected from them -------------------------------------------------------------------------------------


def _restart(prospect: Prospect, does: Restart, to_do: Iterable[Prospect]) -> PlannedRestart:
    because = tuple(each.step.id for each in to_do if (does.node, does.service) in each.step.restarts)
    return PlannedRestart(
        step=prospect.step.id, node=does.node, service=does.service, takes_down=does.takes_down, because=because
    )


def _records(prospect: Prospect) -> tuple[ZoneRecord, ...]:
    does = prospect.action.does
    snippets = does.snippets if isinstance(does, Instruct) else ()
    return tuple(ZoneRecord(step=prospect.step.id, line=s.text) for s in snippets if s.title == ZONE_LINE)


# --- what the plan says ----------------------------------------------------------------------------------------------


def _roles(plan: Plan) -> Roles:
    change = plan.change
    return Roles(
        change=change.id,
        implementer=change.implementer,
        reviewer=change.reviewer,
        window_start=utc(change.window_start),
        window_end=utc(change.window_end),
    )


def _parties(plan: Plan) -> tuple[Party, ...]:
    partners = (
        Party(
            name=partner.domain,
            what=f"{partner.description} ({partner.version}, {partner.peer})",
            reached="found by DNS"
            if partner.publishes_srv and partner.peer == "access-edge"
            else f"static route to {partner.route_target}",
        )
        for partner in plan.partners
    )
    aol = (
        Party(name=domain.name, what=f"{domain.description} (AOL, {domain.kind})", reached=plan.aol.gateway_fqdn)
        for domain in (plan.aol.domains if plan.aol else ())
        if plan.aol
    )
    peers = (
        Party(name=peer.name, what="another cluster of ours", reached=peer.publisher_fqdn)
        for peer in plan.intercluster_peers
    )
    return (*partners, *aol, *peers)
