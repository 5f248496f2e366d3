"""TLS servers for tests: openssl s_server, and small servers that misbehave in one way."""

import contextlib
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

Behaviour = Callable[[socket.socket], None]


@contextlib.contextmanager
def openssl_server(
    folder: Path, certificate: bytes, key: bytes, chain: bytes = b"", *options: str, at: str = "127.0.0.1:0"
) -> Iterator[int]:
    """`openssl s_server` on a free port of 127.0.0.1, or where it is told; yields the port once it accepts."""
    (folder / "server.pem").write_bytes(certificate)
    (folder / "server.key").write_bytes(key)
    command = ["openssl", "s_server", "-accept", at, "-cert", str(folder / "server.pem"), "-quiet"]
    command += ["-key", str(folder / "server.key"), *options]
    if chain:
        (folder / "chain.pem").write_bytes(chain)
        command += ["-cert_chain", str(folder / "chain.pem")]
    command.remove("-quiet")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.PIPE)
    try:
        yield _accepting(process) or int(at.rpartition(":")[2])
    finally:
        process.kill()
        process.communicate()


def _accepting(process: "subprocess.Popen[bytes]") -> int:
    """The port that s_server names when it is ready, `ACCEPT 127.0.0.1:PORT`; 0 when it was told which."""
    assert process.stdout is not None
    said = b""
    for line in process.stdout:
        said += line
        if line.startswith(b"ACCEPT"):
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return int(line.rpartition(b":")[2] if b":" in line else 0)
    raise AssertionError(said.decode())


@contextlib.contextmanager
def fault_server(behaviour: Behaviour) -> Iterator[int]:
    """A server on a free port of 127.0.0.1 that does one thing with each connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_one, args=(connection, behaviour, over), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _one(connection: socket.socket, behaviour: Behaviour, over: threading.Event) -> None:
    with connection, contextlib.suppress(OSError):
        behaviour(connection)
        if behaviour in {silent, stalls}:
            over.wait(20)


def resets(connection: socket.socket) -> None:
    """Read the hello, then reset."""
    connection.recv(4096)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def closes(connection: socket.socket) -> None:
    """Read the hello, then close in order."""
    connection.recv(4096)


def resets_at_once(connection: socket.socket) -> None:
    """Reset before anything is read, as an access list does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def closes_at_once(connection: socket.socket) -> None:
    """Close before anything is read, as a load balancer with nobody behind it does."""
    connection.shutdown(socket.SHUT_WR)
    connection.recv(4096)


def silent(connection: socket.socket) -> None:
    """Read the hello and say nothing."""
    connection.recv(4096)


def stalls(connection: socket.socket) -> None:
    """Send half a ServerHello, then say nothing."""
    connection.recv(4096)
    connection.sendall(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03" + bytes(40))


def says(text: bytes) -> Behaviour:
    """Answer with fixed bytes."""

    def behaviour(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(text)

    return behaviour


def floods(opening: bytes, piece: bytes) -> Behaviour:
    """Answer with an opening, then with the same piece for ever."""

    def behaviour(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(opening)
        pieces = piece * (65536 // len(piece))
        while True:
            connection.sendall(pieces)

    return behaviour


@contextlib.contextmanager
def full_server(address: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """A port whose backlog is full: the kernel drops whoever else knocks, as a filtering firewall does."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((address, port))
        listener.listen(0)
        port = int(listener.getsockname()[1])
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex((address, port))
        yield port


def free_port() -> int:
    """A port that nothing listens on, at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def is_listening(port: int) -> bool:
    """Whether somebody accepts connections at a port of 127.0.0.1."""
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        threading.Event().wait(0.02)
