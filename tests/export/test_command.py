"""`fedwizard export`: private files, on record where that is possible, and nothing from an altered record."""

import hashlib
import json
import stat
from pathlib import Path

import pytest

from tests.export.story import new_session, tell
from wizard.__main__ import main
from wizard.journal import read
from wizard.secrets import Secrets
from wizard.session import Session, open_session


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A session that nobody has open."""
    made = new_session(tmp_path / "S")
    tell(made)
    made.close()
    return made


def journal(session: Session) -> Path:
    """The record of a session."""
    return session.folder / "journal.jsonl"


def test_it_writes_private_files_and_puts_them_on_record(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(session.folder)]) == 0
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [path.name for path in written] == ["runbook.md", "runbook.html", "runbook.json"]
    assert {path.parent for path in written} == {session.folder / "exports"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o600}
    assert {path.name for path in (session.folder / "exports").iterdir()} == {path.name for path in written}
    last = read(journal(session)).events[-1]
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in written}
    assert (last.kind, last.body) == ("export", {"files": digests})
    both = json.loads(written[2].read_text(encoding="utf-8"))
    assert both["count"] == last.seq - 1
    assert both["head"] == last.prev
    assert both["head"] in written[0].read_text(encoding="utf-8")


def test_one_format_into_another_folder(session: Session, tmp_path: Path) -> None:
    assert main(["export", str(session.folder), "--format", "json", "-o", str(tmp_path / "a" / "b")]) == 0
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["runbook.json"]
    assert not list((session.folder / "exports").iterdir())


@pytest.mark.parametrize("name", ["cast", "ticket", "bundle", "pdf", ""])
def test_other_formats_are_wrong_usage(name: str, session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(session.folder), "--format", name]) == 64
    complaint = capsys.readouterr()
    assert complaint.out == ""
    assert "md, html, json and all" in complaint.err


def test_a_session_under_way_is_exported_and_not_written_to(session: Session, tmp_path: Path) -> None:
    running = new_session(tmp_path / "T")
    assert main(["export", str(running.folder)]) == 0
    assert len(read(journal(running)).events) == len(running.journal.events)
    running.journal.append("note", {"text": "it goes on"})


def test_an_altered_record_is_refused_with_its_line(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    lines = journal(session).read_bytes().splitlines(keepends=True)
    lines[4] = lines[4].replace(b"trial", b"trail", 1)
    journal(session).write_bytes(b"".join(lines))
    assert main(["export", str(session.folder)]) == 1
    assert "line 5" in capsys.readouterr().err
    assert not list((session.folder / "exports").iterdir())


def test_a_torn_record_is_exported_and_says_so(session: Session) -> None:
    with journal(session).open("ab") as stream:
        stream.write(b'{"actor":{')
    assert main(["export", str(session.folder)]) == 0
    text = (session.folder / "exports" / "runbook.md").read_text(encoding="utf-8")
    assert "10 bytes were cut short" in text


def test_a_plan_that_was_spoilt_later_is_no_obstacle(session: Session) -> None:
    again = open_session(session.folder, Secrets())
    again.change_plan("no plan at all")
    again.close()
    assert main(["export", str(session.folder)]) == 0
    assert "no plan at all" in (session.folder / "exports" / "runbook.md").read_text(encoding="utf-8")


def test_a_place_that_cannot_be_written_is_named(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    blocked = session.folder / "plan.toml"
    assert main(["export", str(session.folder), "-o", str(blocked)]) == 1
    assert str(blocked) in capsys.readouterr().err


def test_what_is_no_session_is_wrong_usage(tmp_path: Path) -> None:
    assert main(["export", str(tmp_path)]) == 64
    (tmp_path / "journal.jsonl").write_bytes(b"")
    assert main(["export", str(tmp_path)]) == 64
