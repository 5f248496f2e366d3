"""Clients that are not ours take a practice node for a real one: pexpect with OpenSSH, and Cisco's own where it is."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from cli_backend.output import parse_cluster, parse_network, parse_services
from tests.servers.practice_console import PROMPT, Events, Start
from wizard.practice.client import PracticeNetwork

LINE_PROMPT = r"\r\nadmin:\Z"  # what scripts for these nodes look for
UNICON = os.environ.get("UNICON_PYTHON", "")  # the Python of a venv with unicon, pyats and genie: 800 MB, not for CI
OPTIONS = {
    "StrictHostKeyChecking": "no",
    "UserKnownHostsFile": "/dev/null",
    "PreferredAuthentications": "password",
    "NumberOfPasswordPrompts": "1",
}

Login = Callable[[PracticeNetwork], "pexpect.spawn[str]"]


@pytest.fixture
def login(tmp_path: Path) -> Iterator[Login]:
    """Log in by OpenSSH under pexpect, up to the prompt, and turn paging off as scripts do."""
    opened: list[pexpect.spawn[str]] = []

    def begin(network: PracticeNetwork) -> "pexpect.spawn[str]":
        host, _, port = network.connections["192.0.2.11:22"].partition(":")
        options = [word for name, value in OPTIONS.items() for word in ("-o", f"{name}={value}")]
        words = ["-F", "none", *options, "-p", port, f"administrator@{host}"]
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "vt100"}
        # Wide, so that no echo is folded.
        child = pexpect.spawn("ssh", words, encoding="utf-8", env=env, timeout=20, dimensions=(24, 200))
        opened.append(child)
        child.expect("password:")
        child.sendline(network.password_path.read_text(encoding="utf-8").strip())
        child.expect(LINE_PROMPT)
        assert "Welcome to the Platform Command Line Interface" in child.before
        assert ask(child, "set cli pagination off").strip() == "Automatic pagination is turned off"
        return child

    yield begin
    for child in opened:
        child.close(force=True)


def ask(child: "pexpect.spawn[str]", command: str, *, ends: str = LINE_PROMPT) -> str:
    """What a command printed, up to the prompt or something else."""
    child.send(f"{command}\r")
    child.expect_exact(f"{command}\r\n")
    child.expect(ends)
    return str(child.before).replace("\r\n", "\n")


@pytest.mark.needs("openssh-client")
def test_pexpect_reads_listings(shared: PracticeNetwork, login: Login) -> None:
    child = login(shared)
    network = parse_network(ask(child, "show network eth0"))
    assert (network.address, network.domain_known, network.domain) == ("192.0.2.11", True, None)
    nodes = parse_cluster(ask(child, "show network cluster")).nodes
    assert [(node.address, node.fqdn) for node in nodes] == [("192.0.2.11", "imp1"), ("192.0.2.12", "imp2")]
    services = {each.name: each.state for each in parse_services(ask(child, "utils service list")).services}
    assert services["Cisco SIP Proxy"] == services["Cisco XCP Router"] == "STARTED"
    assert services["Cisco XCP SIP Federation Connection Manager"] == "STOPPED"
    child.send("quit\r")
    child.expect(pexpect.EOF)
    child.wait()
    assert child.exitstatus == 0


@pytest.mark.needs("openssh-client")
def test_pexpect_meets_the_pager_and_its_keys(shared: PracticeNetwork, login: Login) -> None:
    child = login(shared)
    assert ask(child, "set cli pagination on").strip() == "Automatic pagination is turned on"
    pager = re.escape("Press <enter> for 1 line, <space> for one page, or <q> to quit")
    shown, pages, paused = ask(child, "utils service list", ends=pager), 1, True
    while paused:
        child.send(" ")
        paused = child.expect([pager, LINE_PROMPT]) == 0
        shown, pages = shown + child.before, pages + 1
    assert pages > 1
    assert "System SSH [STARTED]" in shown and "Primary Node =true" in shown


@pytest.mark.needs("openssh-client")
def test_pexpect_is_asked_and_what_it_says_is_done(start: Start, login: Login, events: Events) -> None:
    network = start()
    child = login(network)
    question = r"Continue \(y/n\)\?"
    assert "W A R N I N G" in ask(child, "set network domain local.example", ends=question)
    child.send("n\r")
    child.expect(LINE_PROMPT)
    assert "reboot" not in {event["event"] for event in events(network, "imp1")}
    assert parse_network(ask(child, "show network eth0")).domain is None
    ask(child, "set network domain local.example", ends=question)
    child.send("y\r")
    child.expect(pexpect.EOF)
    assert [event["event"] for event in events(network, "imp1")][-3:] == ["confirmed", "took-effect", "reboot"]


@pytest.mark.skipif(not UNICON, reason="UNICON_PYTHON names no Python with unicon, pyats and genie")
@pytest.mark.needs("openssh-client")
def test_unicon_reads_listings_and_answers_the_question_by_itself(start: Start, events: Events, tmp_path: Path) -> None:
    network = start()
    host, _, port = network.connections["192.0.2.11:22"].partition(":")
    words = [UNICON, "-P", str(Path(__file__).with_name("peer_unicon.py")), host, port]
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    password = network.password_path.read_text(encoding="utf-8")
    done = subprocess.run(words, input=password, text=True, capture_output=True, check=False, timeout=100, env=env)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert parse_network(found["show network eth0"].replace("\r", "")).address == "192.0.2.11"
    assert len(parse_cluster(found["show network cluster"].replace("\r", "")).nodes) == 2
    assert "Primary Node =true" in found["utils service list"]
    assert PROMPT not in "".join(found.values())
    # It types y into every question of this kind, and the node does what a real one would do.
    assert "Connection closed" in found["set network domain local.example"]
    told = [event["event"] for event in events(network, "imp1")]
    assert told[-5:] == ["question", "answer", "confirmed", "took-effect", "reboot"]
