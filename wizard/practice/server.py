"""The practice network in the foreground: brings everything up, says so, and ends when it is told to."""

import fcntl
import json
import os
import secrets
import string
import sys
import time
from collections.abc import Callable
from pathlib import Path

from wizard.errors import FedwizardError
from wizard.files import write_file
from wizard.practice.beginning import beginning
from wizard.practice.control import Control
from wizard.practice.dns_server import NameServer
from wizard.practice.edges import Edge
from wizard.practice.lifeline import end_with
from wizard.practice.pki import Authority, host_key
from wizard.practice.plan_text import plan_text, reachable_plan
from wizard.practice.scenarios import INTERNAL_NAME_SERVER, NAME_SERVER, SIP_PORT
from wizard.practice.scenarios import scenario as find_scenario
from wizard.practice.socket_path import CONNECTIONS, LOCK, PASSWORD_FILE, PLAN_TO_CHECK
from wizard.practice.ssh_node import SshNode, quieten_paramiko
from wizard.practice.state import STATE_FILE, World

_PREDECESSOR = 3.0  # seconds a predecessor may take to end
_UP = 5.0  # seconds until every node listens


def _to_stdout(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def serve(directory: Path, scenario: str, pace: float, announce: Callable[[str], None] = _to_stdout) -> int:
    """Run the network until a signal, or until the parent process ends. Call in the main thread.

    `announce` gets one JSON line when every listener is up. In a folder that holds a network already, that network is
    taken up again, whatever `scenario` says. Returns the exit status. Raises FedwizardError, OSError.
    """
    parent = os.getppid()
    if not (directory / STATE_FILE).exists():
        find_scenario(scenario)  # complains before anything is made
    quieten_paramiko()
    os.umask(0o077)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    lock = _lock(directory)
    # From here on the folder is where we stand, so that it may be moved to another place while we run.
    os.chdir(directory)
    Path("nodes").mkdir(mode=0o700, exist_ok=True)
    world = World(Path(), scenario, pace, beginning)
    end_with(world.stop, parent)
    announce(json.dumps({"ready": True, **_bring_up(world)}))
    world.stop.wait()
    os.close(lock)
    return 0


def _bring_up(world: World) -> dict[str, object]:
    directory, plan = world.directory, world.scenario
    password = _password(directory)
    authority = Authority(directory)
    write_file(directory / "trust.pem", authority.root.read_bytes())
    nodes = {
        spec.name: SshNode(spec, world, authority, host_key(directory, spec.name), password) for spec in plan.nodes
    }
    _plan(world, nodes)
    name_server = NameServer(world)
    connections: dict[str, str] = {}
    for spec in plan.nodes:
        connections[f"{spec.address}:22"] = connections[f"{spec.fqdn}:22"] = nodes[spec.name].port.endpoint
    for edge in (*plan.edges, *plan.listeners):
        port = plan.peer_auth_port if edge.inside else SIP_PORT
        endpoint = Edge(edge, world, authority).port.endpoint
        connections[f"{edge.host}:{port}"] = connections[f"{edge.address}:{port}"] = endpoint
    for address in (NAME_SERVER, INTERNAL_NAME_SERVER):
        connections[f"{address}:53"] = name_server.endpoint
    for node in nodes.values():
        node.wait_until_settled(_UP)
    Control(world)
    reached: dict[str, object] = {
        "connections": connections,
        "name_servers": [name_server.endpoint],
        "internal_name_servers": [name_server.endpoint],
        "scenario": plan.name,
    }
    write_file(directory / CONNECTIONS, json.dumps(reached, indent=1).encode() + b"\n")
    text = (directory / "plan.toml").read_text(encoding="utf-8")
    write_file(directory / PLAN_TO_CHECK, reachable_plan(text, connections, name_server.endpoint).encode())
    return reached


def _password(directory: Path) -> str:
    path = directory / PASSWORD_FILE
    if not path.exists():
        letters = string.ascii_letters + string.digits
        write_file(path, "".join(secrets.choice(letters) for _ in range(24)).encode() + b"\n")
    return path.read_text().strip()


def _plan(world: World, nodes: dict[str, SshNode]) -> None:
    path = world.directory / "plan.toml"
    if not path.exists():
        keys = {name: node.fingerprint for name, node in nodes.items()}
        write_file(path, plan_text(world.scenario, keys).encode())


def _lock(directory: Path) -> int:
    """Keep a second network out of the folder. Raises FedwizardError when one runs in it and does not end."""
    fd = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + _PREDECESSOR
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return fd
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(fd)
                remedy = "End it, or give another folder with --dir."
                raise FedwizardError(f"a practice network runs in {directory} already", remedy) from None
            time.sleep(0.05)
