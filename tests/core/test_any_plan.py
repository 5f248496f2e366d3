"""What every step of every valid plan is: resolved, with an id that stays, no empty value, and lines that fit."""

from collections.abc import Iterator

from hypothesis import given, settings

from tests.core.any_plan import valid_plans
from tests.core.plans import edge, with_partners
from wizard.describe import WIDTH, action_lines, lines_of, wrap_letter
from wizard.plan.model import Plan
from wizard.procedures import CATALOGUE
from wizard.resolve import resolve, walk_of
from wizard.state import State
from wizard.step import Command, Form, Instruct, Kind, Notice, Step


def values_of(does: Kind) -> Iterator[str]:
    """Everything that is entered, sent, pressed or expected."""
    match does:
        case Instruct():
            yield from (does.interface, does.button, *does.menu)
            yield from (text for field in does.fields for text in (field.label, field.value))
            yield from (text for snippet in does.snippets for text in (snippet.title, snippet.text))
        case Form():
            yield from (does.interface, does.mismatch, *does.menu)
            yield from (text for field in does.fields for text in (field.name, field.label, field.expected))
        case Command():
            yield from (does.node, does.command)
        case Notice():
            yield from (does.recipient, does.subject, does.text)
        case _:
            yield from action_lines(does)


def too_long(step: Step) -> list[str]:
    """Lines beyond the width, except those with what must not be broken: a value, or a line to paste."""
    does, exact = step.does, set[str]()
    if isinstance(does, Instruct):
        exact = {f"      {field.value}" for field in does.fields}
        exact |= {f"    {line}" for snippet in does.snippets for line in snippet.text.splitlines()}
    if isinstance(does, Command):
        exact = {f"Command:   {does.command}"}
    if isinstance(does, Form):
        exact = {f"      {does.wanted} {field.expected}" for field in does.fields}
    return [line for line in lines_of(step) if len(line) > WIDTH and line not in exact]


@settings(max_examples=60)
@given(valid_plans())
def test_every_step_of_any_plan_is_whole_stable_and_fits(plan: Plan) -> None:
    steps, again = walk_of(plan, CATALOGUE).steps, walk_of(plan.model_copy(deep=True), CATALOGUE).steps
    ids = [step.id for step in steps]
    assert len(ids) == len(set(ids))
    assert ids == [step.id for step in again]
    for step in steps:
        does = resolve(step, plan, State().facts).action.does
        for text in (*values_of(does), step.title, step.why, *step.effects, *step.mistakes):
            assert text.strip(), (step.id, does)
        assert not too_long(step), step.id


def test_a_command_is_never_broken() -> None:
    name = f"{'a' * 60}.example"
    step = next(s for s in walk_of(with_partners(edge(name)), CATALOGUE).steps if s.id == f"static-route/lookup@{name}")
    assert f"Command:   utils network host _sipfederationtls._tcp.{name} srv" in list(lines_of(step))


def test_an_item_of_a_letter_goes_on_below_its_own_words() -> None:
    words = "word " * 20
    lines = wrap_letter(f"Dear all\n\n  10. {words}\n  (a) {words}\n    of it {words}\n\nEnd")
    assert lines[:2] == ["Dear all", ""]
    assert [line[:8] for line in lines if "word" in line] == [
        "  10. wo", "      wo", "  (a) wo", "      wo", "    of i", "    word",
    ]  # fmt: skip
    assert all(len(line) <= WIDTH - 4 for line in lines)
    assert lines[-2:] == ["", "End"]
