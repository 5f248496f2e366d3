"""Listening on the loopback interface, and nowhere else."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

LOOPBACK = "127.0.0.1"


class Port:
    """A TCP port of ours. It stays ours while nobody listens on it, so that connecting is refused meanwhile."""

    def __init__(self) -> None:
        self._holder = _reusable()
        self._holder.bind((LOOPBACK, 0))
        self.number: int = self._holder.getsockname()[1]

    def listen(self) -> socket.socket:
        """A listening socket; closing it makes the port refuse again."""
        listener = _reusable()
        listener.bind((LOOPBACK, self.number))
        listener.listen(64)
        return listener

    @property
    def endpoint(self) -> str:
        """ADDRESS:PORT."""
        return f"{LOOPBACK}:{self.number}"


def both_protocols() -> tuple[socket.socket, socket.socket]:
    """A UDP and a listening TCP socket with the same port number. Raises OSError."""
    for _attempt in range(64):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((LOOPBACK, 0))
        tcp = _reusable()
        try:
            tcp.bind(udp.getsockname())
            tcp.listen(64)
        except OSError:
            udp.close()
            tcp.close()
        else:
            return udp, tcp
    raise OSError("no port is free for both UDP and TCP")


def serve_connections(listener: socket.socket, serve: Callable[[socket.socket], None], name: str) -> None:
    """Accept until the listener is shut; each connection gets a thread of its own, which may fail alone."""
    while True:
        try:
            connection, _peer = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve_one, args=(serve, connection), name=name, daemon=True).start()


def shut(listener: socket.socket) -> None:
    """Close a listener, waking whoever accepts on it."""
    with contextlib.suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def received(connection: socket.socket, count: int) -> bytes:
    """Exactly so many bytes. Raises EOFError when the other side ends before."""
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def in_background(work: Callable[[], None], name: str) -> threading.Thread:
    """Run in a daemon thread: nothing here may keep the process alive."""
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread


def _serve_one(serve: Callable[[socket.socket], None], connection: socket.socket) -> None:
    with _closing(connection), contextlib.suppress(OSError, EOFError):
        serve(connection)


@contextlib.contextmanager
def _closing(connection: socket.socket) -> Iterator[None]:
    try:
        yield
    finally:
        connection.close()


def _reusable() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made
