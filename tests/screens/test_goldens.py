"""What each kind of step looks like at 80x24, as plain text. FEDWIZARD_GOLDEN=1 writes them anew."""

import asyncio
import os
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot

from screens.step import StepScreen
from tests.core.plans import practice_plan
from tests.core.test_engine import Table, table
from tests.screens.picture import picture_of
from wizard.engine import Ask, AskKind
from wizard.procedures import CATALOGUE
from wizard.resolve import walk_of
from wizard.runner import Asked, Runner, Told
from wizard.sitting import Sitting

GOLDEN = Path(__file__).parent.parent / "golden" / "80x24"
STEPS = {
    "begin": ("health/version@imp1", AskKind.BEGIN),
    "form": ("health/proxy-domain", AskKind.FORM),
    "confirm-typed": ("domain/set@imp1", AskKind.CONFIRM_TYPED),
    "instruct": ("service/activate@imp1", AskKind.INSTRUCT),
    "instruct-dns": ("dns/publish-srv@local.example", AskKind.INSTRUCT),
    "notice": ("email/notify-partner@partner.example", AskKind.NOTICE),
    "restart": ("restarts/xcp-router@imp1", AskKind.CONFIRM_TYPED),
}


class Silent:
    """A runner that only remembers; the screen is shown what a test tells it."""

    def __init__(self, found: Table) -> None:
        self.state, self.walk = found.state, found.walk

    def start(self) -> None:
        """Nothing runs."""


def ask_of(found: Table, step: str, kind: AskKind) -> Ask:
    """The question about a step."""
    if kind is AskKind.BEGIN:
        turn = found.turn()
        assert isinstance(turn, Ask)
        return turn
    return found.to(step)


async def shown(found: Table, told: Told, *keys: str) -> str:
    """The picture of the screen after a message and some keys."""
    sitting = Sitting(walk_of(practice_plan(), CATALOGUE), Path("S"), True, None, None, None, None)  # type: ignore[arg-type]
    runner: Runner = Silent(found)  # type: ignore[assignment]

    class Bare(App[None]):
        CSS = __import__("screens.app").app.FedwizardApp.CSS

        def on_mount(self) -> None:
            self.push_screen(StepScreen(sitting, runner))

    app = Bare()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        screen = app.screen
        assert isinstance(screen, StepScreen)
        screen.told(told)
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
        await settle(pilot)
        return picture_of(app)


async def settle(pilot: Pilot[None]) -> None:
    """Until all messages are dealt with."""
    for _ in range(4):
        await pilot.pause()


@pytest.mark.parametrize("name", STEPS)
def test_each_kind_of_step_at_80x24(name: str) -> None:
    found = table()
    step, kind = STEPS[name]
    picture = asyncio.run(shown(found, Asked(ask_of(found, step, kind))))
    lines = picture.splitlines()
    assert len(lines) == 24
    assert all(len(line) <= 80 for line in lines)
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("FEDWIZARD_GOLDEN"):
        path.write_text(picture, encoding="utf-8")
    assert picture == path.read_text(encoding="utf-8"), f"FEDWIZARD_GOLDEN=1 pytest {__file__}"
