"""What a node finds out about names and reachability: `utils network host` and `utils network ping`."""

import ipaddress
from collections.abc import Iterable

import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from wizard.practice.outputs import UNSUCCESSFUL, View
from wizard.practice.zones import respond


def host(arguments: str, view: View) -> str:
    """`utils network host`: what the node knows by itself, then what the name server says, in the words of host(1)."""
    words = arguments.split()
    if not words:
        return f"usage: utils network host hostname [server server-name] [page] [detail] [srv]\n{UNSUCCESSFUL}"
    target, options = words[0], [word.lower() for word in words[1:]]
    local = "" if "srv" in options else _local(target, view)
    try:
        external = _external(target.rstrip("."), "srv" in options, view)
    except dns.name.NameTooLong:
        external = f"host: '{target}' is not a legal name"
    except (dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.BadEscape):
        external = f"host: '{target}' is not a legal name"
    return f"\nLocal Resolution:\n{local or 'Nothing found'}\n\nExternal Resolution:\n{external}\n\n"


def ping(arguments: str, view: View) -> tuple[str, ...]:
    """`utils network ping`: a line for each packet, as ping prints them."""
    words = arguments.split()
    if not words:
        return (f"usage: utils network ping destination [count] [size]\n{UNSUCCESSFUL}",)
    target = words[0]
    address = target if _is_address(target) else next(iter(_addresses(target.rstrip("."), view)), "")
    if not address:
        return (f"ping: unknown host {target}\n{UNSUCCESSFUL}",)
    count = int(words[1]) if len(words) > 1 and words[1].isdigit() and 0 < int(words[1]) <= 100 else 4
    alive = _answers(address, view)
    lines = [_packet(address, number, alive) for number in range(1, count + 1)]
    loss = 0 if alive else 100
    return (
        f"PING {target} ({address}) 56(84) bytes of data.\n",
        *lines,
        f"\n--- {target} ping statistics ---\n{count} packets transmitted, {count if alive else 0} received,"
        f" {loss}% packet loss, time {count * 1000 - 1}ms\n\n",
    )


def _packet(address: str, number: int, alive: bool) -> str:
    if alive:
        return f"64 bytes from {address}: icmp_seq={number} ttl=64 time=0.5 ms\n"
    return f"From 192.0.2.1 icmp_seq={number} Destination Host Unreachable\n"


def _answers(address: str, view: View) -> bool:
    nodes = {spec.address: view.state.nodes[spec.name] for spec in view.scenario.nodes}
    if address in nodes:
        return not nodes[address].is_away(view.now)
    return address in {edge.address for edge in view.scenario.edges}


def _local(target: str, view: View) -> str:
    for spec in view.scenario.nodes:
        if target.lower() in (spec.name, spec.fqdn):
            return f"{target} resolves locally to {spec.address}"
        if target == spec.address:
            return f"{target} resolves locally to {spec.fqdn if view.state.nodes[spec.name].domain else spec.name}"
    return ""


def _external(target: str, srv: bool, view: View) -> str:
    if _is_address(target):
        pointer = ipaddress.ip_address(target).reverse_pointer
        lines = [f"{pointer} domain name pointer {text}" for text in _texts(pointer, "PTR", view)]
    elif srv:
        lines = [f"{target} has SRV record {text}" for text in _texts(target, "SRV", view)]
    else:
        name = target if "." in target or not view.node.domain else f"{target}.{view.node.domain}"
        lines = [f"{name} has address {text}" for text in _addresses(name, view)]
    if lines:
        return "\n".join(lines)
    asked = ipaddress.ip_address(target).reverse_pointer if _is_address(target) else target
    if _ask(asked, "SRV" if srv else "A", view).rcode() == dns.rcode.NXDOMAIN:
        return f"Host {asked} not found: 3(NXDOMAIN)"
    return f"{asked} has no {'SRV' if srv else 'A'} record"


def _addresses(name: str, view: View) -> Iterable[str]:
    return _texts(name, "A", view)


def _texts(name: str, kind: str, view: View) -> list[str]:
    wanted = dns.rdatatype.from_text(kind)
    answer = _ask(name, kind, view)
    return [str(rdata) for rrset in answer.answer if rrset.rdtype == wanted for rdata in rrset]


def _ask(name: str, kind: str, view: View) -> dns.message.Message:
    return respond(dns.message.make_query(name + ".", kind), view.state.records)


def _is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
