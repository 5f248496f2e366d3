"""Whatever is in the file: a plan or a list of problems, each on a line of the file, and nothing that acts."""

import re
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.plans import PRACTICE_LIKE
from wizard.plan.draft import Draft
from wizard.plan.example import example_text
from wizard.plan.problems import advice, examine_text

VALUES = st.sampled_from(
    ["1", "-1", "0.5", "nan", "inf", "true", '""', "[]", "{}", "[1]", "[{}]", '"x"', '"a b"', "2026-01-31", "22:00:00",
     "2026-01-31T22:00:00", "2026-01-31T22:00:00Z", "0x" + "f" * 5000, "9" * 5000, '"\\u001b[2J"', '"[red]x[/]"',
     '"\\u202e"', '"\\u0000"', '"' + "x" * 3000 + '"', '["a", ["b", {c = 1}]]', "{name = 1}", '"192.0.2.1"',
     '"local.example"', '"aim.com"', "'''\n'''", "["]
)  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A good plan with lines taken out, doubled, moved, or given another value."""
    lines = draw(st.sampled_from([PRACTICE_LIKE, uncommented(example_text())])).split("\n")
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["delete", "double", "move", "value", "value", "value", "junk"])):
            case "delete" if len(lines) > 1:
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "move":
                lines.insert(draw(st.integers(0, len(lines) - 1)), lines.pop(at))
            case "value":
                lines[at] = f"{lines[at].partition('=')[0]}= {draw(VALUES)}"
            case _:
                lines.insert(at, draw(st.text(max_size=8)))
    return "\n".join(lines)


def uncommented(text: str) -> str:
    """The example with all its optional parts in use."""
    return re.sub(r'^# (?=\[+[a-z_.]+\]+$|[a-z_]+ = |"[^"]+" = )', "", text, flags=re.MULTILINE)


def assert_sound(text: str) -> None:
    plan, problems = examine_text(text, "p.toml")
    assert (plan is None) == bool(problems)
    last = max(text.count("\n") + (not text.endswith("\n")), 1)
    for problem in problems:
        assert 1 <= problem.line <= last
        assert problem.problem and problem.field
        for said in (problem.field, problem.problem, problem.fix):
            assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", said)
            assert len(said) < 4000
    if plan is not None:
        advice(plan, Draft.parse(text), "p.toml")


@settings(max_examples=300)
@given(mutated())
def test_mutated_plans_give_problems_or_a_plan(text: str) -> None:
    assert_sound(text)


@settings(max_examples=100)
@given(st.text())
def test_any_text_gives_problems(text: str) -> None:
    assert_sound(text)


@pytest.mark.parametrize("value", ["0x" + "f" * 5000, "1e400", "[" * 200 + "]" * 200, "{}", "[[]]", '"\\u001b"'])
def test_any_value_anywhere_gives_problems(value: str) -> None:
    lines = uncommented(example_text()).split("\n")
    for at, line in enumerate(lines):
        if "=" in line and not line.startswith("#"):
            changed = [*lines[:at], f"{line.partition('=')[0]}= {value}", *lines[at + 1 :]]
            assert_sound("\n".join(changed))


def test_the_whole_example_is_used_by_these_tests() -> None:
    assert set(tomllib.loads(uncommented(example_text()))) >= {"asa", "aol", "email", "dns", "connections", "change"}
