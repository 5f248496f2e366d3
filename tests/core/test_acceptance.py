"""Procedure o: every check of the plan again, and the trial by people of both sides, for each foreign domain."""

import pytest

from tests.core.plans import practice_plan
from tests.core.world import World
from wizard.checklist import requests_of
from wizard.engine import Answer, AskKind, Choice, Refusal, submit
from wizard.facts import CheckFact, Facts
from wizard.plan.model import Plan
from wizard.procedures import CATALOGUE
from wizard.procedures.acceptance import ACCEPTANCE
from wizard.resolve import walk_of
from wizard.standing import Applies
from wizard.state import Status
from wizard.step import Check, Command, Form, Instruct, Step

TRIAL = ("contacts", "presence", "messages", "blocking", "nodes", "clean-up")
BASE = practice_plan()
FRONT_END = BASE.partners[0].model_copy(update={"peer": "front-end", "transport": "tcp", "version": "ocs-2007-r2"})
SHAPES = {
    "practice": BASE,
    "without email": BASE.model_copy(update={"email": None}),
    "AOL alone": BASE.model_copy(update={"partners": (), "email": None}),
    "Microsoft alone": BASE.model_copy(update={"aol": None}),
    "front end by TCP": BASE.model_copy(update={"partners": (FRONT_END,)}),
}
shapes = pytest.mark.parametrize("plan", SHAPES.values(), ids=SHAPES.keys())


def steps_of(plan: Plan) -> dict[str, Step]:
    """The steps of the procedure by id, in order."""
    return {step.id: step for step in ACCEPTANCE.steps(plan)}


@shapes
def test_it_always_applies_and_stands_last(plan: Plan) -> None:
    assert isinstance(ACCEPTANCE.applies(plan), Applies)
    assert walk_of(plan, CATALOGUE).chapters[-1].procedure is ACCEPTANCE
    # Nothing makes the trial superfluous: what was seen before has to be seen again.
    seen = Facts(checks={step: CheckFact("pass") for step in steps_of(plan)})
    assert all(isinstance(step.when(plan, seen), Applies) for step in steps_of(plan).values())


@shapes
def test_every_check_of_the_plan_is_made_again_and_stops(plan: Plan) -> None:
    made = [step.does for step in steps_of(plan).values() if isinstance(step.does, Check)]
    assert {check.request for check in made} == set(requests_of(plan))
    assert all(check.stops for check in made)
    read = [step.does for step in steps_of(plan).values() if isinstance(step.does, Command)]
    assert [(command.node, command.command) for command in read] == [
        (node.name, "utils service list") for node in plan.nodes_publisher_first
    ]


@shapes
def test_each_partner_and_each_aol_domain_is_tried_both_ways(plan: Plan) -> None:
    aol = [domain.name for domain in plan.aol.domains] if plan.aol else []
    domains = [*(partner.domain for partner in plan.partners), *aol]
    steps = steps_of(plan)
    wanted = [*(f"acceptance/{part}@{domain}" for domain in domains for part in TRIAL), "acceptance/cleaned"]
    assert list(steps)[-len(wanted) :] == wanted
    for domain in domains:
        page = steps[f"acceptance/contacts@{domain}"].does
        assert isinstance(page, Instruct)
        assert page.act == ("test-call", domain)
        ours = "name@mail.local.example" if plan.email else "userid@local.example"
        assert [field.value for field in page.fields] == [ours, f"user@{domain}"]
        away = steps[f"acceptance/clean-up@{domain}"].does
        assert isinstance(away, Instruct)
        assert away.act == ("end-test-call", domain)
        assert [field.value for field in away.fields] == [f"user@{domain}", ours]
    left = steps["acceptance/cleaned"].does
    assert isinstance(left, Form)
    assert [field.label for field in left.fields] == [*domains, "Tried by, of ours and of theirs"]
    assert left.wrong({**{field.name: "yes" for field in left.fields}, "tried_by": "Ada and Bo"}) == ()


def test_the_trial_asks_what_was_seen_and_a_no_stops_with_what_to_look_at() -> None:
    world = World(BASE)
    ask = world.until(AskKind.FORM, "acceptance/messages@branch.example")
    form = ask.row.step.does
    assert isinstance(form, Form)
    assert form.menu == ()
    records = submit(ask, Answer(Choice.GO, values={"out": "yes", "back": "no"}))
    assert not isinstance(records, Refusal)
    world.table.write(*records)
    record = world.table.state.record(ask.row.step.id)
    assert record.status is Status.FAILED
    assert "With both windows closed, their message arrived here: no" in record.problem
    assert "do not disturb" in record.remedy


def test_a_user_of_every_node_that_has_users_tries_it() -> None:
    asked = steps_of(BASE)["acceptance/nodes@aol.com"].does
    assert isinstance(asked, Form)
    assert [(field.name, field.expected) for field in asked.fields] == [("node_imp1", "yes"), ("node_imp2", "yes")]
    assert asked.wrong({"node_imp1": "yes", "node_imp2": "no"}) == (asked.fields[1],)
    assert "its way was not tried" in asked.mismatch
    # The trial before was that of one user: where one node alone has users, it was the whole of it.
    publisher, subscriber = BASE.nodes
    without = BASE.model_copy(update={"nodes": (publisher, subscriber.model_copy(update={"users_assigned": False}))})
    for plan in (without, BASE.model_copy(update={"nodes": (publisher,)})):
        assert not [step for step in steps_of(plan) if step.startswith("acceptance/nodes@")]


def test_a_node_from_which_it_fails_stops_the_walk_and_is_named() -> None:
    world = World(BASE)
    ask = world.until(AskKind.FORM, "acceptance/nodes@partner.example")
    records = submit(ask, Answer(Choice.GO, values={"node_imp1": "yes", "node_imp2": "no"}))
    assert not isinstance(records, Refusal)
    world.table.write(*records)
    record = world.table.state.record(ask.row.step.id)
    assert record.status is Status.FAILED
    assert "A user of imp2 and one of theirs see and write to each other: no" in record.problem


def test_a_later_restart_opens_the_trial_again() -> None:
    steps = steps_of(BASE)
    for step in ("acceptance/services@imp1", "acceptance/contacts@aol.com"):
        assert "restarts/xcp-router-back@imp1" in steps[step].after
    assert "acceptance/contacts@aol.com" in steps["acceptance/presence@aol.com"].after
