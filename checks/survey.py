"""Many domains at once, each in few questions: where its federation leads, which chain is shown there, is it good?

A survey asks what a whole check asks first (SRV, addresses, chain) and nothing after it, so that a thousand domains
take seconds. By default no handshake is finished: the first flight of a server up to TLS 1.2 holds all that is
wanted (measured: half the time of a handshake). What that flight does not tell is asked again with a handshake.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from checks.certificate.facts import CertificateFacts, read_certificate
from checks.certificate.judge import judge_chain
from checks.certificate.subject import Told
from checks.chains import trusted_roots
from checks.dns.query import Outcome, Reply, Resolver, Srv
from checks.dns.udp import Udp
from checks.finding import Severity
from checks.lookup import resolver_of
from checks.names import srv_name
from checks.requests import Handshake, Network
from checks.tls.probe import context_for, probe
from checks.tls.raw import first_flight
from checks.tls.seen import Fault, Seen

_NO_TCP = frozenset({Fault.REFUSED, Fault.TIMEOUT, Fault.UNREACHABLE})  # a handshake would fare no better
_LOOKUPS = 64  # domains whose names are looked up at the same time: three questions each, 200 in flight


@dataclass(frozen=True, kw_only=True)
class Surveyed:
    """One domain. `fault` is the code of what ended it early, empty where a chain was judged.

    `chain` is DER, leaf first. `verified` says that nothing about the chain fails: its path leads to a trusted root,
    its dates hold, and its names are those of the target.
    """

    domain: str
    services: tuple[Srv, ...] = ()
    four: tuple[str, ...] = ()
    six: tuple[str, ...] = ()
    chain: tuple[bytes, ...] = ()
    verified: bool = False
    fault: str = ""


async def survey(
    domains: Sequence[str],
    network: Network,
    handshake: Handshake = "raw",
    on_done: Callable[[Surveyed], None] | None = None,
) -> tuple[Surveyed, ...]:
    """Ask about all domains, at most `network.concurrency` servers at a time; in the order given."""
    async with Udp() as udp:
        surveyor = _Surveyor(network, handshake, udp)

        async def one(domain: str) -> Surveyed:
            seen = await surveyor.look(domain)
            if on_done is not None:
                on_done(seen)
            return seen

        return tuple(await asyncio.gather(*map(one, domains)))


class _Surveyor:
    """What the domains of one survey share."""

    def __init__(self, network: Network, handshake: Handshake, udp: Udp) -> None:
        self._network, self._handshake = network, handshake
        self._resolver: Resolver = resolver_of(network, udp)
        self._roots = trusted_roots(network)
        self._at = network.at or datetime.now(UTC)
        self._lookups, self._servers = asyncio.Semaphore(_LOOKUPS), asyncio.Semaphore(network.concurrency)
        self._context = context_for(None)
        self._authorities: dict[bytes, CertificateFacts] = {}

    async def look(self, domain: str) -> Surveyed:
        """All about one domain."""
        async with self._lookups:
            reply = await self._resolver.ask(srv_name(domain), "SRV")
            if reply.outcome is not Outcome.DATA or not reply.services:
                return Surveyed(domain=domain, fault=_missing(reply))
            services = tuple(sorted(reply.services, key=lambda s: (s.priority, -s.weight, s.target)))
            best = services[0]
            four, six = await self._resolver.addresses(best.target)
        found = Surveyed(domain=domain, services=services, four=four.records, six=six.records)
        addresses = found.four or found.six
        if not addresses:
            return Surveyed(domain=domain, services=services, fault="srv-target-unresolvable")
        place = self._network.connect_to.get((best.target, best.port), (addresses[0], best.port))
        async with self._servers:
            seen = await self._visit(place, best.target)
        return self._judged(found, best.target, seen)

    async def _visit(self, place: tuple[str, int], name: str) -> Seen:
        timeout = self._network.timeout
        if self._handshake == "raw":
            seen = await first_flight(place, name, timeout)
            if seen.chain or seen.fault in _NO_TCP:
                return seen
        return await probe(place, name, self._context, b"", timeout)

    def _judged(self, found: Surveyed, name: str, seen: Seen) -> Surveyed:
        if not seen.chain:
            fault = seen.fault.value if seen.fault is not None else Fault.MALFORMED.value
            return _with(found, fault=fault)
        try:
            certificates = (read_certificate(seen.chain[0]), *map(self._authority, seen.chain[1:]))
        except ValueError:
            return _with(found, chain=seen.chain, fault="cert-malformed")
        told = Told(subject=name, see="")
        verdicts = judge_chain(told, certificates, self._roots, name, self._at)
        good = not any(verdict.severity is Severity.FAIL for verdict in verdicts)
        return _with(found, chain=seen.chain, verified=good)

    def _authority(self, der: bytes) -> CertificateFacts:
        """A certificate above a leaf: many domains show the same ones, which are read once."""
        if der not in self._authorities:
            self._authorities[der] = read_certificate(der)
        return self._authorities[der]


def _missing(reply: Reply) -> str:
    return "srv-name-missing" if reply.answered else f"dns-{reply.outcome.value}"


def _with(found: Surveyed, *, chain: tuple[bytes, ...] = (), verified: bool = False, fault: str = "") -> Surveyed:
    return replace(found, chain=chain, verified=verified, fault=fault)
