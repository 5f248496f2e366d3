"""A small record to work on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard.journal import Journal
from wizard.secrets import Secrets


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "blobs").mkdir()
    return tmp_path / "journal.jsonl"


@pytest.fixture
def journal(path: Path, secrets: Secrets) -> Iterator[Journal]:
    journal = Journal.create(path, path.parent / "blobs", secrets)
    yield journal
    journal.close()


@pytest.fixture
def small(journal: Journal) -> bytes:
    """The bytes of a closed record of three lines."""
    journal.append("session.open", {"plan": "x = 1\n", "practice": True, "pid": 1})
    journal.append("step.intent", {"command": "show network eth0"}, "b-domain/read@imp1")
    journal.append("note", {"text": "Grüße, 部署"})
    journal.close()
    return journal.path.read_bytes()
