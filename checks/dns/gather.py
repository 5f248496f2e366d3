"""What the DNS says about one federation domain or one public name: questions asked, answers kept."""

import asyncio
import secrets
from dataclasses import dataclass

from checks.dns.query import Outcome, Reply, Server, Srv, addresses_of, ask
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
    "_sip._tls",
    "_sip._tcp",
    "_sips._tcp",
    "_tcp._sipfederationtls",
    "_sipfederationtls._tcp._tcp",
)


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
class Domain:
    """Everything asked about one domain. `elsewhere` is where else the record was found, in the order of likelihood."""

    owner_name: str
    reply: Reply
    targets: tuple[Target, ...] = ()
    text: Reply | None = None
    elsewhere: tuple[tuple[str, str], ...] = ()  # (code, name)
    wildcard: bool = False


async def gather_domain(domain: str, service: str, servers: tuple[Server, ...], timeout: float) -> Domain:
    """Ask for the SRV, then its targets; only when it is missing, look where it may be instead."""
    prefix = SIP_FEDERATION if service == "sip" else XMPP_FEDERATION
    owner = srv_name(domain, prefix)
    reply = await ask(owner, "SRV", servers, timeout)
    if reply.outcome is Outcome.DATA:
        targets, wildcard = await asyncio.gather(
            asyncio.gather(*(_target(record, servers, timeout) for record in reply.services)),
            _is_wildcard(domain, reply, servers, timeout),
        )
        return Domain(owner_name=owner, reply=reply, targets=tuple(targets), wildcard=wildcard)
    if not reply.answered:
        return Domain(owner_name=owner, reply=reply)
    text = await ask(owner, "TXT", servers, timeout)
    elsewhere = await _elsewhere(domain, prefix, owner, servers, timeout)
    return Domain(owner_name=owner, reply=reply, text=text, elsewhere=elsewhere)


async def _target(record: Srv, servers: tuple[Server, ...], timeout: float) -> Target:
    if record.target == ".":
        empty = Reply(outcome=Outcome.NO_DATA, server="")
        return Target(record=record, four=empty, six=empty)
    four, six = await addresses_of(record.target, servers, timeout)
    return Target(record=record, four=four, six=six)


async def _is_wildcard(domain: str, right: Reply, servers: tuple[Server, ...], timeout: float) -> bool:
    random = await ask(f"_{secrets.token_hex(8)}._tcp.{domain}", "SRV", servers, timeout)
    return random.outcome is Outcome.DATA and random.services == right.services


async def _elsewhere(
    domain: str, prefix: str, owner: str, servers: tuple[Server, ...], timeout: float
) -> tuple[tuple[str, str], ...]:
    parent = domain.partition(".")[2]
    candidates = [("srv-zone-doubled", f"{owner}.{domain}")]
    if prefix == SIP_FEDERATION:
        candidates += [("srv-wrong-name", f"{wrong}.{domain}") for wrong in _WRONG_PREFIXES]
    candidates += [("srv-wrong-zone", f"{prefix}.{place}.{domain}") for place in ("sip", "www")]
    if "." in parent:
        candidates.append(("srv-wrong-zone", f"{prefix}.{parent}"))
    replies = await asyncio.gather(*(ask(name, "SRV", servers, timeout) for _, name in candidates))
    return tuple(
        candidate for candidate, reply in zip(candidates, replies, strict=True) if reply.outcome is Outcome.DATA
    )
