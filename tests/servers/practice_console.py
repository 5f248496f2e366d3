"""Somebody who talks to the console of a practice node, and the shapes of the fixtures around them."""

from collections.abc import Callable
from typing import Protocol

import paramiko

from wizard.practice.client import PracticeNetwork

PROMPT = "admin:"


class Dialogue:
    """A console, read until it ends in what is expected."""

    def __init__(self, network: PracticeNetwork, address: str, *, height: int = 24) -> None:
        host, _, port = network.connections[f"{address}:22"].partition(":")
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        password = network.password_path.read_text().strip()
        self.client.connect(
            host, int(port), "administrator", password, look_for_keys=False, allow_agent=False, timeout=10
        )
        self.channel = self.client.invoke_shell("vt100", 200, height)
        self.channel.settimeout(20)

    def until(self, *tails: str) -> str:
        """Everything up to one of the tails; up to the end of the connection when it comes first."""
        text = ""
        while not text.endswith(tails):
            data = self.channel.recv(4096)
            if not data:
                return text + "<closed>"
            text += data.decode()
        return text

    def type(self, text: str) -> None:
        self.channel.sendall(text.encode())

    def ask(self, command: str, *tails: str) -> str:
        """What a command printed, the echo and the prompt taken off."""
        self.type(command + "\r")
        return self.until(*(tails or (PROMPT,))).removeprefix(f"{command}\r\n").removesuffix(PROMPT)

    def close(self) -> None:
        self.client.close()


class Start(Protocol):
    """Start a network in `practice` below the test's folder; in the same folder again after the first time."""

    def __call__(self, scenario: str = "healthy", pace: float = 0, ignore: tuple[str, ...] = ()) -> PracticeNetwork: ...


class Talk(Protocol):
    """Open a console of a node."""

    def __call__(self, network: PracticeNetwork, address: str = "192.0.2.11", height: int = 24) -> Dialogue: ...


Eventually = Callable[[Callable[[], bool]], None]
Events = Callable[[PracticeNetwork, str], list[dict[str, str]]]
