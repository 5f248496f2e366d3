"""Commands typed on a practice node in the middle of a walk: on screens and at the line prompt, and in the runbook."""

from collections.abc import Callable
from pathlib import Path

from tests.e2e.support import Ran
from tests.e2e.terminal import on_terminal


def test_typed_on_the_console_of_a_node(home: Path, tmp_path: Path, fedwizard: Callable[..., Ran]) -> None:
    session = tmp_path / "S"
    with on_terminal(home, "practice", "--pace", "0", "--session", str(session)) as terminal:
        terminal.wait_for("Enter begin")
        terminal.settle()
        terminal.press("t")
        terminal.wait_for("Console of imp1")
        terminal.press("show network eth0\r")
        terminal.wait_for("It is on record.")
        assert "192.0.2.11" in terminal.picture
        terminal.press("utils system restart\r")
        terminal.wait_for("Type imp1 to send it")
        terminal.press("\x1b")
        terminal.wait_for("Nothing was sent.")
        terminal.press("\x1b")
        terminal.wait_for("Enter begin")
        terminal.press("q")
        terminal.wait_end()
    ran = fedwizard("export", str(session))
    assert ran.status == 0, ran
    runbook = (session / "exports" / "runbook.md").read_text()
    typed = runbook[runbook.index("## Commands typed by hand") :]
    assert "admin:show network eth0" in typed
    assert "utils system restart" not in runbook
    assert fedwizard("verify", str(session / "journal.jsonl")).status == 0


def test_typed_at_the_line_prompt(home: Path, tmp_path: Path) -> None:
    words = ("practice", "--plain", "--pace", "0", "--session", str(tmp_path / "S"))
    with on_terminal(home, *words) as terminal:
        terminal.wait_for("\n>")
        terminal.press("t imp9 show status\n")
        terminal.wait_for("The nodes are imp1, imp2.")
        terminal.press("t imp1 show network eth0\n")
        terminal.wait_for("The prompt is back. It is on record.")
        assert b"192.0.2.11" in terminal.received
        terminal.press("t imp1 utils system restart\n")
        terminal.wait_for("Type imp1 to send it")
        terminal.press("\n")
        terminal.wait_for("Nothing was sent.")
        terminal.press("q\n")
        terminal.wait_end()
