"""BIND 9 with the zones of the practice network gives the findings that the practice name server gives."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from checks.finding import Findings, Severity
from checks.requests import DnsRequest, HostRequest, Network
from checks.service import CheckService
from tests.servers.bind import name_server
from wizard.practice.client import PracticeNetwork


def run(network: Network, request: DnsRequest | HostRequest) -> Findings:
    """One check."""
    service = CheckService(network)
    try:
        return service.run(request)
    finally:
        service.close()


def codes(findings: Findings) -> dict[str, Severity]:
    """Code -> severity."""
    return {finding.code: finding.severity for finding in findings.findings}


def zones_of(state: Path) -> dict[str, str]:
    """The records of a practice network, by zone, without what the name server makes itself."""
    records = json.loads(state.read_text(encoding="utf-8"))["records"]
    zones = sorted((r["name"] for r in records if r["kind"] == "SOA" and r["name"]), key=len, reverse=True)
    texts: dict[str, str] = defaultdict(str)
    for record in records:
        zone = next((z for z in zones if record["name"] == z or record["name"].endswith("." + z)), None)
        if zone is not None and record["kind"] not in {"SOA", "NS"}:
            texts[zone] += f"{record['name']}. IN {record['kind']} {record['text']}\n"
    return {zone: texts[zone] for zone in zones}


@pytest.mark.needs("bind9")
def test_bind_with_the_practice_zones_gives_equal_findings(tmp_path: Path) -> None:
    network = PracticeNetwork.start(tmp_path / "practice", "healthy", 0.0)
    try:
        network.do(("publish", "srv", "local.example", "sip", "imp-public.mail.local.example", "5061"))
        network.do(("publish", "a", "imp-public.mail.local.example", "192.0.2.10"))
        address, _, port = network.name_servers[0].rpartition(":")
        with name_server(tmp_path / "bind", zones_of(tmp_path / "practice" / "state.json")) as bind_port:
            requests: tuple[DnsRequest | HostRequest, ...] = (
                DnsRequest(domain="local.example", side="ours", expect_target="imp-public.mail.local.example"),
                DnsRequest(domain="mail.local.example", side="ours", expect_target="imp-public.mail.local.example"),
                DnsRequest(domain="partner.example"),
                DnsRequest(domain="branch.example", missing_is="info", static_entry=True),
                HostRequest(name="imp-public.mail.local.example", expect_address="192.0.2.10"),
                HostRequest(name="nobody.partner.example"),
            )
            for request in requests:
                ours = run(Network(name_servers=((address, int(port)),)), request)
                theirs = run(Network(name_servers=(("127.0.0.1", bind_port),)), request)
                assert codes(ours) == codes(theirs), request
                assert ours.status == theirs.status
    finally:
        network.stop()
