"""Forms on the screen: what is typed stays, slips and refusals are told where they help."""

from pathlib import Path

from textual.events import Key
from textual.widgets import Input

from tests.screens.stage import Play, Stage, kinds, status
from tests.screens.trial import Script, step
from wizard.runner import Asked
from wizard.state import Status
from wizard.step import Form, FormField

FORM = "trial/form@imp1"


def test_looking_back_needs_no_valid_form_and_keeps_what_was_typed(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("I have done it")
        await stage.press("enter")
        await stage.until("Type what the page shows")
        before = kinds(folder)
        await stage.write("half a val")
        await stage.press("escape", "b")
        picture = await stage.until("You are looking")
        assert "done, attested" in picture
        await stage.press("n", "n")
        await stage.press("o")
        await stage.until("Overview")
        await stage.press("escape", "enter")
        picture = await stage.until("half a val")
        assert "half a valno" not in picture
        await stage.write("ue")
        await stage.until("half a value")
        assert kinds(folder) == before

    play((step("instruct"), step("form"), step("notice")), Script(), test)


def test_a_form_goes_to_the_next_empty_line_and_a_refusal_stands_where_the_help_stood(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("Copy the value the page shows.")
        await stage.write("local.example")
        await stage.press("enter")
        await stage.until("The number alone.")
        await stage.press("enter")
        picture = await stage.until("Not taken:")
        assert '"Peer port" is empty' in picture
        assert "The number alone." not in picture
        await stage.write("5061")
        await stage.press("enter")
        await stage.until("Finished")
        assert status(folder, FORM) is Status.DONE

    play((step("form"),), Script(), test)


def test_a_slip_in_an_earlier_line_is_told_while_the_next_is_typed(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("Copy the value the page shows.")
        await stage.write("lcoal.example")
        await stage.press("enter")
        await stage.until("SIP proxy domain: you typed lcoal.example, the plan says local.example.")
        await stage.press("shift+tab")
        await stage.until("Copy the value the page shows.")
        assert "you typed" not in stage.picture

    play((step("form"),), Script(), test)


def test_what_is_typed_behind_a_line_is_never_a_key(play: Play) -> None:
    """A value that begins with s or h, typed after Shift+Tab or Tab, once skipped or held the walk."""

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("Copy the value the page shows.")
        before = kinds(folder)
        await stage.press("shift+tab", "shift+tab")
        await stage.write("sag.example")
        await stage.press("tab", "tab", "tab")
        await stage.write("5061")
        assert [line.value for line in stage.walk.query(Input)] == ["sag.example", "5061"]
        assert stage.app.screen is stage.walk
        assert kinds(folder) == before

    play((step("form"),), Script(), test)


def test_a_value_typed_outside_the_lines_is_no_reason_for_skipping(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("Copy the value the page shows.")
        await stage.press("escape")
        await stage.until("The keys are keys again")
        await stage.write("sag.example")
        await stage.press("enter")
        await stage.until("One word may be a value.")
        assert "step.skipped" not in kinds(folder)
        await stage.write("not today")
        await stage.press("enter")
        await stage.until("Finished")
        assert status(folder, FORM) is Status.SKIPPED

    play((step("form"),), Script(), test)


def test_after_escape_enter_goes_back_to_the_line_and_submits_nothing(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("Copy the value the page shows.")
        assert "Enter next line" in stage.picture
        await stage.write("local.example")
        await stage.press("enter")
        await stage.write("5061")
        assert "Enter this is what it shows" in stage.picture
        await stage.press("escape")
        assert "Enter back to the line" in stage.picture
        before = kinds(folder)
        await stage.press("enter")
        await stage.until("Enter this is what it shows")
        assert kinds(folder) == before
        await stage.press("enter")
        await stage.until("Finished")
        assert status(folder, FORM) is Status.DONE

    play((step("form"),), Script(), test)


def test_a_question_mark_alone_means_help_and_in_a_value_it_is_a_letter(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        picture = await stage.until("Copy the value the page shows.")
        assert "s skip" not in picture  # it would be a letter
        await stage.press("question_mark")
        await stage.until("Values that only you can read")
        await stage.press("escape")
        await stage.until("Copy the value the page shows.")
        await stage.write("a?b")
        assert [line.value for line in stage.walk.query(Input)] == ["a?b", ""]

    play((step("form"),), Script(), test)


def test_the_line_that_is_typed_is_seen_with_what_is_asked(play: Play) -> None:
    names = [f"field {number}" for number in range(9)]
    fields = tuple(FormField(f"f{number}", name, "x") for number, name in enumerate(names))
    form = Form(interface="a page", menu=("System",), fields=fields, mismatch="Correct it.")

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("field 0")
        for number, name in enumerate(names):
            await stage.until(name)
            await stage.write("y" if number == 7 else "x")
            await stage.press("enter")
        await stage.until("This failed.")
        await stage.press("r")
        await stage.until("field 7")
        line = stage.walk.focused
        assert line is not None
        assert line.id == "field-f7"
        assert line.region.bottom <= stage.walk.query_one("#body").region.bottom
        await stage.press(*["shift+tab"] * 7)
        await stage.until("field 0")

    play((step("form", does=form),), Script(), test)


def test_a_form_that_is_retried_keeps_the_lines_that_were_right(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("Copy the value the page shows.")
        await stage.write("lcoal.example")
        await stage.press("enter")
        await stage.until("you typed lcoal.example")
        await stage.write("5061")
        await stage.press("enter")
        await stage.until("r retry")
        await stage.press("r")
        await stage.until("Type what the page shows")
        assert [line.value for line in stage.walk.query(Input)] == ["", "5061"]
        await stage.write("local.example")
        await stage.press("enter")
        await stage.until("Finished")
        assert status(folder, FORM) is Status.DONE

    play((step("form"),), Script(), test)


def test_a_refusal_finds_its_form_wherever_the_person_has_gone_meanwhile(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("Copy the value the page shows.")
        walk = stage.walk
        ask = walk.scene.ask
        assert ask is not None
        await stage.write("local.example")
        walk.scene.ask, walk.scene.batch = None, (ask.row,)  # the answer was given
        await walk.show()
        assert not walk.query(Input)
        await walk.told(Asked(ask, "Peer port is empty"))
        await stage.until("Not taken: Peer port is empty.")
        assert [line.value for line in walk.query(Input)] == ["local.example", ""]
        await walk.look_at(ask.row.step.id)
        walk.scene.looking = ask.row.step.id
        await walk.show()
        await walk.told(Asked(ask, "Peer port is empty"))
        await stage.until("Enter goes there.")
        await stage.press("enter")
        await stage.until("Not taken: Peer port is empty.")
        await stage.write("5061")
        await stage.press("enter")
        await stage.until("Finished")

    play((step("form"),), Script(), test)


def lines_of(count: int, *, menu: tuple[str, ...] = ("System",)) -> Form:
    """A form of so many lines, each of which should show x."""
    fields = tuple(FormField(f"f{number}", f"field {number}", "x") for number in range(count))
    return Form(interface="a page", menu=menu, fields=fields, mismatch="Correct it.")


def test_a_form_that_opens_below_its_first_lines_says_that_there_is_more_above(play: Play) -> None:
    warned = "A warning that takes a few lines of the page, so that what is asked has no room beside all of them. " * 3
    fields = (FormField("answer", "You go on", "yes"), FormField("reason", "Why", "agreed", free=True))
    form = Form(interface="Nowhere", menu=(), about=(warned,) * 4, fields=fields, mismatch="Mend it.")

    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("You go on")
        await stage.until("PgUp, PgDn more")
        assert all(len(line) <= 80 for line in stage.picture.splitlines())
        await stage.press("escape", "home")
        await stage.until("Where")
        assert "About" in stage.picture
        assert "PgUp" not in stage.picture, "whoever moved the page knows of it"

    play((step("form", does=form),), Script(), test)


def test_a_line_that_was_scrolled_away_comes_back_at_the_first_letter_and_is_named_below(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("You type: field 0.")
        await stage.press("pagedown", "pagedown", "pagedown")
        line, body = stage.walk.focused, stage.walk.query_one("#body")
        assert line is not None
        assert not body.region.contains_region(line.region)
        assert "You type: field 0." in stage.picture
        await stage.press("x")
        assert body.region.contains_region(line.region)
        await stage.press("enter")
        await stage.until("You type: field 1.")

    play((step("form", does=lines_of(9)),), Script(), test)


def test_enter_in_an_empty_line_says_so_and_stays_there(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("You type: field 0.")
        for _ in range(2):
            await stage.press("enter")
            await stage.until('Not taken: "field 0" is empty; enter what the page shows.')
            assert stage.walk.focused is stage.walk.query_one("#field-f0")
        await stage.press("tab", "enter")
        await stage.until('Not taken: "field 1" is empty')
        await stage.write("x")
        await stage.press("enter")
        await stage.until("You type: field 0.")

    play((step("form", does=lines_of(2)),), Script(), test)


def test_a_retried_form_says_what_it_kept_and_what_is_still_to_be_typed(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("You type: field 0.")
        for number, said in enumerate("xwx"):
            await stage.until(f"field {number}")
            await stage.write(said)
            await stage.press("enter")
        await stage.until("r retry")
        await stage.press("r")
        await stage.until("Kept: 2 answers. Still to enter: field 1. You type: field 1.")
        await stage.write("x")
        await stage.press("enter")
        await stage.until("Finished")

    play((step("form", does=lines_of(3)),), Script(), test)


def test_keys_that_were_pressed_before_the_page_stood_there_are_dropped(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("You type: field 0.")
        ahead, now = Key("a", "a"), Key("x", "x")
        ahead.time = stage.walk.changed_at - 0.01
        stage.app.post_message(ahead)
        stage.app.post_message(now)
        await stage.until(lambda: bool(stage.walk.query_one("#field-f0", Input).value))
        assert stage.walk.query_one("#field-f0", Input).value == "x"
        changed = stage.walk.changed_at
        await stage.walk.show()  # the same page once more: what is typed meanwhile is meant for it
        assert stage.walk.changed_at == changed

    play((step("form", does=lines_of(2)),), Script(), test)


def test_a_question_that_no_page_answers_is_answered(play: Play) -> None:
    async def test(stage: Stage, folder: Path) -> None:
        await stage.until("Enter answer")
        assert "this is what it shows" not in stage.picture

    play((step("form", does=lines_of(1, menu=())),), Script(), test)
