"""The recording of the terminal: valid asciicast v2, without secrets, continued over restarts."""

import json
import os
import resource
import stat
from pathlib import Path

from wizard.cast import Cast
from wizard.secrets import Secrets


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def lines(path: Path) -> list[object]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_it_is_asciicast_v2_without_the_secret(tmp_path: Path, secrets: Secrets) -> None:
    secrets.add("Canary-123")
    clock, path = Clock(), tmp_path / "terminal.cast"
    before = os.umask(0)
    cast = Cast(path, secrets, title="practice", clock=clock)
    os.umask(before)
    for piece in ("hello\r\n", "pw Cana", "ry-1", "23 \x1b[1mü\udc80"):
        clock.now += 0.5
        cast.output(piece)
    cast.marker("b-domain Canary-123")
    cast.close()
    header, *events = lines(path)
    assert isinstance(header, dict) and (header["version"], header["width"], header["height"]) == (2, 80, 24)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"Canary" not in path.read_bytes() and b"Cana" not in path.read_bytes()
    assert events[0] == [0.5, "o", "hello\r\n"]
    assert [event[1] for event in events if isinstance(event, list)][-1] == "m"
    assert all(isinstance(event, list) and event[0] <= 2.0 for event in events)


def test_times_go_on_after_a_restart_and_a_torn_line_goes(tmp_path: Path, secrets: Secrets) -> None:
    clock, path = Clock(), tmp_path / "terminal.cast"
    first = Cast(path, secrets, clock=clock)
    clock.now += 7
    first.output("x" * 40_000)
    first.close()
    with path.open("ab") as stream:
        stream.write(b'[7.5, "o", "to')
    clock.now = 3.0
    second = Cast(path, secrets, width=100, height=30, clock=clock)
    clock.now += 1
    second.output("again")
    second.close()
    assert lines(path)[-2:] == [[7.0, "r", "100x30"], [8.0, "o", "again"]]
    assert sum(isinstance(line, dict) for line in lines(path)) == 1


def test_a_torn_header_is_written_again(tmp_path: Path, secrets: Secrets) -> None:
    path = tmp_path / "terminal.cast"
    path.write_text('{"versi')
    Cast(path, secrets).close()
    assert isinstance(lines(path)[0], dict)


def test_a_full_disk_stops_the_recording_not_the_session(tmp_path: Path, secrets: Secrets) -> None:
    path = tmp_path / "terminal.cast"
    cast = Cast(path, secrets)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 10, hard))
    try:
        cast.output("more than ten bytes")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert cast.problem
    cast.output("x")
    cast.close()
    assert Cast(tmp_path / "missing" / "x.cast", secrets).problem


def test_what_the_filter_holds_back_comes_at_the_end(tmp_path: Path, secrets: Secrets) -> None:
    secrets.add("Canary-123")
    path = tmp_path / "terminal.cast"
    cast = Cast(path, secrets)
    cast.output("the Can")
    cast.close()
    assert "".join(event[2] for event in lines(path)[1:] if isinstance(event, list)) == "the Can"
