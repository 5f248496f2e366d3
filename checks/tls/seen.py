"""What one handshake showed, as data."""

from dataclasses import dataclass
from enum import StrEnum


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
    MALFORMED = "tls-malformed"


UNREADABLE = "a certificate in it is not built as one"  # of a handshake
MOST_BYTES = 262144  # no honest handshake is longer: what comes beyond is cut off
MOST_CERTIFICATES = 40  # of one chain


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a server answers to the hello of a release: version and cipher, or a refusal in words."""

    version: str = ""
    cipher: str = ""
    refusal: str = ""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one handshake showed.

    `early` says that the fault came before our hello. `chain` is DER, as sent. `authorities` are the names whose
    certificates the server accepts from clients, empty where it does not say. `refused_client` is what came after our
    certificate, or the lack of one. `legacy` says that only a hand-made hello got an answer. `sip` is the first line
    of the answer to OPTIONS, `not_sip` the first bytes, made visible, of one that is no SIP. `ahead` is by how many
    seconds the server's clock is ahead of ours, by the date of that answer or, where there is none, `ahead_by_hello`,
    which is a hint alone.
    """

    address: str
    fault: Fault | None = None
    detail: str = ""
    early: bool = False
    version: str = ""
    cipher: str = ""
    chain: tuple[bytes, ...] = ()
    client_asked: bool = False
    authorities: tuple[str, ...] = ()
    refused_client: str = ""
    legacy: bool = False
    sip: str = ""
    not_sip: str = ""
    ahead: int | None = None
    ahead_by_hello: int | None = None
    sent_name: bool = True
