"""What the practice name server answers. Pure: query and records in, answer out (RFC 1034, 2308, 6891)."""

import struct
from collections.abc import Iterable

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from wizard.practice.scenarios import Record

TTL = 300
UDP_SIZE = 1232
_MOST_ALIASES = 8


def reply(wire: bytes, records: Iterable[Record], *, udp: bool) -> bytes | None:
    """The answer on the wire; None for what deserves none. Over UDP it is cut to what the asker takes."""
    try:
        query = dns.message.from_wire(wire, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError, LookupError, struct.error):
        return None
    if query.flags & dns.flags.QR:
        return None
    answer = respond(query, records)
    size = max(512, min(query.payload, UDP_SIZE)) if udp else 65535
    try:
        return answer.to_wire(max_size=size)
    except dns.exception.TooBig:
        return _truncated(query, answer.rcode()).to_wire()


def respond(query: dns.message.Message, records: Iterable[Record]) -> dns.message.Message:
    """The answer to a query: authoritative, and offering recursion, so that it can be asked like a resolver."""
    answer = _empty(query)
    refusal = _refusal(query)
    if refusal is not None:
        answer.set_rcode(refusal)
        return answer
    zones = Zones(records)
    question = query.question[0]
    name = question.name
    for _hop in range(_MOST_ALIASES):
        alias = None if question.rdtype == dns.rdatatype.CNAME else zones.get(name, dns.rdatatype.CNAME)
        if alias is None:
            break
        answer.answer.append(alias)
        name = alias[0].target
    found = zones.matching(name, question.rdtype)
    answer.answer.extend(found)
    if not found:
        answer.authority.append(zones.soa(name))
        if not zones.exists(name):
            answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer


class Zones:
    """The records, arranged by name. The root zone is among them, so every name has a zone."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._sets: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], list[str]] = {}
        self._names: set[dns.name.Name] = {dns.name.root}
        for record in records:
            name = dns.name.from_text(record.name + ".")
            self._sets.setdefault((name, dns.rdatatype.from_text(record.kind)), []).append(record.text)
            while name != dns.name.root:
                self._names.add(name)  # with the names above, which exist even when they hold nothing
                name = name.parent()

    def exists(self, name: dns.name.Name) -> bool:
        """Whether there is such a name, with or without records."""
        return name in self._names

    def get(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.rrset.RRset | None:
        """The record set of a name and type."""
        texts = self._sets.get((name, kind))
        ttl = 5 if kind == dns.rdatatype.SOA else TTL
        return dns.rrset.from_text_list(name, ttl, dns.rdataclass.IN, kind, texts) if texts else None

    def matching(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> list[dns.rrset.RRset]:
        """The record sets that answer a question; all of the name for ANY."""
        kinds = [each for owner, each in self._sets if owner == name] if kind == dns.rdatatype.ANY else [kind]
        return [found for each in kinds if (found := self.get(name, each)) is not None]

    def soa(self, name: dns.name.Name) -> dns.rrset.RRset:
        """The SOA of the zone a name lies in."""
        while True:
            soa = self.get(name, dns.rdatatype.SOA)
            if soa is not None:
                return soa
            name = name.parent()


def _refusal(query: dns.message.Message) -> dns.rcode.Rcode | None:
    if query.edns > 0:
        return dns.rcode.BADVERS
    if query.opcode() != dns.opcode.QUERY:
        return dns.rcode.NOTIMP
    if len(query.question) != 1:
        return dns.rcode.FORMERR
    question = query.question[0]
    transfers = (dns.rdatatype.AXFR, dns.rdatatype.IXFR)
    if question.rdclass != dns.rdataclass.IN or question.rdtype in transfers:
        return dns.rcode.REFUSED
    return None


def _empty(query: dns.message.Message) -> dns.message.Message:
    answer = dns.message.make_response(query, recursion_available=True, our_payload=UDP_SIZE)
    answer.flags |= dns.flags.AA
    return answer


def _truncated(query: dns.message.Message, rcode: dns.rcode.Rcode) -> dns.message.Message:
    cut = _empty(query)
    cut.flags |= dns.flags.TC
    cut.set_rcode(rcode)
    return cut
