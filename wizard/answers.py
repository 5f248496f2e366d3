"""The answers file of an unattended run: TOML, step id -> answer, checked as a whole before anything is opened."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from wizard.engine import Answer, Ask, AskKind, Choice
from wizard.errors import UsageError
from wizard.resolve import Walk
from wizard.step import Command, Form, Step

Reason = Annotated[str, Field(min_length=1)]


class StepAnswer(BaseModel):
    """The answer to one step; exactly one of the fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    done: bool | None = Field(default=None, description="true: it is done elsewhere, or the letter is sent.")
    confirm: str | None = Field(
        default=None, description="A change: yes. A disruptive step: the name of its node, or of the other cluster."
    )
    values: dict[str, str] | None = Field(default=None, description="The values a form asks for, by name.")
    skip: Reason | None = Field(default=None, description="Skip the step, for this reason.")
    accept: Reason | None = Field(
        default=None, description="Accept a failed or stopped step as it is, for this reason."
    )


class AnswersFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plan: str | None = Field(default=None, description="SHA-256 of the plan file. Without it no change is made.")
    steps: dict[str, StepAnswer] = Field(default_factory=dict, description="Step id -> answer.")


@dataclass
class AnswerSheet:
    """Answers as an unattended persona. Each answer to a failure is used once."""

    answers: Mapping[str, StepAnswer]
    may_change: bool
    _used: set[str] = field(default_factory=set)

    @classmethod
    def load(cls, path: Path, walk: Walk, plan_hash: str) -> "AnswerSheet":
        """Read and check a file. Raises UsageError that names every unknown step and every wrong field."""
        try:
            parsed = AnswersFile.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        except OSError as problem:
            raise UsageError(f"{path} cannot be read: {problem.strerror}", "Name an answers file.") from problem
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            raise UsageError(f"{path} is not TOML: {problem}", "Mend the line.") from problem
        except ValidationError as problem:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in problem.errors())
            raise UsageError(f"{path}: {wrong}", "assets/answers.schema.json describes the file.") from problem
        known = {step.id for step in walk.steps}
        unknown = sorted(set(parsed.steps) - known)
        if unknown:
            raise UsageError(
                f"{path}: unknown step{'s' * (len(unknown) > 1)} {', '.join(unknown)}",
                "`fedwizard --spec` lists the steps.",
            )
        if parsed.plan is not None and parsed.plan != plan_hash:
            raise UsageError(
                f"{path} was written for another plan: it names {parsed.plan[:16]}..., this one is {plan_hash[:16]}...",
                "Review the answers against this plan, then put its hash into the file.",
            )
        return cls(parsed.steps, parsed.plan is not None)

    def answer(self, ask: Ask) -> Answer | None:
        """The answer to a question; None where the file has none, or must not decide: then the run holds."""
        step = ask.row.step
        if ask.kind is AskKind.BEGIN:
            return Answer(Choice.GO)
        given = self.answers.get(step.id)
        if given is None:
            return None
        if given.skip is not None:
            return Answer(Choice.SKIP, given.skip)
        if ask.kind in {AskKind.FAILED, AskKind.STOPPED, AskKind.UNKNOWN}:
            return self._trouble(ask, given)
        return self._forward(ask, step, given)

    def _trouble(self, ask: Ask, given: StepAnswer) -> Answer | None:
        step = ask.row.step.id
        if given.accept is None or step in self._used or Choice.ACCEPT not in ask.choices:
            return None
        self._used.add(step)
        return Answer(Choice.ACCEPT, given.accept)

    def _forward(self, ask: Ask, step: Step, given: StepAnswer) -> Answer | None:
        match step.does:
            case Form():
                return Answer(Choice.GO, values=given.values) if given.values else None
            case _ if ask.typed:
                allowed = self.may_change and given.confirm == ask.typed
                return Answer(Choice.GO, text=ask.typed) if allowed else None
            case Command():
                return Answer(Choice.GO) if self.may_change and given.confirm == "yes" else None
            case _:
                return Answer(Choice.GO) if given.done else None
