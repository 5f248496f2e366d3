"""Failed logins, kept per node across runs: three within five minutes lock the account, so a third is not tried."""

import hashlib
import hmac
import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from cli_backend.exchange import LoginRefused

WINDOW = 300  # seconds; the platform's default unlock time
MOST = 2  # failures in the window; the next would be the third


class Failures:
    """Failed passwords. The times are on disk; the passwords themselves are only known by a keyed hash, in memory."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._path, self._now = path, now
        self._mutex = threading.Lock()
        self._key = os.urandom(32)
        self._refused: dict[bytes, str] = {}

    def may_try(self, node: str, password: str) -> None:
        """Raises LoginRefused when trying would lock the account, or when another node refused this password."""
        with self._mutex:
            recent = self._recent(node)
            refused_by = self._refused.get(self._mark(password))
        if len(recent) >= MOST:
            clock = time.strftime("%H:%M:%S", time.localtime(min(recent) + WINDOW))
            raise LoginRefused(
                node,
                f"{len(recent)} logins failed within {WINDOW // 60} minutes; one more would lock the account",
                f"Wait until {clock}, then try again with the right password.",
            )
        if refused_by is not None:
            raise LoginRefused(
                node,
                f"{refused_by} refused this password; it is not tried again",
                "Enter another password.",
            )

    def failed(self, node: str, password: str) -> None:
        """Remember a failure; on disk when this returns."""
        with self._mutex:
            self._refused[self._mark(password)] = node
            times = self._load()
            times[node] = [*self._recent(node), int(self._now())]
            self._store(times)

    def succeeded(self, node: str) -> None:
        """A login that worked ends the counting."""
        with self._mutex:
            times = self._load()
            if times.pop(node, None) is not None:
                self._store(times)

    def _mark(self, password: str) -> bytes:
        return hmac.new(self._key, password.encode(), hashlib.sha256).digest()

    def _recent(self, node: str) -> list[int]:
        return [at for at in self._load().get(node, []) if self._now() - at < WINDOW]

    def _load(self) -> dict[str, list[int]]:
        try:
            stored: object = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(stored, dict):
            return {}
        return {
            str(node): [at for at in times if isinstance(at, int)]
            for node, times in stored.items()
            if isinstance(times, list)
        }

    def _store(self, times: Mapping[str, list[int]]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(fd, json.dumps(times).encode())
            os.fsync(fd)
        finally:
            os.close(fd)
        temporary.replace(self._path)
