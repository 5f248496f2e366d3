"""What a person types on a node beside the walk: judged by the same table, never without being asked, all on record."""

from dataclasses import dataclass

from cli_backend.dialect import refuse, restarts, risk_of
from cli_backend.exchange import CliError, Exchange, Result, Risk
from wizard.acts import Desk, exchange_with
from wizard.engine import Record
from wizard.evidence import Failure, exchange_body
from wizard.ports import Ports
from wizard.step import Command

TIMEOUT = 600  # seconds; x gives up earlier, and the node goes on


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A command as a person typed it for one node."""

    node: str
    command: str
    risk: Risk

    @property
    def confirmation(self) -> str:
        """What has to be typed before it is sent: nothing for a reading command, the node's name where it disrupts."""
        return {Risk.READ_ONLY: "", Risk.CHANGE: "yes", Risk.DISRUPTIVE: self.node}[self.risk]


_ENDINGS = {
    Result.OK: "The prompt is back",
    Result.REBOOTING: "The connection ended with the confirmed restart",
    Result.FAILED: "It failed",
    Result.QUESTION: "The node asked something, and nothing was answered",
    Result.CANCELLED: "It was cancelled by a person; the node goes on with what it was told",
    Result.TIMED_OUT: "No prompt came back; what became of the command is not known",
    Result.CLOSED: "The connection ended before the prompt came; what became of the command is not known",
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What came of it: the exchange, or why nothing was sent or nothing came back."""

    typed: Typed
    exchange: Exchange | None = None
    failure: Failure | None = None

    @property
    def fine(self) -> bool:
        """Whether it ended as it should."""
        return self.exchange is not None and self.exchange.result in {Result.OK, Result.REBOOTING}

    @property
    def text(self) -> str:
        """How it ended, in a sentence; what the node said is foreign."""
        if self.exchange is None:
            return f"{self.failure.problem}. {self.failure.remedy}" if self.failure else ""
        why = f": {self.exchange.failure}" if self.exchange.failure else ""
        return f"{_ENDINGS[self.exchange.result]}{why}. It is on record."


def typed(node: str, command: str) -> Typed:
    """Judge a command. Raises CommandRefused for what the console of a node would act on instead of taking as text."""
    words = command.strip()
    refuse(node, words)
    return Typed(node=node, command=words, risk=risk_of(words))


def send(command: Typed, ports: Ports, desk: Desk) -> Said:
    """Send it; blocks until the prompt is back. Whatever changes something is on record before its first byte goes."""
    what = Command(
        node=command.node,
        command=command.command,
        risk=command.risk,
        reboots=restarts(command.command),
        timeout=TIMEOUT,
    )
    if command.risk is not Risk.READ_ONLY:
        body = {"node": command.node, "command": command.command, "risk": command.risk.value}
        desk.record(Record("console.intent", "", {**body}))
    try:
        exchange = exchange_with(what, ports.device, desk)
    except CliError as error:
        failure = Failure(problem=f"{error.node}: {error.problem}", remedy=error.remedy)
        desk.record(Record("console.failed", "", {"problem": failure.problem, "remedy": failure.remedy}))
        return Said(typed=command, failure=failure)
    desk.record(Record("evidence", "", {"typed": True, "exchange": exchange_body(exchange)}))
    return Said(typed=command, exchange=exchange)
