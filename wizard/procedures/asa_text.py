"""The commands of an ASA, filled in from the plan (domain reference 4.5.1, 4.5.2 and 4.7). Text only, to be pasted.

Everything that enters these lines was validated with the plan: names, addresses, and words without blanks.
"""

import re
from dataclasses import dataclass

from checks.names import SIP_TLS_PORT
from wizard.plan.model import Asa, Node, Partner, Plan

KEY_BITS = 2048
_CIPHERS = "aes128-sha1 aes256-sha1 3des-sha1 null-sha1"
_SIP_PORT, _PEER_PORT, _MANAGER_PORT = 5060, 5062, 5080
_BESIDE_BALANCER = 55061  # where the TLS of the routing node is found once 5061 leads to a load balancer (4.9)


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
        tls = SIP_TLS_PORT if plan.load_balancer is None else _BESIDE_BALANCER
        return tuple(zip((_SIP_PORT, tls, _PEER_PORT, _MANAGER_PORT), real, strict=True))
    return tuple(zip(node.asa_ports, real, strict=False))


@dataclass(frozen=True)
class _Rule:
    """One port of the public address and where it leads: `to` is the word in the name of the object."""

    to: str
    address: str
    protocol: str
    outside: int
    real: int


def _rules(plan: Plan) -> tuple[_Rule, ...]:
    """Everything that is translated: port 5061 to the load balancer where there is one, then the ports of the nodes."""
    balancer = plan.load_balancer
    # In capitals, which no node has in its object.
    first = (_Rule("LB", balancer.address, "tcp", SIP_TLS_PORT, SIP_TLS_PORT),) if balancer else ()
    return (
        *first,
        *(
            _Rule(_word(node.name), node.address, protocol, outside, real)
            for node in plan.nodes_publisher_first
            for outside, real in mappings(plan, node)
            for protocol in (("tcp", "udp") if real == _MANAGER_PORT else ("tcp",))
        ),
    )


def unmapped(plan: Plan) -> tuple[Node, ...]:
    """The nodes to which the plan does not say which ports of the ASA lead."""
    return tuple(node for node in plan.nodes_publisher_first if len(mappings(plan, node)) < 4)


def translation_old(plan: Plan, asa: Asa) -> str:
    """Address translation up to 8.2."""
    public = asa.public_address
    lines = [f"global (outside) 1 {public}", "nat (inside) 1 0 0"]
    lines += [
        f"static (inside,outside) {rule.protocol} {public} {rule.outside} {rule.address} {rule.real}"
        " netmask 255.255.255.255"
        for rule in _rules(plan)
    ]
    return "\n".join(lines)


def translation_new(plan: Plan, asa: Asa) -> str:
    """Address translation from 8.3 on: objects first, then the rules that use them."""
    public, rules = asa.public_address, _rules(plan)
    lines = ["object network obj_public_imp", f" host {public}"]
    hosts = {_word(node.name): node.address for node in plan.nodes_publisher_first}
    hosts |= {rule.to: rule.address for rule in rules}
    for name, address in hosts.items():
        lines += [f"object network obj_{name}", f" host {address}"]
    for protocol in ("tcp", "udp"):
        ports = {port for rule in rules if rule.protocol == protocol for port in (rule.outside, rule.real)}
        for port in sorted(ports):
            lines += [f"object service obj_{protocol}_source_eq_{port}", f" service {protocol} source eq {port}"]
    lines += [
        f"nat (inside,outside) source static obj_{rule.to} obj_public_imp service"
        f" obj_{rule.protocol}_source_eq_{rule.real} obj_{rule.protocol}_source_eq_{rule.outside}"
        for rule in rules
    ]
    lines += ["object network obj_any", " subnet 0.0.0.0 0.0.0.0", f" nat (inside,outside) dynamic {public}"]
    return "\n".join(lines)


# --- access lists and TLS proxy --------------------------------------------------------------------------------------


def access_lists(plan: Plan, asa: Asa, peers: tuple[Partner, ...], *, old: bool) -> str:
    """Who may speak with whom. Up to 8.2 the outside is named by public address and port, later by the node's own."""
    lines = []
    balancer = plan.load_balancer
    for peer in _addresses(plan, peers) if balancer else ():
        target = asa.public_address if old or balancer is None else balancer.address
        lines.append(f"access-list {asa.access_list_in} extended permit tcp {peer} host {target} eq {SIP_TLS_PORT}")
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
