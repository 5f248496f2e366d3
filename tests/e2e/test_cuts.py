"""Connections to nodes that are cut at random, in the middle of outputs, through the whole walk.

Every run ends at a clear question or federated; no change takes effect twice; the journal is whole. More seeds than CI
runs: FEDWIZARD_CUTS=50.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.support import Ran, begun, node_log

SEEDS = int(os.environ.get("FEDWIZARD_CUTS", "5"))
MOST_SITTINGS = 60


def until_the_end(fedwizard: Callable[..., Ran], session: Path) -> Iterator[Ran]:
    """Sitting after sitting, each of which ends in order."""
    for _ in range(MOST_SITTINGS):
        ran = fedwizard("practice", "--auto", "--pace", "0", "--session", str(session))
        assert ran.status in {0, 1, 3}, ran.out + ran.err
        yield ran
        if ran.status == 0:
            return
        assert ran.err.strip(), "it stops, and says why"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_walk_over_connections_that_are_cut(seed: int, fedwizard: Callable[..., Ran], tmp_path: Path) -> None:
    session = tmp_path / "S"
    begun(fedwizard, session, ("cut-connections", str(seed)))
    sittings = list(until_the_end(fedwizard, session))
    ran = sittings[-1]
    cuts = sum(entry["event"] == "cut" for node in ("imp1", "imp2") for entry in node_log(session, node))
    assert len(sittings) <= cuts + 1, "it stopped for something else"
    assert ran.status == 0, ran.out + ran.err
    assert set(ran.words.values()) <= {"done", "n/a"}
    assert fedwizard("verify", str(session / "journal.jsonl")).status == 0
    for node in ("imp1", "imp2"):
        effects = [entry["event"] for entry in node_log(session, node)]
        assert (effects.count("confirmed"), effects.count("took-effect")) == (1, 1)
