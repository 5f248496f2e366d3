"""What several judges of DNS answers share."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from checks.addresses import Reach, reach_of
from checks.by_hand import beside
from checks.catalogue import finding
from checks.dns.query import NO_SERVER, Outcome, Reply
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
_EXAMPLES = " Examples and practice are full of such; a deployment that is to work has none."
_NOBODY = "There is nobody to ask: this machine's /etc/resolv.conf names no name server, and none was given."
_NAME_ONE = ("Name one with --nameserver, or in the plan: name_servers under [dns].",)
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
    told = f" {reply.detail}" if reply.detail else ""
    values = {"cause": ZONE_FAILS, "told": told, "its_answer": reply.detail or "no reason given"}
    values |= asked_by_hand(subject, reply.server)
    found = finding(code, subject, severity=severity, observed=observed, values=values)
    return replace(found, why=_NOBODY, fix=_NAME_ONE) if reply.server == NO_SERVER else found


def asked_by_hand(name: str, server: str, kind: str = "") -> dict[str, str]:
    """The values `see`, a command that asks this name server itself, empty for none, and `port`, where it listens.

    `kind` is the type that is asked for; without it that of a service name is SRV, and any other is left to nslookup.
    """
    place = _place(server)
    if place is None or not _NAME.fullmatch(name):
        return {"see": "", "port": "53"}
    address, port = place
    kind = kind or ("srv" if name.startswith("_") else "")
    options = [*([f"-type={kind}"] if kind else []), *([f"-port={port}"] if port != "53" else [])]
    return {"see": " ".join(["nslookup", *options, name, address]), "port": port}


def seen_there(found: Finding, server: str) -> Finding:
    """A finding whose command asks the name server that was asked.

    From another organisation nobody reaches an address that is not public: a command for them is kept beside it.
    """
    place, words = _place(server), found.verify_with.split()
    if place is None or not words:
        return found
    address, port = place
    tool, *rest = words
    options = [word for word in rest if word.startswith(("-", "+"))]
    names = [word for word in rest if word not in options]
    match tool, names:
        case "nslookup", [name]:
            command = [tool, *options, *([f"-port={port}"] if port != "53" else []), name, address]
        case "dig", _:
            command = [tool, f"@{address}", *(["-p", port] if port != "53" else []), *rest]
        case _:
            return found
    told = " ".join(command)
    return replace(found, verify_with=told) if reach_of(address)[0] is Reach.PUBLIC else beside(found, told)


def _place(server: str) -> tuple[str, str] | None:
    """Address and port of a name server as it is shown; None for what is none."""
    known = _SERVER.fullmatch(server)
    return (known[1] or known[3] or known[5], known[2] or known[4] or "53") if known is not None else None


def clock(now: datetime, seconds: int) -> str:
    """The time of the clock some seconds from now, RFC 3339."""
    return (now + timedelta(seconds=seconds)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock_at(seconds: int) -> str:
    """A time in seconds since 1970 as the clock shows it, RFC 3339."""
    return clock(datetime(1970, 1, 1, tzinfo=UTC), seconds)


def judge_addresses(name: str, addresses: tuple[str, ...], owner: Owner) -> Iterator[Finding]:
    """Whether the addresses of a public name are public; one finding for each kind that is not."""
    special = _not_public(addresses)
    elsewhere = {address for found in special.values() for address in found}
    public = [address for address in addresses if address not in elsewhere]
    now_and_then = f" Beside it stands {', '.join(public)}, which is public: one connection works, the next does not."
    for (reach, kind), found in special.items():
        severity = Severity.WARN if reach is Reach.DOCUMENTATION else None
        observed = {"addresses": found, "range": kind}
        examples = _EXAMPLES if reach is Reach.DOCUMENTATION else ""
        values = {"now_and_then": f"{examples}{now_and_then if public else ''}"}
        yield finding("address-not-public", name, severity=severity, owner=owner, observed=observed, values=values)
    if not special:
        yield finding("address-ok", name, observed={"addresses": list(addresses)})


def judge_inside_addresses(name: str, addresses: tuple[str, ...]) -> Iterator[Finding]:
    """The addresses that only the inside name servers give: that they are not public is mostly meant."""
    meant = {"now_and_then": " It is what the inside name servers answer, where that is mostly meant."}
    for (_, kind), found in _not_public(addresses).items():
        observed = {"addresses": found, "range": kind, "view": "inside"}
        yield finding("address-not-public", name, severity=Severity.INFO, observed=observed, values=meant)


def _not_public(addresses: tuple[str, ...]) -> dict[tuple[Reach, str], list[str]]:
    kinds: dict[tuple[Reach, str], list[str]] = {}
    for address in addresses:
        kinds.setdefault(reach_of(address), []).append(address)
    return {kind: found for kind, found in kinds.items() if kind[0] is not Reach.PUBLIC}
