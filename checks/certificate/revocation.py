"""Whether certificates were taken back by their authorities: OCSP (RFC 6960), else a revocation list (RFC 5280, 6.3).

Only on `--revocation`: it asks places that the certificates name.
"""

import asyncio
import warnings
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from checks.certificate.facts import CertificateFacts, same_name, verifies
from checks.certificate.places import places_of
from checks.certificate.subject import Told, date
from checks.fetch import NotFetchedError
from checks.finding import Finding

WITHIN = 5.0  # seconds for all certificates of a chain together
_OCSP = "application/ocsp-request"
_FRESH = timedelta(days=7)  # for how long an answer without an end is believed; newer ones are there at any time
_UNREADABLE = "What lies where its revocation list should be cannot be read."


class Fetch(Protocol):
    """Fetches a content. Raises NotFetchedError."""

    async def __call__(self, url: str, body: bytes | None = None, kind: str = "") -> bytes: ...


_Ask = Callable[[CertificateFacts, CertificateFacts | None], Awaitable[datetime | None]]


class UnknownError(Exception):
    """Why it is not known whether a certificate was revoked, as a sentence."""


async def revocation_findings(
    told: Told, members: tuple[CertificateFacts, ...], fetch: Fetch, at: datetime, within: float = WITHIN
) -> list[Finding]:
    """What is revoked in a path, and of what that is not known. A root is taken back by nobody but its owner.

    `within` bounds all of it, in seconds.
    """
    issuers = (*members[1:], None)
    asked = (
        _one(told, depth, pair, partial(_revoked_since, fetch=fetch, at=at), within)
        for depth, pair in enumerate(zip(members, issuers, strict=True))
        if not pair[0].self_issued
    )
    return [found for findings in await asyncio.gather(*asked) for found in findings]


async def _one(
    told: Told, depth: int, pair: tuple[CertificateFacts, CertificateFacts | None], ask: _Ask, within: float
) -> list[Finding]:
    child, issuer = pair
    try:
        async with asyncio.timeout(max(within, 0)):
            since = await ask(child, issuer)
    except TimeoutError:
        reason = f"No answer came within {within:.1f} s." if within > 0 else "No time was left to ask."
        return [told.about(child, depth, "cert-revocation-unknown", reason=reason)]
    except UnknownError as unknown:
        return [told.about(child, depth, "cert-revocation-unknown", reason=str(unknown))]
    return [told.about(child, depth, "cert-revoked", since=date(since))] if since is not None else []


async def _revoked_since(
    child: CertificateFacts, issuer: CertificateFacts | None, fetch: Fetch, at: datetime
) -> datetime | None:
    """Since when it is revoked; None when somebody with authority says that it is not. Raises UnknownError."""
    if issuer is None:
        raise UnknownError("Its issuer is not known, so nobody could be believed about it.")
    places = places_of(child.certificate)
    reasons: list[str] = []
    for address in (*places.responders, *places.lists):
        try:
            if address in places.responders:
                request = ocsp_request(child.certificate, issuer.certificate)
                return judge_ocsp(await fetch(address, request, _OCSP), child.certificate, issuer.certificate, at)
            return judge_list(await fetch(address), child.certificate, issuer.certificate, at)
        except UnknownError as unknown:
            reasons.append(str(unknown))
        except NotFetchedError as failure:
            reasons.append(f"{failure}.")
    if not reasons and places.others:
        raise UnknownError("It names no address that is asked over HTTP; LDAP and the like answer nobody outside.")
    raise UnknownError(" ".join(reasons) or "It names no place where its revocation can be looked up.")


# --- revocation lists ------------------------------------------------------------------------------------------------


def judge_list(content: bytes, child: x509.Certificate, issuer: x509.Certificate, at: datetime) -> datetime | None:
    """Since when a list says that a certificate is revoked, None when it does not. Raises UnknownError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _since(_list(content), child, issuer, at)
    except UnknownError:
        raise
    except Exception as problem:  # what is wrong inside shows when it is looked at
        raise UnknownError(_UNREADABLE) from problem


def _list(content: bytes) -> x509.CertificateRevocationList:
    if content.lstrip().startswith(b"-----BEGIN"):
        return x509.load_pem_x509_crl(content)
    return x509.load_der_x509_crl(content)


def _since(
    crl: x509.CertificateRevocationList, child: x509.Certificate, issuer: x509.Certificate, at: datetime
) -> datetime | None:
    named = same_name(crl.issuer.rfc4514_string(), issuer.subject.rfc4514_string())
    if not (named and _may_sign_lists(issuer) and verifies(issuer, crl, crl.tbs_certlist_bytes)):
        raise UnknownError("The revocation list that it names is not signed by its issuer.")
    for extension in crl.extensions:
        if not _covers(extension, child):
            raise UnknownError("The revocation list that it names is not the whole list for a certificate like it.")
    if crl.next_update_utc is not None and crl.next_update_utc < at:
        raise UnknownError(
            f"The revocation list that it names ran out on {date(crl.next_update_utc)}; Windows then refuses as if it"
            " were revoked."
        )
    entry = crl.get_revoked_certificate_by_serial_number(child.serial_number)
    if entry is None or _is_taken_off(entry):
        return None
    return entry.revocation_date_utc


def _may_sign_lists(issuer: x509.Certificate) -> bool:
    usages = [e.value for e in issuer.extensions if isinstance(e.value, x509.KeyUsage)]
    return all(usage.crl_sign for usage in usages)


def _covers(extension: x509.Extension[x509.ExtensionType], child: x509.Certificate) -> bool:
    """Whether a list with this extension is one on which a certificate would stand if it were revoked."""
    match extension.value:
        case x509.DeltaCRLIndicator():
            return False  # only what changed since another list
        case x509.IssuingDistributionPoint() as point:
            return _is_in_scope(point, child)
        case x509.UnrecognizedExtension():
            return not extension.critical
        case _:
            return True


def _is_in_scope(point: x509.IssuingDistributionPoint, child: x509.Certificate) -> bool:
    is_ca = any(isinstance(e.value, x509.BasicConstraints) and e.value.ca for e in child.extensions)
    partial = point.only_contains_attribute_certs or point.indirect_crl or point.only_some_reasons is not None
    if partial or (point.only_contains_ca_certs and not is_ca) or (point.only_contains_user_certs and is_ca):
        return False
    return point.relative_name is None and (not point.full_name or bool({*point.full_name} & {*_points(child)}))


def _points(child: x509.Certificate) -> Iterator[x509.GeneralName]:
    for extension in child.extensions:
        if isinstance(extension.value, x509.CRLDistributionPoints):
            yield from (name for point in extension.value for name in point.full_name or ())


def _is_taken_off(entry: x509.RevokedCertificate) -> bool:
    reasons = (e.value for e in entry.extensions if isinstance(e.value, x509.CRLReason))
    return any(value.reason is x509.ReasonFlags.remove_from_crl for value in reasons)


# --- OCSP ------------------------------------------------------------------------------------------------------------


def ocsp_request(child: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """The question about one certificate."""
    # Responders look for the certificate by this hash; nothing rests on its strength (RFC 6960, 4.3).
    builder = ocsp.OCSPRequestBuilder().add_certificate(child, issuer, hashes.SHA1())  # noqa: S303
    return builder.build().public_bytes(serialization.Encoding.DER)


def judge_ocsp(content: bytes, child: x509.Certificate, issuer: x509.Certificate, at: datetime) -> datetime | None:
    """Since when a responder says that a certificate is revoked, None when it is good. Raises UnknownError."""
    try:
        response = ocsp.load_der_ocsp_response(content)
        if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise UnknownError(f"Its OCSP responder answers {response.response_status.name.lower().replace('_', ' ')}.")
        answers = response.serial_number == child.serial_number and any(_signers(response, issuer, at))
        status, since = response.certificate_status, response.revocation_time_utc
        until = response.next_update_utc or response.this_update_utc + _FRESH
    except UnknownError:
        raise
    except Exception as problem:
        raise UnknownError("Its OCSP responder sends what cannot be read.") from problem
    if not answers:
        raise UnknownError("The answer of its OCSP responder is not signed by its issuer.")
    if until < at:
        raise UnknownError(f"The answer of its OCSP responder ran out on {date(until)}.")
    if status is ocsp.OCSPCertStatus.UNKNOWN:
        raise UnknownError("Its OCSP responder does not know it.")
    return since if status is ocsp.OCSPCertStatus.REVOKED else None


def _signers(response: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> Iterator[x509.Certificate]:
    """Who signed an answer: the issuer, or one whom the issuer made a responder."""
    for candidate in (issuer, *response.certificates):
        if candidate != issuer and not _is_responder(candidate, issuer, at):
            continue
        if verifies(candidate, response, response.tbs_response_bytes):
            yield candidate


def _is_responder(candidate: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
    try:
        if not candidate.not_valid_before_utc <= at <= candidate.not_valid_after_utc:
            return False
        candidate.verify_directly_issued_by(issuer)
        usage = candidate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except Exception:  # noqa: BLE001  (whatever it is, it is no responder of this issuer)
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in usage
