"""A survey of many domains: what it says of each, and that it holds no more of them than it has in hand."""

import gc
import tracemalloc
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import uvloop

from checks.requests import Handshake, Network
from checks.survey import Surveyed, survey
from tests.bench.contest import expected
from tests.bench.lab import lab, planned
from tests.servers.bind import name_server
from tests.servers.pki import Authorities
from tests.servers.tls import openssl_server

pytestmark = pytest.mark.needs("bind9")
_IN_HAND = 20  # servers at the same time
_MOST = 100  # domains in hand: those, and the look-ups
_ODD = "\\001" * 30  # a label that is no part of a host name, longer in text than a label may be


def surveyed(domains: Iterable[str], network: Network, handshake: Handshake = "raw") -> dict[str, Surveyed]:
    found: list[Surveyed] = []
    uvloop.run(survey(domains, network, found.append, handshake))
    assert len({one.domain for one in found}) == len(found)
    return {one.domain: one for one in found}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A name server that knows none of the domains."""
    with name_server(tmp_path_factory.mktemp("empty") / "bind", {"example": ""}) as port:
        yield Network(name_servers=(("127.0.0.1", port),), concurrency=_IN_HAND)


@pytest.mark.needs("nginx")
@pytest.mark.parametrize("handshake", ["raw", "full"])
def test_good_chains_are_told_from_bad_ones(tmp_path: Path, handshake: Handshake) -> None:
    domains = planned(80)
    assert {domain.defect for domain in domains} == {"", "expired", "stranger", "incomplete", "another name"}
    with lab(tmp_path / "lab", domains) as servers:
        network = Network(name_servers=(("127.0.0.1", servers.name_server),), trust=(servers.roots,), timeout=20)
        found = surveyed((domain.name for domain in domains), network, handshake)
    assert {name: one.verified for name, one in found.items()} == {one.name: expected(one) for one in domains}
    assert {one.fault for one in found.values()} == {""}
    assert found[domains[3].name].four == (domains[3].address,)
    assert found[domains[3].name].six == ("2001:db8::3",)


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("handshake", ["raw", "full"])
def test_a_target_that_is_no_host_name_ends_its_own_domain_only(
    tmp_path: Path, pki: Authorities, handshake: Handshake
) -> None:
    leaf = pki.leaf(cns=("sip.good.example",), san=("sip.good.example",))
    with openssl_server(tmp_path, leaf.pem, leaf.key_pem, pki.intermediate.pem) as edge:
        records = (
            f"_sipfederationtls._tcp.odd SRV 0 0 {edge} {_ODD}.wild\n*.wild A 127.0.0.1\n"
            f"_sipfederationtls._tcp.off SRV 0 0 {edge} .\n"
            f"_sipfederationtls._tcp.good SRV 0 0 {edge} sip.good\nsip.good A 127.0.0.1\n"
        )
        with name_server(tmp_path / "bind", {"example": records}, extra="check-names primary ignore;") as port:
            network = Network(name_servers=(("127.0.0.1", port),), trust=(pki.trust,))
            found = surveyed(("odd.example", "off.example", "good.example", "none.example"), network, handshake)
    assert {name: one.fault for name, one in found.items()} == {
        "odd.example": "srv-target-unresolvable",
        "off.example": "srv-service-off",
        "good.example": "",
        "none.example": "srv-name-missing",
    }
    assert found["good.example"].verified


def test_a_domain_is_taken_in_hand_only_when_another_is_done_and_what_was_told_is_let_go(empty: Network) -> None:
    taken, most = 0, [0, 0]
    told: list[weakref.ref[Surveyed]] = []

    def domains() -> Iterator[str]:
        nonlocal taken
        for number in range(500):
            taken += 1
            yield f"d{number}.example"

    def tell(one: Surveyed) -> None:
        most[0] = max(most[0], taken - len(told))
        told.append(weakref.ref(one))
        most[1] = max(most[1], sum(each() is not None for each in told))

    uvloop.run(survey(domains(), empty, tell))
    assert taken == len(told) == 500
    assert _IN_HAND <= most[0] <= _MOST
    assert most[1] <= _MOST


def test_memory_does_not_grow_with_the_number_of_domains(empty: Network) -> None:
    def most(count: int) -> int:
        gc.collect()
        tracemalloc.start()
        try:
            uvloop.run(survey((f"d{number}.example" for number in range(count)), empty, lambda _: None))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    most(100)  # what is loaded with the first use
    few, many = most(200), most(1000)
    assert many < 1.5 * few
