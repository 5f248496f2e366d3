"""The exports: what they hold, that they come out the same each time, and that foreign text in them is inert."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from checks.finding import Json
from tests.core.plans import practice_plan
from tests.core.table import Recorded
from tests.export.inert import HOSTILE, assert_inert, assert_nothing_acts, prose_of
from tests.export.story import ROUTER, SET, fixed, new_session, tell, transcript_of
from wizard.engine import BY_HAND
from wizard.export.formats import FORMATS
from wizard.export.pieces import Exchanged
from wizard.export.transcript import StepTranscript, Transcript, deviation_of, not_as_planned, transcribe
from wizard.procedures import CATALOGUE
from wizard.procedures.health import WARNINGS
from wizard.record import AlteredError
from wizard.resolve import fingerprint, walk_of
from wizard.session import Session
from wizard.state import Status, StepRecord
from wizard.step import Action
from wizard.text import visible

GOLDEN = Path(__file__).parent.parent / "golden" / "export"


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """The story, with nothing hostile in it."""
    made = new_session(tmp_path / "S")
    tell(made)
    return made


def step(transcript: Transcript, step_id: str) -> StepTranscript:
    """One step of a transcript."""
    return next(s for procedure in transcript.procedures for s in procedure.steps if s.id == step_id)


@pytest.mark.parametrize("name", FORMATS)
def test_a_transcript_looks_like_this(name: str, session: Session) -> None:
    file, render = FORMATS[name]
    text = render(transcript_of(session, torn=17))
    assert text == render(transcript_of(session, torn=17))
    path = GOLDEN / file
    if os.environ.get("FEDWIZARD_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"FEDWIZARD_GOLDEN=1 pytest {__file__}"


def test_the_header_says_who_when_and_what_is_left(session: Session) -> None:
    found = transcript_of(session)
    assert (found.practice, found.finished, found.ended) == (True, False, "")
    assert found.people == ("ada as root", "bob from 192.0.2.7")
    assert found.plan_sha256 == "ab12"
    assert found.count == 29
    assert found.head.endswith("1d")
    assert found.pending == ("restart Cisco XCP Router on imp1",)
    session.journal.append("session.finished", {})
    assert transcript_of(session).ended == "2026-01-01T22:30:00.000000Z"


def test_each_step_has_its_word_and_who_saw_it(session: Session) -> None:
    found = transcript_of(session)
    words = {s.id: (s.word, s.how) for procedure in found.procedures for s in procedure.steps}
    assert words == {
        "trial/look": ("done", "attested"),
        "trial/form": ("done", "attested"),
        SET: ("done", "observed"),
        "trial/page": ("done", "attested"),
        ROUTER: ("unknown", ""),
        "trial/tell": ("skip", ""),
        "trial/seen": ("done", "observed"),
        "never/step": ("n/a", ""),
        "gone/step": ("done", "observed"),
    }
    assert step(found, "trial/look").deviation == "accepted, although: harmless"
    assert step(found, "trial/tell").deviation == "skipped"
    assert step(found, "trial/form").entered == (("Public name", "a.example"),)
    assert step(found, "trial/seen").reason == "we saw that it is so"
    assert (step(found, SET).at, step(found, SET).who) == ("2026-01-01T22:19:00.000000Z", "bob")


def test_each_intent_has_its_outcome(session: Session) -> None:
    first, second = step(transcript_of(session), SET).sent
    assert (first.outcome, first.refers_to, first.seconds) == ("no effect", 0, 240)
    assert (second.outcome, second.refers_to, second.seconds) == ("done", 10, 180)
    assert second.action["command"] == "set network domain local.example"
    (left,) = step(transcript_of(session), ROUTER).sent
    assert (left.outcome, left.seconds) == ("unknown", None)


def test_large_texts_come_from_beside_the_record(session: Session) -> None:
    long = {"node": "imp1", "command": "show tech", "result": "ok", "output": "long\n" * 20000}
    session.journal.append("evidence", {"exchange": long}, "trial/look")
    session.journal.append("step.skipped", {"note": "reason " * 20000}, "trial/look")
    found = step(transcript_of(session), "trial/look")
    assert isinstance(found.evidence[-1], Exchanged)
    assert found.evidence[-1].output.count("long") == 20000
    assert found.history[-1].text.count("reason") == 20000
    next((session.folder / "blobs").iterdir()).write_text("other", encoding="utf-8")
    with pytest.raises(AlteredError):
        transcript_of(session)


def test_what_a_later_version_wrote_is_no_obstacle(session: Session) -> None:
    session.journal.append("evidence", {"exchange": {"output": 3, "answered": "no"}, "check": []}, "trial/look")
    session.journal.append("evidence", {"check": {"findings": [1, {"severity": "odd", "fix": 4}]}}, "trial/look")
    session.journal.append("step.levitated", {"note": ["x"]}, "trial/look")
    session.journal.append("weather", {"text": "fair"})
    for _, render in FORMATS.values():
        assert render(transcript_of(session))


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_foreign_can_act(name: str, tmp_path: Path) -> None:
    made = new_session(tmp_path / "H")
    tell(made, HOSTILE)
    text = FORMATS[name][1](transcript_of(made))
    assert visible(text) == text, "there is something unprintable in it"
    if name == "json":
        assert text.isascii()
        held = json.loads(text)["procedures"][0]["steps"][0]
        assert HOSTILE in held["evidence"][0]["findings"][0]["fix"]
        return
    if name == "html":
        assert_inert(text)
    else:
        assert_nothing_acts(text)
        prose = prose_of(text)
        for mark in ("script", "evil", "heading", "#x202e", "item", "b.example", "```", "[x](", "<!--", "~~~"):
            assert mark not in prose, mark
    assert text.count("alert(1)") > 10


def test_practice_is_stamped_and_reality_is_not(tmp_path: Path) -> None:
    practice, real = new_session(tmp_path / "P"), new_session(tmp_path / "R", practice=False)
    for made, stamped in ((practice, True), (real, False)):
        text = FORMATS["md"][1](transcript_of(made))
        assert ("PRACTICE" in text.splitlines()[0]) is stamped
        assert ("PRACTICE" in text) is stamped
        assert json.loads(FORMATS["json"][1](transcript_of(made)))["practice"] is stamped


def test_what_was_only_said_and_what_was_done_again_are_deviations() -> None:
    by_hand = Recorded(1, "step.done", "x", {"note": BY_HAND})
    wished = Recorded(2, "step.reopened", "x", {"reason": "the cable was out"})
    retried = Recorded(3, "step.reopened", "x", {"reason": "retry"})
    seen = Recorded(4, "step.done", "x", {"note": ""})
    assert deviation_of(Status.DONE, (by_hand,)) == BY_HAND
    assert deviation_of(Status.DONE, (by_hand, wished, seen)) == "opened again: the cable was out"
    assert deviation_of(Status.DONE, (retried, seen)) == ""
    failed = Recorded(2, "step.failed", "x", {"problem": "Port shows 5062."})
    assert deviation_of(Status.DONE, (failed, retried, seen)) == "failed first: Port shows 5062"


def test_a_plan_that_was_changed_on_the_way_is_a_deviation_with_the_values_that_differ(session: Session) -> None:
    deviations = FORMATS["md"][1](transcript_of(session)).partition("## Deviations")[2].partition("\n## ")[0]
    key, before, after = "partners[partner.example].external_fqdn", "sip.partner.example", "edge1.partner.example"
    told = f"The plan was changed 2026-01-01 22:22:00, `bob`: - `{key}`: `{before}` before, `{after}` since"
    assert told in " ".join(deviations.split())
    assert "--- before" not in deviations


def test_what_the_other_side_has_to_mend_is_a_deviation_and_what_only_decides_about_steps_is_none() -> None:
    def record(owner: str, severity: str, status: Status = Status.DONE) -> StepRecord:
        found: dict[str, Json] = {"code": "cert-name-mismatch", "owner": owner, "severity": severity}
        return StepRecord(status=status, findings=(found,))

    assert not_as_planned(record("partner", "fail")) == "their side was not as planned: cert-name-mismatch"
    others = (record("your-dns-admin", "fail"), record("partner", "warn"), record("partner", "fail", Status.FAILED))
    assert [not_as_planned(other) for other in others] == ["", "", ""]


def test_a_walk_that_stood_still_deviates(session: Session) -> None:
    session.journal.append("session.held", {"reason": "AOL has not answered", "at_step": "trial/look"})
    session.journal.append("session.resumed", {})
    prose = FORMATS["md"][1](transcript_of(session)).partition("## Deviations")[2].partition("\n## ")[0]
    for words in ("Held 20", "AOL has not answered", "Interrupted, and taken up again"):
        assert words in prose


def test_who_saw_what_is_counted_and_warnings_are_collected(session: Session) -> None:
    codes = {"srv-weight": "warn", "srv-name-missing": "fail"}  # what only decided about steps is no warning
    findings = [{"severity": how, "code": code, "subject": "a.example"} for code, how in codes.items()]
    session.journal.append("evidence", {"check": {"status": "fail", "findings": findings}}, "trial/look")
    found = transcript_of(session)
    done = [s.how for procedure in found.procedures for s in procedure.steps if s.word == "done"]
    assert (found.observed, found.attested) == (done.count("observed"), done.count("attested"))
    text = FORMATS["md"][1](found)
    assert f"{found.observed} observed, {found.attested} attested" in text
    summary = text.partition("## Warnings of checks and nodes")[2].partition("\n## ")[0]
    assert "`trial/look`" in summary
    assert "`srv-weight`" in summary
    assert "srv-name-missing" not in summary
    failures = text.partition("## Failures that the walk went on with")[2].partition("\n## ")[0]
    assert "`srv-name-missing`" in failures
    assert "srv-weight" not in failures


@pytest.mark.parametrize(
    ("ending", "body", "told"),
    [
        ("step.done", {"how": "attested", "values": {"answer": "yes", "reason": "CHG-7, agreed"}}, "`CHG-7, agreed`"),
        ("step.accepted", {"note": "the ASA comes in May"}, "`the ASA comes in May`"),
    ],
)
def test_who_went_on_with_the_warnings_about_the_plan_stands_below_them(
    ending: str, body: dict[str, object], told: str, tmp_path: Path
) -> None:
    made, whole = new_session(tmp_path / "W"), walk_of(practice_plan(), CATALOGUE)

    def section() -> str:
        text = FORMATS["md"][1](transcribe("W", whole, fixed(made.journal.events), made.folder / "blobs"))
        return " ".join(text.partition("## Warnings about the plan")[2].partition("\n## ")[0].split())

    assert section().endswith("Nobody has answered for them.")
    made.journal.append(
        ending, {**body, "fingerprint": fingerprint(Action(WARNINGS, whole.step(WARNINGS).does))}, WARNINGS
    )
    assert f"by `ada as root`: {told}, in `{WARNINGS}`." in section()


def test_a_step_says_how_it_is_taken_back_and_a_restart_what_made_it_necessary(session: Session) -> None:
    found = transcript_of(session)
    assert step(found, ROUTER).because == ("trial/page",)
    assert step(found, "trial/form").way_back == ()
    label, how = step(found, "trial/page").way_back
    assert label == "Undo"
    assert how in " ".join(FORMATS["md"][1](found).split())


def test_the_contents_lead_to_every_section_in_both_formats(session: Session) -> None:
    found = transcript_of(session)
    markdown, page = FORMATS["md"][1](found), assert_inert(FORMATS["html"][1](found))
    listed = markdown.partition("## Contents\n\n")[2].partition("\n\n")[0].replace("\n  ", " ").splitlines()
    sections = re.findall(r"^## (.+)$", markdown, re.MULTILINE)
    assert [line[3:].partition("](#")[0] for line in listed] == [each for each in sections if each != "Contents"]
    assert "- [A procedure for trying](#a-procedure-for-trying), 7 steps" in listed
    assert sections.index("Contents") == 0
    assert {procedure.id for procedure in found.procedures} <= {link.removeprefix("#") for link in page.links}
    twice = replace(found, procedures=(*found.procedures, replace(found.procedures[0], id="again")))
    assert "](#a-procedure-for-trying-1), 7 steps" in FORMATS["md"][1](twice)
    assert_nothing_acts(FORMATS["md"][1](twice))


def test_the_change_and_the_people_of_the_plan_stand_on_top(session: Session) -> None:
    named = replace(transcript_of(session), change="CHG-7", implementer="Ada", reviewer="Bo")
    head = FORMATS["md"][1](named).partition("## Deviations")[0]
    for words in (
        "| Accounts | `ada as root; bob from 192.0.2.7` |",
        "| Change | `CHG-7` |",
        "| Implementer | `Ada` |",
        "| Reviewer | `Bo` |",
        "| Accounts |",
    ):
        assert words in head
