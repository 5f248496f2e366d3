"""Why a step comes again, which procedures are passed over, and how the program is called in what is told."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from checks.finding import Json
from tests.core.plans import PRACTICE_LIKE, practice_plan
from tests.core.table import Recorded
from tests.screens.trial import step, trial
from wizard.again import comes_again
from wizard.facts import Facts
from wizard.frontend import faults_to_mend, passed_over
from wizard.plan_changes import plan_changes
from wizard.program import program
from wizard.resolve import Walk, fingerprint, meaning, walk_of
from wizard.standing import NotApplicable
from wizard.state import fold
from wizard.step import Action, Kind, Notice, Procedure, Restart, Step
from wizard.survey import Word, survey

LETTER = "trial/notice@imp1"
NOTICE = Notice(recipient="partner", subject="News", text="To the administrator", act=())
AT = "2026-01-01T22:00:00.000000Z"
DONE = "It was done 2026-01-01 22:00:00 UTC, and comes again: since then "


def event(seq: int, kind: str, step_id: str = "", **body: Json) -> Recorded:
    return Recorded(seq, kind, step_id, body, at=AT)


def done(seq: int, one: Step, does: Kind | None = None, **more: Json) -> Recorded:
    return event(
        seq, "step.done", one.id, how="attested", fingerprint=fingerprint(Action(one.id, does or one.does)), **more
    )


def why(walk: Walk, *events: Recorded, of: str = LETTER) -> str:
    state = fold(events)
    return next(comes_again(row, walk, state, events) for row in survey(walk, state) if row.step.id == of)


def informed(text: str) -> Step:
    """A letter that says more once more is known."""
    letter = replace(NOTICE, text=text)

    def knows(_facts: Facts) -> Notice:
        return letter

    return replace(step("notice", does=NOTICE), informed=knows)


def test_a_letter_that_says_more_names_what_is_new_in_it() -> None:
    letter = informed(f"{NOTICE.text} From: 198.51.100.10.")
    told = why(walk_of(practice_plan(), (trial(letter),)), done(1, letter))
    assert told == f"{DONE}more is known, which changed the text of the letter (new in it: 198.51.100.10)."


def test_a_plan_that_changed_what_was_done_is_named_with_the_value_that_differs() -> None:
    old, letter = replace(NOTICE, text="Old."), step("notice", does=NOTICE)
    changed = PRACTICE_LIKE.replace('external_fqdn = "sip.partner.example"', 'external_fqdn = "edge1.partner.example"')
    opened, change = event(1, "session.open", plan=PRACTICE_LIKE), event(4, "plan.changed", plan=changed)
    walk = walk_of(practice_plan(), (trial(letter),))
    confirmed = event(2, "step.confirmed", LETTER, action=meaning(old), fingerprint=fingerprint(Action(LETTER, old)))
    told = why(walk, opened, confirmed, done(3, letter, old), change)
    key = "external_fqdn of partner.example: sip.partner.example -> edge1.partner.example"
    assert told.startswith(f"{DONE}the plan changed ({key}), which changed the text of the letter")
    untold = why(walk, opened, done(3, letter, old), change)
    assert untold == f"{DONE}the plan changed ({key}).", "nothing tells what was done"


def test_a_step_behind_one_that_was_done_again_names_that_one() -> None:
    behind = replace(step("form"), after=(LETTER,))
    told = why(
        walk_of(practice_plan(), (trial(step("notice", does=NOTICE), behind),)),
        done(1, behind),
        done(2, step("notice", does=NOTICE)),
        of=behind.id,
    )
    assert told == f'{DONE}"Try notice" was done again.'


def test_a_restart_that_is_needed_again_names_what_made_it_necessary() -> None:
    restart, page = step("restart"), step("instruct")
    assert isinstance(restart.does, Restart)
    needed = done(2, page, pending=[[restart.does.node, restart.does.service]])
    told = why(walk_of(practice_plan(), (trial(page, restart),)), done(1, restart), needed, of=restart.id)
    assert told == f"{DONE}the restart became necessary again (Try instruct)."


def test_a_step_that_holds_does_not_come_again() -> None:
    letter = step("notice", does=NOTICE)
    assert why(walk_of(practice_plan(), (trial(letter),)), done(1, letter)) == ""
    assert why(walk_of(practice_plan(), (trial(letter),))) == ""


def test_a_list_of_the_plan_is_told_apart_by_the_names_in_it() -> None:
    def change(before: str, after: str) -> list[str]:
        (found,) = plan_changes((event(1, "session.open", plan=before), event(2, "plan.changed", plan=after)))
        return [f"{each.key}; {each.told}" for each in found.differences]

    assert change('a = 1\n[[n]]\nname = "x"\n', '[[n]]\nname = "x"\nport = 5\n') == [
        "a; a: 1 -> none",
        "n[x].port; port of x: none -> 5",
    ]
    assert change("a = [1, 2]", "a = [1]") == ["a; a: 1, 2 -> 1"]


def test_the_procedures_that_nothing_is_asked_in_are_named_when_the_next_one_opens() -> None:
    def procedure(name: str, *, excluded: str = "") -> Procedure:
        steps = (replace(step("notice", does=NOTICE), id=f"{name}/notice@imp1"),)
        return replace(trial(excluded=excluded), id=name, title=name.upper(), steps=lambda _plan: steps)

    names = ("a", "b", "c", "d")
    walk = walk_of(practice_plan(), tuple(procedure(n, excluded="no AOL" if n == "c" else "") for n in names))
    begun = fold((event(1, "procedure.begun", procedure="a"),))
    assert passed_over(walk, begun, walk.chapters[0]) == ()
    assert passed_over(walk, begun, walk.chapters[1]) == ()
    assert passed_over(walk, begun, walk.chapters[3]) == ("2 of 3, B: nothing of it has to be done now",)


def test_a_step_names_only_the_faults_that_it_reads_and_that_still_stand() -> None:
    found: Mapping[str, Json] = {"code": "srv-name-missing", "severity": "fail", "subject": "a.example"}
    look, letter = step("check"), replace(step("notice", does=NOTICE), reads=("trial/check@imp1",))
    walk = walk_of(practice_plan(), (trial(look, letter, step("form")),))
    rows = survey(walk, fold((done(1, look, findings=[dict(found)]),)))
    assert rows[0].word is Word.DONE
    (told,) = faults_to_mend(rows, letter)
    assert told == "srv-name-missing at a.example. Found by: Try check (trial/check@imp1), 2026-01-01 22:00:00 UTC."
    assert faults_to_mend(rows, step("form")) == ()
    assert faults_to_mend(survey(walk, fold(())), letter) == ()


def test_a_command_that_is_told_can_be_typed_in_any_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [".venv/bin/fedwizard"])
    assert program() == f"{tmp_path}/.venv/bin/fedwizard"
    (tmp_path / "fedwizard").touch(mode=0o755)
    assert program() == "fedwizard"


def test_nothing_applies_is_no_reason_to_come_again() -> None:
    gone = replace(step("notice", standing=NotApplicable("no AOL")), after=("trial/form@imp1",))
    assert why(walk_of(practice_plan(), (trial(step("form"), gone),)), done(1, gone), done(2, step("form"))) == ""
