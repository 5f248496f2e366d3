"""The exports: what they hold, that they come out the same each time, and that foreign text in them is inert."""

import json
from pathlib import Path

import pytest

from tests.core.plans import PRACTICE_LIKE, practice_plan
from wizard.__main__ import main
from wizard.export.formats import FORMATS
from wizard.export.transcript import Transcript, transcribe
from wizard.journal import Journal
from wizard.procedures import CATALOGUE
from wizard.resolve import walk_of
from wizard.secrets import Secrets
from wizard.session import Session, create

HOSTILE = "\x1b[2J```\n</pre><script>alert(1)</script> \u202etxet [x](http://y)\x07"


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A session in which a node and a person were hostile."""
    made = create(tmp_path / "S", PRACTICE_LIKE, practice=True, secrets=Secrets())
    exchange = {
        "node": "imp1",
        "command": "show version active",
        "result": "ok",
        "output": HOSTILE,
        "answered": [],
        "host_key": "",
        "algorithms": "",
    }
    made.journal.append("evidence", {"exchange": exchange}, "health/version@imp1")
    made.journal.append("step.skipped", {"note": HOSTILE}, "health/version@imp1")
    check = {"target": HOSTILE, "status": "fail", "findings": [{"code": "x", "severity": "fail", "subject": HOSTILE}]}
    made.journal.append("evidence", {"check": check}, "dns/look-address")
    made.journal.append("evidence", {"exchange": {**exchange, "output": "long\n" * 20000}}, "health/ntp@imp1")
    return made


def transcript(session: Session) -> Transcript:
    """The transcript of the session."""
    walk = walk_of(practice_plan(), CATALOGUE)
    return transcribe("S", walk, session.journal.events, session.folder / "blobs")


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_in_an_export_can_act(name: str, session: Session) -> None:
    text = FORMATS[name][1](transcript(session))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    if name == "md":
        outside = "\n".join(text.split("````")[::2])
        assert "<script>" not in outside
        assert "[x](" not in outside
    assert text == FORMATS[name][1](transcript(session))


def test_the_json_holds_what_was_done_and_large_outputs(session: Session) -> None:
    document = json.loads(FORMATS["json"][1](transcript(session)))
    assert document["schema"] == "fedwizard.runbook/1"
    assert document["practice"] is True
    steps = {step["id"]: step for procedure in document["procedures"] for step in procedure["steps"]}
    assert steps["health/version@imp1"]["word"] == "skip"
    assert steps["health/ntp@imp1"]["evidence"][0]["output"].count("long") == 20000


def test_export_writes_private_files_and_goes_on_record(
    session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session.close()
    assert main(["export", str(session.folder)]) == 0
    written = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [path.name for path in written] == ["runbook.md", "runbook.json"]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in written)
    journal = Journal.open(session.folder / "journal.jsonl", session.folder / "blobs", Secrets())
    assert journal.events[-1].kind == "export"
    journal.close()
    assert main(["export", str(session.folder), "--format", "pdf"]) == 64
    content = (session.folder / "journal.jsonl").read_bytes()
    (session.folder / "journal.jsonl").write_bytes(content.replace(b"imp1", b"imp9", 1))
    assert main(["export", str(session.folder)]) == 1
    assert "altered" in capsys.readouterr().err


def test_a_session_under_way_can_be_exported(session: Session) -> None:
    before = len(session.journal.events)
    assert main(["export", str(session.folder)]) == 0
    assert len(session.journal.events) == before
