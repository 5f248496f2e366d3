"""The way to a node: socket, SSH transport, host key, login. One try, told in words when it fails."""

import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli_backend.exchange import AlgorithmsRefused, Endpoint, LoginRefused, Operator, Unreachable
from cli_backend.hostkeys import check
from cli_backend.lockout import Failures

if TYPE_CHECKING:
    from paramiko import Channel, Transport

CONNECT_SECONDS = 10.0
BANNER_SECONDS = 20.0
LOGIN_SECONDS = 60.0
COLUMNS, ROWS = 511, 200  # wide, so that no line is folded

Resolve = Callable[[str], tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A shell on a node, before its first prompt."""

    transport: "Transport"
    channel: "Channel"
    host_key: str
    algorithms: str

    def close(self) -> None:
        """End it; nothing is typed."""
        self.transport.close()


def connect(
    endpoint: Endpoint, operator: Operator, failures: Failures, known_hosts: Path, resolve: Resolve
) -> Connection:
    """Reach a node and log in. Raises CliError of the kind that fits; the password is tried once."""
    logging.getLogger("paramiko").addHandler(logging.NullHandler())
    logging.getLogger("paramiko").propagate = False
    sock = _open_socket(endpoint, resolve)
    transport = _transport(endpoint, sock)
    try:
        _negotiate(endpoint, transport)
        key = transport.get_remote_server_key()
        shown = check(endpoint, key.get_name(), key.asbytes(), known_hosts, operator)
        _login(endpoint, transport, operator, failures)
        channel = _open_shell(endpoint, transport)
    except BaseException:
        transport.close()
        raise
    return Connection(transport=transport, channel=channel, host_key=shown, algorithms=_agreed(transport))


def _open_socket(endpoint: Endpoint, resolve: Resolve) -> socket.socket:
    addresses = resolve(endpoint.address) or (endpoint.address,)
    reason = "no address"
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(CONNECT_SECONDS)
        try:
            sock.connect((address, endpoint.port))
        except OSError as problem:
            sock.close()
            reason = "timed out" if isinstance(problem, TimeoutError) else problem.strerror or str(problem)
            continue
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return sock
    raise Unreachable(
        endpoint.name,
        f"no connection to {endpoint.place}: {reason}",
        "Check the address in the plan, that the node is up, and that this machine may reach its port.",
    )


def _transport(endpoint: Endpoint, sock: socket.socket) -> "Transport":
    from cli_backend.legacy import LegacyTransport, ModernTransport

    kind = LegacyTransport if endpoint.legacy_algorithms else ModernTransport
    transport = kind(sock)
    transport.daemon = True
    transport.banner_timeout = BANNER_SECONDS
    transport.auth_timeout = LOGIN_SECONDS
    return transport


def _negotiate(endpoint: Endpoint, transport: "Transport") -> None:
    from paramiko import SSHException
    from paramiko.ssh_exception import IncompatiblePeer

    try:
        transport.start_client(timeout=BANNER_SECONDS)
    except IncompatiblePeer as problem:
        raise AlgorithmsRefused(
            endpoint.name,
            f"the node offers no SSH algorithm that is allowed here ({problem})",
            "Releases 9.x to 11.5 offer only old ones. Allow them for this node: legacy_algorithms = true in the plan,"
            " or --legacy-algorithms.",
        ) from problem
    except (SSHException, EOFError, OSError) as problem:
        raise Unreachable(
            endpoint.name,
            f"the port answers, but not as an SSH server does ({str(problem) or 'the connection ended'})",
            "The node may be starting. Try again in a minute.",
        ) from problem


def _login(endpoint: Endpoint, transport: "Transport", operator: Operator, failures: Failures) -> None:
    password = operator.password(endpoint.name)
    if password is None:
        raise LoginRefused(endpoint.name, "no password was given", "Try again with the password of the CLI account.")
    failures.may_try(endpoint.name, password)
    from paramiko import SSHException
    from paramiko.ssh_exception import AuthenticationException

    try:
        _authenticate(endpoint, transport, operator, password)
    except AuthenticationException as problem:
        failures.failed(endpoint.name, password)
        raise LoginRefused(
            endpoint.name,
            f"the node refused the login of {endpoint.user}",
            "Check account and password. A locked account looks the same; it unlocks after five minutes.",
        ) from problem
    except (SSHException, EOFError, OSError) as problem:
        raise Unreachable(
            endpoint.name, f"the connection ended during the login ({problem})", "Try again in a minute."
        ) from problem
    failures.succeeded(endpoint.name)


def _authenticate(endpoint: Endpoint, transport: "Transport", operator: Operator, password: str) -> None:
    """Use the one method that the server lists; keyboard-interactive may ask for a second factor."""
    from paramiko.ssh_exception import BadAuthenticationType

    try:
        transport.auth_none(endpoint.user)
        return
    except BadAuthenticationType as problem:
        allowed = problem.allowed_types
    if "password" in allowed:
        transport.auth_password(endpoint.user, password, fallback=False)
        return

    used: list[str] = []

    def answer(_title: str, _instructions: str, prompts: list[tuple[str, bool]]) -> list[str]:
        answers = []
        for prompt, echo in prompts:
            if not echo and not used:
                used.append(prompt)
                answers.append(password)
            else:
                answers.append(operator.answer_prompt(endpoint.name, prompt, echo) or "")
        return answers

    transport.auth_interactive(endpoint.user, answer)


def _open_shell(endpoint: Endpoint, transport: "Transport") -> "Channel":
    from paramiko import SSHException

    try:
        channel = transport.open_session(timeout=LOGIN_SECONDS)
        channel.get_pty(term="vt100", width=COLUMNS, height=ROWS)
        channel.invoke_shell()
    except (SSHException, EOFError, OSError) as problem:
        raise Unreachable(
            endpoint.name,
            f"the node opens no shell ({problem})",
            "It may be starting, or have too many sessions. Try again in a minute.",
        ) from problem
    return channel


def _agreed(transport: "Transport") -> str:
    kex = getattr(transport, "kex_engine", None)
    parts = (getattr(kex, "name", ""), *(getattr(transport, name, "") for name in ("host_key_type", "remote_cipher")))
    return ", ".join(str(part) for part in parts if part)
