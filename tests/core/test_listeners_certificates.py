"""Procedure j: which steps, with which values, in which shape; and a certificate that changes after the exchange."""

import pytest

from checks.finding import Json, Severity
from checks.requests import TlsRequest
from tests.core.plans import front_end, practice_plan, with_asa, with_partners
from tests.core.table import table
from tests.core.world import World
from wizard.checklist import requests_of
from wizard.engine import AskKind, Choice, Refusal, reopen
from wizard.facts import Facts
from wizard.node_checks import listener_requests
from wizard.plan.model import LoadBalancer, Partner, Plan
from wizard.procedures import CATALOGUE
from wizard.procedures.listeners_certificates import LISTENERS_CERTIFICATES
from wizard.resolve import walk_of
from wizard.standing import AlreadySo, Applies, Later, NotApplicable, Unknown
from wizard.state import State
from wizard.step import SIP_PROXY, CheckPasses, Command, Instruct, Notice, Step, Wait
from wizard.survey import Word, survey

LISTENERS = ("who-dials", "ports-before", "server-auth-aside", "peer-auth", "server-auth-back", "ports")
SIGNED, INSTALLED = ("list", "own", "request", "sign"), ("install", "exchanged")
BEHIND = ("list", "own", "generate", "asa-import", "exchanged")
FRONT_END = Partner(
    domain="inside.example",
    description="Inside",
    external_fqdn="pool.inside.example",
    peer="front-end",
    certificate_authority="Inside Root CA",
)
CA = "Practice Root CA"


def steps(plan: Plan) -> dict[str, Step]:
    """The steps by the part of their id behind the procedure."""
    return {step.id.partition("/")[2]: step for step in LISTENERS_CERTIFICATES.steps(plan)}


def of(plan: Plan, **fields: object) -> Plan:
    """The plan with other values."""
    return plan.model_copy(update=fields)


def fields(step: Step) -> dict[str, str]:
    """Labels and values."""
    assert isinstance(step.does, Instruct)
    return {field.label: field.value for field in step.does.fields}


def per_node(names: tuple[str, ...]) -> list[str]:
    return [f"{name}@{node}" for node in ("imp1", "imp2") for name in names]


# --- which steps -----------------------------------------------------------------------------------------------------


def test_without_an_asa() -> None:
    assert list(steps(practice_plan())) == [
        *LISTENERS,
        "firewall",
        "trust@partner.example",
        "trust@branch.example",
        "trust-aol",
        *per_node(SIGNED),
        "trust-own",
        "trusted@imp1",
        "trusted@imp2",
        *per_node(INSTALLED),
        "partner-side@partner.example",
        "partner-side@branch.example",
        "answered",
        "unchanged@imp1",
        "unchanged@imp2",
        "probe",
    ]


def test_with_an_asa() -> None:
    found = steps(with_asa())
    assert list(found) == [
        *LISTENERS,
        "asa-inside",
        "trust-asa",
        "trusted@imp1",
        "trusted@imp2",
        *per_node(BEHIND),
        "partner-side@partner.example",
        "partner-side@branch.example",
        "answered",
        "asa-outside",
        "asa-authority@partner.example",
        "asa-authority@branch.example",
        "asa-authority@sag.aol.example",
        "asa-configure",
        "asa-read-back",
        "unchanged@imp1",
        "unchanged@imp2",
        "probe",
    ]
    assert all(isinstance(found[name].when(with_asa(), Facts()), NotApplicable) for name in LISTENERS[:-1])
    assert isinstance(found["ports"].when(with_asa(), Facts()), Applies)


def test_a_front_end_behind_the_asa_still_meets_the_nodes() -> None:
    plan = of(with_asa(), partners=(*with_asa().partners, FRONT_END))
    found = steps(plan)
    assert {"trust-asa", "trust@inside.example", "trust-own", "request@imp1", "asa-import@imp1"} <= found.keys()
    assert not {"generate@imp1", "trust@partner.example", "asa-authority@inside.example"} & found.keys()


def test_where_everybody_speaks_tcp_there_is_only_the_listener() -> None:
    plan = of(practice_plan(), partners=(FRONT_END.model_copy(update={"transport": "tcp"}),), aol=None)
    assert list(steps(plan)) == [*LISTENERS, "partner-side@inside.example", "answered", "probe"]


def test_aol_alone() -> None:
    plan = of(practice_plan(), partners=())
    assert [name for name in steps(plan) if name.startswith("trust-")] == ["trust-aol", "trust-own"]
    plan = of(with_asa(), partners=())
    assert [name for name in steps(plan) if name.startswith("asa-authority")] == ["asa-authority@sag.aol.example"]


def test_one_authority_is_imported_once() -> None:
    plan = practice_plan()
    local = plan.local.model_copy(update={"certificate_authority": CA})
    partners = tuple(partner.model_copy(update={"certificate_authority": CA}) for partner in plan.partners)
    same = of(plan, local=local, partners=partners)
    found = {name: step.when(same, Facts()) for name, step in steps(same).items() if name.startswith("trust")}
    assert isinstance(found["trust@partner.example"], Applies)
    assert isinstance(found["trust-aol"], Applies)
    assert same.aol is not None
    named = of(same, aol=same.aol.model_copy(update={"certificate_authority": CA}))
    found["trust-aol"] = steps(named)["trust-aol"].when(named, Facts())
    for name in ("trust@branch.example", "trust-own", "trust-aol"):
        standing = found[name]
        assert isinstance(standing, NotApplicable)
        assert "partner.example" in standing.reason


# --- which values ----------------------------------------------------------------------------------------------------


def test_the_listeners_change_places_without_a_clash() -> None:
    found = steps(practice_plan())
    moves = [(fields(found[name])["Name"].rpartition(" - ")[2], fields(found[name])["Port"]) for name in LISTENERS[2:5]]
    assert moves == [("Server Auth", "5063"), ("Peer Auth", "5061"), ("Server Auth", "5062")]
    for name in LISTENERS[2:5]:
        assert found[name].restarts == (("imp1", SIP_PROXY), ("imp2", SIP_PROXY))


def test_what_is_imported_and_restarted() -> None:
    plan = practice_plan()
    partner = plan.partners[0].model_copy(update={"certificate_authority": "Their Root CA"})
    trust = steps(of(plan, partners=(partner,)))["trust@partner.example"]
    assert isinstance(trust.does, Instruct)
    assert trust.does.act == ("import-trust", "all", "Their Root CA")
    assert fields(trust)["Certificate Name"] == "cup-trust"
    assert "Their Root CA" in fields(trust)["Upload File"]
    assert fields(trust)["Nodes"] == "imp1.local.example, imp2.local.example"
    assert trust.restarts == (("imp1", SIP_PROXY), ("imp2", SIP_PROXY))
    install = steps(plan)["install@imp2"]
    assert fields(install)["Certificate Name"] == "cup"
    assert install.restarts == (("imp2", SIP_PROXY),)


def test_the_authority_is_told_both_usages() -> None:
    does = steps(practice_plan())["sign@imp1"].does
    assert isinstance(does, Notice)
    assert "Subject CN: imp1.local.example" in does.text
    assert "1.3.6.1.5.5.7.3.1" in does.text
    assert "1.3.6.1.5.5.7.3.2" in does.text


def test_the_request_says_which_name_its_certificate_will_not_hold() -> None:
    plan = practice_plan()
    told = " ".join(steps(plan)["request@imp1"].effects)
    assert "will not hold imp-public.mail.local.example" in told
    assert "cert-host-not-in-san" in told, "the check that warns of it afterwards"
    assert "will not hold" not in " ".join(steps(plan)["request@imp2"].effects), "the public name leads to imp1"
    does = steps(plan)["sign@imp1"].does
    assert isinstance(does, Notice)
    assert "Alternative names" in does.text


@pytest.mark.parametrize(
    ("plan", "name"),
    [
        (practice_plan(), "imp1.local.example"),
        (with_asa(), "imp-public.mail.local.example"),
        (
            of(practice_plan(), load_balancer=LoadBalancer(fqdn="imp-public.mail.local.example", address="192.0.2.10")),
            "imp-public.mail.local.example",
        ),
    ],
)
def test_the_look_from_outside_expects_the_name_that_is_shown_there(plan: Plan, name: str) -> None:
    does = steps(plan)["probe"].does
    assert isinstance(does, Wait)
    assert does.until == CheckPasses(
        request=TlsRequest(host="imp-public.mail.local.example", port=5061, name=name, side="ours")
    )


# --- where they stand ------------------------------------------------------------------------------------------------


def seen(name: str = "imp1.local.example", *, signed: bool = False, identity: str = "sha256 01") -> dict[str, Json]:
    return {"common_name": name, "issuer": "Root", "self_signed": not signed, "identity": identity}


@pytest.mark.parametrize("step", ["request@imp1", "sign@imp1", "install@imp1"])
def test_a_signature_is_asked_for_unless_there_is_one(step: str) -> None:
    plan, when = practice_plan(), steps(practice_plan())[step].when
    assert isinstance(when(plan, Facts()), Unknown)
    assert isinstance(when(plan, Facts().with_node("imp1", "certificate", seen())), Applies)
    assert isinstance(when(plan, Facts().with_node("imp1", "certificate", seen("imp1", signed=True))), Applies)
    assert isinstance(when(plan, Facts().with_node("imp1", "certificate", seen(signed=True))), AlreadySo)


def test_a_certificate_is_made_anew_for_the_asa_only_when_its_name_is_wrong() -> None:
    plan, when = with_asa(), steps(with_asa())["generate@imp1"].when
    assert isinstance(when(plan, Facts()), Unknown)
    assert isinstance(when(plan, Facts().with_node("imp1", "certificate", seen("imp1"))), Applies)
    assert isinstance(when(plan, Facts().with_node("imp1", "certificate", seen("IMP1.local.example"))), AlreadySo)


def test_the_asa_is_given_a_certificate_once() -> None:
    plan, when = with_asa(), steps(with_asa())["asa-import@imp1"].when
    assert isinstance(when(plan, Facts()), Unknown)
    facts = Facts().with_node("imp1", "certificate", seen())
    assert isinstance(when(plan, facts), Applies)
    given = facts.with_node("imp1", "exchanged-certificate", seen())
    assert isinstance(when(plan, given), AlreadySo)
    assert isinstance(when(plan, given.with_node("imp1", "certificate", seen(identity="sha256 02"))), Applies)


@pytest.mark.parametrize("step", ["probe", "unchanged@imp1"])
def test_what_partners_meet_is_looked_at_when_no_restart_is_pending(step: str) -> None:
    plan, when = practice_plan(), steps(practice_plan())[step].when
    assert isinstance(when(plan, Facts()), Applies)
    assert isinstance(when(plan, Facts().with_pending({("imp2", SIP_PROXY): 1})), Later)
    assert isinstance(when(plan, Facts().with_pending({("gone", SIP_PROXY): 1})), Applies)


def judged(step: str, plan: Plan, *observed: tuple[str, dict[str, Json]]) -> list[tuple[str, Severity]]:
    facts = Facts()
    for what, value in observed:
        facts = facts.with_node("imp1", what, value)
    does = steps(plan)[step].does
    assert isinstance(does, Command)
    return [(finding.code, finding.severity) for finding in does.judge(plan, facts)]


OK, FAIL, WARN = ("node-ok", Severity.PASS), Severity.FAIL, Severity.WARN


def test_how_certificates_are_judged() -> None:
    plan, asa = practice_plan(), with_asa()
    assert judged("list@imp1", plan, ("own-certificates", {"names": ["cup/cup.pem"]})) == [OK]
    assert judged("list@imp1", plan, ("own-certificates", {"names": ["cup"]})) == [("node-cert-name", FAIL)]
    assert judged("list@imp1", plan) == [("node-cert-name", FAIL)]
    assert judged("own@imp1", plan, ("certificate", seen())) == [OK]
    assert judged("own@imp1", plan, ("certificate", seen("imp1"))) == [("node-cert-name", WARN)]
    assert judged("own@imp1", plan, ("certificate", {"identity": None})) == [("node-cert-name", FAIL)]
    assert judged("exchanged@imp1", plan, ("exchanged-certificate", seen("imp1"))) == [("node-cert-name", FAIL)]
    assert judged("exchanged@imp1", plan, ("exchanged-certificate", seen())) == [("node-cert-unsigned", FAIL)]
    assert judged("exchanged@imp1", plan, ("exchanged-certificate", seen(signed=True))) == [OK]
    assert judged("exchanged@imp1", asa, ("exchanged-certificate", seen())) == [OK]


def test_a_certificate_is_compared_with_the_one_that_was_exchanged() -> None:
    plan, given = practice_plan(), ("exchanged-certificate", seen(signed=True))
    assert judged("unchanged@imp1", plan, given) == [OK]
    other = ("certificate", seen(identity="sha256 02"))
    assert judged("unchanged@imp1", plan, given, other) == [("node-cert-changed", FAIL)]
    assert judged("unchanged@imp1", plan, given, ("certificate", {})) == [("node-cert-changed", FAIL)]
    assert judged("unchanged@imp1", plan) == [("node-cert-changed", FAIL)]


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (["Their_Root_CA"], True),
        (["their root ca"], True),
        (["Their_Root_CA_61d2f0a4"], True),
        (["x", "Trust certificate of Their Root CA"], True),
        (["Their_Root_CA_2_old"], False),
        (["Not_Their_Root_CA"], False),
        ([], False),
    ],
)
def test_who_is_missing_in_the_trust_store(entries: list[Json], found: bool) -> None:
    plan = practice_plan()
    partner = plan.partners[0].model_copy(update={"certificate_authority": "Their Root CA"})
    verdict = judged("trusted@imp1", of(plan, partners=(partner,)), ("trust", {"trusted": entries}))
    assert verdict == [OK if found else ("node-trust-missing", WARN)]


def test_a_trust_store_that_was_not_understood_is_not_taken_for_empty() -> None:
    assert judged("trusted@imp1", with_asa()) == [("node-trust-missing", Severity.NOT_TESTED)]
    assert judged("trusted@imp1", with_asa(), ("trust", {"trusted": ["192.0.2.31"]})) == [("node-trust-missing", WARN)]
    assert judged("trusted@imp1", with_asa(), ("trust", {"trusted": ["192.0.2.3"]})) == [OK]


# --- walks -----------------------------------------------------------------------------------------------------------


def open_again(world: World, step: str) -> None:
    row = next(row for row in survey(world.table.walk, world.table.state) if row.step.id == step)
    records = reopen(row, "look again")
    assert not isinstance(records, Refusal)
    world.table.write(*records)


@pytest.mark.parametrize(
    ("plan", "signed", "again"),
    [(practice_plan(), True, "install@imp1"), (with_asa(), False, "asa-import@imp1")],
    ids=["without an ASA", "with an ASA"],
)
def test_a_certificate_made_anew_is_noticed_and_exchanged_again(plan: Plan, signed: bool, again: str) -> None:
    world = World(plan)
    world.finish()
    node = world.nodes["imp1"]
    assert node.signed is signed
    node.signed, node.made = False, node.made + 1  # as a change of the domain does
    open_again(world, "listeners-certificates/unchanged@imp1")
    ask = world.until(AskKind.FAILED, "listeners-certificates/unchanged@imp1")
    assert "not the one" in ask.problem or "Others were given" in ask.problem
    open_again(world, "listeners-certificates/own@imp1")
    done_before = world.table.state.record(f"listeners-certificates/{again}").seq
    for _ in range(100):
        turn = world.table.turn()
        if world.stuck(turn):
            break
        world.step()
    assert world.table.state.record(f"listeners-certificates/{again}").seq > done_before
    assert node.signed is signed
    last = world.table.turn()
    if world.stuck(last):
        world.answer(world.until(AskKind.FAILED), Choice.RETRY)
    world.finish()
    words = {row.step.id: row.word for row in survey(world.table.walk, world.table.state)}
    assert words["listeners-certificates/unchanged@imp1"] is Word.DONE
    assert set(words.values()) <= {Word.DONE, Word.NOT_APPLICABLE}


def test_a_cluster_whose_certificates_were_signed_before_asks_nobody() -> None:
    found = table(domain="local.example")
    assert walk_of(practice_plan(), CATALOGUE).steps
    words = {row.step.id: row.word for row in survey(found.walk, found.state)}
    assert words["listeners-certificates/request@imp1"] is Word.DONE
    assert words["listeners-certificates/install@imp2"] is Word.DONE


def test_where_every_partner_is_reached_by_tcp_no_tls_is_set_up_or_looked_for() -> None:
    plan = with_partners(front_end("ocs.example", transport="tcp", version="ocs-2007-r2"))
    steps = {row.step.id: row for row in survey(walk_of(plan, CATALOGUE), State())}
    for step in ("server-auth-aside", "peer-auth", "server-auth-back", "ports", "probe"):
        standing = steps[f"listeners-certificates/{step}"].standing
        assert standing == NotApplicable("every partner is reached by TCP"), step
    assert "acceptance/own-tls" not in steps
    assert not [request for request in requests_of(plan) if isinstance(request, TlsRequest)]
    assert listener_requests(plan) == ()
    letter = steps["listeners-certificates/partner-side@ocs.example"].step
    assert "certificate" not in " ".join((letter.why, *letter.mistakes))
