"""Killed anywhere, the walk goes on where it was: nothing is lost, and nothing is sent twice."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.support import LIMIT, Ran, command, environment, events, node_log

KILLS = int(os.environ.get("FEDWIZARD_KILLS", "5"))
WALK_SECONDS = 14.0  # about as long as a walk at this pace takes
PACE = "0.004"


def start(session: Path, home: Path) -> "subprocess.Popen[bytes]":
    """A walk in the background."""
    words = command("practice", "--auto", "--pace", PACE, "--session", str(session))
    return subprocess.Popen(
        words, env=environment(home), cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def kill_when(process: "subprocess.Popen[bytes]", reached: Callable[[], bool]) -> None:
    """Kill -9 as soon as a condition holds, or let the process end by itself."""
    deadline = time.monotonic() + LIMIT
    while process.poll() is None and time.monotonic() < deadline:
        if reached():
            process.send_signal(signal.SIGKILL)
            break
    process.wait(LIMIT)


def finish(fedwizard: Callable[..., Ran], session: Path) -> None:
    """Run again, to the end; then each node confirmed and changed its domain exactly once."""
    ran = fedwizard("practice", "--auto", "--pace", PACE, "--session", str(session))
    assert ran.status == 0, ran.out + ran.err
    assert set(ran.words.values()) <= {"done", "n/a"}
    assert fedwizard("verify", str(session / "journal.jsonl")).status == 0
    for node in ("imp1", "imp2"):
        log = node_log(session, node)
        assert len([entry for entry in log if entry["event"] == "confirmed"]) == 1, log
        assert len([entry for entry in log if entry["event"] == "took-effect"]) == 1, log


@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_at_a_random_moment(seed: int, home: Path, fedwizard: Callable[..., Ran], tmp_path: Path) -> None:
    session = tmp_path / "S"
    moment = time.monotonic() + random.Random(seed).uniform(0.5, WALK_SECONDS)
    kill_when(start(session, home), lambda: time.monotonic() >= moment)
    finish(fedwizard, session)


def seen(session: Path, kind: str, step: str) -> bool:
    """Whether the journal holds an event of a step."""
    try:
        return any(event["kind"] == kind and event["step"] == step for event in events(session))
    except (OSError, ValueError):
        return False


@pytest.mark.parametrize(
    ("kind", "step"),
    [
        ("step.confirmed", "domain/set@imp1"),
        ("step.intent", "domain/set@imp1"),
        ("cmd.answer", "domain/set@imp1"),
        ("step.done", "domain/set@imp1"),
        ("step.intent", "domain/set@imp2"),
        ("step.intent", "restarts/xcp-router@imp1"),
    ],
)
def test_killed_at_a_delicate_moment(
    kind: str, step: str, home: Path, fedwizard: Callable[..., Ran], tmp_path: Path
) -> None:
    session = tmp_path / "S"
    kill_when(start(session, home), lambda: seen(session, kind, step))
    assert seen(session, kind, step)
    finish(fedwizard, session)
