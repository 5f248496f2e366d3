"""Draft -> problems or plan: every problem at once, with file, line, field, what is wrong and what would be right."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wizard.errors import UsageError
from wizard.plan.advice import advice_about
from wizard.plan.draft import Draft, DraftSyntaxError, read_text
from wizard.plan.fault import Fault, dotted
from wizard.plan.model import Plan
from wizard.plan.rules import faults_of
from wizard.plan.shape import shape_of
from wizard.text import visible_line

_LONGEST = 500
_UNCONFIRMED = (
    "was found by looking, and nobody has confirmed it yet",
    'Compare it with what you know, correct it or leave it, and take the mark "confirm" away.',
)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a plan file, and what would be right.

    `field`, `problem` and `fix` are one printable line each, whatever the file holds; `file` is as it was given.
    """

    file: str
    line: int
    field: str
    problem: str
    fix: str


class PlanProblemsError(UsageError):
    """A plan that cannot be used; `problems` holds all of them, at least one."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        first = problems[0]
        count = f" ({len(problems)} problems)" if len(problems) > 1 else ""
        super().__init__(
            f"{first.file}:{first.line}: {first.field}: {first.problem}{count}",
            f"{first.fix} `fedwizard plan check {first.file}` lists everything.",
        )
        self.problems = problems


def examine_text(text: str, file: str) -> tuple[Plan | None, tuple[Problem, ...]]:
    """The plan of a text, or None; and everything that is wrong with it."""
    try:
        draft = Draft.parse(text)
    except DraftSyntaxError as problem:
        return None, (Problem(file, problem.line, "syntax", _line(f"is not TOML: {problem}"), problem.fix),)
    return examine(draft, file)


def examine(draft: Draft, file: str) -> tuple[Plan | None, tuple[Problem, ...]]:
    """The plan of a draft, or None; and everything that is wrong with it, in the order of the file."""
    plan, faults = shape_of(draft.data)
    problems = _problems((*faults, *faults_of(draft.data)), draft, file)
    return (None if problems else plan), problems


def advice(plan: Plan, draft: Draft, file: str) -> tuple[Problem, ...]:
    """What is allowed and will probably be regretted, in the order of the file. Never makes a plan unusable."""
    found = (Fault(place, *_UNCONFIRMED) for place in draft.unconfirmed())
    return _problems((*advice_about(plan), *found), draft, file)


def load(path: Path) -> Plan:
    """The plan of a file. Raises UsageError when it cannot be read, PlanProblemsError when it cannot be used."""
    return load_text(read_text(path), str(path))


def load_text(text: str, file: str = "plan.toml") -> Plan:
    """The plan of a text. Raises PlanProblemsError."""
    plan, problems = examine_text(text, file)
    if plan is None:
        raise PlanProblemsError(problems)
    return plan


def plan_hash(text: str) -> str:
    """SHA-256 of a plan's text, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def _problems(faults: Iterable[Fault], draft: Draft, file: str) -> tuple[Problem, ...]:
    found = (
        Problem(
            file,
            draft.line_of(fault.place),
            _line(dotted(fault.place)),
            _line(fault.problem),
            _line(fault.fix),
        )
        for fault in faults
    )
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: problem.line))


def _line(text: str) -> str:
    """One printable line, short enough to be read whatever stood in the file."""
    return visible_line(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}...")
