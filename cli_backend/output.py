"""Parsers of the CLI outputs. Never an exception, never an invented value: what is not understood stays text."""

import re
from dataclasses import dataclass, field

_PAIR = re.compile(r"(?:^|\s{2,})(?P<key>[A-Z][A-Za-z ]*?) *: *(?P<value>.*?)(?=\s{2,}[A-Z][A-Za-z ]*? *:|\s*$)")
_NOT_SET = re.compile(r"(?i)^(not configured|none)?$")
_SERVICE = re.compile(r"^(?P<name>\S.*?)\s*\[(?P<state>[A-Z ]+)\]\s*(?P<why>.*?)\s*$")
_VERSION = re.compile(r"(?im)^\s*Active Master Version:\s*(?P<text>(\d+)\.(\d+)\.\d+\.\d+-\d+)\s*$")
_CLUSTER = re.compile(
    r"^(?P<address>[0-9a-fA-F.:]+)\s(?P<fqdn>\S+)\s(?P<host>\S*)\s*(?P<role>Publisher|Subscriber)"
    r"(?:\s+(?P<product>\S+)\s+(?P<database>DBPub|DBSub))?\s+(?P<state>(?:not )?authenticated.*)$"
)
_REPLICATED = re.compile(
    r"^(?P<name>\S+)\s+(?P<address>[0-9a-fA-F.:]+)\s.*\s(?P<flags>[YN](?:/[YN])+)\s.*\((?P<state>\d+)\)\s*(?P<text>.*)$"
)
_UPTIME = re.compile(r"\bup\s+(?:(?P<days>\d+) days?,\s*)?(?:(?P<hours>\d+):(?P<minutes>\d{2})|(?P<only>\d+) min)")
_HAS_SRV = re.compile(r"^(?P<name>\S+) has SRV record (\d+) (\d+) (\d+) (\S+)$")
_HAS_ADDRESS = re.compile(r"^\S+ (?:has address|has IPv6 address|resolves locally to) (?P<address>\S+)$")


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """`show network eth0`. `domain` is None when none is set; `domain_known` is False when the output does not tell."""

    dhcp: bool | None = None
    domain: str | None = None
    domain_known: bool = False
    address: str | None = None
    mask: str | None = None
    primary_dns: str | None = None
    secondary_dns: str | None = None
    gateway: str | None = None
    status: str | None = None
    unparsed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ClusterNode:
    """One line of `show network cluster`. `host` is empty on a node without a domain."""

    address: str
    fqdn: str
    host: str
    role: str
    product: str | None
    database: str | None
    state: str


@dataclass(frozen=True, kw_only=True)
class ClusterView:
    """`show network cluster`."""

    nodes: tuple[ClusterNode, ...] = ()
    unparsed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Service:
    """One line of `utils service list`."""

    name: str
    state: str
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class ServiceList:
    """`utils service list`, in its order."""

    services: tuple[Service, ...] = ()
    unparsed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Version:
    """`show version active`. `release` is the first two numbers, such as 9.0."""

    text: str | None = None
    release: str | None = None
    unparsed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NtpStatus:
    """`utils ntp status`."""

    synchronised: bool | None = None
    server: str | None = None
    stratum: int | None = None
    offset_ms: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReplicatedNode:
    """One row of `utils dbreplication runtimestate`."""

    name: str
    address: str
    flags: str
    state: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Replication:
    """`utils dbreplication runtimestate`. `healthy`: every row is (2) with all flags Y; None: no row was understood."""

    rows: tuple[ReplicatedNode, ...] = ()
    single_node: bool = False
    unparsed: tuple[str, ...] = field(default=())

    @property
    def healthy(self) -> bool | None:
        """Whether every node is set up; None when there is nothing to tell by."""
        if not self.rows:
            return None
        return all(row.state == 2 and "N" not in row.flags for row in self.rows)


@dataclass(frozen=True, kw_only=True)
class Uptime:
    """The time since the node started, in seconds; the platform tells minutes."""

    seconds: int


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """`utils network host`: addresses, and SRV records as (priority, weight, port, target)."""

    addresses: tuple[str, ...] = ()
    records: tuple[tuple[int, int, int, str], ...] = ()
    not_found: bool = False


def parse_network(output: str) -> NetworkSettings:
    """Parse `show network eth0`; later occurrences of a key win, as `Options` and `Domain` follow the line DNS."""
    pairs: dict[str, str] = {}
    unparsed = []
    for line in output.splitlines():
        found = [(m["key"].strip(), m["value"].strip()) for m in _PAIR.finditer(line)]
        pairs.update(found)
        if not found and line.strip() not in {"", "DNS"}:
            unparsed.append(line)
    dhcp = {"enabled": True, "disabled": False}.get(pairs.get("DHCP", "").lower())
    return NetworkSettings(
        dhcp=dhcp,
        domain=_set(pairs.get("Domain")),
        # An unset domain may be empty, "Not Configured", or not shown at all; DHCP shows that this is the output.
        domain_known=dhcp is not None,
        address=_set(pairs.get("IP Address")),
        mask=_set(pairs.get("IP Mask")),
        primary_dns=_set(pairs.get("Primary")),
        secondary_dns=_set(pairs.get("Secondary")),
        gateway=_set(pairs.get("Gateway", "").partition(" ")[0]),
        status=_set(pairs.get("Status")),
        unparsed=tuple(unparsed),
    )


def parse_cluster(output: str) -> ClusterView:
    """Parse `show network cluster`, of a publisher or a subscriber, with or without domains."""
    nodes, unparsed = [], []
    for line in output.splitlines():
        match = _CLUSTER.match(line.strip())
        if match:
            nodes.append(ClusterNode(**match.groupdict()))
        elif line.strip():
            unparsed.append(line)
    return ClusterView(nodes=tuple(nodes), unparsed=tuple(unparsed))


def parse_services(output: str) -> ServiceList:
    """Parse `utils service list`."""
    services, unparsed = [], []
    for line in output.splitlines():
        match = _SERVICE.match(line)
        if match:
            services.append(Service(name=match["name"], state=match["state"].strip(), why=match["why"]))
        elif line.strip():
            unparsed.append(line)
    return ServiceList(services=tuple(services), unparsed=tuple(unparsed))


def last_state(output: str, service: str) -> str | None:
    """The last state that a restart, start or activation printed for a service; None when it printed none."""
    states = [found.state for found in parse_services(output).services if found.name == service]
    return states[-1] if states else None


def parse_version(output: str) -> Version:
    """Parse `show version active`."""
    match = _VERSION.search(output)
    unparsed = tuple(line for line in output.splitlines() if line.strip() and not _VERSION.match(line))
    if not match:
        return Version(unparsed=unparsed)
    return Version(text=match["text"], release=f"{match[2]}.{match[3]}", unparsed=unparsed)


def parse_ntp(output: str) -> NtpStatus:
    """Parse `utils ntp status`: the words ntpstat prints."""
    lowered = output.lower()
    if "unsynchroni" in lowered:
        return NtpStatus(synchronised=False)
    match = re.search(
        r"(?im)^\s*synchroni[sz]ed to NTP server \((?P<server>[^)]*)\) at stratum (?P<stratum>\d+)", output
    )
    if not match:
        return NtpStatus()
    offset = re.search(r"(?im)time correct to within (\d+) ms", output)
    return NtpStatus(
        synchronised=True,
        server=match["server"],
        stratum=int(match["stratum"]),
        offset_ms=int(offset[1]) if offset else None,
    )


def parse_replication(output: str) -> Replication:
    """Parse `utils dbreplication runtimestate`."""
    rows, unparsed = [], []
    for line in output.splitlines():
        match = _REPLICATED.match(line.strip())
        if match:
            values = match.groupdict()
            rows.append(
                ReplicatedNode(
                    name=values["name"],
                    address=values["address"],
                    flags=values["flags"],
                    state=int(values["state"]),
                    text=values["text"].strip(),
                )
            )
        elif line.strip():
            unparsed.append(line)
    single = "single active node" in output
    return Replication(rows=tuple(rows), single_node=single, unparsed=tuple(unparsed))


def parse_uptime(output: str) -> Uptime | None:
    """Parse the uptime in `show status`: `up 79 days, 12:45,`, `up 10:47,` and `up 5 min,`."""
    match = _UPTIME.search(output)
    if not match:
        return None
    minutes = int(match["only"]) if match["only"] else int(match["hours"]) * 60 + int(match["minutes"])
    return Uptime(seconds=(int(match["days"] or 0) * 1440 + minutes) * 60)


def parse_lookup(output: str) -> Lookup:
    """Parse `utils network host`."""
    addresses: dict[str, None] = {}
    records = []
    for line in output.splitlines():
        srv, address = _HAS_SRV.match(line.strip()), _HAS_ADDRESS.match(line.strip())
        if srv:
            records.append((int(srv[2]), int(srv[3]), int(srv[4]), srv[5].rstrip(".").lower()))
        elif address:
            addresses[address["address"]] = None
    not_found = "not found:" in output or (not addresses and not records and "Nothing found" in output)
    return Lookup(addresses=tuple(addresses), records=tuple(records), not_found=not_found)


def _set(value: str | None) -> str | None:
    return None if value is None or _NOT_SET.match(value.strip()) else value.strip()
