"""The plan: everything the procedures need to know about a deployment. Complete, frozen, and free of secrets.

Source of the fields: the planning worksheet (domain reference 4.2 A to D). A `Plan` is only ever built by
`wizard.plan.problems`, which reports every problem at once; the cross-field rules live there, the shape lives here.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from checks.names import destination_pattern, domain_name, host

DomainName = Annotated[str, AfterValidator(domain_name)]
Host = Annotated[str, AfterValidator(host)]
Port = Annotated[int, Field(ge=1, le=65535)]
Word = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Line = Annotated[str, Field(max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Release(StrEnum):
    """The releases with a table of labels (procedures/releases.py)."""

    R9_0 = "9.0"
    R9_1 = "9.1"


class Frozen(BaseModel):
    """What all parts of a plan have in common: no unknown fields, no change after it was built."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Local(Frozen):
    """Our own side."""

    sip_proxy_domain: DomainName = Field(description="The SIP proxy domain, as Cluster Topology Settings shows it.")
    proxy_domain_changed: bool = Field(
        default=False, description="Whether the SIP proxy domain was changed since installation."
    )
    public_fqdn: DomainName = Field(
        description="The public name of the routing node: SRV target and Federation Routing IM and Presence FQDN."
    )
    public_address: Host = Field(description="The public address of the routing node, as the Internet sees it.")
    routing_node: str = Field(description="The node that receives new inbound requests, normally the publisher.")
    ntp: Host | None = Field(default=None, description="The NTP server that nodes, call manager and ASA share.")
    certificate_authority: Line = Field(default="", description="The authority that signs our certificates.")
    peer_auth_port: Port = Field(
        default=5062, description="The port of the Peer Auth listener. Without an ASA it must be 5061."
    )


class Node(Frozen):
    """One IM and Presence node."""

    name: Line = Field(min_length=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$", description="The short name of the node.")
    fqdn: DomainName = Field(description="The full name of the node.")
    address: Host = Field(description="The address the node is managed at.")
    role: Literal["publisher", "subscriber"] = Field(description="publisher (exactly one) or subscriber.")
    users_assigned: bool = Field(default=True, description="Whether users are assigned to this node.")
    dhcp: bool = Field(default=False, description="Whether the node gets its address by DHCP.")
    dns_servers: tuple[Host, ...] = Field(default=(), description="The name servers that the node uses.")
    dns_forwards: bool = Field(default=True, description="Whether they look up names on the Internet.")
    asa_ports: tuple[Port, ...] = Field(
        default=(), description="The outside ports that the ASA maps to this node, if it is not the routing node."
    )
    user: Line = Field(default="administrator", min_length=1, description="The CLI account; never a password.")
    ssh_port: Port = Field(default=22, description="The port of the CLI.")
    host_key: str | None = Field(
        default=None,
        pattern=r"^SHA256:[A-Za-z0-9+/]{43}=?$",
        description="The fingerprint of the node's SSH host key, SHA256:..., if it is known.",
    )
    legacy_algorithms: bool = Field(
        default=False, description="Allow SHA-1 and CBC for this node: releases 9.x to 11.5 offer nothing newer."
    )


class Asa(Frozen):
    """The Cisco Adaptive Security Appliance between the cluster and the Internet."""

    inside_address: Host = Field(description="The address of the inside interface.")
    public_address: Host = Field(description="The public address it answers at for IM and Presence.")
    outside_address: Host | None = Field(default=None, description="The address of the outside interface.")
    access_list_out: Word = Field(default="ent_imp_to_external", description="The access list towards partners.")
    access_list_in: Word = Field(default="ent_external_to_imp", description="The access list from partners.")
    inside_trustpoint: Word = Field(default="imp_proxy", description="The trustpoint shown to IM and Presence.")
    imp_trustpoint: Word = Field(default="cert_from_imp", description="The trustpoint that holds our certificate.")
    outside_trustpoint: Word = Field(default="public_imp", description="The trustpoint shown to partners.")


class LoadBalancer(Frozen):
    """A load balancer that terminates TLS in front of the nodes."""

    fqdn: DomainName = Field(description="Its public name.")
    address: Host = Field(description="Its address.")


class Partner(Frozen):
    """One Microsoft OCS or Lync organisation."""

    domain: DomainName = Field(description="The foreign SIP domain, the part after the @.")
    description: Line = Field(min_length=1, description="What users read in their privacy preferences.")
    peer: Literal["access-edge", "front-end"] = Field(
        default="access-edge", description="access-edge, or front-end for a server in the same enterprise."
    )
    external_fqdn: DomainName = Field(description="The external name of the Access Edge, or the name of the front end.")
    external_address: Host | None = Field(default=None, description="The public address of the Access Edge.")
    peer_subject: DomainName | None = Field(
        default=None, description="The subject CN of their certificate; default external_fqdn."
    )
    next_hop: Host | None = Field(default=None, description="Where a static route leads; default the external name.")
    certificate_authority: Line = Field(default="", description="The authority that signs their certificate.")
    registrar: Line = Field(default="", description="The Lync registrar of a front end.")
    site_id: Line = Field(default="", description="The Lync site id of a front end.")
    pool_fqdn: DomainName | None = Field(default=None, description="The pool name of an Enterprise Edition front end.")
    front_ends: tuple[DomainName, ...] = Field(default=(), description="The names of the front ends.")
    transport: Literal["tls", "tcp"] = Field(default="tls", description="tls; tcp only towards an OCS front end.")
    version: Literal["ocs-2007", "ocs-2007-r2", "lync-2010"] = Field(default="lync-2010", description="What they run.")
    publishes_srv: bool = Field(default=True, description="Whether they publish the federation SRV record.")
    already_federating: bool = Field(default=False, description="Whether users of both sides have contacts already.")
    contact: Line = Field(default="", description="Their administrator.")

    @property
    def route_target(self) -> str:
        """Where a static route for this partner leads."""
        return self.next_hop or self.external_fqdn

    @property
    def route_pattern(self) -> str:
        """The destination pattern of a static route for this partner."""
        return destination_pattern(self.domain)

    @property
    def subject(self) -> str:
        """The subject CN of the one server that the plan names by `external_fqdn`."""
        return self.peer_subject or self.external_fqdn

    @property
    def peer_subjects(self) -> tuple[str, ...]:
        """The subject CNs under which this partner presents itself (domain reference 2.6)."""
        if self.peer == "access-edge":
            return (self.subject,)
        names = (*(self.front_ends or (self.subject,)), *((self.pool_fqdn,) if self.pool_fqdn else ()))
        return tuple(dict.fromkeys(names))

    @property
    def shown_name(self) -> str:
        """The subject CN that answers where a route leads; empty for a pool, whose members may show any of several."""
        if self.pool_fqdn is not None:
            return ""
        return self.route_target if self.route_target in self.peer_subjects else self.subject


class AolDomain(Frozen):
    """One domain reached through AOL."""

    name: DomainName = Field(description="The domain, such as aol.com. Never aim.com: aol.com covers it.")
    kind: Literal["public", "hosted", "cleared"] = Field(description="public, hosted by AOL, or cleared through AOL.")
    description: Line = Field(min_length=1, description="What users read in their privacy preferences.")
    static_route: bool = Field(default=False, description="Whether a static route of its own leads to the gateway.")
    already_federating: bool = Field(default=False, description="Whether users of both sides have contacts already.")


class Aol(Frozen):
    """AOL, once for the cluster."""

    gateway_fqdn: DomainName = Field(description="The name of the AOL SIP Access Gateway, as AOL gave it.")
    next_hop: Host | None = Field(default=None, description="Where static routes lead; default the gateway's name.")
    certificate_authority: Line = Field(default="", description="The authority that signs the gateway's certificate.")
    enterprise: Line = Field(default="", description="Our enterprise's name, as AOL is told.")
    contact_name: Line = Field(default="", description="Whom AOL may ask.")
    contact_email: Line = Field(default="", description="That person's email address.")
    contact_phone: Line = Field(default="", description="That person's telephone number.")
    secure_sip_port: Port = Field(default=5061, description="The port at which AOL reaches us.")
    default_federation_routing_domain: DomainName = Field(
        default="aol.com", description="The default federation routing domain; aol.com unless AOL changed it."
    )
    static_route_for_default: bool = Field(
        default=False, description="Whether a static route exists for the default federation routing domain."
    )
    domains: tuple[AolDomain, ...] = Field(min_length=1, description="Every domain reached through AOL.")

    @property
    def route_target(self) -> str:
        """Where static routes for AOL lead."""
        return self.next_hop or self.gateway_fqdn


class Email(Frozen):
    """Email addresses instead of user ids in federated traffic."""

    domain: DomainName = Field(description="The domain of the users' email addresses.")
    xmpp_partners: tuple[DomainName, ...] = Field(
        default=(), description="Foreign domains we federate with by XMPP already: the switch concerns them too."
    )


class InterclusterPeer(Frozen):
    """Another cluster of the same enterprise; it needs the email switch and the restart too."""

    name: Line = Field(min_length=1, description="What the cluster is called.")
    publisher_fqdn: DomainName = Field(description="The full name of its publisher.")


class Dns(Frozen):
    """The name servers the checks ask. Empty: those of this machine."""

    name_servers: tuple[str, ...] = Field(default=(), description="ADDRESS or ADDRESS:PORT of public name servers.")
    internal_name_servers: tuple[str, ...] = Field(default=(), description="The same for the inside view.")


class Change(Frozen):
    """The change record this plan belongs to."""

    id: Line = Field(default="", description="The number of the change.")
    implementer: Line = Field(default="", description="Who carries it out.")
    reviewer: Line = Field(default="", description="Who approves it.")
    window_start: AwareDatetime | None = Field(default=None, description="When the maintenance window opens.")
    window_end: AwareDatetime | None = Field(default=None, description="When it closes.")


class Plan(Frozen):
    """A complete plan."""

    release: Release = Field(description="The release of IM and Presence, 9.0 or 9.1.")
    local: Local
    nodes: tuple[Node, ...] = Field(min_length=1)
    asa: Asa | None = None
    load_balancer: LoadBalancer | None = None
    partners: tuple[Partner, ...] = ()
    aol: Aol | None = None
    email: Email | None = None
    intercluster_peers: tuple[InterclusterPeer, ...] = ()
    dns: Dns = Dns()
    trust: tuple[str, ...] = Field(default=(), description="PEM files: what is or will be in cup-trust.")
    change: Change = Change()
    connections: dict[str, str] = Field(
        default_factory=dict, description="HOST:PORT to ADDRESS:PORT, where a name is reached elsewhere than it says."
    )

    @property
    def publisher(self) -> Node:
        """The one publisher."""
        return next(node for node in self.nodes if node.role == "publisher")

    @property
    def nodes_publisher_first(self) -> tuple[Node, ...]:
        """The order in which nodes are changed and restarted, whatever the order in the file."""
        return tuple(sorted(self.nodes, key=lambda node: node.role != "publisher"))

    @property
    def routing_node(self) -> Node:
        """The node that receives new inbound requests."""
        return self.node(self.local.routing_node)

    def node(self, name: str) -> Node:
        """The node of this name. Raises KeyError."""
        for node in self.nodes:
            if node.name == name:
                return node
        raise KeyError(name)

    @property
    def federation_domains(self) -> tuple[str, ...]:
        """Our domains that others address: the SIP proxy domain, and the email domain where it differs."""
        ours = (self.local.sip_proxy_domain, *((self.email.domain,) if self.email else ()))
        return tuple(dict.fromkeys(ours))
