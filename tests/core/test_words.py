"""What a finding, a step and a warning say: the value that was read, what was compared, and each thing once."""

import re
from pathlib import Path

import pytest
from cryptography import x509

from tests.core.plans import practice_plan, with_asa
from wizard.__main__ import main
from wizard.describe import lines_of, restarts_of
from wizard.frontend import IN_PRACTICE, warnings_at
from wizard.plan.problems import load_text
from wizard.practice.pki import Authority
from wizard.practice.plan_text import plan_text
from wizard.practice.scenarios import SCENARIOS
from wizard.procedures import CATALOGUE
from wizard.procedures.common import as_planned
from wizard.resolve import walk_of
from wizard.step import Instruct, Step

WALK = walk_of(practice_plan(), CATALOGUE)


@pytest.mark.parametrize(
    ("observed", "told"),
    [
        ({"domain": "local.example"}, ": domain local.example."),
        ({"dhcp": False, "domain": ""}, ": dhcp off; domain none."),
        ({"services": ["a", "b"]}, ": services a, b."),
        ({"names": list("abcdef")}, ": names a, b, c, d and 2 more."),
        ({}, "."),
    ],
)
def test_a_finding_that_all_is_well_tells_the_value_that_was_read(observed: dict[str, object], told: str) -> None:
    found = as_planned("imp1", observed=observed)
    assert found.why == f"What was read of the node is as it should be here{told}"


def test_a_node_without_a_domain_is_not_called_as_the_plan_says() -> None:
    found = as_planned("imp1", observed={"domain": ""}, and_yet="A step that follows sets the domain.")
    assert "as the plan says" not in found.why
    assert found.why.endswith("sets the domain.")


@pytest.mark.parametrize("step", WALK.steps, ids=lambda step: step.id)
def test_a_restart_is_said_once_for_each_service(step: Step) -> None:
    services = {service for _, service in step.restarts}
    assert len(restarts_of(step)) == len(services)
    said = [line for line in lines_of(step) if line.startswith("Restart:")]
    assert len(said) == len(services)
    for service in services:
        assert not any(service in effect and "restarted" in effect for effect in step.effects)


def test_the_proof_of_a_step_is_named_by_its_title() -> None:
    step = WALK.step("domain/set@imp1")
    said = " ".join(" ".join(lines_of(step)).split())
    assert f"Proved by: {step.verified_by}, {WALK.step(step.verified_by).title}" in said


def test_what_is_pressed_first_stands_before_the_fields() -> None:
    for step_id in ("federated-domain/add@partner.example", "static-route/store@branch.example"):
        step = WALK.step(step_id)
        assert isinstance(step.does, Instruct)
        lines = list(lines_of(step))
        first = next(number for number, line in enumerate(lines) if line.startswith("First:"))
        assert "Add New" in lines[first]
        assert first < lines.index(f"  {step.does.fields[0].label}:")
    asked = WALK.step("listeners-certificates/request@imp1")
    assert isinstance(asked.does, Instruct)
    assert all("Download" not in field.value for field in asked.does.fields), "it comes after the button"


@pytest.mark.parametrize("step", ["routing-fqdn/equality@local.example", "aol-routing/trace@aol.com"])
def test_a_comparison_says_what_is_looked_up_and_what_only_the_page_showed(step: str) -> None:
    assert "looked up" in WALK.step(step).why
    assert "read off the page" in WALK.step(step).why


def test_in_practice_the_first_page_says_why_its_plan_is_warned_of_and_what_is_done_in_reality() -> None:
    first, later = WALK.chapters[0], WALK.chapters[3]
    assert warnings_at(WALK, first, practice=True)[0] == IN_PRACTICE
    assert IN_PRACTICE not in warnings_at(WALK, first, practice=False)
    assert warnings_at(WALK, later, practice=True) == ()


def test_a_certificate_of_practice_is_as_the_letter_to_the_authority_asks_for(tmp_path: Path) -> None:
    pem = Authority(tmp_path).issue("imp1.local.example", ("imp1.local.example",))
    certificate = x509.load_pem_x509_certificates(pem)[0]
    usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert (usage.digital_signature, usage.key_encipherment, usage.data_encipherment, usage.key_agreement) == (
        True,
    ) * 4


def test_a_warning_about_names_says_when_it_may_be_approved() -> None:
    first = " ".join(warnings_at(WALK, WALK.chapters[0], practice=False))
    assert first.count("Approve it as it is only") == 2
    assert "Approve" not in " ".join(warnings_at(walk_of(with_asa(), CATALOGUE), WALK.chapters[0], practice=False))


@pytest.mark.parametrize(("name", "told"), [("healthy", True), ("with-asa", False)])
def test_the_plan_of_practice_says_why_it_is_warned_of(name: str, told: bool) -> None:
    scenario = SCENARIOS[name]
    text = plan_text(scenario, {node.name: f"SHA256:{'A' * 43}" for node in scenario.nodes})
    assert ("Two warnings come of that" in text) is told
    assert load_text(text, "plan.toml").asa is None or not told


def test_the_plan_of_practice_says_why_the_default_domain_gets_a_route_and_asks_for_none() -> None:
    scenario = SCENARIOS["healthy"]
    text = plan_text(scenario, {node.name: f"SHA256:{'A' * 43}" for node in scenario.nodes})
    lines = [line for line in text.splitlines() if line.startswith("static_route")]
    explained = [line for line in lines if "static_route_for_default" in line]
    assert explained == [
        "static_route_for_default = true  # stores the route of aol.com; hosted domains without a route of their own go"
        " this way",
        "static_route = false  # it has the one of static_route_for_default",
    ]


def test_the_example_of_the_guide_is_no_limit() -> None:
    added = next(step for step in WALK.steps if step.id.startswith("peer-subject/add@"))
    assert "it is an example and no limit" in added.why


# --- the commands that texts name ---

_NAMED = re.compile(r"[`(]fedwizard ([a-z-]+(?: [a-z-]+)*)")  # words of ours; what is put in follows in capitals


def texts_of_every_step() -> str:
    plans = (practice_plan(), with_asa())
    steps = (step for plan in plans for step in walk_of(plan, CATALOGUE).steps)
    return " ".join(" ".join([*lines_of(step), *step.effects, step.why]) for step in steps)


@pytest.mark.parametrize("named", sorted({*_NAMED.findall(" ".join(texts_of_every_step().split()))}))
def test_every_command_that_a_step_tells_people_to_give_exists(named: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = named.split()
    options = [word for word in words if word.startswith("--")]
    with pytest.raises(SystemExit) as ended:
        main([*(word for word in words if word not in options), "--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert all(option in shown for option in options)
