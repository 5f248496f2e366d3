"""What the start screen can open."""

from pathlib import Path

from wizard.commands.practice import DEFAULT_PACE
from wizard.commands.sittings import practice_sitting, resume_sitting, run_sitting
from wizard.session import SessionSummary, listing, sessions_root
from wizard.sitting import Sitting


class Launcher:
    """Opens sittings for the start screen. Every call may block, and raises FedwizardError."""

    def scenarios(self) -> tuple[tuple[str, str], ...]:
        """The names and titles of the practice scenarios."""
        from wizard.practice.scenarios import SCENARIOS

        return tuple((scenario.name, scenario.title) for scenario in SCENARIOS.values())

    def practice(self, scenario: str) -> Sitting:
        """A new practice session."""
        return practice_sitting(None, scenario, DEFAULT_PACE)

    def open_plan(self, path: Path) -> Sitting:
        """A new session over a plan file."""
        return run_sitting(path, None)

    def resume(self, folder: Path) -> Sitting:
        """An existing session."""
        return resume_sitting(folder, DEFAULT_PACE)

    def new_plan(self, path: Path) -> None:
        """Write the commented example."""
        from wizard.plan.example import write_example

        write_example(path)

    def sessions(self) -> tuple[SessionSummary, ...]:
        """The sessions of this account, the last one first."""
        return listing(sessions_root())
