"""The synchronous way in: one asyncio loop in one daemon thread, on which all checks run.

Importing this is cheap: asyncio, which brings ssl along, and everything that asks the network come with the first use.
"""

import concurrent.futures
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, TypeVar, assert_never

from checks.by_hand import led_there
from checks.catalogue import finding
from checks.finding import ChainLink, Finding, Findings, Severity, worst_first
from checks.names import place_of
from checks.requests import (
    CertificateRequest,
    CheckRequest,
    DnsRequest,
    HostRequest,
    Network,
    PlanRequest,
    RouteRequest,
    TargetsRequest,
    TlsRequest,
)

if TYPE_CHECKING:
    import asyncio

    from checks.servers import FederationServer
    from checks.views import Views

_POLL = 0.05  # seconds between two looks at a cancellation
_FAREWELL = 0.4  # seconds
_EXCHANGES = 5  # a whole check ends within this many timeouts
_BUDGET = 10 / 3  # timeouts for each of many checks: 10 s by default, of which a dead peer takes 5

_CANCELLED = "it was cancelled"
_MEND_IT = ("Mend what is named there, then run it again.",)

T = TypeVar("T")


class _Cancel(Protocol):
    def is_set(self) -> bool: ...


class CheckService:
    """Runs checks. Every call blocks; several threads may call at the same time."""

    def __init__(self, network: Network) -> None:
        import uvloop

        self._network = network
        self._limit = network.timeout * _EXCHANGES
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="checks", daemon=True)
        self._thread.start()

    def run(self, request: CheckRequest, cancel: _Cancel | None = None) -> Findings:
        """Run one check to its end, or to its cancellation: then what it asked is not tested."""
        return self._await(self._alone(request), cancel) or _not_tested(request, _CANCELLED)

    def run_many(
        self,
        requests: Sequence[PlanRequest],
        on_done: Callable[[Findings], None] | None = None,
        cancel: _Cancel | None = None,
    ) -> tuple[Findings, ...]:
        """Run checks at the same time, each under a budget; the results are in the order of the requests.

        A peer that does not answer delays no other check. `on_done` is called on the thread of the checks.
        """
        import asyncio

        finished: dict[int, Findings] = {}

        async def all_of_them() -> bool:
            from checks.dns.udp import Udp
            from checks.turns import Turns
            from checks.views import Views, views_of

            turns, seconds = Turns(self._network.concurrency), self._network.timeout * _BUDGET

            async def one(number: int, request: PlanRequest, views: Views) -> None:
                finished[number] = await self._checked(request, views, turns.turn(seconds), seconds)
                if on_done is not None:
                    on_done(finished[number])

            async with Udp() as udp:
                views = views_of(self._network, udp)
                await asyncio.gather(*(one(number, request, views) for number, request in enumerate(requests)))
            return True

        self._await(all_of_them(), cancel)
        done = dict(finished)
        return tuple(done.get(n) or _not_tested(request, _CANCELLED) for n, request in enumerate(requests))

    def resolve(self, name: str) -> tuple[str, ...]:
        """The addresses of a name, from /etc/hosts and then our own DNS code; empty when there are none."""
        return self._await(self._resolved(name), None) or ()

    def federation_server(self, domain: str) -> "FederationServer":
        """The server that receives the federation of a domain, as the DNS says. Judges nothing."""
        from checks.servers import FederationServer

        silent = FederationServer(published=None, reason=f"no answer within {self._limit:g} s")
        return self._await(self._federation_server(domain), None) or silent

    def close(self) -> None:
        """Stop the loop; what still runs is abandoned."""
        if not self._loop.is_running():
            return
        import asyncio

        asyncio.run_coroutine_threadsafe(_end(self._loop), self._loop)
        self._thread.join(_FAREWELL)
        if not self._thread.is_alive():
            self._loop.close()

    def _await(self, work: Coroutine[object, object, T], cancel: _Cancel | None) -> T | None:
        import asyncio

        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        while True:
            try:
                return future.result(_POLL if cancel is not None else None)
            except concurrent.futures.CancelledError:  # the service was closed meanwhile
                return None
            except concurrent.futures.TimeoutError:
                if future.done():
                    return future.result()
                if cancel is not None and cancel.is_set():
                    future.cancel()
                    return None

    async def _resolved(self, name: str) -> tuple[str, ...]:
        from checks.lookup import addresses
        from checks.views import views_of

        return await addresses(name, views_of(self._network))

    async def _federation_server(self, domain: str) -> "FederationServer | None":
        import asyncio

        from checks.lookup import federation_server
        from checks.views import views_of

        try:
            async with asyncio.timeout(self._limit):
                return await federation_server(domain, views_of(self._network))
        except TimeoutError:
            return None

    async def _alone(self, request: CheckRequest) -> Findings:
        import asyncio

        from checks.views import views_of

        return await self._checked(request, views_of(self._network), asyncio.timeout(self._limit), self._limit)

    async def _checked(
        self, request: PlanRequest, views: "Views", budget: AbstractAsyncContextManager[object], seconds: float
    ) -> Findings:
        from checks.turns import waited

        started, began = datetime.now(UTC), time.monotonic()
        chain: tuple[ChainLink, ...] = ()
        try:
            async with budget:
                started, began = datetime.now(UTC), time.monotonic()
                found, chain = await _findings(request, views.of_a_check(seconds))
                began += waited()
        except TimeoutError:
            return _not_tested(request, f"it took more than {seconds:g} s")
        except OSError as problem:
            return _not_tested(request, f"of {problem.strerror or problem}", _MEND_IT)
        return Findings(
            target=target_of(request),
            started=started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            duration_ms=int((time.monotonic() - began) * 1000),
            findings=worst_first(led_there(each, self._network.connect_to) for each in found),
            chain=chain,
        )


async def _findings(request: PlanRequest, views: "Views") -> tuple[Iterable[Finding], tuple[ChainLink, ...]]:
    from checks import domains, lookup, targets

    match request:
        case DnsRequest():
            return await domains.domain_findings(request, views), ()
        case HostRequest():
            return await lookup.host_findings(request, views), ()
        case TlsRequest():
            return await lookup.server_findings(request, views)
        case CertificateRequest():
            return await lookup.file_findings(request, views)
        case RouteRequest():
            return await lookup.route_findings(request, views), ()
        case TargetsRequest():
            return await targets.targets_findings(request, views), ()
        case _:
            assert_never(request)


async def _end(loop: "asyncio.AbstractEventLoop") -> None:
    """Cancel what runs, give it one turn to let go of its sockets, and stop."""
    import asyncio

    running = asyncio.all_tasks(loop) - {asyncio.current_task()}
    for task in running:
        task.cancel()
    await asyncio.wait(running, timeout=_FAREWELL / 2) if running else None
    loop.stop()


def target_of(request: PlanRequest) -> str:
    """What a check is about, in one word."""
    match request:
        case DnsRequest():
            return request.domain
        case HostRequest():
            return request.name
        case TlsRequest():
            return place_of(request.host, request.port)
        case CertificateRequest():
            return str(request.path)
        case RouteRequest():
            return request.address or request.domain
        case TargetsRequest():
            return f"the servers of {request.domain}"
        case _:
            assert_never(request)


def _not_tested(request: PlanRequest, reason: str, fix: tuple[str, ...] = ()) -> Findings:
    target = target_of(request)
    found = finding("check-unfinished", target, severity=Severity.NOT_TESTED, observed={"reason": reason})
    found = replace(found, fix=fix or found.fix)
    started = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Findings(target=target, started=started, duration_ms=0, findings=(found,))
