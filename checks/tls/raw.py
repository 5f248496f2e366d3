"""Hellos made by hand: for servers too old for this machine's OpenSSL, and to ask what a release would be answered.

Up to TLS 1.2 a server sends its chain and its request for a client certificate in the clear, right after the hello
(measured with servers that know only RC4 and 3DES). Nothing is negotiated to the end.
"""

import asyncio
import contextlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from checks.names import place_of
from checks.tls.alerts import PROTOCOL_VERSION, words
from checks.tls.clock import ahead_by_hello
from checks.tls.messages import Cursor, MessageError, accepted_authorities
from checks.tls.offers import Offer
from checks.tls.seen import MOST_BYTES, MOST_CERTIFICATES, Answer, Fault, Seen
from checks.tls.wire import Wire, connected

_OLD_SUITES = {
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
_NEW_SUITES = (0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0x009C, 0x009D, 0xC013, 0xC014, 0xC009, 0xC00A)
BY_HAND = f"TLS 1.2 and older with {', '.join(_OLD_SUITES.values())}"
_SCSV = 0x00FF  # stands for the renegotiation extension, RFC 5746
_TLS_1 = 0x0301
_VERSIONS = {0x0300: "SSL 3.0", 0x0301: "1", 0x0302: "1.1", 0x0303: "1.2"}
_ALERT, _HANDSHAKE = 21, 22
_SERVER_HELLO, _CERTIFICATE, _CERTIFICATE_REQUEST, _DONE = 2, 11, 13, 14
_FATAL = 2


@dataclass
class _Flight:
    """What a server sent so far, record by record. `alert` is in words, empty without one."""

    version: int = 0
    random: bytes = b""
    suite: int = 0
    chain: tuple[bytes, ...] = ()
    asked: bool = False
    authorities: tuple[str, ...] = ()
    alert: str = ""
    over: bool = False
    total: int = 0
    _pending: bytearray = field(default_factory=bytearray)
    _handshake: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> None:
        """Take in what came. Raises MessageError for what is not TLS, or too much."""
        self.total += len(data)
        if self.total > MOST_BYTES:
            raise MessageError("it is too long")
        self._pending += data
        at = 0  # the buffer is cut once, not for each record: there may be fifty thousand empty ones
        while len(self._pending) - at >= 5 and not self.over:
            length = int.from_bytes(self._pending[at + 3 : at + 5], "big")
            if len(self._pending) - at < 5 + length:
                break
            self._record(self._pending[at], bytes(self._pending[at + 5 : at + 5 + length]))
            at += 5 + length
        del self._pending[:at]

    def _record(self, kind: int, body: bytes) -> None:
        if kind == _HANDSHAKE:
            self._handshake += body
            self._messages()
            return
        warning = kind == _ALERT and len(body) == 2 and body[0] != _FATAL
        if kind == _ALERT and len(body) == 2 and not warning:
            self.alert = words(body[1])
        self.over = not warning  # a warning, such as one about the name, comes before a ServerHello

    def _messages(self) -> None:
        at = 0
        while len(self._handshake) - at >= 4 and not self.over:
            kind, length = self._handshake[at], int.from_bytes(self._handshake[at + 1 : at + 4], "big")
            if len(self._handshake) - at < 4 + length:
                break
            self._message(kind, Cursor(bytes(self._handshake[at + 4 : at + 4 + length])))
            at += 4 + length
        del self._handshake[:at]

    def _message(self, kind: int, body: Cursor) -> None:
        if kind == _SERVER_HELLO:
            self.version = body.number(2)
            self.random = body.take(32)
            body.field(1)
            self.suite = body.number(2)
        elif kind == _CERTIFICATE:
            entries = Cursor(body.field(3))
            chain: list[bytes] = []
            while entries.left and len(chain) < MOST_CERTIFICATES:
                chain.append(entries.field(3))
            self.chain = tuple(chain)
        elif kind == _CERTIFICATE_REQUEST:
            self.asked = True
            self.authorities = accepted_authorities(body.data, version_13=False, algorithms=self.version == 0x0303)
        elif kind == _DONE:
            self.over = True


async def legacy_hello(seen: Seen, place: tuple[str, int], name: str | None, timeout: float) -> Seen:
    """Try again by hand what OpenSSL could not do; what was seen before when that brings nothing either.

    A handshake that OpenSSL could not read stays one: only its chain is taken over.
    """
    flight, _ = await _ask(place, client_hello(name), timeout)
    if not flight.chain:
        return seen
    if seen.fault is Fault.MALFORMED:
        return replace(seen, chain=flight.chain)
    return replace(
        seen,
        fault=None,
        version=_version(flight.version),
        cipher=_OLD_SUITES.get(flight.suite, hex(flight.suite)),
        chain=flight.chain,
        client_asked=flight.asked,
        authorities=flight.authorities,
        ahead_by_hello=ahead_by_hello(flight.random, datetime.now(UTC)),
        legacy=True,
    )


async def first_flight(place: tuple[str, int], name: str | None, timeout: float) -> Seen:
    """What a server shows to a hello of today before it expects anything of us: one round trip, nothing computed.

    Goes up to TLS 1.2. A server that wants a newer version has the fault VERSION and no chain. What is only known
    after a handshake, such as an answer to SIP, is not asked.
    """
    shown = place_of(*place)
    flight = _Flight()
    fault: Fault | None = None
    try:
        async with connected(*place, timeout) as wire:
            fault = Fault.SILENT
            async with asyncio.timeout(timeout):
                wire.write(modern_hello(name))
                fault = await _until_over(flight, wire)
    except ConnectionRefusedError:
        fault = Fault.REFUSED
    except TimeoutError:
        fault = Fault.TIMEOUT if fault is None else Fault.SILENT
    except ConnectionResetError:
        fault = Fault.RESET
    except OSError as problem:
        return Seen(address=shown, fault=Fault.UNREACHABLE, detail=problem.strerror or str(problem))
    if flight.chain:
        fault = None
    return Seen(
        address=shown,
        fault=fault,
        detail=flight.alert,
        version=_version(flight.version) if flight.version else "",
        chain=flight.chain,
        client_asked=flight.asked,
        authorities=flight.authorities,
        sent_name=name is not None,
    )


async def _until_over(flight: _Flight, wire: Wire) -> Fault:
    """Take in what comes to its end; the fault that there is where no chain came."""
    try:
        while not flight.over:
            data = await wire.read()
            if not data:
                return Fault.CLOSED
            flight.take(data)
    except MessageError:
        return Fault.MALFORMED
    return Fault.VERSION if flight.alert == words(PROTOCOL_VERSION) else Fault.ALERT


async def release_hello(place: tuple[str, int], offer: Offer, timeout: float) -> Answer | None:
    """What a server answers to the hello of a release, which sends no server name. None when it does not say."""
    flight, broken_off = await _ask(place, offer_hello(offer), timeout, only_hello=True)
    if flight.suite in offer.suites and _TLS_1 <= flight.version <= offer.version:
        return Answer(version=_version(flight.version), cipher=_OLD_SUITES.get(flight.suite, hex(flight.suite)))
    if flight.version:
        return Answer(refusal=f"it chose {_version(flight.version)} and {flight.suite:#06x}, which were not offered")
    refusal = flight.alert or ("it broke the connection off" if broken_off else "")
    return Answer(refusal=refusal) if refusal else None


async def chosen(
    place: tuple[str, int], name: str | None, version: int, suites: tuple[int, ...], timeout: float
) -> int | None:
    """The suite that a server chooses in exactly this version; None when it does not."""
    flight, _ = await _ask(place, _hello(version, suites, _extensions(name, version)), timeout, only_hello=True)
    return flight.suite if flight.version == version and flight.suite in suites else None


def in_words(offer: Offer) -> str:
    """An offer for people."""
    suites = ", ".join(_OLD_SUITES.get(suite, hex(suite)) for suite in offer.suites)
    return f"{spoken(_version(offer.version))} with {suites}"


def newest_of(offer: Offer) -> str:
    """The highest version of an offer, as in `Seen`."""
    return _version(offer.version)


def versions_of(offer: Offer) -> tuple[str, ...]:
    """The versions that who makes an offer speaks, as in `Seen`. SSL 3.0 is none of them."""
    return tuple(name for number, name in _VERSIONS.items() if _TLS_1 <= number <= offer.version)


async def _ask(
    place: tuple[str, int], hello: bytes, timeout: float, *, only_hello: bool = False
) -> tuple[_Flight, bool]:
    """Send a hello and take in the answer; whether the other side broke off, which silence does not."""
    flight = _Flight()
    with contextlib.suppress(OSError, TimeoutError, MessageError):
        async with asyncio.timeout(timeout), connected(*place, timeout) as wire:
            wire.write(hello)
            while not flight.over and not (only_hello and flight.version):
                data = await _or_nothing(wire)
                if not data:
                    return flight, True
                flight.take(data)
    return flight, False


async def _or_nothing(wire: Wire) -> bytes:
    """What came; nothing at the end and after a reset."""
    try:
        return await wire.read()
    except OSError:
        return b""


def client_hello(name: str | None) -> bytes:
    """A TLS 1.2 hello that offers what was current in 2003."""
    extensions = (
        *(((0, _sized(b"\x00" + _sized(name.encode(), 2), 2)),) if name else ()),
        (10, _sized(b"\x00\x17\x00\x18\x00\x19", 2)),  # groups: P-256, P-384, P-521
        (11, _sized(b"\x00", 1)),
        (13, _sized(b"\x04\x01\x05\x01\x06\x01\x02\x01\x01\x01\x04\x03\x02\x03", 2)),  # RSA and ECDSA, old hashes
    )
    return _hello(0x0303, tuple(_OLD_SUITES), extensions)


def modern_hello(name: str | None) -> bytes:
    """A TLS 1.2 hello that offers what is current, preferred first, and what was in 2003."""
    return _hello(0x0303, (*_NEW_SUITES, *_OLD_SUITES), _extensions(name, 0x0303))


def _extensions(name: str | None, version: int) -> tuple[tuple[int, bytes], ...]:
    """What goes with a hello of today; SSL 3.0 has no extensions."""
    if version < _TLS_1:
        return ()
    return (
        *(((0, _sized(b"\x00" + _sized(name.encode(), 2), 2)),) if name else ()),
        (10, _sized(b"\x00\x1d\x00\x17\x00\x18\x00\x19", 2)),  # groups: X25519, P-256, P-384, P-521
        (11, _sized(b"\x00", 1)),
        # ECDSA, RSA-PSS and RSA with SHA-256, SHA-384 and SHA-512, then RSA and ECDSA with SHA-1
        (13, _sized(b"\x04\x03\x05\x03\x06\x03\x08\x04\x08\x05\x08\x06\x04\x01\x05\x01\x06\x01\x02\x01\x02\x03", 2)),
    )


def offer_hello(offer: Offer) -> bytes:
    """The hello of a release: its version and ciphers, no extensions, as systems of that age send it."""
    return _hello(offer.version, offer.suites, ())


def _hello(version: int, suites: tuple[int, ...], extensions: tuple[tuple[int, bytes], ...]) -> bytes:
    listed = b"".join(suite.to_bytes(2, "big") for suite in (*suites, _SCSV))
    body = version.to_bytes(2, "big") + secrets.token_bytes(32) + b"\x00" + _sized(listed, 2) + b"\x01\x00"
    if extensions:
        body += _sized(b"".join(kind.to_bytes(2, "big") + _sized(content, 2) for kind, content in extensions), 2)
    return b"\x16" + min(version, _TLS_1).to_bytes(2, "big") + _sized(b"\x01" + _sized(body, 3), 2)


def _version(number: int) -> str:
    return _VERSIONS.get(number, hex(number))


def spoken(version: str) -> str:
    """A version as people say it."""
    return version if version.startswith("SSL") else f"TLS {'1.0' if version == '1' else version}"


def _sized(content: bytes, size: int) -> bytes:
    return len(content).to_bytes(size, "big") + content
