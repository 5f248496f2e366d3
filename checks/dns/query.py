"""Asking a name server: one message at a time, looked at as it came. Never through a resolver that folds errors."""

import asyncio
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rdtypes.IN.SRV

TRIES = 2
PAYLOAD = 1232  # bytes; what passes every network unfragmented

Server = tuple[str, int]


class Outcome(StrEnum):
    """How a name server answered."""

    DATA = "data"
    NO_DATA = "no-data"
    NO_NAME = "no-name"  # NXDOMAIN
    SERVFAIL = "servfail"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    TCP_BLOCKED = "tcp-blocked"


@dataclass(frozen=True, order=True)
class Srv:
    """The data of an SRV record, in the order in which records are used."""

    priority: int
    weight: int
    port: int
    target: str


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What became of a question. `alias` is where the asked name itself pointed, if it was a CNAME."""

    outcome: Outcome
    server: str
    records: tuple[str, ...] = ()
    services: tuple[Srv, ...] = ()
    ttl: int = 0
    alias: str = ""
    zone: str = ""  # the owner of the SOA in a negative answer
    negative_ttl: int = 0
    authentic: bool = False

    @property
    def answered(self) -> bool:
        """Whether the question was answered, if only negatively."""
        return self.outcome in {Outcome.DATA, Outcome.NO_DATA, Outcome.NO_NAME}


def system_servers(path: Path = Path("/etc/resolv.conf")) -> tuple[Server, ...]:
    """The name servers of this machine."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    return tuple((address, 53) for address in re.findall(r"(?m)^\s*nameserver\s+([0-9a-fA-F.:]+)", text))


async def ask(name: str, kind: str, servers: tuple[Server, ...], timeout: float) -> Reply:
    """Ask the servers in their order until one answers; the last failure is what counts when none does."""
    reply = Reply(outcome=Outcome.TIMEOUT, server="no name server")
    for server in servers:
        reply = await _ask_one(name, kind, server, timeout)
        if reply.answered:
            return reply
    return reply


async def _ask_one(name: str, kind: str, server: Server, timeout: float) -> Reply:
    shown = f"{server[0]}:{server[1]}" if server[1] != 53 else server[0]
    outcome = Outcome.TIMEOUT
    for _ in range(TRIES):
        query = dns.message.make_query(name, kind, use_edns=0, payload=PAYLOAD)
        query.flags |= dns.flags.AD
        try:
            response = await dns.asyncquery.udp(
                query, server[0], timeout / TRIES, server[1], raise_on_truncation=True, ignore_unexpected=True
            )
        except dns.message.Truncated:
            outcome = Outcome.TCP_BLOCKED
            try:
                response = await dns.asyncquery.tcp(query, server[0], timeout / TRIES, server[1])
            except (dns.exception.DNSException, OSError, EOFError):
                continue
        except (dns.exception.DNSException, OSError):
            outcome = Outcome.TIMEOUT
            continue
        return _reply(response, shown, dns.name.from_text(name), dns.rdatatype.from_text(kind))
    return Reply(outcome=outcome, server=shown)


def _reply(response: dns.message.Message, server: str, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> Reply:
    rcode = response.rcode()
    if rcode == dns.rcode.REFUSED:
        return Reply(outcome=Outcome.REFUSED, server=server)
    if rcode not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        return Reply(outcome=Outcome.SERVFAIL, server=server)
    found = [rrset for rrset in response.answer if rrset.rdtype == kind]
    aliases = [rrset for rrset in response.answer if rrset.rdtype == dns.rdatatype.CNAME and rrset.name == name]
    alias = _text(aliases[0][0].target) if aliases else ""
    authentic = bool(response.flags & dns.flags.AD)
    if found:
        rdatas = [rdata for rrset in found for rdata in rrset]
        return Reply(
            outcome=Outcome.DATA,
            server=server,
            records=tuple(sorted(rdata.to_text() for rdata in rdatas)),
            services=tuple(sorted(_service(rdata) for rdata in rdatas if isinstance(rdata, dns.rdtypes.IN.SRV.SRV))),
            ttl=min(rrset.ttl for rrset in found),
            alias=alias,
            authentic=authentic,
        )
    soa = next((rrset for rrset in response.authority if rrset.rdtype == dns.rdatatype.SOA), None)
    return Reply(
        outcome=Outcome.NO_NAME if rcode == dns.rcode.NXDOMAIN else Outcome.NO_DATA,
        server=server,
        alias=alias,
        zone=_text(soa.name) if soa is not None else "",
        negative_ttl=min(soa.ttl, soa[0].minimum) if soa is not None else 0,
        authentic=authentic,
    )


def _service(rdata: dns.rdtypes.IN.SRV.SRV) -> Srv:
    target = "." if rdata.target == dns.name.root else _text(rdata.target)
    return Srv(rdata.priority, rdata.weight, rdata.port, target)


def _text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


async def addresses_of(name: str, servers: tuple[Server, ...], timeout: float) -> tuple[Reply, Reply]:
    """The A and AAAA answers for a name, asked at the same time."""
    four, six = await asyncio.gather(ask(name, "A", servers, timeout), ask(name, "AAAA", servers, timeout))
    return four, six
