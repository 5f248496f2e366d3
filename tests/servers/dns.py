"""A name server that answers as a test says, over UDP on a free port of 127.0.0.1; TCP is refused."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import dns.exception
import dns.message

Answer = Callable[[dns.message.Message], dns.message.Message | bytes | None]


@contextlib.contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """Yields ADDRESS:PORT. The answer is a message, raw bytes, or None for silence."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
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
                if reply is not None:
                    server.sendto(reply if isinstance(reply, bytes) else reply.to_wire(), asker)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.getsockname()[1]}"
    finally:
        over.set()
        thread.join(5)
        server.close()
