"""The name servers of one check, asked in their order. Never through a resolver that folds errors."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from checks.addresses import Reach, reach_of
from checks.dns.exchange import TRIES, Question, Server, ask_one, shown
from checks.dns.reply import LONGEST_ALIAS, Outcome, Reply, Srv
from checks.dns.silence import why_silent
from checks.dns.udp import Udp

__all__ = ["Outcome", "Reply", "Resolver", "Server", "Srv", "system_servers"]

NO_SERVER = "no name server"  # who answers where there is none
NOWHERE = "its address is one that only documentation uses"  # why one was not asked
_MOST_SERVERS = 3  # as the resolver of the C library has it


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
        self._without_edns: dict[Server, str] = {}  # who was seen to know no EDNS, and how it showed

    async def ask(self, name: str, kind: str, *, validated: bool = True) -> Reply:
        """The first answer; the last failure when there is none. Aliases are followed where the server did not."""
        reply = await self._ask(Question(name=name, kind=kind, validated=validated))
        if not reply.alias:
            return reply
        alias, followed = reply.alias, 0
        while reply.outcome is Outcome.NO_DATA and reply.alias and not reply.zone and followed < LONGEST_ALIAS:
            reply = await self._ask(Question(name=reply.alias, kind=kind, validated=validated))
            followed += 1
        return replace(reply, alias=alias)

    async def addresses(self, name: str) -> tuple[Reply, Reply]:
        """The A and AAAA answers for a name, asked at the same time."""
        four, six = await asyncio.gather(self.ask(name, "A"), self.ask(name, "AAAA"))
        return four, six

    async def ask_at(self, server: Server, host: str, name: str, kind: str) -> Reply:
        """Ask one authoritative server, without recursion. `host` is its name: the connection map may hold it.

        One at an address of documentation is nowhere, as those of a practice network: nothing is sent there.
        """
        place = self._redirect.get((host, server[1]), self._redirect.get(server, server))
        if reach_of(place[0])[0] is Reach.DOCUMENTATION:
            return Reply(outcome=Outcome.TIMEOUT, server=shown(place), detail=NOWHERE)
        return await ask_one(Question(name=name, kind=kind, recursive=False), place, self._timeout, udp=self._udp)

    async def why_silent(self, reply: Reply, name: str, kind: str) -> str:
        """Why the name server of a reply that never came keeps silent, in words; empty where nobody was asked."""
        places = (self._redirect.get(server, server) for server in self._servers)
        place = next((place for place in places if shown(place) == reply.server), None)
        if place is None:
            return ""
        return await why_silent(Question(name=name, kind=kind), place, self._timeout / TRIES)

    async def _ask(self, question: Question) -> Reply:
        reply = Reply(outcome=Outcome.TIMEOUT, server=NO_SERVER)
        for server in tuple(self._servers):
            no_edns = self._without_edns.get(server, "")
            place = self._redirect.get(server, server)
            reply = await ask_one(question, place, self._timeout, edns=not no_edns, udp=self._udp)
            if reply.no_edns:
                self._without_edns[server] = reply.no_edns
            if reply.answered:
                return reply
            if reply.outcome is Outcome.TIMEOUT and server in self._servers:
                self._servers.remove(server)
                self._servers.append(server)
        return reply
