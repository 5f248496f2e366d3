"""What the screens say of where one is, and of what the keys do there."""

import threading
from pathlib import Path

import pytest
from textual.events import Key

from screens.overview import step_line
from tests.core.plans import practice_plan
from tests.screens.stage import Play, Stage
from tests.screens.trial import Script, step, trial
from wizard.resolve import walk_of
from wizard.runner import Progress
from wizard.state import fold
from wizard.survey import survey


def test_who_searches_the_console_where_it_does_not_open_is_told_when_it_does(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        await stage.press("enter")
        await stage.until("I have sent it")
        await stage.press("b")
        await stage.until("You are looking")
        await stage.press("ctrl+p")
        await stage.write("con")
        await stage.until("console of a node: not now")

    play((step("instruct"), step("notice")), Script(), test)


def test_letters_on_their_way_to_a_dialog_open_no_second_one(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("confirm by typing")
        for letter in "imsh":  # of a name that is typed at once: by hand, skip and hold are among them
            stage.app.post_message(Key(letter, letter))
        await stage.until("Type imp1 to confirm")
        await stage.press("escape")
        await stage.until("confirm by typing")
        assert stage.app.screen is stage.walk

    play((step("restart"),), Script(), test)


def test_while_it_waits_the_clock_and_what_was_seen_stand_there_once(play: Play) -> None:
    script = Script(gate=threading.Event())

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("running, ")
        seen = "imp1 (192.0.2.1 port 22): closed, restarting"
        await stage.walk.told(Progress("trial/wait@imp1", seen))
        picture = await stage.until(f"Seen        {seen}")
        assert picture.count("closed, restarting") == 1
        assert picture.count("running, ") == 1

    play((step("wait"),), script, test)


@pytest.mark.parametrize(("room", "shown"), [(14, "Restart Cisco|SIP Proxy"), (30, "Restart Cisco SIP Proxy")])
def test_a_title_is_folded_where_the_screen_ends_and_never_cut(room: int, shown: str) -> None:
    row = survey(walk_of(practice_plan(), (trial(step("read", title="Restart Cisco SIP Proxy")),)), fold(()))[0]
    first, *rest = str(step_line(row, room)).splitlines()
    place = first.index("Restart")
    assert [first[place:], *(line[place:] for line in rest)] == shown.split("|")
    assert not any(line[:place].strip() for line in rest)


def test_a_form_that_somebody_comes_back_to_says_that_letters_are_keys(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have sent it")
        await stage.press("enter")
        await stage.until("Copy the value the page shows.")
        await stage.press("escape", "b", "n")
        await stage.until("The keys are keys; Enter goes to the line.")
        await stage.press("enter")
        await stage.until("Copy the value the page shows.")

    play((step("notice"), step("form")), Script(), test)
