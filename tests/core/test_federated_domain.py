"""Procedure d: which entries for which deployment, and what a later plan does to them."""

import pytest

from tests.core.plans import edge, fields_of, front_end, practice_plan, with_partners
from tests.core.test_walk import words
from tests.core.world import World
from wizard.engine import Answer, AskKind, Choice, submit
from wizard.plan.model import Plan
from wizard.procedures import CATALOGUE
from wizard.procedures.federated_domain import FEDERATED_DOMAIN
from wizard.resolve import walk_of
from wizard.step import XCP_ROUTER, Form, Instruct, Step
from wizard.survey import Word

MICROSOFT, AOL = "Inter-domain to OCS/Lync", "Inter-domain to AOL"


def steps(plan: Plan) -> dict[str, Step]:
    return {step.id: step for step in FEDERATED_DOMAIN.steps(plan)}


@pytest.mark.parametrize(
    ("plan", "entries"),
    [
        (with_partners(edge()), {"partner.example": (MICROSOFT, "unchecked")}),
        (with_partners(edge(), asa=True), {"partner.example": (MICROSOFT, "unchecked")}),
        (with_partners(front_end()), {"inside.example": (MICROSOFT, "checked")}),
        (
            with_partners(aol=True),
            {name: (AOL, "unchecked") for name in ("aol.com", "hosted1.example", "hosted2.example")},
        ),
        (
            with_partners(edge(), front_end(), aol=True),
            {
                "partner.example": (MICROSOFT, "unchecked"),
                "inside.example": (MICROSOFT, "checked"),
                "aol.com": (AOL, "unchecked"),
                "hosted1.example": (AOL, "unchecked"),
                "hosted2.example": (AOL, "unchecked"),
            },
        ),
        (with_partners(edge("xn--bcher-kva.example")), {"xn--bcher-kva.example": (MICROSOFT, "unchecked")}),
    ],
)
def test_each_domain_has_its_entry(plan: Plan, entries: dict[str, tuple[str, str]]) -> None:
    found = {step.id: step for step in FEDERATED_DOMAIN.steps(plan) if "/add@" in step.id}
    assert list(found) == [f"federated-domain/add@{domain}" for domain in entries]
    for domain, (integration, direct) in entries.items():
        step = found[f"federated-domain/add@{domain}"]
        values = fields_of(step)
        assert values["Domain Name"] == domain
        assert values["Description"]
        assert (values["Integration Type"], values["Direct Federation"]) == (integration, direct)
        assert step.restarts == (("imp1", XCP_ROUTER), ("imp2", XCP_ROUTER))
        assert isinstance(step.does, Instruct)
        assert step.does.menu == ("Presence", "Inter Domain Federation", "SIP Federation")
        kind = "aol" if integration == AOL else "ocs-lync"
        assert step.does.act[1:4] == (domain, kind, "direct" if direct == "checked" else "indirect")


def test_the_list_and_the_incoming_acl_are_read_back() -> None:
    found = steps(with_partners(edge(), front_end()))
    assert fields_of(found["federated-domain/read-back"]) == {
        "partner.example: Integration Type": MICROSOFT,
        "partner.example: Direct Federation": "unchecked",
        "inside.example: Integration Type": MICROSOFT,
        "inside.example: Direct Federation": "checked",
    }
    assert fields_of(found["federated-domain/acl"]) == {"partner.example": "yes", "inside.example": "yes"}
    # The names of the fields are those of widgets, and of no two domains the same.
    twins = steps(with_partners(edge("a-b.example"), edge("a.b.example")))
    form = twins["federated-domain/acl"].does
    assert isinstance(form, Form)
    assert len({field.name for field in form.fields}) == 2


def test_a_page_that_shows_something_else_stops_the_walk() -> None:
    world = World(practice_plan())
    ask = world.until(AskKind.FORM, "federated-domain/read-back")
    form = ask.row.step.does
    assert isinstance(form, Form)
    values = {field.name: "Inter-domain to AOL" for field in form.fields}
    records = submit(ask, Answer(Choice.GO, values=values))
    assert isinstance(records, tuple)
    world.table.write(*records)
    failed = world.until(AskKind.FAILED, "federated-domain/read-back")
    assert "partner.example: Integration Type shows Inter-domain to AOL" in failed.problem


# --- a later plan ----------------------------------------------------------------------------------------------------


def replanned(world: World, plan: Plan) -> None:
    world.table.walk = walk_of(plan, CATALOGUE, world.table.state.facts)


def test_a_removed_domain_is_deleted_and_comes_back_when_the_plan_names_it_again() -> None:
    world = World(practice_plan())
    world.finish()
    add, delete = "federated-domain/add@branch.example", "federated-domain/delete@branch.example"
    plan = practice_plan()
    replanned(world, plan.model_copy(update={"partners": plan.partners[:1]}))
    assert add not in words(world)
    assert words(world)[delete] is Word.OPEN
    world.finish()
    assert world.table.state.facts.stored[add] == ""
    # The deletion is on record, and is not asked for again in the next sitting.
    replanned(world, plan.model_copy(update={"partners": plan.partners[:1]}))
    assert words(world)[delete] is Word.DONE
    replanned(world, plan)
    assert words(world)[add] is Word.OPEN
    world.finish()
    assert world.table.state.facts.stored[add]
    replanned(world, plan.model_copy(update={"partners": plan.partners[:1]}))
    assert words(world)[delete] is Word.OPEN


def test_deleting_makes_the_router_restart_pending_again() -> None:
    world = World(practice_plan())
    world.finish()
    plan = practice_plan()
    replanned(world, plan.model_copy(update={"partners": plan.partners[1:]}))
    ask = world.until(AskKind.INSTRUCT, "federated-domain/delete@partner.example")
    assert not world.table.state.facts.pending
    world.answer(ask, Choice.GO)
    world.step()
    assert set(world.table.state.facts.pending) == {("imp1", XCP_ROUTER), ("imp2", XCP_ROUTER)}


def test_a_changed_domain_is_corrected_where_it_is() -> None:
    world = World(practice_plan())
    world.finish()
    plan = practice_plan()
    changed = plan.partners[0].model_copy(update={"description": "A better name"})
    replanned(world, plan.model_copy(update={"partners": (changed, plan.partners[1])}))
    found = words(world)
    assert found["federated-domain/add@partner.example"] is Word.STALE
    assert found["federated-domain/add@branch.example"] is Word.DONE
    ask = world.until(AskKind.INSTRUCT, "federated-domain/add@partner.example")
    assert ask.row.step.title == "Correct the entry of partner.example"
    assert isinstance(ask.row.step.does, Instruct)
    assert ask.row.step.does.act[0] == "edit-federated-domain"
    world.finish()
    replanned(world, world.table.walk.plan)
    assert Word.STALE not in words(world).values()
    assert world.table.walk.step(ask.row.step.id).title == "Add the federated domain partner.example"


def test_what_this_session_never_stored_is_not_deleted() -> None:
    world = World(practice_plan())
    ask = world.until(AskKind.INSTRUCT, "federated-domain/add@partner.example")
    world.answer(ask, Choice.SKIP, "it is there already")
    plan = practice_plan()
    replanned(world, plan.model_copy(update={"partners": plan.partners[1:]}))
    assert not [step for step in words(world) if "delete" in step]
