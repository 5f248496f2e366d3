"""TLS with faults sown in: what an honest server would send, damaged in ways that a seed decides."""

import contextlib
import random
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

_ROUNDS = 8  # of messages in a handshake; more than any needs


def server_context(chain: Path, version: ssl.TLSVersion, trust: Path | None = None) -> ssl.SSLContext:
    """A server of one version that asks for a client certificate, with every cipher there is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = version
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(chain)
    if trust is not None:
        context.load_verify_locations(trust)
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


def answer_to(hello: bytes, context: ssl.SSLContext) -> bytes:
    """What an honest server answers to a hello: its whole first flight."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    incoming.write(hello)
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_side=True).do_handshake()
    return outgoing.read()


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Bytes with one to four faults: changed, left out, doubled, swapped, cut off, or a length that lies."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        if found:
            chance.choice(_FAULTS)(found, chance)
    return bytes(found)


def _change(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] = chance.choice([0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)])


def _change_early(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(min(len(data), 120))] = chance.randrange(256)  # where most lengths are


def _leave_out(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.choice([1, 2, 5, 40])]


def _double(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at:at] = data[at : at + chance.choice([1, 5, 100, 2000])]


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def _lie(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at : at + 3] = chance.choice([b"\xff\xff\xff", b"\x00\x00\x00", b"\x7f\xff\xff", b"\x00\x40\x00"])


_FAULTS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _change,
    _change_early,
    _leave_out,
    _double,
    _cut,
    _lie,
)


@dataclass(frozen=True)
class Damaging:
    """A server that shakes hands by the book, but for the faults in what it sends. A seed for each connection."""

    context: ssl.SSLContext
    chance: random.Random

    def __call__(self, connection: socket.socket) -> None:
        """Serve one connection."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        stream = self.context.wrap_bio(incoming, outgoing, server_side=True)
        connection.settimeout(1)
        faulty = self.chance.randrange(3)  # in which flight
        for number in range(_ROUNDS):
            said = connection.recv(65536)
            if not said:
                return
            incoming.write(said)
            with contextlib.suppress(ssl.SSLError):
                stream.do_handshake()
                stream.write(b"SIP/2.0 200 OK\r\n\r\n")
            sent = outgoing.read()
            connection.sendall(damaged(sent, self.chance) if number == faulty else sent)
