"""Whether a certificate and a key of ours can be shown together; and if not, why, in words."""

from pathlib import Path

from checks.certificate.facts import CertificateFacts
from checks.certificate.pem import read_every
from checks.tls.probe import context_for

_AGAIN = "It may have been cut off on its way. Copy it again, whole, from where it was made."
_KEY_SIGN = b"PRIVATE KEY-----"


class UnusablePairError(ValueError):
    """A certificate and key that cannot be shown; the text names the file and what is wrong, `remedy` what to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.remedy = remedy


def holds_key(path: Path) -> bool:
    """Whether a PEM file holds a private key, be it whole or not. Raises OSError."""
    return _KEY_SIGN in path.read_bytes()


def certificates_of(path: Path) -> tuple[CertificateFacts, ...]:
    """The certificates of the file that we show, at least one. Raises UnusablePairError and OSError."""
    try:
        found = read_every(path.read_bytes())
    except ValueError as problem:
        raise UnusablePairError(f"{path} holds a certificate that cannot be read, {problem}", _AGAIN) from problem
    if not found:
        raise UnusablePairError(f"{path} holds no certificate", "Name the file of our certificate, as PEM.")
    return found


def see_that_they_fit(certificate: Path, key: Path) -> None:
    """Nothing, where the two can be shown. Raises UnusablePairError and OSError."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    leaf = certificates_of(certificate)[0].certificate
    if not holds_key(key):
        raise UnusablePairError(f"{key} holds no private key", "Name the file that does with --client-key.")
    try:
        private = load_pem_private_key(key.read_bytes(), None)
    except TypeError as problem:
        remedy = f"Save the key without one, in a file of its own: openssl pkey -in {key} -out FILE."
        raise UnusablePairError(f"the private key in {key} has a passphrase", remedy) from problem
    except Exception as problem:  # a hostile key has several errors
        raise UnusablePairError(f"the private key in {key} cannot be read", _AGAIN) from problem
    if private.public_key() != leaf.public_key():
        remedy = "Name the key with which this certificate was requested, or the certificate of this key."
        raise UnusablePairError(f"the key in {key} and the certificate in {certificate} do not belong together", remedy)
    try:
        context_for((certificate, key))
    except OSError as problem:
        remedy = "OpenSSL on this machine does not take them. RSA with 2048 bits is what every side takes."
        raise UnusablePairError(f"{certificate} and {key} cannot be shown", remedy) from problem
