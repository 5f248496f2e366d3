"""A few UDP sockets for many questions at once: each answer finds its question by server, message id and question.

A socket for each question costs more than the question. Eight of them, at random, and random ids keep answers as hard
to forge as it matters; what does not fit a question is ignored, as it is with a socket of its own.
"""

import asyncio
import functools
import ipaddress
import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

import dns.exception
import dns.message

from checks.dns.plain import Plain, plain_answer

_SOCKETS = 8
_BUFFER = 4 * 1024 * 1024  # bytes; answers come in bursts
_IN_FLIGHT = 200

_read_address = functools.lru_cache(maxsize=64)(ipaddress.ip_address)  # a run asks few servers many questions

Server = tuple[str, int]
Key = tuple[bytes, str, int]


@dataclass
class _Waiting:
    message: Callable[[], dns.message.Message]
    wire: bytes
    answer: "asyncio.Future[Plain | dns.message.Message]"

    def _answers(self, response: dns.message.Message) -> bool:
        query = self.message()
        query.id = int.from_bytes(self.wire[:2], "big")
        return query.is_response(response)

    def take(self, data: bytes) -> None:
        """Take in what came under this id; what is no answer to the question is ignored. Truncation ends it."""
        if self.answer.done():
            return
        plain = plain_answer(self.wire, data)
        if plain is not None:
            self.answer.set_result(plain)
            return
        try:
            response = dns.message.from_wire(data, raise_on_truncation=True)
        except dns.message.Truncated as cut:
            if self._answers(cut.message()):  # type: ignore[no-untyped-call]
                self.answer.set_exception(cut)
            return
        except dns.exception.DNSException:
            return
        if self._answers(response):
            self.answer.set_result(response)


@dataclass
class _Socket(asyncio.DatagramProtocol):
    waiting: dict[Key, _Waiting] = field(default_factory=dict)
    refused: OSError | None = None  # by the system of this machine, while a question was being sent

    def error_received(self, exc: Exception) -> None:
        """Called by the loop, in the middle of `sendto` where the system does not even send."""
        self.refused = exc if isinstance(exc, OSError) else None

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Called by the loop."""
        found = self.waiting.get((data[:2], addr[0], addr[1]))
        if found is not None:
            found.take(data)


def _send(transport: asyncio.DatagramTransport, own: _Socket, wire: bytes, server: Server) -> None:
    """Send a question. Raises OSError at once where there is no way to the server."""
    own.refused = None
    transport.sendto(wire, server)
    if own.refused is not None:
        raise own.refused


class Udp:
    """Sockets that are shared by the questions of one run. Use as `async with`."""

    def __init__(self) -> None:
        self._open: dict[int, list[tuple[asyncio.DatagramTransport, _Socket]]] = {}
        self._gate = asyncio.Semaphore(_IN_FLIGHT)
        self._opening = asyncio.Lock()

    async def __aenter__(self) -> "Udp":
        return self

    async def __aexit__(self, *_: object) -> None:
        for transport, _protocol in (pair for pairs in self._open.values() for pair in pairs):
            transport.abort()

    async def ask(
        self, message: Callable[[], dns.message.Message], plain: bytes | None, server: Server, timeout: float
    ) -> Plain | dns.message.Message:
        """One question and its answer. Raises TimeoutError, OSError, and Truncated for an answer that is cut.

        `message` makes the question; `plain` is the same in bytes where those could be had for less.
        """
        address = _read_address(server[0])
        async with self._gate:
            sockets = await self._sockets(socket.AF_INET if address.version == 4 else socket.AF_INET6)
            which, *number = secrets.token_bytes(3)
            transport, own = sockets[which % _SOCKETS]
            key = bytes(number), str(address), server[1]
            while key in own.waiting:
                key = secrets.token_bytes(2), *key[1:]
            wire = key[0] + (plain or message().to_wire())[2:]
            waiting = _Waiting(message, wire, asyncio.get_running_loop().create_future())
            own.waiting[key] = waiting
            try:
                _send(transport, own, wire, server)
                async with asyncio.timeout(timeout):
                    return await waiting.answer
            finally:
                del own.waiting[key]

    async def _sockets(self, family: socket.AddressFamily) -> list[tuple[asyncio.DatagramTransport, _Socket]]:
        if family not in self._open:
            async with self._opening:
                if family not in self._open:
                    self._open[family] = [await self._socket(family) for _ in range(_SOCKETS)]
        return self._open[family]

    async def _socket(self, family: socket.AddressFamily) -> tuple[asyncio.DatagramTransport, _Socket]:
        loop = asyncio.get_running_loop()
        transport, protocol = await loop.create_datagram_endpoint(_Socket, family=family)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        return transport, protocol
