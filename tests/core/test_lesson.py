"""What a trainee reads at the end of a lesson."""

from dataclasses import replace

import pytest

from checks.catalogue import finding
from tests.core.plans import practice_plan
from tests.core.table import table
from wizard.commands.sittings import practice_hint
from wizard.evidence import finding_body
from wizard.lesson import Lesson, closing, prepared
from wizard.procedures import CATALOGUE
from wizard.resolve import walk_of
from wizard.state import State, StepRecord
from wizard.step import Form, Notice
from wizard.survey import Row, Word, survey

WALK = walk_of(practice_plan(), CATALOGUE)
LESSON = Lesson(title="t", story="s", symptom="y", hints=("h",), debrief="It was the port.")
FAULT = finding("srv-port-unexpected", "_sipfederationtls._tcp.partner.example", observed={"port": 5060})


def ended(word: Word, *, with_fault: bool) -> tuple[Row, ...]:
    """The rows of a walk, all done but for the last one, which is as the word says."""
    rows = survey(walk_of(practice_plan(), CATALOGUE), State())
    record = StepRecord(findings=(finding_body(FAULT),) if with_fault else ())
    done = [
        replace(row, record=record if number == 0 else row.record, word=Word.DONE) for number, row in enumerate(rows)
    ]
    return (*done[:-1], replace(done[-1], word=word))


def test_what_is_necessary_in_any_case_was_done_before_whatever_is_read_for_it() -> None:
    records = {record.step for record in prepared(WALK, LESSON)}
    stored = {step.id for step in WALK.steps if step.id.startswith("static-route/store@")}
    assert "static-route/store@branch.example" in stored
    assert stored <= records, "of the routes of a finished deployment none is left to be stored"
    assert "dns/ask-partner@partner.example" not in records, "what follows from a look is open"


def test_what_was_stored_before_is_deleted_when_the_plan_no_longer_has_it() -> None:
    held = table()
    held.write(*prepared(WALK, LESSON))
    plan = practice_plan()
    renewed = plan.partners[0].model_copy(update={"peer_subject": "edge1.partner.example"})
    changed = plan.model_copy(update={"partners": (renewed, *plan.partners[1:])})
    ids = {step.id for step in walk_of(changed, CATALOGUE, held.state.facts).steps}
    assert "peer-subject/delete@sip.partner.example" in ids
    assert "peer-subject/delete@sip.partner.example" not in {step.id for step in WALK.steps}


@pytest.mark.parametrize("menu", [(), ("System", "Licensing")])
def test_the_sign_for_what_is_above_the_line_is_not_told_as_one_of_practice_alone(menu: tuple[str, ...]) -> None:
    hint = practice_hint(Form(interface="x", menu=menu, fields=(), mismatch="x"))
    assert "= stands for it anywhere" in hint
    assert ("page" in hint) is bool(menu), "a question for a person is read off no page"


def test_what_enter_on_a_letter_plays_is_said_and_what_has_to_come_before_it() -> None:
    def hint(*act: str) -> str:
        return practice_hint(Notice(recipient="x", subject="x", text="x", act=act))

    assert hint().endswith("then press Enter.")
    assert hint("tell", "aol").endswith("Enter also plays what the other side does then.")
    mended = hint("mend-partner", "partner.example")
    assert "press Enter. They mend it then." in mended
    assert "To try peer_subject instead, quit (q), change the session's plan.toml, and resume." in mended


@pytest.mark.parametrize(
    ("word", "with_fault", "labels"),
    [
        (Word.DONE, True, ["The fault", "Mended", "Debrief"]),
        (Word.DONE, False, ["Mended", "Debrief"]),
        (Word.SKIP, True, ["The fault", "Debrief"]),
    ],
)
def test_a_lesson_ends_with_the_fault_and_that_it_is_mended(word: Word, with_fault: bool, labels: list[str]) -> None:
    told = list(closing(LESSON, ended(word, with_fault=with_fault)))
    assert [label for label, _ in told] == labels
    assert told[-1] == ("Debrief", LESSON.debrief)
    if with_fault:
        assert told[0][1].startswith("_sipfederationtls._tcp.partner.example: It names port 5060")
