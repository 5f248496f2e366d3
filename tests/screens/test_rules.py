"""What must hold of the screens' code, and what a crash shows."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SCREENS = sorted((ROOT / "screens").rglob("*.py"))
# What takes text and would read markup in it, or pass control characters on.
TAKES_TEXT = {"Static", "Label", "Button", "Select", "RadioButton", "Checkbox", "notify", "add_row", "Markdown", "Log"}


@pytest.mark.parametrize("path", [p for p in SCREENS if p.parent.name != "widgets"], ids=lambda p: p.name)
def test_text_reaches_widgets_only_through_the_verbatim_ones(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        values = (*node.args, *(keyword.value for keyword in node.keywords))
        assert name not in TAKES_TEXT or all(isinstance(value, ast.Constant) for value in values), (path, node.lineno)
        assert name != "from_markup", (path, node.lineno)


CRASH = """
import sys
from pathlib import Path
from screens.app import FedwizardApp, run_app
import screens.app

class Launcher:
    def sessions(self):
        password = "canary" + "-in-a-local"
        raise RuntimeError("no sessions for you")

sys.exit(run_app(Launcher(), None))
"""


def test_a_crash_shows_one_sentence_and_no_values_of_variables(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"}
    ran = subprocess.run(
        [sys.executable, "-c", CRASH], env=environment, cwd=tmp_path, capture_output=True, timeout=60, check=False
    )
    shown = ran.stdout + ran.stderr
    assert ran.returncode != 0
    assert b"a fault of its own" in shown
    log = tmp_path / ".local/state/fedwizard/crash.log"
    assert "RuntimeError" in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o777 == 0o600
    for text in (shown.decode(errors="replace"), log.read_text(encoding="utf-8")):
        assert "canary-in-a-local" not in text
