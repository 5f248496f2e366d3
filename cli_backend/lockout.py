"""Failed logins, kept per account across runs: three within five minutes lock it, so a third is not tried."""

import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cli_backend.exchange import LockedOut, LoginRefused

WINDOW = 300  # seconds; the platform's default unlock time
MOST = 2  # failures in the window; the next would be the third


@dataclass(frozen=True, kw_only=True)
class Account:
    """An account on one machine. The machine is known by its host key: names and addresses recur in other networks.

    `node` is what it is called here, for people.
    """

    node: str
    user: str
    host_key: str

    @property
    def key(self) -> str:
        """What its failures are kept under."""
        return f"{self.user}@{self.host_key}"


class Failures:
    """Failed passwords. The times are on disk; the passwords themselves are only known by a keyed hash, in memory."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._path, self._now = path, now
        self._mutex = threading.Lock()
        self._key = os.urandom(32)
        self._here: dict[str, list[int]] = {}  # those of this run: a disk that takes nothing must not lock an account
        self._refused: dict[bytes, str] = {}
        self._proven: set[bytes] = set()
        self._trying: list[Account] = []
        self._one_trial = threading.Lock()

    @contextlib.contextmanager
    def trial(self, account: Account, password: str) -> Iterator[None]:
        """Try a password. One that no node has accepted yet is on trial at one node at a time; the others wait for it.

        Raises LoginRefused as `may_try` does.
        """
        with self._mutex:
            proven = self._mark(password) in self._proven
        with contextlib.nullcontext() if proven else self._one_trial:
            self.may_try(account, password)
            with self._mutex:
                self._trying.append(account)
            try:
                yield
            finally:
                with self._mutex:
                    self._trying.remove(account)

    def may_try(self, account: Account, password: str) -> None:
        """Raises LoginRefused when trying would lock the account, or when another node refused this password."""
        with self._mutex:
            recent = self._recent(account)
            refused_by = self._refused.get(self._mark(password))
        if len(recent) >= MOST:
            clock = time.strftime("%H:%M:%S", time.localtime(min(recent) + WINDOW))
            raise LockedOut(
                account.node,
                f"{len(recent)} logins failed or got no answer within {WINDOW // 60} minutes; one more would lock the"
                " account",
                f"Wait until {clock}, then try again with the right password.",
            )
        if refused_by is not None:
            raise LoginRefused(
                account.node,
                f"{refused_by} refused this password; it is not tried again",
                "Enter another password.",
            )

    def failed(self, account: Account, password: str) -> None:
        """Remember a failure; on disk when this returns, where there is one that takes it."""
        with self._mutex:
            self._refused[self._mark(password)] = account.node
        self.unclear(account)

    def forgive(self, node: str) -> None:
        """Let a password that this node refused be tried again, as after its start. The failure itself still counts."""
        with self._mutex:
            self._refused = {mark: refused_by for mark, refused_by in self._refused.items() if refused_by != node}

    def unclear(self, account: Account) -> None:
        """Remember that a login ended without an answer: the node may have counted it."""
        now = int(self._now())
        with self._mutex:
            self._here[account.key] = [*self._recent(account), now]
            with contextlib.suppress(OSError), self._across_processes():
                self._store({**self._load(), account.key: [*self._on_disk(account), now]})

    def abandon(self) -> None:
        """Whoever leaves now leaves the logins under way without their answers: each may have been counted."""
        with self._mutex:
            trying = tuple(self._trying)
        for account in trying:
            self.unclear(account)

    def succeeded(self, account: Account, password: str) -> None:
        """A login that worked ends the counting."""
        with self._mutex:
            self._proven.add(self._mark(password))
            self._here.pop(account.key, None)
            if account.key not in self._load():
                return
            with contextlib.suppress(OSError), self._across_processes():
                times = self._load()
                if times.pop(account.key, None) is not None:
                    self._store(times)

    @contextlib.contextmanager
    def _across_processes(self) -> Iterator[None]:
        """Hold the file between reading and writing it; two runs may fail at the same time."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self._path.with_name(f"{self._path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _mark(self, password: str) -> bytes:
        return hmac.new(self._key, password.encode(), hashlib.sha256).digest()

    # A clock that was set back makes times lie ahead; they count for one window and no longer.
    def _recent(self, account: Account) -> list[int]:
        here = [at for at in self._here.get(account.key, []) if abs(self._now() - at) < WINDOW]
        return max(self._on_disk(account), here, key=len)

    def _on_disk(self, account: Account) -> list[int]:
        return [at for at in self._load().get(account.key, []) if abs(self._now() - at) < WINDOW]

    def _load(self) -> dict[str, list[int]]:
        try:
            stored: object = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(stored, dict):
            return {}
        return {
            str(node): [at for at in times if type(at) is int]
            for node, times in stored.items()
            if isinstance(times, list)
        }

    def _store(self, times: Mapping[str, list[int]]) -> None:
        temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(fd, json.dumps(times).encode())
            os.fsync(fd)
        finally:
            os.close(fd)
        temporary.replace(self._path)
