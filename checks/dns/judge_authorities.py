"""What the zone's own name servers say, compared with each other and with the name server that was asked. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import dns.serial

from checks.catalogue import finding
from checks.dns.authorities import Authority
from checks.dns.gather import Domain
from checks.dns.judge_basics import asked_by_hand, clock
from checks.dns.query import NOWHERE
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
    yield from _delegation(facts, serving, owner)
    yield from _cached(facts, serving, now)
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
        told = " It is one of the servers of the zone."
        values = {"told": told, **asked_by_hand(zone, authority.address)}
        found = finding("dns-timeout", authority.host, severity=severity, owner=owner, observed=observed, values=values)
        unasked = f"{authority.host}, one of the servers of the zone, was not asked: {NOWHERE}."
        yield replace(found, why=unasked) if authority.reply.detail == NOWHERE else found
    elif not authority.serves:
        yield finding("ns-lame", authority.host, owner=owner, observed={**observed, "answer": answer_of(authority)})


def answer_of(authority: Authority) -> str:
    """What a name server said instead of the record, in words."""
    reply = authority.reply
    if reply is None:
        return "it has no address"
    if authority.silent:
        return "no answer"
    if reply.referral:
        return f"it sends on to the servers of {reply.zone or 'the root'}"
    if reply.answered:
        return "it answers as one who only passes on what others say"
    told = reply.outcome.value
    return f"{told}, {reply.detail}" if reply.detail.lower() not in {"", told} else told


def _disagreement(facts: Domain, serving: list[Authority], owner: Owner) -> Iterator[Finding]:
    records = {a.reply.services for a in serving if a.reply}
    if len(records) > 1 or len({a.serial for a in serving}) > 1:
        said = [f"{a.host}: serial {a.serial}, {', '.join(a.reply.told) or 'no record'}" for a in serving if a.reply]
        behind = _behind(serving)
        told = {"servers": said} | ({"behind": behind} if behind else {})
        odd = next((a for a in serving if a.host in behind), serving[0])
        values = {"cure": _cure(behind), "servers": "; ".join(said), **asked_by_hand(facts.zone, odd.address, "soa")}
        yield finding("ns-disagree", facts.zone, owner=owner, observed=told, values=values)


def _behind(serving: list[Authority]) -> list[str]:
    """The servers whose serial is older than another's, as serials are compared (RFC 1982)."""
    known = {a.serial for a in serving if a.serial >= 0}
    older = {serial for serial in known if any(dns.serial.Serial(serial) < dns.serial.Serial(o) for o in known)}
    return sorted({a.host for a in serving if a.serial in older})


def _cure(behind: list[str]) -> str:
    if behind:
        return f"The zone transfer to {', '.join(behind)} lags behind: mend it."
    return "They have the same serial, and yet other records."


def _delegation(facts: Domain, serving: list[Authority], owner: Owner) -> Iterator[Finding]:
    """The servers of the zone above and the zone itself list who serves it; resolvers use both lists."""
    delegation, own = facts.delegation, next((a.lists for a in serving if a.lists), ())
    if delegation is None:
        return
    if own and set(own) != set(delegation.hosts):
        observed = {"parent": list(delegation.hosts), "own": list(own), "asked": delegation.server}
        yield finding("ns-delegation-differs", facts.zone, owner=owner, observed=observed)
    if delegation.signed and not facts.reply.authentic:
        observed = {"zone": facts.zone, "server": facts.reply.server}
        yield finding("dnssec-unchecked", facts.owner_name, observed=observed)


def _cached(facts: Domain, serving: list[Authority], now: datetime) -> Iterator[Finding]:
    """An older record that the asked name server still remembers. A remembered gap is told with the missing record."""
    current = {a.reply.services for a in serving if a.reply}
    if facts.reply.services and facts.reply.services not in current and len(current) == 1:
        longest = max(a.reply.ttl for a in serving if a.reply)
        observed = {
            "until": clock(now, facts.reply.ttl),
            "elsewhere_until": clock(now, max(longest, facts.reply.ttl)),
            "server": facts.reply.server,
            "remembered": facts.reply.records,
            "published": next((a.reply.records for a in serving if a.reply), ()),
        }
        published = next((a.reply.told for a in serving if a.reply), ())
        values = {"authoritative": serving[0].host, "remembered": facts.reply.told, "published": published}
        yield finding("dns-old-cached", facts.owner_name, observed=observed, values=values)
