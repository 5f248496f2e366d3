"""From what a server sent to a root: a tolerant path builder that never stops at the first fault."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, auto
from itertools import islice

from checks.certificate.facts import CertificateFacts, folded, same_name, signed_by

LONGEST = 10  # certificates in a path
_MOST_PATHS = 64  # cross-signed authorities multiply them
_MOST_SIGNATURES = 200  # verified for one path; hostile keys are slow, and 40 certificates may all claim each other

Members = tuple[CertificateFacts, ...]


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

    members: Members
    end: End
    missing: str = ""
    unverified: tuple[int, ...] = ()
    extra: Members = ()
    root_sent: CertificateFacts | None = None
    leaf_first: bool = True
    ordered: bool = True


@dataclass(frozen=True)
class _Walk:
    members: Members
    end: End
    missing: str = ""
    unverified: tuple[int, ...] = ()


def build(sent: Members, trusted: Members, at: datetime, flaws: Callable[[Members], int] = len) -> Path:
    """The best path of what was sent: trusted rather than not, then the fewest bad signatures, wrong dates and flaws.

    `flaws` counts what else is wrong with the members of a path; by default the shorter of two is the better one.
    """
    walks = list(islice(_Search(sent, trusted).walks((leaf_of(sent),), ()), _MOST_PATHS))
    best = walks[0] if len(walks) == 1 else min(walks, key=lambda walk: _rank(walk, at, flaws))
    return _described(best, sent)


def leaf_of(sent: Members) -> CertificateFacts:
    """The certificate that issued none of the others; if several, the first."""
    issued: dict[str, set[str]] = {}
    for certificate in sent:
        issued.setdefault(folded(certificate.issuer), set()).add(certificate.sha256)
    leaves = (c for c in sent if not issued.get(folded(c.subject), set()) - {c.sha256})
    return next(leaves, sent[0])


def _rank(walk: _Walk, at: datetime, flaws: Callable[[Members], int]) -> tuple[bool, int, int, int, int]:
    members = walk.members
    wrong = sum(not member.begins <= at <= member.ends for member in members) + flaws(members)
    return walk.end is not End.TRUSTED, len(walk.unverified), wrong, walk.end, len(members)


class _Search:
    """Every way upwards, each signature verified once."""

    def __init__(self, sent: Members, trusted: Members) -> None:
        self._trusted = trusted
        self._trusted_prints = {root.sha256 for root in trusted}
        self._candidates = _distinct((*trusted, *sent))
        self._verified: dict[tuple[str, str], bool] = {}

    def walks(self, members: Members, unverified: tuple[int, ...]) -> Iterator[_Walk]:
        """The ways upwards from the last member."""
        current, depth = members[-1], len(members) - 1
        if current.sha256 in self._trusted_prints:
            yield _Walk(members, End.TRUSTED, "", unverified)
            return
        if len(members) >= LONGEST:
            yield _Walk(members, End.ISSUER_MISSING, current.issuer, unverified)
            return
        used = {member.sha256 for member in members}
        named = [c for c in self._candidates if c.sha256 not in used and same_name(c.subject, current.issuer)]
        issuers = [candidate for candidate in named if self._signed(current, candidate)]
        for issuer in issuers:
            yield from self.walks((*members, issuer), unverified)
        if issuers:
            return
        if (
            current.self_issued
        ):  # its own issuer by name is present, and meant by its key identifier too, or it has none
            signed = self._signed(current, current)
            if signed or _same_key(current, current, self._trusted):
                broken = unverified if signed else (*unverified, depth)
                yield _Walk(members, *_self_signed(members, self._trusted), broken)
                return
        claimed = [candidate for candidate in named if _same_key(current, candidate, self._trusted)]
        for issuer in claimed:
            yield from self.walks((*members, issuer), (*unverified, depth))
        if not claimed:
            yield _Walk(members, *_no_issuer(current, named, self._trusted, depth), unverified)

    def _signed(self, child: CertificateFacts, issuer: CertificateFacts) -> bool:
        pair = child.sha256, issuer.sha256
        if pair not in self._verified:
            if len(self._verified) >= _MOST_SIGNATURES:
                return False
            self._verified[pair] = signed_by(child, issuer)
        return self._verified[pair]


def _distinct(certificates: Members) -> Members:
    return tuple({certificate.sha256: certificate for certificate in certificates}.values())


def _same_key(current: CertificateFacts, issuer: CertificateFacts, trusted: Members) -> bool:
    """Whether a key of this name that does not verify is meant all the same (codes.md, chain rules)."""
    if current.authority_key_id is not None and issuer.key_id is not None:
        return current.authority_key_id == issuer.key_id
    return issuer not in trusted


def _self_signed(members: Members, trusted: Members) -> tuple[End, str]:
    top = members[-1]
    if any(same_name(root.subject, top.subject) for root in trusted):
        return End.REKEYED_ROOT, top.subject
    return (End.SELF_SIGNED_LEAF if len(members) == 1 else End.UNTRUSTED_ROOT), top.subject


def _no_issuer(
    current: CertificateFacts, named: list[CertificateFacts], trusted: Members, depth: int
) -> tuple[End, str]:
    if any(candidate in trusted for candidate in named):
        return End.REKEYED_ROOT, current.issuer
    return (End.ISSUER_MISSING if depth else End.ISSUER_OF_LEAF_MISSING), current.issuer


def _described(walk: _Walk, sent: Members) -> Path:
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
