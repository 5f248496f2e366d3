"""The node's CLI behind another SSH server that we did not write: asyncssh, which is strict."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli_backend.exchange import LoginRefused, Result
from tests.bench.cli import attributed_ours, attributed_raw
from tests.cli_backend.people import Operator, Reach
from tests.servers.asyncssh_cli import LARGE, PASSWORD, Ports, console_server, marked


@pytest.fixture(scope="module", params=["password", "keyboard-interactive", "password,keyboard-interactive"])
def server(request: pytest.FixtureRequest) -> Iterator[Ports]:
    """A server that takes these methods."""
    with console_server(request.param) as running:
        yield running


def test_commands_in_one_session_by_whatever_the_server_takes(server: Ports, reach: Reach) -> None:
    operator = Operator(PASSWORD)
    device = reach(server, operator)
    small = device.run("imp1", "show myself")
    assert (small.result, small.output.splitlines()[0]) == (Result.OK, "Machine Name    : imp1")
    assert device.run("imp1", "show large").output == LARGE.replace("\r", "")
    assert device.run("imp1", "show mark 17 100").output == marked("17")
    assert device.run("imp1", "show myself").output == small.output
    assert operator.passwords_asked == len(operator.shown) == 1


def test_no_answer_is_that_of_another_command() -> None:
    """A small bench, which finds out who stops at what looks like the prompt; the large one is `make bench`."""
    with console_server("password") as server:
        found = attributed_ours(server.far_port, sessions=6, each=2, longest=100)
        assert (found.commands, found.misattributed, found.truncated) == (12, 0, 0)
        assert attributed_raw(server.far_port, sessions=2, each=3).misattributed > 0


def test_a_wrong_password_is_one_attempt(server: Ports, reach: Reach, tmp_path: Path) -> None:
    with pytest.raises(LoginRefused, match="the node refused the login"):
        reach(server, Operator("wrong")).run("imp1", "show myself")
    assert (tmp_path / "failures").read_text(encoding="utf-8").count(",") == 0
