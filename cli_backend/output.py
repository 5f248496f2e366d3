"""Parsers of the CLI outputs. Never an exception, never an invented value: what is not understood stays text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

_PAIR = re.compile(r"(?:^|\s{2,})(?P<key>[A-Z][A-Za-z ]*?) *: *(?P<value>.*?)(?=\s{2,}[A-Z][A-Za-z ]*? *:|\s*$)")
_NOT_SET = re.compile(r"(?i)^(not configured|none)?$")
_SERVICE = re.compile(r"^(?P<name>\S.*?)\s*\[(?P<state>[A-Z ]+)\]\s*(?P<why>.*?)\s*$")
_VERSION = re.compile(r"(?i)^\s*Active Master Version:\s*(?P<text>(\d+)\.(\d+)\.\d+\.\d+-\d+)\s*$")
_CLUSTER = re.compile(
    r"^(?P<address>[0-9a-fA-F.:]+)\s+(?P<fqdn>\S+)\s+(?P<host>\S*?)\s*\b(?P<role>Publisher|Subscriber)\b"
    r"(?:\s+(?P<product>\S+)\s+(?P<database>DBPub|DBSub))?\s+(?P<state>(?:not )?authenticated.*)$"
)
# Between address and state stand ping time, flags and queue in 10.x and later, ping time, words and queue before.
_REPLICATED = re.compile(
    r"^(?P<name>\S+)\s+(?P<address>[0-9a-fA-F.:]+)\s+(?P<between>\S.*?)\s+\((?P<state>\d{1,3})\)\s*(?P<text>.*)$"
)
_FLAG = re.compile(r"[YN?-](?:/[YN?-])+|Yes|No|Connected|Disconnected|Dropped|Off-?[Ll]ine|match|mismatch")
_BAD_FLAG = re.compile(r"(?:^|[/ ])(?:N|\?|-|No|Disconnected|Dropped|Off-?[Ll]ine|mismatch)(?:$|[/ ])")
_UPTIME = re.compile(
    r"\bup +(?:(?P<days>\d{1,6}) days?, *)?(?:(?P<hours>\d{1,2}):(?P<minutes>\d{2})|(?P<only>\d{1,2}) min)"
)
_NTP_SERVER = re.compile(
    r"(?i)^\s*synchroni[sz]ed to NTP server \((?P<server>[^)]*)\) at stratum (?P<stratum>\d{1,3})\s*$"
)
_NTP_OFFSET = re.compile(r"(?i)^\s*time correct to within (\d{1,12}) ms\s*$")
_HAS_SRV = re.compile(r"^(?P<name>\S+) has SRV record (\d{1,5}) (\d{1,5}) (\d{1,5}) (\S+)$")
_HAS_ADDRESS = re.compile(r"^\S+ (?:has address|has IPv6 address|resolves locally to) (?P<address>\S+)$")
_HAS_NAME = re.compile(r"^\S+ (?:domain name pointer|resolves locally to) (?P<name>\S+)$")
_LOOKUP_HEADINGS = frozenset({"Local Resolution:", "External Resolution:", "Nothing found"})
LONGEST_LINE = 1000  # characters


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
    unparsed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReplicatedNode:
    """One row of `utils dbreplication runtimestate`. `flags` is what the row says about reachability, verbatim."""

    name: str
    address: str
    flags: str
    state: int
    text: str
    queue: int | None = None

    @property
    def healthy(self) -> bool:
        """Set up, reachable, and with nothing left to replicate."""
        return self.state == 2 and not self.queue and not _BAD_FLAG.search(self.flags)


@dataclass(frozen=True, kw_only=True)
class Replication:
    """`utils dbreplication runtimestate`."""

    rows: tuple[ReplicatedNode, ...] = ()
    single_node: bool = False
    unparsed: tuple[str, ...] = ()

    @property
    def healthy(self) -> bool | None:
        """Whether every node is set up; None when there is nothing to tell by."""
        return all(row.healthy for row in self.rows) if self.rows else None


@dataclass(frozen=True, kw_only=True)
class Uptime:
    """The time since the node started, in seconds; the platform tells minutes."""

    seconds: int


@dataclass(frozen=True, kw_only=True)
class Lookup:
    """`utils network host`: addresses, names of addresses, and SRV records as (priority, weight, port, target).

    `not_found`: a server said that there is nothing. Without it and without data, it is not known.
    """

    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    records: tuple[tuple[int, int, int, str], ...] = ()
    not_found: bool = False
    unparsed: tuple[str, ...] = ()


def parse_network(output: str) -> NetworkSettings:
    """Parse `show network eth0`; later occurrences of a key win, as `Options` and `Domain` follow the line DNS."""
    pairs: dict[str, str] = {}
    unparsed = []
    for line in _lines(output):
        found = [(m["key"].strip(), m["value"].strip()) for m in _PAIR.finditer(line)]
        pairs.update(found)
        if not found and line.strip() not in {"", "DNS"}:
            unparsed.append(line)
    dhcp = {"enabled": True, "disabled": False}.get(pairs.get("DHCP", "").lower())
    return NetworkSettings(
        dhcp=dhcp,
        domain=_set(pairs.get("Domain")),
        # An unset domain may be empty, "Not Configured", or not shown at all. The gateway is printed after it: only
        # with that line the output is whole, and a missing domain means that there is none.
        domain_known=dhcp is not None and ("Domain" in pairs or "Gateway" in pairs),
        address=_set(pairs.get("IP Address")),
        mask=_mask(pairs.get("IP Mask")),
        primary_dns=_set(pairs.get("Primary")),
        secondary_dns=_set(pairs.get("Secondary")),
        gateway=_set(pairs.get("Gateway", "").partition(" ")[0]),
        status=_set(pairs.get("Status")),
        unparsed=tuple(unparsed),
    )


def parse_cluster(output: str) -> ClusterView:
    """Parse `show network cluster`, of a publisher or a subscriber, with or without domains."""
    nodes, unparsed = [], []
    for line in _lines(output):
        match = _CLUSTER.match(line.strip())
        if match:
            nodes.append(ClusterNode(**match.groupdict()))
        elif line.strip():
            unparsed.append(line)
    return ClusterView(nodes=tuple(nodes), unparsed=tuple(unparsed))


def parse_services(output: str) -> ServiceList:
    """Parse `utils service list`."""
    services, unparsed = [], []
    for line in _lines(output):
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
    found, unparsed = None, []
    for line in _lines(output):
        match = None if found else _VERSION.match(line)
        found = found or match
        if not match and line.strip():
            unparsed.append(line)
    if found is None:
        return Version(unparsed=tuple(unparsed))
    return Version(text=found["text"], release=f"{found[2]}.{found[3]}", unparsed=tuple(unparsed))


def parse_ntp(output: str) -> NtpStatus:
    """Parse `utils ntp status`: the words ntpstat prints. The table above them stays text."""
    synchronised, server, stratum, offset, unparsed = None, None, None, None, []
    for line in _lines(output):
        words, good, within = line.strip().lower(), _NTP_SERVER.match(line), _NTP_OFFSET.match(line)
        if words in {"unsynchronised", "unsynchronized"}:
            synchronised = False
        elif good and synchronised is None:
            synchronised, server, stratum = True, good["server"], int(good["stratum"])
        elif within and offset is None:
            offset = int(within[1])
        elif words:
            unparsed.append(line)
    if not synchronised:
        server = stratum = offset = None
    return NtpStatus(
        synchronised=synchronised, server=server, stratum=stratum, offset_ms=offset, unparsed=tuple(unparsed)
    )


def parse_replication(output: str) -> Replication:
    """Parse `utils dbreplication runtimestate`."""
    rows, unparsed = [], []
    for line in _lines(output):
        match = _REPLICATED.match(line.strip())
        if match:
            rows.append(_replicated(match))
        elif line.strip():
            unparsed.append(line)
    single = "single active node" in output
    return Replication(rows=tuple(rows), single_node=single, unparsed=tuple(unparsed))


def parse_uptime(output: str) -> Uptime | None:
    """Parse the uptime in `show status`: `up 79 days, 12:45,`, `up 10:47,` and `up 5 min,`."""
    match = next(filter(None, map(_UPTIME.search, _lines(output))), None)
    if not match:
        return None
    minutes = int(match["only"]) if match["only"] else int(match["hours"]) * 60 + int(match["minutes"])
    return Uptime(seconds=(int(match["days"] or 0) * 1440 + minutes) * 60)


def parse_lookup(output: str) -> Lookup:
    """Parse `utils network host`, which prints what `host` does below two headings."""
    addresses: dict[str, None] = {}
    names: dict[str, None] = {}
    records, unparsed = [], []
    for line in map(str.strip, _lines(output)):
        srv, address, name = _HAS_SRV.match(line), _HAS_ADDRESS.match(line), _HAS_NAME.match(line)
        if srv:
            records.append((int(srv[2]), int(srv[3]), int(srv[4]), _name(srv[5])))
        elif address and _is_address(address["address"]):
            addresses[address["address"]] = None
        elif name:
            names[_name(name["name"])] = None
        elif line and line not in _LOOKUP_HEADINGS:
            unparsed.append(line)
    nothing = not addresses and not records and not names
    denied = "not found:" in output or "has no " in output
    silent = "timed out" in output or "no servers could be reached" in output
    return Lookup(
        addresses=tuple(addresses),
        names=tuple(names),
        records=tuple(records),
        not_found=nothing and not silent and (denied or "Nothing found" in output),
        unparsed=tuple(unparsed),
    )


def _lines(output: str) -> Iterator[str]:
    """The lines of an output. One that no node prints is cut, so that no pattern can be kept busy by it."""
    return (line[:LONGEST_LINE] for line in output.split("\n"))


def _replicated(row: re.Match[str]) -> ReplicatedNode:
    words = row["between"].split()
    # The first number is the ping time; the queue is the last whole one, before the group.
    queues = [word for word in words[1:] if word.isascii() and word.isdecimal() and len(word) < 12]
    return ReplicatedNode(
        name=row["name"],
        address=row["address"],
        flags=" ".join(word for word in words if _FLAG.fullmatch(word)),
        state=int(row["state"]),
        text=row["text"].strip(),
        queue=int(queues[-1]) if queues else None,
    )


def _name(text: str) -> str:
    """A DNS name without the dot at its end; the root stays a dot, for it means that there is no service."""
    return text.rstrip(".").lower() or "."


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _mask(value: str | None) -> str | None:
    """A mask with its octets as decimal numbers; the platform pads them with zeros."""
    mask = _set(value)
    octets = (mask or "").split(".")
    if len(octets) == 4 and all(re.fullmatch(r"[0-9]{1,3}", octet) for octet in octets):
        return ".".join(str(int(octet)) for octet in octets)
    return mask


def _set(value: str | None) -> str | None:
    return None if value is None or _NOT_SET.match(value.strip()) else value.strip()
