"""What each kind of screen looks like at 80x24, as plain text. FEDWIZARD_GOLDEN=1 writes the pictures anew."""

import asyncio
import os
import re
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.screens.stage import Stage, on_stage
from tests.screens.trial import FINDINGS, HOST_KEY, PASSWORD, QUESTION, Script, sitting_of, step, stopped, trial
from wizard.step import Procedure

GOLDEN = Path(__file__).parent.parent / "golden" / "80x24"
CHANGES = (
    (re.compile(r"running, \d+ s"), "running, N s"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, \S+"), "2026-01-01 00:00:00 UTC, admin"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$", re.MULTILINE), "2026-01-01 00:00:00 UTC"),
)
Go = Callable[[Stage], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """One picture: the steps, the script of the ports, and how to get there from the first screen."""

    procedures: tuple[Procedure, ...]
    script: Script
    go: Go


def begun(until: str, *keys: str, then: str = "") -> Go:
    """Begin the procedure, wait for a text, press keys, wait for another text."""

    async def go(stage: Stage) -> None:
        await stage.until("Enter begin")
        await stage.press("enter")
        await stage.until(until)
        await stage.press(*keys)
        await stage.until(then)

    return go


async def first(stage: Stage) -> None:
    """The beginning of a procedure."""
    await stage.until("Enter begin")


def one(kind: str, go: Go, script: Script | None = None) -> Scene:
    """A walk of one step."""
    return Scene((trial(step(kind)),), script or Script(), go)


def hung() -> threading.Event:
    """A gate that stays shut; what waits for it is cancelled when the test ends."""
    return threading.Event()


def scenes() -> dict[str, Scene]:
    """All pictures."""
    several = trial(step("read"), step("instruct"), step("notice"))
    excluded = trial(step("notice", name="other"), excluded="there is no AOL in the plan")
    output = "".join(f"Service {n}[STARTED]\n" for n in range(20)) + "Restarting ..."
    forbidden = trial(step("change", standing=stopped("imp1 has another domain.")))
    return {
        "begin": Scene((several,), Script(), first),
        "instruct": one("instruct", begun("I have done it")),
        "form": one("form", begun("Type what the page")),
        "confirm": one("change", begun("Enter send it")),
        "confirm-typed": one("disrupt", begun("confirm by typing")),
        "typed-dialog": one("disrupt", begun("confirm by typing", "enter", then="Type imp1")),
        "command-running": one("read", begun("Restarting"), Script(output=output, gate=hung())),
        "check-failed": one("check", begun("This failed"), Script(findings=FINDINGS)),
        "wait": one("wait", begun("running, "), Script(gate=hung())),
        "restart": one("restart", begun("confirm by typing")),
        "notice": one("notice", begun("I have sent it")),
        "stopped": Scene((forbidden,), Script(), begun("cannot go on")),
        "reason": one("instruct", begun("I have done it", "s", then="Reason:")),
        "looking": Scene((several,), Script(), begun("I have done it", "b", then="You are looking")),
        "overview": Scene((several, excluded), Script(), begun("I have done it", "o", then="Overview")),
        "console": one(
            "instruct", begun("I have done it", "t", *"show", "space", *"status", "enter", then="It is on record")
        ),
        "console-confirm": one(
            "instruct", begun("I have done it", "t", *"set", "space", "x", "enter", then="Type yes to send it")
        ),
        "help": one("instruct", begun("I have done it", "question_mark", then="Something to do")),
        "host-key": one("read", begun("SHA256:"), Script(prompts=(HOST_KEY,))),
        "password": one("read", begun("Password for imp1"), Script(prompts=(PASSWORD,))),
        "question": one("read", begun("Are you sure"), Script(prompts=(QUESTION,))),
        "finished": one("notice", begun("I have sent it", "enter", then="Finished")),
    }


async def picture(name: str, folder: Path, size: tuple[int, int] = (80, 24)) -> str:
    """One picture, without what differs each time."""
    scene = scenes()[name]
    sitting = sitting_of(folder, scene.procedures, scene.script)
    sitting.folder, sitting.head = Path("/srv/sessions/S"), lambda: "0123456789abcdef" * 4
    async with on_stage(sitting, size) as stage:
        await scene.go(stage)
        found = stage.picture
    for pattern, text in CHANGES:
        found = pattern.sub(text, found)
    return found


@pytest.mark.parametrize("name", scenes())
def test_each_screen_at_80x24(name: str, tmp_path: Path) -> None:
    found = asyncio.run(picture(name, tmp_path / "S"))
    lines = found.splitlines()
    assert len(lines) == 24
    assert all(len(line) <= 80 for line in lines)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("FEDWIZARD_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8"), f"if this is meant: FEDWIZARD_GOLDEN=1 pytest {__file__}"


@pytest.mark.parametrize("name", ["instruct", "check-failed", "typed-dialog", "overview", "finished"])
def test_each_screen_at_120x40_shows_the_same(name: str, tmp_path: Path) -> None:
    wide = asyncio.run(picture(name, tmp_path / "S", (120, 40)))
    small = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert len(wide.splitlines()) == 40
    words = {word for word in small.split() if word.isalpha() and len(word) > 3} - {"more", "PgDn"}
    assert words <= set(wide.split())


@pytest.mark.parametrize("name", ["instruct", "overview", "command-running", "typed-dialog"])
def test_without_utf8_nothing_but_ascii_is_shown(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "C")
    assert asyncio.run(picture(name, tmp_path / "S")).isascii()


def test_no_picture_is_left_over() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == set(scenes())
