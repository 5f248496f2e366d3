"""Labels and menus that differ between releases. A second release is a second row here, not a second procedure."""

from collections.abc import Mapping
from dataclasses import dataclass

from wizard.plan.model import Release


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The exact words of one release's web interfaces."""

    administration: str
    administration_path: str
    serviceability: str
    service_parameters: tuple[str, ...]
    cluster_topology: tuple[str, ...]
    troubleshooter: tuple[str, ...]
    disaster_recovery: str
    service_activation: tuple[str, ...]
    feature_services: tuple[str, ...]
    network_services: tuple[str, ...]
    service_section: str
    routing_section: str
    routing_fqdn: str
    default_routing_domain: str
    virtual_ip: str
    server_name: str
    proxy_domain: str
    sip_federation: tuple[str, ...]
    incoming_acl: tuple[str, ...]
    domain_name: str
    description: str
    integration: str
    to_microsoft: str
    to_aol: str
    direct_federation: str
    static_routes: tuple[str, ...]
    destination_pattern: str
    next_hop: str
    next_hop_port: str
    route_type: str
    protocol_type: str
    peer_subjects: tuple[str, ...]
    peer_subject_name: str
    peer_auth_context: tuple[str, ...]
    available_ciphers: str
    selected_ciphers: str
    available_subjects: str
    selected_subjects: str
    empty_fragments: str
    call_manager: str
    end_users: tuple[str, ...]
    mail_id: str
    presence_settings: tuple[str, ...]
    email_switch: str
    inter_domain: tuple[str, ...]
    inter_clustering: tuple[str, ...]
    os_administration: str
    application_listeners: tuple[str, ...]
    peer_auth_listener: str
    server_auth_listener: str
    listener_port: str
    certificate_management: tuple[str, ...]
    upload_certificate: str
    upload_file: str
    generate_csr: str
    download_csr: str
    generate_new: str
    certificate_name: str
    root_certificate: str
    own_certificate: str
    trust_store: str
    server: str
    service: str
    save: str
    add_new: str
    find: str
    delete: str
    go: str
    confirm: str
    start: str
    restart: str
    download: str
    im_gateway: str


_9_0 = Labels(
    administration="Cisco Unified CM IM and Presence Administration",
    administration_path="/cupadmin",
    serviceability="Cisco Unified IM and Presence Serviceability",
    service_parameters=("System", "Service Parameters"),
    cluster_topology=("System", "Cluster Topology", "Settings"),
    disaster_recovery="Disaster Recovery System",
    troubleshooter=("Diagnostics", "System Troubleshooter"),
    service_activation=("Tools", "Service Activation"),
    feature_services=("Tools", "Control Center - Feature Services"),
    network_services=("Tools", "Control Center - Network Services"),
    service_section="IM and Presence Services",
    routing_section="Federation Routing Parameters (Clusterwide)",
    routing_fqdn="Federation Routing IM and Presence FQDN",
    default_routing_domain="Default Federation Routing Domain",
    virtual_ip="Virtual IP Address",
    server_name="Server Name",
    proxy_domain="SIP proxy domain",
    sip_federation=("Presence", "Inter Domain Federation", "SIP Federation"),
    incoming_acl=("System", "Security", "Incoming ACL"),
    domain_name="Domain Name",
    description="Description",
    integration="Integration Type",
    to_microsoft="Inter-domain to OCS/Lync",
    to_aol="Inter-domain to AOL",
    direct_federation="Direct Federation",
    static_routes=("Presence", "Routing", "Static Routes"),
    destination_pattern="Destination Pattern",
    next_hop="Next Hop",
    next_hop_port="Next Hop Port",
    route_type="Route Type",
    protocol_type="Protocol Type",
    peer_subjects=("System", "Security", "TLS Peer Subjects"),
    peer_subject_name="Peer Subject Name",
    peer_auth_context=(
        "System",
        "Security",
        "TLS Context Configuration",
        "Find",
        "Default_Cisco_UPS_SIP_Proxy_Peer_Auth_TLS_Context",
    ),
    available_ciphers="Available TLS Ciphers",
    selected_ciphers="Selected TLS Ciphers",
    available_subjects="Available TLS Peer Subjects",
    selected_subjects="Selected TLS Peer Subjects",
    empty_fragments="Disable Empty TLS Fragments",
    call_manager="Cisco Unified CM Administration",
    end_users=("User Management", "End User"),
    mail_id="Mail ID",
    presence_settings=("Presence", "Settings"),
    email_switch="Enable use of Email Address when Federating",
    inter_domain=("Presence", "Inter Domain Federation"),
    inter_clustering=("Presence", "Inter-Clustering"),
    os_administration="Cisco Unified IM and Presence Operating System Administration",
    application_listeners=("System", "Application Listeners"),
    peer_auth_listener="Default Cisco SIP Proxy TLS Listener - Peer Auth",
    server_auth_listener="Default Cisco SIP Proxy TLS Listener - Server Auth",
    listener_port="Port",
    certificate_management=("Security", "Certificate Management"),
    upload_certificate="Upload Certificate",
    upload_file="Upload File",
    generate_csr="Generate CSR",
    download_csr="Download CSR",
    generate_new="Generate New",
    certificate_name="Certificate Name",
    root_certificate="Root Certificate",
    own_certificate="cup",
    trust_store="cup-trust",
    server="Server",
    service="Service",
    save="Save",
    add_new="Add New",
    find="Find",
    delete="Delete",
    go="Go",
    confirm="OK",
    start="Start",
    restart="Restart",
    download="Download",
    im_gateway="IM Gateway Status",
)

LABELS: Mapping[Release, Labels] = {Release.R9_0: _9_0, Release.R9_1: _9_0}
