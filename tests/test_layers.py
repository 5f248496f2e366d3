"""What each command really imports, seen in a fresh interpreter: no static graph sees whether a deferral defers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
HEAVY = ("textual", "rich", "paramiko", "dns", "cryptography", "ssl", "pydantic", "tomlkit")


def loaded(statement: str) -> set[str]:
    """The heavy packages that a statement leaves in `sys.modules`."""
    script = f"import sys\n{statement}\nprint(*(m for m in {HEAVY!r} if m in sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    return set(ran.stdout.splitlines()[-1].split()) if ran.stdout.strip() else set()


def command(*words: str) -> str:
    """A statement that runs one command and survives its exit."""
    return f"from wizard.__main__ import main\ntry:\n    main({list(words)!r})\nexcept SystemExit:\n    pass\nprint()"


@pytest.mark.parametrize("words", [("--version",), ("--help",), ("verify", "no-such-file"), ("sessions",)])
def test_small_commands_load_nothing_heavy(words: tuple[str, ...]) -> None:
    assert loaded(command(*words)) <= {"pydantic"}


@pytest.mark.parametrize("words", [("--spec",), ("export", "no-such-session"), ("explain", "srv-name-missing")])
def test_commands_on_data_load_no_network_code(words: tuple[str, ...]) -> None:
    assert not loaded(command(*words)) & {"textual", "rich", "paramiko", "dns", "cryptography"}


@pytest.mark.parametrize(
    "module",
    [
        "wizard.engine",
        "wizard.runner",
        "wizard.acts",
        "wizard.procedures",
        "wizard.plain",
        "wizard.unattended",
        "cli_backend.exchange",
        "cli_backend.dialect",
        "cli_backend.output",
        "checks.finding",
        "checks.names",
        "checks.requests",
        "checks.catalogue",
        "checks.service",
        "wizard.practice.client",
    ],
)
def test_core_modules_load_no_network_code(module: str) -> None:
    assert not loaded(f"import {module}\nprint()") & {"textual", "rich", "paramiko", "dns", "cryptography"}


def test_the_first_screen_defers_what_it_does_not_need() -> None:
    assert not loaded("import screens.app\nprint()") & {"paramiko", "dns", "cryptography"}


def test_the_practice_network_shares_nothing_with_what_it_tests() -> None:
    modules = ("checks", "cli_backend", "wizard.engine", "wizard.runner", "screens")
    script = f"import sys, wizard.practice.server\nprint(*(m for m in {modules!r} if m in sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", script], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == []


def test_the_import_contracts_hold() -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    if not linter.exists():
        pytest.skip("import-linter is not installed")
    ran = subprocess.run([linter, "--no-cache"], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
