"""The servers that a federation record names beside the one that a plan knows: each is somebody's next connection."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from checks.addresses import Reach, reach_of
from checks.catalogue import finding
from checks.certificate.judge_pool import judge_servers
from checks.dns.gather import look_up_target
from checks.dns.query import Srv
from checks.finding import ChainLink, Finding
from checks.lookup import server_findings
from checks.names import SIP_TLS_PORT, BadNameError, domain_name, place_of, srv_name
from checks.requests import TargetsRequest, TlsRequest
from checks.tls.own_side import of_our_side
from checks.views import Views

_MOST = 8  # servers of one domain


@dataclass(frozen=True, kw_only=True)
class Visited:
    """One server of a record, what was found there, and the chain it showed, leaf first."""

    record: Srv
    findings: tuple[Finding, ...]
    chain: tuple[ChainLink, ...]

    @property
    def place(self) -> str:
        """Host and port, as people write them."""
        return place_of(self.record.target, self.record.port)


async def targets_findings(request: TargetsRequest, views: Views) -> Iterable[Finding]:
    """What is wrong with each further server, and whether those that take turns show the same certificate."""
    reply = await views.outside.ask(srv_name(request.domain), "SRV")
    records = reply.services[:_MOST]
    known = [record for record in records if (record.target, record.port) in request.known]
    taking_turns = {record.priority for record in records if record not in known}
    wanted = [record for record in records if record not in known or record.priority in taking_turns]
    reached = await asyncio.gather(*(may_be_visited(record, views) for record in wanted))
    visits = (_visit(record, request, views) for record, may in zip(wanted, reached, strict=True) if may)
    visited = await asyncio.gather(*visits)
    return judge_targets(request, visited)


async def may_be_visited(record: Srv, views: Views) -> bool:
    """What is no host, or has no address, is told of the record; and no record leads us about in a network of ours."""
    try:
        if domain_name(record.target) != record.target or record.port == 0:
            return False
    except BadNameError:
        return False
    addresses = (await look_up_target(record, views.outside)).addresses
    mapped = (record.target, record.port) in views.network.connect_to
    allowed = {Reach.PUBLIC, Reach.DOCUMENTATION} if mapped else {Reach.PUBLIC}
    return bool(addresses) and all(reach_of(address)[0] in allowed for address in addresses)


async def _visit(record: Srv, request: TargetsRequest, views: Views) -> Visited:
    server = TlsRequest(host=record.target, port=record.port, name=record.target, side=request.side)
    findings, chain = await server_findings(server, views)
    return Visited(record=record, findings=tuple(findings), chain=chain)


def judge_targets(request: TargetsRequest, visited: Sequence[Visited]) -> Iterator[Finding]:
    """The findings of the servers that have no check of their own, and of those that share a priority. Pure."""
    for each in visited:
        told = each.record.port != SIP_TLS_PORT and not each.chain  # by the finding about the port
        if not told and (each.record.target, each.record.port) not in request.known:
            yield from (found for found in each.findings if not _is_known_subject(found, each, request))
    pool = [(each.place, each.chain[0]) for each in visited if each.chain]
    for found in judge_servers(srv_name(request.domain), pool):
        yield of_our_side(found) if request.side == "ours" else found
    for priority in sorted({each.record.priority for each in visited}):
        alike = [each for each in visited if each.record.priority == priority and each.chain]
        if len({each.chain[0].sha256 for each in alike}) > 1:
            yield _differ(request, priority, alike)


def _is_known_subject(found: Finding, visited: Visited, request: TargetsRequest) -> bool:
    """One certificate for several servers carries one CN: that is no mismatch while it also holds this name."""
    names = found.observed.get("names")
    held = isinstance(names, list) and visited.record.target in names
    return found.code == "cert-name-mismatch" and found.observed.get("cn") in request.subjects and held


def _differ(request: TargetsRequest, priority: int, alike: Sequence[Visited]) -> Finding:
    shown = [f"{each.place} shows {each.chain[0].subject}" for each in alike]
    subjects = list(dict.fromkeys(each.chain[0].subject for each in alike))
    observed = {"priority": priority, "certificates": shown, "subjects": subjects}
    found = finding("srv-targets-differ", srv_name(request.domain), observed=observed)
    return of_our_side(found) if request.side == "ours" else found
