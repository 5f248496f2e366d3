"""The practice certification authority and the keys of everybody, made once and kept in the folder `pki`."""

import datetime
import threading
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wizard.files import write_file
from wizard.practice.exchanged import Own

_DAY = datetime.timedelta(days=1)
_PEM = serialization.Encoding.PEM
ROOT_NAME, INTERMEDIATE_NAME = "Practice Root CA", "Practice Issuing CA"


class Authority:
    """A root, an intermediate, and whatever they issued. Made on the spot, read back after a restart."""

    def __init__(self, directory: Path) -> None:
        self._folder = directory / "pki"
        self._making = threading.Lock()  # two who ask at once get one certificate
        self._folder.mkdir(mode=0o700, exist_ok=True)
        if not (self._folder / "issuing.pem").exists():
            self._found()

    @property
    def root(self) -> Path:
        """The PEM file with the root: what belongs in cup-trust."""
        return self._folder / "root.pem"

    def server(self, host: str, common_name: str) -> Path:
        """The PEM file with key, certificate and intermediate of a server; issued when first asked for."""
        path = self._folder / f"{host}={common_name}.pem"
        with self._making:
            if not path.exists():
                write_file(path, self.issue(common_name, tuple(dict.fromkeys((common_name, host)))))
        return path

    def own(self, certificate: Own) -> Path:
        """The PEM file with key and chain of a node's certificate; made when first asked for."""
        path = self._folder / f"{certificate.identity}.pem"
        with self._making:
            if not path.exists():
                name = certificate.common_name
                write_file(path, self.issue(name, (name,)) if certificate.signed else _self_signed(name))
        return path

    def issue(self, common_name: str, names: tuple[str, ...], days: int = 365) -> bytes:
        """Key, certificate for both directions of TLS, and the intermediate, in PEM."""
        issuer_key = self._key("issuing")
        issuer = x509.load_pem_x509_certificate((self._folder / "issuing.pem").read_bytes())
        key = _new_key()
        certificate = _sign_end(_builder(common_name, issuer.subject, key, issuer_key, days), issuer_key, names)
        return _private(key) + certificate.public_bytes(_PEM) + issuer.public_bytes(_PEM)

    def _found(self) -> None:
        root_key, issuing_key = _new_key(), _new_key()
        root_name = _name(ROOT_NAME)
        root = _sign_authority(_builder(ROOT_NAME, root_name, root_key, root_key, 3650), root_key, None)
        issuing = _sign_authority(_builder(INTERMEDIATE_NAME, root_name, issuing_key, root_key, 1825), root_key, 0)
        write_file(self._folder / "root.key", _private(root_key))
        write_file(self._folder / "root.pem", root.public_bytes(_PEM))
        write_file(self._folder / "issuing.key", _private(issuing_key))
        write_file(self._folder / "issuing.pem", issuing.public_bytes(_PEM))  # last: its presence says all is there

    def _key(self, name: str) -> rsa.RSAPrivateKey:
        key = serialization.load_pem_private_key((self._folder / f"{name}.key").read_bytes(), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key


def host_key(directory: Path, node: str) -> Path:
    """The file with the SSH host key of a node, in OpenSSH's format; made when first asked for."""
    folder = directory / "hostkeys"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / node
    if not path.exists():
        key = ed25519.Ed25519PrivateKey.generate()
        private = serialization.PrivateFormat.OpenSSH
        write_file(path, key.private_bytes(_PEM, private, serialization.NoEncryption()))
    return path


def _self_signed(common_name: str) -> bytes:
    key = _new_key()
    certificate = _sign_end(_builder(common_name, _name(common_name), key, key, 1825), key, (common_name,))
    return _private(key) + certificate.public_bytes(_PEM)


def _sign_end(
    builder: x509.CertificateBuilder, issuer_key: rsa.RSAPrivateKey, names: tuple[str, ...]
) -> x509.Certificate:
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
    return (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(ca=False), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def _sign_authority(
    builder: x509.CertificateBuilder, issuer_key: rsa.RSAPrivateKey, path_length: int | None
) -> x509.Certificate:
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        .add_extension(_key_usage(ca=True), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


def _builder(
    common_name: str, issuer: x509.Name, key: rsa.RSAPrivateKey, issuer_key: rsa.RSAPrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(common_name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + (days - 1) * _DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )


def _key_usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=False,
        key_encipherment=not ca,
        data_encipherment=not ca,
        key_agreement=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _private(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(_PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
