"""A small bench: what a survey of many domains says, by either handshake, and what dead peers among them cost."""

import os
import time
from pathlib import Path

import pytest

from tests.bench.contest import differences, expected, ours, shell
from tests.bench.lab import lab, planned

pytestmark = [
    pytest.mark.needs("bind9", "bind9-dnsutils", "nginx", "libnginx-mod-stream", "openssl"),
    # Beside six other workers its servers are late, and lateness is what it measures.
    pytest.mark.skipif("FEDWIZARD_BENCH" not in os.environ, reason="wants the machine to itself: FEDWIZARD_BENCH=1"),
]


def test_every_contestant_says_the_same_and_a_shell_loop_is_slower(tmp_path: Path) -> None:
    domains = planned(80)
    with lab(tmp_path / "lab", domains) as network:
        raw, full = (ours(profile)(network, domains) for profile in ("raw", "full"))
        loop = shell(network, domains)
    assert [raw.outputs[d.name]["verified"] for d in domains] == [expected(d) for d in domains]
    assert {d.defect for d in domains} == {"", "expired", "stranger", "incomplete", "another name"}
    assert differences(raw.outputs, full.outputs) == []
    assert differences(raw.outputs, loop.outputs) == []
    assert loop.seconds > 2 * raw.seconds
    assert raw.rss_mb < 100


def test_dead_peers_cost_one_timeout_together(tmp_path: Path) -> None:
    domains = planned(40, dead=20)
    with lab(tmp_path / "lab", domains) as network:
        began = time.monotonic()
        found = ours("raw")(network, domains)
        seconds = time.monotonic() - began
    assert [found.outputs[d.name]["verified"] for d in domains] == [expected(d) for d in domains]
    assert sum(domain.dead for domain in domains) == 20
    assert 3 <= seconds < 9  # three timeouts; one after the other they would be sixty
