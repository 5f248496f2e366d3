"""A service that was not STARTED when its restart ended: the node is looked at again, and nothing is sent unasked."""

from dataclasses import replace

import pytest

from cli_backend.exchange import Exchange, Result, Unreachable
from cli_backend.printed import Printed
from tests.core.table import Table, row, table
from tests.core.test_acts import Console, bench
from wizard.acts import perform, settle
from wizard.engine import Ask, AskKind, Choice, Do, Record
from wizard.evidence import Outcome
from wizard.runner import conclusions
from wizard.step import Restart
from wizard.survey import Row

STEP = "restarts/xcp-router@imp1"
RESTART = "utils service restart Cisco XCP Router"
LIST = "utils service list"
STUCK = "Service Manager is running\nCisco XCP Router[STOPPING]\nCisco XCP Router[STARTING]\n"


def listed(state: str) -> str:
    """What the node lists."""
    return f"Requesting service status, please wait...\nCisco SIP Proxy[STARTED]\nCisco XCP Router[{state}]\n"


class Node(Console):
    """A node that lists one thing after the other."""

    def __init__(self, *lists: str | Result | Exception, restarted: str | Result = STUCK) -> None:
        super().__init__({RESTART: restarted})
        self.lists = list(lists)
        self.failing = ""  # what the restart prints when its last state is not the right one

    def run(self, node: str, command: str, **how: object) -> Exchange:
        """Answer; the next listing where that is asked for."""
        if command == LIST:
            self.answers = {**self.answers, LIST: self.lists.pop(0)}
        exchange = super().run(node, command, **how)  # type: ignore[arg-type]
        if self.failing and command == RESTART:
            last = self.failing.splitlines()[-1]
            return replace(exchange, result=Result.FAILED, printed=Printed(self.failing), failure=last)
        return exchange


def confirmed() -> Table:
    """A table whose next act is the restart."""
    found = table()
    found.give(found.to(STEP))
    return found


def restart(found: Table, node: Node) -> tuple[Outcome, Row]:
    """Perform the restart, and put it on record."""
    recorded = list[Record]()
    the_row = row(found, STEP)
    outcome = perform(the_row, bench(found, node, recorded))
    found.write(*recorded, *conclusions(the_row, outcome, False))
    return outcome, row(found, STEP)


def look(found: Table, node: Node) -> Row:
    """Settle it, and put that on record."""
    recorded = list[Record]()
    the_row = row(found, STEP)
    assert isinstance(the_row.step.does, Restart)
    outcome = settle(the_row, the_row.step.does, bench(found, node, recorded))
    assert recorded == []
    found.write(*conclusions(the_row, outcome, True))
    return row(found, STEP)


def test_a_restart_that_is_reported_as_failed_by_its_state_is_looked_at_too() -> None:
    found, node = confirmed(), Node(listed("STARTED"))
    node.failing = STUCK
    outcome, after = restart(found, node)
    assert node.sent == [RESTART, LIST]
    assert (outcome.failure, after.word) == (None, "done")


def about(found: Table) -> Ask | Do:
    """The engine's turn, which is about the restart."""
    turn = found.turn()
    assert isinstance(turn, Ask | Do)
    return turn


def test_a_service_that_is_up_when_it_is_listed_again_is_done() -> None:
    found, node = confirmed(), Node(listed("STARTED"))
    outcome, after = restart(found, node)
    assert (node.sent, outcome.failure) == ([RESTART, LIST], None)
    assert (after.word, after.how) == ("done", "observed")


@pytest.mark.parametrize("again", [listed("STARTING"), listed("STOPPED"), "nothing", Result.FAILED, Result.CLOSED])
def test_one_that_is_not_has_failed(again: str | Result) -> None:
    found, node = confirmed(), Node(again)
    outcome, after = restart(found, node)
    assert node.sent == [RESTART, LIST]
    assert (outcome.begun, after.word) == (True, "fail")


def test_a_node_that_is_gone_when_it_is_to_be_listed_has_failed_too() -> None:
    found, node = confirmed(), Node(Unreachable("imp1", "gone", "Look."))
    outcome, after = restart(found, node)
    assert (outcome.begun, after.word) == (True, "fail")
    assert "STARTING after the restart" in after.record.problem


def failed() -> Table:
    """A table whose restart has failed, and where somebody wants to try again."""
    found = confirmed()
    restart(found, Node(listed("STARTING")))
    ask = about(found)
    assert isinstance(ask, Ask)
    assert (ask.kind, ask.row.step.id) == (AskKind.FAILED, STEP)
    found.give(ask, Choice.RETRY)
    return found


def test_trying_again_looks_first_and_takes_what_it_sees() -> None:
    found = failed()
    turn = about(found)
    assert isinstance(turn, Do)
    assert turn.settle
    node = Node(listed("STARTED"))
    after = look(found, node)
    assert node.sent == [LIST], "nothing is restarted again"
    assert (after.word, after.how) == ("done", "observed")
    assert ("imp1", "Cisco XCP Router") not in found.state.facts.pending


def test_what_is_still_not_up_is_restarted_only_when_that_is_confirmed_anew() -> None:
    found = failed()
    look(found, Node(listed("STARTING")))
    ask = about(found)
    assert isinstance(ask, Ask)
    assert (ask.kind, ask.typed) == (AskKind.CONFIRM_TYPED, "imp1")
    found.give(ask)
    turn = about(found)
    assert isinstance(turn, Do)
    assert not turn.settle
    _, after = restart(found, Node(restarted=f"{STUCK}Cisco XCP Router[STARTED]\n"))
    assert after.word == "done"


@pytest.mark.parametrize("again", [Unreachable("imp1", "gone", "Look."), Result.TIMED_OUT, "nothing"])
def test_what_cannot_be_told_is_the_person_s_and_can_be_looked_at_again(again: str | Result | Exception) -> None:
    found = failed()
    look(found, Node(again))
    ask = about(found)
    assert isinstance(ask, Ask)
    assert ask.kind is AskKind.UNKNOWN
    found.give(ask, Choice.RECHECK)
    assert look(found, Node(listed("STARTED"))).word == "done"


def test_a_restart_that_the_node_refused_never_began_and_is_not_looked_for() -> None:
    found, node = confirmed(), Node(restarted=Result.FAILED)
    outcome, _ = restart(found, node)
    assert (node.sent, outcome.begun) == ([RESTART], False)
    ask = about(found)
    assert isinstance(ask, Ask)
    found.give(ask, Choice.RETRY)
    ask = about(found)
    assert isinstance(ask, Ask)
    assert ask.kind is AskKind.CONFIRM_TYPED
