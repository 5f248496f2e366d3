"""Certificates for tests: good ones, and ones with a single fault."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
DAY = datetime.timedelta(days=1)


@cache
def key_for(label: str, bits: int = 2048, exponent: int = 65537) -> rsa.RSAPrivateKey:
    """A key by name, so that a test run makes few of them."""
    assert label
    return rsa.generate_private_key(public_exponent=exponent, key_size=bits)


@dataclass(frozen=True, kw_only=True)
class Spec:
    """What stands in a certificate. `san` None leaves the extension out; `eku` and `usage` likewise."""

    cns: Sequence[str] = ("sip.partner.example",)
    san: Sequence[str] | None = ("sip.partner.example",)
    eku: Sequence[x509.ObjectIdentifier] | None = (SERVER, CLIENT)
    usage: Sequence[str] | None = ("digital_signature", "key_encipherment")
    begins: datetime.datetime = NOW - DAY
    ends: datetime.datetime = NOW + 300 * DAY
    ca: bool = False
    path_length: int | None = None
    key: str = "leaf"
    bits: int = 2048
    exponent: int = 65537
    aia: str | None = None
    extra: Sequence[tuple[x509.ExtensionType, bool]] = field(default=())
    key_ids: bool = True


@dataclass(frozen=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> bytes:
        """The certificate as DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def key_pem(self) -> bytes:
        """The key as PEM, without a passphrase."""
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )


def issue(spec: Spec, issuer: Issued | None = None, *, signed_by: rsa.RSAPrivateKey | None = None) -> Issued:
    """Make a certificate; without an issuer it signs itself. `signed_by` signs with a key that is not the issuer's."""
    key = key_for(spec.key, spec.bits, spec.exponent)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn) for cn in spec.cns])
    parent = issuer.certificate.subject if issuer else name
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(parent)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(spec.begins)
        .not_valid_after(spec.ends)
    )
    for extension, critical in _extensions(spec, key, issuer):
        builder = builder.add_extension(extension, critical)
    signing = signed_by or (issuer.key if issuer else key)
    return Issued(builder.sign(signing, hashes.SHA256()), key)


def _extensions(spec: Spec, key: rsa.RSAPrivateKey, issuer: Issued | None) -> list[tuple[x509.ExtensionType, bool]]:
    found: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=spec.ca, path_length=spec.path_length), True)
    ]
    if spec.san is not None:
        found.append((x509.SubjectAlternativeName([x509.DNSName(name) for name in spec.san]), False))
    if spec.eku is not None:
        found.append((x509.ExtendedKeyUsage(spec.eku), False))
    if spec.usage is not None:
        names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
        all_names = (*names, "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
        found.append((x509.KeyUsage(**{name: name in spec.usage for name in all_names}), True))
    if spec.aia:
        place = x509.UniformResourceIdentifier(spec.aia)
        access = x509.AccessDescription(AuthorityInformationAccessOID.CA_ISSUERS, place)
        found.append((x509.AuthorityInformationAccess([access]), False))
    if spec.key_ids:
        found.append((x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False))
        above = issuer.key if issuer else key
        found.append((x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), False))
    return [*found, *spec.extra]


def authority(cn: str, issuer: Issued | None = None, *, key: str = "", **changes: object) -> Issued:
    """A certificate authority."""
    values: dict[str, object] = {
        "cns": (cn,),
        "san": None,
        "eku": None,
        "usage": ("key_cert_sign", "crl_sign"),
        "ca": True,
        "key": key or cn,
        "ends": NOW + 3000 * DAY,
    }
    return issue(Spec(**{**values, **changes}), issuer)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Authorities:
    """A root, an authority below it, and where the root's PEM lies."""

    root: Issued
    intermediate: Issued
    folder: Path

    @property
    def trust(self) -> Path:
        """The root as a PEM file."""
        path = self.folder / "root.pem"
        path.write_bytes(self.root.pem)
        return path

    def leaf(self, **changes: object) -> Issued:
        """A certificate below the intermediate, good but for the changes."""
        return issue(Spec(**changes), self.intermediate)  # type: ignore[arg-type]

    def chain_file(self, name: str, *parts: bytes) -> Path:
        """A PEM file of these parts."""
        path = self.folder / name
        path.write_bytes(b"".join(parts))
        return path


def authorities(folder: Path) -> Authorities:
    """A root and an intermediate."""
    root = authority("Test Root")
    return Authorities(root, authority("Test Issuing", root), folder)
