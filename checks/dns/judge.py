"""What the DNS answers mean for federation. Pure: facts and the request in, findings out."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from checks.catalogue import finding
from checks.dns.gather import Domain
from checks.dns.judge_authorities import judge_authorities
from checks.dns.judge_basics import clock, judge_addresses, owner_of, unanswered, wanted_target
from checks.dns.judge_target import is_microsoft, judge_target
from checks.dns.query import Outcome, Reply
from checks.finding import Finding, Owner, Severity
from checks.names import SIP_TLS_PORT, XMPP_PORT, is_within
from checks.requests import DnsRequest, HostRequest

_TXT_SRV = re.compile(r"\s*\d+\s+\d+\s+\d+\s+\S+\s*\Z")
_NO_FALLBACK = "SIP federation has no fallback to an address."
_FALLBACK = "XMPP servers then try the address of the domain itself, port 5269."


def judge_domain(request: DnsRequest, facts: Domain, now: datetime) -> Iterator[Finding]:
    """The findings about the federation record of a domain. `now` turns seconds into times of the clock."""
    owner = owner_of(request.side)
    if not facts.reply.answered:
        yield _no_answer(facts, owner)
        return
    found = [*_record(request, facts, owner, now), *judge_authorities(facts, owner, now)]
    found += _inside(request, facts)
    yield from found
    spoilt = {Severity.FAIL, Severity.NOT_TESTED}
    if facts.targets and not any(f.severity in spoilt and f.subject == facts.owner_name for f in found):
        first, reply = facts.targets[0].record, facts.reply
        observed = {"target": first.target, "port": first.port, "priority": first.priority, "weight": first.weight}
        told = {"server": reply.server, "ttl": reply.ttl, "over_tcp": reply.over_tcp, "dnssec": reply.authentic}
        yield finding("srv-ok", facts.owner_name, observed=observed, evidence=told)


def _no_answer(facts: Domain, owner: Owner) -> Finding:
    if facts.unvalidated is not None and facts.unvalidated.outcome is Outcome.DATA:
        observed = {"server": facts.reply.server, "reason": facts.reply.detail, "records": facts.unvalidated.records}
        return finding("dnssec-bogus", facts.owner_name, owner=owner, observed=observed)
    return unanswered(facts.owner_name, facts.reply)


def _record(request: DnsRequest, facts: Domain, owner: Owner, now: datetime) -> Iterator[Finding]:
    if facts.reply.outcome is not Outcome.DATA:
        yield from _missing(request, facts, owner, now)
        return
    told = partial(finding, subject=facts.owner_name, owner=owner)
    for target in facts.targets:
        yield from judge_target(request, facts, target, owner)
    if facts.reply.alias:
        severity = Severity.INFO if is_within(facts.reply.alias, request.domain) else None
        yield told("srv-owner-cname", severity=severity, observed={"alias": facts.reply.alias})
    if len(facts.targets) > 1:
        yield _several(facts, owner)
    if facts.wildcard:
        yield told("srv-wildcard", observed={"target": facts.targets[0].record.target})
    yield from _pointers(request, facts, owner)


def _several(facts: Domain, owner: Owner) -> Finding:
    """Of a pair with Microsoft's cloud, one is left over from a migration."""
    targets = [f"{t.record.target}:{t.record.port}" for t in facts.targets]
    cloud = [t.record.target for t in facts.targets if is_microsoft(t.record.target)]
    if cloud and len(cloud) < len(facts.targets):
        observed = {"target": cloud[0], "targets": targets}
        return finding("srv-leftover", facts.owner_name, owner=owner, observed=observed)
    return finding("srv-several", facts.owner_name, owner=owner, observed={"targets": targets})


def _pointers(request: DnsRequest, facts: Domain, owner: Owner) -> Iterator[Finding]:
    """The cluster looks up the name of whoever connects; of our own address nobody asks it."""
    if request.side == "ours" or request.service != "sip":
        return
    for address, reply in facts.pointers:
        if not reply.answered:
            yield unanswered(address, reply, severity=Severity.INFO)
        elif reply.outcome is not Outcome.DATA:
            yield finding("ptr-missing", address, owner=owner, observed={"address": address})


def _missing(request: DnsRequest, facts: Domain, owner: Owner, now: datetime) -> Iterator[Finding]:
    if facts.inventing:
        yield finding("resolver-rewrites", facts.reply.server, owner=Owner.YOUR_DNS_ADMIN)
    published = next((a for a in facts.authorities if a.serves and a.reply and a.reply.services), None)
    if published is not None and published.reply is not None:
        observed = {
            "until": clock(now, facts.reply.negative_ttl),
            "server": facts.reply.server,
            "authoritative": published.host,
            "targets": [f"{s.target}:{s.port}" for s in published.reply.services],
        }
        yield finding("dns-negative-cached", facts.owner_name, owner=owner, observed=observed)
        return
    severity = Severity.INFO if request.missing_is == "info" else None
    yield _absent(request, facts, owner, severity, now)


def _absent(request: DnsRequest, facts: Domain, owner: Owner, severity: Severity | None, now: datetime) -> Finding:
    port = SIP_TLS_PORT if request.service == "sip" else XMPP_PORT
    expected = {"port": port} | ({"target": request.expect_target} if request.expect_target else {})
    fallback = _NO_FALLBACK if request.service == "sip" else _FALLBACK
    told = partial(
        finding,
        subject=facts.owner_name,
        severity=severity,
        owner=owner,
        expected=expected,
        values={"domain": request.domain, "expected_target": wanted_target(request), "fallback": fallback},
    )
    zone = {"zone": facts.zone, "server": facts.reply.server}
    as_text = next((text for text in (facts.text.records if facts.text else ()) if _TXT_SRV.match(text)), None)
    if as_text is not None:
        return told("srv-as-txt", observed={"text": as_text, **zone})
    if facts.elsewhere:
        place = facts.elsewhere[0]
        records = [f"{s.target}:{s.port}" for s in place.services]
        return told(place.code, observed={"found_at": place.name, "records": records, **zone})
    code = "srv-name-missing" if facts.reply.outcome is Outcome.NO_NAME else "srv-no-data"
    if facts.reply.negative_ttl:
        return told(code, observed={**zone, "remembered_until": clock(now, facts.reply.negative_ttl)})
    return told(code, observed=zone)


def _inside(request: DnsRequest, facts: Domain) -> Iterator[Finding]:
    """A partner's record that the inside does not see is a fault; otherwise a difference is often meant."""
    if facts.inside is None:
        return
    if not facts.inside.answered:
        yield unanswered(facts.owner_name, facts.inside, severity=Severity.INFO)
    elif facts.inside.services != facts.reply.services:
        lost = request.side == "partner" and facts.reply.services and not facts.inside.services
        observed = {"outside": facts.reply.records, "inside": facts.inside.records}
        severity = Severity.FAIL if lost else None
        owner = Owner.YOUR_DNS_ADMIN
        yield finding("split-horizon-differs", facts.owner_name, severity=severity, owner=owner, observed=observed)


def judge_host(request: HostRequest, four: Reply, six: Reply) -> Iterator[Finding]:
    """The findings about the address of a public name."""
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
