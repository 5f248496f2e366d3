"""What the certificates of several addresses or nodes tell beside one another. Pure."""

from collections.abc import Iterator
from itertools import combinations

from cryptography.hazmat.primitives import serialization

from checks.certificate.facts import CertificateFacts, same_name
from checks.certificate.subject import Told
from checks.finding import Finding


def judge_pool(told: Told, leaves: tuple[CertificateFacts, ...]) -> Iterator[Finding]:
    """Different certificates that have a key, or the serial number of one issuer, in common."""
    for one, other in combinations({leaf.sha256: leaf for leaf in leaves}.values(), 2):
        observed = {"certificates": [f"SHA-256 {one.sha256}", f"SHA-256 {other.sha256}"]}
        if same_name(one.issuer, other.issuer) and one.serial == other.serial:
            yield told("cert-serial-shared", observed={**observed, "serial": f"{one.serial:x}", "issuer": one.issuer})
        key = _key(one)
        if key and key == _key(other):
            yield told("cert-key-shared", observed=observed)


def _key(certificate: CertificateFacts) -> bytes:
    """The public key; nothing for one that cannot be used."""
    try:
        key = certificate.certificate.public_key()
        return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # noqa: BLE001  (hostile keys have several errors; each is told for itself elsewhere)
        return b""
