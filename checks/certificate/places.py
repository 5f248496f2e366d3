"""Where a certificate says that its revocation can be looked up."""

from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID


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
