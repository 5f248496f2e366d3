"""What one SRV record and its target mean for federation. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from checks.catalogue import finding
from checks.dns.gather import Domain, Target
from checks.dns.judge_basics import judge_addresses, unanswered, wanted_target
from checks.dns.query import Outcome
from checks.finding import Finding, Owner, Severity
from checks.names import is_within
from checks.requests import DnsRequest

_MICROSOFT = "online.lync.com"


def is_microsoft(target: str) -> bool:
    """Whether a target is Microsoft's own cloud, which may stand in any domain."""
    return is_within(target, _MICROSOFT)


def judge_target(request: DnsRequest, facts: Domain, target: Target, owner: Owner) -> Iterator[Finding]:
    """The independent faults of one record. What is wrong with a target that is no host name is told once."""
    record, port = target.record, request.expected_port
    told = partial(
        finding,
        subject=facts.owner_name,
        owner=owner,
        observed={"target": record.target, "port": record.port},
        values={"domain": request.domain},
    )
    values = {"expected_target": wanted_target(request)}
    wanted = {"target": request.expect_target} if request.expect_target else {}
    if record.target == ".":
        alone = "It may only stand alone; here other records stand beside it." if len(facts.targets) > 1 else ""
        yield told(
            "srv-service-off",
            expected={**wanted, "port": port},
            values={**values, "domain": request.domain, "alone": alone},
        )
        return
    if record.port != port:
        yield _other_port(told, target, port)
    if _is_address_or_url(record.target):
        yield told("srv-target-ip-literal", expected=wanted, values={**values, "domain": request.domain})
        return
    meant = _undoubled(record.target, request.domain, facts.zone)
    if meant is not None:
        yield told("srv-target-doubled", expected={"target": meant})
        return
    if request.expect_target and record.target != request.expect_target.lower().rstrip("."):
        yield told("srv-target-unexpected", expected={"target": request.expect_target})
    if request.service == "sip" and not is_within(record.target, request.domain) and not is_microsoft(record.target):
        allowed = request.static_entry or (request.side == "ours" and request.public_fqdn_in_email_domain)
        yield told("srv-target-outside-domain", severity=Severity.WARN if allowed else None)
    yield from _addresses(target, owner, facts.owner_name, request.domain)


_OTHER_PORTS = {
    443: "443 belongs to the record for clients, _sip._tls.",
    5060: "5060 is SIP without TLS.",
    5222: "5222 is for XMPP clients.",
    5269: "5269 is XMPP.",
    5061: "5061 is SIP over TLS.",
    0: "0 is no port.",
}


def _other_port(told: Callable[..., Finding], target: Target, expected: int) -> Finding:
    """The record may be wrong alone, or the server too: then its port comes before the record's."""
    record = target.record
    words = (_OTHER_PORTS.get(record.port, ""), _tried(target), _only_the_record(target, expected))
    observed: dict[str, object] = {"target": record.target, "port": record.port}
    if target.ports:
        observed["tried"] = {str(port.number): port.seen or "accepts connections" for port in target.ports}
    if target.good:
        observed["certificate"] = target.good
    found = told(
        "srv-port-unexpected",
        observed=observed,
        expected={"port": expected},
        values={"means": " ".join(filter(None, words))},
    )
    shut = any(port.number == expected and port.seen for port in target.ports)
    first = f"See that {record.target} accepts connections at port {expected}."
    return replace(found, fix=(first, *found.fix)) if shut else found


def _tried(target: Target) -> str:
    """What both ports did, in words; empty where they were not tried."""
    if not target.ports:
        return ""
    said = [f"port {port.number} {port.seen or 'accepts connections'}" for port in target.ports]
    return f"We tried {target.record.target}: {', '.join(said)}."


def _only_the_record(target: Target, expected: int) -> str:
    """That nothing else is wrong, where that was seen."""
    if not target.good:
        return ""
    where = f"Port {expected} of {target.record.target}"
    return f"{where} answers with a good certificate, {target.good}: only the record is wrong."


def _is_address_or_url(target: str) -> bool:
    """An address or a URL entered as a target becomes labels: the last one is numeric, or one holds what URLs hold."""
    return target.rpartition(".")[2].isdigit() or ":" in target or "/" in target


def _undoubled(target: str, domain: str, zone: str) -> str | None:
    """What a target was meant to be to which the panel added the domain or zone; None when nothing was added."""
    for suffix in dict.fromkeys(name for name in (zone, domain) if "." in name):
        if target.endswith(f".{suffix}.{suffix}"):
            return target.removesuffix(f".{suffix}")
    if zone and zone != domain and target.endswith(f".{domain}.{zone}"):
        return target.removesuffix(f".{zone}")
    return None


def _addresses(target: Target, owner: Owner, name: str, domain: str) -> Iterator[Finding]:
    record = target.record
    told = partial(finding, subject=name, owner=owner)
    seen: dict[str, object] = {"target": record.target}
    alias = target.four.alias or target.six.alias
    if alias:
        yield told("srv-target-cname", observed={**seen, "canonical": alias}, values={"domain": domain})
    failed = [reply for reply in (target.four, target.six) if not reply.answered]
    if not target.addresses and failed:
        yield unanswered(record.target, failed[0])
    elif not target.addresses:
        missing = Outcome.NO_NAME in {target.four.outcome, target.six.outcome}
        how = "The name does not exist." if missing else "The name exists, without an address."
        yield told("srv-target-unresolvable", observed=seen, values={"how": how})
    else:
        if target.four.answered and not target.four.records:
            yield told("srv-target-ipv6-only", observed={**seen, "addresses": target.six.records})
        yield from judge_addresses(record.target, target.addresses, owner)
