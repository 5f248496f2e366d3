"""`fedwizard plan mop` as a person or a script calls it: the paper, or the problems, and never half of either."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.__main__ import main
from wizard.plan.problems import plan_hash

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def plan(tmp_path: Path, practice_like: str) -> Path:
    """The plan of the practice deployment in a file."""
    path = tmp_path / "plan.toml"
    path.write_text(practice_like)
    return path


@pytest.mark.parametrize(
    ("form", "begins"), [("md", "# Method of"), ("html", "<!DOCTYPE html>"), ("json", "{")], ids=["md", "html", "json"]
)
def test_the_paper_goes_to_standard_output_or_the_same_into_a_private_file(
    form: str, begins: str, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "mop", str(plan), "--format", form]) == 0
    said = capsys.readouterr()
    assert said.out.startswith(begins)
    assert said.err == ""
    target = tmp_path / f"mop.{form}"
    target.write_text("an older one")
    assert main(["plan", "mop", str(plan), "--format", form, "-o", str(target)]) == 0
    assert capsys.readouterr().out == f"{target}\n"
    assert target.read_text(encoding="utf-8") == said.out
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert plan_hash(plan.read_text()) in said.out


def test_markdown_is_what_one_gets_without_asking(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "mop", str(plan)]) == 0
    assert capsys.readouterr().out.startswith("# Method of procedure: SIP federation of local.example\n")


@pytest.mark.parametrize("form", ["md", "html", "json"])
def test_a_plan_with_problems_gives_them_and_nothing_else(
    form: str, plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.write_text(plan.read_text().replace('"aol.com"', '"aim.com"').replace('role = "subscriber"', 'rolle = "x"'))
    assert main(["plan", "check", str(plan)]) == 64
    checked = capsys.readouterr().out
    target = tmp_path / "mop"
    for words in ([], ["-o", str(target)]):
        assert main(["plan", "mop", str(plan), "--format", form, *words]) == 64
        said = capsys.readouterr()
        assert (said.out, said.err) == ("", checked)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plan.toml"]


def test_hostile_values_are_never_raw(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.write_text(
        plan.read_text().replace('description = "AOL"', 'description = "<b>\\u009b2J\\u202e`|x"')
        + '\n[change]\nreviewer = "<script>\\u009b2J"\n'
    )
    for form in ("md", "html", "json"):
        assert main(["plan", "mop", str(plan), "--format", form]) == 0
        out = capsys.readouterr().out
        assert not set(out) & {"\x9b", "\u202e", "\x1b"}
        assert ("<script" in out) is (form != "html")
    plan.write_text(plan.read_text().replace('kind = "public"', 'kind = "\\u001b]0;x\\u0007"'))
    assert main(["plan", "mop", str(plan)]) == 64
    assert "\x1b" not in capsys.readouterr().err


def test_the_plan_itself_and_what_is_no_file_are_not_overwritten(
    plan: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = plan.read_text()
    link = tmp_path / "link"
    link.symlink_to(plan)
    for target in (plan, link, tmp_path, Path("/dev/null")):
        assert main(["plan", "mop", str(plan), "-o", str(target)]) == 64
        assert "is not overwritten" in capsys.readouterr().err
    assert plan.read_text() == text
    assert main(["plan", "mop", str(plan), "-o", str(tmp_path / "none" / "mop.md")]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "cannot be written" in said.err


@pytest.mark.parametrize("words", [["--format", "pdf"], ["--fromat", "md"]])
def test_wrong_usage(words: list[str], plan: Path) -> None:
    with pytest.raises(SystemExit) as left:
        main(["plan", "mop", str(plan), *words])
    assert left.value.code == 64


def test_what_cannot_be_read_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "mop", str(tmp_path / "none.toml")]) == 64
    assert "cannot be read" in capsys.readouterr().err


def test_it_needs_no_network_no_credential_and_no_terminal(plan: Path) -> None:
    """Every way out is closed: no socket can be made, and there is nobody to ask."""
    script = (
        "import sys, socket\nfrom wizard.__main__ import main\n"
        "def refused(*_, **__): raise AssertionError('a socket')\n"
        "socket.socket = refused\n"
        f"status = main(['plan', 'mop', {str(plan)!r}, '--format', 'json'])\n"
        "heavy = {'textual', 'rich', 'paramiko', 'dns', 'cryptography', 'ssl', 'tomlkit'} & set(sys.modules)\n"
        "print(status, *heavy, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-P", "-c", script],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT), "LC_ALL": "C"},
    )
    assert ran.stderr.strip() == "0"
    assert json.loads(ran.stdout)["schema"] == "fedwizard.mop/1"
