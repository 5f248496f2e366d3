"""What has to be done, said before anything was seen: certain, conditional, or not at all."""

from dataclasses import replace

from hypothesis import given, settings

from cli_backend.exchange import Risk
from tests.core.plans import practice_plan
from tests.core.test_properties import plans
from wizard.facts import Facts
from wizard.plan.model import Plan
from wizard.procedures import CATALOGUE
from wizard.procedures.common import always_applies
from wizard.prospect import Need, Prospect, prospects
from wizard.resolve import resolve, walk_of
from wizard.standing import Applies, NotApplicable, Standing, Stop, Unknown
from wizard.step import XCP_ROUTER, Command, Duration, NothingToUndo, Procedure, Step, When


def by_id(plan: Plan, *procedures: Procedure) -> dict[str, Prospect]:
    """The prospect of each step."""
    return {each.step.id: each for each in prospects(walk_of(plan, procedures or CATALOGUE))}


def step(step_id: str, *, when: When | None = None, **more: object) -> Step:
    """A step that changes something on imp1."""
    does = Command(node="imp1", command="set x", risk=Risk.CHANGE)
    shared: dict[str, object] = {"does": does, "when": when, **more}
    given = {key: value for key, value in shared.items() if value is not None}
    return Step(
        id=step_id,
        title="T",
        why="W.",
        reversal=NothingToUndo(),
        duration=Duration(1, 2),
        **given,  # type: ignore[arg-type]
    )


def procedure(*steps: Step) -> Procedure:
    """A procedure that always applies."""
    return Procedure(
        id="trial",
        title="Trial",
        heading="",
        why="W.",
        disrupts="",
        applies=always_applies,
        steps=lambda _plan: steps,
    )


def unknown(_plan: Plan, _facts: Facts) -> Standing:
    return Unknown("a condition holds")


def if_pending(_plan: Plan, facts: Facts) -> Standing:
    return Applies() if ("imp1", XCP_ROUTER) in facts.pending else NotApplicable("nothing made it necessary")


def if_set(_plan: Plan, facts: Facts) -> Standing:
    return Applies() if "imp1" in facts.domain_set else NotApplicable("it was not set")


def test_what_nothing_depends_on_applies() -> None:
    assert by_id(practice_plan())["health/version@imp1"].need is Need.APPLIES


def test_what_depends_on_a_node_is_a_condition() -> None:
    found = by_id(practice_plan())["domain/set@imp1"]
    assert found.need is Need.CONDITIONAL
    assert found.reason == "`show network eth0` on imp1 shows DHCP disabled and no domain"
    assert found.follows == ()


def test_what_follows_from_a_conditional_step_names_it_and_is_not_called_inapplicable() -> None:
    found = by_id(practice_plan())
    assert found["domain/read-back@imp1"].need is Need.CONDITIONAL
    assert found["domain/read-back@imp1"].follows == ("domain/set@imp1",)
    assert found["domain/replication"].follows == ("domain/set@imp1", "domain/set@imp2")


def test_a_restart_is_certain_where_a_certain_step_makes_it_necessary() -> None:
    found = by_id(practice_plan())
    assert found["restarts/xcp-router@imp1"].need is Need.APPLIES
    assert found["restarts/xcp-router-back@imp1"].need is Need.APPLIES


def test_a_restart_that_only_a_conditional_step_makes_necessary_is_conditional() -> None:
    makes = step("trial/a", when=unknown, restarts=(("imp1", XCP_ROUTER),))
    late = step("trial/b", when=if_pending, after=("trial/a",))
    found = by_id(practice_plan(), procedure(makes, late))
    assert (found["trial/b"].need, found["trial/b"].reason) == (Need.CONDITIONAL, "")
    assert found["trial/b"].follows == ("trial/a",)


def test_what_waits_for_the_restarts_is_certain_and_says_so() -> None:
    found = by_id(practice_plan())
    for name in ("listeners-certificates/probe", "listeners-certificates/unchanged@imp1"):
        assert found[name].need is Need.APPLIES
        assert found[name].reason == "it is looked at when the last of the pending restarts is over"


def test_a_step_that_nothing_can_make_necessary_does_not_apply() -> None:
    found = by_id(practice_plan(), procedure(step("trial/b", when=if_pending)))
    assert found["trial/b"] == replace(
        found["trial/b"], need=Need.NOT_APPLICABLE, reason="nothing made it necessary", follows=()
    )


def test_a_chain_is_told_by_its_first_step() -> None:
    sets = Command(node="imp1", command="set x", risk=Risk.DISRUPTIVE, reboots=True)
    chain = (
        step("trial/a", when=unknown, does=sets),
        step("trial/b", when=if_set, after=("trial/a",)),
        step("trial/c", when=if_set, after=("trial/a", "trial/b")),
        step("trial/d", when=if_set, after=("trial/c",)),
        step("trial/e", when=if_set),
    )
    found = by_id(practice_plan(), procedure(*chain))
    assert {each.need for each in found.values()} == {Need.CONDITIONAL}
    assert [found[f"trial/{name}"].follows for name in "bcde"] == [("trial/a",), ("trial/a",), ("trial/c",), ()]


def test_a_step_that_the_plan_forbids_says_so_with_its_remedy() -> None:
    found = by_id(practice_plan(), procedure(step("trial/a", when=lambda *_: Stop("It is wrong.", "Mend it."))))
    assert (found["trial/a"].need, found["trial/a"].reason) == (Need.STOPS, "It is wrong.")
    assert found["trial/a"].remedy == "Mend it."


def test_a_procedure_that_is_excluded_needs_no_step() -> None:
    without = practice_plan().model_copy(update={"email": None})
    found = by_id(without)
    assert not [each for each in found.values() if each.step.procedure == "email" and each.need is Need.APPLIES]


@settings(max_examples=25)
@given(plans())
def test_nothing_that_applies_now_is_left_out_and_every_condition_can_be_told(plan: Plan) -> None:
    walk = walk_of(plan, CATALOGUE)
    found = {each.step.id: each for each in prospects(walk)}
    assert list(found) == [each.id for each in walk.steps]
    for chapter in walk.chapters:
        for each in chapter.steps:
            now = resolve(each, plan, Facts(), chapter.excluded).standing
            if isinstance(now, Applies):
                assert found[each.id].need is Need.APPLIES
            if isinstance(now, Unknown):
                assert found[each.id].need in {Need.APPLIES, Need.CONDITIONAL}
            if found[each.id].need is Need.CONDITIONAL:
                assert found[each.id].reason or found[each.id].follows, each.id
            assert set(found[each.id].follows) <= found.keys()
