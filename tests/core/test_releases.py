"""What differs between releases sits in one table: a second table reaches every page without touching a procedure."""

from dataclasses import fields, replace

import pytest

from tests.core.plans import edge, front_end, practice_plan, with_asa, with_partners
from wizard.plan.model import Plan, Release
from wizard.procedures import CATALOGUE
from wizard.procedures.releases import LABELS, Labels
from wizard.resolve import walk_of
from wizard.step import Form, Instruct, Step

MARK = "\N{MIDDLE DOT}"
PLANS = (practice_plan(), with_asa(), with_partners(edge(), front_end()))


def altered(labels: Labels) -> Labels:
    """The same table with a mark in every word of it."""
    values = {field.name: getattr(labels, field.name) for field in fields(labels)}
    marked = {
        name: tuple(f"{w}{MARK}" for w in v) if isinstance(v, tuple) else f"{v}{MARK}" for name, v in values.items()
    }
    return replace(labels, **marked)  # type: ignore[arg-type]  # each value keeps its own type


def words_of(labels: Labels) -> set[str]:
    """Every label of a table."""
    values = [getattr(labels, field.name) for field in fields(labels)]
    return {word for value in values for word in (value if isinstance(value, tuple) else (value,))}


def pages(plan: Plan) -> list[Step]:
    """The steps that lead to a page of the cluster."""
    known = words_of(LABELS[plan.release])
    return [
        step
        for step in walk_of(plan, CATALOGUE).steps
        if isinstance(step.does, Instruct | Form) and step.does.interface in known
    ]


@pytest.mark.parametrize("plan", PLANS, ids=["practice", "asa", "front end"])
def test_a_pretend_release_reaches_every_page(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    real = LABELS[Release.R9_0]
    before = pages(plan)
    assert len(before) > 10
    monkeypatch.setitem(LABELS, Release.R9_0, altered(real))
    after = pages(plan)
    assert [step.id for step in after] == [step.id for step in before]
    for step in after:
        does = step.does
        assert isinstance(does, Instruct | Form)
        assert does.interface.endswith(MARK), step.id
        assert all(MARK in entry for entry in does.menu), (step.id, does.menu)
        unmarked = {field.label for field in does.fields} & words_of(real)
        assert not unmarked, (step.id, unmarked)


def test_two_releases_share_what_is_the_same() -> None:
    assert set(LABELS) == set(Release)
