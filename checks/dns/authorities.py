"""The zone's own name servers, each asked by itself: which serve it, and whether they agree."""

import asyncio
from dataclasses import dataclass

from checks.dns.delegation import Delegation, delegation_of
from checks.dns.query import Outcome, Reply, Resolver

_MOST_HOSTS, _MOST_ADDRESSES = 13, 2  # the root has thirteen servers; what a zone lists has no end


@dataclass(frozen=True, kw_only=True)
class Authority:
    """One name server of the zone at one address; `address` is empty, and there is no reply, when it has none.

    `lists` are the name servers that it says the zone has.
    """

    host: str
    address: str = ""
    reply: Reply | None = None
    serial: int = -1
    lists: tuple[str, ...] = ()

    @property
    def serves(self) -> bool:
        """Whether it answered for the zone, with authority."""
        return self.reply is not None and self.reply.answered and self.reply.authoritative

    @property
    def silent(self) -> bool:
        """Whether it has an address and gave no answer at all."""
        return self.reply is not None and self.reply.outcome in {Outcome.TIMEOUT, Outcome.TCP_BLOCKED}


@dataclass(frozen=True, kw_only=True)
class Authorities:
    """All servers of a zone, and what its parent says of them, where that is told."""

    zone: str = ""
    servers: tuple[Authority, ...] = ()
    delegation: Delegation | None = None


async def ask_authorities(owner: str, zone: str, resolver: Resolver) -> Authorities:
    """Ask every name server of a zone for the record and for the serial, without recursion."""
    listed, delegation = await asyncio.gather(resolver.ask(zone, "NS"), delegation_of(zone, resolver))
    hosts = [host.rstrip(".").lower() for host in listed.records]
    return await _ask_all(owner, zone, hosts, delegation, resolver)


async def ask_delegated(owner: str, domain: str, resolver: Resolver) -> Authorities:
    """The same for a domain whose zone nobody tells, from what the zone above says."""
    delegation = await delegation_of(domain, resolver)
    return Authorities() if delegation is None else await _ask_all(owner, delegation.zone, [], delegation, resolver)


async def _ask_all(
    owner: str, zone: str, listed: list[str], delegation: Delegation | None, resolver: Resolver
) -> Authorities:
    glue = dict(delegation.glue) if delegation else {}
    hosts = dict.fromkeys((*listed, *(delegation.hosts if delegation else ())))
    asked = (_one_host(host, glue.get(host, ""), owner, zone, resolver) for host in list(hosts)[:_MOST_HOSTS])
    found = await asyncio.gather(*asked)
    servers = tuple(authority for authorities in found for authority in authorities)
    return Authorities(zone=zone, servers=servers, delegation=delegation)


async def _one_host(host: str, glue: str, owner: str, zone: str, resolver: Resolver) -> tuple[Authority, ...]:
    """The address beside the delegation serves where the name itself cannot be looked up, as in a zone that is dead."""
    four, six = await resolver.addresses(host)
    addresses = (four.records or six.records)[:_MOST_ADDRESSES]
    if not addresses and four.answered and six.answered:
        return (Authority(host=host),)
    places = addresses or tuple(filter(None, [glue]))
    return tuple(await asyncio.gather(*(_one(host, address, owner, zone, resolver) for address in places)))


async def _one(host: str, address: str, owner: str, zone: str, resolver: Resolver) -> Authority:
    questions = ((owner, "SRV"), (zone, "SOA"), (zone, "NS"))
    reply, soa, listed = await asyncio.gather(
        *(resolver.ask_at((address, 53), host, name, kind) for name, kind in questions)
    )
    lists = tuple(sorted(name.rstrip(".").lower() for name in listed.records))
    return Authority(host=host, address=address, reply=reply, serial=soa.serial, lists=lists)
