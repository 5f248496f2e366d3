"""The acts of the control: not in effect before, in effect after, and nothing when they are ignored."""

import json
import socket
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.servers.practice_console import Start, Talk
from wizard.commands.practice_network import do_command
from wizard.errors import FedwizardError, UsageError
from wizard.plan.model import Plan
from wizard.practice import acts, changes
from wizard.practice.acts import Moment
from wizard.practice.beginning import beginning, work_of
from wizard.practice.client import PracticeNetwork, control
from wizard.practice.scenarios import HEALTHY, scenario
from wizard.practice.state import Pace, State, initial
from wizard.procedures import CATALOGUE
from wizard.resolve import walk_of
from wizard.step import Instruct, Notice

MANAGER = "Cisco XCP SIP Federation Connection Manager"
ROUTER = "Cisco XCP Router"
PUBLIC = "imp-public.mail.local.example"
CERTIFICATES = "listeners-certificates"
ASIDE = ("set-listener-port", "server-auth", "5063")
REQUEST, SIGN, INSTALL = ((verb, "imp1") for verb in ("request-certificate", "sign-request", "install-certificate"))
PARAMETER = ("set-parameter", "federation-routing-fqdn", PUBLIC)
DEFAULT = ("set-parameter", "default-federation-routing-domain", "new.aol.example")
OWN, PEER = "imp1.local.example", "imp1.second.local.example"
# Everything that a test call needs. Domains are set by a command of the nodes, which is no act.
WORKING: tuple[tuple[str, ...], ...] = (
    ("set-domain", "imp1"),
    ("set-domain", "imp2"),
    ("activate", "imp1", MANAGER),
    ("activate", "imp2", MANAGER),
    ("publish", "a", PUBLIC, "192.0.2.10"),
    ("publish", "srv", "local.example", "sip", PUBLIC, "5061"),
    ("publish", "srv", "mail.local.example", "sip", PUBLIC, "5061"),
    PARAMETER,
    ("enable-email", OWN),
    ("enable-email", PEER),
    ("restart-peer-router", PEER),
    ("restart-service", "imp1", ROUTER),
    ("restart-service", "imp2", ROUTER),
)

REINSTALL = ("reinstall", "imp2")
EDGE = "sip.partner.example"
PATTERN = ".example.branch.*"
PARTNER = ("add-federated-domain", "partner.example", "ocs-lync", "indirect", "Partner Ltd")
ROUTE = ("store-route", PATTERN, "edge.branch.example", "5061", "tls")
SUBJECT = ("add-peer-subject", EDGE)

# (what has to happen before, the act, the name under which the network can be told to ignore it)
CASES: tuple[tuple[tuple[tuple[str, ...], ...], tuple[str, ...], str], ...] = (
    ((), ("publish", "srv", "local.example", "sip", PUBLIC, "5061"), "dns"),
    ((), ("publish", "srv", "mail.local.example", "xmpp", PUBLIC, "5269"), "dns"),
    ((), ("publish", "a", PUBLIC, "192.0.2.10"), "dns"),
    ((), ("withdraw", "srv", "partner.example", "sip"), "dns"),
    ((), ("activate", "imp2", MANAGER), "service"),
    ((), PARAMETER, "routing-fqdn"),
    ((), DEFAULT, "default-routing-domain"),
    ((), ("tell-aol", PUBLIC), "aol-routing"),
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
    ((), ("open-firewall",), CERTIFICATES),
    ((), ("asa-enroll", "inside"), CERTIFICATES),
    ((), ("asa-import", "imp2"), CERTIFICATES),
    ((), ("asa-authenticate", "partner.example"), CERTIFICATES),
    ((), ("asa-configure",), CERTIFICATES),
    ((), ("set-mail-id", "asmith", "asmith"), ""),
    ((), ("set-mail-id", "asmith"), ""),
    ((), ("cut-connections", "7"), ""),
    ((("cut-connections", "7"),), ("spare-connections",), ""),
    ((), ("node-mode", "imp1", "latency"), ""),
    ((), ("node-mode", "imp2", "odd-question", "menu"), ""),
    ((("node-mode", "imp1", "locked-account"),), ("node-as-usual", "imp1"), ""),
    ((), ("set-domain", "imp1"), ""),
    ((), ("set-domain", "imp2", "other.example"), ""),
    ((), ("restart-nodes", "imp1", "imp2"), ""),
    ((), ("unwell", "imp1", "ntp"), ""),
    ((), ("unwell", "imp2", "replication"), ""),
    ((), ("unwell", "imp2", "service"), ""),
    ((("unwell", "imp1", "service"),), ("heal", "imp1"), "health"),
    ((), ("tell", "partner.example"), "notice"),
    ((), ("present-certificate", "sip.partner.example", "edge1.partner.example"), ""),
    ((("withdraw", "srv", "partner.example", "sip"),), ("mend-partner", "partner.example"), "dns"),
    (
        (("present-certificate", "edge.branch.example", "edge1.branch.example"),),
        ("mend-partner", "branch.example"),
        "dns",
    ),
    ((), ("stop-service", "imp2", ROUTER), ""),
    ((("stop-service", "imp2", ROUTER),), ("start-service", "imp2", ROUTER), "service"),
    ((), PARTNER, "federated-domain"),
    ((PARTNER,), ("edit-federated-domain", *PARTNER[1:3], "direct", "Partner"), "federated-domain"),
    ((PARTNER,), ("delete-federated-domain", "partner.example"), "federated-domain"),
    ((), ROUTE, "static-route"),
    ((ROUTE,), ("delete-route", PATTERN), "static-route"),
    ((), SUBJECT, "peer-subject"),
    ((SUBJECT,), ("delete-peer-subject", EDGE), "peer-subject"),
    ((SUBJECT,), ("set-tls-context", "all", "checked", EDGE), "tls-context"),
    ((), ("enable-email", OWN), "email"),
    ((), ("enable-email", PEER), "email"),
    ((("enable-email", PEER),), ("restart-peer-router", PEER), "email"),
    (WORKING, ("test-call", "partner.example"), "acceptance"),
    (WORKING, ("test-call", "branch.example"), "acceptance"),
    (WORKING, ("test-call", "hosted1.example"), "acceptance"),
    ((*WORKING, ("test-call", "aol.com")), ("end-test-call", "aol.com"), "acceptance"),
)


def moment() -> Moment:
    return Moment(1000.0, Pace(0))


def prepared(before: Sequence[tuple[str, ...]]) -> State:
    state = initial(HEALTHY, 1000.0)
    for words in before:
        if words[0] == "set-domain":
            state = changes.set_domain(state, words[1], "set network domain local.example", 0.0, Pace(0))
        else:
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


def test_a_node_that_is_installed_anew_has_no_domain() -> None:
    state = beginning(scenario("no-srv"), 1000.0)
    assert not acts.in_effect(state, REINSTALL, moment())
    assert acts.in_effect(acts.perform(state, REINSTALL, moment()), REINSTALL, moment())


def test_every_act_is_tried_here() -> None:
    assert {act.words for act in acts.ACTS} - {REINSTALL[:1]} == {
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
        ("set-parameter", "default-federation-routing-domain"),
        ("tell-aol", "nobody"),
        ("unwell", "imp1", "colour"),
        ("set-mail-id", "nobody"),
        ("cut-connections",),
        ("node-mode", "imp1"),
        ("node-mode", "imp9", "latency"),
        ("node-mode", "imp1", "flying"),
        ("node-mode", "imp1", "latency", "0"),
        ("node-mode", "imp1", "latency", "soon"),
        ("node-mode", "imp1", "locked-account", "twice"),
        ("node-mode", "imp1", "odd-question", "loud"),
        ("node-mode", "imp1", "stuck-service", "Cisco Nothing"),
        ("node-as-usual",),
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
        ("present-certificate", "nobody.example", "x.example"),
        ("mend-partner", "nobody.example"),
        ("reinstall", "imp9"),
        ("stop-service", "imp1"),
        ("tell",),
        PARTNER[:3],
        ("add-federated-domain", "partner.example", "lync", "indirect", "Partner"),
        ("add-federated-domain", "local.example", "ocs-lync", "indirect", "Ourselves"),
        ("edit-federated-domain", "unheard.example", "aol", "indirect", "Nobody"),
        ("delete-federated-domain",),
        ("store-route", PATTERN, "edge.branch.example", "0", "tls"),
        ("store-route", PATTERN, "edge.branch.example", "5061", "smtp"),
        ("store-route", "", "edge.branch.example", "5061", "tls"),
        ("add-peer-subject", "*"),
        ("set-tls-context", "all", "checked", EDGE),
        ("set-tls-context", "many", "checked", EDGE),
        ("set-tls-context", "all"),
        ("enable-email",),
        ("enable-email", "imp2.local.example"),
        ("restart-peer-router", OWN),
        ("test-call", "nobody.example"),
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


def test_the_default_domain_comes_right_and_a_change_of_it_needs_a_restart() -> None:
    installed = (*DEFAULT[:2], "aol.com")
    assert acts.in_effect(prepared(()), installed, moment())
    assert acts.perform(prepared(()), installed, moment()) == prepared(())
    state = acts.perform(prepared(()), DEFAULT, moment())
    assert state.pending == (("imp1", ROUTER), ("imp2", ROUTER))
    assert not acts.in_effect(acts.ignore(prepared(()), "default-routing-domain"), installed, moment())


def test_a_domain_is_entered_once_and_then_corrected() -> None:
    state = acts.perform(prepared(()), PARTNER, moment())
    assert acts.perform(state, PARTNER, moment()) == state
    with pytest.raises(UsageError, match="already"):
        acts.perform(state, (*PARTNER[:3], "direct", "Partner Ltd"), moment())
    assert state.pending == (("imp1", ROUTER), ("imp2", ROUTER))


@pytest.mark.parametrize(
    ("before", "words", "service"),
    [
        ((PARTNER,), ("delete-federated-domain", "partner.example"), ROUTER),
        ((), SUBJECT, "Cisco SIP Proxy"),
        ((SUBJECT,), ("delete-peer-subject", EDGE), "Cisco SIP Proxy"),
        ((SUBJECT,), ("set-tls-context", "all", "checked", EDGE), "Cisco SIP Proxy"),
        ((), ROUTE, ""),
    ],
)
def test_what_a_page_stores_makes_its_restart_pending(
    before: tuple[tuple[str, ...], ...], words: tuple[str, ...], service: str
) -> None:
    state = acts.perform(replace(prepared(before), pending=()), words, moment())
    assert {name for _node, name in state.pending} == ({service} if service else set())


@pytest.mark.parametrize("missing", WORKING)
def test_a_test_call_fails_while_anything_is_missing(missing: tuple[str, ...]) -> None:
    state = prepared([words for words in WORKING if words != missing])
    after = acts.perform(state, ("test-call", "partner.example"), moment())
    assert not acts.in_effect(after, ("test-call", "partner.example"), moment())


def test_a_test_call_needs_no_srv_where_aol_is_called() -> None:
    state = prepared([words for words in WORKING if words[:2] != ("publish", "srv")])
    call = ("test-call", "aol.com")
    assert acts.in_effect(acts.perform(state, call, moment()), call, moment())


@pytest.mark.parametrize(
    ("settings", "works"),
    [
        ({"federated-domain/branch.example": "ocs-lync"}, False),
        ({"federated-domain/partner.example": "ocs-lync"}, True),
        ({"peer-subject/edge.branch.example": "listed"}, False),
        ({"peer-subject/sip.partner.example": "listed"}, True),
    ],
)
def test_a_test_call_counts_what_the_pages_hold_once_they_are_used(settings: dict[str, str], works: bool) -> None:
    state = prepared(WORKING)
    state = replace(state, settings={**state.settings, **settings})
    call = ("test-call", "partner.example")
    assert acts.in_effect(acts.perform(state, call, moment()), call, moment()) is works


def test_a_partner_without_records_is_reached_by_the_route_for_its_domain_alone() -> None:
    call = ("test-call", "branch.example")
    for pattern, works in ((".example.branch.*", True), (".example.partner.*", False)):
        state = prepared(WORKING)
        state = replace(state, settings={**state.settings, f"static-route/{pattern}": "edge.branch.example 5061 tls"})
        assert acts.in_effect(acts.perform(state, call, moment()), call, moment()) is works


def test_the_switch_makes_our_router_restart_pending_and_that_of_a_peer_its_own_affair() -> None:
    assert prepared([("enable-email", OWN)]).pending == (("imp1", ROUTER), ("imp2", ROUTER))
    assert prepared([("enable-email", PEER)]).pending == ()
    again = prepared([("enable-email", PEER), ("restart-peer-router", PEER), ("enable-email", PEER)])
    assert acts.in_effect(again, ("restart-peer-router", PEER), moment())


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
    network = start(pace=0.1)
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


def test_the_work_of_a_finished_network_is_what_the_walk_has_done_on_pages_and_in_the_dns(start: Start) -> None:
    plan = Plan.model_validate(tomllib.loads(start().plan_path.read_text()))
    steps = walk_of(plan, CATALOGUE).steps
    walked = {step.does.act for step in steps if isinstance(step.does, Instruct | Notice)}
    not_work = {"mend-partner", "start-service", "test-call", "end-test-call"}
    assert {act for act in walked if act[0] not in not_work} == set(work_of(HEALTHY))
