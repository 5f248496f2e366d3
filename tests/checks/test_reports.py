"""The reports for machines: the published document, JUnit XML, one line for monitoring, letters."""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checks.finding import Finding, Findings, Owner, Severity
from tests.checks.support import Check
from tests.servers.pki import NOW, Authorities
from wizard.__main__ import main
from wizard.report.document import CheckDocument
from wizard.report.json import check_document
from wizard.report.junit import junit_document
from wizard.report.letter import Looked, letter
from wizard.report.nagios import nagios_line
from wizard.report.text import check_lines, finding_lines, plan_lines, summary_lines

HOSTILE = "a\x1b[31mb|c<d>&\x00\u202e"


def found(severity: Severity, code: str = "cert-expired", subject: str = "sip.partner.example") -> Finding:
    return Finding(
        code=code,
        severity=severity,
        subject=subject,
        why="It ended yesterday.",
        fix=("Renew it.",),
        owner=Owner.PARTNER,
        verify_with="openssl s_client -connect sip.partner.example:5061",
    )


def findings(*each: Finding) -> Findings:
    return Findings(
        target="sip.partner.example:5061", started="2026-01-01T00:00:00.000Z", duration_ms=120, findings=each
    )


MIXED = findings(
    found(Severity.FAIL),
    found(Severity.NOT_TESTED, "dns-timeout"),
    found(Severity.WARN, "cert-expires-soon"),
    found(Severity.PASS, "tls-ok"),
)


@pytest.mark.parametrize("with_chain", [True, False])
def test_what_is_printed_fits_the_published_schema(with_chain: bool) -> None:
    document = json.loads(json.dumps(check_document(MIXED, with_chain=with_chain)))
    CheckDocument.model_validate(document, strict=True)


def test_a_real_check_fits_the_published_schema(check: Check, pki: Authorities) -> None:
    path = pki.chain_file("chain.pem", pki.leaf(ends=NOW).pem, pki.intermediate.pem)
    document = CheckDocument.model_validate(check("cert", path, "--trust", pki.trust).document, strict=True)
    assert document.chain is not None
    assert len(document.chain) == 2


def test_a_command_of_several_lines_can_be_pasted_whole() -> None:
    command = "openssl s_client -connect access-edge.partner.example:5061 -showcerts </dev/null"
    lines = [line.strip() for line in finding_lines(replace(found(Severity.FAIL), verify_with=command))]
    start = lines.index("see for yourself:") + 1
    whole = lines[start : next(n for n in range(start, len(lines)) if not lines[n].endswith("\\")) + 1]
    assert len(whole) == 2
    assert " ".join(line.removesuffix("\\").strip() for line in whole) == command
    assert max(map(len, lines)) <= 78


def test_junit_has_a_case_a_finding_and_counts_them() -> None:
    suite = ElementTree.fromstring(junit_document(MIXED))
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "1", "1")
    assert suite.get("time") == "0.120"
    cases = {case.get("name"): [child.tag for child in case] for case in suite}
    assert cases == {
        "cert-expired sip.partner.example": ["failure"],
        "dns-timeout sip.partner.example": ["skipped"],
        "cert-expires-soon sip.partner.example": ["system-out"],
        "tls-ok sip.partner.example": [],
    }
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert "Renew it." in (failure.text or "")


def test_junit_has_the_form_that_jenkins_reads() -> None:
    """The schema of Ant's reports: which elements hold which others, and the attributes that they must have."""
    suite = ElementTree.fromstring(junit_document(MIXED))
    assert suite.tag == "testsuite"
    assert {"name", "tests", "failures", "errors", "time", "timestamp", "hostname"} <= set(suite.keys())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp", ""))
    for case in suite:
        assert case.tag == "testcase"
        assert {"name", "classname", "time"} <= set(case.keys())
        assert {child.tag for child in case} <= {"failure", "skipped", "system-out"}
        assert all(child.get("message") and child.get("type") for child in case if child.tag == "failure")


EVERYTHING = "".join(map(chr, range(0x10000))) + "\U0001fffe\U000e0041"
NEVER_SHOWN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


@pytest.mark.parametrize("text", [HOSTILE, EVERYTHING])
def test_junit_stays_xml_whatever_the_other_side_sends(text: str) -> None:
    hostile = found(Severity.FAIL, subject=text)
    told = replace(hostile, why=text, fix=(text,), observed={"a": text}, verify_with=text)
    suite = ElementTree.fromstring(junit_document(replace(findings(told), target=text)))
    shown = "".join(
        (*suite.itertext(), *suite.keys(), *(v for element in suite.iter() for v in element.attrib.values()))
    )
    assert len(shown) > len(text)
    assert NEVER_SHOWN.findall(shown) == []


def test_a_long_command_is_whole_when_it_is_pasted() -> None:
    command = "nslookup -type=srv -port=57154 _sipfederationtls._tcp.a-rather-long-name.partner.example 127.0.0.1"
    lines = list(check_lines(findings(replace(found(Severity.FAIL), verify_with=command))))
    shown = lines[lines.index("    see for yourself:") + 1 :]
    assert len(shown) == 2
    assert max(map(len, lines)) <= 80
    pasted = "\n".join(shown).replace("nslookup", "echo nslookup")
    done = subprocess.run(["sh", "-c", pasted], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == command


def test_no_form_of_a_report_passes_on_what_acts() -> None:
    hostile = found(Severity.FAIL, subject=EVERYTHING)
    told = replace(hostile, why=EVERYTHING, fix=(EVERYTHING,), observed={"a": EVERYTHING}, verify_with=EVERYTHING)
    whole = replace(findings(told), target=EVERYTHING)
    forms = {
        "text": "\n".join(check_lines(whole)),
        "nagios": nagios_line(whole),
        "letter": letter("them", "federation", (told,), Owner.PARTNER, Looked()),
    }
    for form, text in forms.items():
        assert NEVER_SHOWN.findall(text) == [], form
    assert "\n" not in forms["nagios"]
    assert forms["nagios"].count("|") == 1


@pytest.mark.parametrize(
    ("each", "state"),
    [
        ((), "OK"),
        ((found(Severity.PASS, "tls-ok"), found(Severity.INFO, "dns-dnssec-valid")), "OK"),
        ((found(Severity.WARN),), "WARNING"),
        ((found(Severity.NOT_TESTED), found(Severity.WARN)), "UNKNOWN"),
        ((found(Severity.FAIL), found(Severity.NOT_TESTED)), "CRITICAL"),
    ],
)
def test_monitoring_gets_one_line_with_the_worst_and_performance_data(each: tuple[Finding, ...], state: str) -> None:
    line = nagios_line(findings(*each))
    assert line.startswith(f"{state} - sip.partner.example:5061")
    assert line.count("|") == 1
    assert "'time'=0.120s" in line
    assert f"'fail'={sum(one.severity is Severity.FAIL for one in each)}" in line


def test_monitoring_gets_one_line_whatever_the_other_side_sends() -> None:
    line = nagios_line(findings(*[found(Severity.FAIL, subject=HOSTILE + "\n" + "x" * 500)]))
    assert "\n" not in line
    assert "\x1b" not in line
    assert line.count("|") == 1


def test_monitoring_is_told_whole_findings_and_how_many_more_there_are() -> None:
    many = [found(Severity.FAIL, "cert-eku-client-missing", f"sip{n}.partner.example:5061") for n in range(9)]
    line = nagios_line(findings(*many), "nodes not asked")
    assert line.startswith("CRITICAL - sip.partner.example:5061 (nodes not asked): cert-eku-client-missing sip0.")
    told = line.partition(" | ")[0].partition(": ")[2]
    *whole, more = told.split(", ")
    assert whole == [f"{each.code} {each.subject}" for each in many[: len(whole)]]
    assert more == f"and {9 - len(whole)} more"
    assert 150 < len(line.partition(" | ")[0]) <= 215
    assert nagios_line(findings(), "nodes not asked").startswith("OK - sip.partner.example:5061 (nodes not asked) | ")


def test_who_has_a_failure_to_mend_is_named_apart_from_who_is_warned() -> None:
    ours = replace(found(Severity.WARN, "srv-several"), owner=Owner.YOUR_DNS_ADMIN)
    each, warned = (found(Severity.FAIL), ours), (ours, found(Severity.PASS, "tls-ok"))
    assert list(summary_lines(findings(*each), each, ()))[1:] == [
        "Who has to act: the other side's administrator. Warnings: your DNS",
        "administrator.",
    ]
    assert list(summary_lines(findings(*warned), warned, ("A note.",)))[1:] == [
        "Who has to act: your DNS administrator, on warnings alone.",
        "A note.",
    ]
    assert list(summary_lines(findings(*warned), (), ())) == ["In all: 1 warn, 1 pass."]


def test_the_check_of_a_plan_begins_with_the_worst_that_somebody_can_mend() -> None:
    made_up, real = found(Severity.WARN, "address-not-public"), found(Severity.WARN, "cert-expires-soon")
    lines = list(plan_lines(findings(made_up, real), (real,), "Nodes were left out."))
    assert lines[0] == "sip.partner.example:5061: warn"
    top = " ".join(lines[1 : lines.index("")])
    assert top == (
        "First: cert-expires-soon, sip.partner.example. Who acts: the other side's administrator. Renew it. Nodes were"
        " left out."
    )
    told = [line.split()[2] for line in lines if line.startswith("! ")]
    assert told == ["cert-expires-soon", "address-not-public"]
    assert list(plan_lines(findings(made_up), (), "Left out."))[1] == "Left out."


def test_a_letter_holds_what_its_reader_can_mend_and_nothing_else() -> None:
    ours = Finding(code="x", severity=Severity.FAIL, subject="ours", why="Ours.", owner=Owner.YOUR_DNS_ADMIN)
    text = letter("them", "federation", (*MIXED.findings, ours), Owner.PARTNER, Looked())
    assert "1. sip.partner.example: It ended yesterday." in text
    assert "openssl s_client" in text
    assert "Ours." not in text
    assert "dns-timeout" not in text
    assert letter("them", "federation", (ours,), Owner.PARTNER, Looked()) == ""


def test_the_command_writes_junit_and_prints_the_line(
    pki: Authorities, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = pki.chain_file("chain.pem", pki.leaf(ends=NOW).pem, pki.intermediate.pem)
    junit = tmp_path / "out.xml"
    assert main(["check", "cert", str(path), "--trust", str(pki.trust), "--nagios", "--junit", str(junit)]) == 2
    assert capsys.readouterr().out.startswith(f"CRITICAL - {path}: cert-expired")
    assert ElementTree.parse(junit).getroot().get("failures") == "1"
    assert main(["check", "cert", str(path), "--junit", str(tmp_path / "no" / "out.xml")]) == 64
    assert capsys.readouterr().out == ""
    assert main(["check", "cert", str(path), "--trust", str(pki.trust), "--request", "partner"]) == 2
    assert "mend" in capsys.readouterr().out


@pytest.mark.parametrize(
    "both", [("--json", "--nagios"), ("--json", "--request=partner"), ("--nagios", "--request=partner")]
)
def test_one_form_at_a_time(both: tuple[str, str], pki: Authorities) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["check", "cert", str(pki.trust), *both])
    assert refused.value.code == 64
