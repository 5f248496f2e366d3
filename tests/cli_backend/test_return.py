"""A node that goes away and comes back, callers who leave, and quitting while something hangs."""

import contextlib
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from cli_backend.comeback import Waiting, wait
from cli_backend.exchange import Endpoint, Expected, LockedOut, LoginRefused, RefusedByNode, Result, Unreachable
from cli_backend.lockout import WINDOW
from cli_backend.node import Nodes
from cli_backend.ssh import Port
from tests.cli_backend.people import Operator, Reach
from tests.servers.paramiko_cli import PASSWORD, Console, Login, serve

Eventually = Callable[[Callable[[], bool]], None]


def echo(console: Console, command: str) -> None:
    """A console with one answer."""
    console.out(f"you said {command}\r\n")


class Place:
    """A port, whoever listens."""

    def __init__(self, port: int) -> None:
        self.port = port


@contextlib.contextmanager
def silent() -> Iterator[Place]:
    """A port that accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Place(listener.getsockname()[1])


def test_closed_then_silent_then_back(reach: Reach) -> None:
    told: list[str] = []
    with serve(echo) as server:
        device = reach(server, Operator(PASSWORD), host_key=None)
        device.run("imp1", "show x")
        port, key = server.port, server
        keys = tuple(transport.get_server_key() for transport in key.transports[:1])
    back: list[bool] = []
    waiting = threading.Thread(
        target=lambda: back.append(device.wait_for_return("imp1", went_down=False, timeout=60, on_progress=told.append))
    )
    waiting.start()
    while not any("closed, restarting" in text for text in told):
        threading.Event().wait(0.02)
    with serve(echo, port=port, keys=keys):  # type: ignore[arg-type]
        waiting.join(40)
        assert back == [True]
        assert device.run("imp1", "show y").output == "you said show y\n"
    assert told[0].startswith(f"imp1 (127.0.0.1 port {port}): ")
    assert told[-1].endswith(" of at most 60 s")


def test_an_open_port_is_not_taken_for_a_return(reach: Reach) -> None:
    with serve(echo) as server:
        operator = Operator(PASSWORD)
        told: list[str] = []
        device = reach(server, operator)
        assert device.wait_for_return("imp1", went_down=False, timeout=1.5, on_progress=told.append) is False
        assert set(text.split(": ")[1].split(",")[0] for text in told) == {"still open"}
        assert operator.passwords_asked == 0


def waiting_with(probe: Callable[[], Port], log_in: Callable[[float], None], told: list[str], clock: "Hand") -> Waiting:
    """What waits by a clock that is moved by hand."""
    return Waiting(
        place="imp1",
        probe=probe,
        went_down=lambda: False,
        log_in=log_in,
        forgive=lambda: told.append("forgiven"),
        report=told.append,
        stopped=lambda: False,
        pause=clock.pass_by,
    )


@dataclass
class Hand:
    """A clock that runs only while something pauses."""

    at: float = 0.0

    def monotonic(self) -> float:
        """Now."""
        return self.at

    def pass_by(self, seconds: float) -> None:
        """Some seconds later."""
        self.at += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Hand:
    """The clock of the waiting."""
    hand = Hand()
    monkeypatch.setattr("cli_backend.comeback.time", hand)
    return hand


def test_each_stage_is_told_with_its_time_and_its_worst(clock: Hand) -> None:
    ports = {0.0: Port.SSH, 100.0: Port.CLOSED, 500.0: Port.SILENT, 560.0: Port.SSH}
    tries: list[float] = []

    def log_in(_rest: float) -> None:
        tries.append(clock.at)
        if len(tries) == 1:
            raise Unreachable("imp1", "the node gave no prompt", "Wait.")
        if len(tries) == 2:
            raise LockedOut("imp1", "one more would lock the account", "Wait.")

    told: list[str] = []
    assert wait(waiting_with(lambda: [p for at, p in ports.items() if at <= clock.at][-1], log_in, told, clock), 1800)
    stages = [text.split(": ")[1].rpartition(", ")[0] for text in told]
    assert list(dict.fromkeys(stages)) == [
        "still open, not restarting yet",
        "closed, restarting",
        "open, no SSH yet",
        "the node gave no prompt",
        "one more would lock the account",
    ]
    assert told[0] == "imp1: still open, not restarting yet, 0 s of at most 10 min"
    assert "imp1: closed, restarting, 6 min of at most 15 min" in told
    assert told[-1].startswith("imp1: one more would lock the account, ")
    assert all(later - earlier >= 29 for earlier, later in pairwise(tries)), "a login is not tried in haste"


def test_a_port_that_never_closes_is_not_waited_for_to_the_end(clock: Hand) -> None:
    def never(_rest: float) -> None:
        raise AssertionError

    assert wait(waiting_with(lambda: Port.SSH, never, [], clock), 3600) is False
    assert clock.at == pytest.approx(600, abs=2)


def test_a_refused_login_ends_the_waiting_after_one_try(reach: Reach) -> None:
    with serve(echo, Login()) as server:
        with pytest.raises(LoginRefused):
            reach(server, Operator("wrong")).wait_for_return("imp1", went_down=True, timeout=30)
        assert server.attempts == ["wrong"]


def test_a_first_refusal_after_a_restart_is_tried_once_more_when_it_counts_no_longer(clock: Hand) -> None:
    tries, told = list[float](), list[str]()

    def refuses_early(_rest: float) -> None:
        tries.append(clock.at)
        if clock.at < 200:
            raise RefusedByNode("imp1", "the node refused the login of administrator", "Look.")

    waiting = waiting_with(lambda: Port.CLOSED if clock.at < 30 else Port.SSH, refuses_early, told, clock)
    assert wait(waiting, 1800) is True
    early, later = tries
    assert WINDOW <= later - early <= WINDOW + 31
    assert told.count("forgiven") == 1
    times = [re.search(r"(\d+) (s|min) of at most 10 min$", text) for text in told if "tried once more" in text]
    assert times
    assert all(found and int(found[1]) <= (119 if found[2] == "s" else 10) for found in times)
    assert any("refused the login" in text and "tried once more in" in text for text in told)


def test_a_password_that_is_refused_twice_after_a_restart_is_never_tried_a_third_time(clock: Hand) -> None:
    tries = list[float]()

    def refuses(_rest: float) -> None:
        tries.append(clock.at)
        raise RefusedByNode("imp1", "the node refused the login of administrator", "Look.")

    with pytest.raises(LoginRefused):
        wait(waiting_with(lambda: Port.CLOSED if clock.at < 30 else Port.SSH, refuses, [], clock), 3600)
    assert len(tries) == 2
    assert tries[1] - tries[0] >= WINDOW


def test_a_right_password_that_is_refused_early_in_the_start_of_a_node(
    reach: Reach, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli_backend.comeback.WINDOW", 1)
    told: list[str] = []
    with serve(echo, Login(refusals=1)) as server:
        device = reach(server, Operator(PASSWORD))
        assert device.wait_for_return("imp1", went_down=True, timeout=30, on_progress=told.append) is True
        assert server.attempts == [PASSWORD] * 2
        assert device.run("imp1", "show x").output == "you said show x\n"
        assert len(server.sessions) == 1, "the session of the return is the one that is used"
    assert any("early in a start" in text for text in told)
    assert json.loads((tmp_path / "failures").read_text()) == {}


def test_the_end_of_a_session_tells_of_one_restart_alone(reach: Reach, eventually: Eventually) -> None:
    def restarts(console: Console, command: str) -> None:
        if command.startswith("utils"):
            console.out("Continue (y/n)?")
            console.line()
            console.key()

    sure = Expected(pattern=r"Continue \(y/n\)\?", answer="y")
    with serve(restarts) as server:
        device = reach(server, Operator(PASSWORD))
        begun = device.run("imp1", "utils system restart", expect=(sure,), reboots=True, timeout=2)
        assert begun.result is Result.TIMED_OUT
        server.drop()
        eventually(lambda: all(each.is_set() for each in server.sessions))
        assert device.wait_for_return("imp1", went_down=False, timeout=20) is True
        assert device.wait_for_return("imp1", went_down=False, timeout=1.5) is False, "nothing restarted since"


def test_closing_ends_the_threads_of_the_nodes(reach: Reach, eventually: Eventually) -> None:
    before = set(threading.enumerate())
    with serve(echo) as server:
        device = reach(server, Operator(PASSWORD))
        device.run("imp1", "show x")
        ours = {each for each in threading.enumerate() if each not in before and each.name.endswith(" imp1")}
        assert {each.name for each in ours} == {"node imp1", "read imp1"}
        device.close()
        eventually(lambda: not any(each.is_alive() for each in ours))


@pytest.mark.parametrize("act", ["run", "wait"])
def test_leaving_and_quitting_are_quick_though_the_node_is_silent(reach: Reach, act: str) -> None:
    with silent() as place:
        device = reach(place, Operator(PASSWORD))
        cancel = threading.Event()
        ended: list[object] = []

        def call() -> None:
            try:
                if act == "run":
                    device.run("imp1", "show x", cancel=cancel)
                else:
                    ended.append(device.wait_for_return("imp1", went_down=True, timeout=60, cancel=cancel))
            except Unreachable as problem:
                ended.append(problem)

        for quit_it in (cancel.set, device.close):
            cancel.clear()
            caller = threading.Thread(target=call)
            caller.start()
            threading.Event().wait(0.3)
            began = time.monotonic()
            quit_it()
            caller.join(5)
            assert not caller.is_alive()
            assert time.monotonic() - began < 1
        assert len(ended) == 2


def test_several_nodes_are_closed_at_once_and_nothing_is_typed(tmp_path: Path) -> None:
    def hangs(console: Console, command: str) -> None:
        console.out(f"{command}\r\n")
        console.key()

    with contextlib.ExitStack() as stack:
        servers = {f"imp{number}": stack.enter_context(serve(hangs)) for number in range(1, 7)}
        endpoints = {
            name: Endpoint(name=name, address="127.0.0.1", port=server.port) for name, server in servers.items()
        }
        device = Nodes(endpoints, Operator(PASSWORD), tmp_path / "known_hosts", tmp_path / "failures")
        printed = {name: threading.Event() for name in servers}

        def call(name: str) -> None:
            with contextlib.suppress(Unreachable):
                device.run(name, "show x", on_output=lambda _text: printed[name].set())

        callers = [threading.Thread(target=call, args=(name,)) for name in servers]
        for caller in callers:
            caller.start()
        assert all(each.wait(30) for each in printed.values())
        began = time.monotonic()
        device.close()
        for caller in callers:
            caller.join(5)
        assert time.monotonic() - began < 1
        assert not any(caller.is_alive() for caller in callers)
        assert all(server.sessions[0].wait(5) for server in servers.values())
        assert {bytes(server.received) for server in servers.values()} == {b"set cli pagination off\rshow x\r"}


def test_quitting_is_quick_though_the_person_does_not_answer(reach: Reach) -> None:
    def asks(console: Console, command: str) -> None:
        console.out("Really?")
        console.line()

    with serve(asks) as server:
        operator = Operator(PASSWORD, thinking=threading.Event())
        device = reach(server, operator)
        caller = threading.Thread(target=lambda: device.run("imp1", "utils x"))
        caller.start()
        assert operator.asked.wait(20)
        began = time.monotonic()
        device.close()
        caller.join(5)
        assert time.monotonic() - began < 1
        assert not caller.is_alive()
        assert server.sessions[0].wait(5)
        assert server.received.endswith(b"utils x\r")
        assert operator.thinking is not None
        operator.thinking.set()
