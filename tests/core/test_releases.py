"""What differs between releases sits in one table: a second table reaches every page without touching a procedure."""

import ast
import re
from dataclasses import fields, replace
from pathlib import Path

import pytest

from tests.core.plans import edge, front_end, practice_plan, with_asa, with_partners
from wizard.describe import lines_of
from wizard.plan.model import Plan, Release
from wizard.procedures import CATALOGUE
from wizard.procedures.releases import LABELS, Labels
from wizard.resolve import walk_of
from wizard.step import SIP_FEDERATION_MANAGER, Form, Instruct, Step

MARK = "\N{MIDDLE DOT}"
PLANS = (practice_plan(), with_asa(), with_partners(edge(), front_end()))
PROCEDURES = sorted(
    path
    for path in (Path(__file__).parent.parent.parent / "wizard" / "procedures").glob("*.py")
    if path.name not in {"__init__.py", "releases.py"}
)
# What the SIP proxy domain is called is no label where it is spoken of; as a field it comes from the table.
SPOKEN = {LABELS[Release.R9_0].proxy_domain}
BUTTONS = {"Save", "Add New", "Find", "Delete", "Go", "OK", "Start", "Restart", "Server"}


def altered(labels: Labels) -> Labels:
    """The same table with a mark in every word of it."""
    values = {field.name: getattr(labels, field.name) for field in fields(labels)}
    marked = {
        name: tuple(f"{w}{MARK}" for w in v) if isinstance(v, tuple) else f"{v}{MARK}" for name, v in values.items()
    }
    return replace(labels, **marked)  # type: ignore[arg-type]  # each value keeps its own type


def other(labels: Labels) -> Labels:
    """A table of which no word is the same."""
    values = {field.name: getattr(labels, field.name) for field in fields(labels)}
    named = {
        name: tuple(f"{name}{number}" for number in range(len(value))) if isinstance(value, tuple) else f"{name}0"
        for name, value in values.items()
    }
    return replace(labels, **named)  # type: ignore[arg-type]  # each value keeps its own type


def telling(labels: Labels) -> set[str]:
    """The labels that cannot be meant as ordinary words."""
    return {word for word in words_of(labels) if re.search(r"[ /-]", word)}


def without_names(text: str) -> str:
    """A text without the names of services and commands, which hold some of the labels."""
    return re.sub(
        f"{SIP_FEDERATION_MANAGER}|XMPP Federation Connection Manager|SIP Federation Connection Manager", "", text
    )


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


def test_no_word_of_the_table_is_left_in_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also in reasons, notes, mistakes and letters."""
    real = LABELS[Release.R9_0]
    monkeypatch.setitem(LABELS, Release.R9_0, other(real))
    for step in (step for plan in PLANS for step in walk_of(plan, CATALOGUE).steps):
        text = " ".join(" ".join(lines_of(step)).split())
        left = {
            word for word in telling(real) if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", without_names(text))
        }
        assert not left - SPOKEN, step.id
        if isinstance(step.does, Instruct | Form) and step.does.interface in words_of(LABELS[Release.R9_0]):
            shown = {field.label for field in step.does.fields} | set(step.does.menu)
            shown |= {step.does.button} if isinstance(step.does, Instruct) else set()
            assert not shown & words_of(real), step.id


@pytest.mark.parametrize("path", PROCEDURES, ids=lambda path: path.stem)
def test_a_procedure_spells_no_label_itself(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    explained = {id(node.body[0].value) for node in ast.walk(tree)
                 if isinstance(node, documented) and isinstance(node.body[0], ast.Expr)}  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained:
            text = without_names(node.value)
            spelled = {word for word in telling(LABELS[Release.R9_0]) if word in text} - SPOKEN
            assert not spelled, f"line {node.lineno}"
            assert text not in BUTTONS, f"line {node.lineno}"


def test_two_releases_share_what_is_the_same() -> None:
    assert set(LABELS) == set(Release)
