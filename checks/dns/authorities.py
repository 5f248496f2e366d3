"""The zone's own name servers, each asked by itself: which serve it, and whether they agree."""

import asyncio
from dataclasses import dataclass

from checks.dns.query import Outcome, Reply, Resolver

_MOST_HOSTS, _MOST_ADDRESSES = 13, 2  # the root has thirteen servers; what a zone lists has no end


@dataclass(frozen=True, kw_only=True)
class Authority:
    """One name server of the zone at one address; `address` is empty, and there is no reply, when it has none."""

    host: str
    address: str = ""
    reply: Reply | None = None
    serial: int = -1

    @property
    def serves(self) -> bool:
        """Whether it answered for the zone, with authority."""
        return self.reply is not None and self.reply.answered and self.reply.authoritative

    @property
    def silent(self) -> bool:
        """Whether it has an address and gave no answer at all."""
        return self.reply is not None and self.reply.outcome in {Outcome.TIMEOUT, Outcome.TCP_BLOCKED}


async def ask_authorities(owner: str, zone: str, resolver: Resolver) -> tuple[Authority, ...]:
    """Ask every name server of a zone for the record and for the serial, without recursion."""
    servers = await resolver.ask(zone, "NS")
    hosts = [host.rstrip(".").lower() for host in servers.records[:_MOST_HOSTS]]
    found = await asyncio.gather(*(_one_host(host, owner, zone, resolver) for host in hosts))
    return tuple(authority for authorities in found for authority in authorities)


async def _one_host(host: str, owner: str, zone: str, resolver: Resolver) -> tuple[Authority, ...]:
    four, six = await resolver.addresses(host)
    addresses = (four.records or six.records)[:_MOST_ADDRESSES]
    if not addresses:
        return (Authority(host=host),) if four.answered and six.answered else ()
    return tuple(await asyncio.gather(*(_one(host, address, owner, zone, resolver) for address in addresses)))


async def _one(host: str, address: str, owner: str, zone: str, resolver: Resolver) -> Authority:
    reply, soa = await asyncio.gather(
        resolver.ask_at((address, 53), host, owner, "SRV"), resolver.ask_at((address, 53), host, zone, "SOA")
    )
    return Authority(host=host, address=address, reply=reply, serial=soa.serial)
