"""An app under a pilot: what a person sees and presses there."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from screens.app import FedwizardApp
from screens.doing import READ_FIRST
from screens.step import StepScreen
from tests.screens.picture import picture_of
from tests.screens.trial import NoLauncher, Script
from wizard.journal import read
from wizard.sitting import Sitting
from wizard.state import Status, fold
from wizard.step import Step


@dataclass
class Stage:
    """An app under a pilot."""

    app: FedwizardApp
    pilot: Pilot[int]

    @property
    def picture(self) -> str:
        """What a person sees."""
        return picture_of(self.app)

    @property
    def walk(self) -> StepScreen:
        """The screen of the walk."""
        screen = self.app.step_screen
        assert screen is not None
        return screen

    async def until(self, wanted: str | Callable[[], bool], seconds: float = 20) -> str:
        """Wait until a text stands on the screen, or something is so."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            await self.pilot.pause()
            if (wanted in self.picture) if isinstance(wanted, str) else wanted():
                for _ in range(3):
                    await self.pilot.pause()
                return self.picture
            await self.pilot.pause(0.01)
        raise AssertionError(f"not {wanted}:\n{self.picture}")

    async def read_it(self) -> None:
        """Let the step stand as long as a person needs to read it."""
        if isinstance(self.app.screen, StepScreen):
            await self.pilot.pause(self.app.screen.shown_at + READ_FIRST - time.monotonic())

    async def press(self, *keys: str) -> str:
        """Press keys, as someone who has read what stands there, and let their effect settle."""
        for key in keys:
            if key == "enter":
                await self.read_it()
            await self.pilot.press(key)
            for _ in range(3):
                await self.pilot.pause()
        return self.picture

    async def write(self, text: str) -> None:
        """Type a text."""
        await self.pilot.press(*("space" if letter == " " else letter for letter in text))
        await self.pilot.pause()


@asynccontextmanager
async def on_stage(
    sitting: Sitting | None, size: tuple[int, int] = (80, 24), launcher: NoLauncher | None = None
) -> AsyncIterator[Stage]:
    """The app, on a sitting or on the start screen."""
    app = FedwizardApp(launcher or NoLauncher(), None if sitting is None else lambda: sitting)
    async with app.run_test(size=size) as pilot:
        stage = Stage(app, pilot)
        try:
            yield stage
        finally:
            app.leaving.begin(0)
    app.leaving.finish()


Play = Callable[[tuple[Step, ...], Script, Callable[[Stage, Path], Awaitable[None]]], None]


def kinds(folder: Path) -> list[str]:
    """The kinds of all events on record."""
    return [event.kind for event in read(folder / "journal.jsonl").events]


def status(folder: Path, step_id: str) -> Status:
    """What is on record of a step."""
    return fold(read(folder / "journal.jsonl").events).record(step_id).status
