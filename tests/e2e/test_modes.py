"""The whole walk on nodes that are not what they should be: it ends federated, or stops and says why."""

import contextlib
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.support import Ran, begun, command, environment, node_log, perform
from tests.servers.tls import until

# Every node that a walk can get along with, in one.
TRYING = (
    ("keyboard-interactive",),
    ("slow-start", "0.5"),
    ("pager-2", "20"),
    ("look-alike", "0.05"),
    ("latency", "60"),
)


def walk(fedwizard: Callable[..., Ran], session: Path) -> Ran:
    """One more sitting."""
    return fedwizard("practice", "--auto", "--pace", "0", "--session", str(session))


@pytest.mark.skipif("FEDWIZARD_MODES" not in os.environ, reason="takes most of a minute: FEDWIZARD_MODES=1")
@pytest.mark.timeout(300)
def test_a_walk_on_trying_nodes(fedwizard: Callable[..., Ran], tmp_path: Path) -> None:
    session = tmp_path / "S"
    begun(fedwizard, session, *(("node-mode", node, *mode) for node in ("imp1", "imp2") for mode in TRYING))
    ran = walk(fedwizard, session)
    assert ran.status == 0, ran.out + ran.err
    assert set(ran.words.values()) <= {"done", "n/a"}
    for node in ("imp1", "imp2"):
        happened = [entry["event"] for entry in node_log(session, node)]
        assert (happened.count("confirmed"), happened.count("took-effect")) == (1, 1)
    assert fedwizard("verify", str(session / "journal.jsonl")).status == 0


STOPS = (
    (("odd-question", "plain"), "asked a question that was not announced; nothing was sent: Users are signed in"),
    (("locked-account",), "the node refused the login of administrator. Check account and password."),
    (("broken-replication",), "Replication was not seen set up on every node."),
)


def test_a_walk_stops_and_says_why(fedwizard: Callable[..., Ran], tmp_path: Path) -> None:
    session = tmp_path / "S"
    begun(fedwizard, session)
    for mode, said in STOPS:
        perform(session, ("node-as-usual", "imp1"), ("node-mode", "imp1", *mode))
        ran = walk(fedwizard, session)
        assert (ran.status, said in ran.err) == (1, True), ran.err
    assert "answer" not in [entry["event"] for entry in node_log(session, "imp1")]
    assert fedwizard("verify", str(session / "journal.jsonl")).status == 0


ROUTER = "Cisco XCP Router"


@contextlib.contextmanager
def walking(home: Path, session: Path) -> Iterator["subprocess.Popen[str]"]:
    """A sitting that is under way; it does not outlive the test."""
    words = command("practice", "--auto", "--pace", "0", "--session", str(session))
    with subprocess.Popen(
        words, env=environment(home), cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        try:
            yield child
        finally:
            child.terminate()


def so_far(session: Path, node: str) -> list[dict[str, str]]:
    """The log of a node that may be writing it, up to its last whole line."""
    path = session / "practice" / "nodes" / f"{node}.log"
    whole = path.read_text(encoding="utf-8").rpartition("\n")[0] if path.exists() else ""
    return [json.loads(line) for line in whole.splitlines()]


def happened(session: Path, node: str, event: str) -> list[str]:
    """The commands of a node's log entries of one kind."""
    return [entry.get("command", "") for entry in so_far(session, node) if entry["event"] == event]


def looks_after_the_restart(session: Path) -> int:
    """How often imp1 was asked for its services since it restarted."""
    entries = so_far(session, "imp1")
    restarts = [number for number, entry in enumerate(entries) if entry["event"] == "reboot"]
    since = entries[restarts[0] :] if restarts else []
    return sum(entry.get("command") == "utils service list" for entry in since)


@pytest.mark.timeout(200)
def test_a_walk_waits_for_a_stuck_service_stops_at_one_and_goes_on(
    fedwizard: Callable[..., Ran], home: Path, tmp_path: Path
) -> None:
    session = tmp_path / "S"

    def do(*act: str) -> None:
        ran = fedwizard("practice", "do", str(session / "practice"), *act)
        assert ran.status == 0, ran.err

    stuck = ("node-mode", "imp1", "stuck-service", ROUTER)
    begun(fedwizard, session, stuck)
    with walking(home, session) as child:
        # The restart for the domain leaves the service STARTING: looked at again and again, and nothing else is done.
        until(lambda: looks_after_the_restart(session) >= 5, 60)
        assert child.poll() is None
        assert happened(session, "imp2", "reboot") == []
        do("node-as-usual", "imp1")
        until(lambda: bool(happened(session, "imp2", "reboot")), 60)
        # It came up, and the walk went on. Now it is to be stuck when it is restarted itself.
        do(*stuck)
        _, err = child.communicate(timeout=90)
    assert child.returncode == 1
    assert err.startswith(f"restarts/xcp-router@imp1: {ROUTER} on imp1 is STARTING after the restart. ")
    assert "Nothing is restarted on the next node until this one is back." in err
    restart = f"utils service restart {ROUTER}"
    assert [happened(session, node, "service").count(restart) for node in ("imp1", "imp2")] == [1, 0]
    perform(session, ("node-as-usual", "imp1"))
    ran = walk(fedwizard, session)
    assert ran.status == 0, ran.err
    assert set(ran.words.values()) <= {"done", "n/a"}
    for node in ("imp1", "imp2"):
        assert [len(happened(session, node, each)) for each in ("confirmed", "took-effect")] == [1, 1]
        # On imp1 it came up meanwhile: that is looked at, and it is not restarted a second time.
        assert happened(session, node, "service").count(restart) == 1
    assert fedwizard("verify", str(session / "journal.jsonl")).status == 0
