"""A service restart on one node, and what goes down with it."""

from collections.abc import Iterator
from typing import ClassVar

from screens.bodies.parts import BAD, Body, Line, exact, pair
from wizard.step import Restart


class RestartBody(Body):
    """A restart."""

    PAGE: ClassVar[str] = "restart"

    def lines(self) -> Iterator[Line]:
        """Service, node, command, what goes down."""
        does = self.row.step.does
        assert isinstance(does, Restart)
        yield pair("Service", does.service)
        yield pair("Node", does.node)
        yield exact("Command", does.command)
        yield pair("Goes down", does.takes_down, BAD)
        yield pair("Or by hand", does.by_hand)
