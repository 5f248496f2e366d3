"""What a name server answered, read from its message as it came: rcode, flags, every section, extended errors."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rdtypes.IN.SRV
import dns.rrset

LONGEST_ALIAS = 8


class UnfitAnswerError(dns.exception.DNSException):
    """A message that cannot be decoded, or answers another question."""


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
    (RFC 2308). `serial` is that of the SOA, -1 without one. `detail` holds extended errors (RFC 8914), or what is known
    about silence. `no_edns` says how the server showed that it knows no EDNS, empty when it does. `signed_until` is
    when the first signature of the answer ends, in seconds since 1970, 0 without one. `referral` is where a server
    sends on to instead of answering: the name servers of `zone`, whose addresses `glue` holds as (host, address).
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
    no_edns: str = ""
    signed_until: int = 0
    referral: tuple[str, ...] = ()
    glue: tuple[tuple[str, str], ...] = ()

    @property
    def told(self) -> tuple[str, ...]:
        """The records as people write them: of SRV where they lead."""
        return tuple(f"{each.target}:{each.port}" for each in self.services) or self.records

    @property
    def answered(self) -> bool:
        """Whether the question was answered, if only negatively."""
        return self.outcome in (Outcome.DATA, Outcome.NO_DATA, Outcome.NO_NAME)


def read(wire: bytes, query: dns.message.Message) -> Reply:
    """What a message answers to a question. Raises DNSException, whatever is wrong with it."""
    try:
        response = dns.message.from_wire(wire)
    except dns.exception.DNSException:
        raise
    except Exception as problem:  # dnspython lets errors of decoding through, such as those of texts
        raise UnfitAnswerError from problem
    if not query.is_response(response):
        raise UnfitAnswerError
    return read_message(response, query)


def read_message(response: dns.message.Message, query: dns.message.Message, server: str = "") -> Reply:
    """What a readable message answers to a question."""
    name, kind = query.question[0].name, query.question[0].rdtype
    rcode = response.rcode()
    detail = "; ".join(_extended(option) for option in response.extended_errors())
    if rcode == dns.rcode.REFUSED:
        return Reply(outcome=Outcome.REFUSED, server=server, detail=detail)
    if rcode not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        said = detail or dns.rcode.to_text(rcode)
        return Reply(outcome=Outcome.SERVFAIL, server=server, detail=said)
    aliases = _aliases(response, name)
    found = [rrset for rrset in _of_kind(response.answer, kind) if rrset.name in aliases]
    common = Reply(
        outcome=Outcome.DATA if found else Outcome.NO_NAME if rcode == dns.rcode.NXDOMAIN else Outcome.NO_DATA,
        server=server,
        alias="" if len(aliases) == 1 else text_of(aliases[-1]),
        authentic=bool(response.flags & dns.flags.AD),
        authoritative=bool(response.flags & dns.flags.AA),
        detail=detail,
    )
    if found:
        rdatas = [rdata for rrset in found for rdata in rrset]
        signatures = [rdata for rrset in _of_kind(response.answer, dns.rdatatype.RRSIG) for rdata in rrset]
        return replace(
            common,
            signed_until=min((signature.expiration for signature in signatures), default=0),
            records=tuple(sorted(_record(rdata) for rdata in rdatas)),
            services=tuple(sorted(_service(rdata) for rdata in rdatas if isinstance(rdata, dns.rdtypes.IN.SRV.SRV))),
            ttl=min(rrset.ttl for rrset in found),
            serial=rdatas[0].serial if kind == dns.rdatatype.SOA else -1,
            zone=text_of(found[0].name) if kind == dns.rdatatype.SOA else "",
        )
    soa = next(_of_kind(response.authority, dns.rdatatype.SOA), None)
    if soa is None:
        return common if response.flags & dns.flags.AA else _referred(response, common)
    ttl = min(soa.ttl, soa[0].minimum)
    return replace(common, zone=text_of(soa.name), negative_ttl=ttl, serial=soa[0].serial)


def _referred(response: dns.message.Message, common: Reply) -> Reply:
    onwards = next(_of_kind(response.authority, dns.rdatatype.NS), None)
    if onwards is None:
        return common
    kinds = (dns.rdatatype.A, dns.rdatatype.AAAA)
    glue = (
        (text_of(rrset.name), rdata.to_text())
        for kind in kinds
        for rrset in _of_kind(response.additional, kind)
        for rdata in rrset
    )
    hosts = sorted(text_of(rdata.target) for rdata in onwards)
    return replace(common, zone=text_of(onwards.name), referral=tuple(hosts), glue=tuple(glue))


def _of_kind(section: list[dns.rrset.RRset], kind: dns.rdatatype.RdataType) -> Iterator[dns.rrset.RRset]:
    """The records of a type; those of another class than IN have other data under the same number."""
    return (rrset for rrset in section if rrset.rdtype == kind and rrset.rdclass == dns.rdataclass.IN)


def _aliases(response: dns.message.Message, name: dns.name.Name) -> list[dns.name.Name]:
    """The name, and where its aliases lead one after the other, as far as this answer tells."""
    aliases = {rrset.name: rrset[0].target for rrset in _of_kind(response.answer, dns.rdatatype.CNAME)}
    chain = [name]
    while chain[-1] in aliases and len(chain) <= LONGEST_ALIAS:
        chain.append(aliases[chain[-1]])
    return chain


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
