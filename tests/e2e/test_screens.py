"""The walk on screens, by keys alone, on a terminal of 80x24; killed and resumed; hung up."""

import re
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.support import Ran, settled_records
from tests.e2e.terminal import on_terminal
from tests.terminal import Terminal

ENTER = "\r"
TYPED = re.compile(r"Type (\S+) to (?:confirm|say so)")


def walk(terminal: Terminal, until: str = "", seconds: float = 280) -> None:
    """Press what the screen asks for, until a text stands on it or the walk has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        terminal.settle(0.15, 3)
        picture = terminal.picture
        if (until and until in picture) or "\n Finished" in picture:
            return
        keys = _answer(picture)
        if keys.startswith(("=", "a test")) and _is_going_on(terminal, picture):
            continue
        if keys:
            terminal.press(keys)
            terminal.wait_for_change(picture)
        else:
            terminal.read(0.3)
        if terminal.process.poll() is not None:
            break
    raise AssertionError(terminal.picture)


def _is_going_on(terminal: Terminal, picture: str) -> bool:
    """Whether the screen changes all the same: what was typed is being taken, and another Enter would be too many."""
    terminal.settle(0.25, 3)
    return terminal.picture != picture


def _answer(picture: str) -> str:
    """The keys that the screen asks for; none while something runs."""
    guide = "".join(picture.splitlines()[-2:])
    typed = TYPED.search(picture)
    if typed:
        return typed.group(1) + ENTER
    if "Esc leaves the line" in guide:
        return ("a test" if "In your own words" in picture else "=") + ENTER
    return ENTER if " Enter " in guide else ""


def open_practice(home: Path, session: Path) -> Terminal:
    """The wizard on a new practice network."""
    return on_terminal(home, "practice", "--pace", "0", "--session", str(session))


@pytest.mark.timeout(400)
def test_the_whole_walk_on_screens(home: Path, tmp_path: Path, fedwizard: Callable[..., Ran]) -> None:
    session, unattended = tmp_path / "S", tmp_path / "U"
    with open_practice(home, session) as terminal:
        terminal.wait_for("Enter begin")
        walk(terminal)
        assert "pending:" not in terminal.picture
        terminal.press("q")
        assert terminal.wait_end() == 0, terminal.picture
    assert fedwizard("verify", str(session / "journal.jsonl")).status == 0
    assert fedwizard("practice", "--auto", "--pace", "0", "--session", str(unattended)).status == 0
    assert settled_records(session) == settled_records(unattended)


def test_looking_back_changes_nothing_and_needs_no_valid_form(home: Path, tmp_path: Path) -> None:
    session = tmp_path / "S"
    with open_practice(home, session) as terminal:
        terminal.wait_for("Enter begin")
        walk(terminal, until="what the page shows")
        terminal.press("not the name\x1b")
        terminal.settle()
        before = (session / "journal.jsonl").read_bytes()
        terminal.press("b")
        terminal.wait_for("looking")
        terminal.wait_for("done, observed")
        terminal.press(ENTER)
        terminal.wait_for("what the page shows")
        terminal.press("\x1b")
        terminal.settle()
        terminal.press("o")
        terminal.wait_for("Overview")
        assert "done" in terminal.picture
        terminal.press("\x1b")
        terminal.wait_for("what the page shows")
        assert (session / "journal.jsonl").read_bytes() == before


def test_a_wrong_name_confirms_nothing(home: Path, tmp_path: Path) -> None:
    session = tmp_path / "S"
    with open_practice(home, session) as terminal:
        terminal.wait_for("Enter begin")
        walk(terminal, until="Type imp1 to confirm")
        terminal.press("imp2" + ENTER)
        terminal.wait_for("That is not imp1")
        terminal.press("\x1b")
        terminal.wait_for("confirm by typing")
    assert b'"step.intent"' not in (session / "journal.jsonl").read_bytes()


def test_killed_it_resumes_on_its_step(home: Path, tmp_path: Path) -> None:
    session = tmp_path / "S"
    with open_practice(home, session) as terminal:
        terminal.wait_for("Enter begin")
        walk(terminal, until="domain/set@imp1")
        terminal.process.kill()
    with on_terminal(home, "resume", str(session)) as terminal:
        terminal.wait_for("domain/set@imp1")


def test_it_leaves_when_its_terminal_is_gone_and_no_signal_says_so(
    home: Path, tmp_path: Path, fedwizard: Callable[..., Ran]
) -> None:
    session = tmp_path / "S"
    with open_practice(home, session) as terminal:
        terminal.wait_for("Enter begin")
        terminal.go_away()
        assert terminal.process.wait(10) in {130, 120}  # Python's own, where nothing can be written any more
    assert fedwizard("verify", str(session / "journal.jsonl")).status == 0


def test_a_hangup_ends_in_order_and_quickly(home: Path, tmp_path: Path, fedwizard: Callable[..., Ran]) -> None:
    for number in (signal.SIGHUP, signal.SIGTERM):
        session = tmp_path / number.name
        with open_practice(home, session) as terminal:
            terminal.wait_for("Enter begin")
            began = time.monotonic()
            terminal.process.send_signal(number)
            assert terminal.wait_end(5) == 130
            assert time.monotonic() - began < 2.0
        assert fedwizard("verify", str(session / "journal.jsonl")).status == 0


def test_quitting_is_quick(home: Path, tmp_path: Path) -> None:
    with open_practice(home, tmp_path / "S") as terminal:
        terminal.wait_for("Enter begin")
        began = time.monotonic()
        terminal.press("q")
        terminal.wait_end(5)
        assert time.monotonic() - began < 2.0


PLAN = """release = "9.0"
[local]
sip_proxy_domain = "local.example"
public_fqdn = "sip.local.example"
public_address = "192.0.2.10"
routing_node = "imp1"
peer_auth_port = 5061
[[nodes]]
name = "imp1"
fqdn = "imp1.local.example"
address = "127.0.0.1"
ssh_port = {port}
role = "publisher"
users_assigned = false
[[partners]]
domain = "partner.example"
description = "Partner"
external_fqdn = "sip.partner.example"
"""


def test_it_is_gone_within_a_second_though_a_node_hangs(home: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        plan = tmp_path / "plan.toml"
        plan.write_text(PLAN.format(port=mute.getsockname()[1]), encoding="utf-8")
        with on_terminal(home, "run", str(plan), "--session", str(tmp_path / "S")) as terminal:
            terminal.wait_for("Enter begin")
            terminal.press(ENTER)
            terminal.wait_for("running")
            began = time.monotonic()
            terminal.press("q")
            terminal.wait_end(5)
            assert time.monotonic() - began < 2.0  # measured: well under one; a loaded machine may need more
