"""The person at the CLI, and the shapes of the fixtures around them."""

import threading
from dataclasses import dataclass, field
from typing import Protocol

from cli_backend.node import Nodes


@dataclass
class Operator:
    """A person with one password, prepared answers, and a memory of what was asked."""

    secret: str | None
    answers: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    passwords_asked: int = 0
    accepts: bool = True
    thinking: threading.Event | None = None  # not to be had before it is set
    asked: threading.Event = field(default_factory=threading.Event)

    def password(self, node: str) -> str | None:
        """The password."""
        del node
        self.passwords_asked += 1
        return self.secret

    def accept_host_key(self, node: str, key_type: str, fingerprint: str) -> bool:
        """Accept, and remember what was shown."""
        del node, key_type
        self.shown.append(fingerprint)
        return self.accepts

    def answer_prompt(self, node: str, prompt: str, echo: bool) -> str | None:
        """A prepared code."""
        del node, echo
        self.prompts.append(prompt)
        return self.codes.get(prompt)

    def answer_question(self, node: str, command: str, question: str) -> str | None:
        """Only what was prepared is answered, and not before thinking is over."""
        del node
        self.questions.append(question)
        self.asked.set()
        if self.thinking is not None:
            self.thinking.wait(30)
        return self.answers.get(command)


class Listening(Protocol):
    """A server that listens."""

    @property
    def port(self) -> int: ...


class Reach(Protocol):
    """The node `imp1` behind a server."""

    def __call__(self, server: Listening, operator: Operator, user: str = ..., **endpoint: object) -> Nodes: ...
