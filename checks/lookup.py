"""What each kind of request asks the network for, and the judges that its answers go to."""

import asyncio
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from checks.catalogue import finding
from checks.certificate.facts import CertificateFacts, read_certificate
from checks.certificate.judge import judge_chain
from checks.dns.gather import gather_domain
from checks.dns.judge import judge_domain, judge_host
from checks.dns.query import Reply, Server, addresses_of, ask, system_servers
from checks.finding import ChainLink, Finding, Severity
from checks.names import BadNameError, host
from checks.requests import CertificateRequest, DnsRequest, HostRequest, Network, TlsRequest
from checks.tls.judge import judge_handshake
from checks.tls.probe import Seen, context_for, probe

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)
_OPTIONS = (
    "OPTIONS sip:{host} SIP/2.0\r\nVia: SIP/2.0/TLS fedwizard.invalid;branch=z9hG4bKfedwizard\r\n"
    "Max-Forwards: 70\r\nTo: <sip:{host}>\r\nFrom: <sip:probe@fedwizard.invalid>;tag=fedwizard\r\n"
    "Call-ID: fedwizard@fedwizard.invalid\r\nCSeq: 1 OPTIONS\r\nContact: <sip:probe@fedwizard.invalid>\r\n"
    "Content-Length: 0\r\n\r\n"
)

Chain = tuple[ChainLink, ...]


def servers_of(network: Network) -> tuple[Server, ...]:
    """The name servers to ask, those of this machine where none are given, each through the connection map."""
    given = network.name_servers or system_servers()
    return tuple(network.connect_to.get(server, server) for server in given)


async def domain_findings(request: DnsRequest, network: Network) -> Iterable[Finding]:
    """The federation SRV of a domain; from inside too, where inside name servers are given."""
    facts = await gather_domain(request.domain, request.service, servers_of(network), network.timeout)
    found = list(judge_domain(request, facts))
    inside = tuple(network.connect_to.get(server, server) for server in network.internal_name_servers)
    if inside:
        reply = await ask(facts.owner_name, "SRV", inside, network.timeout)
        if reply.answered and facts.reply.answered and reply.services != facts.reply.services:
            found.append(_differs(request, facts.owner_name, facts.reply, reply))
    return found


def _differs(request: DnsRequest, name: str, outside: Reply, inside: Reply) -> Finding:
    """A partner's record that the inside does not see is a fault; otherwise the difference is often meant."""
    lost = request.side == "partner" and outside.services and not inside.services
    observed = {"outside": outside.records, "inside": inside.records}
    severity = Severity.FAIL if lost else None
    return finding("split-horizon-differs", name, severity=severity, observed=observed, values={"owner_name": name})


async def host_findings(request: HostRequest, network: Network) -> Iterable[Finding]:
    """The addresses of a public name."""
    four, six = await addresses_of(request.name, servers_of(network), network.timeout)
    return judge_host(request, four, six)


async def addresses(name: str, network: Network) -> tuple[str, ...]:
    """The addresses of a name or address: itself, /etc/hosts, the DNS; IPv4 first."""
    try:
        bare = host(name)
    except BadNameError:
        bare = name
    try:
        return (str(ipaddress.ip_address(bare)),)
    except ValueError:
        pass
    local = _hosts_file(bare)
    if local:
        return local
    four, six = await addresses_of(bare, servers_of(network), network.timeout)
    return (*four.records, *six.records)


def _hosts_file(name: str, path: Path = Path("/etc/hosts")) -> tuple[str, ...]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    words = (line.partition("#")[0].split() for line in lines)
    return tuple(parts[0] for parts in words if len(parts) > 1 and name in [part.lower() for part in parts[1:]])


async def server_findings(request: TlsRequest, network: Network) -> tuple[Iterable[Finding], Chain]:
    """The way to a server, and the certificates that it shows."""
    subject = f"{request.host}:{request.port}"
    mapped = network.connect_to.get((request.host, request.port))
    places = [mapped] if mapped else [(a, request.port) for a in await addresses(request.host, network)]
    if not places:
        return [finding("address-missing", request.host, expected={"address": "its address"})], ()
    seen = await _probe_first(places, request, network)
    if mapped:
        seen = replace(seen, address=subject)  # people know the name, not where the connection map leads
    found = list(judge_handshake(subject, seen))
    certificates, malformed = _read_all(subject, seen.chain)
    found += malformed
    if certificates:
        at = network.at or datetime.now(UTC)
        found += judge_chain(subject, certificates, trusted_roots(network), request.name, at)
    return found, links(certificates)


async def _probe_first(places: list[tuple[str, int]], request: TlsRequest, network: Network) -> Seen:
    """Probe the addresses in turn, until one answers."""
    options = _OPTIONS.format(host=request.host).encode()
    seen = Seen(address="")
    for place in places:
        context = await asyncio.to_thread(context_for, network.client_certificate)
        seen = await probe(place, request.host, context, options, network.timeout)
        if seen.fault is None:
            return seen
    return seen


def file_findings(request: CertificateRequest, network: Network) -> tuple[Iterable[Finding], Chain]:
    """A certificate or chain in a PEM file. The file was seen to be readable and to hold a PEM block."""
    subject = str(request.path)
    certificates, malformed = _read_all(subject, pem_blocks(request.path.read_bytes()))
    found = list(malformed)
    if certificates:
        at = network.at or datetime.now(UTC)
        found += judge_chain(subject, certificates, trusted_roots(network), request.name, at)
    return found, links(certificates)


def pem_blocks(content: bytes) -> tuple[bytes, ...]:
    """The DER of every certificate block in a PEM text; what cannot be decoded comes as it is."""
    import base64

    blocks = []
    for match in _PEM.finditer(content):
        try:
            blocks.append(base64.b64decode(b"".join(match[1].split()), validate=True))
        except ValueError:
            blocks.append(match[1])
    return tuple(blocks)


def trusted_roots(network: Network) -> tuple[CertificateFacts, ...]:
    """The certificates of the trust files."""
    found = [certificate for path in network.trust for certificate in _read_all("", pem_blocks(path.read_bytes()))[0]]
    return tuple(found)


def _read_all(subject: str, chain: tuple[bytes, ...]) -> tuple[tuple[CertificateFacts, ...], tuple[Finding, ...]]:
    good, bad = [], []
    for number, der in enumerate(chain):
        try:
            good.append(read_certificate(der))
        except ValueError as problem:
            observed = {"reason": str(problem)[:200], "position": number}
            bad.append(finding("cert-malformed", subject, observed=observed))
    return tuple(good), tuple(bad)


def links(certificates: tuple[CertificateFacts, ...]) -> Chain:
    """The chain as it is reported."""
    return tuple(ChainLink(subject=c.subject, sha256=c.sha256) for c in certificates)
