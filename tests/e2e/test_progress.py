"""`check plan` says on a terminal how far it is, and only there."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import dns.message
import dns.rcode
import pytest

from tests.checks.test_targets import PLAN
from tests.e2e.support import Ran
from tests.e2e.terminal import on_terminal
from tests.servers.dns import answering
from tests.servers.tls import free_port, full_server

LINE = re.compile(rb"(\d+) of (\d+): ([^\r\n]+): (pass|warn|fail|not-tested)\r\n")


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan whose partner's server is dead."""
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.replace('trust = ["root.pem"]\n', ""), encoding="utf-8")
    return path


def test_each_check_is_told_when_it_is_done_and_a_dead_peer_comes_last(home: Path, plan: Path) -> None:
    with answering(refused) as server, full_server("127.3.0.9") as dead:
        words = ["check", "plan", str(plan), "--nameserver", server, "--timeout", "1"]
        words += ["--connect-to", f"sip.partner.example:5061:127.3.0.9:{dead}"]
        words += ["--connect-to", f"sip.local.example:5061:127.0.0.1:{free_port()}"]
        with on_terminal(home, *words) as terminal:
            assert terminal.wait_end(30) == 2
            received = bytes(terminal.received)
    told = LINE.findall(received)
    assert [int(number) for number, *_ in told] == list(range(1, len(told) + 1))
    assert {int(count) for _, count, *_ in told} == {len(told)}
    targets = [target.decode() for _, _, target, _ in told]
    assert targets[-1] == "sip.partner.example:5061"
    assert {"sip.local.example", "local.example", "partner.example", "the servers of partner.example"} <= set(targets)
    assert received.index(b"In all:") > received.rindex(b" of ")


def refused(query: dns.message.Message) -> dns.message.Message:
    """Every question is refused, at once."""
    reply = dns.message.make_response(query)
    reply.set_rcode(dns.rcode.REFUSED)
    return reply


def test_machines_are_told_nothing_beside_the_document(home: Path, plan: Path, fedwizard: Callable[..., Ran]) -> None:
    words = ["check", "plan", str(plan), "--nameserver", f"127.0.0.1:{free_port()}", "--timeout", "0.3", "--json"]
    for host in ("sip.partner.example", "sip.local.example"):
        words += ["--connect-to", f"{host}:5061:127.0.0.1:{free_port()}"]
    with on_terminal(home, *words) as terminal:
        terminal.wait_end(30)
        assert LINE.findall(bytes(terminal.received)) == []
        assert json.loads(terminal.received)["schema"] == "fedwizard.check/1"
    ran = fedwizard(*words)
    assert (ran.status, ran.err) == (2, "")
    assert len(ran.out.splitlines()) == 1
