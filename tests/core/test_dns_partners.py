"""What a partner has to mend: when a letter is written, what it says, and what stops the walk instead."""

from dataclasses import replace

import pytest

from checks.finding import Finding, Json, Owner, Severity
from checks.requests import TlsRequest
from tests.core.plans import practice_plan
from tests.core.table import Table, row, table, word
from wizard.engine import Ask, AskKind, Record
from wizard.evidence import finding_body
from wizard.plan.model import Dns
from wizard.procedures import CATALOGUE
from wizard.resolve import fingerprint, walk_of
from wizard.standing import NotApplicable
from wizard.step import Check, Notice
from wizard.survey import Word

ASK = "dns/ask-partner@partner.example"
SRV, TLS = "dns/partner@partner.example", "dns/partner-tls@partner.example"
SEE_TLS = "dns/see-partner-tls@partner.example"
WRONG_CN = Finding(
    code="cert-name-mismatch",
    severity=Severity.FAIL,
    subject="sip.partner.example:5061",
    why="Its subject CN is edge1.partner.example.",
    owner=Owner.PARTNER,
)
WRONG_PORT = Finding(
    code="srv-port-unexpected",
    severity=Severity.FAIL,
    subject="_sipfederationtls._tcp.partner.example",
    why="It names port 5060; 5061 is expected.",
    fix=("Change the port to 5061.",),
    owner=Owner.PARTNER,
    verify_with="nslookup -type=srv _sipfederationtls._tcp.partner.example",
)


def looked(srv: Finding | None, tls: Finding | None = None) -> Table:
    """A table at which the partner was looked at."""
    found = table()
    for step, finding in ((SRV, srv), (TLS, tls)):
        findings: list[Json] = [finding_body(finding)] if finding else []
        status = finding.severity.value if finding else "pass"
        found.write(Record("evidence", step, {"check": {"status": status, "findings": findings}}))
        done: dict[str, Json] = {"how": "observed", "findings": findings}
        found.write(Record("step.done", step, {**done, "fingerprint": fingerprint(row(found, step).action)}))
    return found


def test_a_partner_that_is_right_gets_no_letter() -> None:
    found = looked(None)
    assert word(found, ASK) is Word.NOT_APPLICABLE
    assert word(found, "dns/see-partner@partner.example") is Word.NOT_APPLICABLE


def test_what_only_the_partner_can_mend_becomes_a_letter_with_what_was_seen() -> None:
    found = looked(WRONG_PORT)
    assert word(found, ASK) is Word.OPEN
    notice = row(found, ASK).step.does
    assert isinstance(notice, Notice)
    assert "names port 5060" in notice.text
    assert "Change the port to 5061." in notice.text
    assert WRONG_PORT.verify_with in notice.text
    assert practice_plan().local.sip_proxy_domain in notice.text
    assert row(found, ASK).action.does == notice
    assert word(found, "dns/see-partner@partner.example") is Word.OPEN
    standing = row(found, "dns/see-partner-tls@partner.example").standing
    assert standing == NotApplicable("the check before it found nothing that they have to mend")


@pytest.mark.parametrize(("asked", "told"), [("192.0.2.53", True), ("127.0.0.1:53535", False)])
def test_a_letter_names_the_name_servers_that_were_asked_and_no_others(asked: str, told: bool) -> None:
    """In practice other servers stand in for those of the plan."""
    found = table()
    plan = practice_plan().model_copy(update={"dns": Dns(name_servers=("192.0.2.53:53", "192.0.2.99"))})
    found.walk = walk_of(plan, CATALOGUE)
    seen = replace(WRONG_PORT, observed={"server": asked, "port": 5060})
    for step, findings in ((SRV, [finding_body(seen)]), (TLS, [])):
        listed: list[Json] = [*findings]
        started = {"started": "2026-01-31T22:05:10Z", "status": "fail"}
        found.write(Record("evidence", step, {"check": {**started, "findings": listed}}))
    notice = row(found, ASK).step.does
    assert isinstance(notice, Notice)
    assert ("names were looked up at 192.0.2.53:53." in notice.text) is told
    assert "192.0.2.99" not in notice.text
    assert "We checked it on 2026-01-31 at 22:05 UTC" in notice.text


@pytest.mark.parametrize("severity", [Severity.FAIL, Severity.NOT_TESTED])
def test_what_is_not_the_partners_stops_the_walk_and_is_read_again(severity: Severity) -> None:
    ours = Finding(
        code="dns-timeout",
        severity=severity,
        subject="x",
        why="No answer.",
        fix=("See that it runs.",),
        owner=Owner.YOUR_DNS_ADMIN,
    )
    found = looked(ours, WRONG_PORT)
    ask = found.to(ASK)
    assert isinstance(ask, Ask)
    assert ask.kind is AskKind.STOPPED
    assert (ask.problem, ask.remedy) == ("dns-timeout: No answer.", "See that it runs.")
    assert set(ask.row.step.reads) == {SRV, TLS}


def test_the_letter_that_was_sent_stays_sent_when_all_is_mended() -> None:
    found = looked(WRONG_PORT)
    found.give(found.to(ASK))
    turn = found.turn()
    assert not isinstance(turn, Ask)
    found.write(Record("step.done", ASK, {"how": "attested"}))
    done = row(found, ASK)
    assert done.word is Word.DONE


def test_another_peer_subject_in_the_plan_has_the_server_looked_at_again() -> None:
    found = looked(None, WRONG_CN)
    found.write(Record("step.done", ASK, {"how": "attested"}))
    assert word(found, SEE_TLS) is Word.OPEN
    plan = practice_plan()
    renewed = plan.partners[0].model_copy(update={"peer_subject": "edge1.partner.example"})
    changed = plan.model_copy(update={"partners": (renewed, *plan.partners[1:])})
    found.walk = walk_of(changed, CATALOGUE, found.state.facts)
    assert word(found, TLS) is Word.STALE
    does = row(found, TLS).step.does
    assert isinstance(does, Check)
    assert does.request == TlsRequest(host="sip.partner.example", name="edge1.partner.example")
    assert word(found, "peer-subject/add@edge1.partner.example") is Word.OPEN


def test_before_looking_nothing_is_claimed() -> None:
    found = table()
    notice = row(found, ASK).step.does
    assert isinstance(notice, Notice)
    assert "5060" not in notice.text
    assert word(found, ASK) is Word.OPEN
