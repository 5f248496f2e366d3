"""The keys, over a real runner: what they do, and above all what they do not."""

import asyncio
import threading
import time
from pathlib import Path

import pytest
from textual.events import Key
from textual.widgets import Input

from cli_backend.exchange import Result
from screens.app import FedwizardApp
from screens.bodies.wait import WaitBody
from screens.overview import Overview
from tests.core.plans import practice_plan
from tests.screens.stage import Play, Stage, kinds, on_stage, status
from tests.screens.trial import FINDINGS, PASSWORD, QUESTION, Script, sitting_of, step, trial
from wizard.engine import AskKind
from wizard.journal import read
from wizard.resolve import walk_of
from wizard.state import Status, fold
from wizard.survey import survey

DISRUPT, INSTRUCT = "trial/disrupt@imp1", "trial/instruct@imp1"


def test_a_wrong_name_confirms_nothing_and_the_right_one_sends_once(play: Play) -> None:
    script = Script()

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("confirm by typing")
        await stage.press("enter")
        await stage.until("Type imp1 to confirm")
        await stage.write("imp2")
        await stage.press("enter")
        await stage.until("That is not imp1")
        assert script.sent == []
        await stage.press("escape")
        await stage.until("confirm by typing")
        assert "step.confirmed" not in kinds(folder)
        await stage.press("enter")
        await stage.write("imp1")
        await stage.press("enter")
        await stage.until("Finished")
        assert script.sent == ["set network domain local.example"]
        assert kinds(folder)[-4:] == ["step.intent", "evidence", "step.done", "session.finished"]

    play((step("disrupt"),), script, test)


@pytest.mark.parametrize(
    ("kind", "label", "recorded"),
    [
        ("instruct", "I have done it", "step.done"),
        ("notice", "I have sent it", "step.done"),
        ("change", "send it", "step.intent"),
    ],
)
def test_an_enter_pressed_twice_attests_and_sends_nothing(play: Play, kind: str, label: str, recorded: str) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until(f"Enter {label}")
        stage.walk.shown_at = time.monotonic()  # as if it appeared this moment
        await stage.pilot.press("enter")
        await stage.until("This appeared just now. Read it")
        assert recorded not in kinds(folder)
        await stage.press("enter")
        await stage.until("Finished")
        assert recorded in kinds(folder)

    play((step(kind),), Script(), test)


def test_nobody_answers_what_is_not_drawn_yet(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("Enter I have done it")
        before = kinds(folder)
        async with stage.walk.drawing():
            await stage.press("enter", "s", "h")
            assert stage.app.screen is stage.walk
            assert kinds(folder) == before
        await stage.press("enter")
        await stage.until("Finished")

    play((step("instruct"),), Script(), test)


def test_the_clock_may_tick_before_a_wait_is_drawn() -> None:
    row = survey(walk_of(practice_plan(), (trial(step("wait")),)), fold(()))[0]
    WaitBody(row).progress("running, 0 s of at most 15 s")


def test_the_name_may_be_typed_at_once(play: Play) -> None:
    script = Script()

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("confirm by typing")
        await stage.press("i")
        await stage.until("Type imp1 to confirm")
        await stage.write("mp1")
        await stage.press("enter")
        await stage.until("Finished")
        assert script.sent == ["set network domain local.example"]

    play((step("disrupt"),), script, test)


@pytest.mark.parametrize("typed", ["m", "imp1"], ids=["by hand", "a name typed too fast"])
def test_a_restart_is_said_to_be_done_by_hand_only_with_the_name_of_the_node(play: Play, typed: str) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("confirm by typing")
        for letter in typed:  # all at once, as somebody types who does not look
            stage.app.post_message(Key(letter, letter))
        await stage.until("Type imp1 to")
        await stage.press("enter")
        assert "step.done" not in kinds(folder)
        await stage.press("escape")
        if "Type imp1 to" not in stage.picture:
            await stage.until("confirm by typing")
            await stage.press("m")
        await stage.until("Type imp1 to say so")
        await stage.write("imp1")
        await stage.press("enter")
        await stage.until(lambda: "step.done" in kinds(folder))
        done = next(e for e in read(folder / "journal.jsonl").events if e.kind == "step.done")
        assert done.body["note"] == "done by hand in the web interface"

    play((step("restart"),), Script(), test)


def test_what_takes_another_cluster_down_is_said_to_be_done_with_its_name(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        await stage.press("enter")
        await stage.until("Type imp1.north.example to say so")
        await stage.press("enter")
        assert "step.confirmed" not in kinds(folder)
        await stage.write("imp1.north.example")
        await stage.press("enter")
        await stage.until("Finished")
        said = next(e for e in read(folder / "journal.jsonl").events if e.kind == "step.confirmed")
        assert said.body["how"] == "attested"

    play((step("cluster"),), Script(), test)


def test_one_press_answers_one_question(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        scene = stage.walk.scene
        await stage.read_it()
        for _ in range(3):  # as a key that repeats, or a line that bunches keys: all at once
            stage.app.post_message(Key("enter", "\r"))
        await stage.until(lambda: scene.ask is not None and scene.ask.kind is AskKind.CONFIRM)
        assert kinds(folder).count("step.confirmed") == 1
        await stage.until("Enter send it")

    play((step("instruct"), step("change")), Script(), test)


def test_a_second_enter_on_its_way_takes_only_the_dialog_away(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        await stage.press("s")
        await stage.until("Reason:")
        await stage.write("not now")
        line = stage.app.screen.query_one(Input)
        await asyncio.gather(line.action_submit(), line.action_submit())
        await stage.until(lambda: kinds(folder).count("step.skipped") == 1)
        assert stage.walk in stage.app.screen_stack
        await stage.until("Finished")

    play((step("instruct"),), Script(), test)


def test_keys_that_come_before_a_list_is_laid_out_do_no_harm(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        for opened in ("ctrl+p", "o"):
            for key in (opened, opened, "pagedown", "pageup"):
                stage.app.post_message(Key(key, None))
            await stage.until(lambda: stage.app.screen is not stage.walk)
            await stage.press("escape")
            await stage.until(lambda: stage.app.screen is stage.walk)
        assert "session.finished" not in kinds(folder)

    play((step("instruct"),), Script(), test)


def test_a_screen_that_is_being_opened_does_not_go_before_it_is_there(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        overview = Overview(stage.walk.scene)
        stage.app.push_screen(overview)
        overview.action_back()  # the second of two keys
        await stage.until("Overview")
        await stage.press("escape")
        await stage.until("I have done it")

    play((step("instruct"),), Script(), test)


def test_reasons_are_wanted_and_recorded(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        await stage.press("s")
        await stage.until("Reason:")
        await stage.press("enter")
        await stage.until("in a word or more")
        await stage.write("p1")
        await stage.press("enter")
        await stage.until("in a word or more")
        assert "step.skipped" not in kinds(folder)
        await stage.write("not today")
        await stage.press("enter")
        await stage.until("Finished")
        events = read(folder / "journal.jsonl").events
        assert [event.body.get("note") for event in events if event.kind == "step.skipped"] == ["not today"]

    play((step("instruct"),), Script(), test)


def test_holding_ends_the_walk_with_status_3(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        await stage.press("h")
        await stage.write("window over")
        await stage.press("enter")
        picture = await stage.until("fedwizard resume")
        assert "window over" in picture
        await stage.press("q")
        assert stage.app.return_value == 3

    play((step("instruct"),), Script(), test)


def test_redo_of_a_looked_at_step_wants_a_reason(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        await stage.press("enter")
        await stage.until("I have sent it")
        await stage.press("b")
        await stage.until("u do this again")
        await stage.press("u")
        await stage.write("wrong value")
        await stage.press("enter")
        await stage.until("I have done it")
        assert status(folder, INSTRUCT) is Status.OPEN

    play((step("instruct"), step("notice")), Script(), test)


def test_a_failed_check_can_be_retried_and_its_findings_stand_there(play: Play) -> None:
    script = Script(findings=FINDINGS)

    async def test(stage: Stage, folder: Path) -> None:
        picture = await stage.until("This failed.")
        assert "srv-name-missing" in picture
        assert "Ask the partner to publish it." in picture
        script.findings = ()
        await stage.press("r")
        await stage.until("Finished")

    play((step("check"),), script, test)


def test_cancel_gives_up_waiting(play: Play) -> None:
    script = Script(gate=threading.Event(), result=Result.CANCELLED)

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("x cancel")
        await stage.press("x")
        await stage.until("This failed.")
        assert "x cancel" not in stage.picture

    play((step("read"),), script, test)


def test_prompts_come_one_at_a_time_and_a_password_is_never_shown(play: Play) -> None:
    script = Script(prompts=(PASSWORD, QUESTION))

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("Password:")
        await stage.write("canary-word")
        assert "canary" not in stage.picture
        assert "canary" not in stage.app.export_screenshot()
        await stage.press("enter")
        await stage.until("Are you sure (yes/no)? [no]:")
        await stage.press("escape")
        await stage.until("Finished")
        assert script.answers == ["canary-word", None]

    play((step("read"),), script, test)


def test_copying_writes_a_private_file_and_claims_nothing(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        await stage.press("y")
        picture = await stage.until("1 of 5")
        assert "copied.txt" in "".join(picture.split())
        assert "may have taken it" in " ".join(picture.split())
        assert (folder / "copied.txt").read_text() == "partner.example\n"
        assert (folder / "copied.txt").stat().st_mode & 0o777 == 0o600
        await stage.press("y")
        await stage.until("2 of 5")
        assert (folder / "copied.txt").read_text() == "Partner\n"

    play((step("instruct"),), Script(), test)


def test_quitting_asks_only_while_a_change_is_under_way(play: Play) -> None:
    script = Script(gate=threading.Event())

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("confirm by typing")
        await stage.press("enter")
        await stage.write("imp1")
        await stage.press("enter")
        await stage.until("x cancel")
        await stage.press("q")
        await stage.until("Quit now?")
        await stage.press("escape")
        await stage.until("x cancel")
        assert not stage.app.leaving.begun
        await stage.press("ctrl+q")
        await stage.until("Quit now?")
        await stage.press("enter")
        assert stage.app.return_value == 130

    play((step("disrupt"),), script, test)


def test_the_palette_offers_what_the_keys_do(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        offered = {command.title for command in stage.app.get_system_commands(stage.app.screen)}
        assert {"I have done it (Enter)", "skip (s)", "overview (o)", "quit (q)"} <= offered
        assert {"hold the walk (h)", "look at the next step (n)", "console of a node (t)"} <= offered
        assert not any("retry" in title or "cancel" in title for title in offered)
        await stage.press("ctrl+p")
        await stage.write("overview")
        await stage.until("All steps, and where they stand.")
        await stage.press("enter")
        await stage.until("Overview   ")

    play((step("instruct"),), Script(), test)


def test_a_resize_keeps_what_is_typed(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("Type what the page shows")
        await stage.write("typed")
        for size in ((120, 40), (60, 15), (80, 24)):
            await stage.pilot.resize_terminal(*size)
            if size[1] > 15:  # below that the line may have moved out of sight; it is not lost
                await stage.until("typed")
            assert all(len(line) <= size[0] for line in stage.picture.splitlines())

    play((step("form"),), Script(), test)


def test_what_ends_in_the_middle_of_looking_waits(play: Play) -> None:
    script = Script(gate=threading.Event())

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("x cancel")
        await stage.press("n", "n")
        await stage.until("The walk goes on meanwhile.")
        assert script.gate is not None
        script.gate.set()
        await stage.until("The walk waits for you.")
        assert "looking" in stage.picture
        await stage.press("enter")
        await stage.until("I have sent it")

    play((step("read"), step("notice"), step("instruct")), script, test)


def test_signals_end_in_order(tmp_path: Path) -> None:
    closed: list[str] = []

    async def main() -> FedwizardApp:
        sitting = sitting_of(tmp_path / "S", (trial(step("instruct")),), Script())
        sitting.closers.append(lambda: closed.append("sitting"))
        async with on_stage(sitting) as stage:
            await stage.until("Enter begin")
            runner = stage.app.leaving.runner
            assert runner is not None
            sitting.closers.append(lambda: closed.append(f"runner alive {not runner.join(0)}"))
            stage.app.end(130)
            await stage.until(lambda: stage.app.leaving.closed)
            return stage.app

    app = asyncio.run(main())
    assert closed == ["runner alive False", "sitting"]
    assert app.return_value == 130
