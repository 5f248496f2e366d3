"""The practice deployments, as data. A further scenario is one more value in `SCENARIOS`."""

from dataclasses import dataclass, field, replace

from wizard.errors import UsageError
from wizard.practice.lessons import FAULTS, Fault

SIP_PORT = 5061
NAME_SERVER = "192.0.2.53"
INTERNAL_NAME_SERVER = "192.0.2.54"
DEFAULT_DOMAIN = "aol.com"  # the default federation routing domain
NTP_SERVER = "192.0.2.1"


@dataclass(frozen=True)
class Record:
    """One DNS record: owner name without the last dot, type, and data as a zone file writes it."""

    name: str
    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class NodeSpec:
    """One node as it is installed. `domain` is empty where none was set."""

    name: str
    fqdn: str
    address: str
    publisher: bool = False
    dhcp: bool = False
    domain: str = ""


@dataclass(frozen=True, kw_only=True)
class EdgeSpec:
    """One TLS server. `subject` is the CN of its certificate; `node` the node behind it, where it is one of ours.

    `inside`: it is the node's own listener, with nothing in front of it.
    """

    host: str
    address: str
    subject: str = ""
    node: str = ""
    inside: bool = False

    @property
    def common_name(self) -> str:
        """The CN of the certificate: the host's name unless the scenario says otherwise."""
        return self.subject or self.host


@dataclass(frozen=True, kw_only=True)
class AsaSpec:
    """The ASA in front of the cluster. `maps_to` is the port of the nodes to which it maps the one that is dialled."""

    inside_address: str
    outside_address: str
    inside_trustpoint: str
    imp_trustpoint: str
    outside_trustpoint: str
    maps_to: int


@dataclass(frozen=True, kw_only=True)
class PartnerSpec:
    """One Microsoft organisation."""

    domain: str
    description: str
    edge: str
    publishes_srv: bool = True


@dataclass(frozen=True, kw_only=True)
class AolDomainSpec:
    """One domain reached through AOL."""

    name: str
    kind: str
    description: str
    static_route: bool = False


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A whole deployment. `zones` are the apexes; `records` what is in them beside SOA and NS from the start."""

    name: str
    title: str
    domain: str
    email_domain: str
    public_fqdn: str
    public_address: str
    routing_node: str
    nodes: tuple[NodeSpec, ...]
    partners: tuple[PartnerSpec, ...]
    gateway: str
    aol_domains: tuple[AolDomainSpec, ...]
    peers: tuple[tuple[str, str], ...]  # (name of the cluster, FQDN of its publisher)
    edges: tuple[EdgeSpec, ...]
    zones: tuple[str, ...]
    records: tuple[Record, ...]
    asa: AsaSpec | None = None
    authority: str = "Practice Root CA"  # who signs everybody's certificates
    version: str = "9.0.1.10000-37"
    finished: bool = False  # whether everything was configured before the network is first started
    fault: Fault | None = None
    uptime: float = field(default=79 * 86400 + 12 * 3600 + 45 * 60)  # seconds, when the network is first started

    @property
    def publisher(self) -> NodeSpec:
        """The one publisher."""
        return next(node for node in self.nodes if node.publisher)

    @property
    def peer_auth_port(self) -> int:
        """The port at which the nodes take mutual TLS once everything is configured."""
        return SIP_PORT if self.asa is None else self.asa.maps_to

    @property
    def listeners(self) -> tuple[EdgeSpec, ...]:
        """The nodes' own listeners for mutual TLS."""
        return tuple(EdgeSpec(host=n.fqdn, address=n.address, node=n.name, inside=True) for n in self.nodes)

    def node(self, name: str) -> NodeSpec:
        """The node of this name. Raises KeyError."""
        return {node.name: node for node in self.nodes}[name]


def scenario(name: str) -> Scenario:
    """The scenario of this name. Raises UsageError with the names that exist."""
    if name in SCENARIOS:
        return SCENARIOS[name]
    raise UsageError(f"there is no scenario {name!r}", f"Scenarios are: {', '.join(SCENARIOS)}.")


def _address_pair(name: str, address: str) -> tuple[Record, ...]:
    reverse = ".".join(reversed(address.split("."))) + ".in-addr.arpa"
    return Record(name, "A", address), Record(reverse, "PTR", f"{name}.")


_NODES = (
    NodeSpec(name="imp1", fqdn="imp1.local.example", address="192.0.2.11", publisher=True),
    NodeSpec(name="imp2", fqdn="imp2.local.example", address="192.0.2.12"),
)

_EDGES = (
    EdgeSpec(host="sip.partner.example", address="198.51.100.10"),
    EdgeSpec(host="edge.branch.example", address="203.0.113.20"),
    EdgeSpec(host="sag.aol.example", address="203.0.113.30"),
    EdgeSpec(host="imp-public.mail.local.example", address="192.0.2.10", subject="imp1.local.example", node="imp1"),
)

HEALTHY = Scenario(
    name="healthy",
    title="The whole walk: nothing is configured yet",
    domain="local.example",
    email_domain="mail.local.example",
    public_fqdn="imp-public.mail.local.example",
    public_address="192.0.2.10",
    routing_node="imp1",
    nodes=_NODES,
    partners=(
        PartnerSpec(domain="partner.example", description="Partner Ltd", edge="sip.partner.example"),
        PartnerSpec(
            domain="branch.example", description="Branch Office", edge="edge.branch.example", publishes_srv=False
        ),
    ),
    gateway="sag.aol.example",
    aol_domains=(
        AolDomainSpec(name="aol.com", kind="public", description="AOL"),
        AolDomainSpec(name="hosted1.example", kind="hosted", description="First hosted company", static_route=True),
        AolDomainSpec(name="hosted2.example", kind="hosted", description="Second hosted company"),
    ),
    peers=(("second cluster", "imp1.second.local.example"),),
    edges=_EDGES,
    zones=(
        "local.example",
        "mail.local.example",
        "partner.example",
        "branch.example",
        "aol.example",
        "aol.com",
        "hosted1.example",
        "hosted2.example",
        "2.0.192.in-addr.arpa",
        "100.51.198.in-addr.arpa",
        "113.0.203.in-addr.arpa",
    ),
    records=(
        *_address_pair("imp1.local.example", "192.0.2.11"),
        *_address_pair("imp2.local.example", "192.0.2.12"),
        *_address_pair("imp1.second.local.example", "192.0.2.21"),
        *_address_pair("sip.partner.example", "198.51.100.10"),
        Record("_sipfederationtls._tcp.partner.example", "SRV", "0 0 5061 sip.partner.example."),
        *_address_pair("edge.branch.example", "203.0.113.20"),
        *_address_pair("sag.aol.example", "203.0.113.30"),
    ),
)

_THREE = (
    NodeSpec(name="imp1", fqdn="imp1.local.example", address="192.0.2.11", dhcp=True, domain="local.example"),
    NodeSpec(name="imp2", fqdn="imp2.local.example", address="192.0.2.12", publisher=True),
    NodeSpec(name="imp3", fqdn="imp3.local.example", address="192.0.2.13", domain="local.example"),
)

THREE_NODES = replace(
    HEALTHY,
    name="three-nodes",
    title="The whole walk with three nodes, one of them on DHCP",
    routing_node="imp2",
    nodes=_THREE,
    edges=(*_EDGES[:-1], replace(_EDGES[-1], subject="imp2.local.example", node="imp2")),
    records=(*HEALTHY.records, *_address_pair("imp3.local.example", "192.0.2.13")),
)

WITH_ASA = replace(
    HEALTHY,
    name="with-asa",
    title="The whole walk behind an ASA",
    asa=AsaSpec(
        inside_address="192.0.2.3",
        outside_address="192.0.2.9",
        inside_trustpoint="imp_proxy",
        imp_trustpoint="cert_from_imp",
        outside_trustpoint="public_imp",
        maps_to=5062,
    ),
    # What partners see is the ASA's own certificate, in the public name of the cluster.
    edges=(*_EDGES[:-1], replace(_EDGES[-1], subject=HEALTHY.public_fqdn)),
    records=(*HEALTHY.records, *_address_pair("asa.local.example", "192.0.2.3")),
)

_LESSONS = tuple(replace(HEALTHY, name=fault.name, title=fault.title, finished=True, fault=fault) for fault in FAULTS)

SCENARIOS = {each.name: each for each in (HEALTHY, WITH_ASA, THREE_NODES, *_LESSONS)}
