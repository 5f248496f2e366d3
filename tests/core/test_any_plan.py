"""What every step of every valid plan is: resolved, with an id that stays, no empty value, and lines that fit."""

from collections.abc import Iterator

from hypothesis import given, settings

from tests.core.any_plan import valid_plans
from wizard.describe import WIDTH, action_lines, lines_of
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
    if isinstance(does, Form):
        exact = {f"      {does.wanted} {field.expected}" for field in does.fields}
    return [line for line in lines_of(step) if len(line) > WIDTH and line not in exact]


@settings(max_examples=60, deadline=None)
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
