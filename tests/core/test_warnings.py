"""What the plan warns of is answered for by a person, once, before anything is changed; and anew when it changes."""

import pytest

from tests.core.plans import practice_plan, with_asa
from tests.core.table import word
from tests.core.world import World
from wizard.describe import lines_of
from wizard.engine import Answer, AskKind, Choice, Refusal, submit
from wizard.plan.advice import warnings_of
from wizard.plan.model import Plan
from wizard.procedures import CATALOGUE
from wizard.procedures.health import WARNINGS
from wizard.resolve import walk_of
from wizard.state import Status
from wizard.survey import Word, survey


def quiet(plan: Plan) -> Plan:
    """The plan behind an ASA, with all that AOL is told: it warns of nothing."""
    assert plan.aol is not None
    told = {"enterprise": "E", "contact_name": "A", "contact_email": "a@local.example", "contact_phone": "1"}
    local = plan.local.model_copy(update={"certificate_authority": "Root"})
    return plan.model_copy(update={"aol": plan.aol.model_copy(update=told), "local": local})


def ids(plan: Plan) -> list[str]:
    return [step.id for step in walk_of(plan, CATALOGUE).steps]


def test_a_plan_without_warnings_asks_nobody() -> None:
    plan = quiet(with_asa())
    assert warnings_of(plan) == ()
    assert WARNINGS not in ids(plan)


def test_all_of_them_are_shown_before_the_first_change_and_in_the_method_of_procedure() -> None:
    plan = practice_plan()
    assert len(warnings_of(plan)) > 1
    walk = walk_of(plan, CATALOGUE)
    found = ids(plan)
    assert found.index("health/aol-order") < found.index(WARNINGS) < found.index("health/version@imp1")
    shown = " ".join(" ".join(lines_of(walk.step(WARNINGS))).split())
    assert all(warning in shown for warning in warnings_of(plan))


@pytest.mark.parametrize("values", [{"answer": "yes", "reason": ""}, {"reason": "CHG-7"}])
def test_nobody_goes_on_without_a_reason(values: dict[str, str]) -> None:
    ask = World(practice_plan()).until(AskKind.FORM, WARNINGS)
    assert isinstance(submit(ask, Answer(Choice.GO, values=values)), Refusal)


def test_who_would_rather_mend_the_plan_is_told_how_and_may_still_accept() -> None:
    world = World(practice_plan())
    ask = world.until(AskKind.FORM, WARNINGS)
    records = submit(ask, Answer(Choice.GO, values={"answer": "no", "reason": "we use an ASA after all"}))
    assert not isinstance(records, Refusal)
    world.table.write(*records)
    record = world.table.state.record(WARNINGS)
    assert record.status is Status.FAILED
    assert "mend the plan" in record.remedy
    assert Choice.ACCEPT in world.until(AskKind.FAILED, WARNINGS).choices


def test_other_warnings_than_those_answered_for_are_asked_about_anew() -> None:
    world = World(practice_plan())
    world.until(step="health/prerequisites")
    assert word(world.table, WARNINGS) is Word.DONE
    plan = practice_plan()
    moved = plan.model_copy(update={"local": plan.local.model_copy(update={"public_fqdn": "sip.elsewhere.example"})})
    rows = {row.step.id: row.word for row in survey(walk_of(moved, CATALOGUE), world.table.state)}
    assert rows[WARNINGS] is Word.STALE
