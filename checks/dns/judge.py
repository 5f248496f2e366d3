"""What the DNS answers mean for federation. Pure: facts and the request in, findings out."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial

from checks.catalogue import finding
from checks.dns.gather import Domain
from checks.dns.judge_authorities import answer_of, judge_authorities
from checks.dns.judge_basics import (
    asked_by_hand,
    clock_at,
    judge_addresses,
    judge_inside_addresses,
    owner_of,
    seen_there,
    unanswered,
)
from checks.dns.judge_missing import judge_missing
from checks.dns.judge_target import is_microsoft, judge_target
from checks.dns.query import Outcome, Reply
from checks.finding import Finding, Owner, Severity
from checks.names import is_within
from checks.requests import DnsRequest, HostRequest

_NO_RECORD = ("no record",)


def judge_domain(request: DnsRequest, facts: Domain, now: datetime) -> Iterator[Finding]:
    """The findings about the federation record of a domain. `now` turns seconds into times of the clock."""
    return (seen_there(found, facts.reply.server) for found in _judged(request, facts, now))


def _judged(request: DnsRequest, facts: Domain, now: datetime) -> Iterator[Finding]:
    owner = owner_of(request.side)
    if not facts.reply.answered:
        yield _no_answer(facts, owner, now)
        return
    if facts.reply.no_edns:
        seen = {"server": facts.reply.server, "reason": facts.reply.no_edns}
        yield finding("dns-no-edns", facts.reply.server, observed=seen)
    found = [*_record(request, facts, owner, now), *judge_authorities(facts, owner, now)]
    found += _inside(request, facts)
    yield from found
    spoilt = {Severity.FAIL, Severity.NOT_TESTED}
    if facts.targets and not any(f.severity in spoilt and f.subject == facts.owner_name for f in found):
        first, reply = facts.targets[0].record, facts.reply
        observed: dict[str, object] = {
            "target": first.target,
            "port": first.port,
            "priority": first.priority,
            "weight": first.weight,
        }
        told = {"server": reply.server, "ttl": reply.ttl, "over_tcp": reply.over_tcp, "dnssec": reply.authentic}
        yield finding("srv-ok", facts.owner_name, observed=observed, evidence=told)


def _no_answer(facts: Domain, owner: Owner, now: datetime) -> Finding:
    reply, name = facts.reply, facts.owner_name
    if facts.unvalidated is not None and facts.unvalidated.outcome is Outcome.DATA:
        ended = facts.unvalidated.signed_until
        expired = [f"its signatures ended at {clock_at(ended)}"] if 0 < ended < now.timestamp() else []
        reason = "; ".join([*expired, reply.detail])
        observed = {"server": reply.server, "reason": reason, "records": facts.unvalidated.records}
        return finding("dnssec-bogus", name, owner=owner, observed=observed)
    if reply.outcome is Outcome.SERVFAIL and facts.authorities:
        return _zone_fails(facts, owner)
    return unanswered(name, reply)


def _zone_fails(facts: Domain, owner: Owner) -> Finding:
    """The zone's own servers were asked: they fail, which is its owner's to mend; or they serve it, and ours fails."""
    said = [f"{a.host} ({a.address}): {'serves it' if a.serves else answer_of(a)}" for a in facts.authorities]
    works = any(authority.serves for authority in facts.authorities)
    words = (
        "Servers of the zone serve it, so the fault is this name server's"
        if works
        else "No server of the zone answers for it"
    )
    observed = {"server": facts.reply.server, "reason": facts.reply.detail, "servers": said}
    by_hand = asked_by_hand(facts.owner_name, facts.reply.server)
    return finding(
        "dns-servfail",
        facts.owner_name,
        severity=None if works else Severity.FAIL,
        owner=Owner.YOUR_DNS_ADMIN if works else owner,
        observed=observed,
        values={
            "cause": f"{words}: {'; '.join(said)}.",
            "its_answer": facts.reply.detail or "no reason given",
            **by_hand,
        },
    )


def _record(request: DnsRequest, facts: Domain, owner: Owner, now: datetime) -> Iterator[Finding]:
    if facts.reply.outcome is not Outcome.DATA:
        yield from judge_missing(request, facts, owner, now)
        return
    told = partial(finding, subject=facts.owner_name, owner=owner)
    for target in facts.targets:
        yield from judge_target(request, facts, target, owner)
    if facts.reply.alias:
        severity = Severity.INFO if is_within(facts.reply.alias, request.domain) else None
        beyond = "" if severity else " Who runs that other zone decides where the federation of this domain leads."
        yield told(
            "srv-owner-cname", severity=severity, observed={"alias": facts.reply.alias}, values={"beyond": beyond}
        )
    if len(facts.targets) > 1:
        yield _several(facts, owner)
    if facts.wildcard:
        yield told("srv-wildcard", observed={"target": facts.targets[0].record.target})
    yield from _pointers(request, facts, owner)


def _several(facts: Domain, owner: Owner) -> Finding:
    """Of a pair with Microsoft's cloud, one is left over from a migration."""
    targets = [target.place for target in facts.targets]
    cloud = [t.record.target for t in facts.targets if is_microsoft(t.record.target)]
    if cloud and len(cloud) < len(facts.targets):
        observed = {"target": cloud[0], "targets": targets}
        others = [target.place for target in facts.targets if not is_microsoft(target.record.target)]
        values = {"others": others}
        return finding("srv-leftover", facts.owner_name, owner=owner, observed=observed, values=values)
    order = [f"{t.place} (priority {t.record.priority}, weight {t.record.weight})" for t in facts.targets]
    values = {"records_in_order": order}
    return finding("srv-several", facts.owner_name, owner=owner, observed={"targets": targets}, values=values)


def _pointers(request: DnsRequest, facts: Domain, owner: Owner) -> Iterator[Finding]:
    """The cluster looks up the name of whoever connects; of our own address nobody asks it."""
    if request.side == "ours" or request.service != "sip":
        return
    for address, reply in facts.pointers:
        if not reply.answered:
            yield unanswered(address, reply, severity=Severity.INFO)
        elif reply.outcome is not Outcome.DATA:
            yield finding("ptr-missing", address, owner=owner, observed={"address": address})


def _inside(request: DnsRequest, facts: Domain) -> Iterator[Finding]:
    """A partner's record that the inside does not see is a fault; otherwise a difference is often meant."""
    if facts.inside is None:
        return
    if not facts.inside.answered:
        yield unanswered(facts.owner_name, facts.inside, severity=Severity.INFO)
    elif facts.inside.services != facts.reply.services:
        lost = request.side == "partner" and facts.reply.services and not facts.inside.services
        observed = {"outside": facts.reply.records, "inside": facts.inside.records}
        words = {"outside": facts.reply.told or _NO_RECORD, "inside": facts.inside.told or _NO_RECORD}
        severity = Severity.FAIL if lost else None
        yield _differs(facts.owner_name, facts.inside, observed, severity, words)
    else:
        yield from _inside_addresses(request, facts)
    given = {address for target in facts.targets for address in target.addresses}
    for target in facts.inside_targets:
        own = tuple(address for address in target.addresses if address not in given)
        yield from judge_inside_addresses(target.record.target, own)


def _inside_addresses(request: DnsRequest, facts: Domain) -> Iterator[Finding]:
    """The record is the same; its targets must lead somewhere from inside too."""
    for outside, inside in zip(facts.targets, facts.inside_targets, strict=False):
        known = outside.four.answered and inside.four.answered and inside.six.answered
        if not known or set(outside.addresses) == set(inside.addresses):
            continue
        lost = request.side == "partner" and not inside.addresses
        observed = {"outside": outside.addresses, "inside": inside.addresses or ["no address"]}
        severity = Severity.FAIL if lost else None
        yield _differs(outside.record.target, inside.four, observed, severity, {})


def _differs(
    name: str, inside: Reply, observed: Mapping[str, object], severity: Severity | None, words: Mapping[str, object]
) -> Finding:
    owner, values = Owner.YOUR_DNS_ADMIN, {**words, **asked_by_hand(name, inside.server)}
    code = "split-horizon-differs"
    return finding(code, name, severity=severity, owner=owner, observed=observed, values=values)


def judge_host(request: HostRequest, four: Reply, six: Reply) -> Iterator[Finding]:
    """The findings about the address of a public name."""
    return (seen_there(found, four.server) for found in _judged_host(request, four, six))


def _judged_host(request: HostRequest, four: Reply, six: Reply) -> Iterator[Finding]:
    owner = owner_of(request.side)
    addresses = (*four.records, *six.records)
    failed = [reply for reply in (four, six) if not reply.answered]
    expected = {"address": request.expect_address} if request.expect_address else {}
    if not addresses and failed:
        yield unanswered(request.name, failed[0])
        return
    if not addresses:
        values = {"expected_address": request.expect_address or "its public address"}
        yield finding("address-missing", request.name, owner=owner, expected=expected, values=values)
        return
    if request.expect_address and request.expect_address not in addresses:
        observed = {"addresses": list(addresses)}
        yield finding("address-unexpected", request.name, owner=owner, observed=observed, expected=expected)
    yield from judge_addresses(request.name, addresses, owner)
