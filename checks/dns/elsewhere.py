"""Where a record is found that is not where it belongs; asked only when the right name fails."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from checks.dns.query import Outcome, Resolver, Srv
from checks.names import SIP_FEDERATION, earlier_form, raw_form

# Where the record is found when it was published under a wrong name; Microsoft's own pages printed some of these.
_WRONG_PREFIXES = (
    "sipfederationtls._tcp",
    "_sipfederationtls.tcp",
    "sipfederationtls.tcp",
    "_sipfederationtls_tcp",
    "_sipfederationtls._tls",
    "_sipfederationtls._udp",
    "_sipfederation._tls",
    "_sips._tcp",
    "_tcp._sipfederationtls",
    "_sipfederationtls._tcp._tcp",
    "_sip._tls",
    "_sip._tcp",
    "\\\\_sipfederationtls._tcp",  # a panel that stores the backslash before the underscore
    "_sipfederationtls._tcp\\032",  # and one that stores the space typed after the name
)
_WRONG_XMPP_PREFIXES = ("xmpp-server._tcp", "_xmpp-server.tcp", "xmpp-server.tcp", "_jabber._tcp", "_xmpp-client._tcp")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where else the record was found, and the code that this is."""

    code: str
    name: str
    services: tuple[Srv, ...]


async def look_elsewhere(domain: str, prefix: str, zone: str, resolver: Resolver) -> tuple[Place, ...]:
    """Where the record was published instead, the likeliest first."""
    candidates = tuple(_candidates(domain, prefix, zone))
    replies = await asyncio.gather(*(resolver.ask(name, "SRV") for _, name in candidates))
    return tuple(
        Place(code=code, name=name, services=reply.services)
        for (code, name), reply in zip(candidates, replies, strict=True)
        if reply.outcome is Outcome.DATA
    )


def _candidates(domain: str, prefix: str, zone: str) -> Iterator[tuple[str, str]]:
    parent = domain.partition(".")[2]
    for suffix in dict.fromkeys(name for name in (zone, domain) if name):
        yield "srv-zone-doubled", f"{prefix}.{domain}.{suffix}"
    for spelling in _WRONG_PREFIXES if prefix == SIP_FEDERATION else _WRONG_XMPP_PREFIXES:
        yield "srv-wrong-name", f"{spelling}.{domain}"
    raw, earlier = raw_form(domain), earlier_form(domain)
    if raw != domain:
        yield "srv-wrong-name", f"{prefix}.{raw}"
    if earlier != domain:
        yield "srv-wrong-zone", f"{prefix}.{earlier}"
    places = [f"{host}.{domain}" for host in ("sip", "www")] + ([parent] if "." in parent else [])
    for place in places:
        yield "srv-wrong-zone", f"{prefix}.{place}"
