"""`plan new --from-node`: the plan begun from what a practice node and the practice DNS say."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.support import Ran
from wizard.practice.client import PracticeNetwork

Fedwizard = Callable[..., Ran]


@pytest.fixture
def network(tmp_path: Path) -> Iterator[PracticeNetwork]:
    """A network on which the publisher has its domain."""
    network = PracticeNetwork.start(tmp_path / "N", "no-srv", 0)
    yield network
    network.stop()


def begin(network: PracticeNetwork, fedwizard: Fedwizard, file: Path, *more: str, password: str | None = None) -> Ran:
    """Begin a plan from the first node."""
    key = next(line.split('"')[1] for line in network.plan_path.read_text().splitlines() if line.startswith("host_key"))
    place = network.connections["192.0.2.11:22"]
    words = ("plan", "new", str(file), "--from-node", place, "--password-stdin", "--accept-host-key", key)
    servers = tuple(word for server in network.name_servers for word in ("--nameserver", server))
    secret = network.password_path.read_text() if password is None else password
    return fedwizard(*words, *servers, *more, stdin=secret)


def test_what_a_node_and_dns_say_becomes_a_plan_that_lacks_only_what_nobody_can_find(
    network: PracticeNetwork, fedwizard: Fedwizard, tmp_path: Path
) -> None:
    file = tmp_path / "plan.toml"
    ran = begin(network, fedwizard, file, "--partner", "partner.example", "--partner", "branch.example")
    assert ran.status == 0, ran.err
    text = file.read_text()
    plan = tomllib.loads(text)
    assert plan["release"] == "9.0"
    assert plan["local"]["sip_proxy_domain"] == "local.example"
    assert [(node["name"], node["fqdn"], node["role"]) for node in plan["nodes"]] == [
        ("imp1", "imp1.local.example", "publisher"),
        ("imp2", "imp2.local.example", "subscriber"),
    ]
    partner, branch = plan["partners"]
    assert (partner["external_fqdn"], partner["external_address"]) == ("sip.partner.example", "198.51.100.10")
    assert (branch["external_fqdn"], branch["publishes_srv"]) == ("", False)
    assert text.count("; confirm") >= 8
    check = fedwizard("plan", "check", str(file))
    assert check.status == 64
    fields = {line.split(": ")[1] for line in check.out.splitlines() if line.startswith(str(file))}
    assert {"local.public_fqdn", "local.public_address", "partners[2].external_fqdn"} <= fields
    assert not any(field.startswith(("nodes", "release")) for field in fields)


def test_nothing_is_written_when_nothing_is_found_or_the_file_is_there(
    network: PracticeNetwork, fedwizard: Fedwizard, tmp_path: Path
) -> None:
    file = tmp_path / "plan.toml"
    assert begin(network, fedwizard, file, password="wrong\n").status == 1
    assert not file.exists()
    assert begin(network, fedwizard, file, "--partner", "not a domain").status == 64
    assert not file.exists()
    file.write_text("mine")
    assert begin(network, fedwizard, file).status == 64
    assert file.read_text() == "mine"
    assert fedwizard("plan", "new", str(tmp_path / "p.toml"), "--partner", "partner.example").status == 64
