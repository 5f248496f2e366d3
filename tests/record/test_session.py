"""The session folder: whole or not there, private, and resumed with everything that happened to the plan."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

import wizard.session
from wizard.commands import sessions as command
from wizard.errors import UsageError
from wizard.journal import AlteredError, Journal, LockedError, read
from wizard.secrets import Secrets
from wizard.session import create, listing, locate, open_session, sessions_root

PLAN = '# Grüße\nrelease = "9.0"\n'
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def umask_0() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask_0")
def test_everything_is_private_whatever_the_umask(tmp_path: Path, secrets: Secrets) -> None:
    session = create(None, PLAN + "x" * 70_000, practice=True, secrets=secrets)
    session.change_plan(PLAN)
    session.close()
    with (session.folder / "journal.jsonl").open("ab") as stream:
        stream.write(b"torn")
    open_session(session.folder, secrets).close()
    for path in (session.folder.parent, session.folder, *session.folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    names = {path.name for path in session.folder.iterdir()}
    assert names == {"plan.toml", "journal.jsonl", "journal.jsonl.torn", "blobs", "exports", "practice"}


def test_the_first_event_holds_the_plan(tmp_path: Path, secrets: Secrets) -> None:
    session = create(tmp_path / "deep" / "s", PLAN, practice=False, secrets=secrets)
    (opened,) = session.journal.events
    assert (opened.kind, opened.body["plan"], opened.body["practice"]) == ("session.open", PLAN, False)
    said = subprocess.run(["sha256sum", session.folder / "plan.toml"], stdout=subprocess.PIPE, check=True).stdout
    assert opened.body["plan_sha256"] == said.split()[0].decode()
    assert opened.body["pid"] == os.getpid() and str(opened.body["tool"]).startswith("fedwizard ")
    assert not session.practice.exists() and session.exports.is_dir()
    with pytest.raises(LockedError):
        open_session(session.folder, secrets)
    session.close()


def test_what_exists_is_not_overwritten(tmp_path: Path, secrets: Secrets) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("s", "s", "link"):
        if name == "s" and not (tmp_path / name).exists():
            (tmp_path / name).mkdir()
        with pytest.raises(UsageError, match="exists already"):
            create(tmp_path / name, PLAN, practice=False, secrets=secrets)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError):
        create(tmp_path / "file" / "s", PLAN, practice=False, secrets=secrets)


@pytest.mark.parametrize("place", ["write_file", "sync_folder"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interrupted_creation_leaves_nothing(
    tmp_path: Path, secrets: Secrets, monkeypatch: pytest.MonkeyPatch, place: str, error: BaseException
) -> None:
    def fail(*_: object) -> NoReturn:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(
            wizard.session if place == "write_file" else Journal,
            *((place, fail) if place == "write_file" else ("append", fail)),
        )
        with pytest.raises((KeyboardInterrupt, UsageError)):
            create(tmp_path / "s", PLAN, practice=True, secrets=secrets)
    assert list(tmp_path.iterdir()) == []
    create(tmp_path / "s", PLAN, practice=True, secrets=secrets).close()


KILLED = """
import os, signal, sys; from pathlib import Path; import wizard.session; from wizard.secrets import Secrets
wizard.session.sync_folder = Path.rename = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
wizard.session.create(None, "x = 1", practice=True, secrets=Secrets())
"""


def test_a_killed_creation_is_no_session(tmp_path: Path, secrets: Secrets) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-c", KILLED], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    assert done.returncode == -9
    assert len(list(sessions_root().iterdir())) == 1 and listing(sessions_root()) == ()
    create(None, PLAN, practice=True, secrets=secrets).close()
    assert len(listing(sessions_root())) == 1


def test_resuming_is_on_record_and_so_is_a_plan_edited_outside(tmp_path: Path, secrets: Secrets) -> None:
    folder = tmp_path / "s"
    create(folder, PLAN, practice=True, secrets=secrets).close()
    open_session(folder, secrets).close()
    (folder / "plan.toml").write_text(PLAN.replace("9.0", "9.1"))
    session = open_session(folder, secrets)
    assert [event.kind for event in session.journal.events] == [
        "session.open",
        "session.resumed",
        "session.resumed",
        "plan.changed",
    ]
    body = session.journal.events[-1].body
    assert '-release = "9.0"\n+release = "9.1"\n' in str(body["diff"])
    assert session.plan_text == body["plan"] == PLAN.replace("9.0", "9.1") and session.is_practice
    session.change_plan(PLAN)
    session.close()
    again = open_session(folder, secrets)
    assert again.journal.events[-1].kind == "session.resumed" and again.plan_text == PLAN
    again.close()


def test_what_cannot_be_resumed_says_why_and_is_not_locked(tmp_path: Path, secrets: Secrets) -> None:
    folder = tmp_path / "s"
    with pytest.raises(UsageError):
        open_session(folder, secrets)
    create(folder, PLAN, practice=True, secrets=secrets).close()
    (folder / "plan.toml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="UTF-8"):
        open_session(folder, secrets)
    (folder / "plan.toml").write_text(PLAN)
    journal = folder / "journal.jsonl"
    good = journal.read_bytes()
    journal.write_bytes(good.replace(b"session.open", b"session.opem"))
    with pytest.raises(AlteredError, match="line 1"):
        open_session(folder, secrets)
    journal.write_bytes(b"")
    with pytest.raises(UsageError, match="beginning"):
        open_session(folder, secrets)
    journal.write_bytes(good)
    open_session(folder, secrets).close()


def test_listing_and_the_command(secrets: Secrets, capsys: pytest.CaptureFixture[str]) -> None:
    import argparse

    parser = argparse.ArgumentParser()
    command.add_parser(parser.add_subparsers())
    assert command.run(parser.parse_args(["sessions"])) == 0
    told = capsys.readouterr()
    assert "No sessions" in told.out
    assert "begun with --session DIR is not listed" in told.err
    with pytest.raises(UsageError):
        locate(None)
    first = create(None, PLAN, practice=True, secrets=secrets)
    second = create(None, PLAN, practice=True, secrets=secrets)
    real = create(sessions_root() / "real", PLAN, practice=False, secrets=secrets)
    first.journal.append("session.finished", {})
    first.close()
    second.close()
    (sessions_root() / "rubbish").mkdir()
    (sessions_root() / "rubbish" / "journal.jsonl").write_text("rubbish\n")
    found = {summary.name: summary for summary in listing(sessions_root())}
    assert list(found) == [first.name, "real", second.name, "rubbish"]  # last worked on first
    assert (found["real"].kind, found["real"].locked, found["real"].ended) == ("real", True, False)
    assert (found[first.name].kind, found[first.name].locked, found[first.name].ended) == ("practice", False, True)
    assert found["rubbish"].problem == "altered at line 1"
    assert locate(None) == real.folder and locate(first.name) == first.folder
    real.close()
    assert command.run(parser.parse_args(["sessions", "--json"])) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["schema"] == "fedwizard.sessions/1" and [one["name"] for one in printed["sessions"]] == list(found)
    assert command.run(parser.parse_args(["sessions"])) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_a_session_may_be_listed_while_it_is_opened(secrets: Secrets) -> None:
    session = create(None, PLAN, practice=True, secrets=secrets)
    session.close()
    for _ in range(20):
        assert not listing(sessions_root())[0].locked
        open_session(session.folder, secrets).close()
    assert len(read(session.folder / "journal.jsonl").events) == 21


def test_a_relative_state_home_is_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert sessions_root() == tmp_path / ".local/state/fedwizard/sessions"
