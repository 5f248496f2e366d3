"""The overview, over a real runner: it follows the walk, and leads to what a person should look at."""

import threading
from dataclasses import replace
from pathlib import Path

from checks.finding import Severity
from tests.screens.stage import Play, Stage
from tests.screens.trial import FINDINGS, Script, step


def test_the_overview_leads_from_one_step_to_look_at_to_the_next(play: Play) -> None:
    warned = replace(FINDINGS[0], severity=Severity.WARN)

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        await stage.press("o")
        await stage.until("n next warned, failed or open")

        def detail() -> str:
            return stage.picture.splitlines()[-3].split()[0]

        assert detail() == "trial/instruct@imp1"
        seen = []
        for _ in range(3):
            await stage.press("n")
            seen.append(detail())
        assert seen == ["trial/check@imp1", "trial/instruct@imp1", "trial/check@imp1"]
        await stage.press("enter")
        await stage.until("looking")
        assert "Try check" in stage.picture

    steps = (step("read"), step("check"), step("read", name="more"), step("instruct"), step("notice"))
    play(steps, Script(findings=(warned,)), test)


def test_in_an_overview_without_anything_to_look_at_the_key_says_so(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("Finished")
        await stage.press("o")
        await stage.until("Overview")
        await stage.press("n")
        await stage.until("No step warns, has failed or is open.")

    play((step("read"),), Script(), test)


def test_the_overview_follows_the_walk(play: Play) -> None:
    script = Script(gate=threading.Event())

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("x cancel")
        await stage.press("o")
        await stage.until("2 open")
        assert script.gate is not None
        script.gate.set()
        await stage.until("1 done")
        await stage.press("escape")
        await stage.until("I have done it")

    play((step("read"), step("instruct")), script, test)
