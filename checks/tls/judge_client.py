"""What a server's request for our certificate means, and what it made of ours. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from checks.catalogue import finding
from checks.finding import Finding, Owner, Severity
from checks.tls.alerts import OUR_CERTIFICATE, OURS_TO_MEND
from checks.tls.gather import Server
from checks.tls.ours import listed
from checks.tls.seen import Seen

_MOST_NAMES = 5  # in a sentence; `observed` has them all


def judge_client(subject: str, seen: Seen, server: Server) -> Iterator[Finding]:
    """Mutual TLS is how federation peers know each other: a server that asks for nothing is odd."""
    if not seen.client_asked:
        means = "This server did not ask for ours, so it does not know who connects."
        yield finding(
            "tls-client-cert-requested",
            subject,
            severity=Severity.WARN,
            observed={"asked": False, "accepts": []},
            values={"means": means},
        )
        return
    yield _asked(subject, seen, server)
    unlisted = bool(seen.authorities and server.issuers) and not listed(server.issuers, seen.authorities)
    if not server.shown or seen.legacy:
        if unlisted:
            observed = {"issuers": list(server.issuers), "accepts": list(seen.authorities)}
            yield finding("tls-client-ca-missing", subject, observed=observed)
    elif seen.refused_client:
        yield _refused(subject, seen, unlisted=unlisted)
    elif not seen.not_sip.startswith("HTTP/"):  # web servers take any, and complain in a page of theirs
        yield finding("tls-client-cert-accepted", subject, observed={"address": seen.address})


def _asked(subject: str, seen: Seen, server: Server) -> Finding:
    observed: dict[str, object] = {"asked": True, "accepts": list(seen.authorities)}
    means = "This server asked for ours."
    if not server.shown and not seen.legacy:
        observed["demanded"] = bool(seen.refused_client)
        means += (
            " Without one it ends the connection." if seen.refused_client else " Without one it goes on all the same."
        )
    if seen.authorities:
        more = len(seen.authorities) - _MOST_NAMES
        means += f" It accepts those of {', '.join(seen.authorities[:_MOST_NAMES])}"
        means += f" and {more} more." if more > 0 else "."
        if listed(server.issuers, seen.authorities):
            means += " An authority of ours is among them."
    else:
        means += " It does not say of which authorities."
    return finding("tls-client-cert-requested", subject, observed=observed, values={"means": means})


def _refused(subject: str, seen: Seen, *, unlisted: bool) -> Finding:
    means = OUR_CERTIFICATE.get(seen.refused_client, "")
    if unlisted:
        means = f"{means} None of the authorities that signed it is among those that the server names.".strip()
    observed, values = {"alert": seen.refused_client}, {"means": means}
    found = finding("tls-client-cert-refused", subject, observed=observed, values=values)
    step = OURS_TO_MEND.get(seen.refused_client)
    return found if step is None else replace(found, owner=Owner.YOU, fix=(step,))
