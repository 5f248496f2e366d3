"""What is told beside the step: what ended with a warning, how long a wait goes on, what may still change."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from checks.finding import Severity
from tests.screens.stage import Play, Stage
from tests.screens.trial import FINDINGS, KINDS, Script, sitting_of, step, trial
from wizard.commands.sittings import practice_hint
from wizard.evidence import Failure, Outcome
from wizard.plain import _conclude, _remind, _went_on_with
from wizard.standing import NotApplicable
from wizard.state import State
from wizard.step import Notice
from wizard.survey import survey

WARNED = (replace(FINDINGS[0], code="srv-weight", severity=Severity.WARN),)


@pytest.mark.parametrize("after", ["instruct", "form"])
def test_a_check_that_warns_is_told_at_once_however_much_passes_behind_it(play: Play, after: str) -> None:
    told = "Done, with a warning: Try check (observed !): srv-weight."

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until(lambda: told in " ".join(stage.picture.split()))
        await stage.press("o")
        await stage.until("observed !")
        await stage.press("escape")
        if after == "instruct":
            await stage.until("I have done it")
            await stage.press("enter")
            assert "with a warning" not in await stage.until("I have sent it")

    play((step("check"), step("read"), step(after), step("notice")), Script(findings=WARNED), test)


def test_several_warnings_are_counted(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        assert "Before it 1 more; the overview (o) marks them with !." in " ".join(stage.picture.split())

    play((step("check"), step("check", name="other"), step("instruct")), Script(findings=WARNED), test)


def test_the_line_prompt_tells_a_warning_with_the_same_mark(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sitting = sitting_of(tmp_path / "S", (trial(step("check")),), Script())
    row = survey(sitting.walk, State())[0]
    _conclude(row, Outcome(how="observed", findings=WARNED), practice=True)
    _conclude(row, Outcome(how="observed"), practice=True)
    warned, finding, fine = capsys.readouterr().out.splitlines()
    assert warned == "done, with a warning: Try check (observed !)"
    assert "srv-weight" in finding
    assert fine == "done: Try check (observed)"


def test_the_line_prompt_tells_a_failure_that_it_goes_on_with_and_names_it_again_before_the_next_question(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sitting = sitting_of(tmp_path / "S", (trial(step("check")),), Script())
    row = survey(sitting.walk, State())[0]
    outcome = Outcome(how="observed", findings=(*WARNED, *FINDINGS))
    _conclude(row, outcome, practice=True)
    done, worst, *_ = capsys.readouterr().out.splitlines()
    assert done == "found a failure: Try check (observed x)"
    assert "srv-name-missing" in worst
    assert _remind(_went_on_with(row, outcome)) == ()
    assert capsys.readouterr().out.strip() == "Found a failure: Try check: srv-name-missing"
    stopped = Outcome(findings=FINDINGS, failure=Failure(problem="It failed.", remedy="Mend it."))
    assert _went_on_with(row, stopped) == (), "the walk does not go on"


def test_a_wait_names_one_limit_for_all_and_one_for_its_part(play: Play) -> None:
    script = Script(gate=threading.Event())

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("running, ")
        walk = stage.walk
        walk._progress = "imp1: restarting, 0 s of at most 15 min"
        walk._tick()
        await stage.until("s in all, given up after 10 min")
        assert stage.picture.count("at most") == 1
        assert "restarting, 0 s of at most 15 min" in stage.picture

    play((step("wait"),), script, test)


def test_in_practice_a_letter_says_that_enter_also_plays_the_other_side() -> None:
    letter = KINDS["notice"]
    assert isinstance(letter, Notice)
    assert "plays" not in practice_hint(letter)
    assert "Enter also plays what the other side does then." in practice_hint(replace(letter, act=("partner mends",)))


def test_a_step_behind_what_is_still_to_be_done_says_that_it_may_yet_have_to_be_done(play: Play) -> None:
    """The reason why it would not apply now was read as a fault: the node was not restarted."""
    behind = replace(step("read", standing=NotApplicable("imp1 was not restarted")), after=("trial/instruct@imp1",))

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        await stage.press("n")
        picture = await stage.until("Steps that come before it are still to be done")
        assert "So far      imp1 was not restarted" in picture
        assert "Because" not in picture

    play((step("instruct"), behind), Script(), test)
