"""Fetching what a certificate names: over HTTP alone, from public addresses alone, little, and only when asked to."""

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import cast
from urllib.parse import urljoin, urlsplit

from checks.addresses import Reach, reach_of
from checks.tls.wire import connected

MOST = 1_000_000  # bytes of an answer, its head included
_REDIRECTS = 2
Resolve = Callable[[str], Awaitable[tuple[str, ...]]]
Place = tuple[str, int]


class NotFetchedError(Exception):
    """Why nothing was fetched, as a sentence without its full stop."""


@dataclass(frozen=True, kw_only=True)
class Fetcher:
    """Fetches from places that somebody else named.

    `resolve` gives the addresses of a name; they are judged before `connect_to` leads to another place.
    """

    resolve: Resolve
    connect_to: Mapping[Place, Place]
    timeout: float

    async def fetch(self, url: str, body: bytes | None = None, kind: str = "") -> bytes:
        """The content at an address; with a body it is posted, as this media type. Raises NotFetchedError."""
        for _ in range(_REDIRECTS + 1):
            status, location, content = await self._once(url, body, kind)
            if status == 200:
                return content
            if status not in {301, 302, 303, 307, 308} or not location:
                raise NotFetchedError(f"{url} answered with status {status}")
            url = urljoin(url, location)
        raise NotFetchedError(f"{url} leads from one place to the next")

    async def _once(self, url: str, body: bytes | None, kind: str) -> tuple[int, str, bytes]:
        host, port, path = _parts(url)
        try:
            async with asyncio.timeout(self.timeout):
                address, at = await self._place(host, port)
                async with connected(address, at, self.timeout) as wire:
                    wire.write(_request(host, port, path, body, kind))
                    data = b""
                    while more := await wire.read():
                        data += more
                        if len(data) > MOST:
                            raise NotFetchedError(f"{url} sends more than {MOST} bytes")
        except TimeoutError:
            raise NotFetchedError(f"{url} did not answer within {self.timeout:g} s") from None
        except OSError as problem:
            raise NotFetchedError(f"{url} cannot be reached: {problem.strerror or problem}") from problem
        return _answer(url, data)

    async def _place(self, host: str, port: int) -> Place:
        addresses = await self.resolve(host)
        public = [address for address in addresses if reach_of(address)[0] is Reach.PUBLIC]
        if not public:
            raise NotFetchedError(f"{host} has no public address")
        mapped = self.connect_to.get((public[0], port), (public[0], port))
        return self.connect_to.get((host, port), mapped)


def _parts(url: str) -> tuple[str, int, str]:
    if not url.isascii() or any(ord(sign) <= 0x20 for sign in url):
        raise NotFetchedError("its address holds what no address may hold")
    try:
        split = urlsplit(url)
        host, port = split.hostname, split.port or 80
    except ValueError:
        raise NotFetchedError("its address cannot be read") from None
    if split.scheme != "http" or not host:
        raise NotFetchedError(f"{split.scheme or 'nothing'} is no HTTP address")
    return host, port, (split.path or "/") + (f"?{split.query}" if split.query else "")


def _request(host: str, port: int, path: str, body: bytes | None, kind: str) -> bytes:
    name = f"[{host}]" if ":" in host else host
    lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.0", f"Host: {name}:{port}", "Connection: close"]
    if body is not None:
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join((*lines, "", "")).encode("ascii") + (body or b"")


class _Read:
    """What came, in the shape of the socket that `http.client` reads from."""

    def __init__(self, data: bytes) -> None:
        self._file = io.BytesIO(data)

    def makefile(self, _mode: str) -> io.BytesIO:
        return self._file


def _answer(url: str, data: bytes) -> tuple[int, str, bytes]:
    import socket

    response = HTTPResponse(cast(socket.socket, _Read(data)))
    try:
        response.begin()
        return response.status, response.headers.get("Location") or "", response.read(MOST)
    except (HTTPException, ValueError, OSError) as problem:
        raise NotFetchedError(f"{url} does not answer as HTTP does: {type(problem).__name__}") from problem
