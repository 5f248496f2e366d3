"""The way to a node, for the tests of the CLI."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli_backend.exchange import Endpoint
from cli_backend.node import Nodes
from tests.cli_backend.people import Listening, Operator, Reach


@pytest.fixture
def reach(tmp_path: Path, request: pytest.FixtureRequest) -> Reach:
    """Make the CLI of `imp1`; it is closed when the test ends."""

    def make(server: Listening, operator: Operator, user: str = "administrator", **endpoint: object) -> Nodes:
        known = {"name": "imp1", "address": "127.0.0.1", "port": server.port, "user": user, **endpoint}
        made = Nodes({"imp1": Endpoint(**known)}, operator, tmp_path / "known_hosts", tmp_path / "failures")  # type: ignore[arg-type]
        request.addfinalizer(made.close)
        return made

    return make


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until something is so."""

    def wait(so: Callable[[], bool], seconds: float = 10) -> None:
        until = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < until
            threading.Event().wait(0.02)

    return wait
