"""The plan that belongs to a practice network: a worksheet as a careful administrator would have filled it in."""

import json
from collections.abc import Mapping

import tomlkit

from wizard.practice.scenarios import DEFAULT_DOMAIN, INTERNAL_NAME_SERVER, NAME_SERVER, NodeSpec, Scenario

TRUST = "practice/trust.pem"  # as seen from the session folder, into which the plan is copied
TRUST_HERE = "trust.pem"  # as seen from the folder of the network


def plan_text(scenario: Scenario, host_keys: Mapping[str, str]) -> str:
    """The plan in TOML. `host_keys` are the fingerprints by node name."""
    parts = (
        _head(scenario),
        _local(scenario),
        *_asa(scenario),
        *(_node(spec, host_keys[spec.name]) for spec in scenario.nodes),
        *_partners(scenario),
        _aol(scenario),
        _email(scenario),
        *_peers(scenario),
        _dns(),
    )
    return "\n".join(parts)


def reachable_plan(plan: str, connections: Mapping[str, str], name_server: str) -> str:
    """The plan as it can be checked from outside the wizard while the network runs: with the ports of this run.

    Whatever a trainee wrote into it, it leads to the network and nowhere else. Raises ValueError for a text that is no
    TOML.
    """
    document = tomlkit.parse(plan)
    document["trust"] = [_seen_from_here(str(each)) for each in document.get("trust", [])]
    document["dns"] = {"name_servers": [name_server], "internal_name_servers": [name_server]}
    document.pop("connections", None)
    lines = [f"{_text(place)} = {_text(endpoint)}" for place, endpoint in sorted(connections.items())]
    about = "# Where this run of the network is reached. The ports are new each time."
    return "\n".join((tomlkit.dumps(document).rstrip("\n"), "", about, "[connections]", *lines, ""))


def _seen_from_here(trust: str) -> str:
    """A trust file of the plan, which is relative to the session's folder, from the folder of the network below it."""
    return TRUST_HERE if trust == TRUST else trust if trust.startswith("/") else f"../{trust}"


def _head(scenario: Scenario) -> str:
    return (
        "# The plan of a practice deployment. Nothing in it exists: names and addresses are those that\n"
        "# documentation uses. Read it, change nothing for a first walk.\n"
        f"# Scenario: {scenario.name}\n\n"
        'release = "9.0"\n\n'
        "# The authority that the practice partners' certificates come from.\n"
        f"trust = [{_text(TRUST)}]\n"
    )


def _local(scenario: Scenario) -> str:
    asa = scenario.asa
    reached = (
        "There is no ASA in front of the cluster, so partners reach it on port 5061."
        if asa is None
        else f"The ASA in front maps the port that partners dial, 5061, to {asa.maps_to}."
    )
    return (
        f"# Our own side. {reached}\n{_about_names(scenario)}"
        "[local]\n"
        f"sip_proxy_domain = {_text(scenario.domain)}\n"
        f"public_fqdn = {_text(scenario.public_fqdn)}  # the name partners find us under\n"
        f"public_address = {_text(scenario.public_address)}\n"
        f"routing_node = {_text(scenario.routing_node)}\n"
        f"certificate_authority = {_text(scenario.authority)}\n"
        f"peer_auth_port = {scenario.peer_auth_port}\n"
    )


def _about_names(scenario: Scenario) -> str:
    """Why a plan to begin with is warned of, and what to do about it in reality."""
    if scenario.asa is not None:
        return ""
    return (
        "# Two warnings come of that, and are meant to be seen: each node shows a certificate with its own name, and\n"
        "# partners dial the public name. Here nobody compares the two, so the walk can be learned whole. In reality\n"
        "# AOL compares them and an Access Edge may: put an ASA in front, or move the users to another node and let\n"
        "# the node's name be the public one, or have AOL and each partner say in writing which name they accept.\n"
    )


def _asa(scenario: Scenario) -> tuple[str, ...]:
    if scenario.asa is None:
        return ()
    return (
        "# The ASA: partners reach it at our public address, the nodes see its inside address.\n"
        "[asa]\n"
        f"inside_address = {_text(scenario.asa.inside_address)}\n"
        f"public_address = {_text(scenario.public_address)}\n"
        f"outside_address = {_text(scenario.asa.outside_address)}\n"
        f"inside_trustpoint = {_text(scenario.asa.inside_trustpoint)}\n"
        f"imp_trustpoint = {_text(scenario.asa.imp_trustpoint)}\n"
        f"outside_trustpoint = {_text(scenario.asa.outside_trustpoint)}\n",
    )


def _node(spec: NodeSpec, host_key: str) -> str:
    role = "publisher" if spec.publisher else "subscriber"
    return (
        "[[nodes]]\n"
        f"name = {_text(spec.name)}\n"
        f"fqdn = {_text(spec.fqdn)}\n"
        f"address = {_text(spec.address)}\n"
        f"role = {_text(role)}\n"
        "users_assigned = true\n"
        f"dhcp = {_flag(spec.dhcp)}\n"
        'user = "administrator"\n'
        f"host_key = {_text(host_key)}  # compared at every login\n"
    )


def _partners(scenario: Scenario) -> tuple[str, ...]:
    return tuple(
        "[[partners]]\n"
        f"domain = {_text(partner.domain)}\n"
        f"description = {_text(partner.description)}\n"
        f"external_fqdn = {_text(partner.edge)}\n"
        f"certificate_authority = {_text(scenario.authority)}\n"
        f"publishes_srv = {_flag(partner.publishes_srv)}"
        f"{'' if partner.publishes_srv else '  # so a static route leads there'}\n"
        for partner in scenario.partners
    )


def _aol(scenario: Scenario) -> str:
    domains = "".join(
        "\n[[aol.domains]]\n"
        f"name = {_text(domain.name)}\n"
        f"kind = {_text(domain.kind)}\n"
        f"description = {_text(domain.description)}\n"
        f"static_route = {_flag(domain.static_route)}{_default_has_one(domain.name)}\n"
        for domain in scenario.aol_domains
    )
    return (
        "# AOL, once for the whole cluster.\n"
        "[aol]\n"
        f"gateway_fqdn = {_text(scenario.gateway)}\n"
        f"certificate_authority = {_text(scenario.authority)}\n"
        'enterprise = "Local Example Ltd"  # this and the next three are for the letter to AOL\n'
        'contact_name = "Federation desk"\n'
        'contact_email = "federation@mail.local.example"\n'
        'contact_phone = "+44 20 7946 0100"\n'
        f"default_federation_routing_domain = {_text(DEFAULT_DOMAIN)}\n"
        f"static_route_for_default = true  # stores the route of {DEFAULT_DOMAIN}; hosted domains without a route of"
        " their own go this way\n"
        f"{domains}"
    )


def _default_has_one(domain: str) -> str:
    """Why the default domain says false and still gets a route."""
    return "  # it has the one of static_route_for_default" if domain == DEFAULT_DOMAIN else ""


def _email(scenario: Scenario) -> str:
    return (
        f"# Partners address our users by email.\n[email]\ndomain = {_text(scenario.email_domain)}\n"
        if scenario.email_domain
        else ""
    )


def _peers(scenario: Scenario) -> tuple[str, ...]:
    return tuple(
        f"[[intercluster_peers]]\nname = {_text(name)}\npublisher_fqdn = {_text(fqdn)}\n"
        for name, fqdn in scenario.peers
    )


def _dns() -> str:
    return (
        "# The name servers of the practice network.\n"
        "[dns]\n"
        f"name_servers = [{_text(NAME_SERVER)}]\n"
        f"internal_name_servers = [{_text(INTERNAL_NAME_SERVER)}]\n"
    )


def _text(value: str) -> str:
    # For printable ASCII a JSON string is a TOML basic string.
    return json.dumps(value)


def _flag(value: bool) -> str:
    return "true" if value else "false"
