"""Which ports of a host accept connections, where a record names another than the one that peers dial."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checks.addresses import Reach, reach_of
from checks.dns.exchange import Server


@dataclass(frozen=True, kw_only=True)
class Port:
    """One port of a host; `seen` is how a connection to it failed, empty where it was accepted."""

    number: int
    seen: str


async def try_ports(
    host: str, addresses: Sequence[str], numbers: Sequence[int], redirect: Mapping[Server, Server], timeout: float
) -> tuple[Port, ...]:
    """Connect to ports of the first public address, at the same time; nothing is sent.

    Other addresses are left alone, mapped elsewhere or not: a record must not lead us about in a network of ours.
    """
    public = next((address for address in addresses if reach_of(address)[0] is Reach.PUBLIC), None)
    if public is None:
        return ()
    places = [redirect.get((host, number), (public, number)) for number in numbers]
    seen = await asyncio.gather(*(_failure(place, timeout) for place in places))
    return tuple(Port(number=number, seen=how) for number, how in zip(numbers, seen, strict=True))


async def _failure(place: Server, timeout: float) -> str:
    try:
        async with asyncio.timeout(timeout):
            _, writer = await asyncio.open_connection(*place)
    except ConnectionRefusedError:
        return "refuses connections"
    except TimeoutError:
        return "does not answer"
    except OSError:
        return "cannot be reached"
    writer.close()
    return ""
