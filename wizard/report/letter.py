"""Failing findings as a letter to whoever has to act: the partner's administrator, or our own DNS administrator."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from checks.finding import FROM_OUTSIDE, Finding, Owner, Severity, worst_first
from wizard.text import visible_line

_LATER = "What follows keeps nothing from working today, but may:"
_CLUSTER = "The cluster is ours: Cisco IM and Presence."
_WITHOUT_OPENSSL = (
    "   On Windows, without openssl: look at the certificate that is assigned to the server's interface (on an Access"
    " Edge, Edge Server Public Interface). The serial number tells whether it is this one; its Subject holds the CN."
)
_OF_THE_MACHINE = re.compile(r"127\.|\[?::1(?![0-9a-f:])")  # name servers that nobody else can ask
ACTIONABLE = frozenset({Severity.FAIL, Severity.WARN})


@dataclass(frozen=True, kw_only=True)
class Looked:
    """When the findings of a letter were seen (RFC 3339; empty: not told), and which name servers were asked."""

    at: str = ""
    name_servers: Sequence[str] = ()


def letter(to: str, about: str, findings: Iterable[Finding], owner: Owner, looked: Looked) -> str:
    """A letter with every finding that its reader has to act on; empty when there is none.

    `to` is the salutation's addressee, `about` what both sides want to work, such as a pair of domains. Steps that
    are ours stay out of it.
    """
    theirs = to_mend(findings, owner)
    if not theirs:
        return ""
    outside = owner is Owner.PARTNER
    items = ["\n".join(_item(number, found, outside=outside)) for number, found in enumerate(theirs, 1)]
    whose = f" {_CLUSTER}" if outside and any("cluster" in item for item in items) else ""
    opening = f"To {to}\n\n{about} has to work. {_how(looked)}{whose} We found what only you can mend:"
    closing = (
        "Please tell us when it is done: we then look again, with the same checks. If something is meant to be as it"
        " is, tell us that, and we see what has to change on our side."
    )
    failing = sum(found.severity is Severity.FAIL for found in theirs)
    if 0 < failing < len(theirs):
        items.insert(failing, _LATER)
    return "\n\n".join((opening, *items, closing))


def subject_line(about: str) -> str:
    """The subject under which such a letter is sent."""
    return f"{about}: something to mend on your side"


def to_mend(findings: Iterable[Finding], owner: Owner) -> tuple[Finding, ...]:
    """What somebody has to act on, worst first."""
    return tuple(found for found in worst_first(findings) if found.owner is owner and found.severity in ACTIONABLE)


def _how(looked: Looked) -> str:
    servers = [server for server in looked.name_servers if not _OF_THE_MACHINE.match(server)]
    asked = f"names were looked up at {', '.join(servers)}" if servers else ""
    try:
        when = datetime.fromisoformat(looked.at).astimezone(UTC).strftime("%Y-%m-%d at %H:%M UTC")
    except ValueError:
        return f"We checked it; {asked}." if asked else "We checked it."
    return f"We checked it on {when}{f'; {asked}' if asked else ''}."


def _item(number: int, found: Finding, *, outside: bool) -> Iterator[str]:
    yield f"{number}. {visible_line(found.subject)}: {visible_line(found.why)}"
    yield from _certificate(found)
    yield from (f"   - {visible_line(step)}" for step in found.asks)
    if found.verify_with:
        where = "from outside your network" if outside else "yourself"
        command = found.evidence.get(FROM_OUTSIDE, found.verify_with) if outside else found.verify_with
        yield f"   To see it {where}: {visible_line(str(command))}"
    if outside and found.verify_with.startswith("openssl") and "certificate" in found.evidence:
        yield _WITHOUT_OPENSSL


def _certificate(found: Finding) -> Iterator[str]:
    """Which certificate is meant: names alone do not tell the old one from its renewal."""
    meant = found.evidence.get("certificate")
    if isinstance(meant, dict):
        told = {key: visible_line(str(meant.get(key, ""))) for key in ("subject", "serial", "begins", "ends", "sha256")}
        yield "   The certificate: {subject}, serial number {serial},".format(**told)
        yield "   valid from {begins} to {ends},".format(**told)
        yield "   SHA-256 {sha256}".format(**told)
