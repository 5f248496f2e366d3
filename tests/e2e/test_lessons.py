"""The lessons: the fault is found by the check before, mended by the walk, and gone by the check after."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.support import Ran, events
from wizard.practice.client import PracticeNetwork, control
from wizard.practice.lessons import FAULTS

CODES = {
    "wrong-port": ("srv-port-unexpected", "_sipfederationtls._tcp.partner.example"),
    "no-srv": ("srv-name-missing", "_sipfederationtls._tcp.local.example"),
    "wrong-cn": ("cert-name-mismatch", "sip.partner.example:5061"),
    "service-stopped": ("node-service-stopped", "imp2"),
    "domain-missing": ("node-domain-missing", "imp2"),
}
CURES = {  # what a trainee types in a second terminal, instead of going by the walk
    "wrong-port": ("publish", "srv", "partner.example", "sip", "sip.partner.example", "5061"),
    "no-srv": ("publish", "srv", "local.example", "sip", "imp-public.mail.local.example", "5061"),
    "wrong-cn": ("present-certificate", "sip.partner.example", "sip.partner.example"),
    "service-stopped": ("start-service", "imp2", "Cisco XCP SIP Federation Connection Manager"),
}
Fedwizard = Callable[..., Ran]


def found(fedwizard: Fedwizard, network: Path) -> set[tuple[str, str]]:
    """What a check of the plan and of the nodes fails on."""
    password = (network / "password").read_text()
    words = ("check", "plan", str(network / "check.toml"), "--nodes", "--password-stdin", "--json")
    report = json.loads(fedwizard(*words, stdin=password).out)
    return {(each["code"], each["subject"]) for each in report["findings"] if each["severity"] == "fail"}


def test_every_lesson_is_tried_here() -> None:
    assert set(CODES) == {fault.name for fault in FAULTS}


@pytest.mark.parametrize("name", CODES)
def test_a_lesson_is_solved_by_the_walk(name: str, fedwizard: Fedwizard, tmp_path: Path) -> None:
    session = tmp_path / "S"
    begun = fedwizard("practice", "--auto", "--scenario", name, "--pace", "0", "--session", str(session))
    assert begun.status == 0, begun.out + begun.err
    prepared = [event for event in events(session) if "part of this scenario" in str(event["body"])]
    assert prepared
    network = PracticeNetwork.start(session / "practice", "", 0)
    try:
        assert CODES[name] not in found(fedwizard, session / "practice")
    finally:
        network.stop()


def test_a_letter_goes_to_the_partner_alone_and_a_network_that_ended_is_named(
    fedwizard: Fedwizard, tmp_path: Path
) -> None:
    network = PracticeNetwork.start(tmp_path / "N", "wrong-cn", 0)
    words = ("check", "plan", str(tmp_path / "N" / "check.toml"))
    try:
        letter = fedwizard(*words, "--request", "partner")
        assert letter.status == 2
        assert letter.out.startswith("To the administrator of partner.example")
        assert "edge1.partner.example" in letter.out
        assert "branch.example" not in letter.out
        told = fedwizard(*words).out
        assert "The nodes themselves were not asked" in told
        assert "address-not-public" in told
        assert " ".join(told.split()).count("its addresses are ones that only documentation uses") == 1
        asked = fedwizard(*words, "--nodes", "--json")
        refused = [f for f in json.loads(asked.out)["findings"] if f["code"] == "node-login-refused"]
        assert {f["severity"] for f in refused} == {"not-tested"}
        assert all("no password was given" in f["why"] and "--password-stdin" in f["fix"][0] for f in refused)
    finally:
        network.stop()
    for form in ((), ("--json",), ("--request", "partner")):
        ended = fedwizard(*words, *form)
        assert (ended.status, ended.out) == (64, "")
        assert "is not open" in ended.err


@pytest.mark.parametrize("name", CURES)
def test_a_lesson_is_seen_by_the_check_and_mended_by_an_act(name: str, fedwizard: Fedwizard, tmp_path: Path) -> None:
    network = PracticeNetwork.start(tmp_path / "N", name, 0)
    try:
        assert CODES[name] in found(fedwizard, tmp_path / "N")
        control(tmp_path / "N", {"do": list(CURES[name])})
        assert CODES[name] not in found(fedwizard, tmp_path / "N")
    finally:
        network.stop()
