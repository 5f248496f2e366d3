"""What `make practice` makes of the ways in which a walk ends."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(("status", "fine"), [(0, True), (3, True), (130, True), (1, False), (64, False)])
def test_holding_and_quitting_are_no_failure_of_make(status: int, fine: bool, tmp_path: Path) -> None:
    make = shutil.which("make")
    assert make, "these tests are run by make"
    program = tmp_path / "bin" / "fedwizard"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nexit {status}\n", encoding="utf-8")
    program.chmod(0o755)
    (tmp_path / ".ready").touch()
    ran = subprocess.run([make, "practice", f"VENV={tmp_path}"], check=False, cwd=ROOT, capture_output=True, text=True)
    assert (ran.returncode == 0) is fine, ran.stderr
