"""Visits to one server: every address, with its name and without, and by hand where OpenSSL is too new."""

import asyncio
import secrets
import ssl
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from checks.names import is_address
from checks.tls.accepted import Accepted, accepted_by
from checks.tls.alerts import WITHOUT_A_WORD
from checks.tls.offers import ANY, offers_for
from checks.tls.ours import Ours, ours_in
from checks.tls.probe import context_for, probe
from checks.tls.raw import in_words, legacy_hello, newest_of, release_hello, spoken, versions_of
from checks.tls.seen import Answer, Fault, Seen
from checks.tls.wire import Wire, connected
from checks.turns import at_the_door

_MOST_PLACES = 8
_RETRY = 2 / 3  # of the timeout, for a second connection where the first one came to nothing: 3 s, then 2 s
_PATIENCE = 0.3  # seconds; who breaks off before our hello, or greets first, does so at once
_PLAIN_PATIENCE = 1.0  # seconds for an answer to SIP without TLS
_SHOWN = 24  # bytes of what is not TLS
_BY_HAND = frozenset({Fault.VERSION, Fault.CIPHER, Fault.CLOSED, Fault.RESET, Fault.MALFORMED})
_UNEXPLAINED = frozenset({Fault.RESET, Fault.CLOSED, Fault.SILENT})
_OPTIONS = (
    "OPTIONS sip:{host} SIP/2.0\r\nVia: SIP/2.0/{transport} fedwizard.invalid;branch=z9hG4bK{token}\r\n"
    "Max-Forwards: 70\r\nTo: <sip:{host}>\r\nFrom: <sip:probe@fedwizard.invalid>;tag={token}\r\n"
    "Call-ID: {token}@fedwizard.invalid\r\nCSeq: 1 OPTIONS\r\nContact: <sip:probe@fedwizard.invalid>\r\n"
    "Content-Length: 0\r\n\r\n"
)

ANSWERS, REFUSES, SILENT = "answers", "refuses", "is silent"  # what port 443 does where another one keeps silent
_WEB = 443

T = TypeVar("T")
Place = tuple[str, int]
Pair = tuple[Path, Path]  # our certificate and its key


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What releases with the same offer find in common with a server. `planned`: the plan names the release.

    `newest` is the highest version of the offer, as people say it, `speaks` all of its versions, as in `Seen`.
    """

    releases: tuple[str, ...]
    offered: str
    answer: Answer
    planned: bool
    newest: str = ""
    speaks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What one address showed. `nameless` is what it shows to who sends no server name; None when not looked at.

    `accepted` are the versions and classes of cipher that it accepts up to TLS 1.2; None when not asked for. `bare` is
    what it does when no certificate of ours is shown; None unless it left without a word when one was.
    """

    seen: Seen
    nameless: Seen | None = None
    six: bool = False
    compared: tuple[Compared, ...] = ()
    accepted: Accepted | None = None
    bare: Seen | None = None

    @property
    def leaves_alike(self) -> bool:
        """Whether it leaves without a word with our certificate, and nobody saw it stay without."""
        if self.seen.refused_client not in WITHOUT_A_WORD:
            return False
        return self.bare is None or self.bare.fault is not None or self.bare.refused_client in WITHOUT_A_WORD

    @property
    def chain(self) -> tuple[bytes, ...]:
        """What was sent to us: under the name, or without one where the name is not known."""
        return self.seen.chain or (self.nameless.chain if self.nameless is not None else ())


@dataclass(frozen=True, kw_only=True)
class Server:
    """All that was seen of a server.

    `shown` says whether a certificate of ours was offered, `ours` what it is, None without one. `checker` is the TLS
    that looked: what it does not know is not the server's fault.
    """

    visits: tuple[Visit, ...]
    shown: bool = False
    ours: Ours | None = None
    checker: str = field(default=ssl.OPENSSL_VERSION)


async def visit_server(
    places: tuple[Place, ...],
    host: str,
    ours: tuple[Path, Path | None] | None,
    timeout: float,
    release: str | None = None,
) -> Server:
    """Visit every address at the same time. Raises OSError for a client certificate that cannot be used."""
    pair = (ours[0], ours[1]) if ours is not None and ours[1] is not None else None
    context_for(pair)
    visits = await asyncio.gather(*(_admitted(p, host, pair, timeout, release) for p in places[:_MOST_PLACES]))
    ours_is = ours_in(ours[0]) if ours is not None else None
    return Server(visits=tuple(visits), shown=pair is not None, ours=ours_is)


async def _admitted(place: Place, host: str, pair: Pair | None, timeout: float, release: str | None) -> Visit:
    async with at_the_door(place[0]):
        return await _visit(place, host, pair, timeout, release)


async def _visit(place: Place, host: str, pair: Pair | None, timeout: float, release: str | None) -> Visit:
    name = _name_of(host)
    context, options = context_for(pair), _options(host, "TLS")
    seen = await probe(place, name, context, options, timeout)
    if seen.fault is Fault.TIMEOUT:  # one lost packet is no dead server
        again = probe(place, name, context, options, timeout * _RETRY)
        seen, elsewhere = await asyncio.gather(again, _elsewhere(place, timeout * _RETRY))
        seen = replace(seen, detail=elsewhere) if seen.fault is Fault.TIMEOUT else seen
    if seen.fault in _BY_HAND:
        seen = await legacy_hello(seen, place, name, timeout)
    if seen.fault in _UNEXPLAINED:
        seen = await _second_look(seen, place, host, timeout)
    answers = seen.fault is None or seen.fault is Fault.NAME
    nothing_in_common = seen.fault in {Fault.VERSION, Fault.CIPHER}
    nameless, compared, accepted, bare = await asyncio.gather(
        _nameless(place, timeout) if name is not None and answers and not seen.legacy else _skipped(None),
        _compare(place, release, timeout) if answers else _skipped(()),
        accepted_by(place, name, timeout) if release == ANY and (answers or nothing_in_common) else _skipped(None),
        _bare(place, host, timeout) if pair is not None and seen.refused_client in WITHOUT_A_WORD else _skipped(None),
    )
    if accepted is None and any(one.answer.refusal for one in compared):
        accepted = await accepted_by(place, name, timeout)
    six = ":" in place[0]
    return Visit(seen=seen, nameless=nameless, six=six, compared=compared, accepted=accepted, bare=bare)


async def _skipped(nothing: T) -> T:
    return nothing


async def _elsewhere(place: Place, timeout: float) -> str:
    """What port 443 of the same address makes of a connection: who lives there is only filtered here."""
    if place[1] == _WEB:
        return ""
    try:
        async with connected(place[0], _WEB, timeout):
            return ANSWERS
    except ConnectionRefusedError:
        return REFUSES
    except OSError:
        return SILENT


async def _nameless(place: Place, timeout: float) -> Seen | None:
    """What who sends no server name is shown; servers of this age send none. None when that was not seen in time."""
    try:
        async with asyncio.timeout(timeout):
            seen = await probe(place, None, context_for(None), b"", timeout)
    except TimeoutError:
        return None
    return replace(seen, sent_name=False)


async def _bare(place: Place, host: str, timeout: float) -> Seen:
    """What becomes of the same connection without a certificate of ours."""
    return await probe(place, _name_of(host), context_for(None), _options(host, "TLS"), timeout)


def _name_of(host: str) -> str | None:
    """The server name to send; none stands for an address."""
    return None if is_address(host) else host


async def _compare(place: Place, release: str | None, timeout: float) -> tuple[Compared, ...]:
    """Ask as the releases would. What does not answer in time is not compared."""
    offers = offers_for(release)
    answers = await asyncio.gather(*(release_hello(place, offer, timeout) for offer in offers))
    return tuple(
        Compared(
            releases=releases,
            offered=in_words(offer),
            answer=answer,
            planned=release in releases,
            newest=spoken(newest_of(offer)),
            speaks=versions_of(offer),
        )
        for (offer, releases), answer in zip(offers.items(), answers, strict=True)
        if answer is not None
    )


async def _second_look(seen: Seen, place: Place, host: str, timeout: float) -> Seen:
    """A connection without a hello: does it break off by itself, greet first, or speak SIP without TLS?"""
    try:
        async with connected(*place, timeout) as wire:
            try:
                said = await asyncio.wait_for(wire.read(), min(_PATIENCE, timeout))
            except TimeoutError:
                said = await _plain_sip(wire, host, timeout)
                return _spoken(seen, said) if said else seen
    except ConnectionResetError:  # while connecting, too: a reset may be faster than our first look
        said = b""
    except OSError:
        return seen
    return _spoken(seen, said) if said else replace(seen, early=seen.fault is not Fault.SILENT)


async def _plain_sip(wire: Wire, host: str, timeout: float) -> bytes:
    """What is answered to SIP without TLS; nothing where nothing is."""
    wire.write(_options(host, "TCP"))
    try:
        return await asyncio.wait_for(wire.read(), min(_PLAIN_PATIENCE, timeout))
    except OSError:
        return b""


def _spoken(seen: Seen, said: bytes) -> Seen:
    return replace(seen, fault=Fault.NOT_TLS, detail=repr(said[:_SHOWN])[2:-1])


def _options(host: str, transport: str) -> bytes:
    host = f"[{host}]" if ":" in host else host  # RFC 3261 25.1: an IPv6 reference
    return _OPTIONS.format(host=host, transport=transport, token=secrets.token_hex(8)).encode()
