"""Jump hosts: what `~/.ssh/config` says of the way to a node, carried out by OpenSSH itself.

OpenSSH reads its own file, with Host, Match and all, knows the person's keys and agent, and checks the host key of
every hop, strictly, whatever its file says of that. The node's own host key and login stay ours: what OpenSSH carries
is the unopened connection to the node.
"""

import contextlib
import re
import select
import shlex
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cli_backend.exchange import Endpoint, HopRefused, Unreachable

_ASKING = 5.0  # seconds; OpenSSH only reads its files
_MOST_COMPLAINT = 4096  # bytes
_SHOWN = 200
_MOST_HOPS = 8

# However much the person's file trusts: a hop shows a key that is known, on a connection that is made for this.
_STRICT = ("StrictHostKeyChecking=yes", "NoHostAuthenticationForLocalhost=no", "VerifyHostKeyDNS=no")
_ALONE = ("ControlPath=none", "BatchMode=yes", "LogLevel=INFO")
_SYSTEM_KNOWN = "/etc/ssh/ssh_known_hosts /etc/ssh/ssh_known_hosts2"
_UNKNOWN = re.compile(r"No \S+ host key is known for (\S+) and you have requested strict checking")
_CHANGED = re.compile(r"Host key for (\S+) has changed and you have requested strict checking|(REVOKED) HOST KEY")
_HOP = re.compile(r"(?:(?P<user>.+)@)?(?:\[(?P<number>[^]]+)\]|(?P<host>[^:]+))(?::(?P<port>\d{1,5}))?")


@dataclass(frozen=True, kw_only=True)
class Way:
    """The way to a node: the host and port to connect to, whom to log in as, and the hops before, the nearest first.

    `alias` is the name under which its host key is to be known, where the file gives it another one. `known_hosts` is
    our own file of host keys, of the hops' too.
    """

    host: str
    port: int
    user: str
    hops: tuple[str, ...] = ()
    alias: str = ""
    known_hosts: Path | None = None

    @property
    def known_as(self) -> str:
        """The name under which OpenSSH keeps the host key."""
        return self.alias or (self.host if self.port == 22 else f"[{self.host}]:{self.port}")


@dataclass(frozen=True, kw_only=True)
class Hop:
    """A jump host on the way to a node, as a node of its own, with the hops that are passed before it."""

    endpoint: Endpoint
    way: Way

    @property
    def command(self) -> str:
        """What shows its key to a person and puts it on record when they accept it."""
        there = self.endpoint
        words = ["ssh", "-o", "StrictHostKeyChecking=ask"]
        words += ["-J", ",".join(self.way.hops)] if self.way.hops else []
        return shlex.join([*words, *_said(there), there.address])


class HopUnknown(HopRefused):
    """Nobody knows the host key of a jump host yet."""

    def __init__(self, node: str, hop: Hop) -> None:
        super().__init__(
            node,
            f"the host key of the {hop.endpoint.name} is not known. Nothing was sent",
            f"Put it on record, once you have compared it: {hop.command}",
        )
        self.hop = hop


def way_to(endpoint: Endpoint, known_hosts: Path | None = None) -> Way:
    """The way that the person's own file says; straight on where it says nothing, or OpenSSH is not there.

    What was said of user and port goes before the file. Raises Unreachable for a file that OpenSSH does not understand.
    """
    way = _asked(endpoint)
    hops = way.hops
    # The nearest hop may have a way of its own; each is named here, so that each is told to be strict.
    while hops and len(hops) <= _MOST_HOPS and (before := _asked(_hop(endpoint, hops[0])).hops):
        hops = before + hops
    if len(hops) > _MOST_HOPS:
        raise Unreachable(
            endpoint.name, f"{config_file()} leads through more than {_MOST_HOPS} jump hosts", "Mend that file."
        )
    return replace(way, hops=hops, known_hosts=known_hosts)


def _asked(endpoint: Endpoint) -> Way:
    """What OpenSSH says of an endpoint alone."""
    straight = Way(host=endpoint.address, port=endpoint.port, user=endpoint.user)
    config = config_file()
    if not endpoint.by_config or config is None or endpoint.address.startswith("-"):
        return straight
    # The first value counts: behind the file stands what is ours where neither it nor anybody else says anything.
    ours = "" if endpoint.port_said else f"  Port {endpoint.port}\n"
    ours += f"  User {endpoint.user}\n" if endpoint.user and not endpoint.user_said else ""
    text = f'Include "{config}"\nHost *\n{ours}'
    command = ["ssh", "-F", "/dev/stdin", "-G", *_said(endpoint), "--", endpoint.address]
    try:
        printed = subprocess.run(command, capture_output=True, text=True, timeout=_ASKING, check=True, input=text)
    except (OSError, subprocess.SubprocessError) as problem:
        complaint = str(getattr(problem, "stderr", "") or problem)
        raise Unreachable(
            endpoint.name, f"OpenSSH does not understand {config}: {_line(complaint)}", "Mend that file."
        ) from problem
    values = dict(line.partition(" ")[::2] for line in printed.stdout.splitlines())
    jump = values.get("proxyjump", "none")
    return Way(
        host=values.get("hostname", endpoint.address),
        port=int(values.get("port", endpoint.port)),
        user=values.get("user", endpoint.user),
        hops=() if jump == "none" else tuple(hop for hop in jump.split(",") if hop),
        alias=values.get("hostkeyalias", ""),
    )


def _said(endpoint: Endpoint) -> list[str]:
    """The port and user that were said, for OpenSSH: these go before its file."""
    port = ("-p", str(endpoint.port)) if endpoint.port_said else ()
    return [*port, *(("-l", endpoint.user) if endpoint.user_said else ())]


def config_file() -> Path | None:
    """The person's own file, where there is one and an OpenSSH that reads it."""
    path = Path.home() / ".ssh" / "config"
    return path if path.is_file() and shutil.which("ssh") is not None else None


def carried(endpoint: Endpoint, way: Way, seconds: float) -> socket.socket:
    """A connection to the node through the hops of a way.

    Raises HopUnknown and HopRefused for the key of a hop, Unreachable with what else OpenSSH complained of.
    """
    host = f"[{way.host}]" if ":" in way.host else way.host
    words = _command(endpoint, way.hops, _options(way, seconds), f"{host}:{way.port}")
    ours, theirs = socket.socketpair()
    with _closed_on_error(ours):
        with theirs:
            complaint = _Complaint(_started(endpoint, words, theirs.fileno()))
        if not select.select([ours], [], [], seconds)[0]:
            raise Unreachable(endpoint.name, f"no connection to {endpoint.place} through {_named(way)}", _REMEDY)
        if not ours.recv(1, socket.MSG_PEEK):
            said = complaint.text()
            _judge_keys(endpoint, way, said)
            reason = _line(said) or "it said nothing"
            problem = f"no connection to {endpoint.place} through {_named(way)}: {reason}"
            raise Unreachable(endpoint.name, problem, _REMEDY)
    return ours


def _options(way: Way, seconds: float) -> list[str]:
    """What every OpenSSH on the way is told. Nobody could answer a question of it: logins are by key or agent."""
    known = f'"{way.known_hosts}" ' if way.known_hosts else ""
    said = (*_STRICT, *_ALONE, f"ConnectTimeout={max(1, int(seconds))}", f"GlobalKnownHostsFile={known}{_SYSTEM_KNOWN}")
    return ["-F", str(config_file()), *(word for option in said for word in ("-o", option))]


def _command(endpoint: Endpoint, hops: tuple[str, ...], options: list[str], target: str) -> list[str]:
    """OpenSSH to the last hop, reached through the hops before it. `-J` would not pass the options on to those."""
    *before, last = hops
    words = ["ssh", *options]
    if before:
        inner = shlex.join(_command(endpoint, tuple(before), options, _TARGET)).replace("%", "%%")
        words += ["-o", f"ProxyCommand={inner.replace(_TARGET, '[%h]:%p')}"]
    hop = _hop(endpoint, last)
    return [*words, *_said(hop), "-W", target, "--", hop.address]


_TARGET = "\0"  # stands for the place that the next OpenSSH wants to be connected to


def _hop(endpoint: Endpoint, text: str) -> Endpoint:
    """A jump host as the file names it: [user@]host[:port]. Raises Unreachable."""
    found = _HOP.fullmatch(text.removeprefix("ssh://").rstrip("/"))
    if found is None or text.startswith("-"):
        raise Unreachable(endpoint.name, f"{config_file()} names a jump host {text!r}", "Mend that file.")
    return Endpoint(
        name=f"jump host {text}",
        address=found["number"] or found["host"],
        port=int(found["port"] or 22),
        port_said=bool(found["port"]),
        user=found["user"] or "",
        user_said=bool(found["user"]),
    )


def _judge_keys(endpoint: Endpoint, way: Way, said: str) -> None:
    """Raise HopUnknown or HopRefused where OpenSSH says that a hop's key is the reason."""
    unknown, changed = _UNKNOWN.search(said), _CHANGED.search(said)
    if changed:
        where = f"of the jump host {changed[1]} changed" if changed[1] else "of a jump host is revoked"
        remedy = "Find out why before you remove the old line: ssh to the jump host says in which file it is."
        raise HopRefused(endpoint.name, f"the host key {where}. Nothing was sent", remedy)
    for number, text in enumerate(way.hops if unknown else ()):
        there = _hop(endpoint, text)
        alone = _asked(there)
        if unknown and alone.known_as.lower() == unknown[1].lower():
            hop = Hop(endpoint=there, way=replace(alone, hops=way.hops[:number], known_hosts=way.known_hosts))
            raise HopUnknown(endpoint.name, hop)


def _started(endpoint: Endpoint, words: list[str], fd: int) -> "subprocess.Popen[bytes]":
    try:
        # In a session of its own: a Ctrl-C is for the wizard.
        return subprocess.Popen(words, stdin=fd, stdout=fd, stderr=subprocess.PIPE, start_new_session=True)
    except OSError as problem:
        raise Unreachable(endpoint.name, f"OpenSSH cannot be started: {problem.strerror}", _REMEDY) from problem


_REMEDY = "Try it with OpenSSH: ssh to the jump host must work without a question, by key or agent."


class _Complaint:
    """What OpenSSH writes to its standard error, and its end awaited, so that nothing of it stays behind."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process, self._said = process, b""
        self._thread = threading.Thread(target=self._read, name="ssh-jump", daemon=True)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            for line in stream:
                self._said = (self._said + line)[-_MOST_COMPLAINT:]
        self._process.wait()

    def text(self) -> str:
        """All of it, once OpenSSH has ended."""
        self._thread.join(1.0)
        return self._said.decode("utf-8", "replace")


@contextlib.contextmanager
def _closed_on_error(sock: socket.socket) -> Iterator[None]:
    try:
        yield
    except BaseException:
        sock.close()
        raise


def _named(way: Way) -> str:
    return " and ".join(way.hops)


def _line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join(lines[-2:])[:_SHOWN].rstrip(".")
