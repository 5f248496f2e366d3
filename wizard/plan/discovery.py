"""What a node and the DNS tell about a deployment, as proposals for its plan. Pure; nothing is taken as certain.

Everything here was said by somebody else: a value becomes a proposal only where the plan would take it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from checks.servers import FederationServer
from cli_backend.output import ClusterNode, ClusterView, NetworkSettings, Version
from wizard.plan.document import Table, address_of, host_of, name_of, tables_in, value_at
from wizard.plan.draft import UNCONFIRMED
from wizard.plan.lines import Place

Value = str | bool | int | tuple[str, ...]

CLUSTER, NETWORK, VERSION = "show network cluster", "show network eth0", "show version active"
GIVEN = "given on the command line"
CONFIGURED = "as ~/.ssh/config says"
SSH_PORT = 22

_NODE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")
_RELEASE = re.compile(r"\d{1,3}\.\d{1,3}")


@dataclass(frozen=True)
class Found:
    """A proposal: the place in the plan, the value, and who said so, as the comment behind the value tells it."""

    field: Place
    value: Value
    source: str

    @property
    def comment(self) -> str:
        """Where it comes from; what was found is to be confirmed, what was given is not."""
        return self.source if self.source == GIVEN else f"{self.source}{UNCONFIRMED}"


@dataclass(frozen=True, kw_only=True)
class NodeSeen:
    """What one node showed after a login. `asked` is how the person named it, `reached` where it answered.

    `by_config`: that and the user are what `~/.ssh/config` says, with the jump hosts `hops` on the way.
    `names` holds, by address, the names that the node's own lookup knows for the nodes of its cluster.
    """

    asked: str
    reached: tuple[str, int] = ("", SSH_PORT)
    user: str = ""
    by_config: bool = False
    hops: tuple[str, ...] = ()
    host_key: str = ""
    legacy_algorithms: bool = False
    cluster: ClusterView = field(default_factory=ClusterView)
    network: NetworkSettings = field(default_factory=NetworkSettings)
    version: Version = field(default_factory=Version)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Observations:
    """Everything that was looked at: one node or none, and the DNS for the partners' domains."""

    node: NodeSeen | None = None
    servers: Mapping[str, FederationServer] = field(default_factory=dict)


def found(given: Table, seen: Observations) -> tuple[Found, ...]:
    """The proposals for every value that the plan does not hold yet. `given` is the plan so far, perhaps empty."""
    proposals = (*(_of_node(seen.node, given) if seen.node else ()), *_of_partners(given, seen.servers))
    return tuple(proposal for proposal in proposals if value_at(given, proposal.field) is None)


def as_given(given: Table) -> tuple[Found, ...]:
    """The values of the command line, in the form in which proposals are written."""
    return tuple(Found(place, value, GIVEN) for place, value in _leaves(given, ()))


def imp_nodes(cluster: ClusterView) -> tuple[ClusterNode, ...]:
    """The IM and Presence nodes of a cluster, publisher first; later releases list the call manager's too."""
    ours = [node for node in cluster.nodes if node.product in {None, "cups"} and host_of(node.address)]
    return tuple(sorted(ours, key=lambda node: not is_publisher(node)))


def is_publisher(node: ClusterNode) -> bool:
    """Whether a node holds the publisher database; in a cluster with call managers its role says Subscriber."""
    return node.database == "DBPub" if node.database else node.role == "Publisher"


# --- the node --------------------------------------------------------------------------------------------------------


def _of_node(seen: NodeSeen, given: Table) -> Iterator[Found]:
    nodes = imp_nodes(seen.cluster)
    here = _here(seen, nodes)
    asked = (_short(nodes[here]) if here is not None else "") or seen.asked
    yield from _release(seen, asked)
    yield from _local(seen, nodes, asked)
    for number, node in enumerate(nodes):
        yield from _listed(number, node, seen, asked)
    # A node that lists no cluster is still one node, of which we know what it says of itself.
    yield from _itself(here or 0, seen, asked, whole=not nodes)
    for number in range(max(len(nodes), 1)):
        yield from _login(number, seen, asked, is_here=number == (here or 0))
    yield from _redirection(seen, asked, given)


def _here(seen: NodeSeen, nodes: tuple[ClusterNode, ...]) -> int | None:
    """Which of the nodes we are logged in to: the one with its address, else the one that needs no connection."""
    own = address_of(seen.network.address or "")
    for number, node in enumerate(nodes):
        if own and address_of(node.address) == own:
            return number
    alone = [number for number, node in enumerate(nodes) if "using TCP" not in node.state]
    return alone[0] if len(alone) == 1 else None


def _release(seen: NodeSeen, asked: str) -> Iterator[Found]:
    release = seen.version.release or ""
    if _RELEASE.fullmatch(release):
        yield Found(("release",), release, _on(asked, VERSION))


def _local(seen: NodeSeen, nodes: tuple[ClusterNode, ...], asked: str) -> Iterator[Found]:
    domain = name_of(seen.network.domain)
    if domain:
        yield Found(("local", "sip_proxy_domain"), domain, _on(asked, NETWORK))
    if nodes and is_publisher(nodes[0]) and _short(nodes[0]):
        yield Found(("local", "routing_node"), _short(nodes[0]), _on(asked, CLUSTER))
    servers = _name_servers(seen.network)
    if servers:
        yield Found(("dns", "internal_name_servers"), servers, _on(asked, NETWORK))


def _listed(number: int, node: ClusterNode, seen: NodeSeen, asked: str) -> Iterator[Found]:
    """What the list of the cluster says of one node."""
    place, source = ("nodes", number), _on(asked, CLUSTER)
    address, name, fqdn = host_of(node.address), _short(node), name_of(node.fqdn)
    if name:
        yield Found((*place, "name"), name, source)
    if fqdn:
        yield Found((*place, "fqdn"), fqdn, source)
    elif full := _full_name(name, seen.names.get(node.address, ())):
        yield Found((*place, "fqdn"), full, _on(asked, f"utils network host {address}"))
    yield Found((*place, "address"), address, source)
    yield Found((*place, "role"), "publisher" if is_publisher(node) else "subscriber", source)


def _itself(number: int, seen: NodeSeen, asked: str, *, whole: bool) -> Iterator[Found]:
    """What the node says of its own network."""
    place, source = ("nodes", number), _on(asked, NETWORK)
    address, servers = address_of(seen.network.address or ""), _name_servers(seen.network)
    if whole and address:
        yield Found((*place, "address"), address, source)
    if seen.network.dhcp is not None:
        yield Found((*place, "dhcp"), seen.network.dhcp, source)
    if servers:
        yield Found((*place, "dns_servers"), servers, source)
    if seen.host_key:
        yield Found((*place, "host_key"), seen.host_key, f"shown by {asked} at the login")


def _login(number: int, seen: NodeSeen, asked: str, *, is_here: bool) -> Iterator[Found]:
    """How the login went; on the other nodes it is probably the same."""
    here = CONFIGURED if seen.by_config else GIVEN
    source = here if is_here else f"as on {asked}"
    if seen.hops and is_here and seen.reached[1] != SSH_PORT:
        yield Found(("nodes", number, "ssh_port"), seen.reached[1], source)
    if seen.user:
        yield Found(("nodes", number, "user"), seen.user, source)
    if seen.legacy_algorithms:
        yield Found(("nodes", number, "legacy_algorithms"), True, source)


def _redirection(seen: NodeSeen, asked: str, given: Table) -> Iterator[Found]:
    """Where the node answered, if that is not its own address and the standard port."""
    own, (reached, port) = address_of(seen.network.address or ""), seen.reached
    if seen.hops:  # what is redirected is reached straight on
        return
    if own and address_of(reached) and (reached, port) != (own, SSH_PORT) and not given.get("connections"):
        shown = f"[{own}]" if ":" in own else own
        target = f"[{reached}]" if ":" in reached else reached
        yield Found(("connections", f"{shown}:{SSH_PORT}"), f"{target}:{port}", f"found by logging in to {asked}")


def _on(node: str, command: str) -> str:
    return f"found on {node} ({command})"


def _short(node: ClusterNode) -> str:
    """The short name; empty where the platform shows an address in its place."""
    name = (node.host or node.fqdn).partition(".")[0]
    return name if _NODE_NAME.fullmatch(name) and not address_of(node.fqdn) else ""


def _full_name(short: str, names: tuple[str, ...]) -> str:
    """The full name among those of an address, if it is the node's: a reverse zone may say anything."""
    return next((full for name in names if (full := name_of(name)).partition(".")[0] == short.lower() and full), "")


def _name_servers(network: NetworkSettings) -> tuple[str, ...]:
    known = (address_of(server or "") for server in (network.primary_dns, network.secondary_dns))
    return tuple(dict.fromkeys(filter(None, known)))


# --- the partners ----------------------------------------------------------------------------------------------------


def _of_partners(given: Table, servers: Mapping[str, FederationServer]) -> Iterator[Found]:
    for number, partner in tables_in(given, "partners"):
        domain = name_of(partner.get("domain"))
        server = servers.get(domain)
        if server is None or server.published is None:
            continue
        place, source = ("partners", number), f"found in the DNS (SRV of {domain})"
        none = f"found in the DNS (no SRV of {domain})"
        yield Found((*place, "publishes_srv"), server.published, source if server.published else none)
        if name_of(server.target):
            yield Found((*place, "external_fqdn"), server.target, source)
            address = next(filter(None, map(address_of, server.addresses)), "")
            if address:
                where = f"found in the DNS (address of {server.target})"
                yield Found((*place, "external_address"), address, where)


# --- what was not found ----------------------------------------------------------------------------------------------


def gaps(seen: Observations) -> Iterator[str]:
    """What was asked for and not found, a sentence each, with what to do about it."""
    if seen.node is not None:
        yield from _gaps_of_node(seen.node)
    for domain, server in seen.servers.items():
        if server.published is None:
            yield f"Nobody answered for the record of {domain} ({server.reason}). Ask other name servers: --nameserver."
        elif not server.published:
            yield f"{domain} publishes no federation record. Ask its administrator for the name of the Access Edge."
        elif not server.target:
            yield f"The record of {domain} leads to no host name. See: fedwizard check dns {domain}"
        elif not server.addresses:
            yield f"{server.target}, which serves {domain}, has no address. See: fedwizard check dns {domain}"


def _gaps_of_node(seen: NodeSeen) -> Iterator[str]:
    nodes = imp_nodes(seen.cluster)
    if seen.hops:
        own = address_of(seen.network.address or "") or "its address"
        yield (
            f"{seen.asked} was reached through {', '.join(seen.hops)}, and a plan names nodes by their addresses. Add"
            f" to ~/.ssh/config for it, and likewise for each other node: Host {own}, and below it"
            f" ProxyJump {','.join(seen.hops)}"
        )
    if not nodes:
        yield f"{seen.asked} lists no IM and Presence node in `{CLUSTER}`. Enter the nodes by hand."
    for node in nodes:
        short = _short(node)
        if not name_of(node.fqdn) and not _full_name(short, seen.names.get(node.address, ())):
            yield f"The full name of {short or host_of(node.address)} is not known to the cluster. Enter it by hand."
    if not seen.version.release:
        yield f"{seen.asked} does not say its release in `{VERSION}`."


# --- tables ----------------------------------------------------------------------------------------------------------


def _leaves(value: object, place: Place) -> Iterator[tuple[Place, Value]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*place, key))
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for number, item in enumerate(value):
            yield from _leaves(item, (*place, number))
    elif isinstance(value, list):
        yield place, tuple(str(item) for item in value)
    elif isinstance(value, str | bool | int):
        yield place, value
