"""Letters to those who have to act: one for each, with what only they can mend, and what they need to know of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from checks.catalogue import finding
from checks.finding import Finding, Findings, Owner, Severity
from checks.requests import Network
from tests.checks.support import Check
from tests.servers.pki import NOW, Authorities
from wizard.__main__ import main
from wizard.commands.check_letters import letters
from wizard.commands.checked import Checked, Correspondent
from wizard.evidence import finding_body, findings_of
from wizard.report.letter import Looked, letter

WRONG_CN = finding(
    "cert-name-mismatch",
    "sip.partner.example:5061",
    observed={"cn": "edge1.partner.example"},
    expected={"cn": "sip.partner.example"},
    values={"see": "openssl s_client -connect sip.partner.example:5061"},
)
NO_TARGET = finding(
    "srv-target-unresolvable", "_sipfederationtls._tcp.branch.example", owner=Owner.PARTNER, observed={"target": "x.y"}
)
OUR_RECORD = finding("srv-port-unexpected", "_sipfederationtls._tcp.local.example", observed={"port": 5060})
SILENT = finding("tcp-timeout", "sip.partner.example:5061", observed={"address": "198.51.100.10"})


def checked(*findings: Finding) -> Findings:
    return Findings(target="x", started="2026-01-31T22:05:10.000Z", duration_ms=1, findings=findings)


def organisation(name: str, *findings: Finding) -> Correspondent:
    about = f"SIP federation between local.example and {name}"
    return Correspondent(to=f"the administrator of {name}", about=about, findings=checked(*findings))


def of_plan(*partners: Correspondent, ours: tuple[Finding, ...] = ()) -> Checked:
    whole = checked(*ours, *(found for partner in partners for found in partner.findings.findings))
    return Checked(findings=whole, network=Network(name_servers=(("9.9.9.9", 53), ("::1", 5353))), partners=partners)


def test_each_partner_gets_a_letter_with_its_own_faults_alone() -> None:
    well = organisation("good.example", finding("tls-ok", "sip.good.example:5061"))
    both = organisation("partner.example", WRONG_CN), organisation("branch.example", NO_TARGET)
    (text,) = letters("partner", of_plan(*both, well, ours=(OUR_RECORD,)))
    first, between, second = text.partition("-" * 72)
    assert between
    assert first.startswith(
        "To: the administrator of partner.example\n"
        "Subject: SIP federation between local.example and partner.example: something to mend on your side\n\n"
        "To the administrator of partner.example\n"
    )
    assert second.strip().startswith("To: the administrator of branch.example\nSubject: ")
    assert "SIP federation between local.example and branch.example has to work." in second
    assert "edge1.partner.example" not in second
    assert "good.example" not in text
    assert OUR_RECORD.why not in text


def test_what_may_wait_stands_behind_what_fails() -> None:
    later = finding(
        "srv-wildcard", "_sipfederationtls._tcp.partner.example", owner=Owner.PARTNER, observed={"target": "x.y"}
    )
    text = letter("them", "It", (later, WRONG_CN), Owner.PARTNER, Looked())
    assert (
        text.index("1. sip.partner.example:5061")
        < text.index("keeps nothing from working today")
        < text.index("2. _sip")
    )
    assert "keeps nothing" not in letter("them", "It", (WRONG_CN,), Owner.PARTNER, Looked())
    assert "keeps nothing" not in letter("them", "It", (later,), Owner.PARTNER, Looked())


def test_what_is_ours_to_do_stays_out_of_a_letter_to_others() -> None:
    assert any("TLS peer subject, in the TLS context" in step for step in WRONG_CN.fix)
    (text,) = letters("partner", of_plan(organisation("partner.example", WRONG_CN)))
    assert "Have a certificate issued whose CN is sip.partner.example." in text
    assert "On our side" not in text
    assert "TLS context" not in text


def test_a_letter_says_when_it_was_seen_and_who_was_asked() -> None:
    (text,) = letters("partner", of_plan(organisation("partner.example", WRONG_CN)))
    assert "We checked it on 2026-01-31 at 22:05 UTC; names were looked up at 9.9.9.9." in text
    assert "To see it from outside your network: openssl s_client" in text
    here = Looked(name_servers=("127.0.0.1 port 53535", "::1", "[::1]:53", "127.0.0.1:53"))
    assert "We checked it. " in letter("them", "It", (WRONG_CN,), Owner.PARTNER, here)
    inside = Looked(name_servers=("::1234", "10.0.0.53"))
    assert "looked up at ::1234, 10.0.0.53. " in letter("them", "It", (WRONG_CN,), Owner.PARTNER, inside)
    unknown = letter("them", "It", (WRONG_CN,), Owner.PARTNER, Looked(at="yesterday"))
    assert "We checked it. The cluster is ours" in unknown


@pytest.mark.parametrize("request_of", ["partner", "dns-admin"])
def test_nobody_is_written_about_what_practice_itself_makes_up(request_of: str) -> None:
    seen = {"addresses": ["x"], "range": "y"}
    ours = finding("address-not-public", "imp.local.example", severity=Severity.WARN, observed=seen)
    theirs = replace(ours, subject="sip.partner.example", owner=Owner.PARTNER)
    real = of_plan(organisation("partner.example", theirs), ours=(ours,))
    assert "1. " in "".join(letters(request_of, real))
    (text,) = letters(request_of, replace(real, made_up=frozenset({"address-not-public"})))
    assert text.startswith("Nothing was found for ")
    assert "What was found is for" not in text


def test_a_letter_to_our_dns_administrator_holds_our_records() -> None:
    (text,) = letters("dns-admin", of_plan(organisation("partner.example", WRONG_CN), ours=(OUR_RECORD,)))
    assert text.startswith("To: our DNS administrator\nSubject: SIP federation: ")
    assert "\n\nTo our DNS administrator\n" in text
    assert OUR_RECORD.why in text
    assert "To see it yourself: nslookup -type=srv _sipfederationtls._tcp.local.example" in text


def test_where_there_is_nothing_to_write_the_line_names_those_who_have_to_act() -> None:
    (none,) = letters("partner", of_plan(organisation("partner.example", SILENT), ours=(OUR_RECORD,)))
    assert none == (
        "Nothing was found for the other side's administrator to mend. What was found is for your DNS administrator"
        " and whoever runs the firewalls."
    )
    (well,) = letters("dns-admin", of_plan(organisation("partner.example")))
    assert well == "Nothing was found for your DNS administrator to mend."


def test_the_certificate_that_is_meant_is_told_with_its_number_and_dates(
    check: Check, pki: Authorities, capsys: pytest.CaptureFixture[str]
) -> None:
    leaf = pki.leaf(ends=NOW - timedelta(days=1))
    path = pki.chain_file("chain.pem", leaf.pem, pki.intermediate.pem)
    seen = check("cert", path, "--trust", pki.trust).finding("cert-expired")["evidence"]["certificate"]
    assert main(["check", "cert", str(path), "--trust", str(pki.trust), "--request", "partner"]) == 2
    text = capsys.readouterr().out
    for told in (seen["subject"], f"serial number {seen['serial']}", seen["ends"], f"SHA-256 {seen['sha256']}"):
        assert told in text


def test_a_letter_of_a_record_is_the_same_letter(pki: Authorities, check: Check) -> None:
    path = pki.chain_file("chain.pem", pki.leaf(ends=NOW).pem, pki.intermediate.pem)
    bodies = check("cert", path, "--trust", pki.trust).document["findings"]
    again = findings_of(bodies)
    assert [finding_body(found) for found in again] == bodies
    assert "serial number" in letter("them", "It", again, Owner.PARTNER, Looked())
    assert again[0].severity is Severity.FAIL
