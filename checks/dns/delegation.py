"""How the zone above hands a zone on: the name servers it lists, asked at its own servers."""

import asyncio
from dataclasses import dataclass

from checks.dns.query import Outcome, Resolver
from checks.names import is_within

_ASKED = 2  # servers of the zone above; one answer is enough


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """What the parent says: the name servers of a zone, and their addresses as (host, address). `server` said it."""

    zone: str
    server: str
    hosts: tuple[str, ...]
    glue: tuple[tuple[str, str], ...] = ()
    signed: bool = False


async def delegation_of(name: str, resolver: Resolver) -> Delegation | None:
    """The delegation of the zone that a name lies in; None where the parent is not told, or serves the zone itself."""
    above = await _zone_above(name, resolver)
    if not above:
        return None
    servers, keys = await asyncio.gather(resolver.ask(above, "NS"), resolver.ask(name, "DS"))
    for host in servers.records[:_ASKED]:
        bare = host.rstrip(".").lower()
        four, six = await resolver.addresses(bare)
        for address in (four.records or six.records)[:1]:
            reply = await resolver.ask_at((address, 53), bare, name, "NS")
            if reply.referral and reply.zone != above and is_within(name, reply.zone):
                return Delegation(
                    zone=reply.zone,
                    server=bare,
                    hosts=reply.referral,
                    glue=reply.glue,
                    signed=keys.outcome is Outcome.DATA,
                )
    return None


async def _zone_above(name: str, resolver: Resolver) -> str:
    """The nearest zone above a name that somebody tells; the root is not asked."""
    above = name.partition(".")[2]
    while above:
        soa = await resolver.ask(above, "SOA")
        if soa.zone or not soa.answered:
            return soa.zone
        above = above.partition(".")[2]
    return ""
