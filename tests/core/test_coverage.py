"""docs/coverage.md: what it names exists and shows what is demanded, and whatever is only attested says why."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tests.core.plans import edge, front_end, practice_plan, with_asa, with_partners
from wizard.describe import lines_of
from wizard.plan import advice, rules, rules_foreign
from wizard.plan.model import Release
from wizard.procedures import CATALOGUE
from wizard.procedures.releases import LABELS
from wizard.resolve import walk_of
from wizard.step import Form, Instruct, Notice, Step

PAGE = Path(__file__).parent.parent.parent / "docs" / "coverage.md"
KNOWN = edge("known.example", already_federating=True)
PLANS = (practice_plan(), with_asa(), with_partners(edge(), front_end(), KNOWN))


def table(heading: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head."""
    section = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip().strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


STATEMENTS = table("Statements")


RENAMED = with_partners(edge(peer_subject="edge1.partner.example"))


def steps() -> dict[str, Step]:
    """The steps of all shapes by id."""
    return {step.id: step for plan in (RENAMED, *reversed(PLANS)) for step in walk_of(plan, CATALOGUE).steps}


STEPS = steps()


def shown(step: Step) -> str:
    """Everything a person reads of a step, on one line."""
    restarts = " ".join(f"{service} {node}" for node, service in step.restarts)
    return " ".join(" ".join((*lines_of(step), step.verified_by, restarts)).split())


def carriers(cell: str) -> list[str]:
    return cell.split()


@pytest.mark.parametrize("row", STATEMENTS, ids=lambda row: str(row[0]))
def test_a_statement_is_carried_and_shown(row: list[str]) -> None:
    _number, _statement, carried, wanted, how = row
    assert how in {"observed", "attested", "explained", "rule"}
    found: list[Step] = []
    for carrier in carriers(carried):
        kind, colon, name = carrier.partition(":")
        if colon:
            assert exists(kind, name), carrier
            continue
        matching = [step for step_id, step in STEPS.items() if fnmatchcase(step_id, carrier)]
        assert matching, f"no step is called {carrier}"
        found += matching
    text = " ".join(shown(step) for step in found)
    for words in filter(None, (each.strip() for each in wanted.split(";"))):
        assert words in text, f"{words!r} is not in {[step.id for step in found]}"


def exists(kind: str, name: str) -> bool:
    """Whether a rule, a piece of advice or a row of the release table exists."""
    if kind == "table":
        return Release(name) in LABELS
    modules = {"rule": (rules, rules_foreign), "advice": (advice,)}[kind]
    return any(callable(getattr(module, name, None)) for module in modules)


def test_the_statements_are_numbered_without_a_gap() -> None:
    assert [int(row[0]) for row in STATEMENTS] == list(range(1, len(STATEMENTS) + 1))


def test_every_procedure_carries_a_statement_or_stands_beside_the_chapter() -> None:
    carried = {carrier.partition("/")[0] for row in STATEMENTS for carrier in carriers(row[2]) if ":" not in carrier}
    beside = {"acceptance", "health", "listeners-certificates"}  # from the chapters around it
    assert {procedure.id for procedure in CATALOGUE} - carried <= beside


def test_every_step_that_only_a_person_can_vouch_for_says_why() -> None:
    patterns = [pattern for row in table("What can only be attested, and why") for pattern in carriers(row[0])]
    for step_id, step in STEPS.items():
        attested = isinstance(step.does, Instruct | Form | Notice)
        assert attested <= any(fnmatchcase(step_id, pattern) for pattern in patterns), step_id
    for pattern in patterns:
        assert any(fnmatchcase(step_id, pattern) for step_id in STEPS), f"no step is called {pattern}"


def test_no_sentence_is_longer_than_ours_would_be() -> None:
    assert all(re.search(r"\S", row[1]) and len(row[1]) < 200 for row in STATEMENTS)
