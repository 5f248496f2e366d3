"""Jump hosts run by OpenSSH, as `~/.ssh/config` names them: none, one, two; and hops that are not to be trusted."""

import base64
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cli_backend.exchange import Endpoint, HopRefused, Result, Unreachable
from cli_backend.hostkeys import fingerprint
from cli_backend.jump import Way, carried, way_to
from cli_backend.node import Nodes
from tests.cli_backend.people import Operator
from tests.servers.openssh import Sshd, open_folder, sshd

pytestmark = [
    pytest.mark.needs("openssh-server"),
    pytest.mark.needs("openssh-client"),
    pytest.mark.skipif(os.geteuid() != 0 and not os.environ.get("CI"), reason="sshd logs in real accounts"),
]
ASK_FAR = "ssh -o StrictHostKeyChecking=ask -J near far"
NODE = "imp1.local.example"  # a name that only the file knows


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a key of its own."""
    folder = tmp_path / "person"
    (folder / ".ssh").mkdir(parents=True, mode=0o700)
    monkeypatch.setenv("HOME", str(folder))
    key = folder / ".ssh" / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    return folder


@pytest.fixture
def servers(home: Path, tmp_path: Path) -> Iterator[dict[str, Sshd]]:
    """A node that takes passwords, and two hops that take the person's key."""
    with ExitStack() as stack:
        key = stack.enter_context(open_folder()) / "authorized"  # sshd reads it as the account that logs in
        shutil.copyfile(home / ".ssh" / "id.pub", key)
        key.chmod(0o644)
        by_key = ("PubkeyAuthentication yes", f"AuthorizedKeysFile {key}", "PasswordAuthentication no")
        running = {}
        for name, options in (("node", ()), ("near", by_key), ("far", by_key)):
            (tmp_path / name).mkdir()
            running[name] = stack.enter_context(sshd(tmp_path / name, *options))
        yield running


def configure(
    home: Path,
    servers: dict[str, Sshd],
    jumps: str,
    *,
    trusted: tuple[str, ...] = ("near", "far"),
    checking: str = "yes",
    shown: str = "",
) -> None:
    """Write the person's file, and the known keys of the hops; `shown`: whose key stands there for all of them."""
    known = home / ".ssh" / "hops"
    lines = [f"[127.0.0.1]:{servers[n].port} {servers[shown or n].host_key.read_text().strip()}\n" for n in trusted]
    known.write_text("".join(lines))
    blocks = [f"Host {NODE}\n  HostName 127.0.0.1\n" + (f"  ProxyJump {jumps}\n" if jumps else "")]
    blocks += [
        f"Host {n}\n  HostName 127.0.0.1\n  Port {servers[n].port}\n  User {servers[n].user}\n" for n in ("near", "far")
    ]
    blocks += [
        f"Host *\n  IdentityFile {home}/.ssh/id\n  UserKnownHostsFile {known}\n  StrictHostKeyChecking {checking}\n"
    ]
    (home / ".ssh" / "config").write_text("".join(blocks))


def node_of(servers: dict[str, Sshd], folder: Path, operator: Operator, **changes: object) -> Nodes:
    """The node, by the name that only the file knows."""
    node = servers["node"]
    values = {"name": "imp1", "address": NODE, "port": node.port, "user": node.user, **changes}
    endpoint = Endpoint(**values)  # type: ignore[arg-type]
    resolve = {"127.0.0.1": ("127.0.0.1",)}
    return Nodes(
        {"imp1": endpoint},
        operator,
        folder / "known_hosts",
        folder / "failures",
        resolve=lambda name: resolve.get(name, ()),
    )


def fingerprint_of(server: Sshd) -> str:
    """The fingerprint of its host key."""
    return fingerprint(base64.b64decode(server.host_key.read_text().split()[1]))


@pytest.mark.parametrize("jumps", ["", "near", "near,far"])
def test_a_node_behind_hops(home: Path, servers: dict[str, Sshd], tmp_path: Path, jumps: str) -> None:
    configure(home, servers, jumps)
    operator = Operator(servers["node"].password)
    device = node_of(servers, tmp_path, operator)
    try:
        ran = device.run("imp1", "show network eth0")
        assert ran.result is Result.OK
        assert "DHCP" in ran.output
        assert len(operator.shown) == 1, "the node's own key is asked about here, whoever carried the connection"
    finally:
        device.close()


LAX = ("yes", "accept-new", "no")
UNKNOWN = {"near": ("ssh -o StrictHostKeyChecking=ask near", ("far",)), "far": (ASK_FAR, ("near",))}


@pytest.mark.parametrize("checking", LAX)
@pytest.mark.parametrize("name", UNKNOWN)
def test_a_hop_whose_key_is_not_known_carries_nothing_whatever_the_file_says(
    home: Path, servers: dict[str, Sshd], tmp_path: Path, name: str, checking: str
) -> None:
    command, trusted = UNKNOWN[name]
    configure(home, servers, "near,far", trusted=trusted, checking=checking)
    operator = Operator(servers["node"].password, accepts=False)
    device = node_of(servers, tmp_path, operator)
    with pytest.raises(HopRefused) as refused:
        device.run("imp1", "show network eth0")
    device.close()
    assert f"the jump host {name}: the host key {fingerprint_of(servers[name])} is not known" in refused.value.problem
    assert refused.value.remedy.endswith(f": {command}")
    assert operator.shown == [fingerprint_of(servers[name])]
    assert operator.passwords_asked == 0
    assert servers["node"].log == []
    assert servers[name].host_key.read_text().split()[1] not in (home / ".ssh" / "hops").read_text()


def test_the_keys_of_hops_are_shown_and_remembered_as_a_node_s(
    home: Path, servers: dict[str, Sshd], tmp_path: Path
) -> None:
    configure(home, servers, "near,far", trusted=(), checking="no")
    operator = Operator(servers["node"].password)
    device = node_of(servers, tmp_path, operator)
    assert device.run("imp1", "show network eth0").result is Result.OK
    device.close()
    keys = [fingerprint_of(servers[name]) for name in ("near", "far", "node")]
    assert operator.shown == keys
    assert (home / ".ssh" / "hops").read_text() == "", "the person's own file is the person's"
    again = node_of(servers, tmp_path, Operator(servers["node"].password))
    assert again.run("imp1", "show network eth0").result is Result.OK
    assert again.wait_for_return("imp1", went_down=True, timeout=10), "they count for a look at the port as well"
    again.close()
    assert operator.shown == keys


@pytest.mark.parametrize("name", ["near", "far"])
def test_a_hop_whose_key_changed_is_refused_whatever_the_file_says(
    home: Path, servers: dict[str, Sshd], tmp_path: Path, name: str
) -> None:
    configure(home, servers, "near,far", trusted=(name,), checking="no", shown="node")
    operator = Operator(servers["node"].password)
    device = node_of(servers, tmp_path, operator)
    with pytest.raises(HopRefused) as refused:
        device.run("imp1", "show network eth0")
    device.close()
    assert f"of the jump host [127.0.0.1]:{servers[name].port} changed" in refused.value.problem
    assert operator.passwords_asked == 0


def test_a_hop_with_a_way_of_its_own_is_passed_and_checked_like_the_others(
    home: Path, servers: dict[str, Sshd], tmp_path: Path
) -> None:
    configure(home, servers, "far", trusted=("far",), checking="no")
    config = home / ".ssh" / "config"
    config.write_text("Host far\n  ProxyJump near\n" + config.read_text())
    assert way_to(Endpoint(name="imp1", address=NODE)).hops == ("near", "far")
    operator = Operator(servers["node"].password, accepts=False)
    device = node_of(servers, tmp_path, operator)
    with pytest.raises(HopRefused) as refused:
        device.run("imp1", "show network eth0")
    assert "the jump host near: " in refused.value.problem
    operator.accepts = True
    assert device.run("imp1", "show network eth0").result is Result.OK
    device.close()


def test_an_openssh_that_went_away_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(home))
    with pytest.raises(Unreachable) as gone:
        carried(Endpoint(name="imp1", address=NODE), Way(host=NODE, port=22, user="", hops=("near",)), 1)
    assert "OpenSSH cannot be started" in gone.value.problem


def test_hops_that_lead_in_a_circle_are_told(home: Path) -> None:
    (home / ".ssh" / "config").write_text("Host a\n  ProxyJump b\nHost b\n  ProxyJump a\n")
    with pytest.raises(Unreachable) as circle:
        way_to(Endpoint(name="imp1", address="a"))
    assert "more than 8 jump hosts" in circle.value.problem


@pytest.mark.parametrize("place", ["{user}@127.0.0.1:{port}", "ssh://{user}@127.0.0.1:{port}"])
def test_a_hop_may_be_named_with_its_user_and_port(
    home: Path, servers: dict[str, Sshd], tmp_path: Path, place: str
) -> None:
    near = servers["near"]
    configure(home, servers, place.format(user=near.user, port=near.port), trusted=())
    device = node_of(servers, tmp_path, Operator(servers["node"].password, accepts=False))
    with pytest.raises(HopRefused) as refused:
        device.run("imp1", "show network eth0")
    device.close()
    words = f"ssh -o StrictHostKeyChecking=ask -p {near.port} -l {near.user} 127.0.0.1"
    assert refused.value.remedy.endswith(f": {words}")


def test_a_node_that_is_away_is_told_through_hops_too(home: Path, servers: dict[str, Sshd], tmp_path: Path) -> None:
    configure(home, servers, "near")
    device = node_of(servers, tmp_path, Operator("x"), port=1)
    with pytest.raises(Unreachable) as away:
        device.run("imp1", "show network eth0")
    device.close()
    assert "efused" in away.value.problem


def test_a_file_that_is_no_configuration_is_told(home: Path) -> None:
    (home / ".ssh" / "config").write_text("Hots imp1\n")
    with pytest.raises(Unreachable) as wrong:
        way_to(Endpoint(name="imp1", address=NODE))
    assert "does not understand" in wrong.value.problem


def test_where_the_plan_says_how_a_node_is_reached_the_file_says_nothing(home: Path, servers: dict[str, Sshd]) -> None:
    configure(home, servers, "near")
    user = "administrator"
    assert way_to(Endpoint(name="imp1", address=NODE)) == Way(host="127.0.0.1", port=22, user=user, hops=("near",))
    assert way_to(Endpoint(name="imp1", address=NODE, by_config=False)) == Way(host=NODE, port=22, user=user)
    assert way_to(Endpoint(name="imp1", address="192.0.2.1")) == Way(host="192.0.2.1", port=22, user=user)


FILE = """
Host imp1
  HostName 192.0.2.11
  Port 2222
Match host imp2,imp3
  User cups
Host imp3
  HostKeyAlias the-third
"""
WAYS = {
    "imp1": ("192.0.2.11", 2222, "administrator", "[192.0.2.11]:2222"),
    "imp2": ("imp2", 22, "cups", "imp2"),
    "imp3": ("imp3", 22, "cups", "the-third"),
    "imp4": ("imp4", 22, "administrator", "imp4"),
}


@pytest.mark.parametrize("name", WAYS)
def test_port_user_and_names_come_from_the_file_where_nobody_said_them(home: Path, name: str) -> None:
    (home / ".ssh" / "config").write_text(FILE)
    unsaid = Endpoint(name=name, address=name, port_said=False, user_said=False)
    way = way_to(unsaid)
    assert (way.host, way.port, way.user, way.known_as) == WAYS[name]
    said = way_to(Endpoint(name=name, address=name, port=2200, user="me"))
    assert (said.port, said.user) == (2200, "me")


def test_a_host_key_is_known_under_the_name_that_openssh_uses(
    home: Path, servers: dict[str, Sshd], tmp_path: Path
) -> None:
    node = servers["node"]
    block = f"Host {NODE}\n  HostName 127.0.0.1\n  Port {node.port}\n  User {node.user}\n"
    (home / ".ssh" / "config").write_text(block)
    (home / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{node.port} {node.host_key.read_text()}")
    operator = Operator(node.password)
    device = node_of(servers, tmp_path, operator, port=22, user="administrator", port_said=False, user_said=False)
    assert device.run("imp1", "show network eth0").result is Result.OK
    device.close()
    assert operator.shown == [], "it is known, so nobody is asked"
