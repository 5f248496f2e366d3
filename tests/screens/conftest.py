"""Fixtures of the screens' tests."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.screens.stage import Play, Stage, on_stage
from tests.screens.trial import Script, sitting_of, trial
from wizard.step import Step


@pytest.fixture(autouse=True)
def _utf8_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal of these tests takes UTF-8 and colours, whatever runs them."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_CTYPE", raising=False)


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Run a test's coroutine on an app whose procedure has begun."""

    def run(steps: tuple[Step, ...], script: Script, test: Callable[[Stage, Path], Awaitable[None]]) -> None:
        async def main() -> None:
            sitting = sitting_of(tmp_path / "S", (trial(*steps),), script)
            async with on_stage(sitting) as stage:
                await stage.until("Enter begin")
                await stage.press("enter")
                await test(stage, tmp_path / "S")

        asyncio.run(main())

    return run
