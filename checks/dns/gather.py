"""What the DNS says about one federation domain or one public name: questions asked, answers kept."""

import asyncio
import ipaddress
import secrets
from dataclasses import dataclass, replace

from checks.addresses import Reach, reach_of
from checks.dns.authorities import Authorities, Authority, ask_authorities, ask_delegated
from checks.dns.delegation import Delegation
from checks.dns.elsewhere import Place, look_elsewhere
from checks.dns.ports import Port
from checks.dns.query import Outcome, Reply, Resolver, Srv
from checks.names import SIP_FEDERATION, XMPP_FEDERATION, srv_name

NOWHERE = "invalid"  # RFC 6761: no name below this one exists
_MOST_POINTERS = 8
_MOST_TARGETS = 16  # of one domain; nobody means more, and each costs two questions


@dataclass(frozen=True, kw_only=True)
class Target:
    """One SRV record and the addresses of its target. `ports` are those that were tried, mostly none.

    `good` is the subject of the certificate at the port that peers dial, where the record names another one and nothing
    is wrong there.
    """

    record: Srv
    four: Reply
    six: Reply
    ports: tuple[Port, ...] = ()
    good: str = ""

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses of the target."""
        return (*self.four.records, *self.six.records)

    @property
    def place(self) -> str:
        """Where the record leads, as people write it."""
        return f"{self.record.target}:{self.record.port}"


@dataclass(frozen=True, kw_only=True)
class Domain:
    """Everything asked about one domain.

    `sibling` is the answer for a name beside the record that nobody publishes, `apex` the name servers of the domain.
    `elsewhere` is where else the record was found, the likeliest first. `unvalidated` is the answer with CD set after
    a SERVFAIL. `inside` is the answer of the inside name servers, None where none were given. `pointers` holds the
    PTR answers for the public addresses of the targets. `nothing` is the answer for a name that cannot exist.
    """

    owner_name: str
    reply: Reply
    zone: str = ""
    targets: tuple[Target, ...] = ()
    text: Reply | None = None
    elsewhere: tuple[Place, ...] = ()
    wildcard: bool = False
    nothing: Reply | None = None
    unvalidated: Reply | None = None
    inside: Reply | None = None
    inside_targets: tuple[Target, ...] = ()
    sibling: Reply | None = None
    apex: Reply | None = None
    address: Reply | None = None
    authorities: tuple[Authority, ...] = ()
    delegation: Delegation | None = None
    pointers: tuple[tuple[str, Reply], ...] = ()

    @property
    def inventing(self) -> bool:
        """Whether the name server answers for what cannot exist."""
        return self.nothing is not None and self.nothing.outcome is Outcome.DATA


async def gather_domain(
    domain: str, service: str, resolver: Resolver, *, inside: Resolver | None = None, authoritative: bool = False
) -> Domain:
    """Ask for the SRV, then its targets; only when it is missing, look where it may be instead."""
    prefix = SIP_FEDERATION if service == "sip" else XMPP_FEDERATION
    owner = srv_name(domain, prefix)
    reply, seen_inside = await asyncio.gather(resolver.ask(owner, "SRV"), _maybe(inside, owner))
    facts = Domain(owner_name=owner, reply=reply, inside=seen_inside)
    if not reply.answered:
        return await _unanswered(facts, domain, resolver, authoritative=authoritative)
    more = _found if reply.outcome is Outcome.DATA else _missing
    facts, (zone, own), inside_targets = await asyncio.gather(
        more(facts, domain, prefix, resolver),
        _zone(domain, facts, resolver, authoritative=authoritative),
        _targets(seen_inside, inside),
    )
    return replace(facts, zone=zone, authorities=own.servers, delegation=own.delegation, inside_targets=inside_targets)


async def _zone(domain: str, facts: Domain, resolver: Resolver, *, authoritative: bool) -> tuple[str, Authorities]:
    """The zone, and its own servers where they are to be asked."""
    zone = await zone_of(domain, facts.reply, resolver)
    if not (authoritative and zone):
        return zone, Authorities()
    return zone, await ask_authorities(facts.owner_name, zone, resolver)


async def _unanswered(facts: Domain, domain: str, resolver: Resolver, *, authoritative: bool) -> Domain:
    """A failure may be the validation's, or the zone's own servers'; silence may be a firewall's."""
    reply, owner = facts.reply, facts.owner_name
    if reply.outcome is Outcome.TIMEOUT:
        return replace(facts, reply=replace(reply, detail=await resolver.why_silent(reply, owner, "SRV")))
    if reply.outcome is not Outcome.SERVFAIL:
        return facts
    facts = replace(facts, unvalidated=await resolver.ask(owner, "SRV", validated=False))
    if not authoritative or (facts.unvalidated and facts.unvalidated.outcome is Outcome.DATA):
        return facts
    own = await ask_delegated(owner, domain, resolver)
    return replace(facts, zone=own.zone, authorities=own.servers, delegation=own.delegation)


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


async def _targets(reply: Reply | None, resolver: Resolver | None) -> tuple[Target, ...]:
    if reply is None or resolver is None:
        return ()
    return tuple(await asyncio.gather(*(look_up_target(r, resolver) for r in reply.services[:_MOST_TARGETS])))


async def _found(facts: Domain, domain: str, _prefix: str, resolver: Resolver) -> Domain:
    targets, wildcard = await asyncio.gather(
        _targets(facts.reply, resolver),
        _is_wildcard(domain, facts.reply, resolver),
    )
    pointers = await _pointers(targets, resolver)
    return replace(facts, targets=targets, wildcard=wildcard, pointers=pointers)


async def _missing(facts: Domain, domain: str, prefix: str, resolver: Resolver) -> Domain:
    zone = await zone_of(domain, facts.reply, resolver)
    text, address, apex, sibling, nothing, elsewhere = await asyncio.gather(
        resolver.ask(facts.owner_name, "TXT"),
        resolver.ask(facts.owner_name, "A"),
        resolver.ask(domain, "NS"),
        resolver.ask(f"_{secrets.token_hex(8)}._tcp.{domain}", "SRV"),
        resolver.ask(f"{secrets.token_hex(8)}.{NOWHERE}", "A"),
        look_elsewhere(domain, prefix, zone, resolver),
    )
    facts = replace(facts, text=text, address=address, apex=apex, sibling=sibling, elsewhere=elsewhere)
    return replace(facts, nothing=nothing)


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
