"""One command on one node: in full, with its risk and everything that will be answered."""

from collections.abc import Iterator
from typing import ClassVar

from cli_backend.exchange import Risk
from screens.bodies.parts import BAD, QUIET, Body, Line, exact, pair
from screens.widgets.verbatim import literal
from wizard.describe import readable
from wizard.step import Command

RISKS = {
    Risk.READ_ONLY: "read-only: it changes nothing",
    Risk.CHANGE: "change: it changes the node",
    Risk.DISRUPTIVE: "disruptive: users notice it",
}


class CommandBody(Body):
    """A command."""

    PAGE: ClassVar[str] = "command"

    def lines(self) -> Iterator[Line]:
        """Node, command, risk, the announced questions and answers, what is read right before."""
        does = self.row.step.does
        assert isinstance(does, Command)
        yield pair("Node", does.node)
        yield exact("Command", does.command)
        yield pair("Risk", RISKS[does.risk], "" if does.risk is Risk.READ_ONLY else BAD)
        for expected in does.expect:
            yield exact("Asks", readable(expected.pattern), "")
            yield pair("Answer", f"{expected.answer}, typed for you; any other question comes to you")
        if does.guard is not None:
            yield pair("Before", f"reads `{does.guard.command}` once more; sends nothing if that says otherwise")
        if does.reboots:
            yield pair("After", f"{does.node} restarts; the connection ends, as it should")
        if self.row.record.intent:
            yield literal(f"It was sent before: record {self.row.record.intent}.", QUIET)
