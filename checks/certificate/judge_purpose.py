"""Whether a certificate may be used for what federation does with it: both directions of mutual TLS. Pure."""

from collections.abc import Iterator
from datetime import datetime

from checks.catalogue.sunset import sunset
from checks.certificate.constraints import violations
from checks.certificate.facts import WEAK_HASHES, CertificateFacts
from checks.certificate.path import End, Members, Path
from checks.certificate.subject import Told
from checks.finding import Finding, Severity

_SERVER, _CLIENT, _ANY = "server authentication", "client authentication", "any"


def judge_leaf(told: Told, leaf: CertificateFacts, name: str | None, at: datetime) -> Iterator[Finding]:
    """The findings about what the leaf may be used for. Without a name it may be an authority, about to be trusted."""
    usages = leaf.usages
    if usages is not None:
        shown = {"usages": sorted(usages)}
        if _ANY in usages:
            if not {_SERVER, _CLIENT} <= usages:
                yield told("cert-eku-any", observed=shown)
        else:
            if _SERVER not in usages:
                yield told("cert-eku-server-missing", observed=shown)
            if _CLIENT not in usages:
                yield told("cert-eku-client-missing", observed=shown, values=_sunset_for(leaf, at))
    if name is not None or not may_issue(leaf):
        yield from _key_usage(told, leaf)
    if leaf.is_ca:
        yield told("cert-is-ca", observed={"certificate": leaf.subject})
    if leaf.version < 3:
        yield told("cert-version-old", observed={"version": leaf.version})


def _key_usage(told: Told, leaf: CertificateFacts) -> Iterator[Finding]:
    """Signatures serve every modern handshake and our side as a client; only old edges need key encipherment."""
    usage = leaf.key_usage
    if usage is None:
        return
    observed = {"usages": sorted(usage)}
    if "digital signature" not in usage:
        yield told("cert-key-usage", observed=observed, values={"lacks": "digital signature"})
    elif leaf.key.startswith("RSA") and "key encipherment" not in usage:
        yield told("cert-key-usage", severity=Severity.WARN, observed=observed, values={"lacks": "key encipherment"})


def renewal_of(leaf: CertificateFacts, at: datetime) -> str:
    """What the next certificate of this issuer will lack that this one has; empty where nothing is known of that."""
    does = sunset().of_issuer(leaf.issuing_organisations, at)
    if not does or leaf.usages is None or _CLIENT not in leaf.usages:
        return ""
    return f"The next one may lack client authentication, which mutual TLS needs: {does}"


def _sunset_for(leaf: CertificateFacts, at: datetime) -> dict[str, str]:
    return {"what_its_issuer_does": sunset().of_issuer(leaf.issuing_organisations, at)}


def judge_authority(told: Told, path: Path, depth: int, at: datetime) -> Iterator[Finding]:
    """Whether a member above the leaf may issue the one below it. A trusted version 1 root is taken as it is."""
    authority = path.members[depth]
    is_anchor = path.end is End.TRUSTED and depth == len(path.members) - 1
    if not (is_anchor and authority.version < 3) and not may_issue(authority):
        yield told.about(authority, depth, "cert-issuer-not-ca")
    below = _issued_below(path.members, depth)
    if authority.path_length is not None and below > authority.path_length:
        yield told.about(authority, depth, "cert-path-length", allowed=authority.path_length, below=below)
    if is_limited(authority):
        values, usages = _sunset_for(path.members[0], at), sorted(authority.usages or ())
        yield told.about(authority, depth, "cert-issuer-eku", values=values, usages=usages)


def flaws(members: Members) -> int:
    """How much is wrong with the authorities of a path: of several ways to a root the best one counts.

    A server sends what old and new peers need side by side; that one of them is bad harms nobody who takes the other.
    """
    wrong = sum(1 for _ in violations(members))
    for depth, authority in enumerate(members[1:], 1):
        length = authority.path_length
        is_root = authority.self_issued
        wrong += not may_issue(authority) and not (is_root and authority.version < 3)
        wrong += length is not None and _issued_below(members, depth) > length
        wrong += is_limited(authority)
        wrong += authority.weak_key or bool(authority.unknown_critical)
        wrong += authority.signature_hash in WEAK_HASHES and not is_root
    return wrong


def may_issue(authority: CertificateFacts) -> bool:
    """Whether it says of itself that it is an authority which signs certificates."""
    return authority.is_ca and (authority.key_usage is None or "key cert sign" in authority.key_usage)


def is_limited(authority: CertificateFacts) -> bool:
    """Whether what it issues may serve in one direction of mutual TLS only."""
    usages = authority.usages
    return usages is not None and _ANY not in usages and not {_SERVER, _CLIENT} <= usages


def _issued_below(members: Members, depth: int) -> int:
    """The authorities between one and the leaf; those that name themselves as their issuer do not count."""
    return sum(not member.self_issued for member in members[1:depth])
