"""What the zone's own name servers say, compared with each other and with the name server that was asked. Pure."""

from collections.abc import Iterator
from datetime import datetime

from checks.catalogue import finding
from checks.dns.authorities import Authority
from checks.dns.gather import Domain
from checks.dns.judge_basics import clock
from checks.finding import Finding, Owner, Severity

_SHORT, _LONG = 60, 86400  # seconds


def judge_authorities(facts: Domain, owner: Owner, now: datetime) -> Iterator[Finding]:
    """The findings about the authoritative servers; none where they were not asked."""
    serving = [authority for authority in facts.authorities if authority.serves]
    for authority in facts.authorities:
        yield from _one(authority, facts.zone, owner, another=bool(serving))
    if not serving:
        return
    yield from _disagreement(facts, serving, owner)
    yield from _cached(facts, serving, owner, now)
    ttl = max((a.reply.ttl for a in serving if a.reply and a.reply.services), default=None)
    if ttl is not None and not _SHORT <= ttl <= _LONG:
        yield finding("dns-ttl-extreme", facts.owner_name, owner=owner, observed={"ttl": ttl})


def _one(authority: Authority, zone: str, owner: Owner, *, another: bool) -> Iterator[Finding]:
    """A server that cannot be reached from here is a fault only when another one could."""
    observed = {"server": authority.host, "address": authority.address, "zone": zone}
    if authority.reply is None:
        yield finding("ns-unresolvable", authority.host, owner=owner, observed=observed)
    elif authority.silent:
        severity = Severity.FAIL if another else Severity.INFO
        yield finding("dns-timeout", authority.host, severity=severity, owner=owner, observed=observed)
    elif not authority.serves:
        answer = authority.reply.detail or authority.reply.outcome.value
        yield finding("ns-lame", authority.host, owner=owner, observed={**observed, "answer": answer})


def _disagreement(facts: Domain, serving: list[Authority], owner: Owner) -> Iterator[Finding]:
    records = {a.reply.services for a in serving if a.reply}
    if len(records) > 1 or len({a.serial for a in serving}) > 1:
        said = [f"{a.host}: serial {a.serial}, {', '.join(a.reply.records) or 'no record'}" for a in serving if a.reply]
        yield finding("ns-disagree", facts.zone, owner=owner, observed={"servers": said})


def _cached(facts: Domain, serving: list[Authority], owner: Owner, now: datetime) -> Iterator[Finding]:
    """An older record that the asked name server still remembers. A remembered gap is told with the missing record."""
    current = {a.reply.services for a in serving if a.reply}
    if facts.reply.services and facts.reply.services not in current and len(current) == 1:
        observed = {
            "until": clock(now, facts.reply.ttl),
            "server": facts.reply.server,
            "remembered": facts.reply.records,
            "published": next((a.reply.records for a in serving if a.reply), ()),
        }
        yield finding("dns-old-cached", facts.owner_name, owner=owner, observed=observed)
