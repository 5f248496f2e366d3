"""The lessons: a check finds the fault; it is mended by keys, in plain mode or by an act; a check finds it no more."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e import test_plain, test_screens
from tests.e2e.support import Ran, events
from tests.e2e.terminal import on_terminal
from wizard.practice.client import PracticeNetwork
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
    "domain-missing": ("set-domain", "imp2"),
}
LESSONS = {fault.name: fault for fault in FAULTS}
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
        assert letter.out.startswith("To: the administrator of partner.example\nSubject: ")
        assert "127.0.0.1" not in letter.out
        assert "documentation" not in letter.out
        assert "On Windows, without openssl" in letter.out
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
    routed = fedwizard("check", "route", "user@partner.example", "--plan", words[2])
    assert (routed.status, routed.out) == (64, "")
    assert "is not open" in routed.err


def test_the_other_remedy_of_a_renewed_certificate_is_another_peer_subject(
    fedwizard: Fedwizard, tmp_path: Path
) -> None:
    network = PracticeNetwork.start(tmp_path / "N", "wrong-cn", 0)
    plan = tmp_path / "N" / "check.toml"
    host = 'external_fqdn = "sip.partner.example"\n'
    plan.write_text(plan.read_text().replace(host, f'{host}peer_subject = "edge1.partner.example"\n'))
    try:
        assert found(fedwizard, tmp_path / "N") == set()
        seen = json.loads(fedwizard("check", "plan", str(plan), "--json").out)["findings"]
        assert ("cert-ok", "sip.partner.example:5061") in {(each["code"], each["subject"]) for each in seen}
    finally:
        network.stop()


@pytest.mark.timeout(200)
def test_the_walk_comes_to_its_end_by_the_other_remedy_too(home: Path, tmp_path: Path, fedwizard: Fedwizard) -> None:
    """At the letter the trainee quits, writes the new name into the plan, and goes on: nothing asks the partner."""
    session = tmp_path / "S"
    with on_terminal(home, "practice", "--scenario", "wrong-cn", "--pace", "0", "--session", str(session)) as terminal:
        terminal.wait_for("Enter begin")
        test_screens.walk(terminal, until="I have sent it")
        assert "instead, quit (q), change S/plan.toml, and resume." in squeezed(terminal.picture)
        terminal.press("q")
        assert terminal.wait_end() == 130
    plan = session / "plan.toml"
    host = 'external_fqdn = "sip.partner.example"\n'
    plan.write_text(plan.read_text().replace(host, f'{host}peer_subject = "edge1.partner.example"\n'))
    taken = "Your plan change was taken: peer_subject of partner.example: none -> edge1.partner.example; "
    with on_terminal(home, "resume", str(session)) as terminal:
        terminal.wait_for("change was taken: peer_subject")
        terminal.settle()
        assert taken in squeezed(terminal.picture)
        terminal.press("q")
        assert terminal.wait_end() == 130
    ended = fedwizard("practice", "--auto", "--pace", "0", "--session", str(session))
    assert ended.status == 0, ended.out + ended.err
    assert 'peer_subject = "edge1.partner.example"' in (session / "practice" / "check.toml").read_text()
    assert set(ended.words.values()) <= {"done", "n/a"}
    assert ended.words["dns/ask-partner@partner.example"] == "n/a"
    wanted = (
        "agreed@partner.example",
        "delete@sip.partner.example",
        "add@edge1.partner.example",
        "presented@edge1.partner.example",
    )
    assert {ended.words[f"peer-subject/{step}"] for step in wanted} == {"done"}
    assert "pending:" not in ended.out
    stored = json.loads((session / "practice" / "state.json").read_text())["settings"]
    assert {key for key in stored if "partner.example" in key and key.startswith("peer-subject/")} == {
        "peer-subject/edge1.partner.example"
    }
    assert "edge1.partner.example" in stored["tls-context"]
    assert "sip.partner.example" not in stored["tls-context"]
    order = [event["step"] for event in events(session) if event["kind"] == "step.done"]
    read, stored_anew = (len(order) - order[::-1].index(f"tls-context/{step}") for step in ("before", "set"))
    assert read < stored_anew <= order.index("peer-subject/delete@sip.partner.example")
    assert fedwizard("export", str(session), "--format", "md", "-o", str(tmp_path / "X")).status == 0
    assert "read there before: Selected TLS Ciphers all; Selected TLS Peer Subjects sip.partner.example" in " ".join(
        (tmp_path / "X" / "runbook.md").read_text().split()
    )
    deviations = (tmp_path / "X" / "runbook.md").read_text().partition("## Deviations")[2].partition("\n## ")[0]
    assert "The plan was changed" in deviations


def test_the_password_of_a_practice_network_is_named_where_it_is_asked_for(home: Path, tmp_path: Path) -> None:
    network = PracticeNetwork.start(tmp_path / "N", "domain-missing", 0)
    try:
        with on_terminal(home, "check", "plan", str(tmp_path / "N" / "check.toml"), "--nodes") as terminal:
            terminal.wait_for("answer (hidden):")  # what is typed before the echo is off is thrown away
            said = terminal.received.decode()
            named = re.search(r"its password is the\s+word\s+in\s+(\S+?)\.\s", said)
            assert named is not None
            assert str(tmp_path / "N" / "password") == named[1]
            assert "\nPassword of the CLI account on imp1; answer (hidden):" in said
            terminal.press(Path(named[1]).read_text().strip() + "\r")
            assert terminal.wait_end(60) == 2
            told = terminal.received.decode()
    finally:
        network.stop()
    assert "node-domain-missing imp2" in told
    assert "node-cert-name" not in told  # it follows from the domain
    assert "It has no domain yet" not in told


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_seen_by_the_check_and_mended_by_an_act(name: str, fedwizard: Fedwizard, tmp_path: Path) -> None:
    network = PracticeNetwork.start(tmp_path / "N", name, 0)
    try:
        assert CODES[name] in found(fedwizard, tmp_path / "N")
        done = fedwizard("practice", "do", str(tmp_path / "N"), *CURES[name])
        assert done.status == 0, done.err
        assert CODES[name] not in found(fedwizard, tmp_path / "N")
    finally:
        network.stop()


def squeezed(text: str) -> str:
    """A text on one line, without frames, so that it does not matter where a screen breaks it."""
    return " ".join(re.sub(r"[\u2500-\u259f]", " ", text).split())


def assert_mended(fedwizard: Fedwizard, session: Path, name: str) -> None:
    network = PracticeNetwork.start(session / "practice", "", 0)
    try:
        assert CODES[name] not in found(fedwizard, session / "practice")
    finally:
        network.stop()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_solved_by_keys_with_hints_on_demand_and_a_debrief(
    name: str, home: Path, tmp_path: Path, fedwizard: Fedwizard
) -> None:
    lesson, session = LESSONS[name], tmp_path / "S"
    with on_terminal(home, "practice", "--scenario", name, "--pace", "0", "--session", str(session)) as terminal:
        terminal.wait_for("Enter begin")
        shown = squeezed(terminal.picture)
        assert all(squeezed(text) in shown for text in (lesson.title, lesson.story, lesson.symptom))
        for number, hint in enumerate(lesson.hints, 1):
            terminal.press("?")
            terminal.wait_for(f"Hint {number} of {len(lesson.hints)}")
            terminal.settle()
            assert squeezed(hint) in squeezed(terminal.picture)
            assert f"Hint {number + 1} of" not in terminal.picture
            help_shown = terminal.picture
            terminal.press("\x1b")
            terminal.wait_for_change(help_shown)
            terminal.wait_for("Enter begin")
        test_screens.walk(terminal)
        terminal.wait_for("Debrief")
        assert "Mended" in terminal.picture
        is_of_a_node = CODES[name][0].startswith("node-")  # its fault decides what is done, and fails no check
        assert ("The fault" in terminal.picture) is not is_of_a_node
        terminal.press("q")
        assert terminal.wait_end() == 0
    assert_mended(fedwizard, session, name)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_is_solved_in_plain_mode(name: str, home: Path, tmp_path: Path, fedwizard: Fedwizard) -> None:
    lesson, session = LESSONS[name], tmp_path / "S"
    words = ("practice", "--plain", "--scenario", name, "--pace", "0", "--session", str(session))
    with on_terminal(home, *words) as terminal:
        terminal.wait_for("hold, with a reason")
        for hint in lesson.hints:
            terminal.press("?\n")
            terminal.wait_for(hint[:30])
        assert test_plain.walk(terminal) == 0, terminal.picture
        said = squeezed(terminal.received.decode())
    for text in (lesson.title, lesson.story, f"Symptom: {lesson.symptom}", *lesson.hints, lesson.debrief):
        assert squeezed(text) in said
    assert_mended(fedwizard, session, name)


@pytest.mark.parametrize("name", ["wrong-cn", "service-stopped"])
def test_the_step_that_mends_it_is_left_to_the_trainee(name: str, home: Path, tmp_path: Path) -> None:
    words = ("practice", "--scenario", name, "--pace", "0", "--session", str(tmp_path / "S"))
    asked, shown = {
        "wrong-cn": ("I have sent it", "cert-name-mismatch at sip.partner.example:5061"),
        "service-stopped": ("I have done it", "Start federation on imp2"),
    }[name]
    with on_terminal(home, *words) as terminal:
        terminal.wait_for("Enter begin")
        test_screens.walk(terminal, until=asked)
        assert shown in terminal.picture
