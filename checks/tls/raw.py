"""A hello made by hand, for servers so old that this machine's OpenSSL has no cipher in common with them.

Up to TLS 1.2 a server sends its chain and its request for a client certificate in the clear, right after the hello
(measured with servers that know only RC4 and 3DES). Nothing is negotiated to the end.
"""

import asyncio
import contextlib
import secrets
from dataclasses import dataclass, field, replace

from checks.tls.messages import Cursor, MessageError, accepted_authorities
from checks.tls.seen import Seen
from checks.tls.wire import connected

_SUITES = {
    0x0004: "RC4-MD5",
    0x0005: "RC4-SHA",
    0x000A: "DES-CBC3-SHA",
    0x0009: "DES-CBC-SHA",
    0x002F: "AES128-SHA",
    0x0035: "AES256-SHA",
    0x0016: "DHE-RSA-DES-CBC3-SHA",
    0xC011: "ECDHE-RSA-RC4-SHA",
    0xC012: "ECDHE-RSA-DES-CBC3-SHA",
}
_SCSV = 0x00FF  # stands for the renegotiation extension, RFC 5746
_VERSIONS = {0x0300: "SSL 3.0", 0x0301: "1", 0x0302: "1.1", 0x0303: "1.2"}
_ALERT, _HANDSHAKE = 21, 22
_SERVER_HELLO, _CERTIFICATE, _CERTIFICATE_REQUEST, _DONE = 2, 11, 13, 14
_MOST = 262144  # bytes; no honest flight is longer


@dataclass
class _Flight:
    """What a server sent so far, record by record."""

    pending: bytes = b""
    handshake: bytes = b""
    version: int = 0
    suite: int = 0
    chain: tuple[bytes, ...] = ()
    asked: bool = False
    authorities: tuple[str, ...] = ()
    over: bool = False
    total: int = field(default=0)

    def take(self, data: bytes) -> None:
        """Take in what came. Raises MessageError for what is not TLS."""
        self.pending += data
        self.total += len(data)
        if self.total > _MOST:
            raise MessageError("it is too long")
        while len(self.pending) >= 5 and not self.over:
            kind, length = self.pending[0], int.from_bytes(self.pending[3:5], "big")
            if len(self.pending) < 5 + length:
                return
            body, self.pending = self.pending[5 : 5 + length], self.pending[5 + length :]
            if kind != _HANDSHAKE:
                self.over = True
                return
            self.handshake += body
            self._messages()

    def _messages(self) -> None:
        while len(self.handshake) >= 4 and not self.over:
            kind, length = self.handshake[0], int.from_bytes(self.handshake[1:4], "big")
            if len(self.handshake) < 4 + length:
                return
            body, self.handshake = self.handshake[4 : 4 + length], self.handshake[4 + length :]
            self._message(kind, Cursor(body))

    def _message(self, kind: int, body: Cursor) -> None:
        if kind == _SERVER_HELLO:
            self.version = body.number(2)
            body.take(32)
            body.field(1)
            self.suite = body.number(2)
        elif kind == _CERTIFICATE:
            entries = Cursor(body.field(3))
            chain = []
            while entries.left:
                chain.append(entries.field(3))
            self.chain = tuple(chain)
        elif kind == _CERTIFICATE_REQUEST:
            self.asked = True
            self.authorities = accepted_authorities(body.data, version_13=False, algorithms=self.version == 0x0303)
        elif kind == _DONE:
            self.over = True


async def legacy_hello(seen: Seen, place: tuple[str, int], name: str | None, timeout: float) -> Seen:
    """Try again by hand what OpenSSL could not do; what was seen before when that brings nothing either."""
    flight = _Flight()
    with contextlib.suppress(OSError, TimeoutError, MessageError):
        async with asyncio.timeout(timeout), connected(*place, timeout) as wire:
            wire.write(client_hello(name))
            while not flight.over:
                data = await wire.read()
                if not data:
                    break
                flight.take(data)
    if not flight.chain:
        return seen
    return replace(
        seen,
        fault=None,
        version=_VERSIONS.get(flight.version, hex(flight.version)),
        cipher=_SUITES.get(flight.suite, hex(flight.suite)),
        chain=flight.chain,
        client_asked=flight.asked,
        authorities=flight.authorities,
        legacy=True,
    )


def client_hello(name: str | None) -> bytes:
    """A TLS 1.2 hello that offers what was current in 2003."""
    suites = b"".join(suite.to_bytes(2, "big") for suite in (*_SUITES, _SCSV))
    extensions = b"".join(
        kind.to_bytes(2, "big") + _sized(content, 2)
        for kind, content in (
            *(((0, _sized(b"\x00" + _sized(name.encode(), 2), 2)),) if name else ()),
            (10, _sized(b"\x00\x17\x00\x18\x00\x19", 2)),  # groups: P-256, P-384, P-521
            (11, _sized(b"\x00", 1)),
            (13, _sized(b"\x04\x01\x05\x01\x06\x01\x02\x01\x01\x01\x04\x03\x02\x03", 2)),  # RSA and ECDSA, old hashes
        )
    )
    body = b"\x03\x03" + secrets.token_bytes(32) + b"\x00" + _sized(suites, 2) + b"\x01\x00" + _sized(extensions, 2)
    return b"\x16\x03\x01" + _sized(b"\x01" + _sized(body, 3), 2)


def _sized(content: bytes, size: int) -> bytes:
    return len(content).to_bytes(size, "big") + content
