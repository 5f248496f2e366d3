"""`fedwizard verify`: its verdicts, its exit status, and that it writes nothing."""

import argparse
import os
from pathlib import Path

import pytest

from wizard.commands import verify
from wizard.errors import UsageError
from wizard.journal import Journal, read
from wizard.secrets import Secrets


def verdict(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    parser = argparse.ArgumentParser()
    verify.add_parser(parser.add_subparsers())
    folder = path if path.is_dir() else path.parent
    before = sorted((str(file), file.stat().st_mtime_ns) for file in folder.rglob("*"))
    status = verify.run(parser.parse_args(["verify", str(path), *options]))
    assert sorted((str(file), file.stat().st_mtime_ns) for file in folder.rglob("*")) == before
    return status, capsys.readouterr().out


def test_a_whole_journal(small: bytes, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = verdict(path, capsys)
    assert status == 0 and "whole" in out and "practice" in out and "events   3" in out
    assert small[-67:-3].decode() in out
    path.chmod(0o400)
    assert verdict(path.parent, capsys)[0] == 0
    other = path.with_name("renamed.bin")
    path.rename(other)
    assert verdict(other, capsys)[0] == 0


def test_altered_at_every_byte_and_torn_at_every_length(
    small: bytes, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for position in range(0, len(small) - 1, 5):
        data = bytearray(small)
        data[position] ^= 1
        path.write_bytes(data)
        status, out = verdict(path, capsys)
        assert status == 2 and f"line {small[:position].count(10) + 1}:" in out
    for length in range(len(b'{"actor":{'), len(small), 7):
        path.write_bytes(small[:length])
        status, out = verdict(path, capsys)
        assert status == (0 if small[length - 1 : length] == b"\n" else 1), length


def test_long_texts_are_looked_at_where_they_lie_beside(
    journal: Journal, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    journal.append("note", {"text": "short"})
    journal.append("evidence", {"exchange": [{"output": "x" * 70_000}]})
    journal.close()
    assert verdict(path, capsys)[0] == 0
    (blob,) = (path.parent / "blobs").iterdir()
    blob.write_bytes(b"y" * 70_000)
    status, out = verdict(path, capsys)
    assert status == 2 and "line 2:" in out
    blob.unlink()
    os.mkfifo(blob)
    assert verdict(path, capsys)[0] == 2
    blob.unlink()
    assert verdict(path, capsys)[0] == 2
    blob.parent.rmdir()
    status, out = verdict(path, capsys)
    assert status == 0 and "not here" in out


@pytest.mark.parametrize("content", [b"", b"hello\n", b'{"a":1}\n', os.urandom(5000), b"PK\x03\x04rest", b"\n" * 50])
def test_what_is_no_journal(tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(UsageError) as caught:
        verdict(tmp_path / "file", capsys)
    assert caught.value.status == 64 and capsys.readouterr().out == ""


def test_what_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path / "missing", tmp_path, Path("/dev/null")):
        with pytest.raises(UsageError):
            verify.run(argparse.Namespace(file=path))


def test_it_needs_no_lock(small: bytes, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = Journal.open(path, path.parent / "blobs", Secrets())
    assert verdict(path, capsys)[0] == 0
    held.close()


def test_a_noted_head_is_found_though_the_record_went_on(
    small: bytes, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noted = read(path).events[-2].hash
    status, out = verdict(path, capsys, "--head", noted)
    assert (status, "at line 2, and 1 line after it" in out) == (0, True)


def test_a_record_cut_at_a_line_lacks_the_noted_head(
    small: bytes, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    noted = read(path).events[-1].hash
    path.write_bytes(b"".join(small.splitlines(keepends=True)[:-1]))
    assert verdict(path, capsys)[0] == 0
    status, out = verdict(path, capsys, "--head", noted)
    assert (status, "lines are missing" in out) == (2, True)
