"""Long outputs: bounded in memory, whole on disk, and the same text as short ones have."""

import hashlib
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli_backend.exchange import Result
from cli_backend.printed import Printed
from cli_backend.terminal import Text
from tests.cli_backend.people import Operator, Reach
from tests.servers.asyncssh_cli import PASSWORD, console_server, flood
from tests.servers.paramiko_cli import Console, serve
from wizard.practice.client import PracticeNetwork
from wizard.secrets import Secrets

ROOT = Path(__file__).parents[2]
MOST = 40  # megabytes that any long output may take more than a short one; held in memory, 50 take 190

# Run by a process of its own, whose memory is its own too: PORT, PASSWORD, FOLDER, COMMAND.
CHILD = """
import json, re, sys
from pathlib import Path
from cli_backend.exchange import Endpoint
from cli_backend.node import Nodes
from tests.cli_backend.people import Operator
from wizard.evidence import exchange_body
from wizard.journal import Journal
from wizard.secrets import Secrets

port, password, folder, command = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), sys.argv[4]
secrets = Secrets()
secrets.add(password)
(folder / "blobs").mkdir(mode=0o700)
journal = Journal.create(folder / "journal.jsonl", folder / "blobs", secrets)

def most():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024

nodes = Nodes({"imp1": Endpoint(name="imp1", address="127.0.0.1", port=port)}, Operator(password),
              folder / "known", folder / "failures", spill=folder)
journal.append("evidence", {"exchange": exchange_body(nodes.run("imp1", "show network eth0"))})
before, shown = most(), 0

def show(text):
    global shown
    shown += len(text)

exchange = nodes.run("imp1", command, on_output=show, timeout=100)
event = journal.append("evidence", {"exchange": exchange_body(exchange)})
sealed = exchange.printed.seal()
print(json.dumps({"result": exchange.result, "more": most() - before, "shown": shown, "sealed": sealed,
                  "recorded": event.body["exchange"]["output"], "files": sorted(f.name for f in folder.iterdir())}))
nodes.close()
"""


def run_child(port: int, password: str, folder: Path, command: str) -> dict[str, object]:
    """What a process of its own told after one long output."""
    words = [sys.executable, "-P", "-c", CHILD, str(port), password, str(folder), command]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT, env=env, timeout=110)
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return told


def test_fifty_megabytes_take_no_memory_and_are_whole_on_record(tmp_path: Path) -> None:
    summed, size, characters = hashlib.sha256(), 0, 0
    for lines in flood(50):
        summed.update(lines.encode())
        size, characters = size + len(lines.encode()), characters + len(lines)
    with console_server("password") as server:
        told = run_child(server.port, PASSWORD, tmp_path, "show megabytes 50")
    assert size > 47_000_000
    assert (told["result"], told["shown"]) == ("ok", characters)
    assert told["sealed"] == [summed.hexdigest(), size]
    assert told["recorded"] == {"blob": summed.hexdigest(), "bytes": size}
    assert hashlib.sha256((tmp_path / "blobs" / summed.hexdigest()).read_bytes()).digest() == summed.digest()
    assert told["files"] == ["blobs", "journal.jsonl", "known"]
    assert float(str(told["more"])) < MOST


def test_ten_megabytes_of_a_practice_node_take_no_memory(tmp_path: Path) -> None:
    network = PracticeNetwork.start(tmp_path / "practice", "healthy", 0)
    try:
        network.do(("node-mode", "imp1", "long-output", "10"))
        port = int(network.connections["192.0.2.11:22"].rpartition(":")[2])
        folder = tmp_path / "session"
        folder.mkdir()
        password = network.password_path.read_text(encoding="utf-8").strip()
        told = run_child(port, password, folder, "show network eth0")
    finally:
        network.stop()
    recorded = told["recorded"]
    assert isinstance(recorded, dict)
    blob = (folder / "blobs" / recorded["blob"]).read_bytes()
    assert told["sealed"] == [hashlib.sha256(blob).hexdigest(), len(blob)]
    assert len(blob) > 9_900_000
    assert blob.endswith(b"line 100 of a log that nobody reads to its end\n")
    assert float(str(told["more"])) < MOST


PIECES = st.lists(
    st.sampled_from(("\n", "\r\n", "\n\n\n", "admin:", "é€", " ", "word", "\x1b[K", "x" * 20, "\x08", "\r")),
    max_size=40,
)


@given(PIECES, st.booleans(), st.integers(0, 12))
def test_a_spilled_output_is_the_one_that_was_not(pieces: list[str], prompt: bool, begin: int) -> None:
    # A backspace reaches back as far as the text that is in memory; here that is 8 characters and more.
    spilling, whole = Text(in_memory=16, kept=8), Text()
    for piece in (*pieces, *(("\r\nadmin:",) if prompt else ())):
        spilling.feed(piece.encode())
        whole.feed(piece.encode())
    begin = min(begin, len(whole))
    assert (len(spilling), spilling.text, spilling.lines_end <= len(whole)) == (len(whole), whole.text, True)
    for position in range(len(whole) + 1):
        assert spilling.since(position) == whole.since(position)
    one, other = spilling.printed(begin, prompt=prompt), whole.printed(begin, prompt=prompt)
    assert not other.is_long
    assert one.text == other.text == "".join(one.pieces())
    assert one.seal() == other.seal() == (hashlib.sha256(one.text.encode()).hexdigest(), len(one.text.encode()))


# Behind the pager no backspace: of the 8 characters that are in memory the cut may leave none for it.
@given(PIECES, PIECES.map(lambda pieces: [piece for piece in pieces if piece != "\x08"]), st.integers(1, 8))
def test_a_pager_is_cut_away_from_a_spilled_output(before: list[str], after: list[str], cut: int) -> None:
    spilling, whole = Text(in_memory=16, kept=8), Text()
    for text in (spilling, whole):
        for piece in (*before, "12345678"):
            text.feed(piece.encode())
        text.cut(cut)
        for piece in after:
            text.feed(piece.encode())
    assert spilling.text == whole.text


def test_nothing_of_it_has_a_name(tmp_path: Path) -> None:
    text = Text(tmp_path, in_memory=100, kept=10)
    text.feed(b"a line of it\n" * 100)
    printed = text.printed(0, prompt=False)
    assert printed.is_long and printed.earlier is not None
    assert list(tmp_path.iterdir()) == []
    found = os.fstat(printed.earlier.fd)
    assert (stat.S_IMODE(found.st_mode), found.st_nlink, found.st_dev) == (0o600, 0, tmp_path.stat().st_dev)
    descriptor = printed.earlier.fd
    del text, printed
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)


def test_where_the_disk_takes_nothing_the_output_is_whole_all_the_same(tmp_path: Path) -> None:
    text = Text(tmp_path / "gone", in_memory=100, kept=10)
    for _ in range(3):
        text.feed(b"a line of it\n" * 100)
    assert text.printed(0, prompt=False) == Printed("a line of it\n" * 300)


def test_a_failure_early_in_a_long_output_is_seen(reach: Reach) -> None:
    def fails(console: Console, command: str) -> None:
        if command == "utils import config":
            console.out(
                b"before\r\nCisco DB is not running on this node\r\n" + b"and so it goes on for long\r\n" * 100_000
            )

    with serve(fails) as server:
        done = reach(server, Operator(PASSWORD)).run("imp1", "utils import config")
    assert (done.result, done.failure) == (Result.FAILED, "Cisco DB is not running on this node")
    assert done.printed.is_long
    assert done.output == "before\nCisco DB is not running on this node\n" + "and so it goes on for long\n" * 100_000
    assert done.last_line == "and so it goes on for long"


def test_a_secret_is_filtered_wherever_it_was_cut() -> None:
    secrets = Secrets()
    secrets.add("correct-horse")
    for length in range(90, 130):
        text = Text(in_memory=100, kept=10)
        for piece in ("x" * length, "correct-horse", "y" * 60, "\n"):
            text.feed(piece.encode())
        printed = text.printed(0, prompt=False)
        shown = printed.filtered(secrets.stream).text
        assert printed.is_long
        assert "correct-horse" in printed.text
        assert shown == secrets.redact(printed.text)
