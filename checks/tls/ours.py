"""Our own certificate, as far as it tells beforehand whether a server will accept it."""

from pathlib import Path

from checks.tls.messages import distinguished_name


def issuers_in(path: Path) -> tuple[str, ...]:
    """The issuers of the certificates in a PEM file, in the form of the authorities that a server names.

    Empty for a file that cannot be read: whoever names it has said so already.
    """
    from cryptography import x509

    try:
        certificates = x509.load_pem_x509_certificates(path.read_bytes())
        names = [distinguished_name(one.issuer.public_bytes()) for one in certificates]
    except (OSError, ValueError):
        return ()
    return tuple(dict.fromkeys(names))


def listed(issuers: tuple[str, ...], authorities: tuple[str, ...]) -> bool:
    """Whether a server names one of our issuers; case and blanks do not count (RFC 5280 7.1)."""
    return not {_plain(name) for name in issuers}.isdisjoint(_plain(name) for name in authorities)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
