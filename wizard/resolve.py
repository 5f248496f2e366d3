"""Step + plan + facts -> where the step stands and what it does; and what makes two actions the same."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import assert_never

from checks.catalogue.entry import json_values
from checks.finding import Json
from checks.requests import CheckRequest
from wizard.facts import Facts
from wizard.plan.model import Plan
from wizard.standing import NotApplicable, Standing
from wizard.step import (
    Action,
    Check,
    CheckPasses,
    Command,
    Form,
    Instruct,
    Kind,
    NodeReturns,
    NodeSettles,
    Notice,
    Procedure,
    Restart,
    Step,
    Wait,
)

FINGERPRINT_FORMAT = 1
NOTHING_KNOWN = Facts()


@dataclass(frozen=True)
class Resolution:
    """A step in the light of a plan and of what is known."""

    standing: Standing
    action: Action


@dataclass(frozen=True)
class Chapter:
    """A procedure with its steps for one plan. `excluded` says why the procedure does not apply to it."""

    procedure: Procedure
    steps: tuple[Step, ...]
    excluded: NotApplicable | None


@dataclass(frozen=True)
class Walk:
    """All procedures for one plan, in the order in which they are walked."""

    plan: Plan
    chapters: tuple[Chapter, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, in order."""
        return tuple(step for chapter in self.chapters for step in chapter.steps)

    def step(self, step_id: str) -> Step:
        """The step of this id. Raises KeyError."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise KeyError(step_id)

    def chapter_of(self, step_id: str) -> Chapter:
        """The procedure that a step belongs to. Raises KeyError."""
        for chapter in self.chapters:
            if any(step.id == step_id for step in chapter.steps):
                return chapter
        raise KeyError(step_id)


def walk_of(plan: Plan, procedures: tuple[Procedure, ...], facts: Facts = NOTHING_KNOWN) -> Walk:
    """The walk through a plan. Procedures that do not apply keep their steps, each to be shown with the reason.

    `facts` are those of the record so far: what was stored for an earlier plan is corrected or deleted.
    """
    chapters = []
    for procedure in procedures:
        verdict, planned = procedure.applies(plan), procedure.steps(plan)
        steps = procedure.revise(plan, facts, planned)
        # What an earlier plan left behind has to go, also where this plan has no need of the procedure.
        excluded = verdict if isinstance(verdict, NotApplicable) and len(steps) == len(planned) else None
        chapters.append(Chapter(procedure, steps, excluded))
    titles = {step.id: step.title for chapter in chapters for step in chapter.steps}
    return Walk(plan, tuple(_titled(chapter, titles) for chapter in chapters))


def _titled(chapter: Chapter, titles: Mapping[str, str]) -> Chapter:
    """The chapter, whose steps know the title of the step that verifies them."""
    steps = (
        replace(step, verified_title=titles.get(step.verified_by, "")) if step.verified_by else step
        for step in chapter.steps
    )
    return replace(chapter, steps=tuple(steps))


def resolve(step: Step, plan: Plan, facts: Facts, excluded: NotApplicable | None = None) -> Resolution:
    """Where a step stands now, and its action."""
    return Resolution(excluded or step.when(plan, facts), Action(step.id, step.in_the_light_of(facts).does))


def fingerprint(action: Action) -> str:
    """Identifies the meaning of an action: 16 hex digits over what it does, not over its wording (design 3)."""
    canonical = json.dumps(meaning(action.does), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    digest = hashlib.sha256(f"{FINGERPRINT_FORMAT}\n{action.step}\n{canonical}".encode()).hexdigest()
    return f"{FINGERPRINT_FORMAT}:{digest[:16]}"


def meaning(does: Kind) -> dict[str, Json]:
    """What an action does, as data for the fingerprint and for the record."""
    match does:
        case Instruct():
            return {
                "kind": "instruct",
                "interface": does.interface,
                "menu": list(does.menu),
                "fields": {field.label: field.value for field in does.fields},
                "button": does.button,
            }
        case Form():
            about: dict[str, Json] = {"about": list(does.about)} if does.about else {}
            fields: dict[str, Json] = {field.name: field.expected for field in does.fields}
            return {"kind": "form", "menu": list(does.menu), "fields": fields, **about}
        case Command():
            return _command(does)
        case Check():
            return {"kind": "check", "request": _request(does.request)}
        case Wait():
            return _wait(does)
        case Restart():
            return {"kind": "restart", "node": does.node, "command": does.command}
        case Notice():
            return {"kind": "notice", "recipient": does.recipient, "text": does.text}
        case _:
            assert_never(does)


def _command(does: Command) -> dict[str, Json]:
    return {
        "kind": "command",
        "node": does.node,
        "command": does.command,
        "risk": does.risk.value,
        "questions": [{"pattern": e.pattern, "answer": e.answer} for e in does.expect],
        "reboots": does.reboots,
    }


def _wait(does: Wait) -> dict[str, Json]:
    match does.until:
        case NodeReturns() as until:
            return {"kind": "wait", "until": "node-returns", "node": until.node, "since": until.since_step}
        case NodeSettles() as until:
            commands: list[Json] = [f"{read.node}: {read.command}" for read in until.reads]
            return {"kind": "wait", "until": "node-settles", "reads": commands}
        case CheckPasses() as until:
            return {"kind": "wait", "until": "check-passes", "request": _request(until.request)}
        case _:
            assert_never(does.until)


def _request(request: CheckRequest) -> dict[str, Json]:
    return {"ask": type(request).__name__, **json_values(asdict(request))}
