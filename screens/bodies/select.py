"""Which body a step has."""

from collections.abc import MutableMapping
from typing import assert_never

from screens.bodies.check import CheckBody
from screens.bodies.command import CommandBody
from screens.bodies.form import FormBody
from screens.bodies.instruct import InstructBody
from screens.bodies.notice import NoticeBody
from screens.bodies.parts import Body
from screens.bodies.restart import RestartBody
from screens.bodies.wait import WaitBody
from wizard.step import Check, Command, Form, Instruct, Notice, Restart, Wait
from wizard.survey import Row


def body_for(row: Row, draft: MutableMapping[str, str] | None = None, *, eager: bool = True) -> Body:
    """The body of a step; `draft` makes a form one that can be filled, `eager` one that takes the next key."""
    does = row.step.does
    match does:
        case Instruct():
            return InstructBody(row)
        case Form():
            return FormBody(row, draft, eager=eager)
        case Command():
            return CommandBody(row)
        case Check():
            return CheckBody(row)
        case Wait():
            return WaitBody(row)
        case Restart():
            return RestartBody(row)
        case Notice():
            return NoticeBody(row)
        case _:
            assert_never(does)
