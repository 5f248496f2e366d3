"""Names that we mistook: a server in place of its domain, and a domain that nobody registered."""

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from checks.finding import ON_OUR_SIDE, Severity
from checks.requests import DnsRequest, Network
from checks.service import CheckService
from tests.checks.support import Check
from tests.servers.dns import answering
from wizard.__main__ import main

SRV = "_sipfederationtls._tcp"
RIGHT = f"{SRV}.partner.example."
KNOWN = {"partner.example.", "sip.partner.example.", RIGHT, "other.example."}


def _answer(query: dns.message.Message) -> dns.message.Message:
    """One partner below the root, and nothing else: as the practice network and a small inside name server answer."""
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.AA
    question = query.question[0]
    name, kind = question.name.to_text().lower(), question.rdtype.name
    if (name, kind) == (RIGHT, "SRV"):
        reply.answer.append(dns.rrset.from_text(name, 300, "IN", "SRV", "0 0 5061 sip.partner.example."))
    elif (name, kind) == ("sip.partner.example.", "A"):
        reply.answer.append(dns.rrset.from_text(name, 300, "IN", "A", "8.8.8.8"))
    else:
        zone = next((zone for zone in ("partner.example.", "other.example.") if name.endswith(zone)), ".")
        reply.authority.append(dns.rrset.from_text(zone, 300, "IN", "SOA", "ns1.example. x.example. 1 1 1 1 300"))
        if name not in KNOWN:
            reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply


def test_a_server_in_place_of_its_domain_is_our_slip(check: Check, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(_answer) as server:
        found = check("dns", "sip.partner.example", "--nameserver", server).finding("srv-wrong-zone")
        main(["check", "dns", "sip.partner.example", "--nameserver", server, "--request", "partner"])
    assert (found["severity"], found["owner"]) == ("fail", "you")
    assert "Did you mean partner.example?" in found["why"]
    assert "Delete" not in " ".join(found["fix"])
    assert capsys.readouterr().out.startswith("Nothing was found for the other side's administrator to mend.")


def test_a_domain_of_which_nothing_exists_is_our_slip_first(check: Check) -> None:
    with answering(_answer) as server:
        found = check("dns", "parnter.example", "--nameserver", server).finding("srv-name-missing")
    assert (found["severity"], found["owner"]) == ("fail", "you")
    assert found["fix"][0] == "See that parnter.example is spelled right, and is registered."
    assert "The domain parnter.example itself does not exist. " in found["why"]
    told = " ".join([found["why"], *found["fix"]])
    assert found["observed"]["zone"] == ""
    assert "nearest zone" not in told and "zone ." not in told


def test_a_name_below_a_zone_that_exists_is_theirs_to_publish_and_ours_to_spell(check: Check) -> None:
    with answering(_answer) as server:
        found = check("dns", "im.other.example", "--nameserver", server).finding("srv-name-missing")
    assert found["owner"] == "partner"
    assert found["fix"][0] == f"{ON_OUR_SIDE}see that im.other.example is spelled right."
    assert "the nearest zone is other.example" in found["why"]
    assert f"the name server at {server} remembers the gap until" in found["fix"][-1]
    assert "others, at most as long from when they were asked" in found["fix"][-1]


@pytest.mark.parametrize(("domain", "unsure"), [("im.other.example", True), ("parnter.example", False)])
def test_without_a_plan_nobody_knows_whose_domain_it_is(
    capsys: pytest.CaptureFixture[str], domain: str, unsure: bool
) -> None:
    with answering(_answer) as server:
        main(["check", "dns", domain, "--nameserver", server])
    told = " ".join(capsys.readouterr().out.split())
    assert (f"the other side stands for whoever runs the DNS of {domain}" in told) is unsure


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_record_that_nothing_needs_is_asked_of_nobody(by_hand: bool) -> None:
    with answering(_answer) as server:
        address, _, port = server.partition(":")
        service = CheckService(Network(name_servers=((address, int(port)),)))
        try:
            request = DnsRequest(domain="im.other.example", missing_is="info", static_entry=by_hand)
            (found,) = service.run(request).findings
        finally:
            service.close()
    assert (found.code, found.severity, found.fix) == ("srv-name-missing", Severity.INFO, ())
    assert "nothing has to be done" in found.why
