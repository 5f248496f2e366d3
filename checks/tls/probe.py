"""One TLS handshake, over memory so that the chain survives a refusal.

Offers everything this machine's OpenSSL still knows: old servers are to be looked at, not trusted. Measured facts
behind it: the chain of a server that refuses us is there after the failed handshake (TLS 1.0 to 1.2), and in TLS 1.3
the refusal comes only with the first read after a handshake that seemed to succeed.
"""

import asyncio
import re
import ssl
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path

from checks.names import place_of
from checks.tls import alerts
from checks.tls.clock import ahead_by_date, ahead_by_hello
from checks.tls.messages import accepted_authorities
from checks.tls.seen import MOST_BYTES, MOST_CERTIFICATES, UNREADABLE, Fault, Seen
from checks.tls.wire import Wire, connected

_PATIENCE = 0.5  # seconds; a refusal in TLS 1.3 comes right after the handshake
_SIP_PATIENCE = 2.0  # seconds at most for an answer to OPTIONS
_ENOUGH = 65536
_SHOWN = 24  # bytes of what is neither TLS nor SIP
_HEAD_ENDS = b"\r\n\r\n"
_LEGACY_CONNECT = 0x4  # ssl.OP_LEGACY_SERVER_CONNECT, named from Python 3.12 on
_ALERT, _HANDSHAKE = 21, 22  # what a record holds
_FATAL = 2  # the level of an alert
_EMPTY_LIST = 8  # bytes of a Certificate message without any certificate, its header included, at most
_DER = 2  # the encoding that the private chain method wants
_VERSIONS = {b"\x03\x00": "SSL 3.0", b"\x03\x01": "1", b"\x03\x02": "1.1", b"\x03\x03": "1.2"}
_WHERE = re.compile(r"\[[^]]*\] ?|\(_?ssl\.c:\d+\)")
_RECORDS = frozenset({0x14, 0x15, 0x16, 0x17})  # the first byte of any TLS record

_ALERTS = {
    alerts.PROTOCOL_VERSION: Fault.VERSION,
    alerts.INAPPROPRIATE_FALLBACK: Fault.VERSION,
    alerts.HANDSHAKE_FAILURE: Fault.CIPHER,
    alerts.INSUFFICIENT_SECURITY: Fault.CIPHER,
    alerts.UNRECOGNIZED_NAME: Fault.NAME,
}


class _EndlessError(Exception):
    """The other side sends more than any handshake needs."""


def context_for(client_certificate: tuple[Path, Path] | None) -> ssl.SSLContext:
    """A context that offers everything, verifies nothing (the judges do), and may show a certificate of ours.

    Raises OSError (ssl.SSLError is one) for a client certificate that cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslobject_class = _Watched
    # Set below SSLContext, which would look up three enums for each message and record: a tenth of a handshake.
    super(ssl.SSLContext, ssl.SSLContext)._msg_callback.__set__(context, _look)  # type: ignore[misc]
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:!aNULL:@SECLEVEL=0")  # a server that may stay anonymous would show no certificate
    context.options |= _LEGACY_CONNECT
    if client_certificate is not None:
        certificate, key = client_certificate
        context.load_cert_chain(certificate, key, password="")
    return context


async def probe(
    place: tuple[str, int], name: str | None, context: ssl.SSLContext, options: bytes, timeout: float
) -> Seen:
    """Connect to a numeric address, shake hands under a server name, and ask SIP OPTIONS when that worked.

    Without `options` nothing is asked, without a name none is sent. Handshakes may share a context.
    """
    shown = place_of(*place)
    try:
        async with connected(*place, timeout) as wire:
            return await _Handshake(wire, context, name, shown).run(options, timeout)
    except ConnectionRefusedError:
        return Seen(address=shown, fault=Fault.REFUSED)
    except TimeoutError:
        return Seen(address=shown, fault=Fault.TIMEOUT)
    except ConnectionResetError:
        return Seen(address=shown, fault=Fault.RESET)
    except OSError as problem:
        return Seen(address=shown, fault=Fault.UNREACHABLE, detail=problem.strerror or str(problem))


class _Message(IntEnum):
    """The handshake messages that are looked at (RFC 8446 4)."""

    SERVER_HELLO = 2
    ENCRYPTED_EXTENSIONS = 8
    CERTIFICATE = 11
    CERTIFICATE_REQUEST = 13


@dataclass
class _Watch:
    """What the handshake messages told; the SSL object knows its version only after a handshake that succeeded."""

    hello: bool = False
    alert: int | None = None
    version: str = ""
    random: bytes = b""
    asked: bool = False
    shown: bool = False
    authorities: tuple[str, ...] = ()

    def look(self, direction: str, content: int, kind: int, data: bytes) -> None:
        """Called for each message, decrypted, its header before it."""
        if direction != "read":
            self.shown = self.shown or (
                (content, kind) == (_HANDSHAKE, _Message.CERTIFICATE) and len(data) > _EMPTY_LIST
            )
        elif content == _ALERT:
            self.alert = data[1] if len(data) == 2 and data[0] == _FATAL else self.alert
        elif content == _HANDSHAKE:
            self._hear(kind, data)

    def _hear(self, kind: int, data: bytes) -> None:
        match kind:
            case _Message.SERVER_HELLO:
                self.hello, self.version, self.random = True, _VERSIONS.get(data[4:6], ""), data[6:10]
            case _Message.ENCRYPTED_EXTENSIONS:
                self.version, self.random = "1.3", b""
            case _Message.CERTIFICATE_REQUEST:
                new, old = self.version == "1.3", self.version in {"1", "1.1"}
                self.asked = True
                self.authorities = accepted_authorities(data[4:], version_13=new, algorithms=not old)


class _Watched(ssl.SSLObject):
    """One connection of a context that many share."""

    watch: _Watch | None = None


def _look(  # the signature of the private hook of SSLContext
    connection: object, direction: str, _version: int, content: int, kind: int, data: bytes
) -> None:
    if isinstance(connection, _Watched) and connection.watch is not None:
        connection.watch.look(direction, content, kind, data)


@dataclass
class _Handshake:
    """The bytes between a connection and an SSL object."""

    wire: Wire
    context: ssl.SSLContext
    name: str | None
    address: str
    first: bytes = b""
    total: int = 0
    watch: _Watch = field(default_factory=_Watch)

    def __post_init__(self) -> None:
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = self.context.wrap_bio(self._in, self._out, server_hostname=self.name)
        assert isinstance(self._tls, _Watched)
        self._tls.watch = self.watch

    async def run(self, options: bytes, timeout: float) -> Seen:
        """The handshake, then one read, then OPTIONS."""
        try:
            async with asyncio.timeout(timeout):
                await self._shake()
        except TimeoutError:
            return self._seen(Fault.STALLED if self.first else Fault.SILENT)
        except _EndlessError:
            return self._seen(Fault.MALFORMED, detail=f"it sent more than {MOST_BYTES // 1024} kB and came to no end")
        except ssl.SSLError as problem:
            return self._failed(problem)
        except OSError:
            if self.watch.asked:
                return self._seen(None, refused=alerts.RESET_AMID)
            return self._seen(Fault.RESET)
        done = self._seen(None)
        return await self._after(done, options, timeout) if options else done

    async def _shake(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._exchange()
                continue
            finally:
                self.wire.write(self._out.read())
            return

    async def _exchange(self) -> None:
        """Send what is to be sent, take in what comes."""
        self.wire.write(self._out.read())
        data = await self.wire.read()
        self.first = (self.first + data)[:_SHOWN] if len(self.first) < _SHOWN else self.first
        self.total += len(data)
        if self.total > MOST_BYTES:
            raise _EndlessError
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()

    def _failed(self, problem: ssl.SSLError) -> Seen:
        reason = problem.reason or ""
        if self.first and (self.first[0] not in _RECORDS or self.first[1:2] not in {b"", b"\x03"}):
            return self._seen(Fault.NOT_TLS)
        if self.watch.alert is not None:
            return self._alerted(self.watch.alert)
        if isinstance(problem, ssl.SSLEOFError) or "UNEXPECTED_EOF" in reason:
            if self.watch.asked:
                return self._seen(None, refused=alerts.CLOSED_AMID)
            return self._seen(Fault.CLOSED)
        if reason == "UNSUPPORTED_PROTOCOL":
            return self._seen(Fault.VERSION, detail="it wants a version that is not offered")
        return self._seen(Fault.MALFORMED, detail=reason_in_words(problem.reason, str(problem)))

    def _alerted(self, alert: int) -> Seen:
        about_none = alert in alerts.ABOUT_NONE_OF_OURS and not self.watch.shown
        if self.watch.asked and (about_none or alert in alerts.ABOUT_OUR_CERTIFICATE):
            return self._seen(None, refused=alerts.words(alert))
        fault = _ALERTS.get(alert, Fault.ALERT)
        if fault is Fault.CIPHER and self.watch.hello:
            fault = Fault.ALERT
        return self._seen(fault, detail=alerts.words(alert))

    async def _after(self, done: Seen, options: bytes, timeout: float) -> Seen:
        """In TLS 1.3 a refusal of our certificate arrives only now, and some servers just close in any version."""
        said, left = b"", ""
        if done.version == "1.3" or done.client_asked:
            said, left = await self._listen(min(_PATIENCE, timeout / 2))
        if not said and not left:
            said, left = await self._listen(min(_SIP_PATIENCE, timeout), options)
            left = "" if self.watch.alert is None else left  # a server may well close when it is asked something
        refused = left if self.watch.asked else ""
        if not said.startswith(b"SIP/2.0 "):
            return replace(done, refused_client=refused, not_sip=repr(said[:_SHOWN])[2:-1])
        first = said.split(b"\r\n", 1)[0][:120].decode("utf-8", "replace")
        return replace(done, refused_client=refused, sip=first, ahead=ahead_by_date(said, datetime.now(UTC)))

    async def _listen(self, patience: float, question: bytes = b"") -> tuple[bytes, str]:
        """What the server says, to a question all headers, and in words how it left where it did."""
        try:
            if question:
                self._tls.write(question)
                self.wire.write(self._out.read())
            return await self._read(patience, _HEAD_ENDS if question else b""), ""
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b"", alerts.CLOSED_AFTER
        except ssl.SSLError:
            return b"", "" if self.watch.alert is None else alerts.words(self.watch.alert)
        except _EndlessError:
            return b"", ""
        except OSError:
            return b"", alerts.RESET_AFTER

    async def _read(self, patience: float, until: bytes) -> bytes:
        """What comes, until it holds these bytes; what there is of it when patience ends."""
        data = b""
        try:
            async with asyncio.timeout(patience):
                while True:
                    try:
                        some = self._tls.read(_ENOUGH)
                        if not some and not data:
                            raise ssl.SSLZeroReturnError
                        data += some
                        if not some or until in data or len(data) >= _ENOUGH:
                            return data
                    except ssl.SSLWantReadError:
                        await self._exchange()
        except TimeoutError:
            return data

    def _seen(self, fault: Fault | None, *, detail: str = "", refused: str = "") -> Seen:
        cipher = self._tls.cipher()
        return Seen(
            address=self.address,
            fault=fault,
            detail=detail or repr(self.first)[2:-1],
            version=self.watch.version,
            cipher=cipher[0] if cipher else "",
            chain=self._chain(),
            client_asked=self.watch.asked,
            authorities=self.watch.authorities,
            refused_client=refused,
            ahead_by_hello=ahead_by_hello(self.watch.random, datetime.now(UTC)),
            sent_name=self.name is not None,
        )

    def _chain(self) -> tuple[bytes, ...]:
        # The public method exists from Python 3.13 on; this one is there on 3.11 to 3.13, also after a refusal.
        found = self._tls._sslobj.get_unverified_chain()  # type: ignore[attr-defined]
        first = list(found or ())[:MOST_CERTIFICATES]
        return tuple(item if isinstance(item, bytes) else item.public_bytes(_DER) for item in first)


def reason_in_words(reason: str | None, text: str) -> str:
    """An OpenSSL reason as words: EXCESSIVE_MESSAGE_SIZE is excessive message size.

    Some errors have none, and their text names a library and a line of C: ASN1 lib (_ssl.c:1006).
    """
    words = (reason or _WHERE.sub("", text)).replace("_", " ").lower().strip(" .")
    return UNREADABLE if words.startswith("asn1") else words or "OpenSSL does not say why"
