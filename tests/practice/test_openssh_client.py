"""OpenSSH's own client on a practice node, as an administrator would use it: pager, hint, question, logout."""

import os
from pathlib import Path

import pytest

from tests.terminal import Terminal
from wizard.practice.client import PracticeNetwork

pytestmark = pytest.mark.needs("openssh-client")


def ssh(network: PracticeNetwork, folder: Path) -> Terminal:
    """`ssh administrator@imp1`, which asks for the password."""
    host, _, port = network.connections["192.0.2.11:22"].partition(":")
    trusting = ("-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={folder / 'known'}", "-F", "none")
    by_password = ("-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1")
    controlling = ("setsid", "--ctty", "--wait")  # ssh asks on the terminal that controls it
    argv = (*controlling, "ssh", *trusting, *by_password, "-p", port, f"administrator@{host}")
    return Terminal(argv, folder, {"PATH": os.environ["PATH"], "HOME": str(folder)})


def logged_in(terminal: Terminal, network: PracticeNetwork) -> None:
    """Type the password, and see the prompt."""
    terminal.wait_for("password:")
    terminal.press(network.password_path.read_text(encoding="utf-8").strip() + "\r")
    terminal.wait_for("admin:")


def test_commands_pager_and_hint(shared: PracticeNetwork, tmp_path: Path) -> None:
    with ssh(shared, tmp_path) as terminal:
        logged_in(terminal, shared)
        terminal.press("utils service list\r")
        terminal.wait_for("Press <enter> for 1 line")
        terminal.press("q")
        terminal.settle()
        terminal.press("show network eth0\r")
        terminal.wait_for("Gateway")
        terminal.settle()
        terminal.press("show?")
        terminal.wait_for("show network eth0 detail")
        terminal.press("\x03quit\r")
        assert terminal.wait_end() == 0


def test_a_question_is_asked_and_no_changes_nothing(shared: PracticeNetwork, tmp_path: Path) -> None:
    log = shared.directory / "nodes" / "imp1.log"
    before = log.read_text(encoding="utf-8").count('"confirmed"')
    with ssh(shared, tmp_path) as terminal:
        logged_in(terminal, shared)
        terminal.press("set network domain local.example\r")
        terminal.wait_for("Continue (y/n)?")
        terminal.press("n\r")
        terminal.settle()
        terminal.press("quit\r")
        terminal.wait_end()
    assert log.read_text(encoding="utf-8").count('"confirmed"') == before


def test_a_wrong_password_is_refused(shared: PracticeNetwork, tmp_path: Path) -> None:
    with ssh(shared, tmp_path) as terminal:
        terminal.wait_for("password:")
        terminal.press("wrong\r")
        assert terminal.wait_end() == 255
        assert b"Permission denied" in terminal.received
