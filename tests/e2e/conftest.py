"""Fixtures of the end-to-end tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.support import Ran, runner_in


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder for the program."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def fedwizard(home: Path) -> Callable[..., Ran]:
    """Run the program to its end."""
    return runner_in(home)
