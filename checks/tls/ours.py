"""Our own certificate, as far as it tells beforehand whether a server will accept it."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from checks.catalogue import finding
from checks.catalogue.entry import fill
from checks.certificate.subject import date
from checks.finding import Finding, Owner
from checks.tls.messages import distinguished_name

_EXPIRED = (
    "Renew our certificate, and install it on the nodes.",
    "If another authority signs the new one, give its root to the other side before the change.",
    "If the date is not over, set the clock of this machine.",
)
_TOO_EARLY = (
    "Set the clock of this machine, if it is slow.",
    "Otherwise wait until {begins}, or have our certificate issued anew.",
)


@dataclass(frozen=True, kw_only=True)
class Ours:
    """The certificate in a PEM file that we show. `issuers` are in the form of the authorities that a server names."""

    path: Path
    subject: str
    begins: datetime
    ends: datetime
    issuers: tuple[str, ...]

    def dates(self, at: datetime) -> str:
        """Why it is not valid at this time, as a sentence; empty where it is."""
        if self.ends < at:
            return f"It ended at {date(self.ends)}."
        return f"It begins at {date(self.begins)}." if self.begins > at else ""


def ours_in(path: Path) -> Ours | None:
    """The first certificate of a PEM file, which is the one that is shown, and the authorities above it.

    None for a file that cannot be read: whoever names it has said so already.
    """
    from cryptography import x509

    try:
        certificates = x509.load_pem_x509_certificates(path.read_bytes())
        names = [distinguished_name(one.issuer.public_bytes()) for one in certificates]
        leaf = certificates[0]
        subject = leaf.subject.rfc4514_string()
    except (OSError, ValueError):
        return None
    return Ours(
        path=path,
        subject=subject,
        begins=leaf.not_valid_before_utc,
        ends=leaf.not_valid_after_utc,
        issuers=tuple(dict.fromkeys(names)),
    )


def judge_dates(ours: Ours, at: datetime) -> Iterator[Finding]:
    """Whether our own certificate is valid, which needs no server to be asked."""
    if not ours.dates(at):
        return
    expired = ours.ends < at
    observed = {
        "certificate": ours.subject,
        "depth": 0,
        "until": date(ours.ends),
        "begins": date(ours.begins),
        "at": date(at),
    }
    values = {
        "hint": "It is the one that we show: the other side refuses it.",
        "see": f"openssl x509 -in {shlex.quote(str(ours.path))} -noout -dates",
    }
    code = "cert-expired" if expired else "cert-not-yet-valid"
    found = finding(code, str(ours.path), owner=Owner.YOU, observed=observed, values=values)
    fix = _EXPIRED if expired else tuple(fill(step, observed) for step in _TOO_EARLY)
    yield replace(found, fix=fix)


def listed(issuers: tuple[str, ...], authorities: tuple[str, ...]) -> bool:
    """Whether a server names one of our issuers; case and blanks do not count (RFC 5280 7.1)."""
    return not {_plain(name) for name in issuers}.isdisjoint(_plain(name) for name in authorities)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
