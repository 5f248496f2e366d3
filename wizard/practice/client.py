"""The practice network seen from outside: started as a supervised child, spoken to through its control."""

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO

from wizard.errors import FedwizardError, UsageError
from wizard.practice.lifeline import SUPERVISED
from wizard.practice.socket_path import PASSWORD_FILE, address

START_TIMEOUT = 60.0  # seconds; keys are made when a network is started for the first time
STOP_TIMEOUT = 0.8  # seconds until the child is killed
_CONTROL_TIMEOUT = 10.0  # seconds
_KEPT_LINES = 20


def child_command(directory: Path, scenario: str, pace: float) -> list[str]:
    """The command line of the child. `-P`: nothing is imported from the folder it is started in."""
    options = ["--dir", str(directory), "--scenario", scenario, "--pace", repr(pace)]
    return [sys.executable, "-P", "-m", "wizard", "practice", "--serve", *options]


def control(directory: Path, request: Mapping[str, object]) -> Mapping[str, object]:
    """One request to the control of the network in a folder.

    Raises FedwizardError when no network answers there or it could not comply, UsageError for wrong words.
    """
    line = json.dumps(request).encode() + b"\n"
    try:
        with address(directory) as short, socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_CONTROL_TIMEOUT)
            connection.connect(short)
            connection.sendall(line)
            with connection.makefile("rb") as stream:
                answer = json.loads(stream.readline())
    except (OSError, ValueError) as failure:
        problem = f"no practice network answers in {directory}: {failure}"
        raise FedwizardError(problem, "Start it with `fedwizard practice`, or give the folder it runs in.") from failure
    if not answer.get("ok"):
        kind = UsageError if answer.get("usage") else FedwizardError
        raise kind(str(answer.get("error", "the practice network refused")), str(answer.get("remedy", "")))
    return dict(answer)


class PracticeNetwork:
    """A running practice network. It ends with this process, however that ends."""

    def __init__(self, directory: Path, child: subprocess.Popen[str], reached: Mapping[str, object]) -> None:
        self.directory = directory
        self._child = child
        self._reached = reached

    @classmethod
    def start(
        cls, directory: Path, scenario: str = "healthy", pace: float = 0.02, ignore: Iterable[str] = ()
    ) -> "PracticeNetwork":
        """Start it in a folder, new or used before. Raises FedwizardError with what the child complained of."""
        child = subprocess.Popen(
            child_command(directory, scenario, pace),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,  # a Ctrl-C is for the wizard, which then ends its child in order
            env={**os.environ, SUPERVISED: "1"},
        )
        try:
            network = cls(directory, child, _wait_until_ready(child))
            for each in ignore:
                control(directory, {"ignore": each})
        except BaseException:
            _end(child)
            raise
        return network

    @property
    def connections(self) -> Mapping[str, str]:
        """HOST:PORT to ADDRESS:PORT, for this run of the network."""
        known = self._reached["connections"]
        return dict(known) if isinstance(known, dict) else {}

    @property
    def scenario(self) -> str:
        """The name of its scenario."""
        return str(self._reached["scenario"])

    @property
    def name_servers(self) -> tuple[str, ...]:
        """ADDRESS:PORT of the name servers of the public view."""
        return self._list("name_servers")

    @property
    def internal_name_servers(self) -> tuple[str, ...]:
        """ADDRESS:PORT of the name servers of the inside view."""
        return self._list("internal_name_servers")

    @property
    def plan_path(self) -> Path:
        """The plan that belongs to the network."""
        return self.directory / "plan.toml"

    @property
    def password_path(self) -> Path:
        """The file with the password of every node."""
        return self.directory / PASSWORD_FILE

    @property
    def pid(self) -> int:
        """The process of the network."""
        return self._child.pid

    def moved(self, directory: Path) -> None:
        """Its folder was renamed; the network itself does not mind."""
        self.directory = directory

    def do(self, words: Sequence[str]) -> None:
        """Perform an act. Raises FedwizardError."""
        control(self.directory, {"do": list(words)})

    def in_effect(self, words: Sequence[str]) -> bool:
        """Whether the network is as an act would make it. Raises FedwizardError."""
        return control(self.directory, {"in-effect": list(words)}).get("in_effect") is True

    def stop(self) -> None:
        """End it within a second. May be called again."""
        _end(self._child)

    def _list(self, key: str) -> tuple[str, ...]:
        known = self._reached[key]
        return tuple(str(each) for each in known) if isinstance(known, list) else ()


def _wait_until_ready(child: subprocess.Popen[str]) -> Mapping[str, object]:
    assert child.stdout is not None
    assert child.stderr is not None
    first: queue.SimpleQueue[str] = queue.SimpleQueue()
    complaints: deque[str] = deque(maxlen=_KEPT_LINES)
    reader = threading.Thread(target=_drain, args=(child.stderr, complaints.append), daemon=True)
    reader.start()
    threading.Thread(target=_drain, args=(child.stdout, first.put), daemon=True).start()
    try:
        line = first.get(timeout=START_TIMEOUT)
        answer = json.loads(line) if line else None
    except (queue.Empty, ValueError):
        answer = None
    if isinstance(answer, dict) and answer.get("ready") is True:
        return answer
    _end(child)
    reader.join(1)
    told = " ".join("".join(complaints).split()) or "it said nothing"
    raise FedwizardError(f"the practice network did not start: {told}", "Mend what it names, or give another folder.")


def _drain(stream: IO[str], put: Callable[[str], object]) -> None:
    with contextlib.suppress(ValueError, OSError):
        for line in stream:
            put(line)
    put("")


def _end(child: subprocess.Popen[str]) -> None:
    if child.stdin is not None:
        with contextlib.suppress(OSError):
            child.stdin.close()
    if child.poll() is None:
        child.send_signal(signal.SIGTERM)
    try:
        child.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
