"""What certificates mean for federation: every independent fault, each with its depth. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from checks.certificate.constraints import violations
from checks.certificate.facts import WEAK_HASHES, CertificateFacts
from checks.certificate.judge_names import judge_names
from checks.certificate.judge_purpose import flaws, judge_authority, judge_leaf, renewal_of
from checks.certificate.path import End, Path, build
from checks.certificate.subject import Told, date
from checks.finding import Finding, Json, Severity

THRESHOLDS = (1, 7, 14, 30, 60)  # days before the end at which it is worth another word
LONGEST_LIFE = timedelta(days=398)  # what public authorities may issue
_NOTHING_WRONG = frozenset({Severity.INFO})


def judge_chain(
    told: Told,
    sent: tuple[CertificateFacts, ...],
    trusted: tuple[CertificateFacts, ...],
    name: str | None,
    at: datetime,
    *,
    public: tuple[CertificateFacts, ...] = (),
) -> Iterator[Finding]:
    """The findings about a chain as it was sent, at least one certificate.

    `name` is the TLS peer subject. `trusted` is what will be in cup-trust; without it, trust is info. `public` holds
    the roots that every system trusts, whose authorities are bound by stricter rules.
    """
    path = build(sent, trusted, at, flaws)
    leaf = path.members[0]
    found = [
        *map(_of_leaf, (*judge_names(told, leaf, name), *judge_leaf(told, leaf, at))),
        *_lifetime(told, path, public),
        *_each(told, path, at),
        *_trust(told, path, have_roots=bool(trusted)),
        *_order(told, path),
    ]
    yield from (_identified(each, path.members) for each in found)
    if all(f.severity in _NOTHING_WRONG for f in found):
        observed = {"cn": list(leaf.cns), "until": date(leaf.ends), "issuer": leaf.issuer, "names": list(leaf.names)}
        yield told("cert-ok", observed=observed)


def _identified(found: Finding, members: tuple[CertificateFacts, ...]) -> Finding:
    """A finding about one certificate, with what tells that one from any other of the same name."""
    depth = found.observed.get("depth")
    if not isinstance(depth, int):
        return found
    meant = members[depth]
    identity: dict[str, Json] = {
        "subject": meant.subject,
        "serial": f"{meant.serial:x}",
        "begins": date(meant.begins),
        "ends": date(meant.ends),
        "sha256": meant.sha256,
    }
    return replace(found, evidence={**found.evidence, "certificate": identity})


def _of_leaf(found: Finding) -> Finding:
    """Every finding about one certificate says how deep it lies, those about the leaf too."""
    return replace(found, observed={**found.observed, "depth": 0})


def _lifetime(told: Told, path: Path, public: tuple[CertificateFacts, ...]) -> Iterator[Finding]:
    leaf = path.members[0]
    if leaf.life <= LONGEST_LIFE:
        return
    is_public = bool(public) and build(path.members, public, leaf.ends).end is End.TRUSTED
    observed = {"days": leaf.life.days, "public_root": is_public}
    yield told("cert-lifetime-long", severity=Severity.FAIL if is_public else None, observed=observed)


def _each(told: Told, path: Path, at: datetime) -> Iterator[Finding]:
    for depth, certificate in enumerate(path.members):
        this = partial(told.about, certificate, depth)
        is_root = certificate.self_issued and depth > 0
        yield from _dates(told, certificate, depth, at)
        if certificate.weak_key:
            yield this("cert-key-weak", key=certificate.key)
        if certificate.large_key:
            yield this("cert-key-large", key=certificate.key)
        if certificate.signature_hash in WEAK_HASHES and not is_root:
            yield this("cert-signature-weak", hash=certificate.signature_hash.upper())
        if depth in path.unverified:
            yield this("cert-signature-invalid", issuer=certificate.issuer)
        if certificate.serial < 0:
            yield this("cert-malformed", reason="its serial number is negative")
        for oid in certificate.unknown_critical:
            yield this("cert-critical-extension", oid=oid)
        if depth:
            yield from judge_authority(told, path, depth, at)
    for depth, name, constraint in violations(path.members):
        yield told.about(path.members[depth], depth, "cert-name-constraint", name=name, constraint=constraint)


def _dates(told: Told, certificate: CertificateFacts, depth: int, at: datetime) -> Iterator[Finding]:
    left = certificate.ends - at
    threshold = next((days for days in THRESHOLDS if left <= timedelta(days=days)), None)
    if threshold is None and certificate.begins <= at:
        return
    this = partial(
        told.about, certificate, depth, until=date(certificate.ends), begins=date(certificate.begins), at=date(at)
    )
    if left < timedelta(0):
        yield this("cert-expired")
    elif certificate.begins > at:
        hint = "It begins within a day: a wrong clock is likely." if certificate.begins - at < timedelta(days=1) else ""
        yield this("cert-not-yet-valid", hint=hint)
    else:
        values = {"its_renewal": "" if depth else renewal_of(certificate, at)}
        yield this("cert-expires-soon", values=values, days=left.days, threshold=threshold)


def _trust(told: Told, path: Path, *, have_roots: bool) -> Iterator[Finding]:
    top, depth = path.members[-1], len(path.members) - 1
    about = partial(told.about, top, depth, severity=None if have_roots else Severity.INFO)
    match path.end:
        case End.TRUSTED:
            return
        case End.SELF_SIGNED_LEAF:
            yield about("cert-self-signed", sha256=top.sha256)
        case End.ISSUER_OF_LEAF_MISSING:
            address = top.issuer_address
            at_address = f"The certificate says that it can be had at {address}." if address else ""
            yield told.about(top, 0, "cert-chain-incomplete", issuer=path.missing, address=address, aia=at_address)
        case End.UNTRUSTED_ROOT:
            yield about("cert-root-untrusted", root=path.missing, sha256=top.sha256, cause="")
        case End.ISSUER_MISSING:
            cause = "Or an intermediate certificate above it is missing."
            yield about("cert-root-untrusted", root=path.missing, address=top.issuer_address, cause=cause)
        case End.REKEYED_ROOT:
            yield about("cert-root-rekeyed", root=path.missing)


def _order(told: Told, path: Path) -> Iterator[Finding]:
    if not path.leaf_first:
        yield told("cert-chain-order", severity=Severity.FAIL, observed={"leaf": path.members[0].subject})
    elif not path.ordered:
        yield told("cert-chain-order", observed={"leaf": path.members[0].subject})
    if path.extra:
        yield told("cert-chain-extra", observed={"extra": list(dict.fromkeys(c.subject for c in path.extra))})
    if path.root_sent is not None:
        yield told("cert-chain-extra", severity=Severity.INFO, observed={"extra": [path.root_sent.subject]})
