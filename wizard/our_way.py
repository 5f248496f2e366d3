"""Where all others fail at once, it is not the others: our own way out, or our name servers, are at fault.

Each check sees one organisation, and names that one; only the whole plan sees that nobody at all is reached.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from checks.catalogue import finding
from checks.finding import Finding, Findings, Owner, Severity, worst_of
from wizard.checklist import OURS, Side

UNREACHED, UNANSWERED = "tcp-none-reached", "dns-none-answers"

_BARRED = frozenset({"tcp-refused", "tcp-timeout", "tcp-unreachable"})
_CONNECTED = ("tls-", "cert-", "sip-")  # how the codes begin for which a server has to let us connect
_SILENT = frozenset({"dns-servfail", "dns-refused", "dns-timeout"})
_ANSWERED = ("srv-", "address-")  # how the codes begin for which a name server has to answer
_ENOUGH = 2  # organisations that have nothing in common but us


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The results of a plan's checks, and before them what is the one cause of many findings there."""

    results: tuple[Findings, ...]
    causes: tuple[Finding, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Of:
    """A result, and the organisation that its check is about."""

    whose: str
    result: Findings


def our_way_named(sides: Sequence[Side], results: Sequence[Findings]) -> Seen:
    """The results, which begin in the order of the sides' checks, where what has its cause with us is no longer theirs.

    A server that nobody can connect to is a fault of the other side's as long as any other organisation is reached.
    """
    whose = [side.whose for side in sides for _ in side.everything]
    asked = [_Of(whose=name, result=result) for name, result in zip(whose, results, strict=False)]
    barred, silent = _all_barred(asked), _all_silent(asked)
    told = [replace(of.result, findings=tuple(_explained(of, barred, silent))) for of in asked]
    causes = (*_unreached(barred), *_unanswered(silent))
    return Seen(results=(*told, *results[len(told) :]), causes=causes)


def _all_barred(asked: Iterable[_Of]) -> tuple[Finding, ...]:
    """The failed connections to others, if there is no other kind, and all failed in the same way."""
    others = [(of.whose, found) for of in asked if of.whose != OURS for found in of.result.findings]
    barred = [(whose, found) for whose, found in others if found.code in _BARRED]
    alike = len({found.code for _, found in barred}) == 1
    reached = any(found.code.startswith(_CONNECTED) for _, found in others)
    return tuple(found for _, found in barred) if alike and not reached and _several(barred) else ()


def _all_silent(asked: Iterable[_Of]) -> tuple[Finding, ...]:
    """The questions to our name servers that were not answered, if none was answered. Our own names count too."""
    every = [(of.whose, found) for of in asked for found in of.result.findings]
    silent = [(whose, found) for whose, found in every if found.code in _SILENT and found.severity is not Severity.INFO]
    answered = any(found.code.startswith(_ANSWERED) for _, found in every)
    return tuple(found for _, found in silent) if not answered and _several(silent) else ()


def _several(found: Iterable[tuple[str, Finding]]) -> bool:
    return len({whose for whose, _ in found}) >= _ENOUGH


def _unreached(barred: Sequence[Finding]) -> Iterator[Finding]:
    if barred:
        servers = list(dict.fromkeys(found.subject for found in barred))
        observed = {"servers": servers, "seen": barred[0].code}
        yield finding(UNREACHED, "all other organisations", observed=observed, values={"see": barred[0].verify_with})


def _unanswered(silent: Sequence[Finding]) -> Iterator[Finding]:
    if silent:
        servers = list(dict.fromkeys(str(found.observed.get("server", "")) for found in silent))
        observed = {"servers": servers, "seen": list(dict.fromkeys(found.code for found in silent))}
        severity = worst_of(found.severity for found in silent)
        values = {"see": silent[0].verify_with}
        yield finding(UNANSWERED, "our name servers", severity=severity, observed=observed, values=values)


def _explained(of: _Of, barred: Sequence[Finding], silent: Sequence[Finding]) -> Iterator[Finding]:
    """The findings of a result; those that have their cause with us say so, and are ours to mend."""
    for found in of.result.findings:
        if of.whose != OURS and found in barred:
            yield _consequence(found, UNREACHED, Owner.FIREWALL)
        elif found in silent:
            yield _consequence(found, UNANSWERED, Owner.YOU)
        else:
            yield found


def _consequence(found: Finding, cause: str, owner: Owner) -> Finding:
    fix = (f"Mend first what {cause} tells, then look again: what fails by itself then is told with its own remedy.",)
    return replace(found, owner=owner, fix=fix)
