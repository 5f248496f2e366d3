"""The walk at a line prompt, by keys alone, on a terminal of 80x24."""

import re
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.support import Ran, settled_records
from tests.e2e.terminal import on_terminal
from tests.terminal import Terminal

CONFIRM = re.compile(rb"type (\S+) to (?:confirm|say that)")
PROPOSED = re.compile(
    r"the plan says|to go on, answer|on a new cluster |this record says |the nodes ask for it: yes|in your own words"
)


def walk(terminal: Terminal) -> int:
    """Answer every question as the plan wants it, until the walk ends."""
    answered = 0
    while True:
        terminal.settle(0.2)
        tail = bytes(terminal.received[answered:])
        if b"summary:" in tail:
            return terminal.wait_end()
        if not tail.rstrip(b"\r\n").endswith((b"> ", b">")):
            if terminal.process.poll() is not None:
                return terminal.wait_end()
            continue
        text = tail.decode(errors="replace")
        answered = len(terminal.received)
        typed = CONFIRM.search(tail)
        if typed:
            terminal.press(typed.group(1).decode() + "\n")
            continue
        terminal.press("\n")
        for proposed in PROPOSED.findall(text):
            terminal.wait_for(": ")
            terminal.press("a test\n" if proposed == "in your own words" else "=\n")


@pytest.mark.timeout(400)
def test_the_whole_walk_in_plain_mode(home: Path, tmp_path: Path, fedwizard: Callable[..., Ran]) -> None:
    session, unattended = tmp_path / "S", tmp_path / "U"
    words = ("practice", "--plain", "--pace", "0", "--session", str(session))
    with on_terminal(home, *words) as terminal:
        assert walk(terminal) == 0, terminal.picture
        assert b"\x1b" not in terminal.received
    assert fedwizard("practice", "--auto", "--pace", "0", "--session", str(unattended)).status == 0
    assert settled_records(session) == settled_records(unattended)


def test_a_hangup_ends_plain_mode_in_order(home: Path, tmp_path: Path, fedwizard: Callable[..., Ran]) -> None:
    session = tmp_path / "S"
    words = ("practice", "--plain", "--pace", "0", "--session", str(session))
    with on_terminal(home, *words) as terminal:
        terminal.wait_for("begin")
        terminal.process.send_signal(signal.SIGHUP)
        assert terminal.wait_end(5) == 130
        assert "head: " in terminal.picture
    assert fedwizard("verify", str(session / "journal.jsonl")).status == 0
    with on_terminal(home, "resume", str(session), "--plain") as terminal:
        terminal.wait_for("You go on here: ")
