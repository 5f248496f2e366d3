"""How much is asked: a question of a whole plan once, and elsewhere only for what is not where it belongs."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from checks.dns.elsewhere import _WRONG_PREFIXES
from checks.requests import DnsRequest, HostRequest, Network, RouteRequest, TlsRequest
from checks.service import CheckService
from tests.checks.support import Check
from tests.checks.test_targets import PLAN
from tests.servers.dns import answering
from tests.servers.tls import free_port

SRV = "_sipfederationtls._tcp"
TARGET = "sip.partner.example"
Asked = tuple[str, str]


@dataclass
class Counting:
    """A name server that knows some records, says NXDOMAIN to all else, and counts what it is asked."""

    records: dict[Asked, str]
    silent: frozenset[str] = frozenset()
    asked: Counter[Asked] = field(default_factory=Counter)

    def __call__(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked[name, kind] += 1
        if name in self.silent:
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        if (name, kind) in self.records:
            reply.answer.append(dns.rrset.from_text(question.name, 300, "IN", kind, self.records[name, kind]))
        else:
            known = any(name == other for other, _ in self.records)
            reply.set_rcode(dns.rcode.NOERROR if known else dns.rcode.NXDOMAIN)
            soa = "ns1.partner.example. hostmaster.partner.example. 1 3600 600 86400 300"
            reply.authority.append(dns.rrset.from_text("partner.example.", 300, "IN", "SOA", soa))
        return reply


@contextmanager
def asking(server: Counting, timeout: float = 2) -> Iterator[CheckService]:
    """Checks that ask this name server alone; nothing listens where the partner's server should be."""
    with answering(server) as place:
        address, _, port = place.partition(":")
        away = {(TARGET, 5061): ("127.0.0.1", free_port())}
        service = CheckService(Network(name_servers=((address, int(port)),), connect_to=away, timeout=timeout))
        try:
            yield service
        finally:
            service.close()


RIGHT = {
    (f"{SRV}.partner.example", "SRV"): f"0 0 5061 {TARGET}.",
    (TARGET, "A"): "192.0.2.1",
    ("sip.local.example", "A"): "192.0.2.2",
}


def test_a_plan_asks_each_question_once() -> None:
    server = Counting(RIGHT)
    requests = (
        DnsRequest(domain="partner.example"),
        RouteRequest(domain="partner.example", kind="ocs-lync"),
        HostRequest(name=TARGET, side="partner"),
        HostRequest(name="sip.local.example"),
        TlsRequest(host="sip.local.example", port=free_port()),
    )
    with asking(server) as service:
        service.run_many(requests)
        assert {asked: count for asked, count in server.asked.items() if count > 1} == {}
        assert server.asked[f"{SRV}.partner.example", "SRV"] == 1
        service.run_many(requests[:1])
    assert server.asked[f"{SRV}.partner.example", "SRV"] == 2  # what is repaired meanwhile has to be seen


def test_a_check_whose_time_is_over_takes_no_answer_from_others() -> None:
    """Two checks wait for one name that nobody answers; each ends in its own time, and neither as a crash."""
    server = Counting(RIGHT, silent=frozenset({TARGET}))
    with asking(server, timeout=0.6) as service:
        results = service.run_many([HostRequest(name=TARGET), HostRequest(name=TARGET, expect_address="192.0.2.1")])
    assert [[found.code for found in result.findings] for result in results] == [["dns-timeout"]] * 2
    assert server.asked[TARGET, "A"] == 3  # the tries of one question, not of two


def spellings(server: Counting) -> set[str]:
    return {name for name, _ in server.asked if any(name == f"{p}.partner.example" for p in _WRONG_PREFIXES)}


def test_other_spellings_are_not_asked_for_while_the_right_name_answers() -> None:
    server = Counting(RIGHT)
    with asking(server) as service:
        service.run(DnsRequest(domain="partner.example"))
    assert spellings(server) == set()
    assert len(server.asked) <= 6  # the record, its zone, the target twice, and a name that nobody publishes


@pytest.mark.parametrize("service_word", ["sip", "xmpp"])
def test_other_spellings_are_each_asked_for_once_when_it_does_not(service_word: str) -> None:
    server = Counting({})
    with asking(server) as service:
        service.run(DnsRequest(domain="partner.example", service="sip" if service_word == "sip" else "xmpp"))
    assert (len(spellings(server)) >= 12) is (service_word == "sip")
    assert {asked: count for asked, count in server.asked.items() if count > 1} == {}


def test_a_side_question_that_nobody_answers_keeps_no_check_from_its_answer() -> None:
    """The name server knows the record, keeps silent about all else, and a dead one stands before it."""

    def only_the_record(query: dns.message.Message) -> dns.message.Message | None:
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        name = query.question[0].name.to_text(omit_final_dot=True)
        return Counting(RIGHT)(query) if (name, kind) in RIGHT else None

    with answering(lambda _: None) as dead, answering(only_the_record) as alive:
        servers = tuple((address, int(port)) for address, _, port in (s.partition(":") for s in (dead, alive)))
        service = CheckService(Network(name_servers=servers, internal_name_servers=servers[:1], timeout=0.5))
        began = time.monotonic()
        try:
            alone = service.run(DnsRequest(domain="partner.example"))
            many = service.run_many([DnsRequest(domain="partner.example")] * 2)
        finally:
            service.close()
    assert time.monotonic() - began < 5 * 0.5 + 10 / 3 * 0.5 + 1
    for findings in (alone, *many):
        codes = {found.code: found.severity.value for found in findings.findings}
        assert codes["srv-ok"] == "pass"
        assert "check-unfinished" not in codes
        assert findings.status.value in {"pass", "warn"}


@pytest.mark.parametrize(
    ("inside", "asked"), [((), False), (("--internal-nameserver",), True)], ids=["only those named", "the inside too"]
)
def test_with_name_servers_of_the_command_line_those_of_the_plan_are_not_asked(
    check: Check, tmp_path: Path, inside: tuple[str, ...], asked: bool
) -> None:
    planned, named = Counting(RIGHT), Counting(RIGHT)
    with answering(planned) as ours, answering(named) as theirs:
        plan = tmp_path / "plan.toml"
        dns_part = f'[dns]\nname_servers = ["{ours}"]\ninternal_name_servers = ["{ours}"]\n'
        plan.write_text(PLAN.replace('trust = ["root.pem"]\n', "") + dns_part)
        words = ["plan", plan, "--nameserver", theirs, *(word for option in inside for word in (option, ours))]
        for host in ("sip.partner.example", "sip.local.example"):
            words += ["--connect-to", f"{host}:5061:127.0.0.1:{free_port()}"]
        check(*words)
    assert named.asked[f"{SRV}.partner.example", "SRV"] == 1
    assert bool(planned.asked) is asked
