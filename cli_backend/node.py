"""What a caller asks for: run a command on a node, wait until it is back. Sessions open when needed and are reused."""

import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli_backend.dialect import refuse
from cli_backend.exchange import (
    Cancel,
    CommandRefused,
    Endpoint,
    Exchange,
    Expected,
    HostKeyRefused,
    LoginRefused,
    OnAnswer,
    OnOutput,
    Operator,
    Unreachable,
)
from cli_backend.lockout import Failures
from cli_backend.session import FIRST_PROMPT_SECONDS, Order, Session
from cli_backend.ssh import Resolve, connect

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 30.0  # seconds between two tries to reach a node that restarts
CLOSE_SECONDS = 0.5


def numeric(address: str) -> tuple[str, ...]:
    """The resolver for addresses that are numeric already."""
    return (address,)


class Nodes:
    """The CLI of several nodes; implements `cli_backend.exchange.Device`."""

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        operator: Operator,
        known_hosts: Path,
        failures: Path,
        resolve: Resolve = numeric,
    ) -> None:
        self._endpoints, self._operator, self._resolve = endpoints, operator, resolve
        self._known_hosts, self._failures = known_hosts, Failures(failures)
        self._locks = {name: threading.Lock() for name in endpoints}
        self._sessions: dict[str, Session] = {}
        self._closing = False

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
        with self._lock(node):
            return self._session(node, FIRST_PROMPT_SECONDS, cancel).run(order)

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

        Raises LoginRefused and HostKeyRefused, which waiting does not mend.
        """
        began, pause, down = time.monotonic(), FIRST_PAUSE, went_down
        while True:
            elapsed = time.monotonic() - began
            if elapsed >= timeout or self._closing or (cancel is not None and cancel.is_set()):
                return False
            try:
                with self._lock(node):
                    self._session(node, min(FIRST_PROMPT_SECONDS, timeout - elapsed), cancel)
                    if down:
                        return True
                    self._drop(node)
                state = "still answers"
            except (LoginRefused, HostKeyRefused):
                raise
            except Unreachable as problem:
                down, state = True, problem.problem
            if on_progress is not None:
                on_progress(f"{node}: {state}; {int(elapsed)} s of at most {int(timeout)} s")
            _sleep(pause, cancel)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def close(self) -> None:
        """Close all sessions within a second; nothing is typed."""
        self._closing = True
        closers = [
            threading.Thread(target=session.close, name=f"close {name}", daemon=True)
            for name, session in self._sessions.items()
        ]
        for closer in closers:
            closer.start()
        deadline = time.monotonic() + CLOSE_SECONDS
        for closer in closers:
            closer.join(max(0.0, deadline - time.monotonic()))

    def _lock(self, node: str) -> threading.Lock:
        if node not in self._locks:
            raise CommandRefused(node, "this node is not in the plan", "Name a node of the plan.")
        return self._locks[node]

    def _session(self, node: str, timeout: float, cancel: Cancel | None) -> Session:
        """The open session of a node, or a new one. The caller holds the node's lock."""
        session = self._sessions.get(node)
        if session is not None and not session.closed:
            return session
        if self._closing:
            raise Unreachable(node, "the wizard is ending", "Start it again.")
        connection = connect(self._endpoints[node], self._operator, self._failures, self._known_hosts, self._resolve)
        session = Session(node, connection, self._operator)
        self._sessions[node] = session
        session.wait_for_prompt(timeout, cancel)
        return session

    def _drop(self, node: str) -> None:
        session = self._sessions.pop(node, None)
        if session is not None:
            session.close()


def _sleep(seconds: float, cancel: Cancel | None) -> None:
    (cancel or threading.Event()).wait(seconds)
