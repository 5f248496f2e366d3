"""The front of a runbook: every fault that was found, whatever became of it; many findings of one code in one line."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from checks.finding import Json
from tests.core.plans import PRACTICE_LIKE, practice_plan
from tests.export.story import CHANGED, fixed, new_session
from wizard.export.faults import Fault
from wizard.export.formats import FORMATS
from wizard.export.pieces import accounts_of
from wizard.export.transcript import Transcript, transcribe
from wizard.plan_changes import plan_changes
from wizard.procedures import CATALOGUE
from wizard.resolve import Walk, walk_of
from wizard.step import SIP_FEDERATION_MANAGER as MANAGER

Told = tuple[str, str, Mapping[str, object]]
SRV, OURS, SERVER = (
    "_sipfederationtls._tcp.partner.example",
    "_sipfederationtls._tcp.local.example",
    "sip.partner.example",
)
DONE: Mapping[str, object] = {"how": "attested"}


def found(code: str, subject: str, severity: str = "fail", owner: str = "partner") -> dict[str, object]:
    """One finding."""
    return {"code": code, "severity": severity, "subject": subject, "owner": owner, "why": f"{code}.", "observed": {}}


def check(step: str, target: str, *findings: Mapping[str, object]) -> Told:
    """What a check found."""
    worst = next((str(each["severity"]) for each in findings if each["severity"] != "pass"), "pass")
    return ("evidence", step, {"check": {"target": target, "status": worst, "findings": [*findings]}})


def node(step: str, what: str, value: Mapping[str, object]) -> Told:
    """What a node showed of itself."""
    return ("evidence", step, {"observed": {"node": "imp2", "what": what, "value": value}})


def network(domain: str) -> Mapping[str, object]:
    return {"address": "192.0.2.12", "dhcp": False, "domain": domain, "primary_dns": "192.0.2.53"}


def services(state: str, reason: str) -> Mapping[str, object]:
    return {"states": {MANAGER: state}, "reasons": {MANAGER: reason} if reason else {}}


PORT = check("dns/partner@partner.example", "partner.example", found("srv-port-unexpected", SRV))
PORT_RIGHT = check("dns/see-partner@partner.example", "partner.example", found("srv-ok", SRV, "pass"))
CN = check("dns/partner-tls@partner.example", f"{SERVER}:5061", found("cert-name-mismatch", f"{SERVER}:5061"))
CN_RIGHT = found("cert-ok", f"{SERVER}:5061", "pass")
ASKED: Told = ("step.done", "dns/ask-partner@partner.example", DONE)
PLAN: Told = ("plan.changed", "", {"diff": "", "plan": CHANGED, "plan_sha256": "ab"})

SCENARIOS: dict[str, tuple[Sequence[Told], str, str, str, str]] = {
    "wrong-port": (
        (PORT, ASKED, PORT_RIGHT),
        "srv-port-unexpected",
        "the other side's administrator",
        "dns/ask-partner@partner.example",
        "dns/see-partner@partner.example",
    ),
    "wrong-cn, they mend it": (
        (CN, ASKED, check("dns/see-partner-tls@partner.example", f"{SERVER}:5061", CN_RIGHT)),
        "cert-name-mismatch",
        "the other side's administrator",
        "dns/ask-partner@partner.example",
        "dns/see-partner-tls@partner.example",
    ),
    "wrong-cn, we change the plan": (
        (CN, PLAN, check("dns/partner-tls@partner.example", f"{SERVER}:5061", CN_RIGHT)),
        "cert-name-mismatch",
        "the other side's administrator",
        "external_fqdn of partner.example",
        "dns/partner-tls@partner.example",
    ),
    "no-srv": (
        (
            check(
                "dns/look-srv@local.example", "local.example", found("srv-name-missing", OURS, owner="your-dns-admin")
            ),
            ("step.done", "dns/publish-srv@local.example", DONE),
            check("dns/wait-srv@local.example", "local.example", found("srv-ok", OURS, "pass")),
        ),
        "srv-name-missing",
        "our DNS administrator",
        "dns/publish-srv@local.example",
        "dns/wait-srv@local.example",
    ),
    "domain-missing": (
        (
            node("health/network@imp2", "network", network("")),
            node("domain/read@imp2", "network", network("")),
            ("step.done", "domain/set@imp2", {"how": "observed"}),
            node("domain/read-back@imp2", "network", network("local.example")),
        ),
        "node-domain-missing",
        "whoever runs our cluster",
        "domain/set@imp2",
        "domain/read-back@imp2",
    ),
    "service-stopped": (
        (
            node("health/services@imp2", "services", services("STOPPED", "Commanded Out of Service")),
            ("step.done", "health/services@imp2", {"findings": [found("node-as-planned", "imp2", "pass", "you")]}),
            node("service/read@imp2", "services", services("STOPPED", "Commanded Out of Service")),
            ("step.done", "service/start@imp2", DONE),
            node("service/verify@imp2", "services", services("STARTED", "")),
        ),
        "node-service-stopped",
        "whoever runs our cluster",
        "service/start@imp2",
        "service/verify@imp2",
    ),
}


def whole() -> Walk:
    return walk_of(practice_plan(), CATALOGUE)


def told(folder: Path, *events: Told) -> Transcript:
    """The transcript of what happened."""
    made = new_session(folder)
    for kind, step, body in events:
        made.journal.append(kind, body, step)
    return transcribe("F", whole(), fixed(made.journal.events), made.folder / "blobs")


def section(transcript: Transcript, title: str) -> str:
    """One section of the paper, without its line ends."""
    text = FORMATS["md"][1](transcript)
    return " ".join(text.partition(f"\n## {title}\n")[2].partition("\n## ")[0].split())


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_fault_stands_on_the_front_although_it_was_mended_since(name: str, tmp_path: Path) -> None:
    events, code, owner, act, mender = SCENARIOS[name]
    transcript = told(tmp_path / "F", *events)
    (fault,) = transcript.faults
    assert (fault.code, fault.before.step) == (code, events[0][1])
    assert fault.after is not None
    assert fault.after.step == mender
    text = section(transcript, "Faults found")
    for words in (
        f"`{code}`",
        f"by `{events[0][1]}`",
        f"Had to mend it: {owner}",
        act,
        f"by `{mender}`",
        "Seen mended",
    ):
        assert words in text
    assert section(transcript, "Deviations") != "None."
    before = tuple(SCENARIOS[name][0][:1])
    (open_one,) = told(tmp_path / "O", *before).faults
    assert open_one.after is None


def test_what_could_not_be_looked_at_or_was_looked_for_elsewhere_is_not_mended(tmp_path: Path) -> None:
    unseen = check("dns/see-partner@partner.example", "partner.example", found("dns-timeout", SRV, "not-tested"))
    still = check("dns/see-partner@partner.example", "partner.example", found("srv-port-unexpected", SRV))
    elsewhere = check("dns/partner-tls@branch.example", f"{SERVER}:5061", CN_RIGHT)
    port, name = told(tmp_path / "F", PORT, unseen, still, CN, elsewhere).faults
    assert (port.after, name.after) == (None, None)
    assert port.last.step == "dns/see-partner@partner.example"
    assert "Not seen mended. Still found" in section(told(tmp_path / "G", PORT, still), "Faults found")


def test_a_fault_that_comes_back_is_told_anew(tmp_path: Path) -> None:
    faults: Sequence[Fault] = told(tmp_path / "F", PORT, ASKED, PORT_RIGHT, PORT).faults
    assert [fault.after is not None for fault in faults] == [True, False]


def test_a_letter_that_is_not_needed_any_more_says_that_it_was(tmp_path: Path) -> None:
    right = check("dns/partner-tls@partner.example", f"{SERVER}:5061", CN_RIGHT)
    fine = check("dns/partner@partner.example", "partner.example", found("srv-ok", SRV, "pass"))

    def reason(*events: Told) -> str:
        steps = (step for each in told(tmp_path / str(len(events)), *events).procedures for step in each.steps)
        return next(step.reason for step in steps if step.id == "dns/ask-partner@partner.example")

    assert "it was needed" not in reason(fine, right)
    assert "it was needed from 2026-01-01 22:03:00, when dns/partner-tls@partner.example found" in reason(
        fine, CN, PLAN, right
    )


def test_many_findings_of_one_code_are_one_line(tmp_path: Path) -> None:
    steps = ("dns/look-address", "dns/look-srv@local.example", "dns/partner@partner.example", "acceptance/address")
    warned = found("address-not-public", "a.example", "warn")
    looks = [event for step in steps for event in (check(step, "a.example", warned), ("step.done", step, DONE))]
    text = section(told(tmp_path / "F", *looks), "Warnings of checks and nodes")
    assert text.startswith("- `address-not-public`: 4 times, at `a.example`.")


def test_an_account_is_named_with_what_the_record_holds_of_it_and_no_more(tmp_path: Path) -> None:
    events = fixed(new_session(tmp_path / "S").journal.events)
    actors: tuple[Mapping[str, Json], ...] = (
        {"user": "root", "uid": 0, "tty": "pts/1", "from": "192.0.2.7"},
        {"user": "root", "uid": 0, "tty": "pts/2", "from": "192.0.2.7"},
        {"user": "bob"},
    )
    found_out = accounts_of([replace(events[0], actor=actor) for actor in actors])
    assert found_out == ("root from 192.0.2.7 (uid 0, terminal pts/1, terminal pts/2)", "bob")


def test_a_plan_of_which_only_the_comments_changed_differs_in_no_value(tmp_path: Path) -> None:
    commented: Told = ("plan.changed", "", {"plan": PRACTICE_LIKE + "\n# a comment\n"})
    spoilt: Told = ("plan.changed", "", {"plan": "= not a plan"})
    transcript = told(tmp_path / "F", commented, spoilt, PLAN)
    assert [change.differences for change in transcript.plan_changes] == [(), (), ()]
    assert plan_changes(()) == ()
    assert "no value differs" in section(transcript, "Deviations")
