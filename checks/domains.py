"""The federation record of a domain, and the ports of the servers whose record names another than peers dial."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

from checks.dns.gather import Target, gather_domain
from checks.dns.judge import judge_domain
from checks.dns.ports import try_ports
from checks.finding import Finding, Severity
from checks.lookup import server_findings, unique
from checks.requests import DnsRequest, TlsRequest
from checks.targets import may_be_visited
from checks.views import Views

_MOST_TRIED = 4  # targets of one domain whose ports are tried


async def domain_findings(request: DnsRequest, views: Views) -> Iterable[Finding]:
    """The federation SRV of a domain; from inside too, where inside name servers are given."""
    facts = await gather_domain(
        request.domain,
        request.service,
        views.outside,
        inside=views.inside,
        authoritative=views.network.authoritative,
    )
    facts = replace(facts, targets=await _with_ports(request, facts.targets, views))
    return unique(judge_domain(request, facts, datetime.now(UTC)))


async def _with_ports(request: DnsRequest, targets: tuple[Target, ...], views: Views) -> tuple[Target, ...]:
    """The targets, with what stands at both ports of those whose record names another than the expected one."""
    odd = [target for target in targets if target.record.port not in {request.expected_port, 0}][:_MOST_TRIED]
    tried = dict(zip(odd, await asyncio.gather(*(_tried(request, target, views) for target in odd)), strict=True))
    return tuple(tried.get(target, target) for target in targets)


async def _tried(request: DnsRequest, target: Target, views: Views) -> Target:
    ports = await try_ports(
        target.record.target,
        target.addresses,
        (target.record.port, request.expected_port),
        views.network.connect_to,
        min(views.network.timeout, views.left),
    )
    shut = any(port.number == request.expected_port and port.seen for port in ports)
    return replace(target, ports=ports, good="" if shut else await _good_certificate(request, target, views))


async def _good_certificate(request: DnsRequest, target: Target, views: Views) -> str:
    """The subject of the certificate at the port that peers dial, where nothing fails there; empty otherwise.

    XMPP servers begin without TLS, so theirs is not looked at.
    """
    record = replace(target.record, port=request.expected_port)
    if request.service != "sip" or not await may_be_visited(record, views):
        return ""
    server = TlsRequest(host=record.target, port=record.port, name=record.target, side=request.side)
    try:
        async with asyncio.timeout(views.left):
            findings, chain = await server_findings(server, views)
    except TimeoutError:
        return ""
    fails = any(found.severity is Severity.FAIL for found in findings)
    return chain[0].subject if chain and not fails else ""
