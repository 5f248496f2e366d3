"""Draft -> problems or plan: every problem at once, with file, line, field, what is wrong and what would be right."""

import hashlib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from wizard.errors import UsageError
from wizard.plan.draft import Draft, DraftSyntaxError, Place, read_text
from wizard.plan.model import Plan
from wizard.plan.rules import Fault, advice_about, faults_of


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a plan file, and what would be right."""

    file: str
    line: int
    field: str
    problem: str
    fix: str


class PlanProblemsError(UsageError):
    """A plan that cannot be used; `problems` holds all of them."""

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
        fix = "Mend this line: TOML wants `name = value`, and text in quotes."
        return None, (Problem(file, problem.line, "syntax", f"is not TOML: {problem}", fix),)
    return examine(draft, file)


def examine(draft: Draft, file: str) -> tuple[Plan | None, tuple[Problem, ...]]:
    """The plan of a draft, or None; and everything that is wrong with it."""
    faults: list[Fault] = []
    plan: Plan | None = None
    try:
        plan = Plan.model_validate(_tuples(draft.data))
    except ValidationError as error:
        faults += [_translated(details) for details in error.errors()]
    faults += faults_of(draft.data)
    seen: dict[tuple[Place, str], Problem] = {}
    for fault in faults:
        line = draft.line_of(fault.place)
        seen.setdefault(
            (fault.place, fault.problem), Problem(file, line, _dotted(fault.place), fault.problem, fault.fix)
        )
    problems = tuple(sorted(seen.values(), key=lambda problem: problem.line))
    return (None if problems else plan), problems


def advice(plan: Plan, draft: Draft, file: str) -> tuple[Problem, ...]:
    """What is allowed and will probably be regretted."""
    return tuple(
        Problem(file, draft.line_of(fault.place), _dotted(fault.place), fault.problem, fault.fix)
        for fault in advice_about(plan)
    )


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


def _tuples(value: object) -> object:
    """TOML's lists are the model's tuples."""
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _translated(details: ErrorDetails) -> Fault:
    place: Place = tuple(details["loc"])
    match details["type"]:
        case "missing":
            return Fault(place, "is missing", f"Add it. {_described(place)}".strip())
        case "extra_forbidden":
            return _unknown_field(place)
        case "value_error":
            return Fault(place, details["msg"].removeprefix("Value error, "), _described(place) or "Correct the value.")
        case "enum" | "literal_error" if place == ("release",):
            return _release(place, str(details["input"]))
        case "enum" | "literal_error":
            expected = details.get("ctx", {}).get("expected", "")
            return Fault(place, f"is {details['input']!r}", f"One of {expected}.")
        case _:
            shown = repr(details["input"])[:60]
            return Fault(
                place, f"cannot be {shown}: {details['msg'].lower()}", _described(place) or "Correct the value."
            )


def _release(place: Place, release: str) -> Fault:
    try:
        older = float(release) < 9
    except ValueError:
        return Fault(place, f"is {release!r}", "Write 9.0 or 9.1, in quotes.")
    if older:
        return Fault(
            place,
            f"is {release}: releases before 9.0 have no SIP federation with Lync or AOL",
            "Upgrade to 9.0 or 9.1.",
        )
    return Fault(place, f"is {release}: this release is not supported yet", "This version knows 9.0 and 9.1.")


def _unknown_field(place: Place) -> Fault:
    model = _model_at(place[:-1])
    known = list(model.model_fields) if model else []
    near = get_close_matches(str(place[-1]), known, n=1)
    fix = f"Did you mean {near[0]}?" if near else f"The fields here are {', '.join(known)}."
    return Fault(place, "is not a field of the plan", fix)


def _described(place: Place) -> str:
    model = _model_at(place[:-1])
    info = model.model_fields.get(str(place[-1])) if model and place else None
    return (info.description or "") if info else ""


def _model_at(place: Place) -> type[BaseModel] | None:
    """The model of the table at a place."""
    model: type[BaseModel] = Plan
    for part in place:
        if isinstance(part, int):
            continue
        info = model.model_fields.get(part)
        found = _model_in(info.annotation) if info else None
        if found is None:
            return None
        model = found
    return model


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None


def _dotted(place: Place) -> str:
    text = ""
    for part in place:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "plan"
