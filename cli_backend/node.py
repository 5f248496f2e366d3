"""What a caller asks for: run a command on a node, wait until it is back. Sessions open when needed and are reused."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import wait as wait_for_futures
from pathlib import Path
from typing import TypeVar

from cli_backend.comeback import Waiting, wait
from cli_backend.dialect import refuse, risk_of
from cli_backend.dialogue import Order
from cli_backend.exchange import (
    Cancel,
    CommandRefused,
    Endpoint,
    Exchange,
    Expected,
    OnAnswer,
    OnOutput,
    Operator,
    Risk,
    Unreachable,
)
from cli_backend.lockout import Failures
from cli_backend.owner import Owner, Ticket, in_background
from cli_backend.session import Session
from cli_backend.ssh import Resolve, connect, probe

FIRST_PROMPT_SECONDS = 120.0
AFTER_RESTART_SECONDS = 300.0
CLOSE_SECONDS = 0.5
LOOK_AGAIN = 0.05  # seconds; how soon a caller notices a cancellation

T = TypeVar("T")


def numeric(address: str) -> tuple[str, ...]:
    """The resolver for addresses that are numeric already."""
    return (address,)


class Nodes:
    """The CLI of several nodes; implements `cli_backend.exchange.Device`.

    Everything about a node happens in its own thread. A caller waits for it, and may leave when cancelled.
    """

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        operator: Operator,
        known_hosts: Path,
        failures: Path,
        resolve: Resolve = numeric,
        spill: Path | None = None,
    ) -> None:
        """`spill`: on whose disk long outputs are kept, in files without a name."""
        self._endpoints, self._operator, self._resolve = endpoints, operator, resolve
        self._known_hosts, self._failures = known_hosts, Failures(failures)
        self._spill = spill
        self._mutex = threading.Lock()
        self._owners: dict[str, Owner] = {}
        self._sessions: dict[str, Session] = {}
        self._lingering: list[Session] = []
        self._seen: dict[str, tuple[str, str]] = {}
        self._closing = threading.Event()

    def host_key(self, node: str) -> str:
        """The fingerprint that a node showed at its last login; empty before."""
        return self._seen.get(node, ("", ""))[0]

    def algorithms(self, node: str) -> str:
        """What was agreed on with a node at its last login; empty before."""
        return self._seen.get(node, ("", ""))[1]

    def run(
        self,
        node: str,
        command: str,
        *,
        expect: Sequence[Expected] = (),
        reboots: bool = False,
        timeout: float = 120.0,
        on_output: OnOutput | None = None,
        on_answer: OnAnswer | None = None,
        cancel: Cancel | None = None,
    ) -> Exchange:
        """Send one command and read until a quiet state. Raises CliError when it could not be sent."""
        refuse(node, command)
        order = Order(
            command=command,
            expect=expect,
            reboots=reboots,
            timeout=timeout,
            on_output=on_output,
            on_answer=on_answer,
            cancel=cancel,
        )
        ticket = Ticket()
        running = self._owner(node).do(lambda: self._run(node, order, ticket))
        while not _done(running, LOOK_AGAIN):
            cancelled = cancel is not None and cancel.is_set()
            if (cancelled or self._closing.is_set()) and ticket.withdraw():
                raise Unreachable(node, "it was cancelled before anything was sent", "Try again.")
            if self._closing.is_set() and not _done(running, CLOSE_SECONDS):
                raise Unreachable(node, "the wizard ended in the middle of a command", "Resume the session.")
        return running.result()

    def wait_for_return(
        self,
        node: str,
        *,
        went_down: bool,
        timeout: float,
        on_progress: OnOutput | None = None,
        cancel: Cancel | None = None,
    ) -> bool:
        """Wait until a node gives its prompt again; False when the time is over or it was cancelled.

        Raises LoginRefused and HostKeyRefused, which waiting does not mend; a first refusal of the node may be mended.
        """
        left, began = threading.Event(), time.monotonic()

        def stopped() -> bool:
            return left.is_set() or self._closing.is_set() or (cancel is not None and cancel.is_set())

        def report(text: str) -> None:
            if on_progress is not None and not stopped():
                on_progress(text)

        waiting = self._waiting(node, went_down, report, stopped, cancel)
        returning = self._owner(node).do(lambda: self._is_open(node, went_down) or wait(waiting, timeout))
        while not _done(returning, LOOK_AGAIN):
            # A prompt that is just coming up may still settle after the time is over.
            if stopped() or time.monotonic() - began >= timeout + 1:
                left.set()
                return False
        return returning.result()

    def _waiting(
        self,
        node: str,
        went_down: bool,
        report: OnOutput,
        stopped: Callable[[], bool],
        cancel: Cancel | None,
    ) -> Waiting:
        endpoint, old = self._endpoint(node), self._of_old(node)

        def pause(seconds: float) -> None:
            until = time.monotonic() + seconds
            while not stopped() and (rest := until - time.monotonic()) > 0:
                self._closing.wait(min(rest, LOOK_AGAIN))

        return Waiting(
            place=f"{node} ({endpoint.place})",
            probe=lambda: probe(endpoint, self._resolve, self._known_hosts),
            went_down=lambda: went_down or any(session.ended for session in old),
            log_in=lambda rest: self._log_in_again(node, rest, cancel),
            forgive=lambda: self._failures.forgive(node),
            report=report,
            stopped=stopped,
            pause=pause,
        )

    def close(self) -> None:
        """Close all sessions within a second; nothing is typed."""
        self._closing.set()
        with self._mutex:
            sessions = [*self._sessions.values(), *self._lingering]
            owners = tuple(self._owners.values())
        closing = [in_background(f"close {session.name}", session.close) for session in sessions]
        wait_for_futures(closing, timeout=CLOSE_SECONDS)
        self._failures.abandon()
        for owner in owners:
            owner.end()

    # --- in the thread of the node ---

    def _run(self, node: str, order: Order, ticket: Ticket) -> Exchange:
        # A session may die between commands without anybody noticing. Reads may then begin once more.
        again = risk_of(order.command) is Risk.READ_ONLY
        while True:
            session = self._session(node, FIRST_PROMPT_SECONDS, order.cancel)
            if not ticket.claim():
                raise Unreachable(node, "it was cancelled before anything was sent", "Try again.")
            try:
                exchange = session.run(order)
            except Unreachable:
                if not again:
                    raise
                again = False
                continue
            if session.lingers:
                with self._mutex:
                    self._lingering.append(self._sessions.pop(node))
            return exchange

    def _session(self, node: str, timeout: float, cancel: Cancel | None) -> Session:
        """The open session of a node, or a new one."""
        session = self._sessions.get(node)
        if session is not None and not session.closed:
            return session
        if session is not None:
            session.close()
        connection = connect(self._endpoints[node], self._operator, self._failures, self._known_hosts, self._resolve)
        session = Session(node, connection, self._operator, self._spill)
        with self._mutex:
            self._sessions[node] = session
            self._seen[node] = (connection.host_key, connection.algorithms)
        if self._closing.is_set():
            session.close()
            raise Unreachable(node, "the wizard is ending", "Start it again.")
        session.wait_for_prompt(timeout, cancel)
        return session

    def _is_open(self, node: str, went_down: bool) -> bool:
        """Whether there is a session that belongs to the instance after the restart."""
        session = self._sessions.get(node)
        return went_down and session is not None and not session.closed

    def _of_old(self, node: str) -> list[Session]:
        """The sessions whose end will tell that the instance before the restart has gone."""
        with self._mutex:
            session = self._sessions.get(node)
            still = [session] if session is not None and not session.closed else []
            return [*still, *(session for session in self._lingering if session.name == node)]

    def _log_in_again(self, node: str, rest: float, cancel: Cancel | None) -> None:
        session = self._sessions.get(node)
        if session is not None:
            session.close()
        self._session(node, min(AFTER_RESTART_SECONDS, rest), cancel)
        # What ended with this restart tells nothing of the next one.
        with self._mutex:
            over = [session for session in self._lingering if session.name == node]
            self._lingering = [session for session in self._lingering if session.name != node]
        for session in over:
            session.close()

    # --- names ---

    def _endpoint(self, node: str) -> Endpoint:
        if node not in self._endpoints:
            raise CommandRefused(node, "this node is not in the plan", "Name a node of the plan.")
        return self._endpoints[node]

    def _owner(self, node: str) -> Owner:
        self._endpoint(node)
        with self._mutex:
            if node not in self._owners:
                self._owners[node] = Owner(f"node {node}")
            return self._owners[node]


def _done(future: "Future[T]", seconds: float) -> bool:
    """Whether it is done within some seconds."""
    return bool(wait_for_futures((future,), timeout=seconds).done)
