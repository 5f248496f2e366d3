"""What the practice network remembers: frozen values, on disk before anybody is told of them."""

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from wizard.errors import FedwizardError
from wizard.files import write_file
from wizard.practice.scenarios import NAME_SERVER, NodeSpec, Record, Scenario, scenario

STATE_FILE = "state.json"
NEVER = 253_402_300_799.0  # the last second of the year 9999: a time that does not come
SIP_PROXY = "Cisco SIP Proxy"
XCP_ROUTER = "Cisco XCP Router"
FEDERATION_MANAGER = "Cisco XCP SIP Federation Connection Manager"
NOT_ACTIVATED = "Service Not Activated"

PLATFORM_SERVICES = ("System SSH", "Cluster Manager", "Entropy Monitoring Daemon", "Cisco SCSI Watchdog")
NETWORK_SERVICES = (
    "A Cisco DB",
    "A Cisco DB Replicator",
    "Cisco AMC Service",
    "Cisco AXL Web Service",
    "Cisco Audit Event Service",
    "Cisco Client Profile Agent",
    "Cisco Config Agent",
    "Cisco DRF Local",
    "Cisco Database Layer Monitor",
    "Cisco IM and Presence Data Monitor",
    "Cisco Intercluster Sync Agent",
    "Cisco Login Datastore",
    "Cisco OAM Agent",
    "Cisco Presence Datastore",
    "Cisco Presence Engine",
    "Cisco RIS Data Collector",
    "Cisco Route Datastore",
    "Cisco SIP Proxy",
    "Cisco SIP Registration Datastore",
    "Cisco Server Recovery Manager",
    "Cisco Sync Agent",
    "Cisco Tomcat",
    "Cisco XCP Authentication Service",
    "Cisco XCP Config Manager",
    "Cisco XCP Connection Manager",
    "Cisco XCP Router",
    "Cisco XCP Text Conference Manager",
    "Cisco XCP Web Connection Manager",
)
INACTIVE_SERVICES = (
    "Cisco XCP Directory Service",
    "Cisco XCP Message Archiver",
    FEDERATION_MANAGER,
    "Cisco XCP XMPP Federation Connection Manager",
)


@dataclass(frozen=True)
class Pace:
    """How long things take. `factor` 1 is a typical node, 0 no waiting at all. All values are seconds."""

    factor: float

    def seconds(self, typical: float) -> float:
        """A typical duration at this pace."""
        return typical * self.factor

    @property
    def shutdown(self) -> float:
        """From the confirmed restart to the lost connection."""
        return max(0.05, self.seconds(20))

    @property
    def reboot(self) -> float:
        """How long the port is closed; never so short that nobody could see it."""
        return max(0.3, self.seconds(6 * 60))


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service. The two times (seconds since the epoch) say when it is seen STARTING and STARTED."""

    activated: bool = True
    halted: str = ""  # why it does not run although it is activated
    starting_at: float = 0.0
    ready_at: float = 0.0

    def shown(self, now: float) -> tuple[str, str]:
        """The state and the reason that the service list prints."""
        if not self.activated:
            return "STOPPED", NOT_ACTIVATED
        if self.halted:
            return "STOPPED", self.halted
        if now < self.starting_at:
            return "STOPPING", ""
        return ("STARTING", "") if now < self.ready_at else ("STARTED", "")


@dataclass(frozen=True, kw_only=True)
class Node:
    """One node. It is away from `down_at` to `booted_at`; `unwell` holds ntp, replication, service."""

    domain: str
    dhcp: bool
    booted_at: float
    down_at: float = 0.0
    domain_changes: int = 0  # by the CLI, taken into effect
    last_domain_command: str = ""
    unwell: tuple[str, ...] = ()
    services: Mapping[str, Service] = field(default_factory=dict)

    def is_away(self, now: float) -> bool:
        """Whether the node is shut down or on its way up."""
        return self.down_at <= now < self.booted_at

    def restarts_soon(self, now: float) -> bool:
        """Whether a restart was confirmed and is not over."""
        return now < self.booted_at


@dataclass(frozen=True, kw_only=True)
class State:
    """Everything that outlives the process, but keys and certificates, which are files of their own."""

    scenario: str
    nodes: Mapping[str, Node]
    records: tuple[Record, ...]
    settings: Mapping[str, str] = field(default_factory=dict)  # service parameters and whatever pages store
    notices: tuple[str, ...] = ()
    pending: tuple[tuple[str, str], ...] = ()  # restarts, as (node, service)
    ignored: tuple[str, ...] = ()  # what the network acknowledges and does not do

    def with_node(self, name: str, node: Node) -> "State":
        """The same with one node replaced."""
        return replace(self, nodes={**self.nodes, name: node})


def initial(plan: Scenario, now: float) -> State:
    """A network on which nothing has been configured."""
    nodes = {spec.name: _installed(spec, now - plan.uptime) for spec in plan.nodes}
    return State(scenario=plan.name, nodes=nodes, records=(*_apexes(plan), *plan.records))


def _installed(spec: NodeSpec, booted_at: float) -> Node:
    names = (*PLATFORM_SERVICES, *NETWORK_SERVICES, *INACTIVE_SERVICES)
    services = {name: Service(activated=name not in INACTIVE_SERVICES) for name in names}
    return Node(domain=spec.domain, dhcp=spec.dhcp, booted_at=booted_at, services=services)


def _apexes(plan: Scenario) -> tuple[Record, ...]:
    records = [
        Record("", "SOA", "root.example. hostmaster.root.example. 1 3600 600 86400 5"),
        Record("", "NS", "root.example."),
        Record("root.example", "A", NAME_SERVER),
    ]
    for zone in plan.zones:
        # A server for reverse zones is named in a zone that has addresses.
        server = f"ns.{plan.domain}." if zone.endswith(".arpa") else f"ns.{zone}."
        records.append(Record(zone, "SOA", f"{server} hostmaster.{zone}. 1 3600 600 86400 5"))
        records.append(Record(zone, "NS", server))
        if not zone.endswith(".arpa"):
            records.append(Record(f"ns.{zone}", "A", NAME_SERVER))
    return tuple(records)


def certificate_key(host: str) -> str:
    """The setting that holds the CN a server presents instead of the one it was built with."""
    return f"certificate/{host}"


def replication_settled(state: State) -> bool:
    """Whether all nodes agree: none was changed, or every one has a domain (a change disturbs it until the last)."""
    changed = any(node.domain_changes for node in state.nodes.values())
    return not changed or all(node.domain for node in state.nodes.values())


class World:
    """The one place where the state changes. Every change is on disk when `change` returns."""

    def __init__(self, directory: Path, name: str, pace: float, begin: Callable[[Scenario, float], State]) -> None:
        """Take up what is in the directory, or `begin` the scenario. Raises FedwizardError."""
        self.directory = directory
        self.pace = Pace(pace)
        self._path = directory / STATE_FILE
        self._lock = threading.Lock()
        self.stop = threading.Event()
        if self._path.exists():
            self._state = _read(self._path)
        else:
            self._state = begin(scenario(name), self.now())
            self._write(self._state)
        self.scenario = scenario(self._state.scenario)

    def now(self) -> float:
        """The time of day, in seconds since the epoch."""
        return time.time()

    @property
    def state(self) -> State:
        """What is the case now."""
        with self._lock:
            return self._state

    def change(self, step: Callable[[State], State]) -> State:
        """Go from one state to the next. Raises whatever `step` raises, and then nothing changed."""
        with self._lock:
            after = step(self._state)
            if after != self._state:
                self._write(after)
                self._state = after
            return after

    def pause(self, typical: float) -> None:
        """Wait for a typical number of seconds at our pace, or until the network ends."""
        if self.pace.factor > 0:
            self.stop.wait(self.pace.seconds(typical))

    def _write(self, state: State) -> None:
        write_file(self._path, json.dumps(asdict(state), indent=1).encode())


def _read(path: Path) -> State:
    try:
        raw = json.loads(path.read_bytes())
        for node in raw["nodes"].values():
            node["services"] = {name: Service(**service) for name, service in node["services"].items()}
            node["unwell"] = tuple(node["unwell"])
        raw["nodes"] = {name: Node(**node) for name, node in raw["nodes"].items()}
        raw["records"] = tuple(Record(**record) for record in raw["records"])
        raw["pending"] = tuple((node, service) for node, service in raw["pending"])
        raw["notices"], raw["ignored"] = tuple(raw["notices"]), tuple(raw["ignored"])
        return State(**raw)
    except (ValueError, TypeError, KeyError, AttributeError) as damage:
        whole = path.absolute()
        remedy = f"Remove the folder {whole.parent} and begin anew."
        raise FedwizardError(f"{whole} is not a practice network's state: {damage}", remedy) from damage


class NodeLog:
    """What one node received and did, one JSON object a line, in `nodes/NAME.log`."""

    def __init__(self, directory: Path, node: str) -> None:
        self._path = directory / "nodes" / f"{node}.log"
        self._lock = threading.Lock()

    def write(self, event: str, **details: str) -> None:
        """Add one event; it is on disk when this returns."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        line = json.dumps({"at": stamp, "event": event, **details}) + "\n"
        with self._lock:
            fd = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(fd, line.encode())
                os.fdatasync(fd)
            finally:
                os.close(fd)

    def count(self, event: str) -> int:
        """How often an event stands in the log."""
        if not self._path.exists():
            return 0
        return self._path.read_text(errors="replace").count(f'"event": "{event}"')
