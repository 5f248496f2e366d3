"""Lines that are not what they should be: far away, or slow."""

import queue
import socket
import time
from collections.abc import Callable

from wizard.practice.sockets import in_background
from wizard.practice.terminal import Wire

_CHUNK = 65536
_DRIP = 7  # bytes of a piece: what belongs together, a character or a sequence of the terminal, is torn apart


class DrippingWire:
    """A wire over which output comes by so many bytes a second."""

    def __init__(self, wire: Wire, rate: int, pause: Callable[[float], object]) -> None:
        self._wire, self._pause = wire, pause
        self._gap = _DRIP / rate

    def sendall(self, data: bytes) -> None:
        """Send piece by piece. Raises OSError."""
        for start in range(0, len(data), _DRIP):
            self._wire.sendall(data[start : start + _DRIP])
            self._pause(self._gap)

    def recv(self, size: int) -> bytes:
        """What was typed."""
        return self._wire.recv(size)

    def recv_ready(self) -> bool:
        """Whether something was typed."""
        return self._wire.recv_ready()


def far(near: socket.socket, round_trip: float) -> socket.socket:
    """The near end of a connection, as if it were far away. Whatever is sent arrives half a round trip later."""
    ours, theirs = socket.socketpair()
    in_background(lambda: _carry(near, theirs, round_trip / 2), "line-in")
    in_background(lambda: _carry(theirs, near, round_trip / 2), "line-out")
    return ours


def _carry(source: socket.socket, sink: socket.socket, delay: float) -> None:
    """Pass on what comes, each piece so much later; the order and the end of the stream are kept."""
    under_way: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
    in_background(lambda: _deliver(under_way, sink), "line-delivery")
    while True:
        try:
            data = source.recv(_CHUNK)
        except OSError:
            data = b""
        under_way.put((time.monotonic() + delay, data))
        if not data:
            return


def _deliver(under_way: "queue.SimpleQueue[tuple[float, bytes]]", sink: socket.socket) -> None:
    while True:
        due, data = under_way.get()
        time.sleep(max(0.0, due - time.monotonic()))
        try:
            if not data:
                sink.shutdown(socket.SHUT_RDWR)
                return
            sink.sendall(data)
        except OSError:
            return
