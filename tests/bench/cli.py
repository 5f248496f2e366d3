"""The CLI of a node against raw paramiko with TCP_NODELAY: connecting, small and large answers, and whose they are."""

import contextlib
import random
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path

import paramiko

from cli_backend.exchange import Endpoint, Result
from cli_backend.lockout import Failures
from cli_backend.node import Nodes, numeric
from cli_backend.session import SETTLE
from cli_backend.ssh import connect
from tests.cli_backend.people import Operator
from tests.servers.asyncssh_cli import LARGE, PASSWORD, ROUND_TRIP, USER, Ports, console_server, marked

COMMANDS = 20  # small ones in a row, of which the median counts
SESSIONS, EACH = 20, 50
LONGEST_PAUSE = 250  # milliseconds

Seconds = float
Ask = Callable[[str], str]
Shell = Callable[[], contextlib.AbstractContextManager[object]]


def _socket(port: int) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", port))
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


@contextlib.contextmanager
def raw_shell(port: int) -> Iterator[paramiko.Channel]:
    """A shell by the shortest way that paramiko has. No host key is looked at."""
    transport = paramiko.Transport(_socket(port))
    transport.daemon = True
    try:
        transport.connect(username=USER, password=PASSWORD)
        channel = transport.open_session()
        channel.get_pty("vt100", 511, 200)
        channel.invoke_shell()
        yield channel
    finally:
        transport.close()


def read(channel: paramiko.Channel) -> bytes:
    """Up to what looks like the prompt: right only for output that stands still nowhere else."""
    received = bytearray()
    while not received.endswith(b"\nadmin:"):
        data = channel.recv(65536)
        if not data:
            raise EOFError
        received += data
    return bytes(received)


@contextlib.contextmanager
def raw(port: int) -> Iterator[Ask]:
    """Questions by raw paramiko."""
    with raw_shell(port) as channel:
        read(channel)

        def ask(command: str) -> str:
            channel.sendall(f"{command}\r".encode())
            text = read(channel).decode()
            return text.partition("\r\n")[2].removesuffix("admin:").replace("\r", "")

        yield ask


@contextlib.contextmanager
def ours_shell(port: int, folder: Path) -> Iterator[None]:
    """A shell by our own way: the host key compared, the server asked what it takes, the failures counted."""
    known, failures = folder / "known_hosts", Failures(folder / "failures")
    made = connect(_endpoint("node", port), Operator(PASSWORD), failures, known, numeric)
    try:
        yield
    finally:
        made.close()


@contextlib.contextmanager
def ours(port: int) -> Iterator[Ask]:
    """Questions by our own CLI, its session open already."""
    with our_nodes(port, ("node",)) as nodes:
        assert nodes.run("node", "show myself").result is Result.OK
        yield lambda command: nodes.run("node", command).output


@contextlib.contextmanager
def our_nodes(port: int, names: Sequence[str]) -> Iterator[Nodes]:
    """Nodes that are one server."""
    with tempfile.TemporaryDirectory() as folder:
        endpoints = {name: _endpoint(name, port) for name in names}
        nodes = Nodes(endpoints, Operator(PASSWORD), Path(folder, "known_hosts"), Path(folder, "failures"))
        try:
            yield nodes
        finally:
            nodes.close()


def _endpoint(name: str, port: int) -> Endpoint:
    return Endpoint(name=name, address="127.0.0.1", port=port, user=USER, by_config=False)


# --- how long it takes -----------------------------------------------------------------------------------------------


def _connecting(shells: Mapping[str, Shell], count: int) -> Mapping[str, Seconds]:
    """The medians of some connections of each, made in turns: what else the machine does then delays both.

    The first ones are not timed: they make the host key known.
    """
    took: dict[str, list[Seconds]] = {name: [] for name in shells}
    for _ in range(count + 1):
        for name in random.sample(sorted(shells), len(shells)):
            began = time.perf_counter()
            with shells[name]():
                took[name].append(time.perf_counter() - began)
    return {name: statistics.median(times[1:]) for name, times in took.items()}


def asking(
    asks: Callable[[int], contextlib.AbstractContextManager[Ask]], port: int, command: str, count: int
) -> Seconds:
    """The median of some questions in one session."""
    took, answers = [], set()
    with asks(port) as ask:
        for _ in range(count):
            began = time.perf_counter()
            answers.add(ask(command).strip())
            took.append(time.perf_counter() - began)
    assert len(answers) == 1, "the answers differ"
    assert command != "show large" or answers == {LARGE.replace("\r", "").strip()}
    return statistics.median(took)


@dataclass(frozen=True)
class Compared:
    """Medians of all rounds, in seconds; ours without the settle time. `most` is the target, in the words of `told`."""

    what: str
    raw: Seconds
    ours: Seconds
    target: str
    met: bool

    @property
    def row(self) -> str:
        """A row of the table."""
        more = f"{(self.ours - self.raw) * 1000:.1f} ms"
        times = f"{self.ours / self.raw:.2f} x"
        verdict = "met" if self.met else "**missed**"
        return (
            f"| {self.what} | {self.raw * 1000:.1f} ms | {self.ours * 1000:.1f} ms | {more} | {times}"
            f" | {self.target} | {verdict} |"
        )


def compared(rounds: int) -> list[Compared]:
    """Every figure in each round, the two in an order of chance."""
    with console_server("password") as server, tempfile.TemporaryDirectory() as folder:
        found = {**_connected(rounds, server, Path(folder)), **measured(rounds, _figures(server))}
    rows = []
    for what, (target, good) in _TARGETS.items():
        one, other = found[what, "raw"], found[what, "ours"]
        rows.append(Compared(what, one, other, target, good(one, other)))
    return rows


_TARGETS: dict[str, tuple[str, Callable[[Seconds, Seconds], bool]]] = {
    "connect, loopback": ("at most 1.2 x", lambda raw, ours: ours <= 1.2 * raw),
    "connect, 60 ms": ("at most 1.2 x", lambda raw, ours: ours <= 1.2 * raw),
    "small answer, loopback": ("at most 2 ms", lambda _raw, ours: ours <= 0.002),
    "small answer, 60 ms": ("at most 1.1 x", lambda raw, ours: ours <= 1.1 * raw),
    "520 KB, loopback": ("at most 1.6 x", lambda raw, ours: ours <= 1.6 * raw),
}


def _connected(rounds: int, server: Ports, folder: Path) -> Mapping[tuple[str, str], Seconds]:
    found: dict[tuple[str, str], list[Seconds]] = {}
    for _ in range(rounds):
        for what, port, count in (("connect, loopback", server.port, 30), ("connect, 60 ms", server.far_port, 3)):
            shells: dict[str, Shell] = {
                "raw": partial(raw_shell, port),
                "ours": partial(ours_shell, port, folder),
            }
            for name, seconds in _connecting(shells, count).items():
                found.setdefault((what, name), []).append(seconds)
    return {name: statistics.median(times) for name, times in found.items()}


def _figures(server: Ports) -> Mapping[tuple[str, str], Callable[[], Seconds]]:
    near, far = server.port, server.far_port
    return {
        ("small answer, loopback", "raw"): lambda: asking(raw, near, "show myself", COMMANDS),
        ("small answer, loopback", "ours"): lambda: asking(ours, near, "show myself", COMMANDS) - SETTLE,
        ("small answer, 60 ms", "raw"): lambda: asking(raw, far, "show myself", COMMANDS),
        ("small answer, 60 ms", "ours"): lambda: asking(ours, far, "show myself", COMMANDS) - SETTLE,
        ("520 KB, loopback", "raw"): lambda: asking(raw, near, "show large", 5),
        ("520 KB, loopback", "ours"): lambda: asking(ours, near, "show large", 5) - SETTLE,
    }


def measured(
    rounds: int, figures: Mapping[tuple[str, str], Callable[[], Seconds]]
) -> Mapping[tuple[str, str], Seconds]:
    """The median of every figure; in each round all are measured, in an order of chance."""
    found: dict[tuple[str, str], list[Seconds]] = {name: [] for name in figures}
    for number in range(rounds):
        for name in random.sample(sorted(figures), len(figures)):
            found[name].append(figures[name]())
            print(f"round {number + 1}: {', '.join(name)} {found[name][-1] * 1000:.1f} ms", file=sys.stderr)
    return {name: statistics.median(times) for name, times in found.items()}


# --- whose answer it is ----------------------------------------------------------------------------------------------


@dataclass
class Attributed:
    """What became of commands whose answers stand still behind look-alike prompts."""

    commands: int = 0
    misattributed: int = 0
    truncated: int = 0
    seconds: Seconds = 0.0

    def judge(self, output: str, mark: str) -> None:
        """Count one answer."""
        self.commands += 1
        if output.strip("\n") == marked(mark).strip("\n"):
            return
        if set(_marks(output)) - {mark}:
            self.misattributed += 1
        else:
            self.truncated += 1


def _marks(output: str) -> Iterator[str]:
    for line in output.splitlines():
        yield line.removeprefix("admin: ").partition(" ")[0]


def attributed_ours(port: int, sessions: int, each: int, longest: int = LONGEST_PAUSE) -> Attributed:
    """Our own CLI in parallel sessions."""
    names = [f"node{number}" for number in range(sessions)]
    with our_nodes(port, names) as nodes:
        return _in_parallel(names, each, longest, lambda name, command: nodes.run(name, command).output)


def attributed_raw(port: int, sessions: int, each: int, longest: int = LONGEST_PAUSE) -> Attributed:
    """Raw paramiko in parallel sessions."""
    names = [f"node{number}" for number in range(sessions)]
    with contextlib.ExitStack() as stack:
        asks = {name: stack.enter_context(raw(port)) for name in names}
        return _in_parallel(names, each, longest, lambda name, command: asks[name](command))


def _in_parallel(names: Sequence[str], each: int, longest: int, ask: Callable[[str, str], str]) -> Attributed:
    found, lock = Attributed(), threading.Lock()
    began = time.perf_counter()

    def one(name: str) -> None:
        for number in range(each):
            mark = f"{name}.{number}"
            output = ask(name, f"show mark {mark} {longest}")
            with lock:
                found.judge(output, mark)

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(one, names))
    found.seconds = time.perf_counter() - began
    return found


# --- the document ----------------------------------------------------------------------------------------------------


def cli(rounds: int, load: float) -> bool:
    """Print the part about the CLI; whether every target was met. `load` is that of the machine before it began."""
    print("## The CLI of a node\n")
    print(
        f"Against raw paramiko {paramiko.__version__} with TCP_NODELAY, which waits for a prompt at the end and for"
        f" nothing else. The server is asyncssh {version('asyncssh')} in a process of its own, on the loopback"
        f" interface; 60 ms is the round trip through a relay of ours. Ours is told without the settle time of"
        f" {SETTLE * 1000:.0f} ms, which is the price of knowing that an answer is whole. Medians of {rounds} rounds,"
        f" each in a random order; the load was {load:.1f} before it began.\n"
    )
    print("| | raw | ours | more | times | target | |\n|---|---|---|---|---|---|---|")
    rows = compared(rounds)
    for row in rows:
        print(row.row)
    print(
        f"\n{SESSIONS * EACH} commands in {SESSIONS} parallel sessions at {ROUND_TRIP * 1000:.0f} ms; the answers"
        f" pause for up to {LONGEST_PAUSE} ms, half of the time behind a line that begins like the prompt.\n"
    )
    print("| | commands | misattributed | truncated | time |\n|---|---|---|---|---|")
    with console_server("password") as server:
        for name, run in (("ours", attributed_ours), ("raw", attributed_raw)):
            found = run(server.far_port, SESSIONS, EACH)
            print(
                f"| {name} | {found.commands} | {found.misattributed} | {found.truncated} | {found.seconds:.0f} s |",
                flush=True,
            )
    print()
    return all(row.met for row in rows)
