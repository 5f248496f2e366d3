"""What certificates mean for federation: every independent fault, each with its depth. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from checks.catalogue import finding
from checks.certificate.facts import CertificateFacts
from checks.certificate.path import End, Path, build
from checks.finding import Finding, Severity

SOON_DAYS = 60
_WEAK_HASHES = frozenset({"md5", "sha1", "md2"})
_SERVER, _CLIENT, _ANY = "server authentication", "client authentication", "any"


def judge_chain(
    subject: str,
    sent: tuple[CertificateFacts, ...],
    trusted: tuple[CertificateFacts, ...],
    name: str | None,
    at: datetime,
) -> Iterator[Finding]:
    """The findings about a chain as it was sent. `name` is the TLS peer subject; without roots, trust is info."""
    path = build(sent, trusted)
    found = [
        *_names(subject, path.members[0], name),
        *_leaf(subject, path.members[0]),
        *_each(path, at),
        *_trust(subject, path, bool(trusted)),
        *_order(subject, path),
    ]
    yield from found
    if all(f.severity in {Severity.INFO, Severity.WARN} for f in found):
        leaf = path.members[0]
        observed = {"cn": leaf.cns, "until": _date(leaf.ends), "issuer": leaf.issuer}
        yield finding("cert-ok", subject, observed=observed)


def _names(subject: str, leaf: CertificateFacts, name: str | None) -> Iterator[Finding]:
    most = None if name is not None else Severity.INFO
    observed = {"cn": leaf.cns[0] if leaf.cns else "", "names": leaf.names}
    if not leaf.cns:
        yield finding("cert-cn-missing", subject, severity=most, observed=observed)
    if len(leaf.cns) > 1:
        yield finding("cert-cn-several", subject, severity=most, observed={"cns": leaf.cns})
    lowered = [cn.lower().rstrip(".") for cn in leaf.cns]
    if name is not None and leaf.cns and name.lower().rstrip(".") not in lowered:
        yield finding("cert-name-mismatch", subject, observed=observed, expected={"cn": name})
    if not leaf.names:
        yield finding("cert-san-missing", subject, severity=most)
    elif lowered and not set(lowered) & set(leaf.names) and not lowered[0].startswith("*"):
        yield finding("cert-cn-not-in-san", subject, severity=most, observed=observed)
    wild = [n for n in (*lowered, *leaf.names) if "*" in n]
    if wild:
        cn_is_wild = any("*" in cn for cn in lowered)
        severity = most or (None if cn_is_wild else Severity.WARN)
        yield finding("cert-wildcard", subject, severity=severity, observed={"names": list(dict.fromkeys(wild))})


def _leaf(subject: str, leaf: CertificateFacts) -> Iterator[Finding]:
    usages = leaf.usages
    if usages is not None:
        shown = {"usages": sorted(usages)}
        if _ANY in usages and not {_SERVER, _CLIENT} <= usages:
            yield finding("cert-eku-any", subject, observed=shown)
        elif _SERVER not in usages:
            yield finding("cert-eku-server-missing", subject, observed=shown)
        if _CLIENT not in usages and _ANY not in usages:
            yield finding("cert-eku-client-missing", subject, observed=shown)
    if leaf.key_usage is not None and not leaf.key_usage & {"digital signature", "key encipherment", "key agreement"}:
        yield finding("cert-key-usage", subject, observed={"usages": sorted(leaf.key_usage)})
    if leaf.is_ca:
        yield finding("cert-is-ca", subject)
    if leaf.version < 3:
        yield finding("cert-version-old", subject, observed={"version": leaf.version})
    days = (leaf.ends - leaf.begins).days
    if days > 398:
        yield finding("cert-lifetime-long", subject, observed={"days": days})


def _each(path: Path, at: datetime) -> Iterator[Finding]:
    for depth, certificate in enumerate(path.members):
        is_root = certificate.self_issued and depth > 0
        yield from _dates(certificate, depth, at)
        shown = {"depth": depth}
        if certificate.weak_key and not is_root:
            yield finding("cert-key-weak", certificate.subject, observed={"key": certificate.key, **shown})
        if certificate.signature_hash in _WEAK_HASHES and not is_root:
            observed = {"hash": certificate.signature_hash.upper(), **shown}
            yield finding("cert-signature-weak", certificate.subject, observed=observed)
        for oid in certificate.unknown_critical:
            yield finding("cert-critical-extension", certificate.subject, observed={"oid": oid, **shown})
        if depth:
            yield from _authority(certificate, depth)


def _authority(certificate: CertificateFacts, depth: int) -> Iterator[Finding]:
    shown = {"depth": depth}
    may_sign = certificate.key_usage is None or "key cert sign" in certificate.key_usage
    if certificate.version == 3 and (not certificate.is_ca or not may_sign):
        yield finding("cert-issuer-not-ca", certificate.subject, observed=shown)
    if certificate.path_length is not None and depth - 1 > certificate.path_length:
        yield finding("cert-path-length", certificate.subject, observed=shown)
    usages = certificate.usages
    if usages is not None and _ANY not in usages and not {_SERVER, _CLIENT} <= usages:
        yield finding("cert-issuer-eku", certificate.subject, observed={"usages": sorted(usages), **shown})


def _dates(certificate: CertificateFacts, depth: int, at: datetime) -> Iterator[Finding]:
    left = certificate.ends - at
    observed = {"until": _date(certificate.ends), "begins": _date(certificate.begins), "depth": depth}
    if left < timedelta(0):
        yield finding("cert-expired", certificate.subject, observed=observed)
    elif certificate.begins > at:
        yield finding("cert-not-yet-valid", certificate.subject, observed=observed)
    elif left < timedelta(days=SOON_DAYS):
        yield finding("cert-expires-soon", certificate.subject, observed={**observed, "days": left.days})


def _trust(subject: str, path: Path, have_roots: bool) -> Iterator[Finding]:
    top, leaf = path.members[-1], path.members[0]
    unknown = None if have_roots else Severity.INFO
    match path.end:
        case End.TRUSTED:
            return
        case End.SELF_SIGNED_LEAF:
            yield finding("cert-self-signed", subject, severity=unknown)
        case End.ISSUER_OF_LEAF_MISSING:
            address = leaf.issuer_address
            aia = f"The certificate says that it can be had at {address}." if address else ""
            observed = {"issuer": path.missing, "address": address}
            yield finding("cert-chain-incomplete", subject, observed=observed, values={"aia": aia})
        case End.UNTRUSTED_ROOT:
            observed = {"root": path.missing, "top": top.subject}
            yield finding("cert-root-untrusted", subject, severity=unknown, observed=observed)
        case End.REKEYED_ROOT:
            yield finding("cert-root-rekeyed", subject, severity=unknown, observed={"root": path.missing})
        case End.BAD_SIGNATURE:
            depth = len(path.members) - 1
            yield finding("cert-signature-invalid", top.subject, observed={"depth": depth})


def _order(subject: str, path: Path) -> Iterator[Finding]:
    if not path.leaf_first:
        yield finding("cert-chain-order", subject, severity=Severity.FAIL)
    elif not path.ordered:
        yield finding("cert-chain-order", subject)
    roots = [extra for extra in path.extra if extra.self_issued]
    others = [extra for extra in path.extra if not extra.self_issued]
    if others:
        yield finding("cert-chain-extra", subject, observed={"extra": [extra.subject for extra in others]})
    if roots:
        observed = {"extra": [root.subject for root in roots]}
        yield finding("cert-chain-extra", subject, severity=Severity.INFO, observed=observed)


def _date(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
