"""The TLS servers of the practice network: partners, the gateway, and our own public name.

They demand a certificate from whoever connects, as federation peers do, and answer SIP OPTIONS (RFC 3261).
"""

import contextlib
import socket
import ssl
from pathlib import Path

from wizard.practice import changes, exchanged
from wizard.practice.pki import Authority
from wizard.practice.scenarios import EdgeSpec
from wizard.practice.sockets import Port, in_background, serve_connections
from wizard.practice.state import World, certificate_key

_IDLE = 10.0  # seconds a connection may be silent
_MOST_HEADERS = 16384


class Edge:
    """One TLS server. One of ours answers only while the node behind it would."""

    def __init__(self, spec: EdgeSpec, world: World, authority: Authority) -> None:
        self._spec, self._world, self._authority = spec, world, authority
        if not self._shows_own:
            authority.server(spec.host, spec.common_name)  # made before anybody waits for it
        self.port = Port()
        listener = self.port.listen()
        in_background(lambda: serve_connections(listener, self._serve, spec.host), f"{spec.host}-accept")

    def _serve(self, connection: socket.socket) -> None:
        if not self._reachable():
            return
        connection.settimeout(_IDLE)
        with contextlib.suppress(ssl.SSLError), self._context().wrap_socket(connection, server_side=True) as stream:
            pending = b""
            while (request := _headers(stream, pending)) is not None:
                head, pending = request
                if (answer := options_answer(head)) is not None:
                    stream.sendall(answer)

    def _reachable(self) -> bool:
        state, node, scenario = self._world.state, self._spec.node, self._world.scenario
        if not node:
            return True
        if not changes.takes_sip(state, node, self._world.now()):
            return False
        if self._spec.inside:
            return exchanged.listening(state, node) == str(scenario.peer_auth_port)
        return exchanged.answers(state, scenario, node)

    @property
    def _shows_own(self) -> bool:
        """A node shows its own; an ASA in front of it terminates TLS and shows the one of the public name."""
        return bool(self._spec.node) and (self._spec.inside or self._world.scenario.asa is None)

    def _certificate(self) -> Path:
        if self._shows_own:
            return self._authority.own(exchanged.own(self._world.state, self._spec.node))
        host, settings = self._spec.host, self._world.state.settings
        return self._authority.server(host, settings.get(certificate_key(host), self._spec.common_name))

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # Servers of this age speak what release 9 offers: TLS 1.0, with ciphers that OpenSSL keeps for level 0.
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.maximum_version = ssl.TLSVersion.TLSv1_2  # no Edge that these releases federate with speaks 1.3
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.load_cert_chain(self._certificate())
        context.load_verify_locations(self._authority.root)
        context.verify_mode = ssl.CERT_REQUIRED
        return context


def options_answer(head: bytes) -> bytes | None:
    """The answer to a SIP request: 200 to OPTIONS, 405 to anything else, none to an ACK or to what is not SIP."""
    lines = head.decode("utf-8", "replace").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or words[2] != "SIP/2.0" or words[0] == "ACK":
        return None
    status = "200 OK" if words[0] == "OPTIONS" else "405 Method Not Allowed"
    copied = [line for line in lines[1:] if line.partition(":")[0].strip().lower() in _COPIED]
    tagged = [f"{line};tag=practice" if _is_untagged_to(line) else line for line in copied]
    answer = [f"SIP/2.0 {status}", *tagged, "Allow: OPTIONS", "Content-Length: 0", "", ""]
    return "\r\n".join(answer).encode()


_COPIED = frozenset({"via", "v", "from", "f", "to", "t", "call-id", "i", "cseq"})


def _is_untagged_to(line: str) -> bool:
    name, _, value = line.partition(":")
    return name.strip().lower() in {"to", "t"} and ";tag=" not in value.lower()


def _headers(stream: ssl.SSLSocket, pending: bytes) -> tuple[bytes, bytes] | None:
    """The next request without its body, and what came behind it; None at the end or when it is none."""
    data = pending
    while b"\r\n\r\n" not in data:
        more = stream.recv(4096)
        if not more or len(data) > _MOST_HEADERS:
            return None
        data = (data + more).lstrip(b"\r\n")
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest
