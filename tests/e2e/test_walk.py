"""The whole walk on the practice network, unattended: from nothing configured to done, and what it leaves behind."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.support import Ran, events, node_log, runner_in, settled_records
from wizard.plan.problems import load
from wizard.procedures import CATALOGUE
from wizard.resolve import walk_of
from wizard.step import Form, Instruct, Notice

PROCEDURES = (
    "health",
    "domain",
    "service",
    "federated-domain",
    "dns",
    "static-route",
    "routing-fqdn",
    "peer-subject",
    "tls-context",
    "aol-routing",
    "default-routing-domain",
    "listeners-certificates",
    "email",
    "restarts",
    "acceptance",
)


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Path]:
    """A finished walk and its session; no test changes it."""
    home = tmp_path_factory.mktemp("home")
    return walk_in(home / "S", runner_in(home)), home / "S"


def walk_in(session: Path, fedwizard: Callable[..., Ran]) -> Ran:
    """The walk to its end."""
    ran = fedwizard("practice", "--auto", "--pace", "0", "--session", str(session))
    assert ran.status == 0, ran.out + ran.err
    return ran


def test_the_walk_is_done_observed_where_it_can_be_and_on_record(
    walked: tuple[Ran, Path], fedwizard: Callable[..., Ran]
) -> None:
    ran, session = walked
    assert len(ran.words) >= 40
    assert set(ran.words.values()) <= {"done", "n/a"}
    assert {step.partition("/")[0] for step, word in ran.words.items() if word == "done"} == set(PROCEDURES)
    assert "pending:" not in ran.out
    assert ran.err == ""
    lines = ran.out.splitlines()
    assert any(line.startswith("done  domain/read-back@imp1  ") and line.endswith("  observed") for line in lines)
    assert any(line.startswith("done  routing-fqdn/set  ") and line.endswith("  attested") for line in lines)
    verified = fedwizard("verify", str(session / "journal.jsonl"))
    assert verified.status == 0

    again = fedwizard("practice", "--auto", "--pace", "0", "--session", str(session))
    assert again.status == 0
    assert [line for line in again.out.splitlines() if line.startswith("summary:")] == [
        line for line in lines if line.startswith("summary:")
    ]


PROOFS = (
    *(f"health/{what}@{node}" for what in ("version", "ntp", "replication", "services") for node in ("imp1", "imp2")),
    *(f"domain/read-back@{node}" for node in ("imp1", "imp2")),
    *(f"service/verify@{node}" for node in ("imp1", "imp2")),
    *("dns/wait-address", "dns/wait-srv@local.example", "dns/partner@partner.example"),
    *("static-route/next-hop@edge.branch.example", "static-route/tls@edge.branch.example"),
    *(f"routing-fqdn/equality@{domain}" for domain in ("local.example", "mail.local.example")),
    *(f"peer-subject/presented@{name}" for name in ("sip.partner.example", "edge.branch.example", "sag.aol.example")),
    *(f"listeners-certificates/{what}@{node}" for what in ("trusted", "exchanged") for node in ("imp1", "imp2")),
    "listeners-certificates/probe",
    *(f"aol-routing/trace@{domain}" for domain in ("aol.com", "hosted1.example", "hosted2.example")),
    *("email/sip-record@mail.local.example", "email/see-xmpp@mail.local.example"),
    *(f"restarts/{what}-back@{node}" for what in ("sip-proxy", "xcp-router") for node in ("imp1", "imp2")),
    *("acceptance/own-srv@local.example", "acceptance/own-tls", "acceptance/tls@partner.example"),
)


def test_what_can_be_seen_was_observed_and_what_a_person_says_is_attested(walked: tuple[Ran, Path]) -> None:
    _, session = walked
    found = settled_records(session)
    assert {step: found[step] for step in PROOFS} == dict.fromkeys(PROOFS, ("done", "observed"))
    walk = walk_of(load(session / "plan.toml"), CATALOGUE)
    by_people = {step.id for step in walk.steps if isinstance(step.does, Instruct | Form | Notice)}
    done = {step: how for step, (status, how) in found.items() if status == "done"}
    assert {step: how for step, how in done.items() if step in by_people and how != "attested"} == {}
    assert {step: how for step, how in done.items() if step not in by_people and how != "observed"} == {}


def test_every_line_can_be_checked_by_sha256sum(walked: tuple[Ran, Path]) -> None:
    _, session = walked
    previous = "0" * 64
    for line in (session / "journal.jsonl").read_bytes().splitlines():
        body, _, tail = line.rpartition(b',"hash":"')
        stated = tail.removesuffix(b'"}').decode()
        summed = subprocess.run(["sha256sum"], input=body, capture_output=True, check=True).stdout.split()[0].decode()
        assert summed == stated == hashlib.sha256(body).hexdigest()
        assert f'"prev":"{previous}"'.encode() in body
        previous = stated


def test_a_flipped_byte_is_found_with_its_line_and_a_cut_line_is_torn(
    walked: tuple[Ran, Path], fedwizard: Callable[..., Ran], tmp_path: Path
) -> None:
    _, session = walked
    content = (session / "journal.jsonl").read_bytes()
    lines = content.splitlines(keepends=True)
    flipped = bytearray(content)
    place = sum(map(len, lines[:4])) + 30
    flipped[place] ^= 1
    altered = tmp_path / "altered.jsonl"
    altered.write_bytes(bytes(flipped))
    ran = fedwizard("verify", str(altered))
    assert ran.status == 2
    assert "line 5" in ran.out + ran.err
    torn = tmp_path / "torn.jsonl"
    torn.write_bytes(content[:-20])
    assert fedwizard("verify", str(torn)).status == 1


def test_the_domain_was_confirmed_once_on_each_node(walked: tuple[Ran, Path]) -> None:
    _, session = walked
    for node in ("imp1", "imp2"):
        log = node_log(session, node)
        confirmed = [entry for entry in log if entry["event"] == "confirmed"]
        effects = [entry for entry in log if entry["event"] == "took-effect"]
        assert len(confirmed) == len(effects) == 1


def test_the_intent_is_on_record_before_the_output(walked: tuple[Ran, Path]) -> None:
    _, session = walked
    kinds = [(event["kind"], event["step"]) for event in events(session) if event["step"] == "domain/set@imp1"]
    order = [kind for kind, _ in kinds]
    assert order.index("step.confirmed") < order.index("step.intent") < order.index("cmd.answer")
    assert order.index("cmd.answer") < order.index("step.done")


@pytest.mark.parametrize("procedure", [*PROCEDURES, "notice"])
def test_a_walk_whose_act_is_ignored_by_the_network_stops_there(
    procedure: str, fedwizard: Callable[..., Ran], tmp_path: Path
) -> None:
    ignored, procedure = procedure, "email" if procedure == "notice" else procedure
    words = ("practice", "--auto", "--pace", "0", "--ignore", ignored)
    ran = fedwizard(*words, "--session", str(tmp_path / "S"))
    assert ran.status in {1, 3}, ran.out + ran.err
    stopped = [step for step, word in ran.words.items() if word in {"fail", "hold"}]
    assert len(stopped) == 1
    assert stopped[0].partition("/")[0] == procedure
    assert ran.err.strip()


def test_a_changed_plan_corrects_and_deletes_what_was_stored(fedwizard: Callable[..., Ran], tmp_path: Path) -> None:
    session = tmp_path / "S"
    walk_in(session, fedwizard)
    plan = (session / "plan.toml").read_text(encoding="utf-8")
    start, end = plan.index('[[partners]]\ndomain = "branch.example"'), plan.index("# AOL, once")
    changed = (plan[:start] + plan[end:]).replace('description = "Partner Ltd"', 'description = "Partner Limited"')
    (session / "plan.toml").write_text(changed, encoding="utf-8")
    ran = fedwizard("practice", "--auto", "--pace", "0", "--session", str(session))
    assert ran.status == 0, ran.out + ran.err
    assert {step: word for step, word in ran.words.items() if "/delete@" in step} == {
        "federated-domain/delete@branch.example": "done",
        "static-route/delete@branch.example": "done",
        "peer-subject/delete@edge.branch.example": "done",
    }
    assert "Correct the entry of partner.example" in ran.out
    stored = json.loads((session / "practice" / "state.json").read_text(encoding="utf-8"))
    assert stored["pending"] == []
    settings = stored["settings"]
    assert settings["federated-domain/partner.example"] == "ocs-lync indirect Partner Limited"
    assert settings["tls-context"] == "all checked sag.aol.example sip.partner.example"
    pages = ("federated-domain/", "static-route/", "peer-subject/")
    assert not [key for key in settings if key.startswith(pages) and "branch" in key]


def test_with_an_asa_both_sides_of_it_are_exchanged(fedwizard: Callable[..., Ran], tmp_path: Path) -> None:
    session = tmp_path / "S"
    ran = fedwizard("practice", "--auto", "--pace", "0", "--scenario", "with-asa", "--session", str(session))
    assert ran.status == 0, ran.out + ran.err
    assert "pending:" not in ran.out
    assert ran.err == ""
    ours = {step.partition("/")[2]: word for step, word in ran.words.items() if step.startswith("listeners-")}
    assert ours["peer-auth"] == "n/a"
    assert {ours[step] for step in ("asa-inside", "trust-asa", "asa-import@imp2", "asa-configure", "probe")} == {"done"}
    assert not [step for step in ours if step.startswith("install@")]
    probes = [event for event in events(session) if event["step"] == "listeners-certificates/probe"]
    assert probes[-1]["kind"] == "step.done"


def test_three_nodes_each_take_their_own_branch(fedwizard: Callable[..., Ran], tmp_path: Path) -> None:
    session = tmp_path / "S"
    ran = fedwizard("practice", "--auto", "--pace", "0", "--scenario", "three-nodes", "--session", str(session))
    assert ran.status == 0, ran.out + ran.err
    sent = {
        node: [e for e in node_log(session, node) if e["event"] == "confirmed"]
        for node in (path.stem for path in (session / "practice" / "nodes").glob("*.log"))
    }
    assert len(sent) == 3
    assert sorted(map(len, sent.values())) == [0, 0, 1]
    assert sorted(word for step, word in ran.words.items() if step.startswith("domain/set@")) == ["done", "done", "n/a"]
