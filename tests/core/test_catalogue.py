"""The catalogue: every step is complete, fits the screen and can be printed; and `--spec` says all of it."""

import json
import re

import pytest

from tests.core.plans import practice_plan, three_nodes, with_asa
from wizard.__main__ import main
from wizard.commands.spec import document
from wizard.describe import WIDTH, action_lines, lines_of
from wizard.plan.example import example_text
from wizard.plan.model import Plan
from wizard.plan.problems import load_text
from wizard.procedures import CATALOGUE
from wizard.resolve import walk_of
from wizard.standing import AlreadySo, Stop
from wizard.state import State
from wizard.step import (
    SIP_PROXY,
    XCP_ROUTER,
    Check,
    Command,
    Form,
    Instruct,
    NothingToUndo,
    Notice,
    Restart,
    Step,
    Wait,
)
from wizard.survey import Word, survey
from wizard.text import visible

PLANS = {
    "practice": practice_plan(),
    "three nodes": three_nodes(),
    "with an ASA": with_asa(),
    "example": load_text(example_text(), "plan.example.toml"),
}
STEPS = [pytest.param(step, plan, id=f"{name}: {step.id}") for name, plan in PLANS.items()
         for step in walk_of(plan, CATALOGUE).steps]  # fmt: skip
ID = re.compile(r"[a-z][a-z0-9-]*/[a-z][a-z0-9-]*(@[a-z0-9][a-z0-9.-]*)?")


@pytest.mark.parametrize(("step", "plan"), STEPS)
def test_a_step_is_complete(step: Step, plan: Plan) -> None:
    steps = {each.id: each for each in walk_of(plan, CATALOGUE).steps}
    assert ID.fullmatch(step.id)
    assert step.procedure in {procedure.id for procedure in CATALOGUE}
    for text in (step.title, step.why, *step.effects, *step.mistakes):
        assert text
        assert text == text.strip()
        assert visible(text) == text
    assert step.why.endswith((".", "?", "!"))
    assert not step.title.endswith(".")
    assert 0 < step.duration.typical <= step.duration.worst
    if step.verified_by:
        assert isinstance(steps[step.verified_by].does, Check | Form | Wait | Command)
        assert f"Proved by: {step.verified_by}" in "".join(line.replace(" " * 11, "") for line in lines_of(step))
    assert set(step.reads) | set(step.after) <= steps.keys()
    assert {service for _, service in step.restarts} <= {SIP_PROXY, XCP_ROUTER}
    for node, service in step.restarts:
        assert any(
            isinstance(each.does, Restart) and (each.does.node, each.does.service) == (node, service)
            for each in steps.values()
        )


@pytest.mark.parametrize(("step", "plan"), STEPS)
def test_a_step_fits_76_columns(step: Step, plan: Plan) -> None:
    del plan
    assert len(step.title) <= WIDTH
    lines = list(lines_of(step))
    assert lines[0] == step.title
    assert len(lines) > 5
    # What has to be copied is never broken: zone lines, values, and commands may be longer.
    free = {line for line in lines if line.startswith("      ")}
    copied = set(action_lines(step.does)) if isinstance(step.does, Instruct | Command) else set()
    assert [line for line in lines if len(line) > WIDTH and line not in free | copied] == []


@pytest.mark.parametrize(("step", "plan"), STEPS)
def test_what_changes_something_can_be_undone_or_says_that_it_cannot(step: Step, plan: Plan) -> None:
    del plan
    # A form only reads, but for one that puts on record what a person did elsewhere, and whose effects it names.
    reads = isinstance(step.does, Check | Wait) or (
        (isinstance(step.does, Form) and not step.effects)
        or (isinstance(step.does, Command) and step.does.risk.value == "read-only")
    )
    assert isinstance(step.reversal, NothingToUndo) is reads
    if isinstance(step.does, Instruct | Restart) or (isinstance(step.does, Command) and not reads):
        assert step.verified_by, "what can be seen is looked at afterwards"
        assert step.mistakes
    if isinstance(step.does, Notice):
        assert step.does.text.strip()
    if isinstance(step.does, Command) and not reads:
        assert step.does.guard is not None
        assert step.does.took_effect is not None


@pytest.mark.parametrize("name", PLANS)
def test_a_walk_has_no_step_twice_and_its_procedures_in_order(name: str) -> None:
    walk = walk_of(PLANS[name], CATALOGUE)
    assert [chapter.procedure.id for chapter in walk.chapters] == [procedure.id for procedure in CATALOGUE]
    ids = [step.id for step in walk.steps]
    assert len(ids) == len(set(ids))
    places = {step_id: place for place, step_id in enumerate(ids)}
    for step in walk.steps:
        for earlier in step.reads:
            assert places[earlier] < places[step.id], (step.id, earlier)
        if step.verified_by:
            assert places[step.verified_by] > places[step.id]


def test_before_anything_was_seen_nothing_is_done_and_nothing_stops() -> None:
    for row in survey(walk_of(practice_plan(), CATALOGUE), State()):
        assert not isinstance(row.standing, Stop | AlreadySo), row.step.id
        assert row.word in {Word.OPEN, Word.HOLD, Word.NOT_APPLICABLE}


def squeezed(lines: list[str]) -> str:
    """Lines as one, wherever they were broken."""
    return " ".join(" ".join(lines).split())


def test_the_specification_holds_every_procedure_and_step(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--spec"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == document()
    assert printed["schema"] == "fedwizard.spec/1"
    assert [procedure["id"] for procedure in printed["procedures"]] == [procedure.id for procedure in CATALOGUE]
    assert all(procedure["steps"] for procedure in printed["procedures"] if procedure["applies"])
    steps = {step["id"]: step for procedure in printed["procedures"] for step in procedure["steps"]}
    assert steps.keys() >= {step.id for step in walk_of(practice_plan(), CATALOGUE).steps}
    kinds = {"instruct", "form", "command", "check", "wait", "restart", "notice"}
    for step in steps.values():
        assert step["kind"] in kinds
        assert step["heading"]
        assert step["instructions"]
        assert step["why"]
        assert step["reversal"]["kind"] in {"undo", "no return"}
        assert step["duration_seconds"]["typical"] <= step["duration_seconds"]["worst"]
        assert step["verified_by"] in {"", *steps}
    assert {step["kind"] for step in steps.values()} == kinds
    assert steps["email/consider-aliases"]["heading"] == "Email address for federation"
    assert steps["email/switch"]["heading"] == "Turn on email for federation"
    assert steps["email/publish-xmpp@mail.local.example"]["heading"] == "Email domain for federation"
    assert "Control Center - Network Services" in squeezed(steps["restarts/xcp-router@imp2"]["instructions"])
    assert "Control Center - Feature Services" in squeezed(steps["restarts/sip-proxy@imp1"]["instructions"])
    router = [[node, XCP_ROUTER] for node in ("imp1", "imp2")]
    assert steps["routing-fqdn/set"]["restarts"] == router
