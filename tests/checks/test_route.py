"""`check route`: every outcome of the documented order, against BIND, and what is wrong with static routes."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from checks.dns.query import Outcome, Reply
from checks.finding import Severity
from checks.requests import RouteRequest, StaticRoute
from checks.routing import Lookup, judge_route, rules_of
from checks.routing_lint import judge_routes
from tests.checks.support import Check
from tests.core.plans import PRACTICE_LIKE
from tests.servers.bind import name_server
from tests.servers.dns import answering
from wizard.__main__ import main
from wizard.practice.client import PracticeNetwork

SRV = "_sipfederationtls._tcp"
EDGE = "sip A 8.8.8.8\n"
ZONES = {
    "partner.example": f"{SRV} SRV 0 0 5061 sip\n{EDGE}",
    "branch.example": "",
    "gone.example": "",
    "ported.example": f"{SRV} SRV 0 0 5060 sip\n{EDGE}",
    "dangling.example": f"{SRV} SRV 0 0 5061 nowhere\n",
    "aside.example": f"{SRV} SRV 0 0 5061 sip.unserved.example.\n",
    "weighted.example": f"{SRV} SRV 10 0 5061 late\n{SRV} SRV 0 1 5061 light\n{SRV} SRV 0 9 5061 sip\n{EDGE}",
    "hosted1.example": f"{SRV} SRV 0 0 5061 sip\n{EDGE}",
    "hosted2.example": "",
    "hosted3.example": f"{SRV} SRV 0 0 5061 sip\n{EDGE}",
    "hosted4.example": f"{SRV} SRV 0 0 5061 sag.aol.example.\n",
    "off.example": f"{SRV} SRV 0 0 0 .\n",
    "aol.com": f"{SRV} SRV 0 0 5061 sip\n{EDGE}",
    "old.example": "",
    "aol.example": "sag A 8.8.4.4\n",
}
PARTNERS = ("partner", "gone", "ported", "dangling", "aside", "weighted")
HOSTED = ("hosted2", "hosted3", "hosted4", "off")


def plan_text(*, default_static: bool, default: str = "aol.com") -> str:
    """The practice deployment with more partners and hosted domains; hosted1 has a static route of its own."""
    head = PRACTICE_LIKE[: PRACTICE_LIKE.index("[[partners]]")]
    partners = "".join(
        f'[[partners]]\ndomain = "{name}.example"\ndescription = "{name}"\nexternal_fqdn = "sip.{name}.example"\n'
        for name in PARTNERS
    )
    static = (
        '[[partners]]\ndomain = "branch.example"\ndescription = "Branch"\nexternal_fqdn = "edge.branch.example"\n'
        "publishes_srv = false\n"
        '[[partners]]\ndomain = "ocs.example"\ndescription = "OCS"\nexternal_fqdn = "fe.ocs.example"\n'
        'peer = "front-end"\ntransport = "tcp"\nversion = "ocs-2007-r2"\n'
    )
    aol = (
        f'[aol]\ngateway_fqdn = "sag.aol.example"\nstatic_route_for_default = {str(default_static).lower()}\n'
        f'default_federation_routing_domain = "{default}"\n'
    )
    hosted = "".join(
        f'[[aol.domains]]\nname = "{name}.example"\nkind = "hosted"\ndescription = "{name}"\n' for name in HOSTED
    )
    own = '[[aol.domains]]\nname = "hosted1.example"\nkind = "hosted"\ndescription = "1"\nstatic_route = true\n'
    public = '[[aol.domains]]\nname = "aol.com"\nkind = "public"\ndescription = "AOL"\n'
    return head + partners + static + aol + hosted + own + public


@pytest.fixture(scope="module")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with name_server(tmp_path_factory.mktemp("bind") / "primary", ZONES) as port:
        yield f"127.0.0.1:{port}"


def by_hand(code: str, domain: str, hop: str | None, server: str) -> str:
    """The command that shows the record that was looked at, or what stands where the static route leads."""
    if code.endswith("static"):
        return f"openssl s_client -connect {hop}:5061 </dev/null" if domain != "ocs.example" else ""  # that is TCP
    asked = "aol.com" if code == "route-default-srv" else domain
    address, _, port = server.rpartition(":")
    return f"nslookup -type=srv -port={port} {SRV}.{asked} {address}"


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plans")
    (folder / "static.toml").write_text(plan_text(default_static=True))
    (folder / "dns.toml").write_text(plan_text(default_static=False))
    (folder / "none.toml").write_text(plan_text(default_static=False, default="old.example"))
    return folder


@pytest.mark.needs("bind9")
@pytest.mark.parametrize(
    ("plan", "domain", "status", "code", "hop", "stages"),
    [
        # a hosted domain: its own static route, its own record, the default domain's route, the default's record
        ("static", "hosted1.example", 0, "route-static", "sag.aol.example", "u..."),
        ("static", "hosted3.example", 1, "route-srv", "sip.hosted3.example", "eu.."),
        ("static", "hosted4.example", 0, "route-srv", "sag.aol.example", "eu.."),
        ("static", "hosted2.example", 0, "route-default-static", "sag.aol.example", "eeu."),
        ("dns", "hosted2.example", 0, "route-default-srv", "sip.aol.com", "eeeu"),
        ("none", "hosted2.example", 2, "route-none", None, "eeee"),
        ("static", "off.example", 0, "route-default-static", "sag.aol.example", "eeu."),
        # the default domain
        ("static", "aol.com", 0, "route-default-static", "sag.aol.example", "u."),
        ("dns", "aol.com", 0, "route-default-srv", "sip.aol.com", "eu"),
        ("dns", "aim.com", 0, "route-default-srv", "sip.aol.com", "eu"),
        # Microsoft: its own route or record, and never the default domain
        ("static", "partner.example", 0, "route-srv", "sip.partner.example", "eu"),
        ("static", "branch.example", 0, "route-static", "edge.branch.example", "u."),
        ("static", "ocs.example", 0, "route-static", "fe.ocs.example", "u."),
        ("static", "gone.example", 2, "route-none", None, "ee"),
        ("static", "weighted.example", 0, "route-srv", "sip.weighted.example", "eu"),
        ("static", "ported.example", 2, "route-srv", "sip.ported.example", "eu"),
        ("static", "dangling.example", 2, "route-srv", "nowhere.dangling.example", "eu"),
        ("static", "aside.example", 0, "route-srv", "sip.unserved.example", "eu"),
    ],
)
def test_the_first_rule_that_leads_somewhere_is_used(
    plan: str, domain: str, status: int, code: str, hop: str | None, stages: str, bind: str, plans: Path, check: Check
) -> None:
    checked = check("route", f"user@{domain}", "--plan", plans / f"{plan}.toml", "--nameserver", bind)
    assert checked.status == status, checked.document
    found = checked.finding(code)
    assert found["observed"].get("next_hop") == hop
    assert found["observed"]["address"] == f"user@{domain}"
    letter = {"used": "u", "empty": "e", "not-reached": "."}
    assert "".join(letter[rule["stage"]] for rule in found["evidence"]["rules"]) == stages
    assert checked.document["target"] == f"user@{domain}"
    assert found["verify_with"] == by_hand(code, domain, hop, bind)


@pytest.mark.needs("bind9")
@pytest.mark.parametrize(
    ("domain", "faults"),
    [
        ("hosted3.example", {"route-bypasses-aol": "warn"}),
        ("ported.example", {"srv-port-unexpected": "fail"}),
        ("dangling.example", {"srv-target-unresolvable": "fail"}),
        ("gone.example", {"route-none": "fail"}),
        ("nobody.example", {"route-not-federated": "fail"}),
        ("sub.partner.example", {"route-not-federated": "fail"}),
        ("mail.local.example", {"route-not-federated": "fail"}),
    ],
)
def test_what_is_wrong_with_the_way_is_said_once(
    domain: str, faults: dict[str, str], bind: str, plans: Path, check: Check
) -> None:
    assert check("route", f"u@{domain}", "--plan", plans / "static.toml", "--nameserver", bind).faults == faults


@pytest.mark.needs("bind9")
def test_our_own_domain_is_no_partner_to_be_added(bind: str, plans: Path, check: Check) -> None:
    checked = check("route", "u@local.example", "--plan", plans / "static.toml", "--nameserver", bind)
    found = checked.finding("route-not-federated")
    assert "is our own domain" in found["why"]
    assert found["fix"][0].startswith("Ask for an address of a partner")
    assert "[[partners]]" not in " ".join(found["fix"])


@pytest.mark.needs("bind9")
def test_aim_com_is_traced_as_aol_com_and_says_so(bind: str, plans: Path, check: Check) -> None:
    checked = check("route", "u@aim.com", "--plan", plans / "static.toml", "--nameserver", bind)
    told = checked.finding("route-addressed-as")
    assert (told["severity"], told["observed"]["traced_as"]) == ("info", "u@aol.com")
    assert checked.finding("route-default-static")["subject"] == "aol.com"


@pytest.mark.needs("bind9")
def test_people_read_the_sequence_with_the_rule_that_is_used_marked(
    bind: str, plans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        main(["check", "route", "u@hosted2.example", "--plan", str(plans / "static.toml"), "--nameserver", bind]) == 0
    )
    shown = capsys.readouterr().out
    rules = [line for line in shown.splitlines() if re.match(r"    [ >] \d\. ", line)]
    assert rules == [
        "      1. static route for hosted2.example: none",
        "      2. SRV record of hosted2.example: none",
        "    > 3. static route for aol.com: used: sag.aol.example, port 5061, TLS",
        "      4. SRV record of aol.com: not reached",
    ]
    assert max(map(len, shown.splitlines())) <= 78


def test_where_the_dns_is_silent_it_cannot_be_told(plans: Path, check: Check) -> None:
    words = ("--plan", plans / "static.toml", "--timeout", "0.3")
    with answering(lambda _query: None) as server:
        checked = check("route", "u@hosted2.example", *words, "--nameserver", server)
        known = check("route", "u@hosted1.example", *words, "--nameserver", server)
    assert (checked.status, checked.faults) == (3, {"dns-timeout": "not-tested"})
    stages = [rule["stage"] for rule in checked.finding("dns-timeout")["evidence"]["rules"]]
    assert stages == ["empty", "unanswered", "not-reached", "not-reached"]
    assert known.status == 0  # nothing has to be asked


@pytest.mark.parametrize(
    "address", ["hosted1.example", "@hosted1.example", "a b@hosted1.example", "u@", "sip:u@x.example"]
)
def test_what_is_no_address_is_wrong_usage(address: str, plans: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "route", address, "--plan", str(plans / "static.toml"), "--json"]) == 64
    said = capsys.readouterr()
    assert said.out == ""
    assert "user@partner.example" in said.err


def test_a_plan_is_needed_and_has_to_be_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["check", "route", "u@partner.example"])
    assert left.value.code == 64
    (tmp_path / "bad.toml").write_text('release = "8.0"\n')
    for name in ("bad.toml", "none.toml"):
        assert main(["check", "route", "u@partner.example", "--plan", str(tmp_path / name)]) == 64
    assert capsys.readouterr().out == ""


def test_the_practice_network_shows_the_first_the_third_and_the_default_rule(tmp_path: Path, check: Check) -> None:
    network = PracticeNetwork.start(tmp_path / "practice", "healthy", 0)
    try:
        ways = {
            domain: check("route", f"u@{domain}", "--plan", network.directory / "check.toml")
            for domain in ("hosted1.example", "hosted2.example", "aol.com", "partner.example", "branch.example")
        }
    finally:
        network.stop()
    assert {domain: checked.status for domain, checked in ways.items()} == dict.fromkeys(ways, 0)
    used = {
        domain: [(f["code"], f["observed"]["rule"]) for f in checked.document["findings"] if "rule" in f["observed"]]
        for domain, checked in ways.items()
    }
    assert used == {
        "hosted1.example": [("route-static", 1)],
        "hosted2.example": [("route-default-static", 3)],
        "aol.com": [("route-default-static", 1)],
        "partner.example": [("route-srv", 2)],
        "branch.example": [("route-static", 1)],
    }


# --- the order, and the lint: pure -----------------------------------------------------------------------------------

ROUTE = StaticRoute(domain="hosted.example", pattern=".example.hosted.*", next_hop="sag.aol.example")
DEFAULT = StaticRoute(domain="aol.com", pattern=".com.aol.*", next_hop="sag.aol.example")


def request(*routes: StaticRoute, tcp: bool = False) -> RouteRequest:
    return RouteRequest(domain="hosted.example", kind="aol-hosted", routes=routes, default_domain="aol.com", tcp=tcp)


def test_the_order_of_the_rules() -> None:
    def order(asked: RouteRequest) -> list[tuple[str, str]]:
        return [(rule.by, rule.domain) for rule in rules_of(asked)]

    hosted = request()
    own, default = (
        [("static", "hosted.example"), ("srv", "hosted.example")],
        [("static", "aol.com"), ("srv", "aol.com")],
    )
    assert order(hosted) == own + default
    assert order(RouteRequest(domain="aol.com", kind="aol-default")) == default
    assert order(replace(hosted, kind="ocs-lync")) == own
    assert order(replace(hosted, kind="none")) == []


@pytest.mark.parametrize(
    ("routes", "codes"),
    [
        ((), []),
        ((ROUTE,), ["route-ok"]),
        ((ROUTE, DEFAULT), ["route-ok"]),
        ((replace(ROUTE, pattern=".EXAMPLE.Hosted.*", protocol="tls", route_type="Domain"),), ["route-ok"]),
        ((replace(ROUTE, pattern="hosted.example"),), ["route-pattern-wrong"]),
        ((replace(ROUTE, pattern="example.hosted.*"),), ["route-pattern-wrong"]),
        ((replace(ROUTE, pattern=".example.hosted"),), ["route-pattern-wrong"]),
        ((replace(DEFAULT, pattern=".aol.com.*"),), ["route-pattern-wrong"]),
        ((replace(ROUTE, route_type="User"),), ["route-type-wrong"]),
        ((replace(ROUTE, port=5060),), ["route-port-wrong"]),
        ((replace(ROUTE, protocol="TCP"),), ["route-protocol-wrong"]),
        ((replace(ROUTE, port=0, next_hop="_sipfederationtls._tcp.aol.example"),), ["route-ok"]),
        ((replace(ROUTE, port=0),), ["route-port-wrong"]),
        (
            (replace(ROUTE, port=5060, protocol="TCP", route_type="User"),),
            ["route-type-wrong", "route-port-wrong", "route-protocol-wrong"],
        ),
        ((replace(ROUTE, priority=2), replace(ROUTE, next_hop="sip.other.example")), ["route-shadowed"]),
        ((replace(ROUTE, priority=2), ROUTE), ["route-ok"]),
        ((replace(ROUTE, domain="other.example", pattern=".wrong"),), []),
    ],
)
def test_the_lint_of_static_routes(routes: tuple[StaticRoute, ...], codes: list[str]) -> None:
    found = list(judge_routes(request(*routes)))
    assert [finding.code for finding in found] == codes
    for finding in found:
        assert (finding.severity is Severity.FAIL) == (finding.code != "route-ok")
        assert "..." not in " ".join([finding.why, *finding.fix, finding.verify_with])
        assert (finding.code == "route-protocol-wrong") <= finding.verify_with.startswith("openssl s_client -connect ")
        assert json.dumps(dict(finding.observed))


def test_tcp_is_right_where_it_is_meant() -> None:
    by_tcp = replace(ROUTE, port=5060, protocol="TCP")
    assert [finding.code for finding in judge_routes(request(by_tcp, tcp=True))] == ["route-ok"]
    assert [finding.code for finding in judge_routes(request(ROUTE, tcp=True))] == [
        "route-port-wrong",
        "route-protocol-wrong",
    ]


def test_a_route_with_a_wrong_pattern_is_not_used() -> None:
    missing = Lookup(reply=Reply(outcome=Outcome.NO_NAME, server="192.0.2.53"))
    asked = request(replace(ROUTE, pattern="hosted.example"), DEFAULT)
    found = [finding.code for finding in judge_route(asked, {"hosted.example": missing})]
    assert found == ["route-default-static", "route-pattern-wrong"]


def test_a_static_route_past_aol_bypasses_it_as_a_record_does() -> None:
    past = replace(request(replace(ROUTE, next_hop="sip.hosted.example")), gateway=("sag.aol.example",))
    assert [finding.code for finding in judge_route(past, {})] == ["route-static", "route-bypasses-aol", "route-ok"]
