"""One question to one name server: the tries, over UDP and TCP, with and without EDNS."""

import asyncio
from dataclasses import dataclass, replace
from functools import partial

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdatatype

from checks.dns.plain import Plain, is_plain, plain_query
from checks.dns.reply import Outcome, Reply, Srv, read, read_message
from checks.dns.udp import Udp
from checks.names import place_of

TRIES = 3
PAYLOAD = 1232  # bytes; what passes every network unfragmented
DROPPED, REFUSED = "it does not answer questions with EDNS", "it refuses questions with EDNS"

Server = tuple[str, int]


class _UnreadableError(Exception):
    """An answer over TCP that cannot be read, or fits no question."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked, and with which flags.

    `validated` off sets CD: the answer comes though its signatures fail, and with them.
    """

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
            query.want_dnssec(edns)
        return query

    def problem(self) -> str:
        """Why nothing of this name or type can be asked; empty where it can."""
        if is_plain(self.name, self.kind):
            return ""
        try:
            dns.name.from_text(self.name)
            dns.rdatatype.from_text(self.kind)
        except dns.exception.DNSException as problem:
            return str(problem)
        return ""

    def plain(self, *, edns: bool) -> bytes | None:
        """The same message with id 0, made faster; None for a name of other than ordinary labels, or with CD."""
        if not self.validated:
            return None
        flags = dns.flags.AD | (dns.flags.RD if self.recursive else 0)
        return plain_query(self.name, self.kind, int(flags), PAYLOAD if edns else None)


def shown(server: Server) -> str:
    """A name server as people write it."""
    address, port = server
    return address if port == 53 else place_of(address, port)


async def ask_one(
    question: Question, server: Server, timeout: float, *, edns: bool = True, udp: Udp | None = None
) -> Reply:
    """All tries at one server within one timeout; the last one without EDNS, which some middleboxes drop.

    `udp` are sockets that many questions share.
    """
    if problem := question.problem():
        return Reply(outcome=Outcome.NO_NAME, server=shown(server), detail=f"the name cannot exist: {problem}")
    outcome, no_edns = Outcome.TIMEOUT, ""
    for number in range(1, TRIES + 1):
        with_edns = edns and not no_edns and number < TRIES
        try:
            reply = await _send(question, server, timeout / TRIES, edns=with_edns, udp=udp)
        except dns.message.Truncated:
            outcome = Outcome.TCP_BLOCKED
            continue
        except (dns.exception.Timeout, OSError, EOFError):
            continue
        except _UnreadableError as problem:
            return Reply(outcome=Outcome.SERVFAIL, server=shown(server), detail=f"the answer cannot be read: {problem}")
        if reply.outcome is Outcome.SERVFAIL and reply.detail == "FORMERR" and with_edns:
            no_edns = REFUSED
            continue
        if edns and not with_edns and not no_edns and await _is_dropped(question, server, timeout / TRIES):
            no_edns = DROPPED
        return replace(reply, no_edns=no_edns) if no_edns else reply
    return Reply(outcome=outcome, server=shown(server))


async def _is_dropped(question: Question, server: Server, timeout: float) -> bool:
    """Whether EDNS is what was not answered: a slow server knows by now what it was asked, and answers at once."""
    try:
        await _send(question, server, timeout, edns=True)
    except (dns.exception.Timeout, OSError, EOFError):
        return True
    except (dns.message.Truncated, _UnreadableError):
        return False
    return False


async def _send(question: Question, server: Server, timeout: float, *, edns: bool, udp: Udp | None = None) -> Reply:
    """One message over UDP, over TCP where the answer is cut. Raises Truncated when TCP then fails."""
    message = partial(question.message, edns=edns)  # made only where the plain bytes do not do
    try:
        plain = question.plain(edns=edns) if udp is not None else None
        if udp is not None and plain is not None:
            response = await udp.ask(message, plain, server, timeout)
            if isinstance(response, Plain):
                return plain_reply(response, server)
        else:
            response = await dns.asyncquery.udp(
                message(), server[0], timeout, server[1],
                raise_on_truncation=True, ignore_unexpected=True, ignore_errors=True,
            )  # fmt: skip
    except dns.message.Truncated as truncated:
        try:
            return replace(await ask_over_tcp(message(), server, timeout), server=shown(server), over_tcp=True)
        except (dns.exception.Timeout, OSError, EOFError):
            raise truncated from None
        except dns.exception.DNSException as problem:
            raise _UnreadableError(str(problem)) from problem
    return read_message(response, message(), shown(server))


def plain_reply(answer: Plain, server: Server) -> Reply:
    """The reply that a plain answer is."""
    return Reply(
        outcome=Outcome.DATA,
        server=shown(server),
        records=answer.records,
        services=tuple(Srv(*service) for service in answer.services),
        ttl=answer.ttl,
        authentic=answer.authentic,
        authoritative=answer.authoritative,
    )


async def ask_over_tcp(query: dns.message.QueryMessage, server: Server, timeout: float) -> Reply:
    """One message over TCP. Raises OSError, EOFError, or DNSException for what cannot be read."""
    async with asyncio.timeout(timeout):
        reader, writer = await asyncio.open_connection(*server)
        try:
            wire = query.to_wire()
            writer.write(len(wire).to_bytes(2, "big") + wire)
            length = int.from_bytes(await reader.readexactly(2), "big")
            return read(await reader.readexactly(length), query)
        finally:
            writer.close()
