"""One TCP connection whose last bytes are not lost when a reset comes behind them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import cast

_ENOUGH = 65536  # bytes that wait to be read; until then nothing more is taken from the network


class Wire(asyncio.Protocol):
    """Bytes in and out. A server that refuses us sends an alert and resets: the alert is read before the reset."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._over = False
        self._problem: Exception | None = None
        self._changed = asyncio.Event()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the loop."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Called by the loop."""
        self._data += data
        if len(self._data) >= _ENOUGH and self._transport is not None:
            self._transport.pause_reading()
        self._changed.set()

    def eof_received(self) -> bool:
        """Called by the loop. The connection stays open for our side."""
        self._over = True
        self._changed.set()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the loop."""
        self._over, self._problem = True, exc
        self._changed.set()

    async def read(self) -> bytes:
        """What has come; empty at the end. Raises OSError for a reset, after everything was read."""
        while not self._data and not self._over:
            self._changed.clear()
            await self._changed.wait()
        data = bytes(self._data)
        self._data.clear()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
        if not data and self._problem is not None:
            raise self._problem
        return data

    def write(self, data: bytes) -> None:
        """Send; a lost connection shows with the next read."""
        if data and self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """End the connection; what was not sent yet is dropped."""
        if self._transport is not None:
            self._transport.abort()


@contextlib.asynccontextmanager
async def connected(address: str, port: int, timeout: float) -> AsyncIterator[Wire]:
    """A connection to a numeric address. Raises TimeoutError and OSError."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(timeout):
        _, wire = await loop.create_connection(Wire, address, port)
    try:
        yield wire
    finally:
        wire.close()
