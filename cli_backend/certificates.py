"""Parsers of the certificate outputs. Never an exception, never an invented value: what is not understood stays text.

A certificate is known by the SHA-256 of its DER bytes where the output holds its PEM block, else by its serial number.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

LONGEST_LINE = 1000  # characters
LONGEST_BLOCK = 65536  # characters of one PEM block; a certificate has some thousand

_ENTRY = re.compile(r"^(?P<unit>[A-Za-z][A-Za-z0-9-]*)/(?P<file>\S.*?\.pem|\S+?):\s+(?P<description>\S.*?)\s*$")
_FIELD = re.compile(
    r"^\s*(?P<key>Serial Number|Issuer Name|Validity From|To|Subject Name|SignatureAlgorithm)\s*:\s*(?P<value>.*?)\s*$"
)
_COMMON_NAME = re.compile(r"(?:^|,)\s*CN\s*=\s*(?P<name>(?:\\.|[^,\\])+)", re.IGNORECASE)
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
_SERIAL = re.compile(r"[0-9A-Fa-f]{1,64}")


@dataclass(frozen=True, kw_only=True)
class ListedCertificate:
    """One line of `show cert list own` or `show cert list trust`: `unit/file: description`."""

    unit: str
    file: str
    description: str

    @property
    def name(self) -> str:
        """The file without `.pem`: what the certificate is called."""
        return self.file.removesuffix(".pem")


@dataclass(frozen=True, kw_only=True)
class CertificateList:
    """`show cert list own` or `show cert list trust`, in its order."""

    entries: tuple[ListedCertificate, ...] = ()
    unparsed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ShownCertificate:
    """`show cert own`. Names and dates as they are printed; `sha256` is of the DER bytes, None without a PEM block."""

    subject: str | None = None
    issuer: str | None = None
    serial: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    sha256: str | None = None

    @property
    def common_name(self) -> str | None:
        """The subject's CN; None when there is none."""
        return _common_name(self.subject)

    @property
    def issuer_name(self) -> str | None:
        """The issuer's CN; None when there is none."""
        return _common_name(self.issuer)

    @property
    def self_signed(self) -> bool | None:
        """Whether it is its own issuer; None when the output does not tell."""
        return None if self.subject is None or self.issuer is None else self.subject == self.issuer

    @property
    def identity(self) -> str | None:
        """What tells it from every other certificate of the node; None when the output holds nothing of the kind."""
        if self.sha256 is not None:
            return f"sha256 {self.sha256}"
        return None if self.serial is None else f"serial {self.serial}"


def parse_certificate_list(output: str) -> CertificateList:
    """Parse `show cert list own` and `show cert list trust`."""
    entries, unparsed = [], []
    for line in _lines(output):
        match = _ENTRY.match(line.strip())
        if match:
            entries.append(ListedCertificate(**match.groupdict()))
        elif line.strip():
            unparsed.append(line)
    return CertificateList(entries=tuple(entries), unparsed=tuple(unparsed))


def parse_certificate(output: str) -> ShownCertificate:
    """Parse `show cert own NAME`: the fields in front, and the PEM block behind them. The first of each counts."""
    fields: dict[str, str] = {}
    for line in _lines(output.partition(_BEGIN)[0]):
        match = _FIELD.match(line)
        if match and match["value"]:
            fields.setdefault(match["key"], match["value"])
    serial = fields.get("Serial Number", "").replace(":", "")
    return ShownCertificate(
        subject=fields.get("Subject Name"),
        issuer=fields.get("Issuer Name"),
        serial=serial.lower() if _SERIAL.fullmatch(serial) else None,
        valid_from=fields.get("Validity From"),
        valid_to=fields.get("To"),
        sha256=_fingerprint(output),
    )


def _fingerprint(output: str) -> str | None:
    _, begun, rest = output.partition(_BEGIN)
    block, ended, _ = rest.partition(_END)
    if not begun or not ended or len(block) > LONGEST_BLOCK:
        return None
    try:
        der = base64.b64decode("".join(block.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    # A certificate is a DER sequence; anything else would be a fingerprint of nothing.
    return hashlib.sha256(der).hexdigest() if der[:1] == b"\x30" else None


def _common_name(name: str | None) -> str | None:
    match = _COMMON_NAME.search(name or "")
    return re.sub(r"\\(.)", r"\1", match["name"]).strip() or None if match else None


def _lines(output: str) -> list[str]:
    return [line[:LONGEST_LINE] for line in output.split("\n")]
