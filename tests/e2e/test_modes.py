"""The whole walk on nodes that are not what they should be: it ends federated, or stops and says why."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.support import Ran, begun, node_log, perform

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
