"""Before something is overwritten once more, what stands there is read once more; an older reading proves nothing."""

import pytest

from tests.core.plans import practice_plan
from tests.core.table import word
from tests.core.test_before import OVERWRITTEN, tell, undo_of
from tests.core.world import World
from wizard.engine import Answer, Ask, AskKind, Choice, Record, Refusal, ask_about, reopen, submit
from wizard.procedures import CATALOGUE
from wizard.resolve import walk_of
from wizard.step import SAME, Form
from wizard.survey import Word

NOT_KNOWN = "is not known"


def again(world: World, step: str) -> None:
    """Have a step that is done opened again."""
    records = reopen(ask_about(world.table.walk, world.table.state, step), "redo")
    assert not isinstance(records, Refusal), records
    world.table.write(*records)


def done(read: str, old: str) -> World:
    """A walk to its end, in which the page showed an old value before it was overwritten."""
    world = World(practice_plan())
    tell(world, read, old)
    world.finish()
    return world


def changed(world: World, **partner: object) -> None:
    """Go on with a plan in which partner.example is another one."""
    plan = practice_plan()
    first, *others = plan.partners
    after = plan.model_copy(update={"partners": (first.model_copy(update=partner), *others)})
    world.table.walk = walk_of(after, CATALOGUE, world.table.state.facts)


@pytest.mark.parametrize(("read", "overwrites", "old"), OVERWRITTEN)
def test_the_page_is_read_again_before_it_is_overwritten_again(read: str, overwrites: str, old: str) -> None:
    world = done(read, old)
    assert old in undo_of(world, overwrites)
    again(world, overwrites)
    assert word(world.table, read) is Word.STALE
    assert old not in undo_of(world, overwrites), "an older reading is no way back"
    tell(world, read, "another value")
    assert "another value" in undo_of(world, overwrites)
    world.finish()
    assert "another value" in undo_of(world, overwrites)
    assert old not in undo_of(world, overwrites)


@pytest.mark.parametrize(("read", "overwrites", "old"), OVERWRITTEN)
def test_without_the_second_reading_the_way_back_says_that_nothing_is_known(
    read: str, overwrites: str, old: str
) -> None:
    world = done(read, old)
    again(world, overwrites)
    world.answer(world.until(AskKind.FORM, read), Choice.SKIP, "nobody is in front of the page")
    assert word(world.table, read) is Word.SKIP
    assert old not in undo_of(world, overwrites)
    if read != "listeners-certificates/ports-before":  # the port after installation is known without any reading
        assert NOT_KNOWN in undo_of(world, overwrites)
        assert "Compare" in undo_of(world, overwrites)


def test_a_changed_peer_subject_has_the_context_read_again_and_proposes_what_was_set() -> None:
    world = World(practice_plan())
    world.finish()
    changed(world, peer_subject="edge1.partner.example")
    ask = world.until(AskKind.FORM, "tls-context/before")
    form = ask.row.step.does
    assert isinstance(form, Form)
    shown = [form.proposes(field) for field in form.fields]
    assert not any("none" in each or "new cluster" in each for each in shown), shown
    assert any("sip.partner.example" in each for each in shown)
    world.table.write(*_submitted(ask, dict.fromkeys((field.name for field in form.fields), SAME)))
    assert "sip.partner.example" in undo_of(world, "tls-context/set")
    assert "none" not in undo_of(world, "tls-context/set")
    world.finish()
    assert "sip.partner.example" in undo_of(world, "tls-context/set")


def test_what_was_not_overwritten_again_keeps_its_own_way_back() -> None:
    world = done("static-route/before", ".example.branch.* to 192.0.2.99")
    before = {step.id for step in world.table.walk.steps if step.id.startswith("static-route/store@")}
    first, *others = sorted(before)
    again(world, first)
    tell(world, "static-route/before", "all that was stored since")
    world.finish()
    assert "all that was stored since" in undo_of(world, first)
    assert others
    assert all("192.0.2.99" in undo_of(world, other) for other in others)


def test_a_reading_that_came_too_late_the_first_time_is_of_use_the_second_time() -> None:
    world = World(practice_plan())
    world.answer(world.until(AskKind.FORM, "tls-context/before"), Choice.SKIP, "no page")
    world.finish()
    assert NOT_KNOWN in undo_of(world, "tls-context/set")
    again(world, "tls-context/set")
    assert word(world.table, "tls-context/before") is Word.OPEN
    world.until(AskKind.FORM, "tls-context/before")


def _submitted(ask: Ask, values: dict[str, str]) -> tuple[Record, ...]:
    records = submit(ask, Answer(Choice.GO, values=values))
    assert isinstance(records, tuple), records
    return records
