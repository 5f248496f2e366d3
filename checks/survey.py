"""Many domains at once, each in few questions: where its federation leads, which chain is shown there, is it good?

A survey asks what a whole check asks first (SRV, addresses, chain) and nothing after it, so that a thousand domains
take seconds. By default no handshake is finished: the first flight of a server up to TLS 1.2 holds all that is
wanted (measured: half the time of a handshake). What that flight does not tell is asked again with a handshake.
Each result goes to its reader at once: what is held at any time depends on how many are asked together, not on how many
there are.
"""

import asyncio
import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from checks.certificate.facts import read_certificate
from checks.certificate.judge import judge_chain
from checks.certificate.subject import Told
from checks.certificate.trust import Trust
from checks.dns.query import Outcome, Reply, Resolver, Srv
from checks.dns.udp import Udp
from checks.finding import Severity
from checks.lookup import resolver_of
from checks.names import BadNameError, domain_name, srv_name
from checks.requests import Handshake, Network
from checks.tls.probe import context_for, probe
from checks.tls.raw import first_flight
from checks.tls.seen import Fault, Seen

_NO_TCP = frozenset({Fault.REFUSED, Fault.TIMEOUT, Fault.UNREACHABLE})  # a handshake would fare no better
_LOOKUPS = 64  # domains whose names are looked up at the same time: three questions each, 200 in flight
_MOST_AUTHORITIES = 256  # that are remembered; a server may show a new one each time


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
    domains: Iterable[str], network: Network, on_done: Callable[[Surveyed], None], handshake: Handshake = "raw"
) -> None:
    """Ask about all domains, at most `network.concurrency` servers at a time; each is told as soon as it is done."""
    waiting = iter(domains)
    async with Udp() as udp, asyncio.TaskGroup() as group:
        surveyor = _Surveyor(network, handshake, udp)

        async def take_turns() -> None:
            for domain in waiting:  # shared: whoever is free takes the next one
                on_done(await surveyor.look(domain))

        for _ in range(_LOOKUPS + network.concurrency):
            group.create_task(take_turns())


class _Surveyor:
    """What the domains of one survey share."""

    def __init__(self, network: Network, handshake: Handshake, udp: Udp) -> None:
        self._network, self._handshake = network, handshake
        self._resolver: Resolver = resolver_of(network, udp)
        self._roots = Trust(network.trust).roots
        self._at = network.at or datetime.now(UTC)
        self._lookups, self._servers = asyncio.Semaphore(_LOOKUPS), asyncio.Semaphore(network.concurrency)
        self._context = context_for(None)
        # Many domains show the same certificates above their leaf, which are read once.
        self._authority = functools.lru_cache(_MOST_AUTHORITIES)(read_certificate)

    async def look(self, domain: str) -> Surveyed:
        """All about one domain."""
        async with self._lookups:
            reply = await self._resolver.ask(srv_name(domain), "SRV")
            if reply.outcome is not Outcome.DATA or not reply.services:
                return Surveyed(domain=domain, fault=_missing(reply))
            services = tuple(sorted(reply.services, key=lambda s: (s.priority, -s.weight, s.target)))
            best = services[0]
            try:
                target = domain_name(best.target)
            except BadNameError:  # a lone dot, which says that there is no such service, or no host name
                fault = "srv-service-off" if best.target == "." else "srv-target-unresolvable"
                return Surveyed(domain=domain, services=services, fault=fault)
            four, six = await self._resolver.addresses(target)
        found = Surveyed(domain=domain, services=services, four=four.records, six=six.records)
        addresses = found.four or found.six
        if not addresses:
            return Surveyed(domain=domain, services=services, fault="srv-target-unresolvable")
        place = self._network.connect_to.get((target, best.port), (addresses[0], best.port))
        async with self._servers:
            seen = await self._visit(place, target)
        return self._judged(found, target, seen)

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


def _missing(reply: Reply) -> str:
    return "srv-name-missing" if reply.answered else f"dns-{reply.outcome.value}"


def _with(found: Surveyed, *, chain: tuple[bytes, ...] = (), verified: bool = False, fault: str = "") -> Surveyed:
    return replace(found, chain=chain, verified=verified, fault=fault)
