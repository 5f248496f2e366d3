"""Which authorities the owner of a name allows to sign for it (CAA, RFC 8659): asked upwards, judged where found."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checks.catalogue import finding
from checks.dns.judge_basics import seen_there, unanswered
from checks.dns.query import Outcome, Reply, Resolver
from checks.finding import Finding, Severity

_KNOWN = frozenset({"issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"})
_CRITICAL = 128  # the flag of a property that who does not know it must refuse (RFC 8659 4.1)

_NOTHING_THERE = frozenset({Outcome.NO_DATA, Outcome.NO_NAME})


@dataclass(frozen=True, kw_only=True)
class Property:
    """One property of a CAA record set."""

    critical: bool
    tag: str
    value: str


async def ask_upwards(name: str, resolver: Resolver) -> tuple[tuple[str, Reply], ...]:
    """The answers for a name and for every name above it, as (name, answer), the nearest first."""
    labels = name.split(".")
    names = [".".join(labels[start:]) for start in range(len(labels))]
    return tuple(zip(names, await asyncio.gather(*(resolver.ask(each, "CAA") for each in names)), strict=True))


def judge_caa(name: str, issuer: str, answers: Sequence[tuple[str, Reply]]) -> Iterator[Finding]:
    """What the nearest record set means for a certificate of this name; nothing where nobody is kept from signing.

    `issuer` signed the present one.
    """
    found = next(((at, reply) for at, reply in answers if reply.outcome not in _NOTHING_THERE), None)
    if found is None:
        return
    place, reply = found
    if not reply.answered:
        yield unanswered(place, reply, severity=Severity.INFO)
        return
    properties = tuple(map(_property, reply.records))
    issuers = [one.value.partition(";")[0].strip() for one in properties if one.tag == "issue"]
    odd = sorted({one.tag for one in properties if one.critical and one.tag not in _KNOWN})
    if not issuers and not odd:
        return
    allowed = sorted(filter(None, issuers))
    who = f"it allows {', '.join(allowed)} and nobody else" if allowed else "it allows none"
    if odd:
        who = f"it demands {', '.join(odd)}, and an authority that does not know what that is has to refuse"
    observed = {"at": place, "records": list(reply.records), "allowed": allowed, "issuer": issuer}
    yield seen_there(finding("cert-caa", name, observed=observed, values={"who": who}), reply.server)


def _property(record: str) -> Property:
    """A record as a zone file has it: flags, tag, and the value in quotes."""
    flags, _, rest = record.partition(" ")
    tag, _, value = rest.partition(" ")
    return Property(critical=bool(int(flags) & _CRITICAL), tag=tag.lower(), value=value.strip('"'))
