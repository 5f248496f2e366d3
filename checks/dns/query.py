"""Asking a name server: one message at a time, looked at as it came. Never through a resolver that folds errors."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import dns.asyncquery
import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rdtypes.IN.SRV

from checks.dns.plain import Plain, plain_query
from checks.dns.udp import Udp

TRIES = 3
PAYLOAD = 1232  # bytes; what passes every network unfragmented
_MOST_SERVERS = 3  # as the resolver of the C library has it
_LONGEST_ALIAS = 8

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
    """What became of a question. `alias` is where the asked name itself pointed, if it was a CNAME.

    `zone` is the owner of the SOA in a negative answer, `negative_ttl` the seconds for which it may be remembered
    (RFC 2308). `serial` is that of the SOA, -1 without one. `detail` holds extended errors (RFC 8914).
    """

    outcome: Outcome
    server: str
    records: tuple[str, ...] = ()
    services: tuple[Srv, ...] = ()
    ttl: int = 0
    alias: str = ""
    zone: str = ""
    negative_ttl: int = 0
    serial: int = -1
    authentic: bool = False
    authoritative: bool = False
    over_tcp: bool = False
    detail: str = ""

    @property
    def answered(self) -> bool:
        """Whether the question was answered, if only negatively."""
        return self.outcome in {Outcome.DATA, Outcome.NO_DATA, Outcome.NO_NAME}


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked, and with which flags. `validated` off sets CD: the answer comes though its signatures fail."""

    name: str
    kind: str
    recursive: bool = True
    validated: bool = True

    def message(self, *, edns: bool) -> dns.message.QueryMessage:
        """A new message, with a new id."""
        query = dns.message.make_query(self.name, self.kind, use_edns=0 if edns else -1, payload=PAYLOAD)
        query.flags |= dns.flags.AD
        if not self.recursive:
            query.flags &= ~dns.flags.RD
        if not self.validated:
            query.flags |= dns.flags.CD
        return query

    def plain(self, *, edns: bool) -> bytes | None:
        """The same message with id 0, made faster; None for a name of other than ordinary labels."""
        flags = dns.flags.AD | (dns.flags.RD if self.recursive else 0) | (0 if self.validated else dns.flags.CD)
        return plain_query(self.name, self.kind, int(flags), PAYLOAD if edns else None)


def system_servers(path: Path = Path("/etc/resolv.conf")) -> tuple[Server, ...]:
    """The name servers of this machine."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    return tuple((address, 53) for address in re.findall(r"(?m)^\s*nameserver\s+([0-9a-fA-F.:]+)", text))


class Resolver:
    """The name servers of one check, asked in their order; one that kept silent is asked last from then on.

    `udp` are sockets to share; without them every question has its own.
    """

    def __init__(
        self, servers: tuple[Server, ...], timeout: float, redirect: Mapping[Server, Server], udp: Udp | None = None
    ) -> None:
        self._servers = list(servers[:_MOST_SERVERS])
        self._timeout, self._redirect, self._udp = timeout, redirect, udp

    async def ask(self, name: str, kind: str, *, validated: bool = True) -> Reply:
        """The first answer; the last failure when there is none. Aliases are followed where the server did not."""
        reply = await self._ask(Question(name=name, kind=kind, validated=validated))
        alias, followed = reply.alias, 0
        while reply.outcome is Outcome.NO_DATA and reply.alias and not reply.zone and followed < _LONGEST_ALIAS:
            reply = await self._ask(Question(name=reply.alias, kind=kind, validated=validated))
            followed += 1
        return replace(reply, alias=alias)

    async def addresses(self, name: str) -> tuple[Reply, Reply]:
        """The A and AAAA answers for a name, asked at the same time."""
        four, six = await asyncio.gather(self.ask(name, "A"), self.ask(name, "AAAA"))
        return four, six

    async def ask_at(self, server: Server, host: str, name: str, kind: str) -> Reply:
        """Ask one authoritative server, without recursion. `host` is its name: the connection map may hold it."""
        place = self._redirect.get((host, server[1]), self._redirect.get(server, server))
        return await _ask_one(Question(name=name, kind=kind, recursive=False), place, self._timeout, self._udp)

    async def _ask(self, question: Question) -> Reply:
        reply = Reply(outcome=Outcome.TIMEOUT, server="no name server")
        for server in tuple(self._servers):
            reply = await _ask_one(question, self._redirect.get(server, server), self._timeout, self._udp)
            if reply.answered:
                return reply
            if reply.outcome is Outcome.TIMEOUT and server in self._servers:
                self._servers.remove(server)
                self._servers.append(server)
        return reply


async def _ask_one(question: Question, server: Server, timeout: float, udp: Udp | None) -> Reply:
    """All tries at one server within one timeout; the last one without EDNS, which some middleboxes drop."""
    shown = f"{server[0]}:{server[1]}" if server[1] != 53 else server[0]
    edns, outcome = True, Outcome.TIMEOUT
    try:
        name, kind = dns.name.from_text(question.name), dns.rdatatype.from_text(question.kind)
    except dns.exception.DNSException as problem:
        return Reply(outcome=Outcome.NO_NAME, server=shown, detail=f"the name cannot exist: {problem}")
    for number in range(1, TRIES + 1):
        try:
            response, over_tcp = await _send(question, edns and number < TRIES, server, timeout / TRIES, udp)
        except dns.message.Truncated:
            outcome = Outcome.TCP_BLOCKED
            continue
        except (dns.exception.Timeout, OSError, EOFError):
            continue
        except dns.exception.DNSException as problem:
            return Reply(outcome=Outcome.SERVFAIL, server=shown, detail=f"the answer cannot be read: {problem}")
        if isinstance(response, Plain):
            return _plain_reply(response, shown)
        if response.rcode() == dns.rcode.FORMERR and edns:
            edns = False
            continue
        return replace(_reply(response, shown, name, kind), over_tcp=over_tcp)
    return Reply(outcome=outcome, server=shown)


async def _send(
    question: Question, edns: bool, server: Server, timeout: float, udp: Udp | None
) -> tuple[Plain | dns.message.Message, bool]:
    """One message over UDP, over TCP where the answer is cut. Raises Truncated when TCP then fails."""
    try:
        if udp is not None:
            return await udp.ask(lambda: question.message(edns=edns), question.plain(edns=edns), server, timeout), False
        query = question.message(edns=edns)
        return await dns.asyncquery.udp(
            query, server[0], timeout, server[1], raise_on_truncation=True, ignore_unexpected=True, ignore_errors=True
        ), False
    except dns.message.Truncated as truncated:
        try:
            return await dns.asyncquery.tcp(question.message(edns=edns), server[0], timeout, server[1]), True
        except (dns.exception.DNSException, OSError, EOFError):
            raise truncated from None


def _plain_reply(answer: Plain, server: str) -> Reply:
    return Reply(
        outcome=Outcome.DATA,
        server=server,
        records=answer.records,
        services=tuple(Srv(*service) for service in answer.services),
        ttl=answer.ttl,
        authentic=answer.authentic,
        authoritative=answer.authoritative,
    )


def _reply(response: dns.message.Message, server: str, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> Reply:
    rcode = response.rcode()
    detail = "; ".join(_extended(option) for option in response.extended_errors())
    if rcode == dns.rcode.REFUSED:
        return Reply(outcome=Outcome.REFUSED, server=server, detail=detail)
    if rcode not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        said = detail or dns.rcode.to_text(rcode)
        return Reply(outcome=Outcome.SERVFAIL, server=server, detail=said)
    found = [rrset for rrset in response.answer if rrset.rdtype == kind]
    common = Reply(
        outcome=Outcome.DATA if found else Outcome.NO_NAME if rcode == dns.rcode.NXDOMAIN else Outcome.NO_DATA,
        server=server,
        alias=_last_alias(response, name),
        authentic=bool(response.flags & dns.flags.AD),
        authoritative=bool(response.flags & dns.flags.AA),
        detail=detail,
    )
    if found:
        rdatas = [rdata for rrset in found for rdata in rrset]
        return replace(
            common,
            records=tuple(sorted(_record(rdata) for rdata in rdatas)),
            services=tuple(sorted(_service(rdata) for rdata in rdatas if isinstance(rdata, dns.rdtypes.IN.SRV.SRV))),
            ttl=min(rrset.ttl for rrset in found),
            serial=rdatas[0].serial if kind == dns.rdatatype.SOA else -1,
            zone=text_of(found[0].name) if kind == dns.rdatatype.SOA else "",
        )
    soa = next((rrset for rrset in response.authority if rrset.rdtype == dns.rdatatype.SOA), None)
    if soa is None:
        return common
    ttl = min(soa.ttl, soa[0].minimum)
    return replace(common, zone=text_of(soa.name), negative_ttl=ttl, serial=soa[0].serial)


def _last_alias(response: dns.message.Message, name: dns.name.Name) -> str:
    """Where the aliases that begin at a name end, as far as this answer tells; empty when it is no alias."""
    aliases = {rrset.name: rrset[0].target for rrset in response.answer if rrset.rdtype == dns.rdatatype.CNAME}
    current = name
    for _ in range(_LONGEST_ALIAS):
        if current not in aliases:
            break
        current = aliases[current]
    return "" if current == name else text_of(current)


def _extended(option: dns.edns.EDEOption) -> str:
    words = dns.edns.EDECode(option.code).name if option.code in set(dns.edns.EDECode) else "error"
    text = f": {option.text}" if option.text else ""
    return f"{words.replace('_', ' ').lower()} (EDE {int(option.code)}){text}"


def _record(rdata: dns.rdata.Rdata) -> str:
    if isinstance(rdata, dns.rdtypes.ANY.TXT.TXT):
        return b"".join(rdata.strings).decode("utf-8", "replace")
    return rdata.to_text()


def _service(rdata: dns.rdtypes.IN.SRV.SRV) -> Srv:
    target = "." if rdata.target == dns.name.root else text_of(rdata.target)
    return Srv(rdata.priority, rdata.weight, rdata.port, target)


def text_of(name: dns.name.Name) -> str:
    """A name as text, lower case, without the final dot; what is not printable is escaped as in master files."""
    return name.to_text(omit_final_dot=True).lower()
