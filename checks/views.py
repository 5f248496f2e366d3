"""From where a check looks: the name servers outside, those inside, and what they have answered so far."""

import asyncio
from dataclasses import dataclass

from checks.dns.exchange import Question
from checks.dns.query import Reply, Resolver, Server, system_servers
from checks.requests import Network


class Remembering(Resolver):
    """A resolver that asks each question once; who asks it again, even meanwhile, gets the same answer."""

    def __init__(self, servers: tuple[Server, ...], network: Network) -> None:
        super().__init__(servers, network.timeout, network.connect_to)
        self._asked: dict[Question, asyncio.Task[Reply]] = {}

    async def _ask(self, question: Question) -> Reply:
        asked = self._asked.get(question)
        if asked is None:
            asked = self._asked[question] = asyncio.create_task(super()._ask(question))
        return await asyncio.shield(asked)  # others may wait for it when this check's time is over


@dataclass(frozen=True, kw_only=True)
class Views:
    """The network of one run, and its resolvers; `inside` is None where no inside name servers are given."""

    network: Network
    outside: Resolver
    inside: Resolver | None

    @property
    def of_the_cluster(self) -> Resolver:
        """What the cluster asks: the inside where it is given."""
        return self.inside or self.outside


def views_of(network: Network) -> Views:
    """The views of one run: what its checks ask in common is asked once. A change in the DNS shows in the next run."""
    inside = network.internal_name_servers
    return Views(
        network=network,
        outside=Remembering(network.name_servers or system_servers(), network),
        inside=Remembering(inside, network) if inside else None,
    )
