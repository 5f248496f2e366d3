"""What handshakes mean for federation. Pure."""

from collections.abc import Iterator
from hashlib import sha256

from checks.catalogue import finding
from checks.finding import Finding, Severity
from checks.tls.gather import Server, Visit
from checks.tls.seen import Fault, Seen

_OLD = frozenset({"1", "1.1", "SSL 3.0"})
_WITH_ALERT = frozenset({Fault.VERSION, Fault.CIPHER, Fault.NAME, Fault.ALERT})


def judge_server(subject: str, server: Server) -> Iterator[Finding]:
    """The findings about the way to a server, not about its certificates."""
    worked = [visit for visit in server.visits if visit.seen.fault is None]
    for visit in server.visits:
        if visit.seen.fault is not None:
            # The products speak IPv4 only; an IPv6 address that fails is told, and harms nobody.
            harmless = visit.six and bool(worked)
            yield _fault(subject, visit.seen, visit.seen.fault, Severity.INFO if harmless else None)
    if not worked:
        return
    yield from _handshake(subject, worked)
    yield from _client(subject, worked[0].seen, shown=server.shown)
    for visit in worked:
        yield from _nameless(subject, visit)
    seen = worked[0].seen
    if seen.sip:
        yield finding("sip-ok", subject, observed={"answer": seen.sip})
    elif not seen.refused_client and not seen.legacy:
        yield finding("sip-no-answer", subject, observed={"address": seen.address})


def _handshake(subject: str, worked: list[Visit]) -> Iterator[Finding]:
    seen = worked[0].seen
    observed = {"version": seen.version, "cipher": seen.cipher, "address": [visit.seen.address for visit in worked]}
    if seen.legacy or seen.version in _OLD:
        yield finding("tls-legacy-only", subject, observed=observed)
    else:
        yield finding("tls-ok", subject, observed=observed)


def _client(subject: str, seen: Seen, *, shown: bool) -> Iterator[Finding]:
    """Mutual TLS is how federation peers know each other: a server that asks for nothing is odd."""
    observed = {"asked": seen.client_asked, "accepts": list(seen.authorities)}
    if not seen.client_asked:
        means = "It did not ask for our certificate. Federation is mutual TLS: a peer that does not ask knows nobody."
        yield finding(
            "tls-client-cert-requested", subject, severity=Severity.WARN, observed=observed, values={"means": means}
        )
        return
    means = "It asked for our certificate: it does mutual TLS, as federation does."
    yield finding("tls-client-cert-requested", subject, observed=observed, values={"means": means})
    if shown and seen.refused_client:
        yield finding(
            "tls-client-cert-refused",
            subject,
            observed={"alert": seen.refused_client},
            values={"means": _MEANS.get(seen.refused_client, "")},
        )
    elif shown and not seen.legacy:
        yield finding("tls-client-cert-accepted", subject, observed={"address": seen.address})


_MEANS = {
    "unsupported certificate": "It does not serve client authentication: look at its extended key usage.",
    "unknown ca": "The other side does not trust the authority that signed it.",
    "certificate expired": "It has expired, or one of the clocks is wrong.",
    "certificate revoked": "Its authority took it back.",
    "bad certificate": "The other side cannot make sense of it.",
    "certificate unknown": "The other side does not accept it, and does not say why.",
    "certificate required": "None was shown.",
    "handshake failure": "The other side does not accept it, or wants another one.",
}


def _nameless(subject: str, visit: Visit) -> Iterator[Finding]:
    seen, nameless = visit.seen, visit.nameless
    if nameless is None or not seen.chain:
        return
    if not nameless.chain:
        if nameless.fault in {Fault.ALERT, Fault.CIPHER, Fault.NAME}:
            observed = {"with_name": _leaf(seen), "without_name": f"nothing: {nameless.detail}"}
            yield finding("tls-sni-differs", subject, observed=observed)
    elif nameless.chain[0] != seen.chain[0]:
        observed = {"with_name": _leaf(seen), "without_name": _leaf(nameless)}
        yield finding("tls-sni-differs", subject, observed=observed)


def _leaf(seen: Seen) -> str:
    return f"SHA-256 {sha256(seen.chain[0]).hexdigest()}"


def _fault(subject: str, seen: Seen, fault: Fault, severity: Severity | None) -> Finding:
    observed = {"address": seen.address}
    if fault is Fault.NOT_TLS:
        observed["first"] = seen.detail
    elif fault is Fault.UNREACHABLE:
        observed["reason"] = seen.detail
    elif fault in _WITH_ALERT:
        observed["alert"] = seen.detail
    return finding(fault.value, subject, severity=severity, observed=observed)
