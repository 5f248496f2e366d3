"""Procedures k and l, and the checklists: which steps for which deployment, with which values, and what opens them."""

import pytest

from checks.requests import DnsRequest, RouteRequest
from tests.core.plans import BALANCER, behind_balancer, edge, fields_of, front_end, practice_plan, with_partners
from tests.core.table import row
from tests.core.test_tls_peers import answered
from tests.core.test_walk import words
from tests.core.world import World
from wizard.checklist import requests_of
from wizard.engine import Answer, Choice, Refusal, submit
from wizard.plan.model import Aol, AolDomain, Plan
from wizard.procedures import CATALOGUE
from wizard.procedures.aol_routing import AOL_ROUTING
from wizard.procedures.checklists import missing_for_aol
from wizard.procedures.default_routing_domain import DEFAULT_ROUTING_DOMAIN
from wizard.procedures.routes import aol_routes, route_request
from wizard.procedures.routing_fqdn import ROUTING_FQDN
from wizard.resolve import fingerprint, walk_of
from wizard.standing import NotApplicable, Unknown
from wizard.step import XCP_ROUTER, Action, Check, Form, Instruct, Notice, Step
from wizard.survey import Word

ROUTERS = (("imp1", XCP_ROUTER), ("imp2", XCP_ROUTER))
READ, SET, READ_BACK = (f"default-routing-domain/{what}" for what in ("read", "set", "read-back"))
LABEL = "Default Federation Routing Domain"


def aol_of(plan: Plan) -> Aol:
    assert plan.aol is not None
    return plan.aol


def plan_with(*domains: AolDomain, **fields: object) -> Plan:
    """The practice deployment with other AOL domains or other values of AOL."""
    aol = aol_of(practice_plan())
    changed = aol.model_copy(update={"domains": domains or aol.domains, **fields})
    return practice_plan().model_copy(update={"aol": changed})


def hosted(name: str = "hosted.example", *, static: bool = False) -> AolDomain:
    return AolDomain(name=name, kind="hosted", description=name, static_route=static)


def steps(plan: Plan) -> dict[str, Step]:
    return {step.id: step for each in (AOL_ROUTING, DEFAULT_ROUTING_DOMAIN) for step in each.steps(plan)}


def traced(plan: Plan) -> dict[str, RouteRequest]:
    """Step id -> what is traced there."""
    return {
        step.id: step.does.request
        for step in steps(plan).values()
        if isinstance(step.does, Check) and isinstance(step.does.request, RouteRequest)
    }


def notice(step: Step) -> Notice:
    assert isinstance(step.does, Notice)
    return step.does


# --- k ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plan", [with_partners(edge()), with_partners(front_end(), edge(), asa=True)])
def test_without_aol_there_is_nothing_to_trace(plan: Plan) -> None:
    for chapter in walk_of(plan, (AOL_ROUTING, DEFAULT_ROUTING_DOMAIN)).chapters:
        assert isinstance(chapter.excluded, NotApplicable)
        assert chapter.steps == ()


@pytest.mark.parametrize("asa", [True, False])
@pytest.mark.parametrize(
    ("plan", "kinds"),
    [
        (
            practice_plan(),
            {"hosted1.example": "aol-hosted", "hosted2.example": "aol-hosted", "aol.com": "aol-default"},
        ),
        # the default domain is traced without an entry of its own
        (plan_with(hosted()), {"hosted.example": "aol-hosted", "aol.com": "aol-default"}),
        # AOL's public domain beside another default
        (
            plan_with(default_federation_routing_domain="new.example", domains=(aol_of(practice_plan()).domains[0],)),
            {"aol.com": "aol-hosted", "new.example": "aol-default"},
        ),
    ],
)
def test_every_aol_domain_and_the_default_one_is_traced_once(plan: Plan, kinds: dict[str, str], asa: bool) -> None:
    plan = plan.model_copy(update={"partners": (), "asa": with_partners(asa=asa).asa})
    found = traced(plan)
    assert {key.partition("@")[2]: each.kind for key, each in found.items() if key.startswith("aol-")} == kinds
    assert set(aol_routes(plan)) == set(found.values())
    assert all(step.does.stops for step in steps(plan).values() if step.id in found and isinstance(step.does, Check))


def test_what_is_known_of_the_routes_is_what_the_plan_stores() -> None:
    plan = plan_with(hosted("a.example", static=True), hosted("b.example"), static_route_for_default=True)
    routes = {key: [(r.pattern, r.next_hop, r.port) for r in each.routes] for key, each in traced(plan).items()}
    to_aol = (".com.aol.*", "sag.aol.example", 5061)
    assert routes == {
        "aol-routing/trace@a.example": [(".example.a.*", "sag.aol.example", 5061), to_aol],
        "aol-routing/trace@b.example": [to_aol],
        "aol-routing/trace@aol.com": [to_aol],
        "default-routing-domain/trace@aol.com": [to_aol],
    }
    assert steps(plan)["aol-routing/trace@b.example"].after == ("static-route/store@aol.com",)
    none = plan_with(hosted("b.example"), static_route_for_default=False)
    assert {each.routes for each in traced(none).values()} == {()}


@pytest.mark.parametrize(
    ("domain", "kind", "traced_as", "tcp"),
    [
        ("partner.example", "ocs-lync", "partner.example", False),
        ("ocs.example", "ocs-lync", "ocs.example", True),
        ("hosted1.example", "aol-hosted", "hosted1.example", False),
        ("aol.com", "aol-default", "aol.com", False),
        ("aim.com", "aol-default", "aol.com", False),
        ("local.example", "own", "local.example", False),
        ("mail.local.example", "own", "mail.local.example", False),
        ("nobody.example", "none", "nobody.example", False),
    ],
)
def test_of_which_kind_an_address_is(domain: str, kind: str, traced_as: str, tcp: bool) -> None:
    ocs = front_end("ocs.example", transport="tcp", version="ocs-2007-r2")
    plan = practice_plan().model_copy(update={"partners": (edge(), ocs)})
    request = route_request(plan, domain, f"user@{domain}")
    assert (request.kind, request.domain, request.tcp) == (kind, traced_as, tcp)
    assert request.address == f"user@{domain}"


def test_aim_com_is_nobody_where_aol_com_is_no_entry() -> None:
    assert route_request(plan_with(hosted()), "aim.com").kind == "none"
    assert route_request(with_partners(edge()), "aol.com").kind == "none"


def test_every_check_of_a_plan_traces_aol_too() -> None:
    asked = [each for each in requests_of(practice_plan()) if isinstance(each, RouteRequest)]
    assert tuple(asked) == aol_routes(practice_plan())


# --- what AOL is told ------------------------------------------------------------------------------------------------


FULL = {
    "enterprise": "Local Ltd",
    "contact_name": "Ann Other",
    "contact_email": "ann@mail.local.example",
    "contact_phone": "+44 20 7946 0000",
}


def test_aol_is_told_everything_it_enters_by_hand() -> None:
    plan = plan_with(**FULL)
    local = plan.local.model_copy(update={"certificate_authority": "Example CA"})
    plan = plan.model_copy(update={"local": local})
    assert missing_for_aol(plan, aol_of(plan)) == ()
    does = notice(steps(plan)["aol-routing/notify-aol"])
    assert does.act == ("tell-aol", "imp-public.mail.local.example")
    for words_ in (
        *FULL.values(),
        "Example CA",
        "local.example, mail.local.example",
        "name@mail.local.example",
        "imp-public.mail.local.example, with the address 192.0.2.10",
        "Port for secure SIP: 5061",
        "whose certificate has the subject CN imp1.local.example",
        "aol.com, hosted1.example, hosted2.example",
        "sag.aol.example",
        "in base64",
    ):
        assert words_ in does.text
    assert "MISSING" not in does.text


def test_what_the_plan_lacks_is_named_in_the_letter_and_before_it() -> None:
    plan = practice_plan()
    missing = ("aol.enterprise", "aol.contact_name", "aol.contact_email", "aol.contact_phone")
    assert missing_for_aol(plan, aol_of(plan))[:4] == missing
    step = steps(plan)["aol-routing/notify-aol"]
    for place in missing:
        assert f"MISSING ({place} in the plan)" in notice(step).text
        assert place in step.mistakes[0]
    # Without an ASA the certificate carries the node's own name, which AOL will not find to be the one it was given.
    assert any(
        "imp1.local.example, imp2.local.example, and imp-public.mail.local.example" in each for each in step.mistakes
    )


def test_aol_is_told_the_certificate_of_every_node_that_dials_it() -> None:
    step = steps(practice_plan())["aol-routing/notify-aol"]
    question, _, data = notice(step).text.partition("Please enter us")
    for part in (question, data):
        assert "imp1.local.example, imp2.local.example" in part
    assert "The certificates are attached in base64" in data
    assert any("(imp1, imp2)" in effect and "PEM" in effect for effect in step.effects), "where the files come from"
    behind = steps(practice_plan().model_copy(update={"asa": with_partners(asa=True).asa}))["aol-routing/notify-aol"]
    assert "imp2" not in notice(behind).text + " ".join(behind.effects), "an ASA shows one certificate to everybody"


def test_what_aol_was_asked_is_asked_back_and_kept() -> None:
    form = steps(practice_plan())["aol-routing/entered"].does
    assert isinstance(form, Form)
    assert [field.name for field in form.fields] == ["name", "accepted", "answer"]
    said = form.read({"name": "imp1.local.example", "accepted": "no", "answer": "yes"})
    assert said["name"] == "imp1.local.example"
    assert [field.name for field in form.wrong(said)] == ["accepted"], "any name will do; a refusal does not"
    behind = practice_plan().model_copy(update={"asa": with_partners(asa=True).asa})
    plain = steps(behind)["aol-routing/entered"].does
    assert isinstance(plain, Form)
    assert [field.name for field in plain.fields] == ["answer"], "nothing was asked where the names agree"


def test_the_letter_to_aol_opens_again_when_the_public_name_changes() -> None:
    world = World(practice_plan())
    world.finish()
    assert words(world)["aol-routing/notify-aol"] is Word.DONE
    local = practice_plan().local.model_copy(update={"public_fqdn": "other.mail.local.example"})
    changed = practice_plan().model_copy(update={"local": local})
    world.table.walk = walk_of(changed, CATALOGUE, world.table.state.facts)
    assert words(world)["aol-routing/notify-aol"] is Word.STALE
    assert words(world)["aol-routing/trace@aol.com"] is Word.DONE


def test_where_a_load_balancer_is_in_front_aol_is_told_its_name() -> None:
    plan = behind_balancer(practice_plan())
    assert notice(steps(plan)["aol-routing/notify-aol"]).act == ("tell-aol", "lb.mail.local.example")


# --- l ---------------------------------------------------------------------------------------------------------------


def test_a_page_that_shows_the_right_domain_leaves_nothing_to_do() -> None:
    world = World(practice_plan())
    assert isinstance(row(world.table, SET).standing, Unknown)  # a condition, as long as nobody has read the page
    answered(world, READ, "AOL.com")
    found = words(world)
    assert (found[READ], found[SET], found[READ_BACK]) == (Word.DONE, Word.NOT_APPLICABLE, Word.NOT_APPLICABLE)


def test_a_last_dot_is_corrected_as_any_other_difference_is() -> None:
    world = World(practice_plan())
    answered(world, READ, "aol.com.")
    assert words(world)[SET] is Word.OPEN


def test_another_domain_is_corrected_read_back_traced_and_the_router_restarts() -> None:
    world = World(practice_plan())
    answered(world, READ, "old.aol.example")
    found = words(world)
    assert (found[READ], found[SET], found[READ_BACK]) == (Word.DONE, Word.OPEN, Word.OPEN)
    plan = steps(practice_plan())
    changed = plan[SET]
    assert isinstance(changed.does, Instruct)
    assert changed.does.menu == ("System", "Service Parameters")
    assert fields_of(changed) == {"Server": "imp1.local.example", "Service": "Cisco SIP Proxy", LABEL: "aol.com"}
    assert changed.does.act == ("set-parameter", "default-federation-routing-domain", "aol.com")
    assert changed.restarts == ROUTERS
    assert set(plan["default-routing-domain/trace@aol.com"].after) >= {SET, READ_BACK}
    world.finish()
    assert {words(world)[step] for step in (SET, READ_BACK, "restarts/xcp-router@imp1")} == {Word.DONE}


def test_a_value_read_back_wrong_stops() -> None:
    world = World(practice_plan())
    answered(world, READ, "old.aol.example")
    ask = world.until(None, READ_BACK)
    records = submit(ask, Answer(Choice.GO, values={"default_domain": "old.aol.example"}))
    assert not isinstance(records, Refusal)
    assert [record.kind for record in records] == ["step.failed"]


def test_when_aol_changes_its_domain_the_plan_does_and_everything_opens_again() -> None:
    world = World(practice_plan())
    world.finish()
    changed = plan_with(default_federation_routing_domain="new.example")
    world.table.walk = walk_of(changed, CATALOGUE, world.table.state.facts)
    found = words(world)
    assert found[READ] is Word.STALE
    assert found["default-routing-domain/trace@new.example"] is Word.OPEN
    assert found["aol-routing/trace@new.example"] is Word.OPEN
    form = steps(changed)[READ].does
    assert isinstance(form, Form)
    assert (form.fields[0].expected, form.stops) == ("new.example", False)


def test_the_record_of_the_default_domain_is_looked_up_and_stops_nothing() -> None:
    does = steps(practice_plan())["default-routing-domain/srv@aol.com"].does
    assert isinstance(does, Check)
    assert does.request == DnsRequest(domain="aol.com", missing_is="info", static_entry=True)
    assert not does.stops


# --- the load balancer -----------------------------------------------------------------------------------------------


def test_without_a_load_balancer_nobody_is_told_about_one() -> None:
    assert not [step for step in ROUTING_FQDN.steps(practice_plan()) if step.id == "routing-fqdn/load-balancer"]


@pytest.mark.parametrize("asa", [True, False])
def test_a_load_balancer_has_its_checklist_and_its_parameters(asa: bool) -> None:
    plan = behind_balancer(with_partners(edge(), asa=asa))
    found = {step.id: step for step in ROUTING_FQDN.steps(plan)}
    text = notice(found["routing-fqdn/load-balancer"]).text
    for words_ in ("lb.mail.local.example", "192.0.2.20", "imp1.local.example (192.0.2.11)", "TLS peer subject"):
        assert words_ in text
    assert ("On the ASA" in text) is asa
    page = fields_of(found["routing-fqdn/set"])
    assert (page["Virtual IP Address"], page["Server Name"]) == ("192.0.2.20", "lb.mail.local.example")
    read_back = fields_of(found["routing-fqdn/read-back"])
    assert (read_back["Virtual IP Address"], read_back["Server Name"]) == ("192.0.2.20", "lb.mail.local.example")
    other = plan.model_copy(update={"load_balancer": BALANCER.model_copy(update={"address": "192.0.2.21"})})
    again = {step.id: step for step in ROUTING_FQDN.steps(other)}
    ids = "routing-fqdn/load-balancer"
    assert fingerprint(Action(ids, found[ids].does)) != fingerprint(Action(ids, again[ids].does))
