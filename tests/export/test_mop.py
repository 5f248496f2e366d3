"""The method of procedure: complete, exact, the same each time, and inert.

The goldens of the whole catalogue change with every procedure. Write them anew, and look at the difference:

    FEDWIZARD_GOLDEN=1 python -m pytest tests/export
"""

import json
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from pydantic import BaseModel, TypeAdapter

from tests.core.plans import PRACTICE_LIKE, practice_plan
from tests.core.test_properties import plans
from tests.export.inert import HOSTILE, assert_inert, assert_nothing_acts, prose_of
from tests.export.methods import SMALL, method, practice, small
from tests.plan.test_hostile import uncommented
from wizard.commands.spec import document as spec
from wizard.describe import WIDTH
from wizard.export.method import Method, method_of
from wizard.export.methods import METHODS
from wizard.plan.example import example_text
from wizard.plan.model import Node, Plan
from wizard.plan.problems import load_text
from wizard.procedures import CATALOGUE
from wizard.prospect import Need, may_be_done
from wizard.resolve import walk_of
from wizard.step import Instruct, Notice
from wizard.text import visible, visible_line

GOLDEN = Path(__file__).parent.parent / "golden" / "export"
SHOWN = {"small": small, "practice": practice}
EXAMPLE = {"example": example_text(), "all of the example": uncommented(example_text()), "practice": PRACTICE_LIKE}


@pytest.mark.parametrize(("name", "form"), [(n, f) for n in SHOWN for f in METHODS if (n, f) != ("practice", "html")])
def test_a_method_looks_like_this(name: str, form: str) -> None:
    text = METHODS[form](SHOWN[name]())
    assert text == METHODS[form](SHOWN[name]())
    path = GOLDEN / f"mop-{name}.{form}"
    if os.environ.get("FEDWIZARD_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"FEDWIZARD_GOLDEN=1 pytest {__file__}"


# --- what it holds ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EXAMPLE)
def test_every_step_is_there_with_every_value_of_its_own(name: str) -> None:
    found = method(EXAMPLE[name])
    markdown, page = METHODS["md"](found), assert_inert(METHODS["html"](found))
    assert {step.id for step in found.steps if may_be_done(step.need)} <= set(page.anchors)
    for text in (markdown, page.text):
        squeezed = " ".join(text.split())
        for procedure in found.procedures:
            assert visible_line(procedure.title) in squeezed
        for step in found.steps:
            if procedure_is_out(found, step.id):
                continue
            assert step.id in squeezed
            if may_be_done(step.need):
                assert "\n".join(step.instructions) in text, step.id
    needs = {step.id: may_be_done(step.need) and not procedure_is_out(found, step.id) for step in found.steps}
    for planned in walk_of(plan_of(EXAMPLE[name]), CATALOGUE).steps:
        if isinstance(planned.does, Instruct) and needs[planned.id]:
            for field in planned.does.fields:
                assert field.value in page.text
                assert field.label in page.text


def procedure_is_out(found: Method, step: str) -> bool:
    """Whether the procedure of a step does not apply."""
    return any(p.excluded for p in found.procedures if p.id == step.partition("/")[0])


def plan_of(text: str) -> Plan:
    """The plan of a text."""
    return load_text(text)


def test_it_says_the_same_as_the_specification() -> None:
    from wizard.commands.spec import _plan

    found = method_of(walk_of(_plan(), CATALOGUE), "0", "fedwizard 0")
    listed = spec()["procedures"]
    assert isinstance(listed, list)
    for mine, theirs in zip(json.loads(METHODS["json"](found))["procedures"], listed, strict=True):
        assert isinstance(theirs, dict)
        assert [mine[key] for key in ("id", "title", "heading", "why", "disrupts")] == [
            theirs[key] for key in ("id", "title", "heading", "why", "disrupts")
        ]
        steps = theirs["steps"]
        assert isinstance(steps, list)
        for step, other in zip(mine["steps"], steps, strict=True):
            assert isinstance(other, dict)
            for key in ("id", "title", "why", "kind", "action", "effects", "mistakes", "restarts", "verified_by"):
                assert step[key] == other[key], (step["id"], key)
            assert {key: step[key] for key in ("typical", "worst")} == other["duration_seconds"]


def test_the_trial_says_who_has_to_be_at_hand_and_when() -> None:
    window = "\n[change]\nwindow_start = 2026-01-31T22:00:00Z\nwindow_end = {}\n"
    long, short = (method(PRACTICE_LIKE + window.format(f"2026-02-01T{end}:00:00Z")).trial for end in ("09", "00"))
    found = practice()
    steps = [step for step in found.steps if step.id.startswith("acceptance/") and step.proof == "attested"]
    assert (found.trial.typical, found.trial.worst) == (
        sum(step.typical for step in steps),
        sum(step.worst for step in steps),
    )
    assert found.trial.domains == ("partner.example", "branch.example", "aol.com", "hosted1.example", "hosted2.example")
    assert (found.trial.earliest, found.trial.latest) == ("", "")
    # It is the last of the work, and has to end with the window.
    begin = datetime(2026, 1, 31, 22, tzinfo=UTC)
    before = timedelta(seconds=found.duration_in_window.typical - found.trial.typical)
    assert datetime.fromisoformat(long.earliest) == begin + before
    assert datetime.fromisoformat(long.latest) == begin + timedelta(hours=11, seconds=-found.trial.typical)
    assert (short.earliest, short.latest) == ("", "")
    text = " ".join(METHODS["md"](method(PRACTICE_LIKE + window.format("2026-02-01T09:00:00Z"))).split())
    assert f"the trial can begin at `{long.earliest}`. It has to begin by `{long.latest}`" in text


def test_what_disrupts_and_is_done_by_hand_stands_with_what_disrupts() -> None:
    text = METHODS["md"](practice())
    section = text[text.index("Commands and acts that disrupt") : text.index("Service restarts, in this order")]
    assert "email/restart-peer@imp1.second.local.example" in section
    assert "domain/set@imp1" in section


def test_what_cannot_be_taken_back_on_nodes_does_not_drown_in_letters() -> None:
    found = practice()
    text = METHODS["md"](found)
    nodes, _, rest = text.partition("Points of no return, on nodes and clusters:")[2].partition("Letters, which")
    letters = rest.partition("\n## ")[0]
    for step in found.steps:
        if step.reversal != "no-return" or step.need not in {"applies", "conditional"}:
            continue
        assert (f"`{step.id}`" in nodes) is (step.kind not in {"notice", "restart"}), step.id
        assert (f"`{step.id}`" in letters) is (step.kind == "notice"), step.id


def test_the_paper_says_which_window_to_approve_and_what_a_warning_means() -> None:
    text = " ".join(METHODS["md"](practice()).split())
    assert "| Window to approve | at least " in text
    assert "Whoever approves this paper approves these, too" in text
    assert "is done once, at the end" in text
    assert "in the console" in text


def test_json_is_what_its_schema_says() -> None:
    document = json.loads(METHODS["json"](practice()))
    assert document["schema"] == "fedwizard.mop/1"
    assert TypeAdapter(Method).validate_python(document) == practice()
    assert document.keys() == TypeAdapter(Method).json_schema(mode="serialization")["properties"].keys()


def test_durations_are_summed_for_each_procedure_and_in_all() -> None:
    found = practice()
    done = [step for step in found.steps if may_be_done(step.need)]
    certain = [step for step in done if step.need is Need.APPLIES]
    assert 0 < len(certain) < len(done)
    assert found.duration.typical == sum(step.typical for step in done)
    assert found.duration.worst == sum(step.worst for step in done)
    assert found.duration.certain_typical == sum(step.typical for step in certain)
    assert found.duration.worst == sum(procedure.duration.worst for procedure in found.procedures)
    assert found.duration.certain_worst == sum(procedure.duration.certain_worst for procedure in found.procedures)


def test_what_may_take_days_is_named_and_left_out_of_what_the_window_has_to_hold() -> None:
    found = practice()
    days = [step for step in found.steps if may_be_done(step.need) and step.worst >= 24 * 3600]
    rest = [step for step in found.steps if may_be_done(step.need) and step.worst < 24 * 3600]
    assert days
    assert found.duration_in_window.worst == sum(step.worst for step in rest)
    assert found.duration_in_window.typical == sum(step.typical for step in rest)
    named = METHODS["md"](found).partition("These depend on other people")[2].partition("The plan names no window")[0]
    assert all(f"`{step.id}`" in named for step in days)
    assert not any(f"`{step.id}`" in named for step in rest)


def test_every_record_and_every_letter_is_collected_in_full() -> None:
    found, walk = practice(), walk_of(practice_plan(), CATALOGUE)
    by_id = {step.id: step for step in found.steps}
    published = {step.id for step in walk.steps if isinstance(step.does, Instruct) and step.does.act[0] == "publish"}
    assert {record.step for record in found.records} == {step for step in published if may_be_done(by_id[step].need)}
    assert len(found.records) >= 3
    notices = {step.id: step.does for step in walk.steps if isinstance(step.does, Notice)}
    assert {(n.step, n.recipient, n.subject, n.text) for n in found.notices} == {
        (step, does.recipient, does.subject, does.text) for step, does in notices.items()
    }
    markdown = METHODS["md"](found)
    assert all(record.line in markdown for record in found.records)
    assert "_sipfederationtls._tcp.local.example. 3600 IN SRV 0 0 5061" in markdown
    for letter in found.notices:
        assert " ".join(letter.text.split()) in " ".join(markdown.split())


def test_restarts_name_the_steps_that_make_them_necessary() -> None:
    restarts = practice().restarts
    assert [(r.node, r.service) for r in restarts if "Router" in r.service] == [
        ("imp1", "Cisco XCP Router"),
        ("imp2", "Cisco XCP Router"),
    ]
    assert all("routing-fqdn/set" in r.because for r in restarts if "Router" in r.service)


def test_roles_and_window_come_from_the_plan_and_what_is_open_is_said() -> None:
    found = small()
    assert (found.roles.change, found.roles.implementer, found.roles.reviewer) == ("CHG0001", "operations", "security")
    assert (found.roles.window_start, found.roles.window_end) == ("2026-01-31T22:00:00Z", "2026-02-01T04:00:00Z")
    text = METHODS["md"](found)
    assert "The window is 6 h long. Without the steps that may take a day or more the work does fit" in " ".join(
        text.split()
    )
    assert "| Reviewer | `security` | ...." in text
    unnamed = METHODS["md"](practice())
    assert "| Reviewer | not named in the plan |" in unnamed
    assert "The window is" not in unnamed
    assert "The plan names no window. Without the steps that may take a day or more the work needs" in " ".join(
        unnamed.split()
    )


def test_a_window_too_short_is_said_and_one_at_the_edge_of_time_is_no_obstacle() -> None:
    plan = plan_of(SMALL)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    short = plan.model_copy(
        update={"change": plan.change.model_copy(update={"window_start": start, "window_end": start})}
    )
    written = METHODS["md"](method_of(walk_of(short, CATALOGUE), "0", "fedwizard 0"))
    assert "the work does not fit if all goes typically" in " ".join(written.split())
    for edge in ("0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"):
        text = re.sub(r"window_start = .*", f"window_start = {edge}", SMALL)
        opened = plan_of(SMALL).change.model_copy(update={"window_start": datetime.fromisoformat(edge)})
        found = method_of(walk_of(plan.model_copy(update={"change": opened}), CATALOGUE), "0", "fedwizard 0")
        assert all(write(found) for write in METHODS.values()), text


def test_what_does_not_apply_is_there_with_its_reason() -> None:
    found = METHODS["md"](small())
    assert "Not applicable: the plan has no ASA." in found
    assert "`trial/seen`, Seen to be so: we saw that it is so" in found
    assert "never/step" not in found


def test_a_page_has_contents_anchors_and_marks() -> None:
    html = METHODS["html"](practice())
    page = assert_inert(html)
    assert {"nav", "table", "h3", "details"} <= page.seen
    assert "health/version@imp1" in page.anchors
    assert "#health/version@imp1" in page.links
    for word in ("observed", "attested", "conditional", "applies"):
        assert f'<span class="mark {word}">{word}</span>' in html
    assert "@media print" in page.style
    assert "prefers-color-scheme: dark" in page.style


# --- what a plan may hold --------------------------------------------------------------------------------------------


def spoilt(value: object, text: str) -> object:
    """A plan with a text in every field that takes free text."""
    if isinstance(value, tuple):
        return tuple(spoilt(item, text) for item in value)
    if not isinstance(value, BaseModel):
        return value
    free = {
        name: text
        for name, info in type(value).model_fields.items()
        if (type(value), name) != (Node, "name")
        and any(getattr(each, "max_length", None) == 255 for each in info.metadata)
    }
    inner = {name: spoilt(getattr(value, name), text) for name in type(value).model_fields if name not in free}
    return value.model_copy(update={**inner, **free})


@pytest.mark.parametrize(
    "text", [HOSTILE, "x" * 255, "| ` \\| ``` <b> \x9b31m \u2067txet"], ids=["all", "long", "bars"]
)
def test_nothing_in_a_plan_can_act(text: str) -> None:
    plan = spoilt(plan_of(EXAMPLE["all of the example"]), text)
    assert isinstance(plan, Plan)
    assert (plan.change.id, plan.partners[0].description) == (text, text)
    found = method_of(walk_of(plan, CATALOGUE), "0", "fedwizard 0")
    for name, write in METHODS.items():
        written = write(found)
        assert visible(written) == written
        if name == "html":
            assert visible_line(text) in assert_inert(written).text
        if name == "md":
            assert_inert_markdown(written)
            assert_nothing_acts(written)
            assert_tables(written)
        if name == "json":
            assert written.isascii()
            assert json.loads(written)["roles"]["reviewer"] == text


def assert_inert_markdown(markdown: str) -> None:
    """Prose in which nothing of the hostile text stands."""
    prose = prose_of(markdown)
    for mark in ("script", "evil", "heading", "#x202e", "b.example", "```", "[x](", "<!--", "~~~", "<b>"):
        assert mark not in prose, mark


def assert_tables(markdown: str) -> None:
    """Each row of a table has as many cells as its head."""
    columns = 0
    for line in markdown.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not cells or not columns or cells == columns, line
        columns = cells


@settings(max_examples=25)
@given(plans())
def test_any_plan_gives_a_method_without_an_empty_value_that_fits(plan: Plan) -> None:
    found = method_of(walk_of(plan, CATALOGUE), "0" * 64, "fedwizard 0")
    markdown = METHODS["md"](found)
    assert "(nothing)" not in markdown
    assert_tables(markdown)
    assert_nothing_acts(markdown)
    assert_fits(markdown, found)
    page = assert_inert(METHODS["html"](found))
    assert "(nothing)" not in page.text
    assert json.loads(METHODS["json"](found))["domain"] == plan.local.sip_proxy_domain
    for step in found.steps:
        assert step.title and step.why and step.instructions
        assert step.reversal == "reads-only" or step.reversal_text


def assert_fits(markdown: str, found: Method) -> None:
    """Lines of prose are longer than the width only where there is no place to break them; copied ones never are."""
    copied = {line for step in found.steps for line in step.instructions}
    copied |= {line for record in found.records for line in record.line.splitlines()}
    copied |= {f"Subject: {letter.subject}" for letter in found.notices}
    fenced = False
    for line in markdown.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif len(line) <= WIDTH or line.startswith(("|", "#")):
            continue
        elif fenced:
            assert line in copied, line
        else:
            words = re.sub(r"(`+).*?\1", lambda span: "x" * len(span[0]), line).removeprefix("- ").split()
            assert len(words) == 1, line
