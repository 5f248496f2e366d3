"""Where a certificate says that its revocation can be looked up, and of which it says nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from checks.certificate.facts import CertificateFacts
from checks.certificate.subject import Told
from checks.finding import Finding


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where a certificate says that its revocation can be looked up."""

    responders: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    others: tuple[str, ...] = ()  # as LDAP, which nobody outside can ask


def places_of(certificate: x509.Certificate) -> Places:
    """The places that a certificate names."""
    responders, lists = [], []
    for extension in certificate.extensions:
        value = extension.value
        if isinstance(value, x509.AuthorityInformationAccess):
            named = (d.access_location for d in value if d.access_method == AuthorityInformationAccessOID.OCSP)
            responders += [str(name.value) for name in named if isinstance(name, x509.UniformResourceIdentifier)]
        elif isinstance(value, x509.CRLDistributionPoints):
            named = (name for point in value for name in point.full_name or ())
            lists += [str(name.value) for name in named if isinstance(name, x509.UniformResourceIdentifier)]
    web = [address for address in lists if address.lower().startswith("http://")]
    others = tuple(address for address in lists if address not in web)
    return Places(responders=tuple(responders), lists=tuple(web), others=others)


def judge_silence(told: Told, sent: tuple[CertificateFacts, ...]) -> Iterator[Finding]:
    """The certificates of a chain that name no place at all.

    A root is taken back by nobody but its owner, and a certificate of version 1 has no room for a place.
    """
    able = (c for c in sent if not c.self_issued and c.version >= 3)
    silent = [c.subject for c in able if places_of(c.certificate) == Places()]
    if silent:
        yield told("cert-crl-missing", observed={"certificates": silent})
