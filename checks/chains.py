"""A chain as bytes, from a server or a file: read, judged by both engines, and put in order."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from checks.certificate.engines import Opinions, disagreement, opinions
from checks.certificate.facts import CertificateFacts
from checks.certificate.judge import LONGEST_LIFE, judge_chain
from checks.certificate.judge_purpose import flaws
from checks.certificate.path import build, leaf_of
from checks.certificate.pem import in_words, pem_blocks, read_all
from checks.certificate.places import judge_silence
from checks.certificate.subject import Told
from checks.certificate.trust import Trust
from checks.finding import ChainLink, Finding, Json
from checks.requests import Network

_SYSTEM_ROOTS = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")
_KEPT = 8192  # bytes of a certificate that cannot be read
_MISSING_ISSUER = frozenset({"cert-chain-incomplete", "cert-root-untrusted"})

Chain = tuple[ChainLink, ...]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A chain, DER, as it was sent. `addresses` showed it; `ahead` is what their clock is ahead of ours.

    `host` is the name that led there, None for a file. `name` is the TLS peer subject, None where names are not judged.
    """

    sent: tuple[bytes, ...]
    name: str | None
    host: str | None = None
    ahead: timedelta | None = None
    addresses: tuple[str, ...] = ()


def judged(told: Told, shown: Shown, network: Network, trust: Trust) -> tuple[list[Finding], Chain]:
    """Everything about one chain, and its certificates, the leaf first. Raises OSError, as `Trust` does."""
    certificates, malformed = read_all(shown.sent)
    found = [_malformed(told, shown.sent[number], number, problem) for number, problem in malformed]
    if not _has_leaf(certificates, malformed):
        return found, _links(certificates)
    at, roots = network.at or datetime.now(UTC), trust.roots
    long_lived = leaf_of(certificates).life > LONGEST_LIFE
    judge = partial(judge_chain, public=system_roots() if long_lived else (), host=shown.host, ahead=shown.ahead)
    about = list(judge(told, certificates, roots, shown.name, at))
    if not network.revocation:  # which says of each that it names no place
        about += judge_silence(told, certificates)
    said = opinions(certificates, roots, shown.name, at)
    differs = disagreement(about, said)
    found += [_with_opinions(one, said, differs) for one in about if not (malformed and one.code in _MISSING_ISSUER)]
    return found, _links(_leaf_first(certificates, roots, at))


def members_of(sent: tuple[bytes, ...], trust: Trust, at: datetime) -> tuple[CertificateFacts, ...]:
    """The best path of a chain; empty where its leaf cannot be read."""
    certificates, malformed = read_all(sent)
    if not _has_leaf(certificates, malformed):
        return ()
    return build(certificates, trust.roots, at, flaws).members


def leaves(shown: Iterable[Shown]) -> Iterator[tuple[str, ChainLink]]:
    """The leaf of every chain that has one which can be read, with the addresses that showed it."""
    for each in shown:
        certificates, malformed = read_all(each.sent)
        if _has_leaf(certificates, malformed):
            yield ", ".join(each.addresses), _link(leaf_of(certificates))


def _has_leaf(certificates: tuple[CertificateFacts, ...], malformed: tuple[tuple[int, str], ...]) -> bool:
    """Where the server's own certificate cannot be read, what is said of the others would be said of the wrong one."""
    return bool(certificates) and all(number > 0 for number, _ in malformed)


def _leaf_first(
    sent: tuple[CertificateFacts, ...], roots: tuple[CertificateFacts, ...], at: datetime
) -> tuple[CertificateFacts, ...]:
    """As it was sent; but where the leaf was not first, in the order of the path, and the others behind it."""
    if sent[0] is leaf_of(sent):
        return sent
    places = {member.sha256: place for place, member in enumerate(build(sent, roots, at, flaws).members)}
    return tuple(sorted(sent, key=lambda certificate: places.get(certificate.sha256, len(sent))))


def _links(certificates: tuple[CertificateFacts, ...]) -> Chain:
    return tuple(map(_link, certificates))


def _link(certificate: CertificateFacts) -> ChainLink:
    return ChainLink(
        subject=certificate.subject,
        sha256=certificate.sha256,
        issuer=certificate.issuer,
        serial=f"{certificate.serial:x}",
        key=_key(certificate.certificate),
    )


def _key(certificate: x509.Certificate) -> str:
    try:
        key = certificate.public_key()
        der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # noqa: BLE001  (hostile keys have several errors; each is told for itself elsewhere)
        return ""
    return hashlib.sha256(der).hexdigest()


def _malformed(told: Told, der: bytes, number: int, problem: str) -> Finding:
    """What cannot be read is kept, for whoever can."""
    kept: dict[str, Json] = {
        "base64": base64.b64encode(der[:_KEPT]).decode("ascii"),
        "bytes": len(der),
        "parser": problem,
    }
    observed = {"reason": in_words(der, problem), "position": number}
    return replace(
        told("cert-malformed", observed=observed, values={"which": f"Certificate number {number + 1}"}), evidence=kept
    )


def _with_opinions(found: Finding, said: Opinions, differs: str) -> Finding:
    """A finding about a chain, with what the second engine says of that chain."""
    engines: dict[str, Json] = {**said, **({"disagreement": differs} if differs else {})}
    return replace(found, evidence={**found.evidence, "engines": engines}) if said else found


def system_roots() -> tuple[CertificateFacts, ...]:
    """The roots that this system trusts: the public ones."""
    path = next((Path(name) for name in _SYSTEM_ROOTS if Path(name).is_file()), None)
    return read_all(pem_blocks(path.read_bytes()))[0] if path is not None else ()
