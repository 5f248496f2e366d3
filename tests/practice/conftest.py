"""Practice networks to talk to, and somebody who talks to their consoles."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
import pytest

from wizard.practice.client import PracticeNetwork

Start = Callable[..., PracticeNetwork]
Eventually = Callable[[Callable[[], bool]], None]
PROMPT = "admin:"


class Dialogue:
    """A console, read until it ends in what is expected."""

    def __init__(self, network: PracticeNetwork, address: str, *, height: int = 24) -> None:
        host, _, port = network.connections[f"{address}:22"].partition(":")
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        password = network.password_path.read_text().strip()
        self.client.connect(
            host, int(port), "administrator", password, look_for_keys=False, allow_agent=False, timeout=10
        )
        self.channel = self.client.invoke_shell("vt100", 200, height)
        self.channel.settimeout(20)

    def until(self, *tails: str) -> str:
        """Everything up to one of the tails; up to the end of the connection when it comes first."""
        text = ""
        while not text.endswith(tails):
            data = self.channel.recv(4096)
            if not data:
                return text + "<closed>"
            text += data.decode()
        return text

    def type(self, text: str) -> None:
        self.channel.sendall(text.encode())

    def ask(self, command: str, *tails: str) -> str:
        """What a command printed, the echo and the prompt taken off."""
        self.type(command + "\r")
        return self.until(*(tails or (PROMPT,))).removeprefix(f"{command}\r\n").removesuffix(PROMPT)

    def close(self) -> None:
        self.client.close()


Talk = Callable[..., Dialogue]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a network in `practice` below the test's folder; every one is ended with the test."""
    running: list[PracticeNetwork] = []

    def begin(scenario: str = "healthy", pace: float = 0, **more: tuple[str, ...]) -> PracticeNetwork:
        network = PracticeNetwork.start(tmp_path / "practice", scenario, pace, **more)
        running.append(network)
        return network

    yield begin
    for network in running:
        network.stop()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeNetwork]:
    """A network that tests only look at."""
    network = PracticeNetwork.start(tmp_path_factory.mktemp("shared") / "practice", "healthy", 0)
    yield network
    network.stop()


@pytest.fixture
def talk() -> Iterator[Talk]:
    """Open a console, at its first prompt, with the pager off."""
    opened: list[Dialogue] = []

    def begin(network: PracticeNetwork, address: str = "192.0.2.11") -> Dialogue:
        dialogue = Dialogue(network, address)
        opened.append(dialogue)
        dialogue.until(PROMPT)
        dialogue.ask("set cli pagination off")
        return dialogue

    yield begin
    for dialogue in opened:
        dialogue.close()


@pytest.fixture
def bare_talk() -> Iterator[Talk]:
    """Open a console and leave everything to the test."""
    opened: list[Dialogue] = []

    def begin(network: PracticeNetwork, address: str = "192.0.2.11", height: int = 24) -> Dialogue:
        opened.append(Dialogue(network, address, height=height))
        return opened[-1]

    yield begin
    for dialogue in opened:
        dialogue.close()


@pytest.fixture
def eventually() -> Eventually:
    """Wait until something is so, at most twenty seconds."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, "it did not come about in time"
            threading.Event().wait(0.02)

    return wait


@pytest.fixture
def events() -> Callable[[PracticeNetwork, str], list[dict[str, str]]]:
    """What stands in the log of a node."""

    def read(network: PracticeNetwork, node: str) -> list[dict[str, str]]:
        path = network.directory / "nodes" / f"{node}.log"
        return [json.loads(line) for line in path.read_text().splitlines()]

    return read
