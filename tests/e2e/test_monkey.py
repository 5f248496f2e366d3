"""Keys without sense, faster than a screen is drawn: the wizard does not end by a fault of its own.

A seed gives the keys; when they arrive depends on the machine. A failure is a real one, and its picture tells where.
"""

import random
import time
from pathlib import Path

import pytest

from tests.e2e.terminal import on_terminal
from tests.terminal import Terminal

SECONDS = 8.0
KEYS = (
    *["\r"] * 12, *"obn?yshxrt=ca/", "\x1b", "\t", "\x03", "\x10", "imp1\r", "reason\r", "\x1b[A", "\x1b[B", "\x1b[Z",
    "\x1b[5~", "\x1b[6~", "show status\r", "\x0e", "\x18", "u",
)  # fmt: skip
SIZES = ((80, 24), (60, 10), (120, 50), (40, 24))
ENDED = {0, 1, 3, 130}  # by `quit` of the palette, or as a walk ends


@pytest.mark.parametrize("seed", range(4))
def test_senseless_keys_end_in_no_fault(seed: int, home: Path, tmp_path: Path) -> None:
    choose = random.Random(seed)
    scenario = choose.choice(["healthy", "with-asa", "wrong-cn"])
    words = ("practice", "--pace", "0", "--scenario", scenario, "--session", str(tmp_path / "S"))
    with on_terminal(home, *(words if seed else ())) as terminal:
        terminal.wait_for("Enter begin" if seed else "What do you want to do?")
        _play(terminal, choose, without_leaving=seed == 1)
        assert "fault of its own" not in terminal.picture, terminal.picture
        status = terminal.process.poll()
    assert status is None or status in ENDED
    assert not (home / "state" / "fedwizard" / "crash.log").exists()


def _play(terminal: Terminal, choose: random.Random, *, without_leaving: bool) -> None:
    keys = [key for key in KEYS if not (without_leaving and key in {"h", "\x10"})]
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and terminal.process.poll() is None:
        terminal.press(choose.choice(keys))
        if choose.random() < 0.05:
            terminal.resize(*choose.choice(SIZES))
        patience = choose.choice([0.0, 0.0, 0.01, 0.03, 0.1, 0.3])
        while terminal.read(patience) and patience and time.monotonic() < end:
            continue
    terminal.settle()
