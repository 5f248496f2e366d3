"""What a missing record means, and what is there instead of it. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial

from checks.catalogue import finding
from checks.dns.elsewhere import Place
from checks.dns.gather import NOWHERE, Domain
from checks.dns.judge_basics import asked_by_hand, clock, wanted_target
from checks.dns.query import Outcome
from checks.finding import ON_OUR_SIDE, Finding, Owner, Severity
from checks.names import is_within
from checks.requests import DnsRequest

_TXT_SRV = re.compile(r"\s*\d+\s+\d+\s+\d+\s+\S+\s*\Z")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_PURPOSES = {
    "_sip._tls.": "That name is for clients, which sign in at port 443; federation has a name of its own.",
    "_sip._tcp.": "That name is for SIP without TLS; federation has a name of its own.",
    "_sips._tcp.": "That name is for SIP over TLS in general; OCS, Lync and the cluster look for another.",
    "_xmpp-client.": "That name is for clients; servers have a name of their own.",
    "_jabber.": "That name is of the time before RFC 3920; servers look for another.",
}
_UNDERSCORES = "Every letter, dot and underscore of the name counts."
_NO_FALLBACK = "SIP federation has no fallback to an address."
_FALLBACK = "XMPP servers then try the address of the domain itself, port 5269."
_BY_HAND = "The plan reaches the domain by a static route, so nothing has to be done."
_NOBODY_ASKS = "Nothing in the plan needs it, so nothing has to be done."
# Name servers of services that show advertisements for domains that are for sale or have expired.
_PARKED = re.compile(r"\.(sedoparking|parkingcrew|bodis|above|afternic|parklogic|cashparking)\.\w+\.?\Z")


def judge_missing(request: DnsRequest, facts: Domain, owner: Owner, now: datetime) -> Iterator[Finding]:
    """The findings where there is no record: what is there instead, and what else keeps it from being seen."""
    if facts.inventing:
        invented = facts.nothing.records if facts.nothing is not None else ()
        values = asked_by_hand(f"no-such-name.{NOWHERE}", facts.reply.server, "a")
        yield finding("resolver-rewrites", facts.reply.server, observed={"addresses": list(invented)}, values=values)
    published = next((a for a in facts.authorities if a.serves and a.reply and a.reply.services), None)
    if published is not None and published.reply is not None:
        observed = {
            "until": clock(now, facts.reply.negative_ttl),
            "server": facts.reply.server,
            "authoritative": published.host,
            "targets": [f"{s.target}:{s.port}" for s in published.reply.services],
        }
        yield finding("dns-negative-cached", facts.owner_name, observed=observed)  # the cache is ours, the record right
        return
    parked = [host for host in (facts.apex.records if facts.apex else ()) if _PARKED.search(host)]
    if parked:
        yield finding("domain-parked", request.domain, owner=owner, observed={"servers": parked})
    severity = Severity.INFO if request.missing_is == "info" else None
    absent = _absent(request, facts, owner, severity, now)
    yield replace(absent, fix=()) if severity is Severity.INFO and absent.owner is owner else absent


def _absent(request: DnsRequest, facts: Domain, owner: Owner, severity: Severity | None, now: datetime) -> Finding:
    expected = {"port": request.expected_port} | ({"target": request.expect_target} if request.expect_target else {})
    fallback = _NO_FALLBACK if request.service == "sip" else _FALLBACK
    if severity is Severity.INFO:
        fallback = f"{fallback} {_BY_HAND if request.static_entry else _NOBODY_ASKS}"
    zone = facts.zone.strip(".") or request.domain
    until = clock(now, facts.reply.negative_ttl) if facts.reply.negative_ttl else ""
    told = partial(
        finding,
        subject=facts.owner_name,
        severity=severity,
        owner=owner,
        expected=expected,
        values={
            "domain": request.domain,
            "expected_target": _wanted(request, facts),
            "purpose": _purpose(facts),
            "fallback": fallback,
            "where": _where(request, facts),
            "cause": _cause(facts),
            "zone": zone,
            "service": facts.owner_name.partition(".")[0],
            "name_in_the_zone": facts.owner_name.removesuffix(f".{zone}"),
            "for_how_long": f"until {until}" if until else "for a while",
        },
    )
    seen = {"zone": facts.zone.strip("."), "server": facts.reply.server}
    as_text = _written_as_text(facts)
    if as_text:
        return told("srv-as-txt", observed={"text": as_text[0], **seen})
    above = _above(request, facts)
    if facts.elsewhere:
        place = above or facts.elsewhere[0]
        records = [f"{s.target}:{s.port}" for s in place.services]
        found = told(place.code, observed={"found_at": place.name, "records": records, **seen})
        return found if above is None else _meant(found, request, above)
    code = "srv-name-missing" if facts.reply.outcome is Outcome.NO_NAME else "srv-no-data"
    found = told(code, observed={**seen, **({"remembered_until": until} if until else {})})
    return _with_spelling(found, request, facts) if _is_unknown(facts) else found


def _above(request: DnsRequest, facts: Domain) -> Place | None:
    """The record of the domain above, where it leads to what was asked about: then that is a server."""
    name = f"{facts.owner_name.removesuffix(request.domain)}{request.domain.partition('.')[2]}"
    found = (place for place in facts.elsewhere if place.name == name)
    return next((place for place in found if any(s.target == request.domain for s in place.services)), None)


def _meant(found: Finding, request: DnsRequest, place: Place) -> Finding:
    """A server's name in place of its domain: nothing is wrong with the DNS."""
    meant = request.domain.partition(".")[2]
    why = (
        f"{request.domain} is the name of a server: {place.name}, the record of {meant}, leads to it. Peers look up the"
        f" domain behind the @ of an address. Did you mean {meant}?"
    )
    fix = (
        f"Ask about {meant} instead; in a plan, write it as the domain of the partner.",
        f"If addresses do end in {request.domain}, that domain needs a record of its own, {found.subject}.",
    )
    return replace(found, owner=Owner.YOU, why=why, fix=fix)


def _with_spelling(found: Finding, request: DnsRequest, facts: Domain) -> Finding:
    """A domain that is unknown is most likely a slip of ours, above all where nothing of it exists but the top."""
    if _is_delegated(facts):
        return replace(found, fix=(f"{ON_OUR_SIDE}see that {request.domain} is spelled right.", *found.fix))
    spelling = f"See that {request.domain} is spelled right, and is registered."
    ask = f"If it is spelled right, ask its owner to register it, and then to publish {facts.owner_name}."
    return replace(found, owner=Owner.YOU, fix=(spelling, ask))


def _is_delegated(facts: Domain) -> bool:
    """Whether the nearest zone is somebody's own, and neither the root nor a top-level domain."""
    return "." in facts.zone.strip(".")


def _where(request: DnsRequest, facts: Domain) -> str:
    """Whether the domain itself is unknown, as a sentence; a zone that is known needs the record alone."""
    if not _is_unknown(facts):
        return ""
    zone = facts.zone.strip(".")  # the root is no news
    above = f"; the nearest zone is {zone}" if zone else ""
    return f"The domain {request.domain} itself does not exist{above}. "


def _wanted(request: DnsRequest, facts: Domain) -> str:
    """The target to publish: what is expected, else what the misplaced record names, if that may be right."""
    named = [service.target for place in facts.elsewhere[:1] for service in place.services]
    named += [text.split()[3].rstrip(".").lower() for text in _written_as_text(facts)]
    fits = (name for name in named if _HOST.fullmatch(name) and is_within(name, request.domain))
    return wanted_target(request) if request.expect_target else next(fits, wanted_target(request))


def _written_as_text(facts: Domain) -> list[str]:
    """The TXT records that hold the four fields of an SRV record."""
    return [text for text in (facts.text.records if facts.text else ()) if _TXT_SRV.match(text)]


def _purpose(facts: Domain) -> str:
    """What the name is for at which the record was found."""
    at = facts.elsewhere[0].name if facts.elsewhere else ""
    return next((words for start, words in _PURPOSES.items() if at.startswith(start)), _UNDERSCORES)


def _is_unknown(facts: Domain) -> bool:
    return facts.apex is not None and facts.apex.outcome is Outcome.NO_NAME


def _cause(facts: Domain) -> str:
    """Why a name exists without the record, from what stands at it and at a name that nobody publishes."""
    if facts.reply.alias:
        return f"It is an alias for {facts.reply.alias}, where there is none. "
    found = [
        words
        for words, reply in (("a TXT record", facts.text), ("an address", facts.address))
        if reply is not None and reply.outcome is Outcome.DATA
    ]
    everywhere = facts.sibling is not None and facts.sibling.outcome is Outcome.NO_DATA
    if everywhere:
        return "A wildcard of another type answers for every name beside it. "
    if found:
        return f"It holds {' and '.join(found)} instead. "
    return "Most likely a deeper name exists below it, or a record of another type stands there. "
