"""Start, death, resurrection."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from tests.servers.practice_console import Events, Eventually, Start, Talk
from wizard.__main__ import main
from wizard.errors import FedwizardError
from wizard.plan.model import Plan
from wizard.practice.client import PracticeNetwork, child_command, control
from wizard.practice.plan_text import reachable_plan
from wizard.practice.scenarios import SCENARIOS

PUBLISH = ("publish", "a", "imp-public.mail.local.example", "192.0.2.10")
COMMAND = "set network domain local.example"


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_plan_that_comes_with_it_is_complete(start: Start, name: str) -> None:
    network = start(name)
    plan = Plan.model_validate(tomllib.loads(network.plan_path.read_text()))
    assert plan.local.peer_auth_port == (5061 if plan.asa is None else 5062)
    assert all(node.host_key for node in plan.nodes)
    assert all(f"{node.address}:22" in network.connections for node in plan.nodes)
    assert all(f"{partner.external_fqdn}:5061" in network.connections for partner in plan.partners)


def test_secrets_are_private_and_sockets_on_the_loopback(start: Start) -> None:
    network = start()
    assert stat.S_IMODE(network.directory.stat().st_mode) == 0o700
    files = [path for path in network.directory.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    word = network.password_path.read_text().strip()
    assert len(word) >= 16
    assert word.isalnum()
    assert [path for path in files if word in path.read_text(errors="replace")] == [network.password_path]
    assert all(each.startswith("127.0.0.1:") for each in network.connections.values())
    written = json.loads((network.directory / "connections.json").read_text())
    assert written["connections"] == network.connections
    assert tuple(written["name_servers"]) == network.name_servers
    assert tuple(written["internal_name_servers"]) == network.internal_name_servers


def test_after_a_kill_it_is_the_same_network(start: Start, talk: Talk, eventually: Eventually) -> None:
    first = start()
    first.do(PUBLISH)
    control(first.directory, {"ignore": "notice"})
    console = talk(first)
    console.ask(COMMAND, "(y/n)?")
    console.type("y\r")
    console.until("<closed>")
    kept = {path: path.read_bytes() for path in first.directory.rglob("*") if path.name in ("plan.toml", "password")}
    keys = {path: path.read_bytes() for folder in ("pki", "hostkeys") for path in (first.directory / folder).iterdir()}
    os.kill(first.pid, signal.SIGKILL)
    eventually(lambda: gone(first.pid))
    second = start("")  # what is there counts, not what is asked for
    assert {path: path.read_bytes() for path in (kept | keys)} == kept | keys
    assert second.in_effect(PUBLISH)
    second.do(("tell", "everybody"))
    assert not second.in_effect(("tell", "everybody"))
    back = []

    def answers() -> bool:
        try:
            back.append(talk(second))
        except OSError:
            return False
        return True

    eventually(answers)
    assert "Domain       : local.example\r\n" in back[-1].ask("show network eth0")


def test_a_change_that_was_made_and_not_written_down_is_written_down_later(start: Start, events: Events) -> None:
    network = start()
    network.stop()
    path = network.directory / "state.json"
    state = json.loads(path.read_text())
    state["nodes"]["imp1"] |= {"domain": "local.example", "domain_changes": 1, "last_domain_command": COMMAND}
    path.write_text(json.dumps(state))
    again = start()
    assert [event["command"] for event in events(again, "imp1") if event["event"] == "took-effect"] == [COMMAND]


def test_it_ends_within_a_second(start: Start) -> None:
    network = start()
    began = time.monotonic()
    network.stop()
    assert time.monotonic() - began < 1
    assert gone(network.pid)
    network.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_end_it_in_order(tmp_path: Path, number: signal.Signals) -> None:
    command = child_command(tmp_path / "practice", "healthy", 0)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert json.loads(child.stdout.readline())["ready"] is True
        child.send_signal(number)
        assert child.wait(1) == 0
        assert child.stderr is not None
        assert child.stderr.read() == b""


PARENT = """
import subprocess, sys
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
sys.stdin.read()
"""

SUPERVISOR = """
import pathlib, sys
from wizard.practice.client import PracticeNetwork
print(PracticeNetwork.start(pathlib.Path(sys.argv[1]), "healthy", 0).pid, flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("supervised", [False, True])
def test_it_ends_when_its_parent_is_killed(tmp_path: Path, eventually: Eventually, supervised: bool) -> None:
    folder = tmp_path / "practice"
    rest = [SUPERVISOR, str(folder)] if supervised else [PARENT, *child_command(folder, "healthy", 0)]
    parent = subprocess.Popen(
        [sys.executable, "-P", "-c", *rest], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert not gone(pid)
    parent.kill()
    parent.communicate()
    eventually(lambda: gone(pid))


def test_two_networks_do_not_share_a_folder(start: Start) -> None:
    network = start()
    with pytest.raises(FedwizardError, match=r"runs in .* already"):
        PracticeNetwork.start(network.directory, "healthy", 0)
    assert network.in_effect(("heal", "imp1"))


def test_an_unknown_scenario_is_refused_with_those_that_exist(start: Start) -> None:
    with pytest.raises(FedwizardError, match="Scenarios are: healthy, with-asa, three-nodes"):
        start("sunny")


def test_a_damaged_state_is_told(start: Start) -> None:
    network = start()
    network.stop()
    (network.directory / "state.json").write_text("{}")
    with pytest.raises(FedwizardError, match=r"state\.json is not a practice network's state"):
        start()


def test_its_folder_may_be_moved_while_it_runs(start: Start, tmp_path: Path, talk: Talk) -> None:
    network = start()
    network.directory.rename(tmp_path / "session")
    network.moved(tmp_path / "session")
    network.do(PUBLISH)
    assert network.in_effect(PUBLISH)
    assert "Machine Name" in talk(network).ask("show myself")
    assert b"imp-public" in (tmp_path / "session" / "state.json").read_bytes()


def test_a_folder_with_a_long_name(tmp_path: Path) -> None:
    network = PracticeNetwork.start(tmp_path / ("long" * 40) / "practice", "healthy", 0)
    try:
        network.do(PUBLISH)
        assert network.in_effect(PUBLISH)
    finally:
        network.stop()


def test_the_network_can_be_checked_from_outside(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    network = start()
    plan = str(network.directory / "check.toml")
    srv = "_sipfederationtls._tcp.local.example"

    def findings() -> set[tuple[str, str]]:
        main(["check", "plan", plan, "--json"])
        return {(each["code"], each["subject"]) for each in json.loads(capsys.readouterr().out)["findings"]}

    assert {("srv-name-missing", srv), ("tls-ok", "sip.partner.example:5061")} <= findings()
    control(network.directory, {"do": list(PUBLISH)})
    control(network.directory, {"do": ["publish", "srv", "local.example", "sip", PUBLISH[2], "5061"]})
    assert ("srv-ok", srv) in findings()


def test_a_plan_is_checked_in_the_network_and_nowhere_else_whatever_a_trainee_wrote_into_it() -> None:
    """By which the checks look up names, dial and trust: all of it is led to the network."""
    plan = """trust = ['practice/trust.pem', "own.pem", "/etc/root.pem"]
[[partners]]
peer_subject = "edge1.partner.example"  # the new one
[connections]
"a.example:5061" = "198.51.100.1:5061"
[dns]
name_servers = ["203.0.113.1"]
"""
    text = reachable_plan(plan, {"sip.partner.example:5061": "127.0.0.1:4001"}, "127.0.0.1:53053")
    assert tomllib.loads(text) == {
        "trust": ["trust.pem", "../own.pem", "/etc/root.pem"],
        "partners": [{"peer_subject": "edge1.partner.example"}],
        "dns": {"name_servers": ["127.0.0.1:53053"], "internal_name_servers": ["127.0.0.1:53053"]},
        "connections": {"sip.partner.example:5061": "127.0.0.1:4001"},
    }
    assert "# the new one" in text
    assert tomllib.loads(reachable_plan("", {}, "127.0.0.1:1"))["dns"]["name_servers"] == ["127.0.0.1:1"]
