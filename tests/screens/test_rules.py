"""What must hold of the screens' code, and what foreign text looks like on them."""

import ast
import asyncio
from pathlib import Path

import pytest

from checks.finding import Finding, Severity
from screens.actions import ALWAYS, BY_NAME, DEEDS, bindings
from screens.bodies.around import begin_lines, record_lines
from screens.bodies.parts import around, broken, exact, wrapped
from screens.bodies.select import body_for
from screens.helping import help_lines, page_text
from screens.situation import GO_LABELS, GUIDES, Situation
from screens.terminal import ascii_only, wants_plain
from tests.core.plans import practice_plan
from tests.screens.stage import on_stage
from tests.screens.trial import Script, sitting_of, step, trial
from wizard.engine import AskKind, Choice
from wizard.ports import Prompt, PromptKind
from wizard.procedures import CATALOGUE
from wizard.resolve import walk_of
from wizard.state import State
from wizard.step import Field, Instruct
from wizard.survey import survey

ROOT = Path(__file__).parent.parent.parent
SCREENS = sorted((ROOT / "screens").rglob("*.py"))
# What takes text and would read markup in it, or pass control characters on.
TAKES_TEXT = {
    "Static",
    "Label",
    "Button",
    "Select",
    "RadioButton",
    "Checkbox",
    "Collapsible",
    "Log",
    "RichLog",
    "Markdown",
    "Placeholder",
    "notify",
    "add_row",
    "add_column",
    "Content",
    "from_markup",
}
HOSTILE = "[/foo] [red]x[/red] [@click=app.bell]y[/] \x1b]0;owned\x07 \x1b[2J \x9b31m \u202eabc"


@pytest.mark.parametrize("path", [p for p in SCREENS if p.parent.name != "widgets"], ids=lambda p: p.name)
def test_text_reaches_widgets_only_through_the_verbatim_ones(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        values = (*node.args, *(keyword.value for keyword in node.keywords))
        assert name not in TAKES_TEXT or all(isinstance(value, ast.Constant) for value in values), (path, node.lineno)
        if name in {"Option", "replace_option_prompt"}:
            prompt = node.args[0] if name == "Option" else node.args[1]
            made = getattr(getattr(prompt, "func", None), "id", "")
            assert made in {"literal", "step_line"}, (path, node.lineno)


def test_the_bridge_knows_no_widget() -> None:
    tree = ast.parse((ROOT / "screens" / "bridge.py").read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {module for module in modules if module and ("widget" in module or module.startswith("textual.app"))}


def test_what_a_node_a_check_and_a_prompt_say_stays_text(tmp_path: Path) -> None:
    finding = Finding(code="x", severity=Severity.FAIL, subject=HOSTILE, why=HOSTILE, fix=(HOSTILE,))
    question = Prompt(kind=PromptKind.QUESTION, node="imp1", text=HOSTILE)
    script = Script(output=HOSTILE + "\n", findings=(finding,), prompts=(question,))

    async def main() -> str:
        seen = ""
        sitting = sitting_of(tmp_path / "S", (trial(step("read"), step("check")),), script)
        async with on_stage(sitting) as stage:
            await stage.until("Enter begin")
            await stage.press("enter")
            seen += await stage.until("Your answer:")
            await stage.press("escape")
            seen += await stage.until("This failed.")
            await stage.press("b")
            seen += await stage.until("You are looking")
            await stage.press("o")
            seen += await stage.until("Overview")
        return seen

    seen = asyncio.run(main())
    assert seen.count("[/foo] [red]x[/red] [@click=app.bell]y[/]") >= 3
    assert seen.count("\\x1b]0;owned\\x07") >= 3
    assert not set("\x1b\x07\x9b\u202e") & set(seen)


def test_every_deed_has_a_key_of_its_own_and_every_question_has_its_words() -> None:
    assert len({deed.key for deed in DEEDS}) == len(DEEDS)
    assert {deed.choice for deed in DEEDS if deed.choice} == set(Choice) - {Choice.REDO}
    assert set(GUIDES) == set(AskKind)
    assert set(GO_LABELS) == set(AskKind) - {AskKind.FAILED, AskKind.STOPPED, AskKind.UNKNOWN}
    assert {binding.key for binding in bindings()} == {deed.key for deed in DEEDS} | {"escape"}
    assert set(ALWAYS) <= set(BY_NAME)


def test_looking_allows_no_answer() -> None:
    looking = Situation(asked=AskKind.FAILED, choices=tuple(Choice), looking=True)
    allowed = {deed.name for deed in DEEDS if looking.allows(deed)}
    assert allowed == {"forward", "look_back", "look_on", *ALWAYS}
    answered = Situation(running=True)
    assert not {deed.name for deed in DEEDS if deed.choice and answered.allows(deed)}


def test_every_page_of_help_fits_a_dialog() -> None:
    for path in (ROOT / "assets" / "help").glob("*.md"):
        assert page_text(path.stem).isascii()
        for line in help_lines(path.stem):
            assert len(str(line)) <= 72, (path, line)


def test_prose_is_folded_to_its_width() -> None:
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("x" * 10, 4) == ["xxxx", "xxxx", "xx"]
    assert wrapped("", 10) == []


def test_exact_text_is_folded_between_words_with_nothing_in_it_that_could_be_copied_with_it() -> None:
    assert broken("set network domain local.example", 24) == ["set network domain", "  local.example"]
    assert broken("fits as it is", 24) == ["fits as it is"]
    command = "x " * 50
    pieces = broken(command, 20)
    assert all(len(piece) <= 20 for piece in pieces)
    assert " ".join([pieces[0], *(piece.removeprefix("  ") for piece in pieces[1:])]) == command
    *cut, told = broken("abcdefgh" * 2, 10)
    assert "".join(piece.strip() for piece in cut) == "abcdefgh" * 2
    assert told == "(one word: where its line ends, it goes on at once)"


def test_a_name_that_does_not_fit_beside_its_label_is_whole_on_a_line_of_its_own() -> None:
    name = f"{'x' * 54}.partner.example"
    assert str(exact("Field", f"the plan says {name}")).splitlines() == ["Field", "the plan says", f"  {name}"]
    row = survey(walk_of(practice_plan(), (trial(step("instruct", does=with_field(name))),)), State())[0]
    assert f"  {name}" in [part for line in body_for(row).lines() for part in str(line).splitlines()]


def with_field(value: str) -> Instruct:
    """An instruction with one field."""
    return Instruct(interface="a page", menu=("System",), fields=(Field("Next Hop", value),), button="Save", act=())


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "en_GB.UTF-8"}, False),
        ({"LANG": "C.utf8"}, False),
        ({"LANG": "C"}, True),
        ({}, True),
        ({"LC_ALL": "C", "LANG": "de_DE.UTF-8"}, True),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, True),  # Python's own doing, PEP 538
        ({"LC_CTYPE": "C.UTF-8", "LANG": "de_DE.UTF-8"}, False),
        ({"LC_CTYPE": "UTF-8"}, False),
        ({"LANG": "de_DE.ISO-8859-1"}, True),
        ({"LANG": "C.UTF-8", "TERM": "linux"}, True),
        ({"LANG": "C.UTF-8", "TERM": "vt220"}, True),
    ],
)
def test_what_the_terminal_can_show(environment: dict[str, str], expected: bool) -> None:
    assert ascii_only(environment) is expected


def test_when_colours_are_not_wanted() -> None:
    assert wants_plain({"NO_COLOR": "1"})
    assert wants_plain({"TERM": "vt100"})
    assert not wants_plain({"TERM": "xterm-256color", "NO_COLOR": ""})


def test_every_step_of_the_catalogue_fits_the_body_without_a_second_fold() -> None:
    walk = walk_of(practice_plan(), CATALOGUE)
    for row in survey(walk, State()):
        for line in (*body_for(row).lines(), *around(row.step), *record_lines(row, (), {})):
            assert all(len(part) <= 77 for part in str(line).split("\n")), (row.step.id, str(line))
    for chapter in walk.chapters:
        assert all(len(part) <= 77 for line in begin_lines(chapter) for part in str(line).split("\n")), chapter
