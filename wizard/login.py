"""The person as the nodes' CLI sees them: passwords, host keys and questions, each asked for and put on record."""

import threading
from collections.abc import Callable

from checks.finding import Json
from cli_backend.dialect import asks_for_secret
from wizard.engine import Record
from wizard.ports import Prompt, Prompter, PromptKind
from wizard.secrets import Secrets


class Login:
    """Implements `cli_backend.exchange.Operator` over a prompter. One password serves all nodes, in memory only."""

    def __init__(
        self, prompter: Prompter, secrets: Secrets, record: Callable[[Record], None], password: str | None = None
    ) -> None:
        self._prompter, self._secrets, self._record = prompter, secrets, record
        self._mutex = threading.Lock()
        self._password: str | None = None
        self._warning: str | None = None
        if password is not None:
            self._keep(password)

    def password(self, node: str) -> str | None:
        """The password, asked for once; threads that ask at the same time wait for the one answer."""
        with self._mutex:
            if self._password is None:
                answer = self._prompter.ask(
                    Prompt(
                        kind=PromptKind.PASSWORD, node=node, text=f"Password of the CLI account on {node}", echo=False
                    )
                )
                if not answer:
                    return None
                self._keep(answer)
            self._tell_warning()
            return self._password

    def forget(self) -> None:
        """A node refused the password: ask again before the next try."""
        with self._mutex:
            self._password = None

    def accept_host_key(self, node: str, key_type: str, fingerprint: str) -> bool:
        """Show the fingerprint of an unknown host key; on record either way."""
        text = f"{node} shows a host key that is not known yet:\n{key_type} {fingerprint}"
        accepted = self._prompter.ask(Prompt(kind=PromptKind.HOST_KEY, node=node, text=text)) == "yes"
        body: dict[str, Json] = {"node": node, "type": key_type, "fingerprint": fingerprint, "accepted": accepted}
        self._record(Record("host-key.answered", "", body))
        return accepted

    def answer_prompt(self, node: str, prompt: str, echo: bool) -> str | None:
        """Another prompt of the login; the answer is on record only where the node would show it."""
        answer = self._prompter.ask(Prompt(kind=PromptKind.EXTRA, node=node, text=prompt, echo=echo))
        said = answer if echo else self._hidden(answer, "code")
        self._record(Record("login.prompt", "", {"node": node, "prompt": prompt, "answer": said}))
        return answer

    def answer_question(self, node: str, command: str, question: str) -> str | None:
        """A question that the command did not announce: verbatim to the person, both on record, but no secret."""
        body: dict[str, Json] = {"node": node, "command": command, "question": question}
        self._record(Record("cmd.question", "", body))
        secret = asks_for_secret(question)
        answer = self._prompter.ask(Prompt(kind=PromptKind.QUESTION, node=node, text=question, echo=not secret))
        said = self._hidden(answer, "password") if secret else answer
        self._record(Record("cmd.question-answered", "", {**body, "answer": said}))
        return answer

    def _hidden(self, answer: str | None, kind: str) -> str | None:
        """What the record says of an answer that is a secret; from now on it is kept out of everything else, too."""
        if not answer:
            return answer
        if warning := self._secrets.add(answer, kind):
            self._record(Record("note", "", {"text": warning}))
        return "answered, hidden"

    def _keep(self, password: str) -> None:
        self._password = password
        self._warning = self._secrets.add(password, "password")

    def _tell_warning(self) -> None:
        if self._warning:
            self._record(Record("note", "", {"text": self._warning}))
            self._warning = None
