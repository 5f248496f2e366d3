"""Files that should hold certificates: opened with care, and when they hold something else, told what it is."""

import stat
from collections.abc import Iterable
from pathlib import Path

from wizard.errors import UsageError

_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
_OLD_LABEL = b"X509 CERTIFICATE-----"  # the same, as OpenSSL wrote it once
_MOST = 16 << 20  # bytes; the roots of a whole system are a fortieth of that
# How another file begins, or what stands in it; what it is, and how to come to a certificate from it.
_OTHERS = (
    (b"\xff\xfe", "It is saved as Unicode (UTF-16). Save it as plain text."),
    (b"\xfe\xff", "It is saved as Unicode (UTF-16). Save it as plain text."),
    (b"-----BEGIN PKCS7-----", "It is PKCS#7. Convert it: openssl pkcs7 -print_certs -in FILE -out FILE.pem."),
    (b"-----BEGIN TRUSTED CERT", "It is a form of OpenSSL's own. Convert it: openssl x509 -in FILE -out FILE.pem."),
    (b" REQUEST-----", "It is a request. Name the file with the certificate that the authority made of it."),
    (b"PRIVATE KEY-----", "It holds a private key. Name the file of the certificate."),
    (
        b"\x30",
        "It is DER. Convert it: openssl x509 -inform der -in FILE -out FILE.pem; PKCS#12, which Windows calls .pfx:"
        " openssl pkcs12 -nokeys -in FILE -out FILE.pem.",
    ),
)
_ANYWHERE = b"-----"  # what holds these signs is looked for in the whole text, the rest at its beginning alone


def certificate_file(path: Path, if_unreadable: str, if_none: str) -> Path:
    """The file, once it is seen to hold a PEM certificate. Raises UsageError with a remedy."""
    content = _content(path, if_unreadable)
    if _BEGIN not in content and b"-----BEGIN " + _OLD_LABEL not in content:
        raise UsageError(f"{path} holds no PEM certificate", _what_it_is(content) or if_none)
    return path


def trust_file(path: Path, if_unreadable: str) -> Path:
    """The same of a file whose every certificate has to be whole: a root that is lost would be missed by nobody."""
    certificate_file(path, if_unreadable, "Trust files are PEM; convert it with openssl.")
    content = path.read_bytes()
    begun, ended = content.count(_BEGIN), content.count(_END)
    if begun != ended:
        cut_off = f"{path} is damaged: {begun} certificates begin in it, and {ended} end"
        raise UsageError(cut_off, "It may have been cut off on its way. Copy it again, whole.")
    return path


def readable(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Trust files, once every certificate in them is seen to be one. Raises UsageError.

    For whoever is about to judge certificates: this brings in the parser, which nothing else needs at its start.
    """
    return tuple(map(_read, paths))


def _read(path: Path) -> Path:
    from checks.certificate.pem import read_every

    try:
        read_every(path.read_bytes())
    except (OSError, ValueError) as problem:
        again = "Copy that certificate again from where it was made, or take it out of the file."
        raise UsageError(f"{path} holds a certificate that cannot be read, {problem}", again) from problem
    return path


def _content(path: Path, if_unreadable: str) -> bytes:
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) and not stat.S_ISDIR(about.st_mode):
            raise UsageError(f"{path} is no regular file", "Save the certificate in a file, and name that.")
        if about.st_size > _MOST:
            raise UsageError(f"{path} is larger than any file of certificates", if_unreadable)
        return path.read_bytes()
    except OSError as problem:
        raise UsageError(f"{path} cannot be read: {problem.strerror}", if_unreadable) from problem


def _what_it_is(content: bytes) -> str:
    for sign, remedy in _OTHERS:
        if sign in content if _ANYWHERE in sign else content.startswith(sign):
            return remedy
    return ""
