"""The record: its form, what it survives, and what it does not take."""

import json
import os
import random
import resource
import select
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.journal import AlteredError, Journal, JournalWriteError, LockedError, blob_text, read
from wizard.record import NO_HASH, Json, canonical, well_formed
from wizard.secrets import Secrets

ROOT = Path(__file__).parents[2]
KEYS = ["actor", "at", "body", "boot", "kind", "mono", "prev", "seq", "step", "v", "hash"]


def reopen(path: Path) -> Journal:
    return Journal.open(path, path.parent / "blobs", Secrets())


def child(code: str, *args: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-P", "-c", code, *args], cwd=ROOT, stdout=subprocess.PIPE, env=_env())


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def last_lines(fd: int, seconds: float) -> bytes:
    ready, _, _ = select.select([fd], [], [], seconds)
    return os.read(fd, 65536) if ready else b""


# --- form -------------------------------------------------------------------------------------------------------------


def test_every_hash_is_what_sha256sum_says(small: bytes, path: Path) -> None:
    before = NO_HASH
    for number, line in enumerate(small.splitlines(), 1):
        content, _, seal = line.rpartition(b',"hash"')
        fields = json.loads(line)
        said = subprocess.run(["sha256sum"], input=content, stdout=subprocess.PIPE, check=True).stdout.split()[0]
        assert seal == b':"' + said + b'"}'
        assert list(fields) == KEYS
        assert (fields["seq"], fields["prev"]) == (number, before)
        before = fields["hash"]
    assert read(path).events[-1].hash == before


def test_what_is_read_is_what_was_appended(journal: Journal, path: Path) -> None:
    event = journal.append("evidence", {"findings": ({"n": 1, "ok": True, "none": None},)}, "a-health/ntp@imp1")
    assert read(path).events == journal.events == (event,)
    assert journal.head == event.hash
    assert event.body == {"findings": [{"n": 1, "ok": True, "none": None}]}
    assert event.actor["uid"] == os.getuid()
    assert event.at.endswith("Z") and len(event.at) == 27


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_canonical_form_is_read_back_as_it_was_and_is_stable(value: Json) -> None:
    line = canonical(value)
    back = json.loads(line)
    assert back == value and canonical(back) == line
    assert b"\n" not in line


@given(st.text(st.characters(), max_size=30))
def test_any_text_can_be_made_well_formed(text: str) -> None:
    assert well_formed(text).encode().decode() == well_formed(well_formed(text))


def test_lone_surrogates_from_a_broken_decoder_do_not_stop_the_record(journal: Journal, path: Path) -> None:
    journal.append("note", {"text": "a\udc80b \ud83d\ude00"})
    assert read(path).events[0].body == {"text": "a\ufffdb \U0001f600"}


@pytest.mark.parametrize("value", [1.5, float("nan"), 2**63, b"bytes", {1: "x"}, object()])
def test_what_has_no_canonical_form_is_refused_and_nothing_is_written(
    journal: Journal, path: Path, value: object
) -> None:
    with pytest.raises((TypeError, ValueError)):
        journal.append("note", {"value": [value]})
    assert path.read_bytes() == b""
    journal.append("note", {})
    assert len(read(path).events) == 1


def test_secrets_do_not_reach_the_disk(path: Path) -> None:
    secrets = Secrets()
    assert secrets.add("Zk9!canary'x") is None
    with_secrets = Journal.create(path, path.parent / "blobs", secrets)
    with_secrets.append("note", {"a": ["x Zk9!canary'x y"], "Zk9!canary'x": 1, "long": "Zk9!canary'x" * 9000})
    with_secrets.close()
    for file in (path, *(path.parent / "blobs").iterdir()):
        assert b"canary" not in file.read_bytes()


def test_long_texts_go_to_blobs(journal: Journal, path: Path) -> None:
    blobs = path.parent / "blobs"
    fits, spills = "x" * 65536, "ü" * 32769
    body = journal.append("evidence", {"fits": fits, "spills": spills, "again": spills}).body
    assert body["fits"] == fits
    assert body["spills"] == body["again"]
    assert isinstance(body["spills"], dict) and body["spills"]["bytes"] == 65538
    assert blob_text(body["spills"], blobs) == spills and blob_text(body["fits"], blobs) == fits
    (blob,) = blobs.iterdir()
    assert stat.S_IMODE(blob.stat().st_mode) == 0o600
    assert (
        subprocess.run(["sha256sum", blob], stdout=subprocess.PIPE, check=True).stdout.split()[0].decode() == blob.name
    )
    blob.write_text("another")
    with pytest.raises(AlteredError):
        blob_text(body["spills"], blobs)
    blob.unlink()
    with pytest.raises(AlteredError):
        blob_text(body["spills"], blobs)


# --- altered and torn -------------------------------------------------------------------------------------------------


def test_one_changed_byte_anywhere_is_found_at_its_line(small: bytes, path: Path) -> None:
    for position in range(len(small)):
        for flip in (0x01, 0x80):
            data = bytearray(small)
            data[position] ^= flip
            path.write_bytes(data)
            reading = read(path)
            if position == len(small) - 1:
                assert reading.torn_bytes and reading.altered_line is None
            else:
                assert (reading.altered_line, reading.torn_bytes) == (small[:position].count(b"\n") + 1, 0), position


def test_lines_dropped_swapped_or_doubled_are_found(small: bytes, path: Path) -> None:
    one, two, three = small.splitlines(keepends=True)
    for lines, bad in (([one, three], 2), ([two, one, three], 1), ([one, two, two, three], 3), ([one, two, b"\n"], 3)):
        path.write_bytes(b"".join(lines))
        assert read(path).altered_line == bad
        with pytest.raises(AlteredError) as caught:
            reopen(path)
        assert caught.value.line == bad and f"line {bad}" in caught.value.problem
        assert path.read_bytes() == b"".join(lines)


@pytest.mark.parametrize(
    "content", [b'{"a":1.5', b'{"a":' + b"[" * 100_000, b"[1", b'{"a":"\\ud800"', b'{"a":1,"a":2', b"{", b"\xff"]
)
def test_a_sealed_line_that_is_no_record_is_altered(path: Path, content: bytes) -> None:
    import hashlib

    path.write_bytes(content + b',"hash":"' + hashlib.sha256(content).hexdigest().encode() + b'"}\n')
    assert read(path).altered_line == 1


def test_a_last_line_cut_short_at_any_length_is_moved_aside(small: bytes, path: Path) -> None:
    whole = small.rindex(b"\n", 0, -1) + 1
    for length in range(1, len(small) - whole):
        path.write_bytes(small[: whole + length])
        torn = path.with_name("journal.jsonl.torn")
        torn.unlink(missing_ok=True)
        assert read(path).torn_bytes == length
        reopen(path).close()
        reading = read(path)
        assert (reading.torn_bytes, reading.altered_line, len(reading.events)) == (0, None, 3)
        assert reading.events[2].kind == "journal.recovered" and reading.events[2].body["bytes"] == length
        assert torn.read_bytes() == small[whole : whole + length]
        assert path.read_bytes().startswith(small[:whole])


def test_torn_tails_are_collected_not_replaced(small: bytes, path: Path) -> None:
    for _ in range(2):
        with path.open("ab") as stream:
            stream.write(b'{"actor"')
        reopen(path).close()
    assert path.with_name("journal.jsonl.torn").read_bytes() == b'{"actor"' * 2
    assert [event.kind for event in read(path).events[3:]] == ["journal.recovered"] * 2


# --- one writer -------------------------------------------------------------------------------------------------------

HOLD = """
import sys; from pathlib import Path; from wizard.journal import Journal; from wizard.secrets import Secrets
path = Path(sys.argv[1])
journal = Journal.open(path, path.parent / "blobs", Secrets())
import os; journal.append("session.resumed", {"pid": os.getpid()})
print("locked", flush=True); sys.stdin.read()
"""


def test_a_second_process_is_refused_and_told_who_holds_the_record(small: bytes, path: Path) -> None:
    first = subprocess.Popen(
        [sys.executable, "-P", "-c", HOLD, str(path)],
        cwd=ROOT,
        env=_env(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"locked\n"
        with pytest.raises(LockedError) as caught:
            reopen(path)
        assert str(first.pid) in caught.value.problem and " since 20" in caught.value.problem
        assert len(read(path).events) == 4  # a reader needs no lock
        first.kill()
    reopen(path).close()


WRITE = """
import sys; from pathlib import Path; from wizard.journal import Journal; from wizard.secrets import Secrets
path = Path(sys.argv[1])
journal = Journal.open(path, path.parent / "blobs", Secrets())
while True:
    event = journal.append("note", {"text": "x" * (len(journal.events) * 7919 % 90_000)})
    print(event.hash, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(small: bytes, path: Path) -> None:
    chance = random.Random(7)
    for _ in range(6):
        with child(WRITE, str(path)) as writer:
            assert writer.stdout is not None
            said = os.read(writer.stdout.fileno(), 65)  # it is at work
            said += last_lines(writer.stdout.fileno(), chance.uniform(0, 0.05))
            writer.send_signal(signal.SIGKILL)
            said += writer.stdout.read()
        acknowledged = [line for line in said.decode().split("\n") if len(line) == 64]
        reading = read(path)
        assert reading.altered_line is None and acknowledged
        assert set(acknowledged) <= {event.hash for event in reading.events}
        reopen(path).close()
        assert read(path).torn_bytes == 0


# --- what the disk does -----------------------------------------------------------------------------------------------


def test_a_full_disk_ends_the_writing_and_loses_nothing(small: bytes, path: Path) -> None:
    journal = reopen(path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(small) + 100, hard))
    try:
        for _ in range(2):
            with pytest.raises(JournalWriteError) as caught:
                journal.append("note", {"text": "does not fit"})
            assert caught.value.remedy
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with pytest.raises(JournalWriteError):
        journal.append("note", {"text": "would fit again"})
    journal.close()
    assert path.read_bytes()[: len(small)] == small
    assert read(path).torn_bytes == 100
    again = reopen(path)
    assert again.append("note", {}).seq == 5
    again.close()
    assert read(path).altered_line is None


def test_a_record_changed_or_replaced_while_open_takes_nothing_more(journal: Journal, path: Path) -> None:
    journal.append("note", {})
    copy = path.read_bytes()
    path.unlink()
    path.write_bytes(copy)  # as an editor saves
    with pytest.raises(JournalWriteError):
        journal.append("note", {})
    assert path.read_bytes() == copy


def test_a_closed_record_takes_nothing(journal: Journal) -> None:
    journal.close()
    journal.close()
    with pytest.raises(JournalWriteError):
        journal.append("note", {})


def test_a_link_is_not_followed(small: bytes, path: Path) -> None:
    link = path.with_name("link.jsonl")
    link.symlink_to(path)
    with pytest.raises(OSError, match="symbolic"):
        reopen(link)
