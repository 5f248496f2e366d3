"""Certificates out of PEM texts, as mail, web pages and Windows leave them; and why one cannot be read, in words."""

import base64
import re
from collections.abc import Iterable

from checks.certificate.facts import CertificateFacts, read_certificate

# A block that was cut off ends where the next one begins, or with the text.
_BLOCK = re.compile(
    rb"-----BEGIN (?:X509 )?CERTIFICATE-----(.*?)(?:-----END (?:X509 )?CERTIFICATE-----|(?=-----BEGIN )|\Z)", re.DOTALL
)
_SEQUENCE = 0x30  # with which every certificate begins
_KIND = re.compile(r"ParseError \{ kind: (\w+)")
_PLACE = re.compile(r'"([^"]+)"')
_KINDS = {
    "ShortData": "it ends too early, as if a part was lost on the way",
    "ExtraData": "more follows than belongs there",
    "UnexpectedTag": "something of another kind stands there",
    "InvalidValue": "there is a value that may not stand there",
    "InvalidLength": "there is a length that cannot be",
}
_PLACES = (
    ("extension", "in its extensions"),
    ("spki", "in its public key"),
    ("validity", "in its dates"),
    ("serial", "in its serial number"),
    ("issuer", "in its issuer"),
    ("subject", "in its subject"),
    ("signature_alg", "in its signature algorithm"),
    ("version", "in its version"),
)
_LONGEST = 200  # characters of what the parser says


def pem_blocks(content: bytes) -> tuple[bytes, ...]:
    """The DER of every certificate block in a PEM text; what cannot be decoded comes as it is."""
    return tuple(map(_decoded, _BLOCK.findall(content)))


def _decoded(block: bytes) -> bytes:
    text = b"".join(block.split())
    whole = text[: len(text) // 4 * 4] if b"=" not in text else text  # of what was cut off, as much as there is
    try:
        return base64.b64decode(whole, validate=True)
    except ValueError:
        return block


def read_all(sent: Iterable[bytes]) -> tuple[tuple[CertificateFacts, ...], tuple[tuple[int, str], ...]]:
    """The certificates that can be read; position of the others, and what the parser says of them."""
    good, bad = [], []
    for number, der in enumerate(sent):
        try:
            good.append(read_certificate(der))
        except ValueError as problem:
            bad.append((number, str(problem)[:_LONGEST]))
    return tuple(good), tuple(bad)


def read_every(content: bytes) -> tuple[CertificateFacts, ...]:
    """All certificates of a PEM text. Raises ValueError, which names the first of them that cannot be read."""
    blocks = pem_blocks(content)
    good, bad = read_all(blocks)
    if bad:
        number, problem = bad[0]
        raise ValueError(f"certificate {number + 1} of {len(blocks)}: {in_words(blocks[number], problem)}")
    return good


def in_words(der: bytes, problem: str) -> str:
    """Why a certificate cannot be read: what is wrong, and where in it."""
    if not der or der[0] != _SEQUENCE:
        return "what lies between its lines is no certificate"
    kind = _KIND.search(problem)
    if kind is None:
        return problem
    named = " ".join(_PLACE.findall(problem)).lower()
    place = next((words for part, words in _PLACES if part in named), "")
    return ", ".join(filter(None, (_KINDS.get(kind[1], "it is not built as a certificate is"), place)))
