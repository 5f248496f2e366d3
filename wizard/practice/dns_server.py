"""The practice name server: UDP and TCP on one loopback port, fed from the state at the moment of each question."""

import contextlib
import socket

from wizard.practice.sockets import LOOPBACK, both_protocols, in_background, received, serve_connections
from wizard.practice.state import World
from wizard.practice.zones import reply

_IDLE = 10.0  # seconds a TCP connection may be silent


class NameServer:
    """Answers until the process ends."""

    def __init__(self, world: World) -> None:
        """Raises OSError when no port is free."""
        self._world = world
        self._udp, self._tcp = both_protocols()
        self.endpoint = f"{LOOPBACK}:{self._udp.getsockname()[1]}"
        in_background(self._datagrams, "dns-udp")
        in_background(lambda: serve_connections(self._tcp, self._stream, "dns-tcp"), "dns-tcp-accept")

    def _datagrams(self) -> None:
        while True:
            try:
                wire, asker = self._udp.recvfrom(65535)
            except OSError:
                return
            answer = reply(wire, self._world.state.records, udp=True)
            if answer is not None:
                with contextlib.suppress(OSError):
                    self._udp.sendto(answer, asker)

    def _stream(self, connection: socket.socket) -> None:
        connection.settimeout(_IDLE)
        while True:
            length = int.from_bytes(received(connection, 2), "big")
            answer = reply(received(connection, length), self._world.state.records, udp=False)
            if answer is None:
                return
            connection.sendall(len(answer).to_bytes(2, "big") + answer)
