"""What of a walk has to be done, as far as that can be said before anything was seen. Pure.

Steps depend on what is observed, and on what steps before them did. So the walk is supposed to be carried out twice:
once with only what is certain, once with everything that may turn out to be necessary. What the first needs is certain,
what only the second needs is conditional.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from checks.finding import Json
from cli_backend.exchange import Risk
from wizard.engine import effects
from wizard.resolve import Chapter, Resolution, Walk, fingerprint, meaning, resolve
from wizard.standing import AlreadySo, Applies, Later, NotApplicable, Standing, Stop, Unknown
from wizard.state import OPEN, State, apply
from wizard.step import Action, Command, Restart, Step
from wizard.survey import Row, Word


class Need(StrEnum):
    """Whether a step has to be done."""

    APPLIES = "applies"
    CONDITIONAL = "conditional"
    NOT_APPLICABLE = "not-applicable"
    STOPS = "stops"  # the plan itself forbids it


@dataclass(frozen=True)
class Prospect:
    """One step of a walk that has not begun.

    `reason` completes "only if ..." for a conditional step, says why for one that does not apply or stops, and when for
    one that applies later than the steps around it.
    `follows` are the steps that make a conditional one necessary when they are done: one of them is enough.
    """

    step: Step
    action: Action
    need: Need
    reason: str = ""
    remedy: str = ""
    follows: tuple[str, ...] = ()


def may_be_done(need: Need) -> bool:
    """Whether a step is, or may turn out to be, part of the work."""
    return need in {Need.APPLIES, Need.CONDITIONAL}


def prospects(walk: Walk) -> tuple[Prospect, ...]:
    """Every step of the walk, in order."""
    certain, possible = _supposing(walk, only_certain=True), _supposing(walk, only_certain=False)
    found: dict[str, Prospect] = {}
    for step, sure, perhaps in zip(walk.steps, certain, possible, strict=True):
        found[step.id] = _prospect(step, sure, perhaps.resolution.standing, found)
    return tuple(found.values())


def _prospect(step: Step, reached: "_Reached", perhaps: Standing, earlier: Mapping[str, Prospect]) -> Prospect:
    sure = reached.resolution
    match sure.standing:
        case Applies():
            return Prospect(step, sure.action, Need.APPLIES, reached.later)
        case Unknown(condition):
            return Prospect(step, sure.action, Need.CONDITIONAL, condition)
        case Stop(problem, remedy):
            return Prospect(step, sure.action, Need.STOPS, problem, remedy)
        case NotApplicable(reason) | AlreadySo(reason) | Later(reason):
            if isinstance(perhaps, Applies | Unknown):
                condition = perhaps.condition if isinstance(perhaps, Unknown) else ""
                return Prospect(step, sure.action, Need.CONDITIONAL, condition, follows=_causes(step, earlier))
            return Prospect(step, sure.action, Need.NOT_APPLICABLE, reason)


def _causes(step: Step, earlier: Mapping[str, Prospect]) -> tuple[str, ...]:
    """The conditional steps before it that it follows from, the first of each chain of them."""
    linked = [other for other in earlier.values() if other.need is Need.CONDITIONAL and _leads_to(other.step, step)]
    known = {other.step.id for other in linked}
    return tuple(other.step.id for other in linked if not known & set(other.follows))


def _leads_to(other: Step, step: Step) -> bool:
    """Whether a step follows from another one: it says so, or is a restart that the other one makes necessary."""
    restarts = isinstance(step.does, Restart) and (step.does.node, step.does.service) in other.restarts
    return restarts or other.id in {*step.after, *step.reads}


# --- carrying it out in thought --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Supposed:
    """An event that has not happened."""

    seq: int
    kind: str
    step: str
    body: Mapping[str, Json]
    at: str = ""
    actor: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class _Reached:
    """How a step stands in the end, and `later` than its place in the walk, for this reason."""

    resolution: Resolution
    later: str


def _supposing(walk: Walk, *, only_certain: bool) -> tuple[_Reached, ...]:
    """Where each step stands when it is reached. Nothing is observed on the way; steps only do what they say.

    The walk comes back to a step that becomes applicable later, such as one that waits until no restart is pending.
    """
    state, reached = State(), list[tuple[Chapter, Step, Resolution]]()
    for chapter in walk.chapters:
        for step in chapter.steps:
            resolution = resolve(step, walk.plan, state.facts, chapter.excluded)
            reached.append((chapter, step, resolution))
            if isinstance(resolution.standing, Applies) or (
                isinstance(resolution.standing, Unknown) and not only_certain
            ):
                state = _done(state, step, resolution)
    return tuple(_in_the_end(each, walk, state) for each in reached)


def _in_the_end(reached: tuple[Chapter, Step, Resolution], walk: Walk, state: State) -> _Reached:
    chapter, step, resolution = reached
    standing = resolution.standing
    if not isinstance(standing, NotApplicable | Later):
        return _Reached(resolution, "")
    later = standing.reason if isinstance(standing, Later) else ""
    return _Reached(resolve(step, walk.plan, state.facts, chapter.excluded), later)


def _done(state: State, step: Step, resolution: Resolution) -> State:
    action, seq = resolution.action, len(state.records) * 2 + 1
    identity: dict[str, Json] = {"fingerprint": fingerprint(action), "action": meaning(action.does)}
    if isinstance(action.does, Restart) or (
        isinstance(action.does, Command) and action.does.risk is not Risk.READ_ONLY
    ):
        state = apply(state, _Supposed(seq, "step.intent", step.id, identity))
    row = Row(step, action, resolution.standing, OPEN, Word.OPEN)
    return apply(state, _Supposed(seq + 1, "step.done", step.id, {**identity, **effects(row)}))
