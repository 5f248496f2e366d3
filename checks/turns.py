"""Who may go on when many checks run at once: slots, budgets, and courtesy towards a server that many lead to.

A check has a budget of time from when it begins. Its slot is lent to the next check as soon as it mostly waits, so that
a peer that does not answer delays nobody; while it waits for its turn at a server, its budget rests.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass, field

_LENT_AFTER = 0.25  # seconds of a check; one that is answered is mostly over by then
_PUNCTUAL = 0.05  # seconds; a loop that is later than this has too much to do for another check
_MOST_LENT = 200
_VISITS = 2  # at one address at the same time; each may hold two connections, so four in all


@dataclass
class _Turn:
    """One check within a run: its budget, and how many of its visits wait for a server."""

    run: "Turns"
    budget: asyncio.Timeout
    waiting: int = 0
    left: float = 0.0
    since: float = 0.0
    waited: float = 0.0

    def rest(self) -> None:
        """Stop the clock of the budget."""
        until = self.budget.when()
        if self.waiting == 0 and until is not None and not self.budget.expired():
            self.since = asyncio.get_running_loop().time()
            self.left = until - self.since
            self.budget.reschedule(None)
        self.waiting += 1

    def resume(self) -> None:
        """Let the clock go on, when no visit waits any more."""
        self.waiting -= 1
        if self.waiting == 0 and self.budget.when() is None:
            now = asyncio.get_running_loop().time()
            self.waited += now - self.since
            self.budget.reschedule(now + self.left)


_current: ContextVar[_Turn | None] = ContextVar("turn", default=None)


class Turns:
    """The slots of one run, and the doors of the servers that it visits."""

    def __init__(self, slots: int) -> None:
        self._slots = asyncio.Semaphore(slots)
        self._lent = 0
        self.doors: dict[str, asyncio.Semaphore] = {}

    @contextlib.asynccontextmanager
    async def turn(self, seconds: float) -> AsyncIterator[None]:
        """Wait for a slot, then run what is within under its budget. Raises TimeoutError when that is over."""
        await self._slots.acquire()
        slot = _Slot(self)
        try:
            async with asyncio.timeout(seconds) as budget:
                token = _current.set(_Turn(self, budget))
                try:
                    yield
                finally:
                    _current.reset(token)
        finally:
            slot.give_back()

    def lend(self) -> bool:
        """Give a slot to the next check while the one that has it waits; whether that could be done."""
        if self._lent >= _MOST_LENT:
            return False
        self._lent += 1
        self._slots.release()
        return True

    def give_back(self, *, lent: bool) -> None:
        """A check is over."""
        if lent:
            self._lent -= 1
        else:
            self._slots.release()


@dataclass
class _Slot:
    """A slot, lent after a while: the loop is asked whether it comes in time, else it is busy with other checks."""

    run: Turns
    lent: bool = False
    _timer: asyncio.TimerHandle = field(init=False)

    def __post_init__(self) -> None:
        self._watch()

    def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(_LENT_AFTER, self._look, loop.time() + _LENT_AFTER)

    def _look(self, due: float) -> None:
        punctual = asyncio.get_running_loop().time() - due < _PUNCTUAL
        self.lent = punctual and self.run.lend()
        if not self.lent:
            self._watch()

    def give_back(self) -> None:
        self._timer.cancel()
        self.run.give_back(lent=self.lent)


def waited() -> float:
    """For how many seconds the check that calls has waited for its turn at a server."""
    turn = _current.get()
    return 0.0 if turn is None else turn.waited


@contextlib.asynccontextmanager
async def at_the_door(address: str) -> AsyncIterator[None]:
    """Wait until few enough others visit this address; outside of a run nobody else does."""
    turn = _current.get()
    if turn is None:
        yield
        return
    door = turn.run.doors.setdefault(address, asyncio.Semaphore(_VISITS))
    turn.rest()
    try:
        await door.acquire()
    finally:
        turn.resume()
    try:
        yield
    finally:
        door.release()
