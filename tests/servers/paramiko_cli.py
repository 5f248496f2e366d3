"""A small SSH server made of paramiko, whose console is a Python function: for what OpenSSH cannot be made to do."""

# mypy: disable-error-code="explicit-override"

import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import paramiko
from paramiko.common import AUTH_FAILED, AUTH_PARTIALLY_SUCCESSFUL, AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from paramiko.server import InteractiveQuery

PASSWORD = "a word that is right"
PROMPT = "admin:"


class GoneError(Exception):
    """The other side has left."""


class Console:
    """What a script works with. `received` is every byte that was typed."""

    def __init__(self, channel: paramiko.Channel, received: bytearray) -> None:
        self.channel, self._received = channel, received

    def out(self, data: str | bytes) -> None:
        """Print."""
        try:
            self.channel.sendall(data.encode() if isinstance(data, str) else data)
        except OSError as problem:
            raise GoneError from problem

    def key(self) -> str:
        """One key, without echo."""
        try:
            data = self.channel.recv(1)
        except OSError as problem:
            raise GoneError from problem
        if not data:
            raise GoneError
        self._received += data
        return data.decode("latin-1")

    def line(self, shown: Callable[[str], str] = str) -> str:
        """A line, echoed character by character."""
        typed = ""
        while (key := self.key()) != "\r":
            typed += key
            self.out(shown(key))
        self.out("\r\n")
        return typed


Script = Callable[[Console, str], None]  # the console and the command that was entered


@dataclass
class Login:
    """What the server wants. A round of prompts is a list of (text, echo, right answer)."""

    methods: str = "password"
    rounds: Sequence[Sequence[tuple[str, bool, str]]] = ()
    then: str = ""  # what it wants after the password
    hangs_up: bool = False  # instead of saying that the password is wrong
    refuses: str = ""  # terminal or shell
    refusals: int = 0  # how often the right password is refused first, as early in a start
    thinks: threading.Event | None = None  # before it says anything about a password


@dataclass
class Server:
    """A running server, and what it saw."""

    port: int
    listener: socket.socket
    received: bytearray = field(default_factory=bytearray)
    attempts: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    transports: list[paramiko.Transport] = field(default_factory=list)
    sessions: list[threading.Event] = field(default_factory=list)  # set when the client has left

    def drop(self) -> None:
        """End all connections, as a restart does."""
        for transport in self.transports:
            transport.close()

    def stop_listening(self) -> None:
        """Close the port."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class _Interface(paramiko.ServerInterface):
    def __init__(self, login: Login, server: Server, transport: paramiko.Transport) -> None:
        self._login, self._server, self._transport = login, server, transport
        self._round = 0
        self.shell = threading.Event()

    def get_allowed_auths(self, username: str) -> str:
        return self._login.methods

    def check_auth_password(self, username: str, password: str) -> int:
        self._server.attempts.append(password)
        if self._login.thinks is not None:
            self._login.thinks.wait(30)
        if password != PASSWORD or len(self._server.attempts) <= self._login.refusals:
            if self._login.hangs_up:
                self._transport.close()
            return AUTH_FAILED
        if self._login.then:
            self._login = Login(methods=self._login.then, rounds=self._login.rounds)
            return AUTH_PARTIALLY_SUCCESSFUL
        return AUTH_SUCCESSFUL

    def check_auth_interactive(self, username: str, submethods: str) -> int | InteractiveQuery:
        return self._query()

    def check_auth_interactive_response(self, responses: list[str]) -> int | InteractiveQuery:
        self._server.answers += responses
        if responses != [answer for _, _, answer in self._login.rounds[self._round]]:
            return AUTH_FAILED
        self._round += 1
        return self._query() if self._round < len(self._login.rounds) else AUTH_SUCCESSFUL

    def _query(self) -> InteractiveQuery:
        query = InteractiveQuery("", "")
        for text, echo, _ in self._login.rounds[self._round]:
            query.add_prompt(text, echo)
        return query

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED

    def check_channel_pty_request(self, *_request: object) -> bool:
        return self._login.refuses != "terminal"

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        if self._login.refuses == "shell":
            return False
        self.shell.set()
        return True


class _Quiet(paramiko.Transport):
    """What the tests do to this server is not worth a log."""

    def _log(self, level: int, msg: object, *args: object) -> None:
        del level, msg, args


def _command_line(console: Console, script: Script, greeting: str) -> None:
    console.out(greeting)
    while True:
        console.out(PROMPT)
        command = console.line()
        if command == "set cli pagination off":
            console.out("Automatic pagination is turned off\r\n")
        else:
            script(console, command)


@contextlib.contextmanager
def serve(
    script: Script,
    login: Login | None = None,
    keys: Sequence[paramiko.PKey] = (),
    greeting: str = "Command Line Interface is starting up, please wait ...\r\n\r\n",
    port: int = 0,
) -> Iterator[Server]:
    """A server on the loopback interface, until the context ends."""
    logging.getLogger("paramiko").addHandler(logging.NullHandler())
    listener = socket.create_server(("127.0.0.1", port))
    server = Server(int(listener.getsockname()[1]), listener)
    host_keys = keys or (paramiko.ECDSAKey.generate(),)

    def attend(sock: socket.socket) -> None:
        transport = _Quiet(sock)
        transport.daemon = True
        server.transports.append(transport)
        for key in host_keys:
            transport.add_server_key(key)
        interface = _Interface(login or Login(), server, transport)
        left = threading.Event()
        with contextlib.suppress(paramiko.SSHException, EOFError, OSError, GoneError):
            transport.start_server(server=interface)
            channel = transport.accept(30)
            if channel is not None:
                server.sessions.append(left)
                interface.shell.wait(10)
                try:
                    _command_line(Console(channel, server.received), script, greeting)
                finally:
                    left.set()
        transport.close()

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = listener.accept()
                threading.Thread(target=attend, args=(sock,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server
    finally:
        server.stop_listening()
        server.drop()
