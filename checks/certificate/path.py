"""From what a server sent to a root: a tolerant path builder that never stops at the first fault."""

from dataclasses import dataclass
from enum import Enum, auto

from checks.certificate.facts import CertificateFacts, signed_by

LONGEST = 10  # certificates in a path


class End(Enum):
    """Where a path ended."""

    TRUSTED = auto()
    SELF_SIGNED_LEAF = auto()
    ISSUER_OF_LEAF_MISSING = auto()
    UNTRUSTED_ROOT = auto()  # a self-issued top, or an authority whose issuer is found nowhere
    REKEYED_ROOT = auto()
    BAD_SIGNATURE = auto()


@dataclass(frozen=True, kw_only=True)
class Path:
    """The best path from the leaf upwards. `missing` names the issuer that was not found, or did not fit."""

    members: tuple[CertificateFacts, ...]
    end: End
    missing: str = ""
    extra: tuple[CertificateFacts, ...] = ()
    leaf_first: bool = True
    ordered: bool = True


def build(sent: tuple[CertificateFacts, ...], trusted: tuple[CertificateFacts, ...]) -> Path:
    """The path of what was sent. The leaf is the certificate that issued none of the others; if several, the first."""
    leaf = next((c for c in sent if not any(o is not c and o.issuer == c.subject for o in sent)), sent[0])
    anchors = {root.sha256 for root in trusted}
    members, current = [leaf], leaf
    while True:
        if current.sha256 in anchors:
            return _path(sent, members, End.TRUSTED)
        if current.self_issued:
            return _path(sent, members, *_self_issued(current, members, trusted))
        candidates = [c for c in (*trusted, *sent) if c.subject == current.issuer and c not in members]
        issuer = next((c for c in candidates if signed_by(current, c)), None)
        if issuer is None or len(members) >= LONGEST:
            return _path(sent, members, *_no_issuer(current, candidates, trusted, is_leaf=current is leaf))
        members.append(issuer)
        current = issuer


def _self_issued(
    top: CertificateFacts, members: list[CertificateFacts], trusted: tuple[CertificateFacts, ...]
) -> tuple[End, str]:
    if any(root.subject == top.subject for root in trusted):
        return End.REKEYED_ROOT, top.subject
    return (End.SELF_SIGNED_LEAF if len(members) == 1 else End.UNTRUSTED_ROOT), top.subject


def _no_issuer(
    current: CertificateFacts,
    candidates: list[CertificateFacts],
    trusted: tuple[CertificateFacts, ...],
    *,
    is_leaf: bool,
) -> tuple[End, str]:
    """Why no issuer fits (codes.md, chain rules)."""
    if not candidates:
        return (End.ISSUER_OF_LEAF_MISSING if is_leaf else End.UNTRUSTED_ROOT), current.issuer
    for candidate in candidates:
        same_key = current.authority_key_id is not None and current.authority_key_id == candidate.key_id
        if not same_key and candidate in trusted:
            return End.REKEYED_ROOT, candidate.subject
    return End.BAD_SIGNATURE, current.subject


def _path(sent: tuple[CertificateFacts, ...], members: list[CertificateFacts], end: End, missing: str = "") -> Path:
    used = [member.sha256 for member in members]
    kept = [c for c in sent if c.sha256 in used]
    positions = [used.index(c.sha256) for c in dict.fromkeys(kept)]
    doubled = [c for number, c in enumerate(sent) if c.sha256 in {o.sha256 for o in sent[:number]}]
    extra = [c for c in sent if c.sha256 not in used]
    return Path(
        members=tuple(members),
        end=end,
        missing=missing,
        extra=tuple([*extra, *doubled]),
        leaf_first=bool(sent) and sent[0].sha256 == members[0].sha256,
        ordered=positions == sorted(positions),
    )
