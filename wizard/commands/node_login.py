"""The nodes' CLI for commands without a walk: passwords from the terminal or standard input, host keys confirmed."""

import getpass
import re
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wizard.errors import UsageError
from wizard.ports import Prompt, PromptKind
from wizard.text import visible

if TYPE_CHECKING:
    from checks.finding import Findings
    from cli_backend.exchange import CliError, Endpoint
    from wizard.plan.model import Plan

SSH_PORT = 22
_HOST = re.compile(r"[A-Za-z0-9_:][A-Za-z0-9_.:%-]*")  # also one that only `~/.ssh/config` knows
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")


class TerminalPrompter:
    """Asks on the terminal; without one, nobody answers."""

    def ask(self, prompt: Prompt) -> str | None:
        """Ask one question."""
        if not sys.stdin.isatty():
            return None
        if prompt.kind is PromptKind.HOST_KEY:
            print(visible(prompt.text), file=sys.stderr)
            print("Is this the node's key? Type yes to accept it: ", end="", file=sys.stderr, flush=True)
            return "yes" if sys.stdin.readline().strip() == "yes" else None
        *before, asked = visible(prompt.text).rstrip().split("\n")
        print("".join(f"{line}\n" for line in before), end="", file=sys.stderr)
        return getpass.getpass(f"{asked}; answer (hidden): ", sys.stderr) or None


@contextmanager
def terminal_as_before() -> Iterator[None]:
    """Leave the terminal as it was: who interrupts while a password is asked for wants to see what they type next.

    The password is asked for in the thread of a node, which an interruption of the program does not reach.
    """
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def check_all_nodes(plan: "Plan", resolve: Callable[[str], tuple[str, ...]], *, password_stdin: bool) -> "Findings":
    """What the CLI of every node says."""
    from wizard.commands.sittings import device_for, read_password_line
    from wizard.login import Login
    from wizard.node_checks import check_nodes
    from wizard.secrets import Secrets

    password = read_password_line(sys.stdin.readline()) if password_stdin else None
    login = Login(TerminalPrompter(), Secrets(), lambda _record: None, password)
    device = device_for(plan, login, resolve, {})
    try:
        with terminal_as_before():
            return check_nodes(plan, device)
    finally:
        device.close()


def endpoint_at(place: str, host_key: str | None, *, legacy_algorithms: bool) -> "Endpoint":
    """The node at [USER@]HOST[:PORT]. Raises UsageError."""
    from cli_backend.exchange import Endpoint
    from wizard.checklist import split_host_port

    user, _, at = place.rpartition("@")
    host, port = split_host_port(at, SSH_PORT)
    if not _HOST.fullmatch(host):
        raise UsageError(f"{place!r} is not [USER@]HOST[:PORT]", "Write HOST as a name or an address.")
    if host_key is not None and not _FINGERPRINT.fullmatch(host_key):
        raise UsageError(
            f"--accept-host-key {host_key!r} is no fingerprint", "Write it as OpenSSH does: SHA256: and 43 characters."
        )
    return Endpoint(
        name=host,
        address=host,
        port=port,
        user=user or "administrator",
        user_said=bool(user),
        # A port that was said does not follow the default.
        port_said=split_host_port(at, SSH_PORT + 1)[1] == port,
        host_key=host_key,
        legacy_algorithms=legacy_algorithms,
    )


def remedy_of(problem: "CliError") -> str:
    """What to do next, where the host key may be named on the command line."""
    from cli_backend.exchange import HopRefused, HostKeyRefused

    if isinstance(problem, HostKeyRefused) and not isinstance(problem, HopRefused):
        return f"{problem.remedy} A key that is right is named by --accept-host-key SHA256:..."
    return problem.remedy
