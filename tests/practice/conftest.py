"""Practice networks to talk to, and somebody who talks to their consoles."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers.practice_console import PROMPT, Dialogue, Events, Eventually, Start, Talk
from wizard.practice.client import PracticeNetwork


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a network in `practice` below the test's folder; every one is ended with the test."""
    running: list[PracticeNetwork] = []

    def begin(scenario: str = "healthy", pace: float = 0, ignore: tuple[str, ...] = ()) -> PracticeNetwork:
        network = PracticeNetwork.start(tmp_path / "practice", scenario, pace, ignore)
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

    def begin(network: PracticeNetwork, address: str = "192.0.2.11", height: int = 24) -> Dialogue:
        dialogue = Dialogue(network, address, height=height)
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
def events() -> Events:
    """What stands in the log of a node."""

    def read(network: PracticeNetwork, node: str) -> list[dict[str, str]]:
        path = network.directory / "nodes" / f"{node}.log"
        return [json.loads(line) for line in path.read_text().splitlines()]

    return read
