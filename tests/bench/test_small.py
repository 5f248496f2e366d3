"""A small bench: whether all contestants say the same, and whether the targets hold on a few domains already."""

import os
from pathlib import Path

import pytest

from tests.bench.checks import MOST_MB, MOST_TIMEOUTS, TIMEOUT
from tests.bench.contest import compete, judged, ours, shell
from tests.bench.lab import lab, planned

pytestmark = [
    pytest.mark.needs("bind9", "bind9-dnsutils", "nginx", "openssl"),
    # Beside six other workers its servers are late, and lateness is what it measures.
    pytest.mark.skipif("FEDWIZARD_BENCH" not in os.environ, reason="wants the machine to itself: FEDWIZARD_BENCH=1"),
]


def test_every_contestant_says_the_same_and_a_shell_loop_is_slower(tmp_path: Path) -> None:
    domains = planned(80)
    with lab(tmp_path / "lab", domains) as network:
        found = compete({"raw": ours("raw"), "full": ours("full"), "loop": shell}, network, domains, 1)
    assert found["loop"].seconds > 2 * found["full"].seconds
    assert found["loop"].seconds > 2 * found["raw"].seconds
    assert max(found["raw"].most_mb, found["full"].most_mb) < MOST_MB


@pytest.mark.parametrize("profile", ["raw", "full"])
def test_dead_peers_cost_two_timeouts_more_at_most_all_of_them_together(tmp_path: Path, profile: str) -> None:
    alive, some = planned(40), planned(40, dead=20)
    with lab(tmp_path / "alive", alive) as one, lab(tmp_path / "dead", some) as other:
        without, with_them = judged(ours(profile), one, alive), judged(ours(profile), other, some)
    assert sum(domain.dead for domain in some) == 20
    assert with_them.seconds - without.seconds + 1 >= TIMEOUT
    assert with_them.seconds - without.seconds <= MOST_TIMEOUTS * TIMEOUT  # one after the other they would be sixty
