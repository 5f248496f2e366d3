"""A line that breaks: the connection to a node is cut after so many bytes, as bad networks and firewalls do it."""

import random
from collections.abc import Callable, Mapping

from wizard.practice.terminal import Wire

CUTS = "cuts"  # the setting that holds the seed
_MEAN = 12_000  # bytes of a node's output between two cuts


class FrailWire:
    """A wire with a number of bytes that it will still carry; then `sever` cuts it in the middle of an output."""

    def __init__(self, wire: Wire, carries: int, sever: Callable[[], None]) -> None:
        self._wire, self._left, self._sever = wire, carries, sever

    def sendall(self, data: bytes) -> None:
        """Send what it still carries. Raises OSError when it has broken."""
        self._wire.sendall(data[: self._left])
        self._left -= len(data)
        if self._left < 0:
            self._sever()
            raise ConnectionResetError("the line was cut")

    def recv(self, size: int) -> bytes:
        """What was typed."""
        return self._wire.recv(size)

    def recv_ready(self) -> bool:
        """Whether something was typed."""
        return self._wire.recv_ready()


def carries(settings: Mapping[str, str], node: str, number: int) -> int | None:
    """How many bytes the `number`-th connection to a node carries; None where nothing is cut."""
    seed = settings.get(CUTS)
    if not seed:
        return None
    return int(random.Random(f"{seed}/{node}/{number}").expovariate(1 / _MEAN))  # noqa: S311  (chance, no secret)
