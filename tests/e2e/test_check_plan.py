"""`check plan` for people: the fault, who has to act and what to do come first; what is made up harms nobody."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.support import Ran
from wizard.practice.client import PracticeNetwork

Fedwizard = Callable[..., Ran]
LEFT_OUT = "The nodes themselves were not asked, so this says nothing of them: --nodes asks their CLI too."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a practice network whose one fault is that our own record is missing."""
    path = tmp_path_factory.mktemp("no-srv") / "N"
    network = PracticeNetwork.start(path, "no-srv", 0)
    yield path
    network.stop()


def changed(folder: Path, name: str, pattern: str, text: str) -> Path:
    """The plan by which the network is checked, with something replaced, as another file beside it."""
    before = (folder / "check.toml").read_text()
    after = re.sub(pattern, text, before)
    assert after != before
    (folder / name).write_text(after)
    return folder / name


def words_of(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def test_the_worst_fault_stands_at_the_top_with_who_acts_and_what_the_verdict_leaves_out(
    fedwizard: Fedwizard, folder: Path
) -> None:
    told = fedwizard("check", "plan", str(folder / "check.toml"))
    assert told.status == 2
    top, _, rest = told.out.partition("\n\n")
    assert words_of(top).startswith(
        f"{folder}/check.toml: fail First: srv-name-missing, _sipfederationtls._tcp.local.example. Who acts: your DNS"
        " administrator. Publish an SRV record _sipfederationtls._tcp.local.example: "
    )
    assert words_of(top).endswith(LEFT_OUT)
    assert rest.startswith("x fail srv-name-missing")
    assert max(map(len, told.out.splitlines())) <= 80


def test_who_has_to_act_and_the_letters_agree(fedwizard: Fedwizard, folder: Path) -> None:
    """The addresses of a practice network are made up at our side and at theirs; nobody has to mend them."""
    plan = str(folder / "check.toml")
    told = fedwizard("check", "plan", plan).out
    assert "address-not-public" in told
    assert "\nWho has to act: your DNS administrator.\n" in told
    partner = fedwizard("check", "plan", plan, "--request", "partner").out
    assert partner == (
        "Nothing was found for the other side's administrator to mend. What was found is for your DNS administrator.\n"
    )
    ours = fedwizard("check", "plan", plan, "--request", "dns-admin").out
    assert "\n1. _sipfederationtls._tcp.local.example" in ours
    assert "\n2. " not in ours


def test_monitoring_is_told_that_nodes_were_not_asked(fedwizard: Fedwizard, folder: Path) -> None:
    line = fedwizard("check", "plan", str(folder / "check.toml"), "--nagios").out
    assert line.startswith(f"CRITICAL - {folder}/check.toml (nodes not asked): srv-name-missing ")
    password = (folder / "password").read_text()
    words = ("check", "plan", str(folder / "check.toml"), "--nodes", "--password-stdin")
    assert "not asked" not in fedwizard(*words, "--nagios", stdin=password).out
    assert "not asked" not in fedwizard(*words, stdin=password).out


def test_where_nobody_is_reached_our_own_side_is_named_and_nobody_else_written_to(
    fedwizard: Fedwizard, folder: Path
) -> None:
    others = r'("(?:sip\.partner|edge\.branch|sag\.aol)\.example:5061" = )"127.0.0.1:\d+"'
    plan = str(changed(folder, "blocked.toml", others, r'\1"127.0.0.1:1"'))
    told = words_of(fedwizard("check", "plan", plan).out)
    assert "First: tcp-none-reached, all other organisations. Who acts: whoever runs the firewalls." in told
    assert "Who has to act: your DNS administrator; whoever runs the firewalls. This is" in told
    letter = fedwizard("check", "plan", plan, "--request", "partner").out
    assert letter.startswith("Nothing was found for the other side's administrator to mend.")
    assert "look at our own side first" in letter


@pytest.mark.parametrize("words", [("plan",), ("route", "u@partner.example", "--plan")])
def test_the_plan_of_a_practice_session_is_not_checked_at_its_made_up_addresses(
    fedwizard: Fedwizard, tmp_path: Path, words: tuple[str, ...]
) -> None:
    network = PracticeNetwork.start(tmp_path / "S" / "practice", "healthy", 0)
    to_check = tmp_path / "S" / "practice" / "check.toml"
    plans = (tmp_path / "S" / "plan.toml", network.plan_path)
    plans[0].write_text(network.plan_path.read_text())
    try:
        for plan in plans:
            refused = fedwizard("check", *words, str(plan))
            assert (refused.status, refused.out) == (64, "")
            assert f"{plan} is the plan of a practice network" in refused.err
            assert f"Check the same plan where the network is: {to_check}\n" in refused.err
        assert fedwizard("check", *words, str(to_check)).status != 64
    finally:
        network.stop()
    closed = fedwizard("check", *words, str(plans[0]))
    assert (closed.status, closed.out) == (64, "")
    assert f"Open its session first: fedwizard resume {tmp_path / 'S'}" in words_of(closed.err)


def test_nothing_of_a_practice_network_is_asked_elsewhere(fedwizard: Fedwizard, folder: Path) -> None:
    """The servers of its zones have made-up addresses: with the name server alone these are led nowhere."""
    server = json.loads((folder / "connections.json").read_text())["name_servers"][0]
    asked = ("check", "dns", "partner.example", "--authoritative", "--nameserver", server, "--json")
    found = next(f for f in json.loads(fedwizard(*asked).out)["findings"] if f["code"] == "dns-timeout")
    assert (found["severity"], found["subject"]) == ("info", "ns.partner.example")
    assert "was not asked: its address is one that only documentation uses" in found["why"]
    plan = fedwizard("check", "plan", str(folder / "check.toml"), "--authoritative", "--json")
    assert "dns-timeout" not in {f["code"] for f in json.loads(plan.out)["findings"]}


def test_where_no_name_server_answers_it_is_said_first(fedwizard: Fedwizard, folder: Path) -> None:
    plan = str(changed(folder, "mute.toml", r"name_servers = \[.*\]", 'name_servers = ["127.0.0.1:1"]'))
    told = fedwizard("check", "plan", plan, "--timeout", "1")
    assert told.status == 3
    assert "First: dns-none-answers, our name servers. Who acts: you." in words_of(told.out)
