"""`fedwizard plan new` and `fedwizard plan check` as a person or a script calls them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.__main__ import main

ROOT = Path(__file__).parent.parent.parent


def test_new_then_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plan.toml"
    assert main(["plan", "new", str(path)]) == 0
    assert main(["plan", "check", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{path}: no problems"
    assert main(["plan", "new", str(path)]) == 64
    said = capsys.readouterr()
    assert said.out == ""
    assert "exists already" in said.err


def test_problems_as_text(tmp_path: Path, practice_like: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(practice_like.replace('"aol.com"', '"aim.com"').replace('role = "subscriber"', 'rolle = "x"'))
    assert main(["plan", "check", str(path)]) == 64
    lines = capsys.readouterr().out.splitlines()
    assert lines[::2] == [
        f"{path}:17: nodes[2].role: is missing",
        f"{path}:21: nodes[2].rolle: is not a field of the plan",
        f"{path}:39: aol.domains[1].name: is aim.com, which is never an entry of its own",
    ]
    assert all(line.startswith("    ") for line in lines[1::2])
    assert lines[3] == "    Did you mean role?"


def test_warnings_are_no_problems(tmp_path: Path, practice_like: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(practice_like)
    assert main(["plan", "check", str(path)]) == 0
    assert f"{path}:8: local.routing_node: warning: users are assigned" in capsys.readouterr().out
    assert main(["plan", "check", "--json", str(path)]) == 0
    assert json.loads(capsys.readouterr().out) == {"schema": "fedwizard.problems/1", "problems": []}


def test_problems_as_json(tmp_path: Path, practice_like: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(practice_like.replace("peer_auth_port = 5061", "peer_auth_port = 5062"))
    assert main(["plan", "check", str(path), "--json"]) == 64
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["schema", "problems"]
    (problem,) = document["problems"]
    assert list(problem) == ["file", "line", "field", "problem", "fix"]
    assert (problem["file"], problem["line"], problem["field"]) == (str(path), 9, "local.peer_auth_port")


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["text", "json"])
def test_hostile_values_are_never_raw(
    tmp_path: Path, practice_like: str, capsys: pytest.CaptureFixture[str], form: list[str]
) -> None:
    path = tmp_path / "plan\x1b[31m.toml"
    hostile = "\\u001b]0;x\\u0007\\u202e\\u009b2J[bold]"
    path.write_text(
        practice_like.replace('name = "imp2"', f'name = "{hostile}"')
        .replace('"branch.example"', f'"{hostile}"')
        .replace('kind = "public"', f'kind = "{hostile}"')
        .replace('description = "AOL"', f'description = "AOL"\n"{hostile}\\n" = 1')
    )
    assert main(["plan", "check", str(path), *form]) == 64
    out = capsys.readouterr().out
    assert "\\x1b" in out or "\\u001b" in out
    assert not set(out) & {"\x1b", "\x07", "\u202e", "\x9b"}
    shown = json.loads(out)["problems"] if form else out.splitlines()[::2]
    assert len(shown) == 4


def test_what_cannot_be_read_says_so_on_stderr_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        assert main(["plan", "check", "--json", str(path)]) == 64
        said = capsys.readouterr()
        assert said.out == ""
        assert "cannot be read" in said.err


def test_checking_a_plan_loads_neither_tomlkit_nor_network_code(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom wizard.__main__ import main\n"
        f"main(['plan', 'new', {str(tmp_path / 'p')!r}])\nmain(['plan', 'check', {str(tmp_path / 'p')!r}])\n"
        "print(*(m for m in ('tomlkit', 'textual', 'paramiko', 'dns', 'cryptography', 'ssl') if m in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-P", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == ""


def test_the_schema_is_written_to_standard_output() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "wizard.plan.schema"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == (ROOT / "assets" / "plan.schema.json").read_text(encoding="utf-8")
