"""What handshakes mean for federation. Pure."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from checks.catalogue import finding
from checks.finding import Finding, Severity
from checks.tls.accepted import BROKEN, WEAK, Accepted
from checks.tls.alerts import ITS_OWN
from checks.tls.clock import WORTH_A_WORD
from checks.tls.gather import ANSWERS, REFUSES, SILENT, Compared, Server, Visit
from checks.tls.judge_client import judge_client, judge_ours
from checks.tls.raw import BY_HAND, spoken
from checks.tls.seen import Fault, Seen

_OLD = frozenset({"1", "1.1", "SSL 3.0"})


def judge_server(subject: str, server: Server, now: datetime, at: datetime | None = None) -> Iterator[Finding]:
    """The findings about the way to a server, not about its certificates.

    `now` is when it was visited, `at` as of when certificates are judged, if that is another time.
    """
    worked = [visit for visit in server.visits if visit.seen.fault is None]
    for visit in server.visits:
        if visit.seen.fault is not None:
            # The products speak IPv4 only; an IPv6 address that fails is told, and harms nobody.
            harmless = visit.six and bool(worked)
            yield _fault(subject, visit, visit.seen.fault, server, Severity.INFO if harmless else None)
    yield from judge_ours(server, at or now)
    if not worked:
        return
    yield from (found for visit in worked for found in _releases(subject, visit))  # before what does less harm
    for alike in _alike(worked, lambda visit: (visit.seen.legacy, visit.seen.version, visit.seen.cipher)):
        yield _handshake(subject, alike)
    for alike in _alike(worked, _of_the_client):
        for found in judge_client(subject, alike[0], server, at or now):
            yield _where(found, alike, worked)
    for visit in worked:
        yield from _nameless(subject, visit)
        yield from _clock(subject, visit.seen, now)
    for alike in _alike(worked, lambda visit: tuple((visit.accepted or {}).items())):
        yield from _accepted(subject, alike)
    for alike in _alike(worked, lambda v: (v.seen.sip, v.seen.not_sip, bool(v.seen.refused_client or v.seen.legacy))):
        yield from (_where(found, alike, worked) for found in _sip(subject, alike[0].seen))


def _alike(visits: list[Visit], by: Callable[[Visit], Hashable]) -> Iterable[list[Visit]]:
    """The visits that showed the same; most servers show it at all their addresses."""
    found: dict[Hashable, list[Visit]] = {}
    for visit in visits:
        found.setdefault(by(visit), []).append(visit)
    return found.values()


def _of_the_client(visit: Visit) -> Hashable:
    seen = visit.seen
    return seen.client_asked, seen.authorities, seen.refused_client, visit.leaves_alike


def _where(found: Finding, alike: list[Visit], worked: list[Visit]) -> Finding:
    """A finding about some addresses of a server names them."""
    if len(alike) == len(worked):
        return found
    return replace(found, observed={**found.observed, "addresses": [visit.seen.address for visit in alike]})


def _sip(subject: str, seen: Seen) -> Iterator[Finding]:
    if seen.sip:
        yield finding("sip-ok", subject, observed={"answer": seen.sip})
    elif not seen.refused_client and not seen.legacy:
        observed = {"address": seen.address, **({"first": seen.not_sip} if seen.not_sip else {})}
        means = f"Over TLS it says {seen.not_sip} instead. {_speaks(seen.not_sip)}" if seen.not_sip else ""
        yield finding("sip-no-answer", subject, observed=observed, values={"means": means})


def _handshake(subject: str, alike: list[Visit]) -> Finding:
    seen = alike[0].seen
    observed = {"version": seen.version, "cipher": seen.cipher, "address": [visit.seen.address for visit in alike]}
    code = "tls-legacy-only" if seen.legacy or seen.version in _OLD else "tls-ok"
    return finding(code, subject, observed=observed, values={"spoken": spoken(seen.version)})


def _accepted(subject: str, alike: list[Visit]) -> Iterator[Finding]:
    """Hardening comes second: what else it accepts harms nobody who federates with it."""
    visit = alike[0]
    if visit.accepted is None:
        return
    accepted = {**({"1.3": ("AES-GCM",)} if visit.seen.version == "1.3" else {}), **visit.accepted}
    weak = [one for one in sorted(WEAK) if any(one in classes for classes in accepted.values())]
    weak += [BROKEN] if BROKEN in accepted else []
    means = f"Of these, {', '.join(weak)} should be turned off once nobody needs it." if weak else ""
    observed = {"address": [each.seen.address for each in alike], "accepts": accepted, "weak": weak}
    yield finding("tls-accepts", subject, observed=observed, values={"listed": _listed(accepted), "means": means})


def _listed(accepted: Accepted) -> str:
    return "; ".join(f"{spoken(version)} with {', '.join(classes)}" for version, classes in accepted.items())


def _clock(subject: str, seen: Seen, now: datetime) -> Iterator[Finding]:
    ahead = seen.ahead if seen.ahead is not None else seen.ahead_by_hello
    if ahead is None or abs(ahead) <= WORTH_A_WORD:
        return
    certain = seen.ahead is not None
    theirs = (now + timedelta(seconds=ahead)).replace(microsecond=0)
    source = "the date of its SIP answer" if certain else "its TLS hello, which not every product fills with the time"
    observed = {"server": theirs.isoformat(), "ours": now.replace(microsecond=0).isoformat(), "source": source}
    yield finding("tls-clock-differs", subject, severity=None if certain else Severity.INFO, observed=observed)


def _releases(subject: str, visit: Visit) -> Iterator[Finding]:
    """Is there a version and a cipher in common with what the release offers?"""
    for compared in visit.compared:
        answer = compared.answer
        offer = {"releases": list(compared.releases), "offered": compared.offered}
        if answer.refusal:
            yield _nothing_in_common(subject, visit, compared, {"refusal": answer.refusal, **offer})
        else:
            observed = {"version": answer.version, "cipher": answer.cipher, **offer}
            yield finding("tls-interop-ok", subject, observed=observed, values={"spoken": spoken(answer.version)})


def _nothing_in_common(subject: str, visit: Visit, compared: Compared, observed: Mapping[str, object]) -> Finding:
    """Versions are certain; of the ciphers of a release not all may be known, so those alone are a warning."""
    takes = tuple(_takes(visit))
    found = finding("tls-interop-none", subject, observed={**observed, "takes": takes})
    if takes and not set(takes) & set(compared.speaks):
        plural = "s" if len(compared.releases) > 1 else ""
        who = f"Release{plural} {' and '.join(compared.releases)} offer{'' if plural else 's'}"
        why = (
            f"{who} at most {compared.newest}; this server takes {' and '.join(map(spoken, takes))} only: they have no"
            " version in common, and the handshake fails."
        )
        fix = (f"Turn on {compared.newest} on the interface for federation.", *found.fix[1:])
        found = replace(found, severity=Severity.FAIL, why=why, fix=fix)
    return found if compared.planned else replace(found, severity=Severity.INFO)


def _takes(visit: Visit) -> Iterator[str]:
    """The versions that a server was seen to take, newest first; none where it was not asked, or did not say."""
    if visit.seen.version == "1.3":
        yield "1.3"
    yield from visit.accepted or ()
    if visit.seen.version and visit.seen.version not in {"1.3", *(visit.accepted or ())}:
        yield visit.seen.version


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


def _fault(subject: str, visit: Visit, fault: Fault, server: Server, severity: Severity | None) -> Finding:
    seen = visit.seen
    observed: dict[str, object] = {"address": seen.address}
    values: dict[str, object] = {}
    evidence: dict[str, object] = {}
    match fault:
        case Fault.TIMEOUT:
            evidence = {"port_443": seen.detail} if seen.detail else {}
            values["means"] = _ELSEWHERE.get(seen.detail, "")
        case Fault.NOT_TLS:
            observed["first"], values["means"] = seen.detail, _speaks(seen.detail)
        case Fault.UNREACHABLE | Fault.MALFORMED:
            observed["reason"] = seen.detail
        case Fault.RESET | Fault.CLOSED:
            observed["when"] = "before our hello" if seen.early else "after our hello"
            values["means"] = _BROKEN_OFF[fault, seen.early]
            values["cure"] = _LET_US_IN if seen.early else _LOOK_AT_IT
        case Fault.VERSION | Fault.CIPHER:
            observed["alert"], evidence = seen.detail, {"offered_by": server.checker, "offered_by_hand": BY_HAND}
            observed |= {"accepts": visit.accepted} if visit.accepted else {}
            values["means"] = f"It accepts {_listed(visit.accepted)}." if visit.accepted else ""
        case Fault.NAME:
            observed["alert"], values["name"] = seen.detail, subject.rpartition(":")[0]
            values["means"] = _NAMELESS[bool(visit.chain)]
            if visit.chain:
                observed["without_name"] = f"SHA-256 {sha256(visit.chain[0]).hexdigest()}"
        case Fault.ALERT:
            observed["alert"], values["means"] = seen.detail, ITS_OWN.get(seen.detail, "")
        case _:
            pass
    return finding(fault.value, subject, severity=severity, observed=observed, values=values, evidence=evidence)


_ELSEWHERE = {
    ANSWERS: "Port 443 of this address answers, so the server is there: a firewall swallows this port.",
    REFUSES: "Port 443 of this address refuses at once, so something is there: a firewall swallows this port.",
    SILENT: "Port 443 is silent too: the server is down, or a firewall or the routing swallows everything.",
}
_NAMELESS = {
    True: "To who sends no name, as peers of this age do, it shows a certificate all the same.",
    False: "It shows no certificate either to who sends no name, as peers of this age do.",
}
_LET_US_IN = "Let the address that we come from through the firewall and the access list before it."
_LOOK_AT_IT = "See that its certificate is assigned to this interface and this port."
_BROKEN_OFF = {
    (Fault.RESET, True): "It does so before it has read anything: it, or a firewall before it, does not take"
    " connections from the address we come from.",
    (Fault.RESET, False): "It does so when it has read our hello: it has no certificate for this port, or a device in"
    " between does not let the hello pass.",
    (Fault.CLOSED, True): "It does so before it has read anything: a load balancer with nobody behind it, or an access"
    " list.",
    (Fault.CLOSED, False): "It does so when it has read our hello: no version or cipher in common, or a load balancer"
    " with nobody behind it.",
}

_SPEAKS = (
    ("SIP/2.0", "This is SIP without TLS: the port is the one for TCP, mostly 5060."),
    ("HTTP/", "This is a web server."),
    ("<", "This is a web or XMPP server."),
    ("SSH-", "This is an SSH server."),
    ("220", "This is a mail or file server."),
)


def _speaks(first: str) -> str:
    return next((means for start, means in _SPEAKS if first.startswith(start)), "This is another service.")
