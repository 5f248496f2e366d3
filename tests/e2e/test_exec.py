"""`fedwizard exec` against practice nodes: clean output, refusals before connecting, questions, statuses, JSON."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.support import Ran, first_host_key
from tests.e2e.terminal import on_terminal
from tests.servers.openssh import sshd
from wizard.practice.client import PracticeNetwork

SET = "set network domain local.example"
QUESTION = r"Continue \(y/n\)\?"


@dataclass
class Node:
    """One practice node, its fingerprint, and the program."""

    network: PracticeNetwork
    fedwizard: Callable[..., Ran]
    place: str
    host_key: str

    def exec(self, *words: str, options: tuple[str, ...] = (), password: str | None = None) -> Ran:
        """One command, with the right password and host key unless told otherwise."""
        secret = self.network.password_path.read_text() if password is None else password
        known = ("--accept-host-key", self.host_key) if "--accept-host-key" not in options else ()
        return self.fedwizard("exec", "--password-stdin", *known, *options, self.place, *words, stdin=secret)

    def received(self) -> str:
        """What the node says it received."""
        log = self.network.directory / "nodes" / "imp1.log"
        return log.read_text() if log.exists() else ""


@pytest.fixture
def node(tmp_path: Path, fedwizard: Callable[..., Ran]) -> Iterator[Node]:
    """The first node of a practice network."""
    network = PracticeNetwork.start(tmp_path / "N", "healthy", 0)
    try:
        yield Node(network, fedwizard, network.connections["192.0.2.11:22"], first_host_key(network))
    finally:
        network.stop()


def test_a_read_gives_clean_output_and_nothing_else(node: Node) -> None:
    ran = node.exec("show", "network", "eth0")
    assert ran.status == 0, ran.err
    assert ran.out.startswith("Ethernet 0")
    assert "admin:" not in ran.out
    assert "show network eth0" not in ran.out
    assert ran.err == ""


def test_json_says_everything_once(node: Node) -> None:
    ran = node.exec("show", "version", "active", options=("--json",))
    found = json.loads(ran.out)
    assert list(found) == [
        "schema", "node", "command", "risk", "result", "output", "question", "duration_ms", "host_key", "algorithms",
    ]  # fmt: skip
    assert (found["schema"], found["risk"], found["result"]) == ("fedwizard.exec/1", "read-only", "ok")
    assert found["host_key"] == node.host_key
    assert "9.0.1.10000-37" in found["output"]


def test_a_change_is_refused_before_anything_is_connected(node: Node) -> None:
    ran = node.exec(*SET.split(), password="wrong\n")
    assert ran.status == 6
    assert "--allow-change" in ran.err
    assert node.received() == ""


def test_a_question_is_shown_and_not_answered(node: Node) -> None:
    ran = node.exec(*SET.split(), options=("--allow-change",))
    assert ran.status == 3
    assert "Continue (y/n)?" in ran.err
    assert '"event": "question"' in node.received()
    assert '"event": "answer"' not in node.received()


def test_an_announced_answer_is_typed_once_and_the_restart_is_no_failure(node: Node) -> None:
    ran = node.exec(*SET.split(), options=("--allow-change", "--answer", f"{QUESTION}=y", "--json"))
    assert ran.status == 0, ran.err
    assert json.loads(ran.out)["result"] == "rebooting"


def test_the_blank_behind_a_question_may_be_written_or_not(node: Node) -> None:
    words = ("utils", "system", "restart")
    for answer in (r"Enter \(yes/no\)\?=no", r"Enter \(yes/no\)\? =no"):
        ran = node.exec(*words, options=("--allow-change", "--answer", answer))
        assert ran.status == 0, ran.err
    assert node.received().count('"event": "answer"') == 2


def test_answers_go_out_in_their_order_or_not_at_all(node: Node) -> None:
    answers = ("--answer", r"Enter \(yes/no\)\?=yes", "--answer", f"{QUESTION}=y")
    assert node.exec(*SET.split(), options=("--allow-change", *answers)).status == 3
    assert '"event": "answer"' not in node.received()


def test_a_node_that_only_the_ssh_configuration_knows(node: Node, home: Path) -> None:
    (home / ".ssh").mkdir()
    host, _, port = node.place.partition(":")
    (home / ".ssh" / "config").write_text(f"Host the-node\n  HostName {host}\n  Port {port}\n")
    secret = node.network.password_path.read_text()
    options = ("--password-stdin", "--accept-host-key", node.host_key, "--json")
    ran = node.fedwizard("exec", *options, "the-node", "show", "version", "active", stdin=secret)
    assert ran.status == 0, ran.err
    assert json.loads(ran.out)["node"] == "the-node"


@pytest.mark.needs("openssh-server")
@pytest.mark.needs("openssh-client")
@pytest.mark.skipif(os.geteuid() != 0 and not os.environ.get("CI"), reason="sshd logs in real accounts")
def test_the_key_of_a_jump_host_is_not_accepted_by_exec_and_the_command_that_shows_it_is_told(
    node: Node, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "near").mkdir()
    (home / ".ssh").mkdir()
    with sshd(tmp_path / "near") as near:
        (home / ".ssh" / "config").write_text(
            f"Host near\n  HostName 127.0.0.1\n  Port {near.port}\nHost the-node\n  HostName 127.0.0.1\n"
            "  ProxyJump near\nHost *\n  StrictHostKeyChecking no\n"
        )
        options = ("--password-stdin", "--accept-host-key", node.host_key, "--json")
        ran = node.fedwizard("exec", *options, "the-node", "show", "version", "active", stdin="never used\n")
    assert (ran.status, json.loads(ran.out)["result"]) == (6, "refused")
    assert "the jump host near: the host key SHA256:" in ran.err
    assert "ssh -o StrictHostKeyChecking=ask near\n" in ran.err
    assert "--accept-host-key" not in ran.err
    assert node.received() == ""


def test_a_name_without_an_address_is_told_as_such(fedwizard: Callable[..., Ran]) -> None:
    ran = fedwizard("exec", "--password-stdin", "nobody.invalid", "show", "status", stdin="x\n")
    assert ran.status == 5
    assert "no address is known for nobody.invalid" in ran.err


def test_a_restart_about_which_the_node_asks_nothing_needs_its_name(node: Node) -> None:
    words = ("utils", "service", "restart", "Cisco", "SIP", "Proxy")
    host = node.place.partition(":")[0]
    assert node.exec(*words, options=("--allow-change",)).status == 6
    assert node.exec(*words, options=("--allow-change", "--confirm", "imp9")).status == 6
    assert node.received() == ""
    ran = node.exec(*words, options=("--allow-change", "--confirm", host))
    assert ran.status == 0, ran.err
    assert "[STARTED]" in ran.out


def test_leaving_is_done_when_the_session_has_ended(node: Node) -> None:
    ran = node.exec("quit", options=("--json",))
    assert (ran.status, ran.err, json.loads(ran.out)["result"]) == (0, "", "ok")


def test_a_failure_the_node_reports_is_status_1(node: Node) -> None:
    ran = node.exec("show", "nonsense")
    assert ran.status == 1
    assert "No valid command entered" in ran.err


def test_an_unknown_or_wrong_host_key_is_refused_and_no_password_sent(node: Node) -> None:
    wrong = node.exec("show", "status", options=("--accept-host-key", "SHA256:" + "A" * 43))
    unknown = node.fedwizard("exec", "--password-stdin", node.place, "show", "status", stdin="x\n")
    assert (wrong.status, unknown.status) == (6, 6)
    assert node.host_key in unknown.err
    assert "--accept-host-key" in unknown.err


def test_a_wrong_password_is_tried_once_a_run_and_never_locks_the_account(node: Node) -> None:
    runs = [node.exec("show", "status", password="not it\n") for _ in range(3)]
    assert [ran.status for ran in runs] == [6, 6, 6]
    assert not any("not it" in ran.err for ran in runs)
    assert node.received().count('"event": "login-refused"') == 2
    assert "one more would lock the account" in runs[-1].err


def test_nobody_there_is_status_5(fedwizard: Callable[..., Ran]) -> None:
    ran = fedwizard("exec", "--password-stdin", "127.0.0.1:1", "show", "status", stdin="x\n")
    assert ran.status == 5


def test_a_server_that_never_speaks_takes_no_longer_than_the_person_gives(fedwizard: Callable[..., Ran]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        ran = fedwizard("exec", "--password-stdin", "--json", "--timeout", "2", place, "show", "status", stdin="x\n")
        took = time.monotonic() - began
    assert (ran.status, json.loads(ran.out)["result"]) == (4, "timed-out")
    assert "The command was not sent" in ran.err
    assert 2 <= took < 10, "120 s without it"


def test_who_interrupts_at_the_password_sees_again_what_they_type(node: Node, home: Path) -> None:
    words = ("exec", "--accept-host-key", node.host_key, node.place, "show", "version", "active")
    with on_terminal(home, *words) as terminal:
        terminal.wait_for("(hidden)")
        assert not terminal.echoes
        terminal.signal(signal.SIGINT)
        assert terminal.wait_end(20) == 130
        assert terminal.echoes


def test_the_time_of_typing_the_password_is_the_persons(node: Node, home: Path) -> None:
    host_key = ("--accept-host-key", node.host_key)
    with on_terminal(home, "exec", *host_key, "--timeout", "6", node.place, "show", "version", "active") as terminal:
        terminal.wait_for("Password of the CLI account")
        terminal.settle(quiet=6.5, seconds=8)
        terminal.press(node.network.password_path.read_text().strip() + "\r")
        assert terminal.wait_end(30) == 0
        assert "9.0.1.10000-37" in terminal.received.decode()


@pytest.mark.parametrize(
    "words",
    [
        ("exec",),
        ("exec", "imp1"),
        ("exec", "imp1", "show\tstatus"),
        ("exec", "imp1", "show", "status?"),
        ("exec", "imp1", "show\nset"),
        ("exec", "--answer", "no separator", "imp1", "show", "status"),
        ("exec", "--answer", "(=y", "imp1", "show", "status"),
        ("exec", "--answer", "=y", "imp1", "show", "status"),
        ("exec", "--answer", "Continue.*=y?", "imp1", "show", "status"),
        ("exec", "--answer", "Continue.*=y\n", "imp1", "show", "status"),
        ("exec", "--answer", "Continue.*=y\x03", "imp1", "show", "status"),
        ("exec", "--answer", "Continue.*=ý", "imp1", "show", "status"),
        ("exec", "--timeout", "0", "imp1", "show", "status"),
        ("exec", "--accept-host-key", "MD5:aa", "imp1", "show", "status"),
        ("exec", "--accept-host-key", "SHA256:abc", "imp1", "show", "status"),
        ("exec", "im p1", "show", "status"),
        ("exec", "imp1:notaport", "show", "status"),
    ],
)
def test_wrong_usage_is_status_64_and_prints_nothing(words: tuple[str, ...], fedwizard: Callable[..., Ran]) -> None:
    ran = fedwizard(*words)
    assert ran.status == 64, ran.err
    assert ran.out == ""
    assert ran.err
