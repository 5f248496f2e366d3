"""`--spec`: procedures and steps of the catalogue as JSON, for the example plan."""

import json
import sys

from checks.finding import Json
from wizard.describe import reversal_of
from wizard.plan.example import example_text
from wizard.plan.problems import load_text
from wizard.procedures import CATALOGUE
from wizard.resolve import Chapter, meaning, walk_of
from wizard.step import Step

SCHEMA = "fedwizard.spec/1"


def document() -> dict[str, Json]:
    """The catalogue as data."""
    walk = walk_of(load_text(example_text(), "plan.example.toml"), CATALOGUE)
    return {"schema": SCHEMA, "procedures": [_procedure(chapter) for chapter in walk.chapters]}


def run() -> int:
    """Print it."""
    json.dump(document(), sys.stdout, indent=1)
    print()
    return 0


def _procedure(chapter: Chapter) -> dict[str, Json]:
    procedure = chapter.procedure
    return {
        "id": procedure.id,
        "title": procedure.title,
        "heading": procedure.heading,
        "why": procedure.why,
        "disrupts": procedure.disrupts,
        "applies": chapter.excluded is None,
        "steps": [_step(step) for step in chapter.steps],
    }


def _step(step: Step) -> dict[str, Json]:
    label, how = reversal_of(step)
    return {
        "id": step.id,
        "title": step.title,
        "why": step.why,
        "action": meaning(step.does),
        "effects": list(step.effects),
        "mistakes": list(step.mistakes),
        "restarts": [[node, service] for node, service in step.restarts],
        "verified_by": step.verified_by,
        "reversal": {"kind": label.lower(), "how": how},
        "duration_seconds": {"typical": step.duration.typical, "worst": step.duration.worst},
    }
