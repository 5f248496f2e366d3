"""`run --answers`: what an answers file may decide on a cluster that the wizard takes for a real one."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.support import Ran, events, node_log
from wizard.practice.client import PracticeNetwork


@pytest.fixture
def network(tmp_path: Path) -> Iterator[PracticeNetwork]:
    """A network that the plan names as if it were real."""
    running = PracticeNetwork.start(tmp_path / "N" / "practice", "healthy", 0.0)
    yield running
    running.stop()


@pytest.fixture
def plan(network: PracticeNetwork, tmp_path: Path) -> Path:
    """Its plan, with the connection map in it."""
    text = network.plan_path.read_text(encoding="utf-8")
    text = text.replace('["192.0.2.53"]', json.dumps(list(network.name_servers))).replace('["192.0.2.54"]', "[]")
    lines = "\n".join(f'"{key}" = "{value}"' for key, value in network.connections.items())
    path = tmp_path / "N" / "plan.toml"
    path.write_text(f"{text}\n[connections]\n{lines}\n", encoding="utf-8")
    return path


def run(fedwizard: Callable[..., Ran], network: PracticeNetwork, plan: Path, answers: str, session: Path) -> Ran:
    """Run a plan with answers."""
    sheet = plan.with_name("answers.toml")
    sheet.write_text(answers, encoding="utf-8")
    password = network.password_path.read_text(encoding="utf-8")
    words = ("run", str(plan), "--session", str(session), "--answers", str(sheet), "--password-stdin")
    return fedwizard(*words, stdin=password + "\n")


READ = (
    '[steps."health/proxy-domain"]\nvalues = { proxy_domain = "local.example" }\n'
    '[steps."health/before-window"]\nvalues = { answer = "yes" }\n'
    '[steps."health/aol-order"]\nvalues = { answer = "yes" }\n'
    '[steps."health/backup"]\nvalues = { answer = "yes" }\n'
    '[steps."health/warnings"]\nvalues = { answer = "yes", reason = "CHG-1" }\n'
    '[steps."health/prerequisites"]\nvalues = { tests = "yes", inside = "yes", clocks = "yes" }\n'
)


def test_no_change_is_made_without_the_plans_hash(
    fedwizard: Callable[..., Ran], network: PracticeNetwork, plan: Path, tmp_path: Path
) -> None:
    answers = READ + '[steps."domain/set@imp1"]\nconfirm = "imp1"\n'
    ran = run(fedwizard, network, plan, answers, tmp_path / "S")
    assert ran.status == 3, ran.out + ran.err
    assert ran.words["domain/set@imp1"] == "hold"
    assert not [entry for entry in node_log(tmp_path / "N", "imp1") if entry["event"] == "confirmed"]


def test_with_hash_and_name_the_change_is_made_and_the_next_one_holds(
    fedwizard: Callable[..., Ran], network: PracticeNetwork, plan: Path, tmp_path: Path
) -> None:
    digest = hashlib.sha256(plan.read_bytes()).hexdigest()
    answers = f'plan = "{digest}"\n{READ}[steps."domain/set@imp1"]\nconfirm = "imp1"\n'
    ran = run(fedwizard, network, plan, answers, tmp_path / "S")
    assert ran.status == 3, ran.out + ran.err
    assert ran.words["domain/read-back@imp1"] == "done"
    assert ran.words["domain/set@imp2"] == "hold"
    assert not any(event["body"].get("practice") for event in events(tmp_path / "S") if event["kind"] == "session.open")  # type: ignore[attr-defined]


def test_unknown_steps_and_another_plans_hash_are_refused(
    fedwizard: Callable[..., Ran], network: PracticeNetwork, plan: Path, tmp_path: Path
) -> None:
    for answers in ('[steps."domain/sit@imp1"]\ndone = true\n', 'plan = "00"\n', "steps = 7\n", "not toml"):
        ran = run(fedwizard, network, plan, answers, tmp_path / "S")
        assert ran.status == 64
        assert ran.out == ""
        assert not (tmp_path / "S").exists()


def test_the_checks_of_the_plan_and_its_nodes(
    fedwizard: Callable[..., Ran], network: PracticeNetwork, plan: Path
) -> None:
    password = network.password_path.read_text(encoding="utf-8")
    ran = fedwizard("check", "plan", str(plan), "--nodes", "--password-stdin", "--json", stdin=password + "\n")
    document = json.loads(ran.out)
    codes = {finding["code"] for finding in document["findings"]}
    assert (ran.status, document["status"], document["schema"]) == (2, "fail", "fedwizard.check/1")
    assert {"node-domain-missing", "node-service-stopped", "srv-name-missing", "address-missing"} <= codes
    wrong = fedwizard("check", "plan", str(plan), "--nodes", "--password-stdin", "--json", stdin="wrong\n")
    refused = [f for f in json.loads(wrong.out)["findings"] if f["code"] == "node-login-refused"]
    assert sorted(f["severity"] for f in refused) == ["fail", "not-tested"]
