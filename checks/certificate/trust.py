"""The certificates that one run trusts."""

from functools import cached_property
from pathlib import Path

from checks.certificate.facts import CertificateFacts
from checks.certificate.pem import read_every


class Trust:
    """The trust files of one run: read when the first chain needs them, and once for all chains."""

    def __init__(self, files: tuple[Path, ...]) -> None:
        self._files = files

    @cached_property
    def roots(self) -> tuple[CertificateFacts, ...]:
        """Every certificate in them. Raises OSError for a file of which one cannot be read."""
        return tuple(root for path in self._files for root in _read(path))


def _read(path: Path) -> tuple[CertificateFacts, ...]:
    """Every one: a root that is lost makes good chains look untrusted."""
    try:
        return read_every(path.read_bytes())
    except ValueError as problem:
        raise OSError(f"{path}, which cannot be read: {problem}") from problem
