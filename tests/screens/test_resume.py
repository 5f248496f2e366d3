"""A session that is gone on with, and one that is left: where it stands, what was settled, what nodes answered."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from checks.finding import Severity
from cli_backend.exchange import Result
from tests.screens.stage import Play, Stage, kinds, on_stage
from tests.screens.trial import DNS, FINDINGS, Script, sitting_of, step, trial
from wizard.engine import Record
from wizard.journal import read
from wizard.lookback import BEGINNING, exchanges_of
from wizard.standing import Applies, NotApplicable
from wizard.step import Check, Step

READ = "trial/read@imp1"
Test = Callable[[Stage], Awaitable[None]]


def sat(folder: Path, steps: tuple[Step, ...], script: Script, test: Test) -> None:
    """One sitting over the session in `folder`."""

    async def main() -> None:
        async with on_stage(sitting_of(folder, (trial(*steps),), script)) as stage:
            await test(stage)

    asyncio.run(main())


def test_looking_back_shows_what_nodes_answered_in_an_earlier_sitting(tmp_path: Path) -> None:
    steps = (step("read"), step("instruct"))

    async def first(stage: Stage) -> None:
        await stage.until("Enter begin")
        await stage.press("enter")
        await stage.until("I have done it")
        await stage.press("b")
        assert "Service A[STARTED]" in await stage.until("You are looking")

    async def second(stage: Stage) -> None:
        await stage.until("I have done it")
        await stage.press("b")
        assert "Service A[STARTED]" in await stage.until("You are looking")

    sat(tmp_path / "S", steps, Script(output="Service A[STARTED]\n"), first)
    sat(tmp_path / "S", steps, Script(output="nothing is sent again"), second)


def test_who_goes_on_is_told_where_it_stands_until_the_first_answer(tmp_path: Path) -> None:
    steps = (step("read"), step("instruct"), step("notice"))

    async def first(stage: Stage) -> None:
        await stage.until("Enter begin")
        assert "You go on here" not in stage.picture
        await stage.press("enter")
        await stage.until("I have done it")
        assert "You go on here" not in stage.picture

    async def second(stage: Stage) -> None:
        picture = await stage.until("I have done it")
        assert "You go on here: 1 done, 2 open." in picture
        await stage.press("enter")
        assert "You go on here" not in await stage.until("I have sent it")

    sat(tmp_path / "S", steps, Script(), first)
    sat(tmp_path / "S", steps, Script(), second)


def test_what_is_read_again_by_itself_counts_where_a_session_is_gone_on_with(tmp_path: Path) -> None:
    """It said "0 done" on the page of the second step, the first of which had passed meanwhile."""
    steps = (step("read"), step("instruct"))

    async def first(stage: Stage) -> None:
        await stage.until("Enter begin")
        await stage.press("enter")
        await stage.until("running, ")

    async def second(stage: Stage) -> None:
        assert "You go on here: 1 done, 1 open." in await stage.until("I have done it")

    sat(tmp_path / "S", steps, Script(gate=threading.Event(), ignores_cancel=True), first)
    sat(tmp_path / "S", steps, Script(), second)


def test_an_outcome_that_was_not_known_is_told_with_what_became_of_it(tmp_path: Path) -> None:
    steps = (step("restart"), step("instruct"))

    async def first(stage: Stage) -> None:
        await stage.until("Enter begin")
        await stage.press("enter")
        await stage.until("confirm by typing")
        await stage.press("i")
        await stage.write("mp1")
        await stage.press("enter")
        await stage.until("Did it happen?")

    async def second(stage: Stage) -> None:
        picture = await stage.until("Did it happen?")
        assert "with an outcome that is not known yet: Try restart." in " ".join(picture.split())
        assert "a it happened" in picture
        await stage.press("a")
        await stage.until("What shows that it happened?")

    sat(tmp_path / "S", steps, Script(result=Result.TIMED_OUT), first)
    sat(tmp_path / "S", steps, Script(), second)


def test_a_restart_that_a_person_cancelled_says_so_and_which_key_says_that_it_happened(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("confirm by typing")
        await stage.press("i")
        await stage.write("mp1")
        await stage.press("enter")
        await stage.until("x cancel")
        await stage.press("x")
        picture = await stage.until("Did it happen?")
        assert "a person cancelled the wait before its outcome" in " ".join(picture.split())
        assert "a it happened" in picture
        assert "wizard or the connection ended" not in picture
        assert "step.cancelled" in kinds(folder)

    play((step("restart"),), Script(gate=threading.Event(), result=Result.CANCELLED), test)


def test_a_restart_that_was_done_names_what_made_it_necessary(play: Play) -> None:
    reason = replace(step("instruct"), restarts=(("imp1", "Cisco XCP Router"),))
    restart = replace(step("restart"), when=lambda _, facts: Applies() if facts.pending else NotApplicable("done"))

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        await stage.press("enter")
        assert "Needed by   Try instruct" in await stage.until("confirm by typing")
        await stage.press("i")
        await stage.write("mp1")
        await stage.press("enter")
        await stage.until("I have sent it")
        await stage.press("b")
        assert "Needed by   Try instruct" in await stage.until("You are looking")

    play((reason, restart, step("notice")), Script(), test)


def test_quitting_leaves_the_counts_the_restarts_and_the_head_on_the_terminal(tmp_path: Path) -> None:
    steps = (replace(step("read"), restarts=(("imp2", "Cisco SIP Proxy"),)), step("instruct"))

    async def main() -> str:
        sitting = sitting_of(tmp_path / "S", (trial(*steps),), Script())
        async with on_stage(sitting) as stage:
            await stage.until("Enter begin")
            await stage.press("enter")
            await stage.until("I have done it")
            return "\n".join(stage.app.farewell())

    said = asyncio.run(main())
    assert "summary: 1 done, 1 open" in said
    assert "pending: restart Cisco SIP Proxy on imp2" in said
    assert f"head: {read(tmp_path / 'S' / 'journal.jsonl').events[-1].hash}" in said


def test_the_last_page_names_what_was_skipped_and_what_was_accepted_and_that_it_is_closed(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("This failed.")
        await stage.press("a")
        await stage.write("the partner mends it tonight")
        await stage.press("enter")
        await stage.until("I have done it")
        await stage.press("s")
        await stage.write("not today")
        await stage.press("enter")
        picture = await stage.until("Finished")
        assert "Accepted    Try check: the partner mends it tonight" in picture
        assert "Skipped     Try instruct: not today" in picture
        assert "No step of a finished walk is done again" in picture

    play((step("check"), step("instruct")), Script(findings=FINDINGS), test)


def test_a_check_that_stops_nothing_says_so_above_what_it_found(play: Play) -> None:
    found = Check(request=DNS, stops=False)

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        await stage.press("b")
        picture = await stage.until("You are looking")
        assert picture.index("It only looked.") < picture.index("srv-name-missing")

    play((step("check", does=found), step("instruct")), Script(findings=FINDINGS), test)


def test_what_only_practice_is_the_cause_of_says_so_where_it_is_looked_at(play: Play) -> None:
    paper = replace(FINDINGS[0], code="address-not-public", severity=Severity.WARN)

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        await stage.press("b")
        await stage.until("address-not-public")
        await stage.press("pagedown")
        assert "Practice    This is a practice network" in await stage.until("You are looking")

    play((step("check"), step("instruct")), Script(findings=(paper,)), test)


def test_only_the_last_try_is_shown_and_of_a_long_output_the_beginning(tmp_path: Path) -> None:
    sitting = sitting_of(tmp_path / "S", (trial(step("read")),), Script())
    writer, blobs = sitting.writer(), tmp_path / "S" / "blobs"
    for output, ending in (("first", "step.failed"), ("x" * BEGINNING * 2, "step.done")):
        exchange = {"node": "imp1", "command": "show status", "result": "ok", "output": output}
        writer.write(Record("evidence", READ, {"exchange": exchange}))
        writer.write(Record(ending, READ))
    writer.write(Record("step.reopened", READ))
    (shown,) = exchanges_of(sitting.writer().events, READ, blobs)
    assert shown.output == "x" * BEGINNING
    for blob in blobs.iterdir():
        blob.unlink()
    (gone,) = exchanges_of(sitting.writer().events, READ, blobs)
    assert "cannot be read" in gone.output
    sitting.close()
