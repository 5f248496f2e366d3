"""What certificates mean for federation: every independent fault, each with its depth. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from checks.certificate.constraints import violations
from checks.certificate.facts import WEAK_HASHES, CertificateFacts
from checks.certificate.judge_names import judge_names
from checks.certificate.judge_public import judge_public
from checks.certificate.judge_purpose import flaws, judge_authority, judge_leaf, renewal_of
from checks.certificate.path import End, Path, build
from checks.certificate.places import places_of
from checks.certificate.subject import Told, date
from checks.finding import TRUST_JUDGED, Finding, Json, Severity

THRESHOLDS = (1, 7, 14, 30, 60)  # days before the end at which it is worth another word
LONGEST_LIFE = timedelta(days=398)  # what public authorities may issue
_NOTHING_TO_TRUST = "Nothing was given to trust, so that was not judged."
_NOTHING_WRONG = frozenset({Severity.INFO})
_A_DAY = timedelta(days=1)
_FRESH = "It began less than a day ago: a peer whose clock is behind refuses it for now."
_INSIDE = ("ldap:", "file:")
_MOST_NAMED = 5  # in a sentence; `observed` has them all


@dataclass(frozen=True)
class Clocks:
    """As of when dates are judged, and what the server's clock is ahead of ours, where it was seen."""

    at: datetime
    ahead: timedelta | None = None

    def hint(self, certificate: CertificateFacts) -> str:
        """Whether a certificate that is not valid by our clock is by the server's."""
        if self.ahead is None or not certificate.begins <= self.at + self.ahead <= certificate.ends:
            return ""
        theirs = date(self.at + self.ahead)
        return f"By the server's own clock, {theirs}, it is valid: one of the two clocks is wrong."


def judge_chain(
    told: Told,
    sent: tuple[CertificateFacts, ...],
    trusted: tuple[CertificateFacts, ...],
    name: str | None,
    at: datetime,
    *,
    public: tuple[CertificateFacts, ...] = (),
    host: str | None = None,
    ahead: timedelta | None = None,
) -> Iterator[Finding]:
    """The findings about a chain as it was sent, at least one certificate.

    `name` is the TLS peer subject. `trusted` is what will be in cup-trust; without it, trust is info. `public` holds
    the roots that every system trusts, whose authorities are bound by stricter rules. `host` is the name that led to
    the server, `ahead` what the server's clock is ahead of ours, where it was seen.
    """
    path = build(sent, trusted, at, flaws)
    leaf = path.members[0]
    found = [
        *map(_of_leaf, (*judge_names(told, leaf, name, host), *judge_leaf(told, leaf, name, at))),
        *map(_of_leaf, _lifetime(told, path, public)),
        *judge_public(told, leaf),
        *_each(told, path, Clocks(at, ahead)),
        *(one if trusted else _unjudged(one) for one in _trust(told, path, have_roots=bool(trusted))),
        *_order(told, path),
    ]
    yield from (_identified(each, path.members) for each in found)
    if all(f.severity in _NOTHING_WRONG for f in found):
        observed = {"cn": list(leaf.cns), "until": date(leaf.ends), "issuer": leaf.issuer, "names": list(leaf.names)}
        fresh = _FRESH if at - leaf.begins < _A_DAY else ""
        yield told("cert-ok", observed=observed, values={"fresh": fresh})


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
    if leaf.life <= LONGEST_LIFE or leaf.is_root:
        return
    is_public = bool(public) and build(path.members, public, leaf.ends).end is End.TRUSTED
    observed = {"days": leaf.life.days, "public_root": is_public}
    yield told("cert-lifetime-long", severity=Severity.FAIL if is_public else None, observed=observed)


def _each(told: Told, path: Path, clocks: Clocks) -> Iterator[Finding]:
    for depth, certificate in enumerate(path.members):
        this = partial(told.about, certificate, depth)
        is_root = certificate.is_root or (certificate.self_issued and depth > 0)
        yield from _dates(told, certificate, depth, clocks)
        if certificate.weak_key:
            yield this("cert-key-weak", key=certificate.key)
        if certificate.large_key:
            yield this("cert-key-large", key=certificate.key)
        if certificate.signature_hash in WEAK_HASHES and not is_root:
            yield this("cert-signature-weak", hash=certificate.signature_hash.upper())
        if depth in path.unverified:
            yield this("cert-signature-invalid", issuer=certificate.issuer)
        if certificate.serial < 0:
            values = {"which": certificate.subject}
            yield this("cert-malformed", values=values, reason="its serial number is negative")
        for oid in certificate.unknown_critical:
            yield this("cert-critical-extension", oid=oid)
        if depth:
            yield from judge_authority(told, path, depth, clocks.at)
        yield from _places(told, certificate, depth)
    for depth, name, constraint in violations(path.members):
        yield told.about(path.members[depth], depth, "cert-name-constraint", name=name, constraint=constraint)


def _places(told: Told, certificate: CertificateFacts, depth: int) -> Iterator[Finding]:
    """AD CS publishes its lists in LDAP alone, unless somebody adds the web. A root is on no list."""
    places = places_of(certificate.certificate)
    inside = bool(places.others) and all(place.lower().startswith(_INSIDE) for place in places.others)
    if inside and not (places.lists or places.responders or certificate.self_issued):
        yield told.about(certificate, depth, "cert-crl-inside", places=list(places.others))


def _dates(told: Told, certificate: CertificateFacts, depth: int, clocks: Clocks) -> Iterator[Finding]:
    at = clocks.at
    left = certificate.ends - at
    threshold = next((days for days in THRESHOLDS if left <= timedelta(days=days)), None)
    if threshold is None and certificate.begins <= at:
        return
    this = partial(
        told.about, certificate, depth, until=date(certificate.ends), begins=date(certificate.begins), at=date(at)
    )
    if left < timedelta(0):
        yield this("cert-expired", values={"hint": clocks.hint(certificate)})
    elif certificate.begins > at:
        near = "It begins within a day: a wrong clock is likely." if certificate.begins - at < _A_DAY else ""
        yield this("cert-not-yet-valid", values={"hint": clocks.hint(certificate) or near})
    else:
        values = {"its_renewal": "" if depth else renewal_of(certificate, at)}
        yield this("cert-expires-soon", values=values, days=left.days, threshold=threshold)


def _trust(told: Told, path: Path, *, have_roots: bool) -> Iterator[Finding]:
    top, depth = path.members[-1], len(path.members) - 1
    about = partial(told.about, top, depth, severity=None if have_roots else Severity.INFO)
    so = {"so": "It is not." if have_roots else _NOTHING_TO_TRUST}
    match path.end:
        case End.TRUSTED:
            return
        case End.SELF_SIGNED_LEAF:
            yield about("cert-self-signed", sha256=top.sha256)
        case End.ISSUER_OF_LEAF_MISSING:
            address = top.issuer_address
            at_address = f"The certificate says that it can be had at {address}." if address else ""
            values = {"aia": at_address}
            yield told.about(top, 0, "cert-chain-incomplete", values=values, issuer=path.missing, address=address)
        case End.UNTRUSTED_ROOT:
            values = {**so, "cause": f"Its SHA-256 is {top.sha256}."}
            yield about("cert-root-untrusted", values=values, root=path.missing, sha256=top.sha256)
        case End.ISSUER_MISSING:
            values = {**so, "cause": "Or an intermediate certificate above it is missing."}
            yield about("cert-root-untrusted", values=values, root=path.missing, address=top.issuer_address)
        case End.REKEYED_ROOT:
            yield about("cert-root-rekeyed", root=path.missing)


def _unjudged(found: Finding) -> Finding:
    return replace(found, observed={**found.observed, TRUST_JUDGED: False})


def _order(told: Told, path: Path) -> Iterator[Finding]:
    if not path.leaf_first:
        yield told("cert-chain-order", severity=Severity.FAIL, observed={"leaf": path.members[0].subject})
    elif not path.ordered:
        yield told("cert-chain-order", observed={"leaf": path.members[0].subject})
    if path.extra:
        extra = list(dict.fromkeys(c.subject for c in path.extra))
        more = f" and {len(extra) - _MOST_NAMED} more" if len(extra) > _MOST_NAMED else ""
        named = ", ".join(extra[:_MOST_NAMED]) + more
        yield told("cert-chain-extra", observed={"extra": extra}, values={"named": named})
    if path.root_sent is not None:
        root = path.root_sent.subject
        yield told("cert-chain-extra", severity=Severity.INFO, observed={"extra": [root]}, values={"named": root})
