"""The acts of the control: not in effect before, in effect after, and nothing when they are ignored."""

import json
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.servers.practice_console import Start, Talk
from wizard.commands.practice_network import do_command
from wizard.errors import FedwizardError, UsageError
from wizard.practice import acts
from wizard.practice.acts import Moment
from wizard.practice.client import PracticeNetwork, control
from wizard.practice.scenarios import HEALTHY
from wizard.practice.state import Pace, State, initial

MANAGER = "Cisco XCP SIP Federation Connection Manager"
ROUTER = "Cisco XCP Router"
PUBLIC = "imp-public.mail.local.example"
CERTIFICATES = "listeners-certificates"
ASIDE = ("set-listener-port", "server-auth", "5063")
REQUEST, SIGN, INSTALL = ((verb, "imp1") for verb in ("request-certificate", "sign-request", "install-certificate"))
PARAMETER = ("set-parameter", "federation-routing-fqdn", PUBLIC)

# (what has to happen before, the act, the name under which the network can be told to ignore it)
CASES: tuple[tuple[tuple[tuple[str, ...], ...], tuple[str, ...], str], ...] = (
    ((), ("publish", "srv", "local.example", "sip", PUBLIC, "5061"), "dns"),
    ((), ("publish", "srv", "mail.local.example", "xmpp", PUBLIC, "5269"), "dns"),
    ((), ("publish", "a", PUBLIC, "192.0.2.10"), "dns"),
    ((), ("withdraw", "srv", "partner.example", "sip"), "dns"),
    ((), ("activate", "imp2", MANAGER), "service"),
    ((), PARAMETER, "routing-fqdn"),
    ((PARAMETER,), ("restart-service", "imp1", ROUTER), "restarts"),
    ((), ("set-listener-port", "server-auth", "5063"), CERTIFICATES),
    ((ASIDE,), ("set-listener-port", "peer-auth", "5061"), CERTIFICATES),
    ((), ("import-trust", "all", "Practice Root CA"), CERTIFICATES),
    ((("import-trust", "imp1", "192.0.2.3"),), ("import-trust", "imp2", "192.0.2.3"), CERTIFICATES),
    ((), REQUEST, CERTIFICATES),
    ((REQUEST,), SIGN, CERTIFICATES),
    ((REQUEST, SIGN), INSTALL, CERTIFICATES),
    ((), ("generate-certificate", "imp1"), CERTIFICATES),
    ((), ("prepare-partner", "partner.example"), CERTIFICATES),
    ((), ("asa-enroll", "inside"), CERTIFICATES),
    ((), ("asa-import", "imp2"), CERTIFICATES),
    ((), ("asa-authenticate", "partner.example"), CERTIFICATES),
    ((), ("asa-configure",), CERTIFICATES),
    ((), ("unwell", "imp1", "ntp"), ""),
    ((), ("unwell", "imp2", "replication"), ""),
    ((), ("unwell", "imp2", "service"), ""),
    ((("unwell", "imp1", "service"),), ("heal", "imp1"), "health"),
    ((), ("tell", "partner.example"), "notice"),
)


def moment() -> Moment:
    return Moment(1000.0, Pace(0))


def prepared(before: Sequence[tuple[str, ...]]) -> State:
    state = initial(HEALTHY, 1000.0)
    for words in before:
        state = acts.perform(state, words, moment())
    return state


@pytest.mark.parametrize(("before", "words", "_ignored"), CASES)
def test_an_act_brings_about_what_it_says(
    before: Sequence[tuple[str, ...]], words: tuple[str, ...], _ignored: str
) -> None:
    state = prepared(before)
    assert not acts.in_effect(state, words, moment())
    after = acts.perform(state, words, moment())
    assert acts.in_effect(after, words, moment())
    assert acts.in_effect(acts.perform(after, words, moment()), words, moment())


@pytest.mark.parametrize(("before", "words", "ignored"), [case for case in CASES if case[2]])
def test_an_ignored_act_does_nothing_until_it_is_heeded(
    before: Sequence[tuple[str, ...]], words: tuple[str, ...], ignored: str
) -> None:
    state = acts.perform(acts.ignore(prepared(before), ignored), words, moment())
    assert not acts.in_effect(state, words, moment())
    assert acts.in_effect(acts.perform(acts.heed(state, ignored), words, moment()), words, moment())


def test_every_act_is_tried_here() -> None:
    assert {act.words for act in acts.ACTS} == {
        words[: len(act.words)]
        for _before, words, _ignored in CASES
        for act in acts.ACTS
        if words[: len(act.words)] == act.words
    }


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("fly",),
        ("publish", "srv", "local.example"),
        ("publish", "srv", "local.example", "smtp", PUBLIC, "5061"),
        ("publish", "srv", "local.example", "sip", PUBLIC, "99999"),
        ("publish", "srv", "local example", "sip", PUBLIC, "5061"),
        ("publish", "a", PUBLIC, "300.1.1.1"),
        ("activate", "imp9", MANAGER),
        ("activate", "imp1", "Cisco Nothing"),
        ("set-parameter", "speed", "1"),
        ("unwell", "imp1", "colour"),
        ("set-listener-port", "sip", "5061"),
        ("set-listener-port", "peer-auth", "0"),
        ("set-listener-port", "peer-auth", "5061"),  # Server Auth has it
        ("import-trust", "all"),
        ("import-trust", "imp9", "Practice Root CA"),
        ("import-trust", "all", "Practice\x1b Root CA"),
        SIGN,  # nothing was requested
        INSTALL,
        ("asa-enroll", "above"),
        ("asa-configure", "all"),
        ("heal",),
        ("tell",),
    ],
)
def test_words_that_are_no_act_are_refused_with_what_would_be(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError) as refused:
        acts.perform(prepared(()), words, moment())
    assert refused.value.remedy


def test_publishing_again_corrects_the_record() -> None:
    wrong = ("publish", "srv", "partner.example", "sip", "sip.partner.example", "5060")
    right = (*wrong[:-1], "5061")
    state = acts.perform(prepared(()), wrong, moment())
    assert not acts.in_effect(state, right, moment())
    assert acts.in_effect(acts.perform(state, right, moment()), right, moment())


def test_a_parameter_makes_the_router_restart_pending_on_every_node() -> None:
    state = acts.perform(prepared(()), PARAMETER, moment())
    assert state.pending == (("imp1", ROUTER), ("imp2", ROUTER))
    assert acts.perform(state, ("restart-service", "imp1", ROUTER), moment()).pending == (("imp2", ROUTER),)


def test_acts_over_the_control_are_seen_by_name_server_and_console(start: Start, talk: Talk) -> None:
    network: PracticeNetwork = start()
    publish = CASES[0][1]
    lookup = "utils network host _sipfederationtls._tcp.local.example srv"
    console = talk(network)
    assert "NXDOMAIN" in console.ask(lookup)
    assert not network.in_effect(publish)
    network.do(publish)
    assert network.in_effect(publish)
    assert f"has SRV record 0 0 5061 {PUBLIC}." in console.ask(lookup)
    network.do(("activate", "imp1", MANAGER))
    assert f"{MANAGER}[STARTED]" in console.ask("utils service list")
    network.do(("unwell", "imp1", "ntp"))
    assert "unsynchronised" in console.ask("utils ntp status")
    network.do(("unwell", "imp1", "replication"))
    assert "(4) Setup Failed" in console.ask("utils dbreplication runtimestate")
    network.do(("unwell", "imp1", "service"))
    assert "Cisco SIP Proxy[STOPPED]  Component is not running" in console.ask("utils service list")
    network.do(("heal", "imp1"))
    assert "Cisco SIP Proxy[STARTED]" in console.ask("utils service list")


def test_the_router_takes_the_other_xcp_services_with_it(start: Start, talk: Talk) -> None:
    network = start(pace=0.02)
    console = talk(network)
    other = talk(network)
    console.type(f"utils service restart {ROUTER}\r")
    console.until(f"{ROUTER}[STOPPING]  \r\n")
    assert "Cisco XCP Connection Manager[STOPPING]" in other.ask("utils service list")
    seen = console.until("admin:").split("\r\n")
    assert f"{ROUTER}[STARTING]  " in seen
    assert seen[-2] == f"{ROUTER}[STARTED]  "


def test_an_ignored_restart_leaves_the_service_lying(start: Start, talk: Talk) -> None:
    network = start(ignore=("restarts",))
    assert (
        talk(network)
        .ask("utils service restart Cisco SIP Proxy")
        .endswith("Cisco SIP Proxy[STOPPED]  Component is not running\r\n")
    )


def test_ill_health_is_the_publishers(start: Start, talk: Talk) -> None:
    network = start("three-nodes", ignore=("health",))
    assert "unsynchronised" in talk(network, "192.0.2.12").ask("utils ntp status")
    assert "unsynchronised" not in talk(network, "192.0.2.11").ask("utils ntp status")


def test_do_says_whether_it_came_into_effect(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    network = start(ignore=("notice",))
    assert do_command(network.directory, ["publish", "a", PUBLIC, "192.0.2.10"]) == 0
    assert capsys.readouterr().out == f"done  publish a {PUBLIC} 192.0.2.10\n"
    assert do_command(network.directory, ["tell", "everybody"]) == 1
    assert do_command(network.directory, ["fly"]) == 64
    complaint = capsys.readouterr().err
    assert "publish srv DOMAIN sip|xmpp TARGET PORT" in complaint


def test_no_network_no_act(tmp_path: Path) -> None:
    with pytest.raises(FedwizardError, match="no practice network answers"):
        control(tmp_path, {"do": ["heal", "imp1"]})
    assert do_command(tmp_path / "nowhere", ["heal", "imp1"]) == 1


def test_a_strange_request_is_answered_in_words(shared: PracticeNetwork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shared.directory)
    for line in (b"nonsense\n", b"[]\n", b'{"do": "heal"}\n', b'{"paint": []}\n', b'{"ignore": "gravity"}\n'):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect("control.sock")
            connection.sendall(line)
            answer = json.loads(connection.makefile().readline())
        assert answer["ok"] is False
        assert answer["error"]
