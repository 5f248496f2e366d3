"""The program as a user starts it: a child process, a session folder, and what it left behind."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.practice.client import PracticeNetwork

ROOT = Path(__file__).parent.parent.parent
LIMIT = 110  # seconds; far more than a walk takes


@dataclass(frozen=True)
class Ran:
    """One finished run of the program."""

    status: int
    out: str
    err: str

    @property
    def words(self) -> dict[str, str]:
        """Step id -> word, as the unattended run printed it last."""
        lines = (line.split("  ") for line in self.out.splitlines())
        return {parts[1]: parts[0] for parts in lines if len(parts) >= 3}


def command(*words: str) -> list[str]:
    """The command line of the program."""
    return [sys.executable, "-P", "-m", "wizard", *words]


def environment(home: Path) -> dict[str, str]:
    """An environment of its own, so that nothing of this account is seen."""
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "LANG", "LC_ALL", "CI"}}
    return {**kept, "HOME": str(home), "XDG_STATE_HOME": str(home / "state"), "PYTHONPATH": str(ROOT), "TERM": "dumb"}


def runner_in(home: Path) -> Callable[..., Ran]:
    """What runs the program to its end, with this home."""

    def run(*words: str, stdin: str = "") -> Ran:
        ran = subprocess.run(
            command(*words),
            env=environment(home),
            cwd=home,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    return run


def events(session: Path) -> list[dict[str, object]]:
    """The journal of a session."""
    return [json.loads(line) for line in (session / "journal.jsonl").read_text(encoding="utf-8").splitlines()]


def node_log(session: Path, node: str) -> list[dict[str, str]]:
    """What a practice node says it received and did."""
    path = session / "practice" / "nodes" / f"{node}.log"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def first_host_key(network: "PracticeNetwork") -> str:
    """The fingerprint of the first node of a practice network."""
    lines = network.plan_path.read_text(encoding="utf-8").splitlines()
    return next(line.split('"')[1] for line in lines if line.startswith("host_key"))


def begun(fedwizard: Callable[..., Ran], session: Path, *acts: tuple[str, ...]) -> None:
    """A session that has hardly begun, on a network where these acts were performed."""
    from wizard.practice.client import PracticeNetwork, control

    assert fedwizard("practice", "--auto", "--pace", "0", "--ignore", "health", "--session", str(session)).status == 1
    network = PracticeNetwork.start(session / "practice", "", 0)
    control(session / "practice", {"heed": "health"})
    network.stop()
    perform(session, *acts)


def perform(session: Path, *acts: tuple[str, ...]) -> None:
    """Perform acts on the practice network of a session, between two sittings."""
    from wizard.practice.client import PracticeNetwork

    network = PracticeNetwork.start(session / "practice", "", 0)
    for act in acts:
        network.do(act)
    network.stop()


def settled_records(session: Path) -> dict[str, tuple[str, str]]:
    """Step id -> (status, how), folded from the journal of a session."""
    from wizard.journal import read
    from wizard.state import fold

    state = fold(read(session / "journal.jsonl").events)
    return {step: (record.status.value, record.how) for step, record in state.records.items()}
