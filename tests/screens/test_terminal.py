"""On a real terminal: leaving in time whatever hangs, signals, crashes, and what is written without colours."""

import re
import signal
import time
from pathlib import Path

import pytest

from screens.doing import READ_FIRST
from tests.screens.console import console_of
from wizard.journal import read

ENTER = "\r"
QUICK = 1.5  # seconds; measured well under one, a loaded machine may need more
HEAD = """
import sys, threading
from pathlib import Path
from screens.app import run_app
from tests.screens.trial import NoLauncher, Script, sitting_of, step, trial
folder = Path(sys.argv[1]) / "S"
"""
TAKEN_DOWN = f"""{HEAD}
from textual.css.query import NoMatches
from screens.app import FedwizardApp
def late(self):
    self.end(3)
    raise NoMatches("a screen that is no more")
FedwizardApp.action_overview = late
sys.exit(run_app(NoLauncher(), lambda: sitting_of(folder, (trial(step("instruct")),), Script())))
"""
HUNG = f"""{HEAD}
script = Script(gate=threading.Event(), ignores_cancel=True)
sitting = sitting_of(folder, (trial(step("read")),), script)
sitting.closers.append(lambda: threading.Event().wait(60))
sys.exit(run_app(NoLauncher(), lambda: sitting))
"""
CALM = f"""{HEAD}
sitting = sitting_of(folder, (trial(step("instruct"), step("disrupt"), step("read")),), Script())
sys.exit(run_app(NoLauncher(), lambda: sitting))
"""
CRASH = f"""{HEAD}
import screens.views
def broken(scene):
    password = "canary" + "-in-a-local"
    raise RuntimeError("no view for you")
import screens.step
screens.step.view_of = broken
sitting = sitting_of(folder, (trial(step("read")),), Script())
sys.exit(run_app(NoLauncher(), lambda: sitting))
"""
FAULTY = f"""{HEAD}
from wizard.errors import UsageError
def opening():
    raise UsageError("plan.toml is not a plan", "Mend it.")
try:
    run_app(NoLauncher(), opening)
except UsageError as error:
    print("REFUSED", error.problem, error.status)
    sys.exit(error.status)
"""


@pytest.mark.parametrize("key", ["q", "\x11", "\x1b[21~"])
def test_it_is_gone_in_time_though_an_act_and_the_closing_hang(key: str, tmp_path: Path) -> None:
    with console_of(HUNG, tmp_path) as console:
        console.wait_for("Enter begin")
        console.press(ENTER)
        console.wait_for("x cancel")
        began = time.monotonic()
        console.press(key)
        assert console.wait_end() == 130
        assert time.monotonic() - began < QUICK
        assert b"\x1b[?1049l" in console.received  # the terminal was given back


def test_it_is_gone_in_time_though_the_terminal_takes_nothing(tmp_path: Path) -> None:
    with console_of(CALM, tmp_path) as console:
        console.wait_for("Enter begin")
        for columns in (*range(81, 120), 80):  # redraws that nobody reads, until the terminal's buffer is full
            console.resize(columns, 24)
            console.signal(signal.SIGWINCH)
        began = time.monotonic()
        console.signal(signal.SIGTERM)
        assert console.wait_end(reading=False) == 130
        assert time.monotonic() - began < QUICK + 1


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_in_order(number: signal.Signals, tmp_path: Path) -> None:
    with console_of(CALM, tmp_path) as console:
        console.wait_for("Enter begin")
        console.press(ENTER)
        console.wait_for("I have done it")
        began = time.monotonic()
        console.signal(number)
        assert console.wait_end() == 130
        assert time.monotonic() - began < QUICK
    reading = read(tmp_path / "S" / "journal.jsonl")
    assert reading.altered_line is None
    assert [event.kind for event in reading.events] == ["procedure.begun"]


def test_a_crash_shows_one_sentence_and_no_values_of_variables(tmp_path: Path) -> None:
    with console_of(CRASH, tmp_path) as console:
        assert console.wait_end(40) == 1
        shown = console.received.decode(errors="replace")
    log = tmp_path / ".local/state/fedwizard/crash.log"
    assert "a fault of its own" in " ".join(shown.split())
    assert "RuntimeError: no view for you" in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o777 == 0o600
    for text in (shown, log.read_text(encoding="utf-8")):
        assert "canary-in-a-local" not in text
        assert "Traceback" not in shown


def test_a_screen_taken_down_while_it_opens_is_no_crash(tmp_path: Path) -> None:
    with console_of(TAKEN_DOWN, tmp_path) as console:
        console.wait_for("Enter begin")
        console.press("o")
        assert console.wait_end(40) == 3, console.picture
        assert b"a fault of its own" not in console.received
    assert not (tmp_path / ".local/state/fedwizard/crash.log").exists()


def test_what_cannot_be_opened_ends_with_its_own_error(tmp_path: Path) -> None:
    with console_of(FAULTY, tmp_path) as console:
        assert console.wait_end(40) == 64
        assert b"REFUSED plan.toml is not a plan 64" in console.received


def test_no_colours_where_none_are_wanted(tmp_path: Path) -> None:
    with console_of(CALM, tmp_path, NO_COLOR="1") as console:
        console.wait_for("Enter begin")
        console.press(ENTER)
        console.wait_for("I have done it")
        console.press("o")
        console.wait_for("Overview")
        seen = console.received.decode()
    codes = {code for codes in re.findall(r"\x1b\[([0-9;]*)m", seen) for code in codes.split(";")}
    coloured = {str(n) for first in (30, 40, 90, 100) for n in range(first, first + 8)} | {"38", "48"}
    assert not codes & coloured
    assert "7" in codes  # what colours mark elsewhere is reverse here


@pytest.mark.parametrize("extra", [{"LANG": "C"}, {"TERM": "linux"}])
def test_nothing_but_ascii_where_the_locale_or_the_console_knows_no_more(extra: dict[str, str], tmp_path: Path) -> None:
    with console_of(CALM, tmp_path, **extra) as console:
        console.wait_for("Enter begin")
        console.press(ENTER)
        console.wait_for("I have done it")
        console.press("o")
        console.wait_for("Overview")
        console.press("\x1b")
        console.wait_for("I have done it")
        console.settle(2 * READ_FIRST)
        console.press(ENTER)
        console.wait_for("confirm by typing")
        console.press(ENTER)
        console.wait_for("Type imp1")
        assert bytes(console.received).isascii()


def test_the_mouse_stays_with_the_terminal_and_an_idle_screen_writes_nothing(tmp_path: Path) -> None:
    with console_of(CALM, tmp_path) as console:
        console.wait_for("Enter begin")
        console.press(ENTER)
        console.wait_for("I have done it")
        console.press("s")
        console.wait_for("Reason:")
        while console.read(0.5):
            continue
        before = len(console.received)
        deadline = time.monotonic() + 2.5
        while time.monotonic() < deadline:
            console.read(0.2)
        assert len(console.received) == before
        assert b"?1000h" not in console.received
        assert b"?1003h" not in console.received
