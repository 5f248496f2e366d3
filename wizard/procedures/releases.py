"""Labels and menus that differ between releases. A second release is a second row here, not a second procedure."""

from collections.abc import Mapping
from dataclasses import dataclass

from wizard.plan.model import Release


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The exact words of one release's web interfaces."""

    administration: str
    serviceability: str
    service_parameters: tuple[str, ...]
    cluster_topology: tuple[str, ...]
    service_activation: tuple[str, ...]
    feature_services: tuple[str, ...]
    network_services: tuple[str, ...]
    service_section: str
    routing_section: str
    routing_fqdn: str
    proxy_domain: str
    os_administration: str
    application_listeners: tuple[str, ...]
    peer_auth_listener: str
    server_auth_listener: str
    listener_port: str
    certificate_management: tuple[str, ...]
    upload_certificate: str
    upload_file: str
    generate_csr: str
    generate_new: str
    certificate_name: str
    own_certificate: str
    trust_store: str


_9_0 = Labels(
    administration="Cisco Unified CM IM and Presence Administration",
    serviceability="Cisco Unified IM and Presence Serviceability",
    service_parameters=("System", "Service Parameters"),
    cluster_topology=("System", "Cluster Topology", "Settings"),
    service_activation=("Tools", "Service Activation"),
    feature_services=("Tools", "Control Center - Feature Services"),
    network_services=("Tools", "Control Center - Network Services"),
    service_section="IM and Presence Services",
    routing_section="Federation Routing Parameters (Clusterwide)",
    routing_fqdn="Federation Routing IM and Presence FQDN",
    proxy_domain="SIP proxy domain",
    os_administration="Cisco Unified IM and Presence Operating System Administration",
    application_listeners=("System", "Application Listeners"),
    peer_auth_listener="Default Cisco SIP Proxy TLS Listener - Peer Auth",
    server_auth_listener="Default Cisco SIP Proxy TLS Listener - Server Auth",
    listener_port="Port",
    certificate_management=("Security", "Certificate Management"),
    upload_certificate="Upload Certificate",
    upload_file="Upload File",
    generate_csr="Generate CSR",
    generate_new="Generate New",
    certificate_name="Certificate Name",
    own_certificate="cup",
    trust_store="cup-trust",
)

LABELS: Mapping[Release, Labels] = {Release.R9_0: _9_0, Release.R9_1: _9_0}
