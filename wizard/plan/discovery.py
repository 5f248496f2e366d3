"""A plan begun from what can be found: a node's own word about its cluster, and the partners' records. Pure.

Every value says where it was found; a person confirms it. What nobody can find stands there empty, and `plan check`
names it.
"""

from dataclasses import dataclass, field

from cli_backend.output import ClusterView, NetworkSettings, Version


@dataclass(frozen=True, kw_only=True)
class FoundNode:
    """What one node said of itself. `settings` is None where it was not asked."""

    host: str
    settings: NetworkSettings | None = None


@dataclass(frozen=True, kw_only=True)
class FoundPartner:
    """What DNS says of a partner's domain: the target of its federation record and its address, empty where none is."""

    domain: str
    target: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Everything that was found. `asked` is the address of the node that was asked, `host_key` what it showed."""

    asked: str
    user: str
    host_key: str
    version: Version
    cluster: ClusterView
    settings: NetworkSettings
    partners: tuple[FoundPartner, ...] = ()
    legacy_algorithms: bool = False
    ssh_port: int = 22
    notes: tuple[str, ...] = field(default=())


CONFIRM = "confirm"


def plan_text(found: Found) -> str:
    """The plan in TOML, with a comment about each value that was found and each that is missing."""
    parts = (
        _head(found),
        _local(found),
        *_nodes(found),
        *(_partner(partner) for partner in found.partners),
        _dns(found),
    )
    return "\n".join(parts)


def _head(found: Found) -> str:
    said = found.version.release or ""
    return (
        f"# A plan for SIP federation, begun from what {_safe(found.asked)} and the DNS said. Values with a comment\n"
        f"# `found` were found there: {CONFIRM} each. Values that are empty nobody but you can know.\n"
        "# Check it at any time:  fedwizard plan check FILE\n\n"
        f"release = {_text(_short(said))}{_by('show version active')}\n"
    )


def _short(release: str) -> str:
    return ".".join(release.split(".")[:2])


def _local(found: Found) -> str:
    domain = found.settings.domain or ""
    publisher = next((node.host for node in found.cluster.nodes if node.role == "Publisher"), "")
    return (
        "[local]\n"
        "# The SIP proxy domain, as the page Cluster Topology Settings shows it. This is the domain of the node.\n"
        f"sip_proxy_domain = {_text(domain)}{_by('show network eth0') if domain else ''}\n"
        "# The name under which the outside finds you, and its public address.\n"
        'public_fqdn = ""\n'
        'public_address = ""\n'
        f"routing_node = {_text(publisher)}{_by('show network cluster') if publisher else ''}\n"
        "# Without an ASA it must be 5061; behind one it is normally 5062.\n"
        "peer_auth_port = 5061\n"
    )


def _nodes(found: Found) -> tuple[str, ...]:
    return tuple(
        "[[nodes]]\n"
        f"name = {_text(node.host)}{_by('show network cluster')}\n"
        f"fqdn = {_text(node.fqdn)}\n"
        f"address = {_text(node.address)}\n"
        f"role = {_text('publisher' if node.role == 'Publisher' else 'subscriber')}\n"
        "users_assigned = true  # confirm: are users assigned to it?\n"
        f"{_about(found, node.address)}"
        for node in found.cluster.nodes
    )


def _about(found: Found, address: str) -> str:
    """What only the node that was asked said, and how the CLI is reached."""
    reached = f"user = {_text(found.user)}\nssh_port = {found.ssh_port}\n"
    legacy = f"legacy_algorithms = {'true' if found.legacy_algorithms else 'false'}\n"
    if address not in {found.asked, found.settings.address}:
        return f"dhcp = false  # confirm: this node was not asked\n{reached}{legacy}"
    dhcp = "true" if found.settings.dhcp else "false"
    key = f"host_key = {_text(found.host_key)}{_by('the login')}\n" if found.host_key else ""
    return f"dhcp = {dhcp}{_by('show network eth0')}\n{reached}{key}{legacy}"


def _partner(partner: FoundPartner) -> str:
    publishes = bool(partner.target)
    seen = _by("its federation record") if publishes else "  # no federation record was found; a static route is needed"
    address = f"external_address = {_text(partner.address)}{_by('its address record')}\n" if partner.address else ""
    return (
        "[[partners]]\n"
        f"domain = {_text(partner.domain)}\n"
        "# What your users read in their privacy preferences.\n"
        f"description = {_text(partner.domain)}\n"
        f"external_fqdn = {_text(partner.target)}{_by('its federation record') if publishes else ''}\n"
        f"{address}"
        f"publishes_srv = {'true' if publishes else 'false'}{seen}\n"
    )


def _dns(found: Found) -> str:
    servers = [server for server in (found.settings.primary_dns, found.settings.secondary_dns) if server]
    shown = ", ".join(_text(server) for server in servers)
    return f"[dns]\ninternal_name_servers = [{shown}]{_by('show network eth0') if servers else ''}\n"


def _by(source: str) -> str:
    return f"  # found: {source}; {CONFIRM}"


def _text(value: str) -> str:
    """A TOML string; what is not printable ASCII is escaped, so that no output can end it."""
    return '"' + "".join(_escaped(character) for character in value) + '"'


def _escaped(character: str) -> str:
    if character in {'"', "\\"}:
        return "\\" + character
    if " " <= character <= "~":
        return character
    surrogate = "\ud800" <= character <= "\udfff"
    return "?" if surrogate else f"\\U{ord(character):08X}"


def _safe(text: str) -> str:
    return "".join(character for character in text if " " <= character <= "~")
