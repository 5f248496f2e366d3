"""`fedwizard plan new --from-node` against the practice network: what is written, what is refused."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.support import Ran, first_host_key
from wizard.plan.problems import examine_text
from wizard.practice.client import PracticeNetwork

READS = ["show network cluster", "show network eth0", "show version active"]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeNetwork]:
    """A network that is only looked at."""
    started = PracticeNetwork.start(tmp_path_factory.mktemp("discover") / "N", "healthy", 0)
    yield started
    started.stop()


@pytest.fixture
def way(network: PracticeNetwork) -> tuple[str, ...]:
    """The options that lead into the practice network."""
    mapped = (("--connect-to", f"{place}:{reached}") for place, reached in network.connections.items())
    return ("--nameserver", network.name_servers[0], *(word for pair in mapped for word in pair))


@pytest.fixture
def begin(network: PracticeNetwork, fedwizard: Callable[..., Ran], way: tuple[str, ...]) -> Callable[..., Ran]:
    """Begin a plan from the first node, with the right password and host key unless told otherwise."""

    def run(path: Path, *words: str, node: str = "192.0.2.11", password: str = "", key: str = "") -> Ran:
        secret = password or network.password_path.read_text()
        known = ("--accept-host-key", key or first_host_key(network))
        return fedwizard(
            "plan", "new", str(path), "--from-node", node, "--password-stdin", *known, *way, *words, stdin=secret
        )

    return run


def sent(network: PracticeNetwork) -> str:
    """What the first node says it received."""
    log = network.directory / "nodes" / "imp1.log"
    return log.read_text() if log.exists() else ""


def test_a_plan_begun_lacks_only_what_nobody_can_look_up(
    tmp_path: Path, begin: Callable[..., Ran], fedwizard: Callable[..., Ran], network: PracticeNetwork
) -> None:
    path = tmp_path / "plan.toml"
    ran = begin(path, "--partner", "Partner.Example", "--partner", "branch.example")
    assert (ran.status, ran.err) == (0, "")
    assert "branch.example publishes no federation record" in ran.out
    text = path.read_text()
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    plan = tomllib.loads(text)
    assert plan["release"] == "9.0"
    assert [node["fqdn"] for node in plan["nodes"]] == ["imp1.local.example", "imp2.local.example"]
    assert [node["role"] for node in plan["nodes"]] == ["publisher", "subscriber"]
    assert plan["nodes"][0]["host_key"] == first_host_key(network)
    first, second = plan["partners"]
    assert (first["external_fqdn"], first["external_address"]) == ("sip.partner.example", "198.51.100.10")
    assert (first["publishes_srv"], second["publishes_srv"]) == (True, False)
    assert 'routing_node = "imp1"  # found on imp1 (show network cluster); confirm' in text
    assert "dhcp = false  # found on imp1 (show network eth0); confirm" in text

    checked = fedwizard("plan", "check", str(path))
    assert checked.status == 64
    fields = {line.split(": ")[1] for line in checked.out.splitlines() if line.startswith(str(path))}
    assert fields == {
        "local.sip_proxy_domain", "local.public_fqdn", "local.public_address", "local.peer_auth_port",
        "partners[1].description", "partners[2].description", "partners[2].external_fqdn",
    }  # fmt: skip


def test_nothing_but_reads_was_sent_and_to_one_node(
    network: PracticeNetwork, begin: Callable[..., Ran], tmp_path: Path
) -> None:
    assert begin(tmp_path / "plan.toml").status == 0
    received = sent(network)
    assert all(command in received for command in READS)
    assert '"event": "question"' not in received
    assert not (network.directory / "nodes" / "imp2.log").exists()


def test_the_begun_plan_completed_by_hand_leads_to_the_nodes(
    tmp_path: Path, begin: Callable[..., Ran], fedwizard: Callable[..., Ran], network: PracticeNetwork
) -> None:
    path = tmp_path / "plan.toml"
    assert begin(path, "--partner", "partner.example").status == 0
    text = path.read_text()
    for key in ("sip_proxy_domain", "public_fqdn", "public_address", "peer_auth_port", "description"):
        text = text.replace(f"# {key} = ", f"{key} = ", 1)
    path.write_text(text.replace("imp-public.local.example", "imp-public.mail.local.example"))
    assert examine_text(path.read_text(), "plan.toml")[1] == ()
    secret = network.password_path.read_text()
    checked = fedwizard("check", "plan", str(path), "--nodes", "--password-stdin", "--json", stdin=secret)
    assert checked.status == 2, "before the walk something is always missing"
    assert '"node-domain-missing"' in checked.out
    assert '"srv-ok"' in checked.out


def test_a_node_reached_elsewhere_is_noted_in_the_connection_map(
    tmp_path: Path, begin: Callable[..., Ran], fedwizard: Callable[..., Ran], network: PracticeNetwork
) -> None:
    path, place = tmp_path / "plan.toml", network.connections["192.0.2.11:22"]
    ran = fedwizard(
        "plan", "new", str(path), "--from-node", f"administrator@{place}", "--password-stdin", "--accept-host-key",
        first_host_key(network), stdin=network.password_path.read_text(),
    )  # fmt: skip
    assert ran.status == 0, ran.err
    plan = tomllib.loads(path.read_text())
    assert plan["connections"] == {"192.0.2.11:22": place}
    assert [node["user"] for node in plan["nodes"]] == ["administrator"] * 2


@pytest.mark.needs("openssh-client")
def test_a_name_that_only_the_ssh_configuration_knows(
    home: Path, tmp_path: Path, fedwizard: Callable[..., Ran], network: PracticeNetwork
) -> None:
    address, _, port = network.connections["192.0.2.11:22"].rpartition(":")
    (home / ".ssh").mkdir(mode=0o700, exist_ok=True)
    (home / ".ssh" / "config").write_text(f"Host lab-imp1\n  HostName {address}\n")
    words = ("--from-node", f"administrator@lab-imp1:{port}", "--password-stdin", "--accept-host-key")
    path, secret = tmp_path / "plan.toml", network.password_path.read_text()
    ran = fedwizard("plan", "new", str(path), *words, first_host_key(network), stdin=secret)
    assert ran.status == 0, ran.err
    assert tomllib.loads(path.read_text())["nodes"][0]["fqdn"] == "imp1.local.example"
    assert tomllib.loads(path.read_text())["connections"] == {"192.0.2.11:22": f"{address}:{port}"}
    (home / ".ssh" / "config").write_text("Hots lab-imp1\n")
    ran = fedwizard("plan", "new", str(tmp_path / "no.toml"), *words, first_host_key(network), stdin=secret)
    assert ran.status != 0
    assert "does not understand" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.needs("openssh-client")
def test_what_only_the_ssh_configuration_says_of_port_and_user_is_kept(
    home: Path, tmp_path: Path, fedwizard: Callable[..., Ran], network: PracticeNetwork
) -> None:
    address, _, port = network.connections["192.0.2.11:22"].rpartition(":")
    (home / ".ssh").mkdir(mode=0o700, exist_ok=True)
    block = f"Host lab-imp1\n  HostName {address}\n  Port {port}\n  User administrator\nHost lab-imp1\n"
    (home / ".ssh" / "config").write_text(block)
    path, secret = tmp_path / "plan.toml", network.password_path.read_text()
    words = ("--from-node", "lab-imp1", "--password-stdin", "--accept-host-key", first_host_key(network))
    ran = fedwizard("plan", "new", str(path), *words, stdin=secret)
    assert ran.status == 0, ran.err
    plan = tomllib.loads(path.read_text())
    assert plan["connections"] == {"192.0.2.11:22": f"{address}:{port}"}
    (home / ".ssh" / "config").unlink()
    secret = network.password_path.read_text()
    place = plan["connections"]["192.0.2.11:22"]
    again = fedwizard("exec", *words[2:], place, "show", "version", "active", stdin=secret)
    assert again.status == 0, again.err


def test_the_dns_alone(tmp_path: Path, fedwizard: Callable[..., Ran], way: tuple[str, ...]) -> None:
    path = tmp_path / "plan.toml"
    ran = fedwizard("plan", "new", str(path), "--partner", "partner.example", *way)
    assert ran.status == 0, ran.err
    plan = tomllib.loads(path.read_text())
    assert plan["partners"][0]["external_fqdn"] == "sip.partner.example"
    assert "nodes" not in plan


def test_what_is_there_is_never_overwritten(
    tmp_path: Path, begin: Callable[..., Ran], network: PracticeNetwork
) -> None:
    path, before = tmp_path / "plan.toml", sent(network)
    path.write_text("mine")
    ran = begin(path)
    assert (ran.status, ran.out) == (64, "")
    assert "exists already" in ran.err
    assert path.read_text() == "mine"
    assert sent(network) == before, "it is said before anybody logs in"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"password": "wrong\n"}, "refused the login"),
        ({"key": "SHA256:" + "A" * 43}, "--accept-host-key"),
        ({"node": "127.0.0.1:1"}, "no connection to 127.0.0.1 port 1"),
        ({"node": "nowhere.invalid"}, "has no address"),
    ],
)
def test_a_node_that_cannot_be_asked_leaves_nothing(
    tmp_path: Path, begin: Callable[..., Ran], more: dict[str, str], words: str
) -> None:
    ran = begin(tmp_path / "plan.toml", **more)
    assert (ran.status, ran.out) == (1, "")
    assert words in ran.err
    assert list(tmp_path.glob("plan*")) == []


@pytest.mark.parametrize(
    "words",
    [
        ("--password-stdin",),
        ("--nameserver", "192.0.2.53"),
        ("--accept-host-key", "SHA256:x", "--partner", "partner.example"),
        ("--partner", "192.0.2.1"),
        ("--partner", "partner.example", "--connect-to", "nonsense"),
        ("--from-node", "imp1:99999"),
        ("--from-node", "imp1", "--accept-host-key", "x"),
        ("--from-node", "imp1", "--password-stdin"),
    ],
)
def test_wrong_usage_asks_nobody_and_writes_nothing(
    tmp_path: Path, fedwizard: Callable[..., Ran], words: tuple[str, ...]
) -> None:
    ran = fedwizard("plan", "new", str(tmp_path / "plan.toml"), *words)
    assert (ran.status, ran.out) == (64, "")
    assert ran.err
    assert list(tmp_path.glob("plan*")) == []
