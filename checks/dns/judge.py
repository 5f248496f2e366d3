"""What the DNS answers mean for federation. Pure: facts and the request in, findings out."""

import re
from collections.abc import Iterator

from checks.addresses import Reach, reach_of
from checks.catalogue import finding
from checks.dns.gather import Domain, Target
from checks.dns.query import Outcome, Reply
from checks.finding import Finding, Owner, Severity
from checks.names import SIP_TLS_PORT, XMPP_PORT, domain_name, is_within
from checks.requests import DnsRequest, HostRequest

_TXT_SRV = re.compile(r'^"?\s*\d+\s+\d+\s+\d+\s+\S+\s*"?$')
_MICROSOFT = "online.lync.com"
_NOT_ANSWERED = {
    Outcome.SERVFAIL: "dns-servfail",
    Outcome.REFUSED: "dns-refused",
    Outcome.TIMEOUT: "dns-timeout",
    Outcome.TCP_BLOCKED: "dns-tcp-blocked",
}


def judge_domain(request: DnsRequest, facts: Domain) -> Iterator[Finding]:
    """The findings about the federation record of a domain."""
    owner = Owner.YOUR_DNS_ADMIN if request.side == "ours" else Owner.PARTNER
    reply, name = facts.reply, facts.owner_name
    if not reply.answered:
        yield finding(
            _NOT_ANSWERED[reply.outcome], name, observed={"server": reply.server}, values={"owner_name": name}
        )
        return
    if reply.outcome is not Outcome.DATA:
        yield from _missing(request, facts, owner)
        return
    found: list[Finding] = []
    for target in facts.targets:
        found += _target(request, facts, target, owner)
    if reply.alias:
        outside = not is_within(reply.alias, request.domain)
        severity = Severity.WARN if outside else Severity.INFO
        found.append(
            finding(
                "srv-owner-cname",
                name,
                severity=severity,
                owner=owner,
                observed={"alias": reply.alias},
                values={"owner_name": name},
            )
        )
    if len(facts.targets) > 1:
        targets = [f"{t.record.target}:{t.record.port}" for t in facts.targets]
        found.append(
            finding("srv-several", name, owner=owner, observed={"targets": list(targets)}, values={"owner_name": name})
        )
    if facts.wildcard:
        found.append(finding("srv-wildcard", name, owner=owner, values={"owner_name": name}))
    yield from found
    if not any(f.severity in {Severity.FAIL, Severity.NOT_TESTED} for f in found):
        first = facts.targets[0].record
        yield finding(
            "srv-ok", name, observed={"target": first.target, "port": first.port}, values={"owner_name": name}
        )


def _missing(request: DnsRequest, facts: Domain, owner: Owner) -> Iterator[Finding]:
    name = facts.owner_name
    severity = Severity.INFO if request.missing_is == "info" else None
    expected = {"target": request.expect_target or "the public name of the server", "port": _port(request)}
    values: dict[str, object] = {"owner_name": name, "domain": request.domain}
    texts = facts.text.records if facts.text else ()
    as_text = next((text for text in texts if _TXT_SRV.match(text)), None)
    if as_text is not None:
        yield finding(
            "srv-as-txt",
            name,
            severity=severity,
            owner=owner,
            observed={"text": as_text},
            expected=expected,
            values=values,
        )
        return
    if facts.elsewhere:
        code, found_at = facts.elsewhere[0]
        observed = {"found_at": found_at}
        yield finding(code, name, severity=severity, owner=owner, observed=observed, expected=expected, values=values)
        return
    code = "srv-name-missing" if facts.reply.outcome is Outcome.NO_NAME else "srv-no-data"
    observed = {"zone": facts.reply.zone, "remembered_for_seconds": str(facts.reply.negative_ttl)}
    yield finding(code, name, severity=severity, owner=owner, observed=observed, expected=expected, values=values)


def _port(request: DnsRequest) -> int:
    return SIP_TLS_PORT if request.service == "sip" else XMPP_PORT


def _target(request: DnsRequest, facts: Domain, target: Target, owner: Owner) -> Iterator[Finding]:
    name, record = facts.owner_name, target.record
    observed = {"target": record.target, "port": record.port}
    values: dict[str, object] = {"owner_name": name, "domain": request.domain}
    if record.target == ".":
        expected = {"target": request.expect_target or "the public name of the server", "port": _port(request)}
        yield finding("srv-service-off", name, owner=owner, observed=observed, expected=expected, values=values)
        return
    if record.port != _port(request):
        expected_port = {"port": _port(request)}
        yield finding(
            "srv-port-unexpected", name, owner=owner, observed=observed, expected=expected_port, values=values
        )
    if request.expect_target and record.target != domain_name(request.expect_target):
        wanted = {"target": domain_name(request.expect_target)}
        yield finding("srv-target-unexpected", name, owner=owner, observed=observed, expected=wanted, values=values)
    if record.target.rpartition(".")[2].isdigit():
        yield finding("srv-target-ip-literal", name, owner=owner, observed=observed, values=values)
        return
    if record.target.endswith(f".{request.domain}.{request.domain}"):
        yield finding("srv-target-doubled", name, owner=owner, observed=observed, values=values)
        return
    if not is_within(record.target, request.domain) and not record.target.endswith("." + _MICROSOFT):
        allowed = request.static_entry or request.public_fqdn_in_email_domain
        severity = Severity.WARN if allowed else None
        yield finding(
            "srv-target-outside-domain", name, severity=severity, owner=owner, observed=observed, values=values
        )
    yield from _target_addresses(target, owner, name)


def _target_addresses(target: Target, owner: Owner, name: str) -> Iterator[Finding]:
    record = target.record
    unanswered = [reply for reply in (target.four, target.six) if not reply.answered]
    if not target.addresses and unanswered:
        observed = {"server": unanswered[0].server}
        yield finding(
            _NOT_ANSWERED[unanswered[0].outcome], record.target, observed=observed, values={"owner_name": name}
        )
    elif target.four.alias or target.six.alias:
        yield finding(
            "srv-target-cname", name, owner=owner, observed={"target": record.target}, values={"owner_name": name}
        )
    elif not target.addresses:
        yield finding(
            "srv-target-unresolvable",
            name,
            owner=owner,
            observed={"target": record.target},
            values={"owner_name": name},
        )
    elif not target.four.records:
        yield finding(
            "srv-target-ipv6-only", name, owner=owner, observed={"target": record.target}, values={"owner_name": name}
        )
    else:
        yield from judge_addresses(record.target, target.addresses, owner)


def judge_addresses(name: str, addresses: tuple[str, ...], owner: Owner) -> Iterator[Finding]:
    """Whether the addresses of a public name are public."""
    special = False
    for address in addresses:
        reach, kind = reach_of(address)
        if reach is Reach.PUBLIC:
            continue
        special = True
        severity = Severity.WARN if reach is Reach.DOCUMENTATION else None
        observed = {"addresses": [address], "range": kind}
        yield finding("address-not-public", name, severity=severity, owner=owner, observed=observed)
    if not special:
        yield finding("address-ok", name, observed={"addresses": list(addresses)})


def judge_host(request: HostRequest, four: Reply, six: Reply) -> Iterator[Finding]:
    """The findings about the address of a public name."""
    owner = Owner.YOUR_DNS_ADMIN if request.side == "ours" else Owner.PARTNER
    addresses = (*four.records, *six.records)
    unanswered = [reply for reply in (four, six) if not reply.answered]
    expected = {"address": request.expect_address or "its public address"}
    if not addresses and unanswered:
        yield finding(_NOT_ANSWERED[unanswered[0].outcome], request.name, observed={"server": unanswered[0].server})
        return
    if not addresses:
        yield finding("address-missing", request.name, owner=owner, expected=expected)
        return
    if request.expect_address and request.expect_address not in addresses:
        observed = {"addresses": list(addresses)}
        yield finding("address-unexpected", request.name, owner=owner, observed=observed, expected=expected)
    yield from judge_addresses(request.name, addresses, owner)
