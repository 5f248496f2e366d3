"""Fixtures of the end-to-end tests."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.support import LIMIT, Ran, command, environment


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder for the program."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def fedwizard(home: Path) -> Callable[..., Ran]:
    """Run the program to its end."""

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
