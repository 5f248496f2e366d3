"""From what a server sent to a root: a tolerant path builder that never stops at the first fault."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, auto
from itertools import islice

from checks.certificate.facts import CertificateFacts, same_name, signed_by

LONGEST = 10  # certificates in a path
_MOST_PATHS = 64  # cross-signed authorities multiply them


class End(IntEnum):
    """Where a path ended, the best end first."""

    TRUSTED = auto()
    UNTRUSTED_ROOT = auto()  # self-signed, and not trusted
    ISSUER_MISSING = auto()  # an authority whose issuer is found nowhere
    REKEYED_ROOT = auto()
    SELF_SIGNED_LEAF = auto()
    ISSUER_OF_LEAF_MISSING = auto()


@dataclass(frozen=True, kw_only=True)
class Path:
    """The best path from the leaf upwards.

    `missing` names the issuer that was not found, or did not fit. `unverified` holds the depths whose signature does
    not verify under the key of the one above. `extra` is what was sent and does not belong there, or was sent twice.
    """

    members: tuple[CertificateFacts, ...]
    end: End
    missing: str = ""
    unverified: tuple[int, ...] = ()
    extra: tuple[CertificateFacts, ...] = ()
    root_sent: CertificateFacts | None = None
    leaf_first: bool = True
    ordered: bool = True


@dataclass(frozen=True)
class _Walk:
    members: tuple[CertificateFacts, ...]
    end: End
    missing: str = ""
    unverified: tuple[int, ...] = ()


def build(sent: tuple[CertificateFacts, ...], trusted: tuple[CertificateFacts, ...], at: datetime) -> Path:
    """The best path of what was sent: trusted rather than not, then the fewest bad signatures and wrong dates."""
    walks = islice(_walks((leaf_of(sent),), (), sent, trusted), _MOST_PATHS)
    return _described(min(walks, key=lambda walk: _rank(walk, at)), sent)


def leaf_of(sent: tuple[CertificateFacts, ...]) -> CertificateFacts:
    """The certificate that issued none of the others; if several, the first."""
    for candidate in sent:
        others = [other for other in sent if other.sha256 != candidate.sha256]
        if not any(same_name(other.issuer, candidate.subject) for other in others):
            return candidate
    return sent[0]


def _rank(walk: _Walk, at: datetime) -> tuple[bool, int, int, int, int]:
    untimely = sum(not member.begins <= at <= member.ends for member in walk.members)
    return walk.end is not End.TRUSTED, len(walk.unverified), untimely, walk.end, len(walk.members)


def _walks(
    members: tuple[CertificateFacts, ...],
    unverified: tuple[int, ...],
    sent: tuple[CertificateFacts, ...],
    trusted: tuple[CertificateFacts, ...],
) -> Iterator[_Walk]:
    """Every way upwards from the last member."""
    current, depth = members[-1], len(members) - 1
    if any(root.sha256 == current.sha256 for root in trusted):
        yield _Walk(members, End.TRUSTED, "", unverified)
        return
    if len(members) >= LONGEST:
        yield _Walk(members, End.ISSUER_MISSING, current.issuer, unverified)
        return
    used = {member.sha256 for member in members}
    named = [c for c in _distinct((*trusted, *sent)) if same_name(c.subject, current.issuer) and c.sha256 not in used]
    issuers = [candidate for candidate in named if signed_by(current, candidate)]
    for issuer in issuers:
        yield from _walks((*members, issuer), unverified, sent, trusted)
    if issuers:
        return
    if current.self_issued and signed_by(current, current):
        yield _Walk(members, *_self_signed(members, trusted), unverified)
        return
    claimed = [candidate for candidate in named if _same_key(current, candidate, trusted)]
    for issuer in claimed:
        yield from _walks((*members, issuer), (*unverified, depth), sent, trusted)
    if not claimed:
        yield _Walk(members, *_no_issuer(current, named, trusted, depth), unverified)


def _distinct(certificates: tuple[CertificateFacts, ...]) -> tuple[CertificateFacts, ...]:
    return tuple({certificate.sha256: certificate for certificate in certificates}.values())


def _same_key(current: CertificateFacts, issuer: CertificateFacts, trusted: tuple[CertificateFacts, ...]) -> bool:
    """Whether a key of this name that does not verify is meant all the same (codes.md, chain rules)."""
    if current.authority_key_id is not None and issuer.key_id is not None:
        return current.authority_key_id == issuer.key_id
    return issuer not in trusted


def _self_signed(members: tuple[CertificateFacts, ...], trusted: tuple[CertificateFacts, ...]) -> tuple[End, str]:
    top = members[-1]
    if any(same_name(root.subject, top.subject) for root in trusted):
        return End.REKEYED_ROOT, top.subject
    return (End.SELF_SIGNED_LEAF if len(members) == 1 else End.UNTRUSTED_ROOT), top.subject


def _no_issuer(
    current: CertificateFacts, named: list[CertificateFacts], trusted: tuple[CertificateFacts, ...], depth: int
) -> tuple[End, str]:
    if any(candidate in trusted for candidate in named):
        return End.REKEYED_ROOT, current.issuer
    return (End.ISSUER_MISSING if depth else End.ISSUER_OF_LEAF_MISSING), current.issuer


def _described(walk: _Walk, sent: tuple[CertificateFacts, ...]) -> Path:
    used = [member.sha256 for member in walk.members]
    sent_once = list(dict.fromkeys(c.sha256 for c in sent if c.sha256 in used))
    positions = [used.index(fingerprint) for fingerprint in sent_once]
    seen: set[str] = set()
    extra = []
    for certificate in sent:
        if certificate.sha256 in seen or certificate.sha256 not in used:
            extra.append(certificate)
        seen.add(certificate.sha256)
    top = walk.members[-1]
    return Path(
        members=walk.members,
        end=walk.end,
        missing=walk.missing,
        unverified=walk.unverified,
        extra=tuple(extra),
        root_sent=top if len(walk.members) > 1 and top.self_issued and top.sha256 in seen else None,
        leaf_first=sent[0].sha256 == used[0],
        ordered=positions == sorted(positions),
    )
