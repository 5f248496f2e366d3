"""The shell of a logged-in node: what arrives is always read, and is typed only on request."""

import threading
import time

from cli_backend.ssh import Connection

IDLE_BYTES = 262_144  # how much is kept of what a node prints while nobody asked it anything
MOST_WAITING = 1_048_576  # bytes that were not taken; whoever is later than that lets the node wait


class Shell:
    """A channel with a daemon thread that keeps reading, whatever happens: an unread channel stalls the node.

    Only where a command's own output is not taken does the node wait; until then memory is not filled with it.
    """

    def __init__(self, name: str, connection: Connection) -> None:
        self._connection = connection
        self._arrived = bytearray()
        self._change = threading.Condition()
        self._last = time.monotonic()
        self._closed = self._ended = False
        self._listening = True
        threading.Thread(target=self._read, name=f"read {name}", daemon=True).start()

    @property
    def closed(self) -> bool:
        """Whether the connection has ended. What arrived before may still be there to take."""
        return self._closed

    @property
    def ended(self) -> bool:
        """Whether the other side ended it."""
        return self._ended

    @property
    def listening(self) -> bool:
        """Whether all that arrives is wanted. Otherwise only the end of it is kept, and the node never waits."""
        return self._listening

    @listening.setter
    def listening(self, wanted: bool) -> None:
        with self._change:
            self._listening = wanted
            self._change.notify_all()

    @property
    def pending(self) -> bool:
        """Whether something arrived that was not taken."""
        with self._change:
            return bool(self._arrived)

    def take(self) -> bytes:
        """What arrived since the last call."""
        with self._change:
            data, self._arrived = bytes(self._arrived), bytearray()
            if len(data) >= MOST_WAITING:  # nothing was read meanwhile, which is not the quiet of the node
                self._last = time.monotonic()
                self._change.notify_all()
        return data

    def quiet_for(self) -> float:
        """Seconds since the last byte."""
        with self._change:
            return time.monotonic() - self._last

    def wait(self, seconds: float) -> None:
        """Wait until something arrives, or the connection ends, or the time is over."""
        with self._change:
            if not self._arrived and not self._closed:
                self._change.wait(seconds)

    def type(self, text: str) -> bool:
        """Send keys. False: the connection is gone."""
        if self._closed:
            return False
        try:
            self._connection.channel.sendall(text.encode("ascii"))
        except OSError:
            return False
        return True

    def close(self) -> None:
        """End the connection; nothing is typed."""
        with self._change:
            self._closed = True
            self._change.notify_all()
        self._connection.close()

    def _may_read(self) -> bool:
        return len(self._arrived) < MOST_WAITING or self._closed or not self._listening

    def _read(self) -> None:
        channel = self._connection.channel
        while True:
            try:
                data = channel.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                data = b""
            with self._change:
                self._arrived += data
                if not self._listening:
                    del self._arrived[:-IDLE_BYTES]
                self._last = time.monotonic()
                self._ended = self._ended or (not data and not self._closed)
                self._closed = self._closed or not data
                self._change.notify_all()
                self._change.wait_for(self._may_read)
            if not data:
                return
