"""What the DNS says about one federation domain or one public name: questions asked, answers kept."""

import asyncio
import ipaddress
import secrets
from dataclasses import dataclass, replace

from checks.addresses import Reach, reach_of
from checks.dns.authorities import Authority, ask_authorities
from checks.dns.query import Outcome, Reply, Resolver, Srv
from checks.names import SIP_FEDERATION, XMPP_FEDERATION, srv_name

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
)
_WRONG_XMPP_PREFIXES = ("xmpp-server._tcp", "_xmpp-server.tcp", "xmpp-server.tcp", "_jabber._tcp", "_xmpp-client._tcp")
_MOST_POINTERS = 8
_MOST_TARGETS = 16  # of one domain; nobody means more, and each costs two questions


@dataclass(frozen=True, kw_only=True)
class Target:
    """One SRV record and the addresses of its target."""

    record: Srv
    four: Reply
    six: Reply

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses of the target."""
        return (*self.four.records, *self.six.records)


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where else the record was found, and the code that this is."""

    code: str
    name: str
    services: tuple[Srv, ...]


@dataclass(frozen=True, kw_only=True)
class Domain:
    """Everything asked about one domain.

    `elsewhere` is where else the record was found, the likeliest first. `unvalidated` is the answer with CD set after
    a SERVFAIL. `inside` is the answer of the inside name servers, None where none were given. `pointers` holds the
    PTR answers for the public addresses of the targets. `inventing`: the name server answers for what cannot exist.
    """

    owner_name: str
    reply: Reply
    zone: str = ""
    targets: tuple[Target, ...] = ()
    text: Reply | None = None
    elsewhere: tuple[Place, ...] = ()
    wildcard: bool = False
    inventing: bool = False
    unvalidated: Reply | None = None
    inside: Reply | None = None
    authorities: tuple[Authority, ...] = ()
    pointers: tuple[tuple[str, Reply], ...] = ()


async def gather_domain(
    domain: str, service: str, resolver: Resolver, *, inside: Resolver | None = None, authoritative: bool = False
) -> Domain:
    """Ask for the SRV, then its targets; only when it is missing, look where it may be instead."""
    prefix = SIP_FEDERATION if service == "sip" else XMPP_FEDERATION
    owner = srv_name(domain, prefix)
    reply, seen_inside = await asyncio.gather(resolver.ask(owner, "SRV"), _maybe(inside, owner))
    facts = Domain(owner_name=owner, reply=reply, inside=seen_inside)
    if reply.outcome is Outcome.SERVFAIL:
        facts = replace(facts, unvalidated=await resolver.ask(owner, "SRV", validated=False))
    if not reply.answered:
        return facts
    zone = await zone_of(domain, reply, resolver)
    facts = replace(facts, zone=zone)
    more = _found if reply.outcome is Outcome.DATA else _missing
    facts, authorities = await asyncio.gather(
        more(facts, domain, prefix, resolver),
        ask_authorities(owner, zone, resolver) if authoritative and zone else _no_authorities(),
    )
    return replace(facts, authorities=authorities)


async def zone_of(domain: str, reply: Reply, resolver: Resolver) -> str:
    """The zone of a domain: the SOA of a negative answer, else the first one upwards; empty when it is not told."""
    if reply.zone:
        return reply.zone
    name = domain
    while "." in name:
        soa = await resolver.ask(name, "SOA")
        if soa.zone or not soa.answered:
            return soa.zone
        name = name.partition(".")[2]
    return ""


async def _maybe(resolver: Resolver | None, owner: str) -> Reply | None:
    return None if resolver is None else await resolver.ask(owner, "SRV")


async def _no_authorities() -> tuple[Authority, ...]:
    return ()


async def _found(facts: Domain, domain: str, _prefix: str, resolver: Resolver) -> Domain:
    targets, wildcard = await asyncio.gather(
        asyncio.gather(*(look_up_target(record, resolver) for record in facts.reply.services[:_MOST_TARGETS])),
        _is_wildcard(domain, facts.reply, resolver),
    )
    pointers = await _pointers(tuple(targets), resolver)
    return replace(facts, targets=tuple(targets), wildcard=wildcard, pointers=pointers)


async def _missing(facts: Domain, domain: str, prefix: str, resolver: Resolver) -> Domain:
    text, elsewhere, nothing = await asyncio.gather(
        resolver.ask(facts.owner_name, "TXT"),
        _elsewhere(domain, prefix, facts, resolver),
        resolver.ask(f"{secrets.token_hex(8)}.invalid", "A"),  # RFC 6761: this name exists nowhere
    )
    return replace(facts, text=text, elsewhere=elsewhere, inventing=nothing.outcome is Outcome.DATA)


async def look_up_target(record: Srv, resolver: Resolver) -> Target:
    """A record with the addresses of its target; nothing is asked about the target that says "no service"."""
    if record.target == ".":
        empty = Reply(outcome=Outcome.NO_DATA, server="")
        return Target(record=record, four=empty, six=empty)
    four, six = await resolver.addresses(record.target)
    return Target(record=record, four=four, six=six)


async def _is_wildcard(domain: str, right: Reply, resolver: Resolver) -> bool:
    random = await resolver.ask(f"_{secrets.token_hex(8)}._tcp.{domain}", "SRV")
    return random.outcome is Outcome.DATA and random.services == right.services


async def _pointers(targets: tuple[Target, ...], resolver: Resolver) -> tuple[tuple[str, Reply], ...]:
    """The names of public addresses; whether other addresses have one is not worth a question."""
    addresses = dict.fromkeys(address for target in targets for address in target.four.records)
    public = [address for address in addresses if reach_of(address)[0] is Reach.PUBLIC][:_MOST_POINTERS]
    names = [ipaddress.ip_address(address).reverse_pointer for address in public]
    replies = await asyncio.gather(*(resolver.ask(name, "PTR") for name in names))
    return tuple(zip(public, replies, strict=True))


async def _elsewhere(domain: str, prefix: str, facts: Domain, resolver: Resolver) -> tuple[Place, ...]:
    parent = domain.partition(".")[2]
    wrong = _WRONG_PREFIXES if prefix == SIP_FEDERATION else _WRONG_XMPP_PREFIXES
    zones = dict.fromkeys(zone for zone in (facts.zone, domain) if zone)
    candidates = [("srv-zone-doubled", f"{facts.owner_name}.{zone}") for zone in zones]
    candidates += [("srv-wrong-name", f"{spelling}.{domain}") for spelling in wrong]
    candidates += [("srv-wrong-zone", f"{prefix}.{place}.{domain}") for place in ("sip", "www")]
    if "." in parent:
        candidates.append(("srv-wrong-zone", f"{prefix}.{parent}"))
    replies = await asyncio.gather(*(resolver.ask(name, "SRV") for _, name in candidates))
    return tuple(
        Place(code=code, name=name, services=reply.services)
        for (code, name), reply in zip(candidates, replies, strict=True)
        if reply.outcome is Outcome.DATA
    )
