"""Visits to one server: every address, with its name and without, and by hand where OpenSSL is too new."""

import asyncio
import ipaddress
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from checks.tls.probe import context_for, probe
from checks.tls.raw import legacy_hello
from checks.tls.seen import Fault, Seen

_MOST_PLACES = 8
_BY_HAND = frozenset({Fault.VERSION, Fault.CIPHER, Fault.CLOSED})
_OPTIONS = (
    "OPTIONS sip:{host} SIP/2.0\r\nVia: SIP/2.0/TLS fedwizard.invalid;branch=z9hG4bK{token}\r\n"
    "Max-Forwards: 70\r\nTo: <sip:{host}>\r\nFrom: <sip:probe@fedwizard.invalid>;tag={token}\r\n"
    "Call-ID: {token}@fedwizard.invalid\r\nCSeq: 1 OPTIONS\r\nContact: <sip:probe@fedwizard.invalid>\r\n"
    "Content-Length: 0\r\n\r\n"
)

Place = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What one address showed. `nameless` is what it shows to who sends no server name; None when not looked at."""

    seen: Seen
    nameless: Seen | None = None
    six: bool = False


@dataclass(frozen=True, kw_only=True)
class Server:
    """All that was seen of a server. `shown` says whether a certificate of ours was offered."""

    visits: tuple[Visit, ...]
    shown: bool = False


async def visit_server(
    places: tuple[Place, ...], host: str, client_certificate: tuple[Path, Path] | None, timeout: float
) -> Server:
    """Visit every address at the same time. Raises OSError for a client certificate that cannot be used."""
    context_for(client_certificate)
    visits = await asyncio.gather(*(_visit(p, host, client_certificate, timeout) for p in places[:_MOST_PLACES]))
    return Server(visits=tuple(visits), shown=client_certificate is not None)


async def _visit(place: Place, host: str, client_certificate: tuple[Path, Path] | None, timeout: float) -> Visit:
    name = None if _is_address(host) else host
    options = _OPTIONS.format(host=host, token=secrets.token_hex(8)).encode()
    seen = await probe(place, name, context_for(client_certificate), options, timeout)
    if seen.fault in _BY_HAND:
        seen = await legacy_hello(seen, place, name, timeout)
    nameless = None
    if name is not None and (seen.chain or seen.fault is Fault.NAME) and not seen.legacy:
        nameless = await _nameless(place, timeout)
    return Visit(seen=seen, nameless=nameless, six=":" in place[0])


async def _nameless(place: Place, timeout: float) -> Seen | None:
    """What who sends no server name is shown; servers of this age send none. None when that was not seen in time."""
    try:
        async with asyncio.timeout(timeout):
            seen = await probe(place, None, context_for(None), b"", timeout)
    except TimeoutError:
        return None
    return replace(seen, sent_name=False)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
