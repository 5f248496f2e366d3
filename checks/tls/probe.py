"""One TLS handshake, over memory so that the chain survives a refusal; what was seen of it, as data.

Offers everything this machine's OpenSSL still knows: old servers are to be looked at, not trusted. Measured facts
behind it: the chain of a server that refuses us is there after the failed handshake (TLS 1.0 to 1.2), and in TLS 1.3
the refusal comes only with the first read after a handshake that seemed to succeed.
"""

import asyncio
import contextlib
import ssl
import warnings
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

_PATIENCE = 0.5  # seconds; a refusal in TLS 1.3 comes right after the handshake
_ENOUGH = 65536
_LEGACY_CONNECT = 0x4  # ssl.OP_LEGACY_SERVER_CONNECT, named from Python 3.12 on
_PEM = 1


class Fault(StrEnum):
    """How a connection or handshake failed. The values are finding codes."""

    REFUSED = "tcp-refused"
    TIMEOUT = "tcp-timeout"
    UNREACHABLE = "tcp-unreachable"
    RESET = "tls-reset"
    CLOSED = "tls-closed"
    SILENT = "tls-silent"
    STALLED = "tls-stalled"
    NOT_TLS = "tls-not-tls"
    VERSION = "tls-version-refused"
    CIPHER = "tls-no-common-cipher"
    NAME = "tls-name-unknown"
    ALERT = "tls-alert"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one handshake showed.

    `chain` is DER, as sent. `refused_client` is the alert that followed our certificate, or the lack of one. `sip` is
    the first line of the answer to OPTIONS.
    """

    address: str
    fault: Fault | None = None
    detail: str = ""
    version: str = ""
    cipher: str = ""
    chain: tuple[bytes, ...] = ()
    client_asked: bool = False
    refused_client: str = ""
    sip: str = ""


_CLIENT_ALERTS = (
    "CERTIFICATE_REQUIRED",
    "BAD_CERTIFICATE",
    "UNSUPPORTED_CERTIFICATE",
    "CERTIFICATE_REVOKED",
    "CERTIFICATE_EXPIRED",
    "CERTIFICATE_UNKNOWN",
    "UNKNOWN_CA",
)


def context_for(client_certificate: tuple[Path, Path] | None) -> ssl.SSLContext:
    """A context that offers everything, verifies nothing (the judges do), and may show a certificate of ours."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= _LEGACY_CONNECT
    if client_certificate is not None:
        context.load_cert_chain(*client_certificate)
    return context


async def probe(place: tuple[str, int], name: str, context: ssl.SSLContext, options: bytes, timeout: float) -> Seen:
    """Connect to a numeric address, shake hands under a server name, and ask SIP OPTIONS when that worked."""
    shown = f"{place[0]}:{place[1]}"
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(*place, limit=2**18), timeout)
    except ConnectionRefusedError:
        return Seen(address=shown, fault=Fault.REFUSED)
    except TimeoutError:
        return Seen(address=shown, fault=Fault.TIMEOUT)
    except OSError as problem:
        return Seen(address=shown, fault=Fault.UNREACHABLE, detail=problem.strerror or str(problem))
    try:
        return await _Handshake(reader, writer, context, name, shown).run(options, timeout)
    finally:
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(writer.wait_closed(), _PATIENCE)


class _Handshake:
    """The bytes between a connection and an SSL object."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        context: ssl.SSLContext,
        name: str,
        address: str,
    ) -> None:
        self._reader, self._writer, self._address = reader, writer, address
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_hostname=name)
        self._first = b""
        self._received = 0
        self._client_asked = _watch_certificate_request(self._tls)

    async def run(self, options: bytes, timeout: float) -> Seen:
        """The handshake, then one read, then OPTIONS."""
        try:
            await asyncio.wait_for(self._shake(), timeout)
        except TimeoutError:
            return self._seen(Fault.STALLED if self._received else Fault.SILENT)
        except ConnectionResetError:
            # After the chain it is a refusal of ours whose alert was overtaken by the reset.
            chain = self._chain()
            return self._seen(None if chain else Fault.RESET, refused=_closed_on_us(chain))
        except (ssl.SSLError, OSError) as problem:
            return self._failed(problem)
        done = self._seen(None)
        return await self._after(done, options, timeout)

    async def _shake(self) -> None:
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                await self._exchange()
                continue
            await self._flush()
            return

    async def _exchange(self) -> None:
        """Send what is to be sent, take in what comes."""
        await self._flush()
        data = await self._reader.read(_ENOUGH)
        self._received += len(data)
        self._first = (self._first + data)[:24]
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()

    async def _flush(self) -> None:
        data = self._out.read()
        if data:
            self._writer.write(data)
            await self._writer.drain()

    def _failed(self, problem: OSError) -> Seen:
        reason = getattr(problem, "reason", "") or ""
        if isinstance(problem, ssl.SSLEOFError) or "UNEXPECTED_EOF" in reason:
            return self._seen(Fault.CLOSED if not self._chain() else None, refused=_closed_on_us(self._chain()))
        if any(alert in reason for alert in _CLIENT_ALERTS) or (self._chain() and "HANDSHAKE_FAILURE" in reason):
            return self._seen(None, refused=_words(reason))
        faults = {
            "WRONG_VERSION_NUMBER": Fault.NOT_TLS,
            "PROTOCOL_VERSION": Fault.VERSION,
            "UNSUPPORTED_PROTOCOL": Fault.VERSION,
            "HANDSHAKE_FAILURE": Fault.CIPHER,
            "UNRECOGNIZED_NAME": Fault.NAME,
        }
        fault = next((fault for word, fault in faults.items() if word in reason), Fault.ALERT)
        if self._first and self._first[0] not in {0x15, 0x16}:
            fault = Fault.NOT_TLS
        return self._seen(fault, detail=_words(reason or str(problem)))

    async def _after(self, done: Seen, options: bytes, timeout: float) -> Seen:
        """In TLS 1.3 a refusal of our certificate arrives only now."""
        try:
            data = await self._read_once(_PATIENCE)
            if not data:
                self._tls.write(options)
                await self._flush()
                data = await self._read_once(timeout)
        except ssl.SSLError as problem:
            reason = getattr(problem, "reason", "") or ""
            refused = _words(reason) if "EOF" not in reason else _closed_on_us(done.chain)
            return replace(done, refused_client=refused)
        except (OSError, TimeoutError):
            return done
        first = data.split(b"\r\n", 1)[0][:120].decode("utf-8", "replace")
        return replace(done, sip=first if first.startswith("SIP/2.0 ") else "")

    async def _read_once(self, patience: float) -> bytes:
        try:
            async with asyncio.timeout(patience):
                while True:
                    try:
                        return self._tls.read(_ENOUGH)
                    except ssl.SSLWantReadError:
                        await self._exchange()
        except TimeoutError:
            return b""

    def _seen(self, fault: Fault | None, *, detail: str = "", refused: str = "") -> Seen:
        cipher = self._tls.cipher()
        return Seen(
            address=self._address,
            fault=fault,
            detail=detail or repr(self._first)[2:-1],
            version=(self._tls.version() or "").removeprefix("TLSv").removeprefix("SSLv"),
            cipher=cipher[0] if cipher else "",
            chain=self._chain(),
            client_asked=bool(self._client_asked),
            refused_client=refused,
        )

    def _chain(self) -> tuple[bytes, ...]:
        # The public method exists from Python 3.13 on; this one is there on 3.11 to 3.13, also after a refusal.
        found = self._tls._sslobj.get_unverified_chain()  # type: ignore[attr-defined]
        return tuple(item if isinstance(item, bytes) else item.public_bytes(2) for item in found or ())


def _watch_certificate_request(tls: ssl.SSLObject) -> list[bool]:
    """A list that is not empty once the server has asked for a certificate of ours."""
    asked: list[bool] = []

    def look(  # the signature of the private hook of SSLContext
        _connection: object, direction: str, _version: object, _content: object, message: object, _data: bytes
    ) -> None:
        if direction == "read" and "CERTIFICATE_REQUEST" in str(getattr(message, "name", "")):
            asked.append(True)

    tls.context._msg_callback = look  # type: ignore[attr-defined]
    return asked


def _closed_on_us(chain: tuple[bytes, ...]) -> str:
    return "it closed the connection after asking for our certificate" if chain else ""


def _words(reason: str) -> str:
    """An OpenSSL reason as words: TLSV13_ALERT_CERTIFICATE_REQUIRED is certificate required."""
    for prefix in ("SSLV3_ALERT_", "TLSV1_ALERT_", "TLSV13_ALERT_", "TLSV1_"):
        reason = reason.removeprefix(prefix)
    return reason.replace("_", " ").lower()
