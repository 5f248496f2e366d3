"""Every mode of a practice node, driven by the wizard's own CLI: what it says, what it records, and what it types."""

import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cli_backend.exchange import Endpoint, Exchange, Expected, LoginRefused, Result, Unreachable
from cli_backend.node import Nodes
from cli_backend.output import last_state, parse_replication, parse_services
from tests.cli_backend.people import Operator
from tests.servers.practice_console import Events, Eventually, Start, Talk
from wizard.__main__ import main
from wizard.practice.client import PracticeNetwork
from wizard.practice.modes import MODES

LISTING = "show network eth0"
ROUTER = "Cisco XCP Router"
RESTART = Expected(pattern=r"Enter \(yes/no\)\?", answer="yes")


@dataclass
class Patient:
    """One node of a practice network, and whoever reaches it. It is as usual when the test begins."""

    network: PracticeNetwork
    folder: Path
    name: str
    address: str
    opened: list[Nodes] = field(default_factory=list)
    begun: int = 0

    @property
    def place(self) -> str:
        return self.network.connections[f"{self.address}:22"]

    @property
    def operator(self) -> Operator:
        return Operator(self.network.password_path.read_text(encoding="utf-8").strip())

    def put(self, *mode: str) -> None:
        self.network.do(("node-mode", self.name, *mode))
        assert self.network.in_effect(("node-mode", self.name, *mode))

    def as_usual(self) -> None:
        self.network.do(("node-as-usual", self.name))

    def reach(self, operator: Operator | None = None, **endpoint: object) -> Nodes:
        host, _, port = self.place.partition(":")
        known = {"name": self.name, "address": host, "port": int(port), **endpoint}
        files = (self.folder / "known_hosts", self.folder / "failures")
        self.opened.append(Nodes({self.name: Endpoint(**known)}, operator or self.operator, *files))  # type: ignore[arg-type]
        return self.opened[-1]

    def run(self, command: str, timeout: float = 30) -> Exchange:
        return self.reach().run(self.name, command, timeout=timeout)

    @property
    def _log(self) -> list[str]:
        path = self.network.directory / "nodes" / f"{self.name}.log"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def begin(self) -> None:
        self.begun = len(self._log)

    @property
    def events(self) -> list[str]:
        """What the node says happened since the test began."""
        return [json.loads(line)["event"] for line in self._log[self.begun :]]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeNetwork]:
    """The network of this module; its nodes are as usual between the tests."""
    running = PracticeNetwork.start(tmp_path_factory.mktemp("modes") / "practice", "healthy", 0)
    yield running
    running.stop()


@pytest.fixture
def node(network: PracticeNetwork, tmp_path: Path) -> Iterator[Patient]:
    """A node that is as usual, and is so again afterwards."""
    patient = Patient(network, tmp_path, "imp1", "192.0.2.11")
    patient.begin()
    yield patient
    for device in patient.opened:
        device.close()
    patient.as_usual()


@pytest.fixture
def other(network: PracticeNetwork, tmp_path: Path) -> Iterator[Patient]:
    """The node that may restart."""
    patient = Patient(network, tmp_path, "imp2", "192.0.2.12")
    patient.begin()
    yield patient
    for device in patient.opened:
        device.close()
    patient.as_usual()


@pytest.fixture(scope="module")
def usual(network: PracticeNetwork, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the listing reads like on a node as usual."""
    patient = Patient(network, tmp_path_factory.mktemp("usual"), "imp1", "192.0.2.11")
    exchange = patient.run(LISTING)
    patient.opened[0].close()
    return exchange.output


@dataclass
class Told:
    """What `exec` ended with: its status, its JSON, and what it said to a person."""

    status: int
    result: str
    output: str
    question: str | None
    said: str


Exec = Callable[..., Told]


@pytest.fixture
def fedwizard(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Exec:
    """`fedwizard exec` on a node whose host key is known."""

    def run(node: Patient, command: str, *options: str) -> Told:
        monkeypatch.setattr("sys.stdin", io.StringIO(node.network.password_path.read_text(encoding="utf-8")))
        key = host_key(node)
        words = ("exec", "--password-stdin", "--json", "--accept-host-key", key, *options, node.place)
        status = main((*words, *command.split()))
        printed = capsys.readouterr()
        found = json.loads(printed.out)
        return Told(status, found["result"], found["output"], found["question"], printed.err)

    return run


def host_key(node: Patient) -> str:
    """The fingerprint in the plan of the network."""
    lines = node.network.plan_path.read_text(encoding="utf-8").splitlines()
    return next(line.split('"')[1] for line in lines if line.startswith("host_key"))


def test_every_mode_is_driven_here() -> None:
    driven = Path(__file__).read_text(encoding="utf-8")
    assert [mode.name for mode in MODES if f'"{mode.name}"' not in driven] == []


@pytest.mark.parametrize(
    "mode",
    [
        ("pager-1", "2"),
        ("pager-1-stays", "5"),
        ("pager-2", "5"),
        ("keyboard-interactive",),
        ("drip", "1500"),
        ("latency", "60"),
    ],
    ids=" ".join,
)
def test_nothing_is_lost(node: Patient, fedwizard: Exec, usual: str, mode: tuple[str, ...]) -> None:
    node.put(*mode)
    told = fedwizard(node, LISTING)
    assert (told.status, told.result, told.said) == (0, "ok", "")
    assert told.output == usual


def test_a_line_like_the_prompt_does_not_end_the_output(node: Patient, fedwizard: Exec, usual: str) -> None:
    node.put("look-alike", "0.1")  # the machine may be late as well
    told = fedwizard(node, LISTING)
    assert told.result == "ok"
    assert told.output.replace("admin: was the prompt here\n", "") == usual
    assert told.output != usual


def test_ten_megabytes_come_whole_and_in_batches(node: Patient, usual: str) -> None:
    node.put("long-output", "10")
    batches: list[str] = []
    began = time.monotonic()
    exchange = node.reach().run("imp1", LISTING, on_output=batches.append)
    assert exchange.result is Result.OK
    assert len(exchange.output) > 9_900_000
    assert exchange.output.startswith(usual.rstrip("\n"))
    assert exchange.output.endswith("line 100 of a log that nobody reads to its end\n")
    assert "".join(batches).strip("\n") == exchange.output.strip("\n")
    assert len(batches) <= 2 + (time.monotonic() - began) / 0.1


def test_a_slow_start_is_waited_for(node: Patient, fedwizard: Exec, usual: str) -> None:
    node.put("slow-start", "0.5")
    began = time.monotonic()
    assert fedwizard(node, LISTING).output == usual
    assert time.monotonic() - began > 1


@pytest.mark.parametrize("mode", [("slow-start", "4"), ("latency", "900")], ids=" ".join)
def test_the_time_that_a_person_gives_covers_the_way_to_the_prompt(
    node: Patient, fedwizard: Exec, mode: tuple[str, ...]
) -> None:
    node.put(*mode)
    began = time.monotonic()
    told = fedwizard(node, "set network domain x.example", "--allow-change", "--timeout", "1.2")
    assert (told.status, told.result, told.output) == (4, "timed-out", "")
    assert "1.2 s passed before the node gave a prompt. The command was not sent" in told.said
    assert 1.2 <= time.monotonic() - began < 2.2
    node.as_usual()
    assert fedwizard(node, LISTING).status == 0
    assert "question" not in node.events


def test_what_starts_too_slowly_is_told(node: Patient, fedwizard: Exec, monkeypatch: pytest.MonkeyPatch) -> None:
    node.put("slow-start", "1.5")
    monkeypatch.setattr("cli_backend.node.FIRST_PROMPT_SECONDS", 0.5)
    with pytest.raises(Unreachable) as cli:
        node.run(LISTING)
    assert (cli.value.problem, "starting" in cli.value.remedy) == ("the node gave no prompt (timed-out)", True)
    told = fedwizard(node, LISTING)
    assert (told.status, told.result, "gave no prompt" in told.said) == (4, "timed-out", True)
    monkeypatch.setattr("cli_backend.ssh.BANNER_SECONDS", 0.5)
    with pytest.raises(Unreachable) as ssh:
        node.run(LISTING)
    assert "no SSH server answers" in ssh.value.problem
    assert "command" not in node.events


def test_old_algorithms_are_named_and_taken_when_allowed(node: Patient, fedwizard: Exec, usual: str) -> None:
    node.put("old-algorithms")
    told = fedwizard(node, LISTING)
    assert (told.status, told.result) == (6, "refused")
    assert "cipher: it offers only aes128-cbc" in told.said
    assert "--legacy-algorithms" in told.said
    assert node.events == []
    assert fedwizard(node, LISTING, "--legacy-algorithms").output == usual


def test_a_locked_account_is_tried_once_and_then_left_alone(node: Patient, fedwizard: Exec) -> None:
    node.put("locked-account")
    told = fedwizard(node, LISTING)
    assert (told.status, told.result) == (6, "refused")
    assert "A locked account looks the same" in told.said
    assert node.events == ["login-refused"]
    device = node.reach()
    for _ in range(2):
        with pytest.raises(LoginRefused):
            device.run("imp1", LISTING)
    assert node.events == ["login-refused"] * 2


def test_one_session_too_many_is_told_as_such(
    node: Patient, fedwizard: Exec, bare_talk: Talk, eventually: Eventually
) -> None:
    node.put("session-limit", "1")
    somebody = bare_talk(node.network)
    somebody.until("admin:")
    told = fedwizard(node, LISTING)
    assert (told.status, told.result) == (5, "closed")
    assert "too many sessions" in told.said
    assert node.events.count("login-refused") == 0
    somebody.close()
    eventually(lambda: fedwizard(node, LISTING).status == 0)


def test_a_session_that_idled_too_long_is_opened_again(node: Patient, usual: str, eventually: Eventually) -> None:
    node.put("idle-timeout", "1.2")
    device = node.reach()
    for command in (LISTING, "utils service restart Cisco Tomcat"):
        assert device.run("imp1", LISTING).output == usual
        session = device._sessions["imp1"]
        eventually(lambda session=session: session.ended)  # type: ignore[misc]
        assert device.run("imp1", command).result is Result.OK
    assert node.events.count("service") == 1
    assert "login-refused" not in node.events


def test_a_session_that_ends_while_the_person_thinks(node: Patient) -> None:
    node.put("idle-timeout", "1.5")
    thinking = threading.Event()
    operator = node.operator
    operator.thinking, operator.answers = thinking, {"set network domain local.example": "y"}
    exchange = node.reach(operator).run("imp1", "set network domain local.example")
    thinking.set()
    assert (exchange.result, exchange.answered) == (Result.CLOSED, ())
    assert operator.questions[0].endswith("Continue (y/n)?")
    assert not {"answer", "confirmed"} & set(node.events)


def test_what_came_before_the_line_broke_is_kept_and_nothing_is_sent_again(node: Patient, fedwizard: Exec) -> None:
    whole = fedwizard(node, "utils service list").output
    node.put("drops-output", "1200")
    told = fedwizard(node, "utils service list")
    assert (told.status, told.result) == (5, "closed")
    assert "what became of the command is not known" in told.said
    assert 100 < len(told.output) < len(whole)
    assert whole.startswith(told.output.rstrip("\n"))
    assert node.events.count("cut") == 1
    assert node.events.count("login") == 2


@pytest.mark.parametrize(
    ("words", "last"),
    [
        ("plain", "Shall it be done all the same?"),
        ("menu", 'Please select an option (1 - 2 or "q" ):'),
        ("open", "Name of this node, to go on>"),
    ],
)
def test_nothing_is_sent_into_a_question_in_any_words(node: Patient, fedwizard: Exec, words: str, last: str) -> None:
    node.put("odd-question", words)
    change = "utils service restart Cisco Tomcat"
    options = ("--allow-change", "--confirm", "127.0.0.1", "--timeout", "2.5", "--answer", r"Continue \(y/n\)\?=y")
    told = fedwizard(node, change, *options)
    assert (told.status, told.result) == ((4, "timed-out") if words == "open" else (3, "question"))
    assert last in told.said
    assert (told.question or told.output).rstrip().endswith(last)
    assert "question" in node.events
    assert not {"answer", "service"} & set(node.events)


def test_a_question_in_any_words_may_be_announced(node: Patient) -> None:
    node.put("odd-question", "open")
    announced = Expected(pattern="Name of this node, to go on>", answer="imp1")
    done = node.reach().run("imp1", "utils service restart Cisco Tomcat", expect=(announced,))
    assert (done.result, last_state(done.output, "Cisco Tomcat")) == (Result.OK, "STARTED")


def test_a_service_that_does_not_come_up_is_not_taken_for_one_that_did(node: Patient, fedwizard: Exec) -> None:
    node.put("stuck-service", ROUTER)
    device = node.reach()
    exchange = device.run("imp1", f"utils service restart {ROUTER}")
    assert (exchange.result, last_state(exchange.output, ROUTER)) == (Result.FAILED, "STARTING")
    assert exchange.failure == f"{ROUTER}[STARTING]"
    listed = parse_services(device.run("imp1", "utils service list").output)
    assert [each.name for each in listed.services if each.state == "STARTING"] == [ROUTER]
    host = node.place.partition(":")[0]
    told = fedwizard(node, f"utils service restart {ROUTER}", "--allow-change", "--confirm", host)
    assert (told.status, told.result, "[STARTING]" in told.said) == (1, "failed", True)
    node.as_usual()
    again = parse_services(device.run("imp1", "utils service list").output)
    assert {each.name for each in again.services if each.state == "STARTING"} == set()


def test_broken_replication_is_read_as_such(node: Patient, other: Patient) -> None:
    other.put("broken-replication")
    broken = parse_replication(node.run("utils dbreplication runtimestate").output)
    assert [(row.name, row.state, row.healthy) for row in broken.rows] == [("imp1", 2, True), ("imp2", 4, False)]


def restarted(node: Patient, device: Nodes) -> None:
    """The node restarts, and the connection ends with it."""
    gone = device.run(node.name, "utils system restart", expect=(RESTART,), reboots=True)
    assert gone.result is Result.REBOOTING
    assert [answered.answer for answered in gone.answered] == ["yes"]


def test_a_restart_that_takes_long_is_waited_for(other: Patient) -> None:
    other.put("long-reboot", "1")
    told: list[str] = []
    device = other.reach()
    restarted(other, device)
    began = time.monotonic()
    assert device.wait_for_return("imp2", went_down=True, timeout=30, on_progress=told.append)
    assert time.monotonic() - began > 1
    assert told[0].startswith("imp2 (127.0.0.1 port ")
    assert told[0].endswith(": closed, restarting, 0 s of at most 30 s")
    assert device.run("imp2", LISTING).result is Result.OK
    assert other.events.count("reboot") == 1


def test_a_node_that_does_not_come_back_is_told_and_comes_back_as_usual(other: Patient) -> None:
    other.put("no-return")
    told: list[str] = []
    device = other.reach()
    restarted(other, device)
    assert device.wait_for_return("imp2", went_down=True, timeout=1, on_progress=told.append) is False
    assert {line.partition(": ")[2].rpartition(", ")[0] for line in told} == {"closed, restarting"}
    with pytest.raises(Unreachable, match="refused"):
        device.run("imp2", LISTING)
    other.as_usual()
    assert device.wait_for_return("imp2", went_down=True, timeout=30)
    assert device.run("imp2", LISTING).result is Result.OK


def test_modes_outlive_the_network(start: Start, tmp_path: Path, events: Events) -> None:
    network = start()
    network.do(("node-mode", "imp1", "locked-account"))
    network.stop()
    again = start()
    patient = Patient(again, tmp_path, "imp1", "192.0.2.11")
    with pytest.raises(LoginRefused):
        patient.run(LISTING)
    patient.as_usual()
    patient.folder = tmp_path / "later"
    patient.folder.mkdir()
    assert patient.run(LISTING).result is Result.OK
    assert [event["event"] for event in events(again, "imp1")][:2] == ["login-refused", "login"]
    for device in patient.opened:
        device.close()
