"""The way to a node: socket, SSH transport, host key, shell. One try, told in words when it fails."""

import logging
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from cli_backend.exchange import AlgorithmsRefused, Endpoint, HopRefused, HostKeyRefused, Operator, Unreachable
from cli_backend.hostkeys import ShownKey, check, kinds_of, known_of, same_kind
from cli_backend.jump import HopUnknown, Way, carried, way_to
from cli_backend.lockout import Failures
from cli_backend.login import log_in

if TYPE_CHECKING:
    from paramiko import Channel

    from cli_backend.legacy import NodeTransport

CONNECT_SECONDS = 10.0
BANNER_SECONDS = 120.0  # a node that is starting, or looks for a name server, speaks late
SHELL_SECONDS = 60.0
PROBE_SECONDS = 5.0
MOST_KEYS = 4  # kinds of host keys that are asked for to find the one in the plan
KEEPALIVE_SECONDS = 30  # keeps address translation on the way alive; does not count as activity for the CLI
COLUMNS, ROWS = 511, 200  # wide, so that no line is folded

_KINDS = {"kex": "key exchange", "keys": "host key", "ciphers": "cipher", "macs": "MAC"}

Resolve = Callable[[str], tuple[str, ...]]


class Port(Enum):
    """What a look at a node's SSH port shows."""

    CLOSED = auto()
    SILENT = auto()  # it accepts, but no SSH server speaks
    SSH = auto()


@dataclass(frozen=True, kw_only=True)
class Connection:
    """A shell on a node, before its first prompt."""

    transport: "NodeTransport"
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
    way = way_to(endpoint, known_hosts)
    endpoint = replace(endpoint, port=way.port, user=way.user)
    transport, shown = _reach_through(endpoint, way, operator, known_hosts, resolve)
    try:
        log_in(endpoint, transport, shown, operator, failures)
        channel = _open_shell(endpoint, transport)
        transport.set_keepalive(KEEPALIVE_SECONDS)
    except BaseException:
        transport.close()
        raise
    return Connection(transport=transport, channel=channel, host_key=shown, algorithms=_agreed(transport))


def probe(endpoint: Endpoint, resolve: Resolve, known_hosts: Path) -> Port:
    """Look whether an SSH server speaks on a node's port, without logging in."""
    try:
        with _open_socket(endpoint, way_to(endpoint, known_hosts), resolve, PROBE_SECONDS) as sock:
            received = b""
            while b"SSH-" not in received and len(received) < 4096:
                data = sock.recv(256)
                if not data:
                    return Port.SILENT
                received += data
            return Port.SSH if b"SSH-" in received else Port.SILENT
    except Unreachable:
        return Port.CLOSED
    except OSError:
        return Port.SILENT


def _reach_through(
    endpoint: Endpoint, way: Way, operator: Operator, known_hosts: Path, resolve: Resolve
) -> tuple["NodeTransport", str]:
    """As `_reach`; but a jump host whose key nobody knows is shown to the person first, as a node would be."""
    met = set[str]()
    while True:
        try:
            return _reach(endpoint, way, operator, known_hosts, resolve)
        except HopUnknown as unknown:
            hop = unknown.hop
            if hop.endpoint.name in met:
                raise
            met.add(hop.endpoint.name)
            try:
                _reach(hop.endpoint, hop.way, operator, known_hosts, resolve)[0].close()
            except (Unreachable, AlgorithmsRefused):  # OpenSSH may have ways that we have not
                raise unknown from None
            except HostKeyRefused as refused:
                problem = f"the {hop.endpoint.name}: {refused.problem}"
                raise HopRefused(endpoint.name, problem, unknown.remedy) from refused


def _reach(
    endpoint: Endpoint, way: Way, operator: Operator, known_hosts: Path, resolve: Resolve
) -> tuple["NodeTransport", str]:
    """A transport whose host key is accepted, and the fingerprint.

    A server shows one of its keys. The plan may hold the fingerprint of another one, so each kind that the server has
    is asked for before the key counts as changed. Nothing but the key exchange happens on these connections.
    """
    known = known_of(way.known_as, known_hosts)
    wanted, tried = kinds_of(known), list[str]()
    first: HostKeyRefused | None = None
    while True:
        transport = _negotiated(endpoint, way, resolve, wanted)
        key = transport.get_remote_server_key()
        shown = ShownKey(key.get_name(), key.asbytes())
        tried.append(shown.kind)
        try:
            return transport, check(endpoint, shown, known, way.known_as, known_hosts, operator)
        except HostKeyRefused as refused:
            transport.close()
            first = first or refused
        except BaseException:
            transport.close()
            raise
        ours = [kind for kind in transport.preferred_keys if kind in transport.offered["keys"]]
        others = [kind for kind in ours if not any(same_kind(kind, done) for done in tried)]
        if endpoint.host_key is None or not others or len(tried) == MOST_KEYS:
            raise first
        wanted = (others[0],)


def _open_socket(endpoint: Endpoint, way: Way, resolve: Resolve, seconds: float = CONNECT_SECONDS) -> socket.socket:
    if way.hops:
        return carried(endpoint, way, seconds)
    addresses = resolve(way.host)
    reason = f"no address is known for {way.host}"
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            # A name instead of a number would ask the system's resolver, which cannot be cancelled.
            socket.inet_pton(family, address)
            sock.settimeout(seconds)
            sock.connect((address, way.port))
            _tune(sock)
        except OSError as problem:
            sock.close()
            reason = "timed out" if isinstance(problem, TimeoutError) else problem.strerror or str(problem)
            continue
        return sock
    raise Unreachable(
        endpoint.name,
        f"no connection to {endpoint.place}: {reason}",
        "Check the address in the plan, that the node is up, and that this machine may reach its port.",
    )


def _tune(sock: socket.socket) -> None:
    """Send at once, and notice a dead peer within two minutes."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, option):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def _negotiated(endpoint: Endpoint, way: Way, resolve: Resolve, kinds: Sequence[str]) -> "NodeTransport":
    """A transport after the key exchange; host keys of `kinds` are asked for first."""
    sock = _open_socket(endpoint, way, resolve)
    from cli_backend.legacy import LegacyTransport, ModernTransport

    logger = logging.getLogger("paramiko")
    if logger.propagate:
        logger.addHandler(logging.NullHandler())
        logger.propagate = False  # a broken connection is told by us, in words
    try:
        transport = (LegacyTransport if endpoint.legacy_algorithms else ModernTransport)(sock)
    except BaseException:
        sock.close()
        raise
    transport.daemon = True
    transport.banner_timeout = BANNER_SECONDS
    options = transport.get_security_options()
    options.key_types = sorted(options.key_types, key=lambda kind: not any(same_kind(kind, k) for k in kinds))
    try:
        _exchange_keys(endpoint, transport)
    except BaseException:
        transport.close()
        raise
    return transport


def _exchange_keys(endpoint: Endpoint, transport: "NodeTransport") -> None:
    from paramiko import SSHException
    from paramiko.ssh_exception import IncompatiblePeer

    try:
        transport.start_client(timeout=BANNER_SECONDS)
    except IncompatiblePeer as problem:
        raise _no_common_algorithm(endpoint, transport) from problem
    except (SSHException, EOFError, OSError) as problem:
        if transport.remote_version:
            said = f"the SSH connection ended in the key exchange ({_words(problem)})"
        else:
            said = f"{endpoint.place} accepts connections, but no SSH server answers ({_words(problem)})"
        raise _no_exchange(endpoint, said) from problem
    # When the time is over, paramiko returns as if all were well.
    if not transport.initial_kex_done:
        raise _no_exchange(endpoint, f"{endpoint.place} accepts connections, but no SSH server answers in time")


def _no_exchange(endpoint: Endpoint, said: str) -> Unreachable:
    return Unreachable(
        endpoint.name, said, "The node may be starting, or has too many sessions. Try again in a minute."
    )


def _words(problem: BaseException) -> str:
    if isinstance(problem, EOFError) or not str(problem) or "banner" in str(problem):
        return "the connection ended, or nothing came"
    return str(problem)


def _no_common_algorithm(endpoint: Endpoint, transport: "NodeTransport") -> AlgorithmsRefused:
    """What the server offers, and what would help."""
    from cli_backend.legacy import LegacyTransport

    missing, helps = [], not endpoint.legacy_algorithms
    for kind, name in _KINDS.items():
        offered = transport.offered.get(kind, ())
        if not set(offered) & set(getattr(transport, f"preferred_{kind}")):
            missing.append(f"{name}: it offers only {_listed(offered)}")
            helps = helps and bool(set(offered) & set(getattr(LegacyTransport, f"_preferred_{kind}")))
    remedy = (
        "Releases 9.x to 11.5 offer only old ones. Allow them for this node: legacy_algorithms = true in the plan,"
        " or --legacy-algorithms."
        if helps
        else "Not even --legacy-algorithms helps here. From 12.5 on the lists are on the page Cipher Management."
    )
    problem = f"the node offers no SSH algorithm that is allowed here. {'; '.join(missing) or 'It did not say which'}"
    return AlgorithmsRefused(endpoint.name, problem, remedy)


def _listed(names: Sequence[str]) -> str:
    """Names that a server sent, fit to be shown."""
    shown = [name for name in names if re.fullmatch(r"[A-Za-z0-9@._-]{1,64}", name)]
    return ", ".join(shown[:12]) + (", ..." if len(shown) > 12 else "") if shown else "nothing"


def _open_shell(endpoint: Endpoint, transport: "NodeTransport") -> "Channel":
    from paramiko import SSHException

    try:
        return transport.open_shell("vt100", COLUMNS, ROWS, SHELL_SECONDS)
    except (SSHException, EOFError, OSError) as problem:
        raise Unreachable(
            endpoint.name,
            f"the node opens no shell ({_words(problem)})",
            "It may be starting, or have too many sessions. Try again in a minute.",
        ) from problem


def _agreed(transport: "NodeTransport") -> str:
    cipher, mac = transport.remote_cipher, transport.remote_mac
    # Authenticated ciphers bring their own integrity; the MAC that was agreed on is not used.
    parts = (transport.agreed_kex, transport.host_key_type, cipher, "" if "gcm" in cipher else mac)
    return ", ".join(part for part in parts if part)
