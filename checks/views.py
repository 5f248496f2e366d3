"""From where a check looks: the name servers outside, those inside, and what they have answered so far."""

import asyncio
import copy
from dataclasses import dataclass, replace

from checks.certificate.trust import Trust
from checks.dns.exchange import Question, shown
from checks.dns.query import NO_SERVER, Outcome, Reply, Resolver, Server, system_servers
from checks.dns.udp import Udp
from checks.requests import Network
from checks.turns import waited

_LAST = 0.9  # of a check's time: then nothing more is asked, and what is known is judged


class Remembering(Resolver):
    """A resolver that asks each question once; who asks it again, even meanwhile, gets the same answer."""

    def __init__(self, servers: tuple[Server, ...], network: Network, udp: Udp | None) -> None:
        super().__init__(servers, network.timeout, network.connect_to, udp)
        self._asked: dict[Question, asyncio.Task[Reply]] = {}
        self._ends: float | None = None

    def until(self, ends: float) -> "Remembering":
        """The same resolver, with the same memory, for a check that waits for no answer after this time of the loop.

        What did not come until then counts as silence, so that side questions keep no check from its main one's answer.
        """
        bounded = copy.copy(self)
        bounded._ends = ends
        return bounded

    async def _ask(self, question: Question) -> Reply:
        asked = self._asked.get(question)
        if asked is None:
            asked = self._asked[question] = asyncio.create_task(super()._ask(question))
        try:
            async with asyncio.timeout_at(self._ends):
                return await asyncio.shield(asked)  # others may wait for it when this check's time is over
        except TimeoutError:
            return Reply(outcome=Outcome.TIMEOUT, server=self._first())

    async def ask_at(self, server: Server, host: str, name: str, kind: str) -> Reply:
        """As of every resolver, but not after the end."""
        try:
            async with asyncio.timeout_at(self._ends):
                return await super().ask_at(server, host, name, kind)
        except TimeoutError:
            return Reply(outcome=Outcome.TIMEOUT, server=shown(server))

    def _first(self) -> str:
        places = (self._redirect.get(server, server) for server in self._servers)
        return next(map(shown, places), NO_SERVER)


@dataclass(frozen=True, kw_only=True)
class Views:
    """The network of one run, and its resolvers; `inside` is None where no inside name servers are given.

    `trust` is what the run trusts, read when the first chain needs it. `ends` is when a check asks nothing more, as a
    time of the loop; infinite before it begins.
    """

    network: Network
    outside: Remembering
    inside: Remembering | None
    trust: Trust
    ends: float = float("inf")

    @property
    def of_the_cluster(self) -> Resolver:
        """What the cluster asks: the inside where it is given."""
        return self.inside or self.outside

    @property
    def left(self) -> float:
        """For how many seconds the check may still ask."""
        return max(0.0, self.ends + waited() - asyncio.get_running_loop().time())

    def of_a_check(self, seconds: float) -> "Views":
        """The views of a check that begins now and has these seconds in all."""
        ends = asyncio.get_running_loop().time() + _LAST * seconds
        inside = None if self.inside is None else self.inside.until(ends)
        return replace(self, outside=self.outside.until(ends), inside=inside, ends=ends)


def views_of(network: Network, udp: Udp | None = None) -> Views:
    """The views of one run: what its checks ask in common is asked once. A change in the DNS shows in the next run.

    `udp` are sockets that the many checks of a run share.
    """
    inside = network.internal_name_servers
    return Views(
        network=network,
        outside=Remembering(network.name_servers or system_servers(), network, udp),
        inside=Remembering(inside, network, udp) if inside else None,
        trust=Trust(network.trust),
    )
