"""Why a name server keeps silent: a firewall, no server, or something between that spoils what it says."""

import asyncio

import dns.asyncquery
import dns.exception

from checks.dns.exchange import Question, Server, ask_one, ask_over_tcp
from checks.dns.reply import Outcome

_SPOILT = "Something does answer, but not the question: a device on the way changes the messages."
_OVER_TCP = "Over TCP it answers: UDP port {port} is filtered on the way."
_OTHER_NAMES = "It answers for other names: the servers of this zone do not answer it."
_REFUSED = "TCP port {port} is refused as well: no name server runs there, or a firewall turns us away."
_NOTHING = "TCP port {port} does not answer either: a firewall drops our questions, or the machine is off."


async def why_silent(question: Question, server: Server, timeout: float) -> str:
    """One sentence, from three questions asked at the same time: unguarded, over TCP, and for the root of the DNS."""
    spoilt, tcp, other = await asyncio.gather(
        _is_spoilt(question, server, timeout),
        _over_tcp(question, server, timeout),
        ask_one(Question(name=".", kind="NS"), server, timeout),
    )
    if spoilt:
        return _SPOILT
    others_too = other.outcome in {Outcome.TIMEOUT, Outcome.TCP_BLOCKED}
    return tcp.format(port=server[1]) if tcp == _OVER_TCP or others_too else _OTHER_NAMES


async def _is_spoilt(question: Question, server: Server, timeout: float) -> bool:
    try:
        await dns.asyncquery.udp(question.message(edns=True), server[0], timeout, server[1], ignore_unexpected=True)
    except (dns.exception.Timeout, OSError):
        return False
    except (dns.exception.DNSException, ValueError):
        return True
    return False


async def _over_tcp(question: Question, server: Server, timeout: float) -> str:
    try:
        await ask_over_tcp(question.message(edns=True), server, timeout)
    except ConnectionRefusedError:
        return _REFUSED
    except (dns.exception.DNSException, OSError, EOFError):
        return _NOTHING
    return _OVER_TCP
