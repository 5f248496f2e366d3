"""The example that `plan new` writes, and the committed schemas."""

import re
import stat
from importlib.resources import files
from pathlib import Path

import pytest
from pydantic import BaseModel

from wizard.errors import UsageError
from wizard.plan import model
from wizard.plan.draft import Draft
from wizard.plan.example import example_text, write_example
from wizard.plan.problems import advice, examine_text, load_text
from wizard.plan.schema import SCHEMAS, schema_text

OPTIONAL = re.compile(r'^# (?=\[+[a-z_.]+\]+$|[a-z_]+ = |"[^"]+" = )', re.MULTILINE)


def test_valid_as_it_stands_and_nothing_to_regret() -> None:
    plan, problems = examine_text(example_text(), "example")
    assert problems == ()
    assert plan is not None
    assert advice(plan, Draft.parse(example_text()), "example") == ()


def test_valid_with_every_optional_part() -> None:
    plan = load_text(OPTIONAL.sub("", example_text()))
    assert plan.aol and plan.asa and plan.email and plan.load_balancer and plan.change.window_end
    assert plan.partners[1].peer == "front-end"


def test_every_field_is_in_it_with_words_before_it() -> None:
    full = Draft.parse(OPTIONAL.sub("", example_text()))
    models = [found for found in vars(model).values() if isinstance(found, type) and issubclass(found, BaseModel)]
    written = set(re.findall(r"^\[*([a-z_.]+)", OPTIONAL.sub("", example_text()), re.MULTILINE))
    written |= {part for name in written for part in name.split(".")}
    missing = {f"{found.__name__}.{name}" for found in models for name in found.model_fields if name not in written}
    assert missing == set()
    lines = full.text().splitlines()
    for table in ("local", "nodes", "partners", "aol", "asa", "email", "dns", "connections", "change"):
        assert lines[full.line_of((table,)) - 2].startswith("#") or lines[full.line_of((table,))].startswith("#")


def test_only_documentation_names_and_addresses() -> None:
    text = example_text()
    for address in re.findall(r"\d+\.\d+\.\d+\.\d+", text):
        assert address.startswith(("192.0.2.", "198.51.100.", "203.0.113."))
    for name in re.findall(r'"((?:[a-z0-9-]+\.)+[a-z]+)"', text):
        assert name.endswith((".example", ".pem")) or name == "aol.com"


def test_written_once_and_never_over_something(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    write_example(path)
    assert path.read_text() == example_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        write_example(path)
    assert path.read_text() == "mine"
    dangling = tmp_path / "link"
    dangling.symlink_to(tmp_path / "target")
    with pytest.raises(UsageError):
        write_example(dangling)
    assert not (tmp_path / "target").exists()
    with pytest.raises(UsageError, match="cannot be written"):
        write_example(tmp_path / "none" / "plan.toml")


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_the_committed_schema_is_that_of_the_model(name: str) -> None:
    committed = files("assets").joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
    again = f"regenerate it: python -m wizard.plan.schema {name} > assets/{name}.schema.json"
    assert committed == schema_text(name), again
