"""A session with a bit of everything, with times, people and hashes that never change."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from checks.requests import DnsRequest
from cli_backend.exchange import Expected, Risk
from tests.core.plans import PRACTICE_LIKE, practice_plan
from wizard.engine import effects
from wizard.export.transcript import Transcript, transcribe
from wizard.record import Event
from wizard.resolve import Walk, fingerprint, meaning, walk_of
from wizard.secrets import Secrets
from wizard.session import Session, create
from wizard.standing import AlreadySo, Applies, NotApplicable
from wizard.state import fold
from wizard.step import (
    XCP_ROUTER,
    Check,
    Command,
    Duration,
    Field,
    Form,
    FormField,
    Instruct,
    NothingToUndo,
    Notice,
    PointOfNoReturn,
    Procedure,
    Restart,
    Step,
    Undo,
)
from wizard.survey import survey

PAGE = ("System", "Service Parameters")
CHANGED = PRACTICE_LIKE.replace('external_fqdn = "sip.partner.example"', 'external_fqdn = "edge1.partner.example"')
SET, ROUTER = "trial/set@imp1", "trial/router@imp1"
FIELDS = (FormField("name", "Public name", "a.example"),)


def _step(step_id: str, title: str, does: object, **more: object) -> Step:
    shared: dict[str, object] = {"why": "Because.", "reversal": NothingToUndo(), "duration": Duration(5, 60), **more}
    return Step(id=step_id, title=title, does=does, **shared)  # type: ignore[arg-type]


TRIAL = Procedure(
    id="trial",
    title="A procedure for trying",
    heading="",
    why="",
    disrupts="",
    applies=lambda _plan: Applies(),
    steps=lambda _plan: (
        _step("trial/look", "Look it up", Check(request=DnsRequest(domain="partner.example"))),
        _step("trial/form", "Read back", Form(interface="A", menu=PAGE, fields=FIELDS, mismatch="Correct it.")),
        _step(
            SET,
            "Set the domain of imp1",
            Command(
                node="imp1",
                command="set network domain local.example",
                risk=Risk.DISRUPTIVE,
                expect=(Expected(pattern=r"Continue\s*\(y/n\)\?", answer="y"),),
                reboots=True,
            ),
            reversal=PointOfNoReturn("It restarts."),
        ),
        _step(
            "trial/page",
            "Enter it on the page",
            Instruct(interface="A", menu=PAGE, fields=(Field("Name", "a.example"),), button="Save", act=("x",)),
            reversal=Undo("Enter the old value."),
            restarts=(("imp1", XCP_ROUTER),),
        ),
        _step(
            ROUTER,
            "Restart it",
            Restart(node="imp1", service=XCP_ROUTER, takes_down="All of it.", by_hand="On its page."),
        ),
        _step("trial/tell", "Tell them", Notice(recipient="partner", subject="News", text="Dear all", act=("tell",))),
        _step("trial/seen", "Seen to be so", Check(request=DnsRequest(domain="a.example")), when=_so),
    ),
)
NEVER = Procedure(
    id="never",
    title="Not for this deployment",
    heading="",
    why="",
    disrupts="",
    applies=lambda _plan: NotApplicable("the plan has no ASA"),
    steps=lambda _plan: (_step("never/step", "Never done", Check(request=DnsRequest(domain="b.example"))),),
)


def _so(*_: object) -> AlreadySo:
    return AlreadySo("we saw that it is so")


def walk() -> Walk:
    """The walk of the story."""
    return walk_of(practice_plan(), (TRIAL, NEVER))


def new_session(folder: Path, *, practice: bool = True) -> Session:
    """A session that has only begun."""
    return create(folder, PRACTICE_LIKE, practice=practice, secrets=Secrets())


def tell(session: Session, foreign: str = "harmless") -> None:
    """What happened. `foreign` stands wherever a node, a partner or a person can put text."""
    for kind, step, body in _events(foreign):
        session.journal.append(kind, body, step)


def _identity(step: str) -> dict[str, object]:
    row = next(row for row in survey(walk(), fold(())) if row.step.id == step)
    return {"fingerprint": fingerprint(row.action), "action": meaning(row.step.does)}


def _effects(step: str) -> Mapping[str, object]:
    return effects(next(row for row in survey(walk(), fold(())) if row.step.id == step))


def _exchange(command: str, output: str, result: str = "ok", **more: object) -> dict[str, object]:
    shared = {"answered": [], "host_key": "SHA256:abc", "algorithms": "", "duration_ms": 1200, "failure": None}
    return {"exchange": {"node": "imp1", "command": command, "result": result, "output": output, **shared, **more}}


def _finding(severity: str, foreign: str) -> dict[str, object]:
    return {
        "code": "srv-port-unexpected",
        "severity": severity,
        "subject": foreign,
        "observed": {"port": 5060, foreign: foreign},
        "expected": {"port": 5061},
        "why": f"It leads elsewhere, {foreign}",
        "fix": ["Publish port 5061.", foreign],
        "owner": "partner",
    }


def _events(foreign: str) -> tuple[tuple[str, str, Mapping[str, object]], ...]:
    asked = {"question": f"{foreign}\nContinue (y/n)?", "answer": "y"}
    check = {"target": foreign, "status": "fail", "duration_ms": 7, "findings": [_finding("fail", foreign)]}
    return (
        ("procedure.begun", "", {"procedure": "trial"}),
        ("evidence", "trial/look", {"check": check}),
        ("step.failed", "trial/look", {**_identity("trial/look"), "problem": foreign, "remedy": "Mend it."}),
        ("step.accepted", "trial/look", {**_identity("trial/look"), "note": foreign}),
        ("step.failed", "trial/form", {"values": {"name": foreign}, "problem": "It differs.", "remedy": "Correct it."}),
        ("step.reopened", "trial/form", {"reason": "retry"}),
        (
            "step.done",
            "trial/form",
            {"how": "attested", "values": {"name": "a.example"}, "same": ["name"], **_identity("trial/form")},
        ),
        ("step.confirmed", SET, {"how": "confirmed", **_identity(SET)}),
        ("step.intent", SET, {**_identity(SET), "refers_to": 0}),
        ("cmd.answer", SET, asked),
        ("session.resumed", "", {"pid": 2, "tool": "fedwizard 0"}),
        ("evidence", SET, _exchange("show network eth0", f"Domain : {foreign}")),
        ("step.reopened", SET, {"reason": "no effect was seen", "refers_to": 10}),
        ("step.confirmed", SET, {"how": "confirmed", **_identity(SET)}),
        ("step.intent", SET, {**_identity(SET), "refers_to": 10}),
        ("cmd.answer", SET, asked),
        (
            "evidence",
            SET,
            _exchange("set network domain local.example", foreign, "rebooting", answered=[asked], late=foreign),
        ),
        ("step.done", SET, {"how": "observed", **_identity(SET), **_effects(SET)}),
        ("session.held", "", {"reason": foreign, "at_step": "trial/page"}),
        ("session.resumed", "", {"pid": 3, "tool": "fedwizard 0"}),
        (
            "plan.changed",
            "",
            {"diff": f"--- before\n+++ after\n-{foreign}\n", "plan": CHANGED, "plan_sha256": "ab12"},
        ),
        ("host-key.answered", "", {"node": "imp1", "type": foreign, "fingerprint": "SHA256:abc", "accepted": True}),
        ("cmd.question", "", {"node": "imp1", "command": "show x", "question": f"{foreign}\nSure?"}),
        ("step.confirmed", "trial/page", {"how": "attested", "note": foreign, **_identity("trial/page")}),
        ("step.done", "trial/page", {"how": "attested", **_identity("trial/page"), **_effects("trial/page")}),
        ("step.intent", ROUTER, {**_identity(ROUTER), "refers_to": 0}),
        ("step.skipped", "trial/tell", {"note": foreign, **_identity("trial/tell")}),
        ("step.done", "gone/step", {"how": "observed", "note": "the plan had it once"}),
    )


def fixed(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The events as if two people had written them at a known time."""
    return tuple(
        replace(
            event,
            at=f"2026-01-01T22:{event.seq:02}:00.000000Z",
            actor={"user": "root", "sudo_user": "ada"} if event.seq < 12 else {"user": "bob", "from": "192.0.2.7"},
            hash=f"{event.seq:064x}",
            body={**event.body, "tool": "fedwizard 0"} if "tool" in event.body else event.body,
        )
        for event in events
    )


def transcript_of(session: Session, torn: int = 0) -> Transcript:
    """The transcript of a session, with fixed times."""
    return transcribe("S", walk(), fixed(session.journal.events), session.folder / "blobs", torn)
