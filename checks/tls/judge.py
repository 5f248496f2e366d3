"""What a handshake means for federation. Pure."""

from collections.abc import Iterator

from checks.catalogue import finding
from checks.finding import Finding
from checks.tls.probe import Fault, Seen

_OLD = frozenset({"1", "1.1", "3"})


def judge_handshake(subject: str, seen: Seen) -> Iterator[Finding]:
    """The findings about the way to a server, not about its certificates."""
    if seen.fault is not None:
        yield _fault(subject, seen, seen.fault)
        return
    yield finding("tls-ok", subject, observed={"version": seen.version, "cipher": seen.cipher, "address": seen.address})
    if seen.version in _OLD:
        yield finding("tls-legacy-only", subject, observed={"version": seen.version})
    if seen.client_asked or seen.refused_client:
        observed = {"asked": True, "without_one": seen.refused_client or "it goes on"}
        yield finding("tls-client-cert-requested", subject, observed=observed)
    if seen.sip:
        yield finding("sip-ok", subject, observed={"answer": seen.sip})
    elif not seen.refused_client:
        yield finding("sip-no-answer", subject)


def _fault(subject: str, seen: Seen, fault: Fault) -> Finding:
    observed = {"address": seen.address}
    if fault is Fault.NOT_TLS:
        observed["first"] = seen.detail
    elif fault is Fault.UNREACHABLE:
        observed["reason"] = seen.detail
    elif fault in {Fault.VERSION, Fault.CIPHER, Fault.NAME, Fault.ALERT}:
        observed["alert"] = seen.detail
    return finding(fault.value, subject, observed=observed)
