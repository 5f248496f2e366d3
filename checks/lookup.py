"""What each kind of request asks the network for, and the judges that its answers go to."""

import asyncio
import shlex
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from checks.catalogue import finding
from checks.certificate.judge_pool import judge_pool
from checks.certificate.of_file import of_a_file
from checks.certificate.pem import pem_blocks
from checks.certificate.subject import Told
from checks.chains import Chain, Shown, judged, leaves, members_of
from checks.dns.caa import ask_upwards, judge_caa
from checks.dns.judge import judge_host
from checks.dns.judge_basics import owner_of, seen_there, unanswered
from checks.dns.query import Outcome, Reply, Resolver, system_servers
from checks.dns.udp import Udp
from checks.finding import Finding
from checks.names import BadNameError, domain_name, host, is_address, place_of, srv_name
from checks.requests import CertificateRequest, HostRequest, Network, RouteRequest, TlsRequest
from checks.routing import gather_route, judge_route
from checks.servers import FederationServer
from checks.tls.gather import Server, visit_server
from checks.tls.judge import judge_server
from checks.tls.ours import judge_dates, ours_in
from checks.tls.own_side import of_our_side
from checks.tls.seen import UNREADABLE
from checks.views import Views

Place = tuple[str, int]


def resolver_of(network: Network, udp: Udp | None = None) -> Resolver:
    """The name servers of a check; `udp` are sockets that many questions share."""
    return Resolver(network.name_servers or system_servers(), network.timeout, network.connect_to, udp)


async def host_findings(request: HostRequest, views: Views) -> Iterable[Finding]:
    """The addresses of a public name."""
    four, six = await views.outside.addresses(request.name)
    return judge_host(request, four, six)


async def route_findings(request: RouteRequest, views: Views) -> Iterable[Finding]:
    """The rule that routes a domain. The cluster asks inside name servers: where they are given, they decide."""
    return unique(judge_route(request, await gather_route(request, views.of_the_cluster)))


async def federation_server(domain: str, views: Views) -> FederationServer:
    """The server that the federation SRV of a domain names first, and its addresses."""
    resolver = views.outside
    reply = await resolver.ask(srv_name(domain), "SRV")
    if not reply.answered:
        return FederationServer(published=None, reason=f"{reply.server}: {reply.detail or reply.outcome.value}")
    if reply.outcome is not Outcome.DATA or not reply.services:
        return FederationServer(published=False)
    best = min(reply.services, key=lambda record: (record.priority, -record.weight, record.target))
    try:
        target = domain_name(best.target)
    except BadNameError:  # a lone dot, which says that there is no such service, or no host name
        return FederationServer(published=best.target != ".", port=best.port)
    four, six = await resolver.addresses(target)
    found = (*four.records, *six.records)
    return FederationServer(published=True, target=target, port=best.port, addresses=found)


async def addresses(name: str, views: Views) -> tuple[str, ...]:
    """The addresses of a name or address: itself, /etc/hosts, the DNS; IPv4 first."""
    found, _ = await _addresses(name, views)
    return found


async def _addresses(name: str, views: Views) -> tuple[tuple[str, ...], Reply | None]:
    """The addresses, and where there are none the reply that says so, which may be that nobody answered."""
    try:
        bare = host(name)
    except BadNameError:
        bare = name.strip().rstrip(".").lower()
    if is_address(bare):
        return (bare,), None
    local = _hosts_file(bare)
    if local:
        return local, None
    four, six = await views.outside.addresses(bare)
    found = (*four.records, *six.records)
    failed = next((reply for reply in (four, six) if not reply.answered), four)
    return found, None if found else failed


def _hosts_file(name: str, path: Path = Path("/etc/hosts")) -> tuple[str, ...]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    words = (line.partition("#")[0].split() for line in lines)
    found = [parts[0] for parts in words if len(parts) > 1 and name in [part.lower() for part in parts[1:]]]
    return tuple(sorted(dict.fromkeys(filter(is_address, found)), key=lambda address: ":" in address))


async def server_findings(request: TlsRequest, views: Views) -> tuple[Iterable[Finding], Chain]:
    """The way to a server, and the certificates that it shows."""
    network = views.network
    subject = place_of(request.host, request.port)
    target, port = network.connect_to.get((request.host, request.port), (request.host, request.port))
    found_addresses, none = await _addresses(target, views)
    if none is not None and not none.answered:
        return [unanswered(target, none), *_of_our_certificate(network)], ()
    if none is not None:
        values = {"expected_address": "its public address"}
        missing = finding("address-missing", target, owner=owner_of(request.side), values=values)
        return [seen_there(missing, none.server), *_of_our_certificate(network)], ()
    places = tuple((address, port) for address in found_addresses)
    server = await visit_server(places, request.host, network.client_certificate, network.timeout, network.release)
    shows = f"openssl s_client -connect {subject} -showcerts </dev/null"
    told = Told(subject=subject, see=f"{shows} | {_decoded('/dev/stdin')}")
    findings = list(judge_server(subject, server, datetime.now(UTC), network.at))
    chain: Chain = ()
    unreadable: set[str] = set()
    chains = _chains(request, server)
    for shown, revoked in zip(chains, await _revocations(told, chains, views), strict=True):
        about, links = judged(told, shown, network, views.trust)
        found = _and_revoked(about, revoked)
        unreadable.update(shown.addresses if any(one.code == "cert-malformed" for one in about) else ())
        findings += [_at_addresses(one, shown) for one in found] if len(chains) > 1 else found
        chain = chain or links
    findings = [one for one in findings if not _is_same_cause(one, unreadable)]
    findings += [*judge_pool(told, leaves(chains)), *await _allowed_to_sign(request, findings, views)]
    return unique(map(of_our_side, findings) if request.side == "ours" else findings), chain


def _of_our_certificate(network: Network) -> Iterable[Finding]:
    """What can be said of the certificate that we would have shown."""
    ours = ours_in(network.client_certificate[0]) if network.client_certificate is not None else None
    return () if ours is None else judge_dates(ours, network.at or datetime.now(UTC))


async def _allowed_to_sign(request: TlsRequest, findings: list[Finding], views: Views) -> Iterable[Finding]:
    """Who may sign for a name of ours, which its renewal depends on; private authorities do not look at that."""
    public = next((found for found in findings if found.code == "cert-public"), None)
    if public is None or request.side != "ours" or is_address(request.host):
        return ()
    answers = await ask_upwards(request.host, views.outside)
    return judge_caa(request.host, str(public.observed["issuer"]), answers)


def _is_same_cause(found: Finding, unreadable: Collection[str]) -> bool:
    """Whether a handshake ended at a certificate that cannot be read, at these addresses: that is told once."""
    at_it = found.observed.get("reason") == UNREADABLE
    return found.code == "tls-malformed" and at_it and found.observed.get("address") in unreadable


def _chains(request: TlsRequest, server: Server) -> tuple[Shown, ...]:
    """Addresses of one server mostly show the same chain."""
    found: dict[tuple[bytes, ...], Shown] = {}
    host = None if is_address(request.host) else request.host
    for visit in server.visits:
        if not visit.chain:
            continue
        ahead = visit.seen.ahead if visit.seen.ahead is not None else visit.seen.ahead_by_hello
        clock = timedelta(seconds=ahead) if ahead is not None else None
        new = Shown(sent=visit.chain, name=request.name, host=host, ahead=clock)
        same = found.get(visit.chain, new)
        found[visit.chain] = replace(same, addresses=(*same.addresses, visit.seen.address))
    return tuple(found.values())


def _at_addresses(found: Finding, shown: Shown) -> Finding:
    """A finding about one chain of several."""
    return replace(found, observed={**found.observed, "addresses": list(shown.addresses)})


async def file_findings(request: CertificateRequest, views: Views) -> tuple[Iterable[Finding], Chain]:
    """A certificate or chain in a PEM file. The file was seen to be readable and to hold a PEM block."""
    path = str(request.path)
    told = Told(subject=path, see=_decoded(shlex.quote(path)))
    shown = Shown(sent=pem_blocks(request.path.read_bytes()), name=request.name)
    if not shown.sent:
        raise OSError(f"{path} holds no certificate any more")
    (revoked,) = await _revocations(told, (shown,), views)
    about, links = judged(told, shown, views.network, views.trust)
    return map(of_a_file, _and_revoked(about, revoked)), links


def _decoded(path: str) -> str:
    """A command that shows every certificate in a PEM text; `openssl x509` shows the first one alone."""
    return f"openssl crl2pkcs7 -nocrl -certfile {path} | openssl pkcs7 -print_certs -noout -text"


async def _revocations(told: Told, chains: tuple[Shown, ...], views: Views) -> list[list[Finding]]:
    """What was taken back, for each chain, all at the same time; what is left of the whole check bounds it too."""
    network = views.network
    if not network.revocation:
        return [[] for _ in chains]
    from checks.certificate.revocation import WITHIN, revocation_findings
    from checks.fetch import Fetcher

    at = network.at or datetime.now(UTC)
    fetcher = Fetcher(
        resolve=lambda name: addresses(name, views), connect_to=network.connect_to, timeout=network.timeout
    )
    paths = [members_of(shown.sent, views.trust, at) for shown in chains]
    asked = (revocation_findings(told, members, fetcher.fetch, at, min(WITHIN, views.left)) for members in paths)
    return list(await asyncio.gather(*asked))


def _and_revoked(judged: list[Finding], revoked: list[Finding]) -> list[Finding]:
    """Both; what was taken back is not good, however well it is made."""
    taken_back = any(found.code == "cert-revoked" for found in revoked)
    return [*(found for found in judged if not (taken_back and found.code == "cert-ok")), *revoked]


def unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings without repetitions: several records may lead to one host."""
    kept: list[Finding] = []
    for found in findings:
        if found not in kept:
            kept.append(found)
    return tuple(kept)
