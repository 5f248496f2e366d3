"""The way out to the screen: whatever a node said passes the secret filter here, and is recorded as it was shown."""

import threading
from dataclasses import replace

from cli_backend.exchange import Exchange
from wizard.cast import Cast
from wizard.console import Said
from wizard.evidence import Evidence, Failure, Outcome
from wizard.ports import Prompt, Prompter
from wizard.runner import CONSOLE, Concluded, ConsoleSaid, Listener, Output, Progress, Told
from wizard.secrets import Secrets, StreamFilter
from wizard.text import visible


class FilteredListener:
    """Passes on what the runner tells, without secrets; output also goes to the recording of the terminal.

    Called from several threads; each step's output has a stream filter of its own, for it arrives in pieces.
    """

    def __init__(self, listener: Listener, secrets: Secrets, cast: Cast) -> None:
        self._listener, self._secrets, self._cast = listener, secrets, cast
        self._filters: dict[str, StreamFilter] = {}
        self._mutex = threading.Lock()

    def __call__(self, told: Told) -> None:
        """Pass one message on."""
        match told:
            case Output(step, text):
                with self._mutex:
                    stream = self._filters.setdefault(step, self._secrets.stream())
                    self._pass(step, stream.feed(text))
            case Progress(step, text):
                self._listener(Progress(step, self._secrets.redact(text)))
            case Concluded(row, outcome):
                with self._mutex:
                    stream = self._filters.pop(row.step.id, self._secrets.stream())
                    self._pass(row.step.id, stream.flush())
                    self._cast.marker(f"{row.step.id}: ended")
                self._listener(Concluded(row, self._redacted(outcome)))
            case ConsoleSaid(said):
                with self._mutex:
                    self._pass(CONSOLE, self._filters.pop(CONSOLE, self._secrets.stream()).flush())
                self._listener(ConsoleSaid(self._said(said)))
            case _:
                self._listener(told)

    def _pass(self, step: str, text: str) -> None:
        if text:
            self._cast.output(visible(text).replace("\n", "\r\n"))
            self._listener(Output(step, text))

    def _said(self, said: Said) -> Said:
        exchange = None if said.exchange is None else self._exchange(said.exchange)
        return replace(said, exchange=exchange, failure=self._failure(said.failure))

    def _failure(self, failure: Failure | None) -> Failure | None:
        redact = self._secrets.redact
        return failure and replace(failure, problem=redact(failure.problem), remedy=redact(failure.remedy))

    def _redacted(self, outcome: Outcome) -> Outcome:
        failure = self._failure(outcome.failure)
        evidence = tuple(self._evidence(piece) for piece in outcome.evidence)
        return replace(outcome, failure=failure, evidence=evidence)

    def _evidence(self, evidence: Evidence) -> Evidence:
        if evidence.exchange is None:
            return evidence
        return replace(evidence, exchange=self._exchange(evidence.exchange))

    def _exchange(self, exchange: Exchange) -> Exchange:
        question = None if exchange.question is None else self._secrets.redact(exchange.question)
        return replace(exchange, printed=exchange.printed.filtered(self._secrets.stream), question=question)


class FilteredPrompter:
    """Passes on what a node asks in the middle of an act, without secrets."""

    def __init__(self, prompter: Prompter, secrets: Secrets) -> None:
        self._prompter, self._secrets = prompter, secrets

    def ask(self, prompt: Prompt) -> str | None:
        """Pass one question on."""
        return self._prompter.ask(replace(prompt, text=self._secrets.redact(prompt.text)))
