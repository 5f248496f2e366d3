"""The commands around the checks: documents, exit statuses, wrong usage, whole plans, explanations."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from checks.catalogue import CODES
from checks.dns.judge_basics import asked_by_hand
from checks.finding import Findings, Severity, worst_first
from tests.checks.support import Check
from tests.servers.pki import NOW, Authorities, Spec, authority, issue
from tests.servers.tls import free_port
from wizard.__main__ import main
from wizard.checklist import redirections
from wizard.report.merge import merged
from wizard.report.text import check_lines

EXAMPLE_PLAN = Path(__file__).parent.parent.parent / "assets" / "plan.example.toml"
VOCABULARY = Path(__file__).with_name("codes.txt")  # codes are added, never renamed
FINDING = {
    "code", "severity", "subject", "observed", "expected", "why", "fix", "owner", "verify_with", "refs", "evidence",
}  # fmt: skip


def test_the_document_has_the_documented_keys(check: Check, pki: Authorities) -> None:
    path = pki.chain_file("chain.pem", pki.leaf(ends=NOW).pem, pki.intermediate.pem)
    checked = check("cert", path, "--trust", pki.trust)
    document = checked.document
    assert set(document) == {"schema", "target", "started", "duration_ms", "status", "findings", "chain"}
    assert (document["schema"], document["target"], document["status"]) == ("fedwizard.check/1", str(path), "fail")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", document["started"])
    assert isinstance(document["duration_ms"], int)
    for finding in document["findings"]:
        assert set(finding) == FINDING
        assert finding["owner"] in {"you", "your-dns-admin", "partner", "ca", "firewall"}
    assert [set(link) for link in document["chain"]] == [{"subject", "sha256"}] * 2
    order = [s.value for s in Severity]
    found = [order.index(f["severity"]) for f in document["findings"]]
    assert found == sorted(found)


def test_the_exit_status_follows_the_worst_finding(check: Check, pki: Authorities) -> None:
    good, soon, bad = pki.leaf(), pki.leaf(san=None), pki.leaf(eku=())
    for leaf, status in ((good, 0), (soon, 1), (bad, 2)):
        path = pki.chain_file("chain.pem", leaf.pem, pki.intermediate.pem)
        assert check("cert", path, "--trust", pki.trust, "--name", "sip.partner.example").status == status


def test_the_time_to_judge_by(check: Check, pki: Authorities) -> None:
    path = pki.chain_file("chain.pem", pki.leaf().pem, pki.intermediate.pem)
    checked = check("cert", path, "--trust", pki.trust, "--at", "2124-01-01T00:00:00Z")
    expired = checked.finding("cert-expired")
    assert checked.status == 2
    assert expired["observed"]["at"] == "2124-01-01T00:00:00Z"


def test_a_trust_file_that_was_cut_off_is_refused(
    pki: Authorities, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, good = tmp_path / "cut.pem", pki.leaf().pem
    for content, told in (
        (good[:500], "1 certificates begin in it, and 0 end"),
        (good + good[:500], "2 certificates begin in it, and 1 end"),
        (b"-----BEGIN CERTIFICATE-----\n", "1 certificates begin in it, and 0 end"),
    ):
        path.write_bytes(content)
        assert main(["check", "tls", "h.example", "--trust", str(path)]) == 64
        assert told in " ".join(capsys.readouterr().err.split())


def test_a_certificate_in_a_trust_file_that_cannot_be_read_is_named(
    pki: Authorities, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, plan = pki.root.pem, tmp_path / "plan.toml"
    lines = whole.splitlines(keepends=True)
    short = b"".join([*lines[:3], lines[-1]])
    path = pki.chain_file("roots.pem", whole, short, pki.intermediate.pem)
    plan.write_text(EXAMPLE_PLAN.read_text().replace('# trust = ["partner-root.pem"]', 'trust = ["roots.pem"]'))
    for words in (["tls", "h.example", "--trust", str(path)], ["plan", str(plan)]):
        assert main(["check", *words]) == 64
        out, err = capsys.readouterr()
        told = f"{path} holds a certificate that cannot be read, certificate 2 of 3: it ends too early"
        assert told in " ".join(err.split()) and out == ""


@pytest.mark.parametrize("option", ["--nameserver", "--internal-nameserver"])
@pytest.mark.parametrize("value", ["foo", "localhost", "999.1.1.1", "foo:5353"])
def test_a_name_server_is_an_address(option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "dns", "partner.example", option, value]) == 64
    assert "is no name server" in capsys.readouterr().err


def test_a_block_that_cannot_be_decoded_is_a_finding(check: Check, pki: Authorities) -> None:
    for content in (b"AAAA", b"%%%", b""):
        block = b"-----BEGIN CERTIFICATE-----\n" + content + b"\n-----END CERTIFICATE-----\n"
        path = pki.chain_file("bad.pem", block, pki.intermediate.pem)
        checked = check("cert", path)
        assert (checked.status, checked.faults) == (2, {"cert-malformed": "fail"})


@pytest.mark.parametrize(
    "words",
    [
        ["dns", "sip:user@partner.example"],
        ["dns", "192.0.2.1"],
        ["dns", "partner.example", "--nameserver", "127.0.0.1:0"],
        ["dns", "partner.example", "--expect-target", "a b"],
        ["tls", "host.example:99999"],
        ["tls", "host.example", "--connect-to", "nonsense"],
        ["tls", "host.example", "--trust", "/nowhere/root.pem"],
        ["tls", "host.example", "--client-cert", "/nowhere/c.pem"],
        ["cert", "/nowhere/chain.pem"],
        ["cert", "/etc/hostname"],
        ["cert", "x.pem", "--at", "yesterday"],
        ["cert", "x.pem", "--timeout", "0"],
        ["plan", "/nowhere/plan.toml"],
        ["dns", "partner.example.."],
        ["dns", "x" * 100_000],
        ["dns", "xn--999999999.example"],
        ["dns", "partner.XN--ABC"],
        ["tls", "sip.xn--.example"],
        ["dns", "partner.example", "--expect-target", "xn--ls8h.partner.example"],
        ["dns", "partner.example", "--nameserver", "[::1"],
        ["dns", "partner.example", "--nameserver", "127.0.0.1:\u0665\u0663"],
        ["dns", "partner.example", "--concurrency", "\u0663"],
        ["dns", "partner.example", "--expect-target", ""],
        ["dns", "partner.example", "--junit", ""],
        ["dns", "partner.example", "--connect-to", "::1:5061:127.0.0.1:5061"],
        ["tls", "host.example", "--name", ""],
        ["tls", "host.example", "--client-key", "/etc/hostname"],
        ["cert", "/dev/zero"],
        ["cert", "/dev/null"],
        ["tls", "host.example", "--trust", "/dev/zero"],
        ["cert", "x.pem", "--at", "2026-01-31"],
        ["cert", "x.pem", "--at", "2026-01-31T12:00:00"],
        ["cert", "x.pem", "--at", "2026-W05-1T12:00:00Z"],
        ["cert", "x.pem", "--at", "0001-01-01T00:00:00+14:00"],
        ["nonsense"],
        [],
    ],
)
def test_wrong_usage_leaves_standard_output_empty(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = main(["check", *words])
    except SystemExit as end:
        status = int(end.code or 0)
    said = capsys.readouterr()
    assert (status, said.out) == (64, "")
    assert 0 < len(said.err) < 2000


@pytest.mark.parametrize(
    "at",
    ["2124-01-01T00:00:00z", "2124-01-01t01:00:00+01:00", "2124-01-01 00:00:00.5Z", "2123-12-31T23:59:60-00:00"],
)
def test_every_form_of_a_time_that_rfc_3339_has(check: Check, pki: Authorities, at: str) -> None:
    path = pki.chain_file("chain.pem", pki.leaf().pem, pki.intermediate.pem)
    expired = check("cert", path, "--trust", pki.trust, "--at", at).finding("cert-expired")
    assert expired["observed"]["at"] in {"2124-01-01T00:00:00Z", "2123-12-31T23:59:59Z"}


def test_a_place_of_the_map_is_found_however_it_is_written() -> None:
    mapped = redirections(["SIP.Partner.Example.:5061:127.0.0.1:1", "[2001:DB8:0::1]:5061:[::1]:2", "edge:5061:::1:3"])
    assert mapped == {
        ("sip.partner.example", 5061): ("127.0.0.1", 1),
        ("2001:db8::1", 5061): ("::1", 2),
        ("edge", 5061): ("::1", 3),
    }


def test_a_client_certificate_that_does_not_fit_its_key(pki: Authorities, capsys: pytest.CaptureFixture[str]) -> None:
    certificate = pki.chain_file("c.pem", pki.leaf().pem)
    key = pki.chain_file("c.key", pki.root.key_pem)
    assert main(["check", "tls", "h.example", "--client-cert", str(certificate), "--client-key", str(key)]) == 64
    assert "belong together" in capsys.readouterr().err


def test_whose_record_it_is_decides_who_acts(capsys: pytest.CaptureFixture[str]) -> None:
    main(["explain", "srv-port-unexpected"])
    explained = " ".join(capsys.readouterr().out.split())
    assert "Who acts: whoever runs the DNS of the domain: for a partner's the other side's administrator" in explained


def test_every_code_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    for code in CODES:
        assert main(["explain", code]) == 0
        shown = capsys.readouterr().out
        assert shown.startswith(code)
        assert ("Who acts: nobody." in shown) is not bool(CODES[code].fix)
        assert "Who acts:" in shown
        assert not re.search(r"[a-z]<", shown)
        assert not re.search(r"_sipfederationtls._tcp\.\s", shown)  # a command is never cut
        assert max(map(len, shown.splitlines())) <= 80
        assert ("See for yourself:" in shown) is bool(CODES[code].verify)
        assert not re.search(r"(^|\.) ?<[\w ]+>( [A-Z]|$)", shown, re.MULTILINE)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["tls", "https://x.example/"], "is a URL"),
        (["dns", "partner.example:5061"], "holds a port"),
        (["dns", "_sipfederationtls._tcp.partner.example"], "enter the domain alone"),
        (["dns", "partner..example"], "two dots in a row"),
        (["dns", "2001:db8::1"], "is an IP address"),
    ],
)
def test_what_is_no_domain_is_told_what_it_is(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *words]) == 64
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "server", "see"),
    [
        ("a.example", "192.0.2.1", "nslookup a.example 192.0.2.1"),
        ("_x._tcp.a.example", "[::1]:5353", "nslookup -type=srv -port=5353 _x._tcp.a.example ::1"),
        ("a.example", "::1", "nslookup a.example ::1"),
        ("a.example", "no name server", ""),
        ("$(reboot).example", "192.0.2.1", ""),
        ("-type.example", "192.0.2.1", ""),
    ],
)
def test_a_name_server_is_asked_by_hand_with_a_command_that_is_safe(name: str, server: str, see: str) -> None:
    assert asked_by_hand(name, server)["see"] == see


def test_a_code_may_be_written_in_capitals(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "SRV-Name-Missing"]) == 0
    assert capsys.readouterr().out.startswith("srv-name-missing")


@pytest.mark.parametrize("what", [["dns", "partner.example"], ["tls", "sip.partner.example"]])
def test_an_expected_target_that_is_no_name_is_named_itself(
    what: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *what, "--expect-target", "1.2.3.4"]) == 64
    assert "--expect-target '1.2.3.4'" in capsys.readouterr().err


def test_a_report_for_people_ends_with_how_much_and_who(pki: Authorities, capsys: pytest.CaptureFixture[str]) -> None:
    path = pki.chain_file("chain.pem", pki.leaf(ends=NOW).pem, pki.intermediate.pem)
    assert main(["check", "cert", str(path)]) == 2
    counts, owners, note = capsys.readouterr().out.splitlines()[-4:-1] or ("", "", "")
    assert re.fullmatch(r"In all: 1 fail, \d+ info\.", counts)
    assert owners == "Who has to act: the other side's administrator."
    assert note.startswith("Whether its authority is trusted was not judged")
    assert main(["check", "cert", str(path), "--trust", str(pki.trust)]) == 2
    assert "was not judged" not in capsys.readouterr().out


def test_that_trust_was_not_judged_stands_in_the_document_too(check: Check, pki: Authorities) -> None:
    """With the finding about the end of the chain, from which the note for people is made."""
    whole, short = (pki.leaf().pem, pki.intermediate.pem), (pki.leaf().pem,)
    for parts, code in ((whole, "cert-root-untrusted"), (short, "cert-chain-incomplete")):
        found = check("cert", pki.chain_file("chain.pem", *parts)).finding(code)
        assert found["observed"]["trust_judged"] is False
    other = pki.chain_file("other.pem", authority("Other Root").pem)
    judged = check("cert", pki.chain_file("chain.pem", *whole), "--trust", other).finding("cert-root-untrusted")
    assert (judged["severity"], "trust_judged" in judged["observed"]) == ("fail", False)
    self_signed = check("cert", pki.chain_file("own.pem", issue(Spec()).pem)).finding("cert-self-signed")
    assert (self_signed["severity"], self_signed["observed"]["trust_judged"]) == ("info", False)


def test_what_was_not_reached_has_no_note_about_its_authority(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "tls", f"127.0.0.1:{free_port()}"]) == 2
    assert "tcp-refused" in (said := capsys.readouterr().out) and "was not judged" not in said


def test_an_unknown_code_names_its_neighbours(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "srv-name-mising"]) == 64
    said = capsys.readouterr()
    assert said.out == ""
    assert "srv-name-missing" in said.err


def test_no_code_of_the_vocabulary_is_lost() -> None:
    assert set(VOCABULARY.read_text().split()) - set(CODES) == set()


def test_everything_that_is_wrong_says_what_to_do() -> None:
    silent = [e.code for e in CODES.values() if e.severity not in {Severity.PASS, Severity.INFO} and not e.fix]
    assert silent == []


def test_merging_tells_each_thing_once() -> None:
    from checks.catalogue import finding

    one = finding("address-ok", "sip.example", observed={"addresses": ["8.8.8.8"]})
    bad = finding("srv-name-missing", "_sipfederationtls._tcp.example")
    parts = [
        Findings(target="a", started="2026-01-01T00:00:00.000Z", duration_ms=5, findings=(one,)),
        Findings(target="b", started="2026-01-01T00:00:01.000Z", duration_ms=9, findings=worst_first((one, bad))),
    ]
    whole = merged("plan.toml", parts)
    assert [f.code for f in whole.findings] == ["srv-name-missing", "address-ok"]
    assert (whole.target, whole.duration_ms, whole.status) == ("plan.toml", 9, Severity.FAIL)


def test_nothing_unsafe_is_offered_for_pasting() -> None:
    from checks.catalogue import finding

    for subject in ("$(reboot).example", "`id`", "a;b", "-x", "a b"):
        assert finding("address-not-public", subject, observed={"addresses": [], "range": ""}).verify_with == ""


def test_lines_fit_the_terminal_whatever_is_in_them() -> None:
    from checks.catalogue import finding

    name = "x" * 300 + "\x1b\u202e\n"
    found = finding("srv-target-unresolvable", name, observed={"target": name})
    lines = list(check_lines(Findings(target="t", started="", duration_ms=0, findings=(found,))))
    assert max(map(len, lines)) <= 80
    assert not {"\x1b", "\u202e", "\n"} & set("".join(lines))


def test_a_whole_plan_in_one_document(tmp_path: Path) -> None:
    """The practice network before anything was published: ours is missing, and the partners are as they should be."""
    from wizard.practice.client import PracticeNetwork

    network = PracticeNetwork.start(tmp_path / "practice", "healthy", 0)
    try:
        plan = tmp_path / "plan.toml"  # where a session keeps it: trust files are relative to it
        plan.write_bytes(network.plan_path.read_bytes())
        command = [sys.executable, "-P", "-m", "wizard", "check", "plan", str(plan), "--json"]
        for place, reached in network.connections.items():
            command += ["--connect-to", f"{place}:{reached}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    finally:
        network.stop()
    document = json.loads(done.stdout)
    assert done.returncode == 2
    assert "chain" not in document
    assert document["target"] == str(plan)
    failed = {(f["code"], f["subject"]) for f in document["findings"] if f["severity"] == "fail"}
    assert {
        ("srv-name-missing", "_sipfederationtls._tcp.local.example"),
        ("srv-name-missing", "_sipfederationtls._tcp.mail.local.example"),
        ("srv-name-missing", "_xmpp-server._tcp.mail.local.example"),
    } <= failed
    passed = {(f["code"], f["subject"]) for f in document["findings"] if f["severity"] == "pass"}
    assert ("srv-ok", "_sipfederationtls._tcp.partner.example") in passed
    assert ("tls-interop-ok", "sip.partner.example:5061") in passed
    assert not any("partner.example" in subject for _, subject in failed)


def test_importing_the_service_is_cheap() -> None:
    look = (
        "import sys, checks.service, wizard.commands.check;"
        "print([m for m in ('ssl', 'dns', 'cryptography', 'asyncio') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["[::1"], "is not HOST:PORT"),
        (["::1]:5061"], "is not HOST:PORT"),
        (["h.example:0"], "is not HOST:PORT"),
        (["h.example:65536"], "is not HOST:PORT"),
        (["h.example:"], "is not HOST:PORT"),
        (["https://h.example"], "is a URL or a path"),
        (["999.1.1.1"], "is not an IPv4 address"),
        (["h.example", "--client-key", "key.pem"], "a key without its certificate"),
    ],
)
def test_what_is_no_server_is_refused(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "tls", *words, "--json"]) == 64
    said = capsys.readouterr()
    assert (said.out, told in " ".join(said.err.split())) == ("", True)
