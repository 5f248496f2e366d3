"""Our CLI beside other libraries: the same server, the same questions, each in a process of its own."""

import hashlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from cli_backend.exchange import Endpoint
from cli_backend.lockout import Failures
from cli_backend.node import numeric
from cli_backend.session import SETTLE, Session
from cli_backend.ssh import connect
from tests.bench.cli import (
    COMMANDS,
    EACH,
    LONGEST_PAUSE,
    SESSIONS,
    Attributed,
    Seconds,
    asking,
    attributed_ours,
    attributed_raw,
    measured,
    ours,
    raw,
    raw_shell,
    read,
)
from tests.bench.contest import HERE, python_with
from tests.cli_backend.people import Operator
from tests.servers.asyncssh_cli import LARGE, PASSWORD, SMALL, USER, Ports, console_server

PACKAGES = ("netmiko==4.8.0", "scrapli==2026.10.14", "pexpect==4.9.0", "paramiko-expect==0.3.5")
CLIENTS = {package.partition("==")[0].replace("-", "_"): package.replace("==", " ") for package in PACKAGES}
CONNECTIONS = 5
FIGURES = ("connect", "small, loopback", "small, 60 ms", "large")


def _plain(answer: str) -> str:
    """The lines of an answer, by which all are compared, as in peer_cli.py."""
    return answer.replace("\r", "").strip()


_SUMS = {name: hashlib.sha256(_plain(text).encode()).hexdigest() for name, text in (("small", SMALL), ("large", LARGE))}

Measures = Mapping[tuple[str, str], Callable[[], Seconds]]


def others(rounds: int) -> None:
    """The part of the document about others."""
    python = python_with(".bench-cli-venv", PACKAGES)
    print(
        "Beside other libraries, each with the strictest prompt that it takes: at the beginning of a line, at the end"
        " of what has come. Connecting ends with the first prompt. Answers were compared before they were counted:"
        " every time in the table is that of right answers. The last columns are the commands of the table above. Ours"
        " is told without its settle times; with them a command takes 300 ms more.\n"
    )
    print("| | connect | small answer | at 60 ms | 520 KB | right | misattributed | truncated | time |")
    print("|---" * 9 + "|")
    with console_server("password") as server, tempfile.TemporaryDirectory() as folder:
        times = measured(rounds, _measures(server, python, Path(folder)))
        for name, told in _names().items():
            found = _attributed(server, python, name)
            cells = [f"{times[name, figure] * 1000:.1f} ms" for figure in FIGURES]
            right = found.commands - found.misattributed - found.truncated
            counts = f"{right} | {found.misattributed} | {found.truncated} | {found.seconds:.0f} s"
            print(f"| {told} | {' | '.join(cells)} | {counts} |", flush=True)
    print()


def _names() -> dict[str, str]:
    return {"ours": "ours", "raw": "raw paramiko", **CLIENTS}


def _measures(server: Ports, python: Path, folder: Path) -> Measures:
    near, far = server.port, server.far_port
    found: dict[tuple[str, str], Callable[[], Seconds]] = {
        ("ours", "connect"): lambda: _prompted(lambda: _our_prompt(near, folder)),
        ("raw", "connect"): lambda: _prompted(lambda: _raw_prompt(near)),
    }
    for name, asks, settle in (("ours", ours, SETTLE), ("raw", raw, 0.0)):
        found |= {
            (name, figure): (lambda a=asks, p=port, c=command, n=count, s=settle: asking(a, p, c, n) - s)  # type: ignore[misc]
            for figure, port, command, count in (
                ("small, loopback", near, "show myself", COMMANDS),
                ("small, 60 ms", far, "show myself", COMMANDS),
                ("large", near, "show large", 5),
            )
        }
    for client in CLIENTS:
        found |= {
            (client, figure): (lambda c=client, p=port, w=what: _other(python, c, w, p))  # type: ignore[misc]
            for figure, port, what in (
                ("connect", near, "connect"),
                ("small, loopback", near, "small"),
                ("small, 60 ms", far, "small"),
                ("large", near, "large"),
            )
        }
    return found


def _prompted(prompt: Callable[[], Seconds]) -> Seconds:
    """The median of some connections; the first one is not counted."""
    return statistics.median([prompt() for _ in range(CONNECTIONS + 1)][1:])


def _raw_prompt(port: int) -> Seconds:
    began = time.perf_counter()
    with raw_shell(port) as channel:
        read(channel)
        return time.perf_counter() - began


def _our_prompt(port: int, folder: Path) -> Seconds:
    """Ours turns paging off as well before it is ready, so that there are two settle times."""
    endpoint = Endpoint(name="node", address="127.0.0.1", port=port, user=USER)
    operator, failures = Operator(PASSWORD), Failures(folder / "failures")
    began = time.perf_counter()
    session = Session("node", connect(endpoint, operator, failures, folder / "known_hosts", numeric), operator)
    try:
        session.wait_for_prompt(20)
        return time.perf_counter() - began - 2 * SETTLE
    finally:
        session.close()


def _other(python: Path, client: str, figure: str, port: int) -> Seconds:
    found = _child(python, client, figure, port)
    if figure in _SUMS:
        assert found["answers"] == [_SUMS[figure]], f"{client} gives other answers"
    return float(str(found["seconds"]))


def _attributed(server: Ports, python: Path, name: str) -> Attributed:
    if name == "ours":
        return attributed_ours(server.far_port, SESSIONS, EACH)
    if name == "raw":
        return attributed_raw(server.far_port, SESSIONS, EACH)
    began, found = time.perf_counter(), Attributed()
    answers = _child(python, name, "marked", server.far_port, SESSIONS, EACH, LONGEST_PAUSE)["answers"]
    assert isinstance(answers, list)
    for mark, answer in answers:
        found.judge(_plain(str(answer)), str(mark))
    found.seconds = time.perf_counter() - began
    return found


def _child(python: Path, client: str, figure: str, port: int, *more: int) -> Mapping[str, object]:
    words: Sequence[str] = (client, figure, str(port), USER, PASSWORD, *map(str, more))
    done = subprocess.run(
        [str(python), "-P", str(HERE / "peer_cli.py"), *words], capture_output=True, text=True, check=False, timeout=600
    )
    if done.stderr:
        print(done.stderr[-2000:], file=sys.stderr)
    assert done.returncode == 0, (client, figure)
    told: dict[str, object] = json.loads(done.stdout)
    return told
