"""The commands that a person repeats a check with lead where the check looked; a letter has what others can run."""

import shlex
import subprocess
from dataclasses import replace

import pytest

from checks.by_hand import led_there
from checks.dns.judge_basics import seen_there
from checks.finding import FROM_OUTSIDE, Finding, Owner, Severity
from tests.checks.support import HOST, Check, towards
from tests.servers.bind import name_server
from tests.servers.pki import Authorities
from tests.servers.tls import openssl_server
from wizard.report.letter import Looked, letter

SHOWS = "openssl s_client -connect sip.partner.example:5061 -showcerts </dev/null"
LISTED = "for at in sip.partner.example:5061 edge.partner.example:5061; do openssl s_client -connect $at; done"
HERE = {("sip.partner.example", 5061): ("127.0.0.1", 40001), ("203.0.113.9", 5061): ("::1", 40002)}


def found(command: str, owner: Owner = Owner.PARTNER) -> Finding:
    return Finding(code="x", severity=Severity.FAIL, subject="it", why="So.", owner=owner, verify_with=command)


@pytest.mark.parametrize(
    ("command", "there"),
    [
        (SHOWS, "openssl s_client -connect 127.0.0.1:40001 -servername sip.partner.example -showcerts </dev/null"),
        (SHOWS.replace("sip.partner", "edge.partner"), SHOWS.replace("sip.partner", "edge.partner")),
        (SHOWS.replace(":5061", ":5060"), SHOWS.replace(":5061", ":5060")),
        (
            "openssl s_client -connect sip.partner.example:5061 -noservername </dev/null",
            "openssl s_client -connect 127.0.0.1:40001 -noservername </dev/null",
        ),
        ("openssl s_client -connect 203.0.113.9:5061 </dev/null", "openssl s_client -connect '[::1]:40002' </dev/null"),
        (LISTED, LISTED.replace("sip.partner.example:5061", "127.0.0.1:40001")),
        ("nslookup -type=srv _x._tcp.partner.example", "nslookup -type=srv _x._tcp.partner.example"),
        ("", ""),
    ],
)
def test_an_openssl_command_leads_to_the_place_that_was_dialled(command: str, there: str) -> None:
    told = led_there(found(command), HERE)
    assert told.verify_with == there
    assert told.evidence == ({FROM_OUTSIDE: command} if there != command else {})


@pytest.mark.parametrize("owner", list(Owner))
def test_a_look_up_goes_to_the_name_server_that_was_asked_whoever_has_to_act(owner: Owner) -> None:
    command = "nslookup -type=srv _x._tcp.partner.example"
    here = seen_there(found(command, owner), "127.0.0.1:5353")
    assert here.verify_with == "nslookup -type=srv -port=5353 _x._tcp.partner.example 127.0.0.1"
    assert here.evidence == {FROM_OUTSIDE: command}
    everywhere = seen_there(found(command, owner), "9.9.9.9")
    assert (everywhere.verify_with, everywhere.evidence) == (f"{command} 9.9.9.9", {})


def test_a_letter_to_others_has_the_command_that_they_can_run() -> None:
    told = led_there(found(SHOWS), HERE)
    text = letter("them", "It", (told,), Owner.PARTNER, Looked())
    assert f"To see it from outside your network: {SHOWS}\n" in text
    assert "127.0.0.1" not in text
    inside = replace(told, owner=Owner.YOUR_DNS_ADMIN)
    assert "127.0.0.1:40001" in letter("us", "It", (inside,), Owner.YOUR_DNS_ADMIN, Looked())


@pytest.mark.needs("openssl")
def test_the_command_of_a_redirected_check_shows_the_server_that_was_checked(check: Check, pki: Authorities) -> None:
    leaf = pki.leaf(cns=("edge1.partner.example",))
    with openssl_server(pki.folder, leaf.pem, leaf.key_pem, pki.intermediate.pem) as port:
        found = check("tls", *towards(port, pki.trust)).finding("cert-name-mismatch")
        assert shlex.split(found["verify_with"])[3:6] == [f"127.0.0.1:{port}", "-servername", HOST]
        shown = subprocess.run(found["verify_with"], shell=True, capture_output=True, text=True, timeout=20, check=True)
    assert "CN=edge1.partner.example" in shown.stdout.replace(" = ", "=")


@pytest.mark.needs("bind9")
def test_a_partner_s_name_without_address_is_looked_up_where_it_was(check: Check, pki: Authorities) -> None:
    with name_server(pki.folder / "bind", {"partner.example": "other A 8.8.8.8\n"}) as dns:
        found = check("tls", HOST, "--nameserver", f"127.0.0.1:{dns}").finding("address-missing")
        assert found["verify_with"] == f"nslookup -port={dns} {HOST} 127.0.0.1"
        record = check("dns", "partner.example", "--nameserver", f"127.0.0.1:{dns}").finding("srv-name-missing")
    assert record["owner"] == "partner"
    assert record["verify_with"].endswith(f"-port={dns} _sipfederationtls._tcp.partner.example 127.0.0.1")
