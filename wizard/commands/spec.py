"""`--spec`: procedures and steps of the catalogue as JSON, for the plan of the practice deployment."""

import json
import sys

from checks.finding import Json
from wizard.describe import action_lines, reversal_of
from wizard.plan.model import Plan
from wizard.plan.problems import load_text
from wizard.procedures import CATALOGUE
from wizard.resolve import Chapter, meaning, walk_of
from wizard.step import Step

SCHEMA = "fedwizard.spec/1"
_NO_KEY = "SHA256:" + "A" * 43  # a fingerprint in form only: the network of this plan never starts


def document() -> dict[str, Json]:
    """The catalogue as data. The practice deployment has partners, AOL and email: no procedure is empty for it."""
    walk = walk_of(_plan(), CATALOGUE)
    return {"schema": SCHEMA, "procedures": [_procedure(chapter) for chapter in walk.chapters]}


def run() -> int:
    """Print it."""
    json.dump(document(), sys.stdout, indent=1)
    print()
    return 0


def _plan() -> Plan:
    from wizard.practice.plan_text import plan_text
    from wizard.practice.scenarios import HEALTHY

    return load_text(plan_text(HEALTHY, {node.name: _NO_KEY for node in HEALTHY.nodes}), "plan.toml")


def _procedure(chapter: Chapter) -> dict[str, Json]:
    procedure = chapter.procedure
    return {
        "id": procedure.id,
        "title": procedure.title,
        "heading": procedure.heading,
        "why": procedure.why,
        "disrupts": procedure.disrupts,
        "applies": chapter.excluded is None,
        "reason": chapter.excluded.reason if chapter.excluded else "",
        "steps": [_step(step, procedure.heading) for step in chapter.steps],
    }


def _step(step: Step, heading: str) -> dict[str, Json]:
    label, how = reversal_of(step)
    action = meaning(step.does)
    return {
        "id": step.id,
        "title": step.title,
        "heading": step.heading or heading,
        "why": step.why,
        "kind": action["kind"],
        "action": action,
        "instructions": list(action_lines(step.does)),
        "effects": list(step.effects),
        "mistakes": list(step.mistakes),
        "restarts": [[node, service] for node, service in step.restarts],
        "verified_by": step.verified_by,
        "reads": list(step.reads),
        "after": list(step.after),
        "reversal": {"kind": label.lower(), "how": how},
        "duration_seconds": {"typical": step.duration.typical, "worst": step.duration.worst},
    }
