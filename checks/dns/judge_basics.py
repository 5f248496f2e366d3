"""What several judges of DNS answers share."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from checks.addresses import Reach, reach_of
from checks.catalogue import finding
from checks.dns.query import Outcome, Reply
from checks.finding import Finding, Owner, Severity
from checks.requests import DnsRequest

_NOT_ANSWERED = {
    Outcome.SERVFAIL: "dns-servfail",
    Outcome.REFUSED: "dns-refused",
    Outcome.TIMEOUT: "dns-timeout",
    Outcome.TCP_BLOCKED: "dns-tcp-blocked",
}
_SERVER = re.compile(r"\[([0-9a-fA-F:]+)\]:(\d+)|([0-9.]+):(\d+)|([0-9a-fA-F.:]+)")
_NAME = re.compile(r"(?!-)[A-Za-z0-9_.-]+")  # nothing that a shell would act on
ZONE_FAILS = "Most often the servers of the zone do not answer it."


def owner_of(side: str) -> Owner:
    """Who mends the records of a side."""
    return Owner.YOUR_DNS_ADMIN if side == "ours" else Owner.PARTNER


def wanted_target(request: DnsRequest) -> str:
    """What the target should be, in words where it is not known."""
    return request.expect_target or f"the public name of the server, inside {request.domain}"


def unanswered(subject: str, reply: Reply, *, severity: Severity | None = None) -> Finding:
    """A question that our own name servers did not answer."""
    observed = {"server": reply.server} | ({"reason": reply.detail} if reply.detail else {})
    code = _NOT_ANSWERED[reply.outcome]
    told = f" {reply.detail}" if reply.detail and reply.outcome is Outcome.TIMEOUT else ""
    values = {"told": told, "cause": ZONE_FAILS, **asked_by_hand(subject, reply.server)}
    return finding(code, subject, severity=severity, observed=observed, values=values)


def asked_by_hand(name: str, server: str) -> dict[str, str]:
    """The values `see`, a command that asks this name server itself, empty for none, and `port`, where it listens."""
    known = _SERVER.fullmatch(server)
    if known is None or not _NAME.fullmatch(name):
        return {"see": "", "port": "53"}
    address, port = known[1] or known[3] or known[5], known[2] or known[4] or "53"
    options = [*([f"-port={port}"] if port != "53" else []), *(["-type=srv"] if name.startswith("_") else [])]
    return {"see": " ".join(["nslookup", *options, name, address]), "port": port}


def clock(now: datetime, seconds: int) -> str:
    """The time of the clock some seconds from now, RFC 3339."""
    return (now + timedelta(seconds=seconds)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock_at(seconds: int) -> str:
    """A time in seconds since 1970 as the clock shows it, RFC 3339."""
    return clock(datetime(1970, 1, 1, tzinfo=UTC), seconds)


def judge_addresses(name: str, addresses: tuple[str, ...], owner: Owner) -> Iterator[Finding]:
    """Whether the addresses of a public name are public; one finding for each kind that is not."""
    kinds: dict[tuple[Reach, str], list[str]] = {}
    for address in addresses:
        kinds.setdefault(reach_of(address), []).append(address)
    public = [address for (reach, _), found in kinds.items() if reach is Reach.PUBLIC for address in found]
    now_and_then = f" {', '.join(public)} can be reached, so one connection works and the next does not."
    special = {kind: found for kind, found in kinds.items() if kind[0] is not Reach.PUBLIC}
    for (reach, kind), found in special.items():
        severity = Severity.WARN if reach is Reach.DOCUMENTATION else None
        observed = {"addresses": found, "range": kind}
        values = {"now_and_then": now_and_then if public else ""}
        yield finding("address-not-public", name, severity=severity, owner=owner, observed=observed, values=values)
    if not special:
        yield finding("address-ok", name, observed={"addresses": list(addresses)})
