"""The few TLS messages that are read byte by byte (RFC 5246, RFC 8446). Everything in them is hostile."""

from collections.abc import Iterator
from dataclasses import dataclass

_CERTIFICATE_AUTHORITIES = 47  # the extension of TLS 1.3
_MOST_NAMES = 100
_SHORT = {
    b"\x55\x04\x03": "CN",
    b"\x55\x04\x06": "C",
    b"\x55\x04\x07": "L",
    b"\x55\x04\x08": "ST",
    b"\x55\x04\x0a": "O",
    b"\x55\x04\x0b": "OU",
    b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19": "DC",
}
_SEQUENCE, _SET, _OID, _BMP = 0x30, 0x31, 0x06, 0x1E


class MessageError(ValueError):
    """Bytes that are not what they should be."""


@dataclass
class Cursor:
    """Reads numbers and length-prefixed fields. Raises MessageError beyond the end."""

    data: bytes
    at: int = 0

    def take(self, count: int) -> bytes:
        """The next bytes."""
        if self.at + count > len(self.data):
            raise MessageError("it ends too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size: int) -> int:
        """The next big-endian number."""
        return int.from_bytes(self.take(size), "big")

    def field(self, size: int) -> bytes:
        """The next field, its length before it."""
        return self.take(self.number(size))

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self.data) - self.at


def accepted_authorities(body: bytes, *, version_13: bool, algorithms: bool) -> tuple[str, ...]:
    """The authorities named in a CertificateRequest. `algorithms`: TLS 1.2, which lists signature algorithms."""
    try:
        names = _names_13(body) if version_13 else _names_12(body, algorithms=algorithms)
        return tuple(distinguished_name(name) for _, name in zip(range(_MOST_NAMES), _fields(names), strict=False))
    except MessageError:
        return ()


def _names_12(body: bytes, *, algorithms: bool) -> bytes:
    cursor = Cursor(body)
    cursor.field(1)
    if algorithms:
        cursor.field(2)
    return cursor.field(2)


def _names_13(body: bytes) -> bytes:
    cursor = Cursor(body)
    cursor.field(1)
    extensions = Cursor(cursor.field(2))
    while extensions.left:
        kind, content = extensions.number(2), extensions.field(2)
        if kind == _CERTIFICATE_AUTHORITIES:
            return Cursor(content).field(2)
    return b""


def _fields(data: bytes) -> Iterator[bytes]:
    cursor = Cursor(data)
    while cursor.left:
        yield cursor.field(2)


def distinguished_name(der: bytes) -> str:
    """A DER name as text, the most specific part first; in hexadecimal when it cannot be read."""
    try:
        parts = [
            _attribute(attribute)
            for rdn in _elements(_element(Cursor(der), _SEQUENCE), _SET)
            for attribute in _elements(rdn, _SEQUENCE)
        ]
    except MessageError:
        return der[:64].hex()
    return ",".join(reversed(parts))


def _attribute(der: bytes) -> str:
    cursor = Cursor(der)
    oid = _element(cursor, _OID)
    tag, value = _any(cursor)
    text = value.decode("utf-16-be" if tag == _BMP else "utf-8", "replace")
    return f"{_SHORT.get(oid, oid.hex())}={text}"


def _elements(der: bytes, tag: int) -> Iterator[bytes]:
    cursor = Cursor(der)
    while cursor.left:
        yield _element(cursor, tag)


def _element(cursor: Cursor, tag: int) -> bytes:
    found, value = _any(cursor)
    if found != tag:
        raise MessageError("another type was expected")
    return value


def _any(cursor: Cursor) -> tuple[int, bytes]:
    tag, length = cursor.number(1), cursor.number(1)
    if length & 0x80:
        length = cursor.number(length & 0x7F)
    return tag, cursor.take(length)
