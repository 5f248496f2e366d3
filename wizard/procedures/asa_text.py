"""The commands of an ASA, filled in from the plan (domain reference 4.5.1, 4.5.2 and 4.7). Text only, to be pasted.

Everything that enters these lines was validated with the plan: names, addresses, and words without blanks.
"""

import re

from checks.names import SIP_TLS_PORT
from wizard.plan.model import Asa, Node, Partner, Plan

KEY_BITS = 2048
_CIPHERS = "aes128-sha1 aes256-sha1 3des-sha1 null-sha1"
_SIP_PORT, _PEER_PORT, _MANAGER_PORT = 5060, 5062, 5080


def node_trustpoint(asa: Asa, plan: Plan, node: Node) -> str:
    """The trustpoint that holds the certificate of a node: the plan's for the routing node, one more for each other."""
    suffix = "" if node.name == plan.local.routing_node else f"_{_word(node.name)}"
    return asa.imp_trustpoint + suffix


def authority_trustpoint(domain: str) -> str:
    """The trustpoint that holds the authority of those we reach under a domain."""
    return f"ca_{_word(domain)}"


def _word(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "_", name.lower())


def enroll_inside(asa: Asa) -> str:
    """The certificate that the ASA shows to the nodes: signed by itself, in the name of its inside address."""
    trustpoint = asa.inside_trustpoint
    return (
        f"crypto key generate rsa label {trustpoint}_key modulus {KEY_BITS}\n"
        f"crypto ca trustpoint {trustpoint}\n"
        " enrollment self\n"
        " fqdn none\n"
        f" subject-name cn={asa.inside_address}\n"
        f" keypair {trustpoint}_key\n"
        " exit\n"
        f"crypto ca enroll {trustpoint}\n"
        f"crypto ca export {trustpoint} identity-certificate"
    )


def import_certificate(trustpoint: str) -> str:
    """A certificate that the ASA is to trust, pasted into it."""
    return (
        f"crypto ca trustpoint {trustpoint}\n"
        " enrollment terminal\n"
        " exit\n"
        f"crypto ca authenticate {trustpoint}\n"
        "show crypto ca certificate"
    )


def enroll_outside(asa: Asa, public_fqdn: str) -> str:
    """The certificate that the ASA shows to partners: signed by an authority, in our public name."""
    trustpoint = asa.outside_trustpoint
    return (
        f"crypto key generate rsa label {trustpoint}_key modulus {KEY_BITS}\n"
        f"crypto ca trustpoint {trustpoint}\n"
        " enrollment terminal\n"
        " client-types ssl\n"
        f" fqdn {public_fqdn}\n"
        f" subject-name cn={public_fqdn}\n"
        f" keypair {trustpoint}_key\n"
        " exit\n"
        f"crypto ca authenticate {trustpoint}\n"
        f"crypto ca enroll {trustpoint}"
    )


def install_outside(asa: Asa) -> str:
    """The signed certificate, pasted into the ASA."""
    return f"crypto ca import {asa.outside_trustpoint} certificate"


# --- address translation ---------------------------------------------------------------------------------------------


def mappings(plan: Plan, node: Node) -> tuple[tuple[int, int], ...]:
    """(port outside, port of the node) of everything that is mapped to a node over TCP.

    Of a node that is not the routing node, `asa_ports` are the outside ports for 5060, SIP over TLS, 5062 and 5080, in
    this order; with none in the plan nothing can be mapped to it.
    """
    listener = plan.local.peer_auth_port
    real = (_SIP_PORT, listener, _PEER_PORT, _MANAGER_PORT)
    if node.name == plan.local.routing_node:
        return tuple(zip((_SIP_PORT, SIP_TLS_PORT, _PEER_PORT, _MANAGER_PORT), real, strict=True))
    return tuple(zip(node.asa_ports, real, strict=False))


def unmapped(plan: Plan) -> tuple[Node, ...]:
    """The nodes to which the plan does not say which ports of the ASA lead."""
    return tuple(node for node in plan.nodes_publisher_first if len(mappings(plan, node)) < 4)


def translation_old(plan: Plan, asa: Asa) -> str:
    """Address translation up to 8.2."""
    public = asa.public_address
    lines = [f"global (outside) 1 {public}", "nat (inside) 1 0 0"]
    for node in plan.nodes_publisher_first:
        for outside, real in mappings(plan, node):
            protocols = ("tcp", "udp") if real == _MANAGER_PORT else ("tcp",)
            lines += [
                f"static (inside,outside) {protocol} {public} {outside} {node.address} {real} netmask 255.255.255.255"
                for protocol in protocols
            ]
    return "\n".join(lines)


def translation_new(plan: Plan, asa: Asa) -> str:
    """Address translation from 8.3 on: objects first, then the rules that use them."""
    public, nodes = asa.public_address, plan.nodes_publisher_first
    pairs = [(node, outside, real) for node in nodes for outside, real in mappings(plan, node)]
    lines = ["object network obj_public_imp", f" host {public}"]
    for node in nodes:
        lines += [f"object network obj_{_word(node.name)}", f" host {node.address}"]
    ports = sorted({port for _, outside, real in pairs for port in (outside, real)})
    manager = sorted({port for _, outside, real in pairs if real == _MANAGER_PORT for port in (outside, real)})
    for protocol, wanted in (("tcp", ports), ("udp", manager)):
        for port in wanted:
            lines += [f"object service obj_{protocol}_source_eq_{port}", f" service {protocol} source eq {port}"]
    for node, outside, real in pairs:
        protocols = ("tcp", "udp") if real == _MANAGER_PORT else ("tcp",)
        lines += [_rule(node, protocol, outside, real) for protocol in protocols]
    lines += ["object network obj_any", " subnet 0.0.0.0 0.0.0.0", f" nat (inside,outside) dynamic {public}"]
    return "\n".join(lines)


def _rule(node: Node, protocol: str, outside: int, real: int) -> str:
    services = f"obj_{protocol}_source_eq_{real} obj_{protocol}_source_eq_{outside}"
    return f"nat (inside,outside) source static obj_{_word(node.name)} obj_public_imp service {services}"


# --- access lists and TLS proxy --------------------------------------------------------------------------------------


def access_lists(plan: Plan, asa: Asa, peers: tuple[Partner, ...], *, old: bool) -> str:
    """Who may speak with whom. Up to 8.2 the outside is named by public address and port, later by the node's own."""
    lines = []
    for node in plan.nodes_publisher_first:
        for peer in _addresses(plan, peers):
            lines.append(
                f"access-list {asa.access_list_out} extended permit tcp host {node.address} {peer} eq {SIP_TLS_PORT}"
            )
            for outside, real in mappings(plan, node):
                if real == plan.local.peer_auth_port:
                    target = f"host {asa.public_address} eq {outside}" if old else f"host {node.address} eq {real}"
                    lines.append(f"access-list {asa.access_list_in} extended permit tcp {peer} {target}")
    return "\n".join(dict.fromkeys(lines))


def _addresses(plan: Plan, peers: tuple[Partner, ...]) -> tuple[str, ...]:
    """Those outside as an access list names them; `any` for one whose address the plan does not know."""
    known = [f"host {peer.external_address}" if peer.external_address else "any" for peer in peers]
    if plan.aol is not None:
        known.append("any")
    return tuple(dict.fromkeys(known))


def tls_proxy(asa: Asa) -> str:
    """The two TLS proxies, and the policy that hands the listed connections to them."""
    out, into, inside, outside = asa.access_list_out, asa.access_list_in, asa.inside_trustpoint, asa.outside_trustpoint
    return (
        f"{_proxy(out, server=inside, client=outside)}\n"
        f"{_proxy(into, server=outside, client=inside)}\n"
        f"class-map {out}\n match access-list {out}\n"
        f"class-map {into}\n match access-list {into}\n"
        "policy-map type inspect sip sip_inspect\n"
        "policy-map global_policy\n"
        f" class {out}\n  inspect sip sip_inspect tls-proxy {out}\n"
        f" class {into}\n  inspect sip sip_inspect tls-proxy {into}"
    )


def _proxy(name: str, *, server: str, client: str) -> str:
    return (
        f"tls-proxy {name}\n server trust-point {server}\n client trust-point {client}\n client cipher-suite {_CIPHERS}"
    )


READS = "show crypto ca trustpoints\nshow crypto ca certificate\nshow tls-proxy\nshow clock\nshow ntp status"
