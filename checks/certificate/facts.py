"""A certificate as facts: everything the judges need, read once, tolerantly."""

import functools
import hashlib
import re
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

# What peers understand where it is critical. OpenSSL refuses key identifiers and the addresses of an authority then.
_KNOWN_CRITICAL = (
    x509.BasicConstraints,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
    x509.SubjectAlternativeName,
    x509.NameConstraints,
    x509.CertificatePolicies,
    x509.PolicyConstraints,
    x509.InhibitAnyPolicy,
    x509.CRLDistributionPoints,
)
# Mappings only matter to who asks for a policy; no peer of federation does, and bridges mark them critical.
_POLICY_MAPPINGS = x509.ObjectIdentifier("2.5.29.33")
_SEPARATORS = re.compile(r" ?(?<!\\)([,+=]) ?")
WEAK_HASHES = frozenset({"md5", "sha1", "md2"})
_EXPONENT = 65537  # what every authority demands; smaller ones were broken
_LARGEST_RSA = 4096  # bits that peers of this age take
_USAGES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "server authentication",
    ExtendedKeyUsageOID.CLIENT_AUTH: "client authentication",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "any",
}


@dataclass(frozen=True, kw_only=True)
class CertificateFacts:
    """One certificate. Names are texts as RFC 4514 has them, `name` is the subject as it stands there.

    `usages` and `key_usage` are None without the extension.
    """

    certificate: x509.Certificate
    name: x509.Name
    subject: str
    issuer: str
    cns: tuple[str, ...]
    issuing_organisations: tuple[str, ...]
    names: tuple[str, ...]
    begins: datetime
    ends: datetime
    version: int
    is_ca: bool
    path_length: int | None
    usages: frozenset[str] | None
    key_usage: frozenset[str] | None
    signature_hash: str
    key: str
    weak_key: bool
    large_key: bool
    serial: int
    alternatives: tuple[x509.GeneralName, ...]
    constraints: x509.NameConstraints | None
    key_id: bytes | None
    authority_key_id: bytes | None
    issuer_address: str
    unknown_critical: tuple[str, ...]
    sha256: str

    @property
    def self_issued(self) -> bool:
        """Whether it names itself as its issuer."""
        return same_name(self.subject, self.issuer)

    @property
    def is_root(self) -> bool:
        """Whether it is an authority above which there is none: nobody looks at its signature, or at its life."""
        return self.is_ca and self.self_issued

    @property
    def life(self) -> timedelta:
        """For how long it is valid."""
        return self.ends - self.begins


def same_name(one: str, other: str) -> bool:
    """Whether two names are one: renewals change the case, the blanks and the string type (RFC 5280, 7.1)."""
    return one == other or folded(one) == folded(other)


@functools.lru_cache(maxsize=256)
def folded(name: str) -> str:
    """The form in which names are compared. Blanks at the ends are written with a backslash, and count no more."""
    return _SEPARATORS.sub(r"\1", " ".join(name.replace("\\ ", " ").casefold().split()))


def read_certificate(der: bytes) -> CertificateFacts:
    """Read one certificate. Raises ValueError, with the reason, for what cannot be read."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _facts(x509.load_der_x509_certificate(der), der)
        except ValueError:
            raise
        except Exception as problem:  # the parser has several; every one of them means that it cannot be read
            raise ValueError(f"{type(problem).__name__}: {problem}") from problem


def _facts(certificate: x509.Certificate, der: bytes) -> CertificateFacts:
    extensions = {extension.oid: extension for extension in certificate.extensions}
    values = {type(extension.value): extension.value for extension in extensions.values()}
    basic = values.get(x509.BasicConstraints)
    alternative, usage = values.get(x509.SubjectAlternativeName), values.get(x509.ExtendedKeyUsage)
    key = _usable_key(certificate)
    shown, weak = _key(key) if not isinstance(key, str) else (f"unusable: {key}", True)
    constraints = values.get(x509.NameConstraints)
    unknown = [
        e.oid.dotted_string
        for e in extensions.values()
        if e.critical and not isinstance(e.value, _KNOWN_CRITICAL) and e.oid != _POLICY_MAPPINGS
    ]
    own, authority = values.get(x509.SubjectKeyIdentifier), values.get(x509.AuthorityKeyIdentifier)
    subject, issuer = certificate.subject, certificate.issuer
    return CertificateFacts(
        certificate=certificate,
        name=subject,
        subject=subject.rfc4514_string(),
        issuer=issuer.rfc4514_string(),
        cns=tuple(str(a.value) for a in subject.get_attributes_for_oid(NameOID.COMMON_NAME)),
        issuing_organisations=tuple(str(a.value) for a in issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)),
        names=_names(alternative) if isinstance(alternative, x509.SubjectAlternativeName) else (),
        begins=certificate.not_valid_before_utc,
        ends=certificate.not_valid_after_utc,
        version=certificate.version.value + 1,
        is_ca=isinstance(basic, x509.BasicConstraints) and basic.ca,
        path_length=basic.path_length if isinstance(basic, x509.BasicConstraints) else None,
        usages=frozenset(_USAGES.get(oid, oid.dotted_string) for oid in usage)
        if isinstance(usage, x509.ExtendedKeyUsage)
        else None,
        key_usage=_key_usage(values.get(x509.KeyUsage)),
        signature_hash=_signature_hash(certificate),
        key=shown,
        weak_key=weak,
        large_key=isinstance(key, rsa.RSAPublicKey) and key.key_size > _LARGEST_RSA,
        serial=certificate.serial_number,
        alternatives=tuple(alternative) if isinstance(alternative, x509.SubjectAlternativeName) else (),
        constraints=constraints if isinstance(constraints, x509.NameConstraints) else None,
        key_id=own.digest if isinstance(own, x509.SubjectKeyIdentifier) else None,
        authority_key_id=authority.key_identifier if isinstance(authority, x509.AuthorityKeyIdentifier) else None,
        issuer_address=_issuer_address(values.get(x509.AuthorityInformationAccess)),
        unknown_critical=tuple(unknown),
        sha256=hashlib.sha256(der).hexdigest(),
    )


def _signature_hash(certificate: x509.Certificate) -> str:
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return certificate.signature_algorithm_oid.dotted_string
    return algorithm.name if algorithm else ""


def _names(alternative: x509.SubjectAlternativeName) -> tuple[str, ...]:
    return tuple(str(name.value).lower() for name in alternative if isinstance(name, x509.DNSName | x509.IPAddress))


def _usable_key(certificate: x509.Certificate) -> CertificatePublicKeyTypes | str:
    """The key, or why there is none."""
    try:
        return certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as problem:
        return str(problem)


def _key(key: CertificatePublicKeyTypes) -> tuple[str, bool]:
    match key:
        case rsa.RSAPublicKey():
            exponent = key.public_numbers().e
            odd = "" if exponent == _EXPONENT else f", exponent {exponent}"
            weak = key.key_size < 2048 or exponent < _EXPONENT or exponent % 2 == 0
            return f"RSA {key.key_size}{odd}", weak or key.key_size % 8 != 0  # Windows takes whole bytes alone
        case ec.EllipticCurvePublicKey():
            return f"EC {key.curve.name}", key.curve.key_size < 224
        case dsa.DSAPublicKey():
            return f"DSA {key.key_size}", True
        case _:
            return type(key).__name__.removeprefix("_").removesuffix("PublicKey"), False


def _key_usage(value: object) -> frozenset[str] | None:
    if not isinstance(value, x509.KeyUsage):
        return None
    names = ("digital_signature", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign")
    return frozenset(name.replace("_", " ") for name in names if getattr(value, name))


def _issuer_address(value: object) -> str:
    if not isinstance(value, x509.AuthorityInformationAccess):
        return ""
    places = [d.access_location for d in value if d.access_method == AuthorityInformationAccessOID.CA_ISSUERS]
    return next((str(p.value) for p in places if isinstance(p, x509.UniformResourceIdentifier)), "")


def signed_by(child: CertificateFacts, issuer: CertificateFacts) -> bool:
    """Whether the signature of a certificate verifies under another's key, whatever the names say."""
    return _signed(child.certificate, issuer.certificate)


@functools.lru_cache(maxsize=256)  # many servers show the same authorities, whose signatures stay what they are
def _signed(child: x509.Certificate, issuer: x509.Certificate) -> bool:
    return verifies(issuer, child, child.tbs_certificate_bytes)


class Signed(Protocol):
    """What carries a signature: a certificate, a revocation list, a responder's answer."""

    @property
    def signature(self) -> bytes: ...
    @property
    def signature_hash_algorithm(self) -> hashes.HashAlgorithm | None: ...


def verifies(signer: x509.Certificate, signed: Signed, body: bytes) -> bool:
    """Whether a signature over a body verifies under a certificate's key. Weak hashes are verified like others."""
    try:
        key, digest, signature = signer.public_key(), signed.signature_hash_algorithm, signed.signature
        match key:
            case rsa.RSAPublicKey() if digest is not None:
                parameters = getattr(signed, "signature_algorithm_parameters", None)
                scheme = parameters if isinstance(parameters, padding.PSS | padding.PKCS1v15) else padding.PKCS1v15()
                key.verify(signature, body, scheme, digest)
            case ec.EllipticCurvePublicKey() if digest is not None:
                key.verify(signature, body, ec.ECDSA(digest))
            case dsa.DSAPublicKey() if digest is not None:
                key.verify(signature, body, digest)
            case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
                key.verify(signature, body)
            case _:
                return False
    except Exception:  # noqa: BLE001  (each key type has its own error; all of them mean no)
        return False
    return True
