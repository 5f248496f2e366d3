"""What a server's request for our certificate means, and what it made of ours. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from checks.catalogue import finding
from checks.finding import ON_OUR_SIDE, Finding, Owner, Severity
from checks.tls.alerts import AFTER_THE_HANDSHAKE, OUR_CERTIFICATE, OURS_TO_MEND, WITHOUT_A_WORD
from checks.tls.gather import Server, Visit
from checks.tls.ours import Ours, judge_dates, listed
from checks.tls.seen import Seen

_MOST_NAMES = 5  # in a sentence; `observed` has them all
_EXPIRED, _UNKNOWN_AUTHORITY = "certificate expired", "unknown ca"
_ABOUT_SOMETHING_ELSE = frozenset({_UNKNOWN_AUTHORITY, "unsupported certificate", "certificate revoked"})
_DEMAND = "Demand a certificate of the peer on the interface for federation."
_RENEW = "Renew our certificate, or wait until it is valid; then see whether it is still refused."
_ASK = "See what the server's log says of this moment: whether our certificate is refused, and why."
_WHOLE_CHAIN = (
    f"{ON_OUR_SIDE}have our certificate shown with its intermediate authorities: here in the file of --client-cert, on"
    " the nodes as cup-trust."
)
_SOME_REFUSE_SO = "Some servers refuse a certificate so, others because the service behind them is down."


def judge_client(subject: str, visit: Visit, server: Server, at: datetime) -> Iterator[Finding]:
    """Mutual TLS is how federation peers know each other: a server that asks for nothing is odd."""
    seen = visit.seen
    if not seen.client_asked:
        silent = finding(
            "tls-client-cert-requested",
            subject,
            severity=Severity.WARN,
            observed={"asked": False, "accepts": []},
            values={"means": "This server did not ask for ours, so it does not know who connects."},
        )
        yield replace(silent, fix=(_DEMAND,))
        return
    yield _asked(subject, seen, server)
    if not server.shown or seen.legacy:
        if _is_unlisted(seen, server.ours) and server.ours is not None:
            observed = {"issuers": list(server.ours.issuers), "accepts": list(seen.authorities)}
            yield finding("tls-client-ca-missing", subject, observed=observed)
    elif visit.leaves_alike and seen.refused_client in AFTER_THE_HANDSHAKE:
        yield finding("tls-client-cert-unclear", subject, observed={"seen": seen.refused_client})
    elif seen.refused_client:
        yield _refused(subject, visit, server, at)
    elif not seen.not_sip.startswith("HTTP/"):  # web servers take any, and complain in a page of theirs
        yield finding("tls-client-cert-accepted", subject, observed={"address": seen.address})


def judge_ours(server: Server, at: datetime) -> Iterator[Finding]:
    """The dates of our certificate, unless a server that refuses it for them has said so already."""
    if server.ours is not None and not any(_is_for_its_dates(v.seen, server, at) for v in server.visits):
        yield from judge_dates(server.ours, at)


def _is_unlisted(seen: Seen, ours: Ours | None) -> bool:
    """Whether the server names authorities, and none of ours."""
    return bool(seen.authorities and ours and ours.issuers) and not _is_listed(seen, ours)


def _is_listed(seen: Seen, ours: Ours | None) -> bool:
    return ours is not None and listed(ours.issuers, seen.authorities)


def _is_for_its_dates(seen: Seen, server: Server, at: datetime) -> bool:
    """Whether what the server said of ours follows from its dates."""
    refused = server.shown and not seen.legacy and seen.refused_client not in {"", *WITHOUT_A_WORD}
    not_valid = server.ours is not None and bool(server.ours.dates(at))
    return refused and not_valid and seen.refused_client not in _ABOUT_SOMETHING_ELSE


def _asked(subject: str, seen: Seen, server: Server) -> Finding:
    observed: dict[str, object] = {"asked": True, "accepts": list(seen.authorities)}
    means = "This server asked for ours."
    if not server.shown and not seen.legacy:
        may_be = seen.refused_client in AFTER_THE_HANDSHAKE
        observed["demanded"] = None if may_be else bool(seen.refused_client)
        means += f" {_without_one(seen)}"
    if seen.authorities:
        more = len(seen.authorities) - _MOST_NAMES
        means += f" It accepts those of {', '.join(seen.authorities[:_MOST_NAMES])}"
        means += f" and {more} more." if more > 0 else "."
        if _is_listed(seen, server.ours):
            means += " An authority of ours is among them."
    else:
        means += " It does not say of which authorities."
    found = finding("tls-client-cert-requested", subject, observed=observed, values={"means": means})
    return replace(found, fix=())  # it does what it should


def _without_one(seen: Seen) -> str:
    if not seen.refused_client:
        return "Without one it goes on all the same."
    if seen.refused_client in AFTER_THE_HANDSHAKE:
        return f"None was shown, and {seen.refused_client}. Some servers demand one so."
    return "Without one it ends the connection."


def _refused(subject: str, visit: Visit, server: Server, at: datetime) -> Finding:
    seen = visit.seen
    alert, unlisted = seen.refused_client, _is_unlisted(seen, server.ours)
    observed, values = {"alert": alert}, {"means": " ".join(filter(None, _meaning(visit, server, at)))}
    found = finding("tls-client-cert-refused", subject, observed=observed, values=values)
    step = OURS_TO_MEND.get(alert)
    if _is_for_its_dates(seen, server, at):
        return replace(found, owner=Owner.YOU, fix=(_RENEW,) if step is None else (step,))
    if step is not None:
        return replace(found, owner=Owner.YOU, fix=(step,))
    if unlisted or (alert == _UNKNOWN_AUTHORITY and not _is_listed(seen, server.ours)):
        return found
    chain = (_WHOLE_CHAIN,) if alert == _UNKNOWN_AUTHORITY else ()
    return replace(found, fix=(_ASK, *chain, *found.fix[1:]))


def _meaning(visit: Visit, server: Server, at: datetime) -> Iterator[str]:
    """What the refusal tells, and what of it is certain."""
    seen, ours = visit.seen, server.ours
    yield OUR_CERTIFICATE.get(seen.refused_client, "")
    if seen.refused_client in WITHOUT_A_WORD:
        alike = "It does the same when none is shown." if visit.leaves_alike else "Without ours it does not."
        yield f"{_SOME_REFUSE_SO} {alike}"
    if _is_for_its_dates(seen, server, at) and ours is not None:
        yield f"Ours is not valid as of {at:%Y-%m-%d}: {ours.dates(at)[0].lower()}{ours.dates(at)[1:]}"
    if _is_unlisted(seen, ours):
        yield "None of the authorities that signed it is among those that the server names."
    elif _is_listed(seen, ours):
        yield "An authority that signed it is among those that the server names, so it should trust that one."
