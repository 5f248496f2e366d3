"""Jump hosts: what `~/.ssh/config` says of the way to a node, carried out by OpenSSH itself.

OpenSSH reads its own file, with Host, Match and all, knows the person's keys and agent, and checks the host key of
every hop. The node's own host key and login stay ours: what OpenSSH carries is the unopened connection to the node.
"""

import contextlib
import select
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cli_backend.exchange import Endpoint, Unreachable

_ASKING = 5.0  # seconds; OpenSSH only reads its files
_MOST_COMPLAINT = 4096  # bytes
_SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Way:
    """The way to a node: the host and port to connect to, whom to log in as, and the hops before, the nearest first.

    `alias` is the name under which its host key is to be known, where the file gives it another one.
    """

    host: str
    port: int
    user: str
    hops: tuple[str, ...] = ()
    alias: str = ""

    @property
    def known_as(self) -> str:
        """The name under which OpenSSH keeps the host key."""
        return self.alias or (self.host if self.port == 22 else f"[{self.host}]:{self.port}")


def way_to(endpoint: Endpoint) -> Way:
    """The way that the person's own file says; straight on where it says nothing, or OpenSSH is not there.

    What was said of user and port goes before the file. Raises Unreachable for a file that OpenSSH does not understand.
    """
    straight = Way(host=endpoint.address, port=endpoint.port, user=endpoint.user)
    config = config_file()
    if not endpoint.by_config or config is None or endpoint.address.startswith("-"):
        return straight
    said = ["-p", str(endpoint.port)] if endpoint.port_said else []
    said += ["-l", endpoint.user] if endpoint.user_said else []
    # The first value counts: behind the file stands what is ours where neither it nor anybody else says anything.
    ours = "" if endpoint.port_said else f"  Port {endpoint.port}\n"
    ours += "" if endpoint.user_said else f"  User {endpoint.user}\n"
    text = f'Include "{config}"\nHost *\n{ours}'
    command = ["ssh", "-F", "/dev/stdin", "-G", *said, "--", endpoint.address]
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


def config_file() -> Path | None:
    """The person's own file, where there is one and an OpenSSH that reads it."""
    path = Path.home() / ".ssh" / "config"
    return path if path.is_file() and shutil.which("ssh") is not None else None


def carried(endpoint: Endpoint, way: Way, seconds: float) -> socket.socket:
    """A connection to the node through the hops of a way. Raises Unreachable with what OpenSSH complained of."""
    *before, last = way.hops
    host = f"[{way.host}]" if ":" in way.host else way.host
    # Nobody could answer a question of OpenSSH here: the keys of the hops are known, and logins are by key or agent.
    words = ["ssh", "-F", str(config_file()), "-o", "BatchMode=yes", "-o", f"ConnectTimeout={max(1, int(seconds))}"]
    words += ["-J", ",".join(before)] if before else []
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [*words, "-W", f"{host}:{way.port}", "--", last],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C is for the wizard
        )
    complaint = _Complaint(process)
    with _closed_on_error(ours):
        if not select.select([ours], [], [], seconds)[0]:
            raise Unreachable(endpoint.name, f"no connection to {endpoint.place} through {_named(way)}", _REMEDY)
        if not ours.recv(1, socket.MSG_PEEK):
            reason = _line(complaint.text()) or "it said nothing"
            problem = f"no connection to {endpoint.place} through {_named(way)}: {reason}"
            raise Unreachable(endpoint.name, problem, _REMEDY)
    return ours


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
