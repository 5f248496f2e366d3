"""One simulated node behind SSH: password or keyboard-interactive, a slow console, and restarts that really happen."""

# mypy: disable-error-code="explicit-override"
# (paramiko calls what it finds; typing.override came with Python 3.12)

import contextlib
import hashlib
import hmac
import logging
import socket
import threading
from base64 import b64encode
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)
from paramiko.server import InteractiveQuery

from wizard.practice.commands import Console, Quit, session
from wizard.practice.frail import FrailWire, carries
from wizard.practice.lines import DrippingWire, far
from wizard.practice.modes import Manner, manner_of
from wizard.practice.old_ssh import OldTransport
from wizard.practice.outputs import banner
from wizard.practice.pki import Authority
from wizard.practice.scenarios import NodeSpec
from wizard.practice.sockets import Port, in_background, serve_connections, shut
from wizard.practice.state import NodeLog, World
from wizard.practice.terminal import Gone, Terminal, Wire

USER = "administrator"
_HANDSHAKE = 30.0  # seconds
_LOOK_AGAIN = 5.0  # seconds
_BOOT_STEP = 0.5  # seconds; the time of day and the state may jump, so a long wait is cut into pieces


class SshNode:
    """A node that listens while it is up, and refuses connections while it restarts."""

    def __init__(self, spec: NodeSpec, world: World, authority: Authority, key: Path, password: str) -> None:
        self.port = Port()
        self._spec, self._world, self._authority, self._password = spec, world, authority, password
        self._key = paramiko.Ed25519Key.from_private_key_file(str(key))
        self._log = NodeLog(world.directory, spec.name)
        self._lock = threading.Lock()
        self._transports: set[paramiko.Transport] = set()
        self._sessions = 0
        self._listener: socket.socket | None = None
        self._listening = threading.Event()
        self._catch_up()
        in_background(self._live, f"{spec.name}-power")

    @property
    def fingerprint(self) -> str:
        """The host key's fingerprint as OpenSSH prints it."""
        return fingerprint(self._key)

    def wait_until_settled(self, timeout: float) -> None:
        """Wait until the node listens, or is found to be away on restart."""
        if not self._node_is_away():
            self._listening.wait(timeout)

    def goes_down(self) -> None:
        """Go down at the time that is written in the state, whoever still listens."""
        wait = self._world.state.nodes[self._spec.name].down_at - self._world.now()
        timer = threading.Timer(max(0.0, wait), self._power_off)
        timer.daemon = True
        timer.start()

    def _live(self) -> None:
        """Up, down, up again, until the process ends."""
        while not self._world.stop.is_set():
            away = self._wait_for_boot()
            listener = self.port.listen()
            with self._lock:
                self._listener = listener
            if away:
                self._log.write("up")
            self._listening.set()
            serve_connections(listener, self._serve, f"{self._spec.name}-ssh")
            self._listening.clear()

    def _wait_for_boot(self) -> bool:
        waited = False
        while self._node_is_away():
            waited = True
            left = self._world.state.nodes[self._spec.name].booted_at - self._world.now()
            self._world.stop.wait(min(max(left, 0.01), _BOOT_STEP))
            if self._world.stop.is_set():
                break
        return waited

    def _node_is_away(self) -> bool:
        # Also between confirmation and shutdown, when this process is a new one: the old one's sessions are gone.
        return self._world.state.nodes[self._spec.name].restarts_soon(self._world.now())

    def _power_off(self) -> None:
        with self._lock:
            listener, self._listener = self._listener, None
            transports, self._transports = self._transports, set()
        if listener is not None:
            shut(listener)
        for transport in transports:
            transport.close()

    def _catch_up(self) -> None:
        """Write what a killed predecessor did but could not write any more."""
        node = self._world.state.nodes[self._spec.name]
        for _missing in range(node.domain_changes - self._log.count("took-effect")):
            self._log.write("took-effect", command=node.last_domain_command)

    def _serve(self, connection: socket.socket) -> None:
        manner = manner_of(self._world.state, self._spec.name)
        self._world.stop.wait(manner.late)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = far(connection, manner.latency) if manner.latency else connection
        transport = (OldTransport if manner.old_algorithms else paramiko.Transport)(line)
        transport.local_version = "SSH-2.0-OpenSSH_8.0"
        transport.add_server_key(self._key)
        with self._lock:
            if self._listener is None:
                return
            self._transports.add(transport)
        try:
            login = _Login(self._password, self._log, manner)
            transport.start_server(server=login)
            while (channel := transport.accept(_LOOK_AGAIN)) is not None or transport.is_active():
                if channel is not None:
                    in_background(partial(self._attend, channel, login, manner), f"{self._spec.name}-cli")
        except (paramiko.SSHException, EOFError):
            pass
        finally:
            transport.close()
            with self._lock:
                self._transports.discard(transport)

    def _wire(self, channel: paramiko.Channel, manner: Manner) -> Wire:
        wire: Wire = DrippingWire(channel, manner.drip, self._world.stop.wait) if manner.drip else channel
        chance = carries(self._world.state.settings, self._spec.name, self._log.count("login"))
        limit = manner.carries or chance
        if limit is None:
            return wire

        def sever() -> None:
            self._log.write("cut")
            channel.get_transport().close()

        return FrailWire(wire, limit, sever)

    @contextlib.contextmanager
    def _place(self, most: int) -> Iterator[bool]:
        """Whether there is room for one more session. It is taken as long as the context lasts."""
        with self._lock:
            self._sessions += 1
            free = self._sessions <= most
        try:
            yield free
        finally:
            with self._lock:
                self._sessions -= 1

    def _attend(self, channel: paramiko.Channel, login: "_Login", manner: Manner) -> None:
        login.requested.wait(_HANDSHAKE)
        with self._place(manner.sessions) as free:
            if free:
                self._hold(channel, login, manner)
            else:
                self._log.write("session-refused")
        channel.close()

    def _hold(self, channel: paramiko.Channel, login: "_Login", manner: Manner) -> None:
        """One session from its start-up text to its end."""
        channel.settimeout(manner.idle or None)
        self._world.stop.wait(manner.late)
        terminal = Terminal(self._wire(channel, manner), login.height)
        console = Console(self._spec, self._world, self._authority, self._log, terminal, self.goes_down)
        with contextlib.suppress(Gone, OSError, EOFError):
            try:
                if login.exec_command is not None:
                    _hang(console)
                session(console, self._world.stop)
            except Quit:
                channel.send_exit_status(0)


class _Login(paramiko.ServerInterface):
    """Who may come in, and what for: one interactive console."""

    def __init__(self, password: str, log: NodeLog, manner: Manner) -> None:
        self._password, self._log, self._manner = password, log, manner
        self.height = 24
        self.requested = threading.Event()
        self.exec_command: str | None = None
        self._user = ""

    def get_allowed_auths(self, username: str) -> str:
        return self._manner.logins

    def check_auth_password(self, username: str, password: str) -> int:
        return self._judge(username, password, "password") if "password" in self._manner.logins else AUTH_FAILED

    def check_auth_interactive(self, username: str, submethods: str) -> int | InteractiveQuery:
        self._user = username
        return InteractiveQuery("", "", ("Password: ", False))

    def check_auth_interactive_response(self, responses: list[str]) -> int:
        return self._judge(self._user, responses[0] if len(responses) == 1 else "", "keyboard-interactive")

    def check_channel_request(self, kind: str, chanid: int) -> int:
        wanted = kind == "session" and not self.requested.is_set()
        return OPEN_SUCCEEDED if wanted else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_pty_request(
        self,
        channel: paramiko.Channel,
        term: bytes,
        width: int,
        height: int,
        pixelwidth: int,
        pixelheight: int,
        modes: bytes,
    ) -> bool:
        self.height = height or 24
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        self.requested.set()
        return True

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        self.exec_command = command.decode("utf-8", "replace")
        self._log.write("exec", command=self.exec_command)
        self.requested.set()
        return True

    def _judge(self, username: str, password: str, method: str) -> int:
        known = username == USER and hmac.compare_digest(password.encode(), self._password.encode())
        right = known and not self._manner.locked
        self._log.write("login" if right else "login-refused", method=method)
        return AUTH_SUCCESSFUL if right else AUTH_FAILED


def fingerprint(key: paramiko.PKey) -> str:
    """`SHA256:...`, without padding."""
    return "SHA256:" + b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def quieten_paramiko() -> None:
    """What a client does wrong is no news for the console of whoever started the network."""
    logging.getLogger("paramiko").addHandler(logging.NullHandler())
    logging.getLogger("paramiko").propagate = False


def _hang(console: Console) -> None:
    """A command given on the SSH command line is never run: the console starts up and stays silent. Raises Gone."""
    for typical, text in banner(console.view()):
        console.world.pause(typical)
        console.terminal.write(text)
    while True:
        console.terminal.key()
