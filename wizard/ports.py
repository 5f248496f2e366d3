"""What the runner needs of the world, as protocols. The composition root decides who stands behind each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from checks.finding import Findings
from checks.requests import CheckRequest
from cli_backend.exchange import Cancel, Device
from wizard.evidence import Failure
from wizard.step import Action, Form


class Checks(Protocol):
    """The live checks. A run may block; it returns soon after `cancel` is set."""

    def run(self, request: CheckRequest, cancel: Cancel | None = None) -> Findings: ...

    def close(self) -> None: ...


class Hands(Protocol):
    """What a person does elsewhere, in web pages and in the DNS."""

    def perform(self, action: Action) -> Failure | None:
        """Called after the person has said that it is done. A failure says that it did not come into effect."""


class PromptKind(StrEnum):
    """What can come up in the middle of an act."""

    PASSWORD = "password"  # noqa: S105  (the kind of a question)
    HOST_KEY = "host-key"
    EXTRA = "extra"  # another prompt of the login, such as a one-time code
    QUESTION = "question"  # the node asks something that was not announced


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """A question in the middle of an act. `text` is foreign; `echo` is False where the answer is a secret."""

    kind: PromptKind
    node: str
    text: str
    echo: bool = True


class Prompter(Protocol):
    """Asks the person in the middle of an act. None: no answer; the act is given up and nothing is sent."""

    def ask(self, prompt: Prompt) -> str | None: ...


class Clock(Protocol):
    """The time of day in seconds since the epoch."""

    def now(self) -> float: ...


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Everything the runner acts through. `forget_password` is called when a node refused it."""

    device: Device
    checks: Checks
    hands: Hands
    clock: Clock
    forget_password: Callable[[], None]


PageReader = Callable[[Form], Mapping[str, str]]


def shown_as_expected(form: Form) -> Mapping[str, str]:
    """What a page shows on which everything is as the plan has it."""
    return {field.name: field.proposed or field.expected for field in form.fields}


class Person:
    """The hands of reality: the person has done it, and only they can know."""

    def perform(self, action: Action) -> Failure | None:
        """Nothing to do, nothing to doubt."""
        return None
