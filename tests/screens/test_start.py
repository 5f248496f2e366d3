"""The start screen: every choice, and every way in which it can go wrong."""

import asyncio
import threading
from pathlib import Path

from tests.screens.stage import on_stage
from tests.screens.trial import NoLauncher, Script, sitting_of, step, trial
from wizard.errors import UsageError
from wizard.plan.problems import PlanProblemsError, Problem
from wizard.session import SessionSummary
from wizard.sitting import Sitting


class Launcher(NoLauncher):
    """A launcher that keeps what it was asked, and answers from a script."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.error: Exception | None = None
        self.gate: threading.Event | None = None

    def _open(self, what: str) -> Sitting:
        self.asked.append(what)
        if self.gate is not None:
            self.gate.wait(20)
        if self.error is not None:
            raise self.error
        return sitting_of(self.folder, (trial(step("instruct")),), Script())

    def scenarios(self) -> tuple[tuple[str, str], ...]:
        """Two."""
        return (("healthy", "The whole walk"), ("wrong-port", "The partner's record changed"))

    def practice(self, scenario: str) -> Sitting:
        """A new practice session."""
        return self._open(f"practice {scenario}")

    def open_plan(self, path: Path) -> Sitting:
        """A session over a plan."""
        return self._open(f"plan {path}")

    def resume(self, folder: Path) -> Sitting:
        """An existing session."""
        return self._open(f"resume {folder.name}")

    def new_plan(self, path: Path) -> None:
        """Only noted."""
        self.asked.append(f"new {path}")
        if self.error is not None:
            raise self.error

    def sessions(self) -> tuple[SessionSummary, ...]:
        """Two that can be opened, two that cannot."""
        if self.error is not None:
            raise self.error
        return tuple(
            SessionSummary(
                name=name,
                folder=Path("/s") / name,
                started="2026-01-01T00:00:00Z",
                last="2026-01-02T10:20:30Z",
                kind="real",
                plan_sha256="",
                ended=name == "ended",
                locked=name == "locked",
                problem="altered at line 3" if name == "altered" else "",
            )
            for name in ("locked", "open[x]", "ended", "altered")
        )


def test_practise_opens_and_says_so_meanwhile(tmp_path: Path) -> None:
    launcher = Launcher(tmp_path / "S")
    launcher.gate = threading.Event()

    async def main() -> None:
        async with on_stage(None, launcher=launcher) as stage:
            await stage.until("What do you want to do?")
            await stage.press("enter")
            await stage.until("The partner's record changed")
            await stage.press("down", "enter")
            await stage.until("Opening ...")
            await stage.press("enter")
            assert launcher.gate is not None
            launcher.gate.set()
            await stage.until("Enter begin")
            assert launcher.asked == ["practice wrong-port"]

    asyncio.run(main())


def test_problems_of_a_plan_stand_in_a_list_and_it_can_be_read_again(tmp_path: Path) -> None:
    launcher = Launcher(tmp_path / "S")
    problems = tuple(Problem("p.toml", n, f"nodes[{n}].fqdn", "is no name [/x]", "Write a name.") for n in range(1, 9))
    launcher.error = PlanProblemsError(problems)

    async def main() -> None:
        async with on_stage(None, launcher=launcher) as stage:
            await stage.until("What do you want to do?")
            await stage.press("down", "enter")
            await stage.until("File:")
            await stage.write("p.toml")
            await stage.press("enter")
            picture = await stage.until("8 problems")
            assert "nodes[1].fqdn" in picture
            assert "is no name [/x]" in picture
            assert "Write a name." in picture
            launcher.error = None
            await stage.press("r")
            await stage.until("Enter begin")
            assert launcher.asked == ["plan p.toml", "plan p.toml"]

    asyncio.run(main())


def test_what_cannot_be_opened_says_why_and_what_next(tmp_path: Path) -> None:
    launcher = Launcher(tmp_path / "S")
    launcher.error = UsageError("p.toml cannot be read: [/no]", "Choose another one.")

    async def main() -> None:
        async with on_stage(None, launcher=launcher) as stage:
            await stage.until("What do you want to do?")
            await stage.press("enter", "enter")
            picture = await stage.until("That did not work")
            assert "cannot be read: [/no]" in picture
            assert "Choose another one." in picture
            launcher.error = ZeroDivisionError("canary")
            await stage.press("escape", "enter", "enter")
            picture = await stage.until("ZeroDivisionError")
            assert "crash.log" in "".join(picture.replace("│", " ").split())
            await stage.press("escape", "q")
            assert stage.app.return_value == 0

    asyncio.run(main())


def test_the_list_of_sessions_offers_what_can_be_opened(tmp_path: Path) -> None:
    launcher = Launcher(tmp_path / "S")

    async def main() -> None:
        async with on_stage(None, launcher=launcher) as stage:
            await stage.until("What do you want to do?")
            await stage.press("down", "down", "down", "enter")
            picture = await stage.until("open elsewhere")
            assert "altered at line 3" in picture
            assert "open[x]" in picture
            await stage.press("enter")
            await stage.until("Enter begin")
            assert launcher.asked == ["resume open[x]"]

    asyncio.run(main())


def test_a_new_plan_says_where_it_is(tmp_path: Path) -> None:
    launcher = Launcher(tmp_path / "S")

    async def main() -> None:
        async with on_stage(None, launcher=launcher) as stage:
            await stage.until("What do you want to do?")
            await stage.press("down", "down", "enter")
            await stage.until("File:")
            await stage.write("mine.toml")
            await stage.press("enter")
            await stage.until("mine.toml holds a commented example")
            launcher.error = UsageError("mine.toml exists already", "Choose another name.")
            await stage.press("enter")
            await stage.write("mine.toml")
            await stage.press("enter")
            await stage.until("exists already")

    asyncio.run(main())


def test_leaving_while_something_opens_closes_what_comes_too_late(tmp_path: Path) -> None:
    launcher = Launcher(tmp_path / "S")
    launcher.gate = threading.Event()
    closed = threading.Event()
    plain_open = launcher._open

    def opened(what: str) -> Sitting:
        sitting = plain_open(what)
        sitting.closers.append(closed.set)
        return sitting

    launcher._open = opened  # type: ignore[method-assign]

    async def main() -> None:
        async with on_stage(None, launcher=launcher) as stage:
            await stage.until("What do you want to do?")
            await stage.press("enter", "enter")
            await stage.until("Opening ...")
            await stage.press("ctrl+q")

    asyncio.run(main())
    launcher.gate.set()
    assert closed.wait(10)
