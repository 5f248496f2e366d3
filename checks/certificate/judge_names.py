"""Whether the names in a certificate are the ones that the two sides compare. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from checks.certificate.facts import CertificateFacts
from checks.certificate.subject import Told
from checks.finding import Finding, Owner, Severity
from checks.names import BadNameError, domain_name, is_address

_LISTED = "It stands among the alternative names, so OCS and Lync would take the certificate; the cluster does not."

_NAME_IT = (
    "Say by which name the server is to be known: with --name, or as peer_subject of the partner in a plan.",
    "Or, if it is the inside of an ASA, which bears its address, make that certificate anew with it as the CN.",
)


def judge_names(told: Told, leaf: CertificateFacts, name: str | None, host: str | None = None) -> Iterator[Finding]:
    """The findings about names. IM and Presence compares the CN, OCS and Lync the alternative names.

    Without a name to compare with, nothing is above info. `host` is the name that led to the server, where one did.
    """
    shown = {"cn": leaf.cns[0] if leaf.cns else "", "names": list(leaf.names)}
    at_most = None if name is not None else Severity.INFO
    say = partial(told, severity=at_most, observed=shown)
    common = tuple(same_form(cn) for cn in leaf.cns)
    wanted = same_form(name) if name is not None else None
    wild = [cn for cn in common if "*" in cn]
    mismatch = wanted is not None and bool(common) and wanted not in common
    if not common:
        yield say("cert-cn-missing")
    if len(common) > 1:
        yield say("cert-cn-several", observed={"cns": list(leaf.cns)})
    if mismatch and not any(covers(pattern, wanted or "") for pattern in wild):
        also = _LISTED if _held((wanted or "",), leaf.names) else ""
        found = say("cert-name-mismatch", expected={"cn": name}, values={"also": also})
        yield replace(found, owner=Owner.YOU, fix=_NAME_IT) if is_address(wanted or "") else found
    if not leaf.names and leaf.version >= 3:
        yield say("cert-san-missing")
    # A CN that is wrong altogether is told once, as a mismatch; its place in the SAN follows from that.
    replaced = mismatch and wanted is not None and _held((wanted,), leaf.names)
    if leaf.names and common and not _held(common, leaf.names) and not replaced:
        yield say("cert-cn-not-in-san")
    if wanted is not None and host is not None and leaf.names:
        led = same_form(host)
        if led != wanted and not _held((led,), leaf.names):
            yield say("cert-host-not-in-san", observed={**shown, "host": led})
    starred = list(dict.fromkeys([*wild, *(entry for entry in leaf.names if "*" in entry)]))
    if starred:
        severity = at_most or (None if wild else Severity.WARN)
        yield told("cert-wildcard", severity=severity, observed={**shown, "wildcards": starred})


def same_form(name: str) -> str:
    """A name in the form in which names are compared: the A-label, lower case, no final dot."""
    try:
        return domain_name(name)
    except BadNameError:
        return name.strip().rstrip(".").lower()


def covers(pattern: str, name: str) -> bool:
    """Whether a wildcard stands for a name: one label, the leftmost (RFC 6125)."""
    label, _, rest = name.partition(".")
    return pattern.startswith("*.") and bool(label) and pattern[2:] == rest


def _held(wanted: tuple[str, ...], names: tuple[str, ...]) -> bool:
    return any(name in names or any(covers(pattern, name) for pattern in names) for name in wanted)
