"""Plans: every rule, every line, and never a traceback."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.__main__ import main
from wizard.errors import UsageError
from wizard.plan.draft import Draft, line_index
from wizard.plan.example import example_text
from wizard.plan.problems import PlanProblemsError, advice, examine_text, load, load_text
from wizard.plan.schema import SCHEMAS, schema_text

ROOT = Path(__file__).parent.parent.parent
PLAN = """release = "9.0"

[local]
sip_proxy_domain = "local.example"
public_fqdn = "imp-public.mail.local.example"
public_address = "192.0.2.10"
routing_node = "imp1"
peer_auth_port = 5061

[[nodes]]
name = "imp1"
fqdn = "imp1.local.example"
address = "192.0.2.11"
role = "publisher"

[[nodes]]
name = "imp2"
fqdn = "imp2.local.example"
address = "192.0.2.12"
role = "subscriber"

[[partners]]
domain = "partner.example"
description = "Partner"
external_fqdn = "sip.partner.example"

[aol]
gateway_fqdn = "sag.aol.example"
[[aol.domains]]
name = "aol.com"
kind = "public"
description = "AOL"

[email]
domain = "mail.local.example"
"""


def problems(text: str) -> list[tuple[int, str, str]]:
    """(line, field, problem) of a text."""
    return [(p.line, p.field, p.problem) for p in examine_text(text, "plan.toml")[1]]


def test_the_plan_and_the_example_are_good() -> None:
    assert problems(PLAN) == []
    assert problems(example_text()) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "says"),
    [
        ('release = "9.0"', 'release = "8.6"', 1, "release", "no SIP federation"),
        ('release = "9.0"', 'release = "10.5"', 1, "release", "not supported yet"),
        ("peer_auth_port = 5061", "peer_auth_port = 5062", 8, "local.peer_auth_port", "no ASA"),
        ('routing_node = "imp1"', 'routing_node = "imp9"', 7, "local.routing_node", "not a node"),
        ('role = "subscriber"', 'role = "publisher"', 20, "nodes[2].role", "second publisher"),
        ('role = "publisher"', 'role = "subscriber"', 10, "nodes", "no publisher"),
        ('name = "imp2"', 'name = "imp1"', 17, "nodes[2].name", "also that of node 1"),
        ('name = "aol.com"', 'name = "aim.com"', 30, "aol.domains[1].name", "never an entry"),
        ('domain = "partner.example"', 'domain = "local.example"', 23, "partners[1].domain", "our own domain"),
        ('domain = "partner.example"', 'domain = "aol.com"', 23, "partners[1].domain", "also an AOL domain"),
        ('description = "Partner"', 'description = "P"\ntransport = "tcp"', 25, "partners[1].transport", "Access Edge"),
        ('public_fqdn = "imp-public.mail.', 'public_fqdn = "imp-public.', 5, "local.public_fqdn", "email domain"),
        ('public_fqdn = "imp-public.mail.local', 'public_fqdn = "imp1.local', 5, "local.public_fqdn", "name of node"),
        ('sip_proxy_domain = "local', 'sip_proxy_domian = "local', 4, "local.sip_proxy_domian", "not a field"),
        ('address = "192.0.2.12"', 'address = "192.0.2.11"', 19, "nodes[2].address", "also that of node 1"),
        (
            'sip_proxy_domain = "local.example"',
            'sip_proxy_domain = "a.example, b.example"',
            4,
            "local.sip_proxy_domain",
            "several",
        ),
        (
            'external_fqdn = "sip.partner.example"',
            'external_fqdn = "https://x"',
            25,
            "partners[1].external_fqdn",
            "URL",
        ),
    ],
)
def test_each_rule_names_its_line_and_field(old: str, new: str, line: int, field: str, says: str) -> None:
    assert old in PLAN
    found = problems(PLAN.replace(old, new, 1))
    assert any((at, name) == (line, field) and says in problem for at, name, problem in found), found


def test_every_problem_is_listed_at_once() -> None:
    bad = PLAN.replace("5061", "5062").replace('"9.0"', '"8.6"').replace("imp-public", "-bad-")
    assert len(problems(bad)) >= 3


def test_a_missing_field_is_named_with_what_it_is() -> None:
    _, found = examine_text(PLAN.replace('public_address = "192.0.2.10"\n', ""), "plan.toml")
    assert [(p.field, p.line) for p in found] == [("local.public_address", 3)]
    assert "public address" in found[0].fix


def test_what_is_allowed_and_regretted_is_advice() -> None:
    plan = load_text(PLAN)
    assert [hint.field for hint in advice(plan, Draft.parse(PLAN), "plan.toml")] == ["local.routing_node"]


def test_loading_says_how_many_problems_there_are(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.replace("5061", "5062"), encoding="utf-8")
    with pytest.raises(PlanProblemsError) as refused:
        load(path)
    assert refused.value.status == 64
    assert refused.value.problems[0].line == 8
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path / "missing.toml")


def test_comments_survive_a_change() -> None:
    draft = Draft.parse(PLAN.replace("[local]", "# ours\n[local]  # here"))
    changed = draft.set(("local", "public_address"), "192.0.2.99").set(("nodes", 1, "dhcp"), True)
    assert "# ours\n[local]  # here" in changed.text()
    assert changed.value(("local", "public_address")) == "192.0.2.99"
    assert changed.value(("nodes", 1, "dhcp")) is True
    assert draft.value(("local", "public_address")) == "192.0.2.10"


@given(st.text(max_size=400))
def test_the_line_index_takes_any_text(text: str) -> None:
    index = line_index(text)
    assert all(1 <= line <= len(text.splitlines()) for line in index.values())


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_mutated_plan_gives_problems_or_a_plan(data: st.DataObject) -> None:
    lines = PLAN.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        mutate: Callable[[str], list[str]] = data.draw(
            st.sampled_from(
                [
                    lambda _line: [],
                    lambda line: [line, line],
                    lambda line: [line.partition("=")[0] + "= 7"],
                    lambda line: [line.partition("=")[0] + '= "\\u001b[2J"'],
                    lambda line: [line.partition("=")[0] + "= []"],
                    lambda line: [line.replace('"', "")],
                    lambda line: ["[" + line],
                ]
            )
        )
        lines[place : place + 1] = mutate(lines[place]) or [""]
    text = "\n".join(lines) + "\n"
    plan, found = examine_text(text, "plan.toml")
    assert (plan is None) == bool(found)
    assert all(1 <= p.line <= max(len(lines), 1) and p.problem and p.fix for p in found)


def test_plan_check_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.replace("5061", "5062"), encoding="utf-8")
    assert main(["plan", "check", str(path), "--json"]) == 64
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "fedwizard.problems/1"
    assert set(document["problems"][0]) == {"file", "line", "field", "problem", "fix"}
    path.write_text(PLAN, encoding="utf-8")
    assert main(["plan", "check", str(path), "--json"]) == 0


def test_hostile_values_are_shown_and_do_not_act(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(PLAN.replace('"imp1"', '"\\u001b]0;x\\u0007"', 1), encoding="utf-8")
    assert main(["plan", "check", str(path)]) == 64
    assert "\x1b" not in capsys.readouterr().out


def test_plan_new_never_overwrites(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plan.toml"
    assert main(["plan", "new", str(path)]) == 0
    assert main(["plan", "check", str(path)]) == 0
    path.write_text("mine", encoding="utf-8")
    assert main(["plan", "new", str(path)]) == 64
    assert path.read_text(encoding="utf-8") == "mine"
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_committed_schema_is_that_of_the_model(name: str) -> None:
    committed = (ROOT / "assets" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(name), f"python -m wizard.plan.schema {name} > assets/{name}.schema.json"
    assert tomllib.loads(example_text())
