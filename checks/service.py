"""The synchronous way in: one asyncio loop in one daemon thread, on which all checks run."""

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar, assert_never

from checks.catalogue import finding
from checks.finding import ChainLink, Finding, Findings, Severity, worst_first
from checks.requests import CertificateRequest, CheckRequest, DnsRequest, HostRequest, Network, TlsRequest

_POLL = 0.05  # seconds between two looks at a cancellation
_EXCHANGES = 5  # a whole check ends within this many timeouts

T = TypeVar("T")


class _Cancel(Protocol):
    def is_set(self) -> bool: ...


class CheckService:
    """Runs checks. Every call blocks; several threads may call at the same time."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="checks", daemon=True)
        self._thread.start()

    def run(self, request: CheckRequest, cancel: _Cancel | None = None) -> Findings:
        """Run one check to its end, or to its cancellation: then what it asked is not tested."""
        return self._await(self._checked(request), cancel) or _not_tested(request, "it was cancelled")

    def run_many(
        self,
        requests: Sequence[CheckRequest],
        on_done: Callable[[Findings], None] | None = None,
        cancel: _Cancel | None = None,
    ) -> tuple[Findings, ...]:
        """Run checks at the same time; the results are in the order of the requests."""

        async def all_of_them() -> tuple[Findings, ...]:
            gate = asyncio.Semaphore(self._network.concurrency)

            async def one(request: CheckRequest) -> Findings:
                async with gate:
                    findings = await self._checked(request)
                if on_done is not None:
                    on_done(findings)
                return findings

            return tuple(await asyncio.gather(*(one(request) for request in requests)))

        done = self._await(all_of_them(), cancel)
        return done if done is not None else tuple(_not_tested(request, "it was cancelled") for request in requests)

    def resolve(self, name: str) -> tuple[str, ...]:
        """The addresses of a name, from /etc/hosts and then our own DNS code; empty when there are none."""
        return self._await(self._resolved(name), None) or ()

    def close(self) -> None:
        """Stop the loop; what still runs is abandoned."""
        if self._loop.is_running():
            asyncio.run_coroutine_threadsafe(_end_all(), self._loop)
            self._thread.join(0.5)

    def _await(self, work: Coroutine[object, object, T], cancel: _Cancel | None) -> T | None:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        while True:
            try:
                return future.result(_POLL if cancel is not None else None)
            except concurrent.futures.TimeoutError:
                if cancel is not None and cancel.is_set():
                    future.cancel()
                    return None

    async def _resolved(self, name: str) -> tuple[str, ...]:
        from checks.lookup import addresses

        return await addresses(name, self._network)

    async def _checked(self, request: CheckRequest) -> Findings:
        started, began = datetime.now(UTC), time.monotonic()
        chain: tuple[ChainLink, ...] = ()
        try:
            async with asyncio.timeout(self._network.timeout * _EXCHANGES):
                found, chain = await self._findings(request)
        except TimeoutError:
            return _not_tested(request, "it took too long")
        return Findings(
            target=target_of(request),
            started=started.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            duration_ms=int((time.monotonic() - began) * 1000),
            findings=worst_first(found),
            chain=chain,
        )

    async def _findings(self, request: CheckRequest) -> tuple[Iterable[Finding], tuple[ChainLink, ...]]:
        from checks import lookup

        match request:
            case DnsRequest():
                return await lookup.domain_findings(request, self._network), ()
            case HostRequest():
                return await lookup.host_findings(request, self._network), ()
            case TlsRequest():
                return await lookup.server_findings(request, self._network)
            case CertificateRequest():
                return lookup.file_findings(request, self._network)
            case _:
                assert_never(request)


async def _end_all() -> None:
    """Cancel everything on this loop, let it end, then stop the loop."""
    loop = asyncio.get_running_loop()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    loop.call_soon(loop.stop)


def target_of(request: CheckRequest) -> str:
    """What a check is about, in one word."""
    match request:
        case DnsRequest():
            return request.domain
        case HostRequest():
            return request.name
        case TlsRequest():
            return f"{request.host}:{request.port}"
        case CertificateRequest():
            return str(request.path)
        case _:
            assert_never(request)


def _not_tested(request: CheckRequest, reason: str) -> Findings:
    target = target_of(request)
    found = finding("check-unfinished", target, severity=Severity.NOT_TESTED, observed={"reason": reason})
    started = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Findings(target=target, started=started, duration_ms=0, findings=(found,))
