"""A name server that answers as a test says, over UDP on a port of 127.0.0.1; TCP is refused unless served there."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import dns.exception
import dns.message

Answer = Callable[[dns.message.Message], dns.message.Message | bytes | list[bytes] | None]
_LARGEST = 65507  # bytes that fit into a datagram


@contextlib.contextmanager
def answering(answer: Answer, port: int = 0) -> Iterator[str]:
    """Yields ADDRESS:PORT. The answer is a message, raw bytes, datagrams, or None for silence."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", port))
    server.settimeout(0.05)
    over = threading.Event()

    def serve() -> None:
        while not over.is_set():
            try:
                wire, asker = server.recvfrom(65535)
            except TimeoutError:
                continue
            with contextlib.suppress(dns.exception.DNSException):
                reply = answer(dns.message.from_wire(wire))
                for datagram in _datagrams(reply):
                    server.sendto(datagram[:_LARGEST], asker)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        over.set()
        thread.join(5)
        server.close()


def _datagrams(reply: dns.message.Message | bytes | list[bytes] | None) -> list[bytes]:
    match reply:
        case None:
            return []
        case bytes():
            return [reply]
        case list():
            return reply
        case _:
            return [reply.to_wire()]


def over_tcp(answer: Callable[[dns.message.Message], bytes]) -> Callable[[socket.socket], None]:
    """What a connection gets from `tls.fault_server`: one question read, and the bytes sent as they are."""

    def serve(connection: socket.socket) -> None:
        length = int.from_bytes(_exactly(connection, 2), "big")
        connection.sendall(answer(dns.message.from_wire(_exactly(connection, length))))

    return serve


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        more = connection.recv(length - len(data))
        if not more:
            raise ConnectionError("the question was cut off")
        data += more
    return data
