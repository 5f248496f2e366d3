"""The console: what is sent, what has to be confirmed, what is on record, and that nothing goes out by itself."""

import threading
from pathlib import Path

import pytest
from textual.widgets import Input

from cli_backend.exchange import Result, Risk
from screens.console import ConsoleScreen
from tests.screens.stage import Play, Stage, kinds
from tests.screens.trial import QUESTION, Script, step
from wizard.about import home_of
from wizard.journal import read
from wizard.step import Command, Kind, NodeReturns, Restart, Wait


async def opened(stage: Stage) -> None:
    """The console, over a question that stands."""
    await stage.until("I have done it")
    await stage.press("t")
    await stage.until("Console of imp1")


async def typed(stage: Stage, text: str) -> None:
    """A line in the console."""
    stage.app.screen.query_one(Input).value = text
    await stage.press("enter")


def test_a_reading_command_is_sent_at_once_and_is_on_record(play: Play) -> None:
    script = Script(output="System status\nUptime: 3 days\n")

    async def test(stage: Stage, folder: Path) -> None:
        await opened(stage)
        await typed(stage, "show status")
        picture = await stage.until("It is on record.")
        assert "imp1> show status" in picture
        assert "Uptime: 3 days" in picture
        evidence = read(folder / "journal.jsonl").events[-1]
        exchange = evidence.body["exchange"]
        assert (evidence.kind, evidence.step, evidence.body["typed"]) == ("evidence", "", True)
        assert isinstance(exchange, dict)
        assert (exchange["node"], exchange["command"]) == ("imp1", "show status")
        assert "console.intent" not in kinds(folder)
        await stage.press("escape")
        await stage.until("I have done it")
        await stage.press("enter")
        await stage.until("Finished")

    play((step("instruct"),), script, test)
    assert script.sent == ["show status"]


@pytest.mark.parametrize(
    ("kind", "node"),
    [
        (Restart(node="imp2", service="Cisco SIP Proxy", takes_down="SIP.", by_hand="On its page."), "imp2"),
        (Wait(until=NodeReturns(node="imp2", since_step="domain/set@imp2")), "imp2"),
        (Command(node="imp2", command="show status", risk=Risk.READ_ONLY), "imp2"),
        (None, "imp1"),
    ],
)
def test_it_opens_on_the_node_of_the_step(kind: Kind | None, node: str) -> None:
    assert home_of(step("form", does=kind), ("imp0", "imp1", "imp2")) == node


def test_the_node_stands_in_the_line_that_is_typed(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("confirm by typing")
        await stage.press("t")
        picture = await stage.until("Console of imp2")
        assert "imp2>" in picture.splitlines()[21]
        await stage.press("ctrl+n")
        picture = await stage.until("Console of imp1")
        assert "imp1>" in picture.splitlines()[21]

    restart = Restart(node="imp2", service="Cisco SIP Proxy", takes_down="SIP.", by_hand="On its page.")
    play((step("restart", does=restart),), Script(), test)


@pytest.mark.parametrize(
    ("command", "wanted"), [("set cli timeout 30", "yes"), ("utils service restart Cisco SIP Proxy", "imp1")]
)
def test_what_changes_is_confirmed_by_typing_and_on_record_before_it_is_sent(
    play: Play, command: str, wanted: str
) -> None:
    script = Script()

    async def test(stage: Stage, folder: Path) -> None:
        await opened(stage)
        await typed(stage, command)
        await stage.until(f"Type {wanted} to send it")
        await stage.press("enter")  # a key that repeats confirms nothing
        await stage.press("escape")
        await stage.until("Nothing was sent.")
        assert not script.sent
        assert "console.intent" not in kinds(folder)
        await typed(stage, command)
        await stage.until(f"Type {wanted} to send it")
        await stage.write(wanted)
        await stage.press("enter")
        await stage.until("the walk reads again before it changes anything")
        assert [kind for kind in kinds(folder) if kind in {"console.intent", "evidence"}] == [
            "console.intent",
            "evidence",
        ]

    play((step("instruct"),), script, test)
    assert script.sent == [command]


@pytest.mark.parametrize("command", ["", "show status?", "show\tstatus"])
def test_what_the_console_would_act_on_is_refused(play: Play, command: str) -> None:
    script = Script()

    async def test(stage: Stage, folder: Path) -> None:
        await opened(stage)
        await typed(stage, command)
        await stage.until("Not sent: the command")
        assert "evidence" not in kinds(folder)

    play((step("instruct"),), script, test)
    assert not script.sent


def test_a_question_of_the_node_goes_to_the_person_and_nothing_is_answered_by_itself(play: Play) -> None:
    script = Script(prompts=(QUESTION,), result=Result.QUESTION)

    async def test(stage: Stage, folder: Path) -> None:
        await opened(stage)
        await typed(stage, "show cert own tomcat")
        await stage.until("Certificates will be lost.")
        await stage.press("escape")
        await stage.until("nothing was answered")

    play((step("instruct"),), script, test)
    assert script.answers == [None]


def test_nobody_leaves_while_it_runs_but_waiting_can_be_given_up(play: Play) -> None:
    script = Script(gate=threading.Event(), result=Result.CANCELLED)

    async def test(stage: Stage, folder: Path) -> None:
        await opened(stage)
        await typed(stage, "show status")
        await stage.until("waiting for the prompt")
        await stage.press("escape")
        await stage.until("It still runs.")
        await typed(stage, "show version active")
        assert isinstance(stage.app.screen, ConsoleScreen)
        await stage.press("ctrl+c")
        await stage.until("Nothing was sent to the node.")
        await stage.press("ctrl+x")
        picture = await stage.until("cancelled by a person")
        assert "No prompt came back" not in picture
        await stage.press("escape")
        await stage.until("I have done it")

    play((step("instruct"),), script, test)
    assert script.sent == ["show status"]


def test_the_other_nodes_and_the_earlier_commands_are_a_key_away(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await opened(stage)
        await typed(stage, "show status")
        await stage.until("It is on record.")
        await stage.press("ctrl+n")
        await stage.until("Console of imp2")
        await stage.press("up")
        assert stage.app.screen.query_one(Input).value == "show status"
        await stage.press("enter")
        await stage.until("imp2> show status")
        await stage.press("pageup", "pagedown", "up", "down")
        assert not stage.app.screen.query_one(Input).value

    play((step("instruct"),), Script(), test)


def test_the_key_is_named_wherever_it_works(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("Enter send it")
        assert "t console" in stage.picture
        await stage.press("enter")
        await stage.until("This failed.")
        assert "t console" in stage.picture
        await stage.press("b", "n")
        await stage.press("o", "escape")

    play((step("change"),), Script(result=Result.FAILED), test)


def test_a_question_mark_in_the_empty_line_opens_the_help(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await opened(stage)
        await stage.press("question_mark")
        picture = await stage.until("The console of a node")
        assert "accept" not in picture  # the keys of the walk are none here
        await stage.press("escape")
        await stage.until("Console of imp1")
        line = stage.app.screen.query_one(Input)
        assert not line.value
        line.value = "show"
        await stage.press("question_mark")
        assert "?" in line.value

    play((step("instruct"),), Script(), test)
