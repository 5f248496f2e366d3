"""What all tests share: isolation from this account's files, and servers that are there or named as missing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

settings.register_profile("fedwizard", deadline=None)  # how long an example takes says more of the machine than of us
settings.load_profile("fedwizard")


@pytest.fixture(autouse=True)
def _isolated(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees or leaves anything in the home of whoever runs it."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "config"))
    for name in ("NO_COLOR", "ACCESSIBLE", "COLORTERM", "TMUX"):
        monkeypatch.delenv(name, raising=False)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test whose Debian package is missing names it; under CI that is a failure."""
    for marker in item.iter_markers("needs"):
        for package in marker.args:
            if not _installed(str(package)):
                message = f"needs the Debian package {package}"
                if os.environ.get("CI"):
                    pytest.fail(message)
                pytest.skip(message)


def _installed(package: str) -> bool:
    query = ["dpkg-query", "-W", "-f", "${Status}", package]
    try:
        found = subprocess.run(query, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return False
    return "install ok installed" in found.stdout
