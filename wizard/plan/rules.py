"""The rules between the fields of a plan. Each looks at the raw document, so that it holds beside other problems."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from checks.names import is_within
from wizard.plan.document import Table, address_of, host_of, name_of, split_port, table_in, tables_in, texts_in
from wizard.plan.fault import Fault, shown
from wizard.plan.lines import Place
from wizard.plan.rules_foreign import FOREIGN_RULES

_PLAIN = re.compile(r"[^\x00-\x1f\x7f]+")
_NODE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")


def faults_of(data: Table) -> Iterator[Fault]:
    """Every rule between fields that the document breaks."""
    for rule in (*_RULES, *FOREIGN_RULES):
        yield from rule(data)


def _publisher(data: Table) -> Iterator[Fault]:
    nodes = tables_in(data, "nodes")
    publishers = [number for number, node in nodes if node.get("role") == "publisher"]
    if nodes and not publishers:
        yield Fault(("nodes",), "names no publisher", 'Give exactly one node role = "publisher".')
    for number in publishers[1:]:
        problem = f"is a second publisher beside node {publishers[0] + 1}"
        yield Fault(("nodes", number, "role"), problem, 'Exactly one node is the publisher; write "subscriber".')


def _routing_node(data: Table) -> Iterator[Fault]:
    names = [name for _, node in tables_in(data, "nodes") if isinstance(name := node.get("name"), str)]
    routing = table_in(data, "local").get("routing_node")
    if isinstance(routing, str) and names and routing.strip() not in [name.strip() for name in names]:
        fix = f"Write one of {', '.join(names)}; normally the publisher."
        yield Fault(("local", "routing_node"), f"{shown(routing)} is not the name of a node", fix)


def _node_names(data: Table) -> Iterator[Fault]:
    # Step ids and file names are made of them. The model forbids control characters alone.
    for number, node in tables_in(data, "nodes"):
        name = node.get("name")
        if isinstance(name, str) and _PLAIN.fullmatch(name.strip()) and not _NODE_NAME.fullmatch(name.strip()):
            fix = "Letters, digits, dots and hyphens, such as imp1."
            yield Fault(("nodes", number, "name"), f"{shown(name)} is not a node name", fix)


def _unique_nodes(data: Table) -> Iterator[Fault]:
    for key in ("name", "fqdn", "address"):
        seen: dict[str, int] = {}
        for number, node in tables_in(data, "nodes"):
            value = node.get(key)
            text = (host_of(value) or value.strip().lower()) if isinstance(value, str) else ""
            if text in seen:
                problem = f"{shown(text)} is also that of node {seen[text] + 1}"
                yield Fault(("nodes", number, key), problem, f"Each node has a {key} of its own. Correct one.")
            if text:
                seen.setdefault(text, number)


def _peer_auth_port(data: Table) -> Iterator[Fault]:
    local = data.get("local")
    if not isinstance(local, dict) or "asa" in data:
        return
    port = local.get("peer_auth_port", 5062)
    if isinstance(port, int) and port != 5061:
        said = f"is {shown(port)}" if "peer_auth_port" in local else "is 5062 unless the plan says otherwise,"
        problem = f"{said} and there is no ASA: partners dial 5061 and nothing maps it"
        yield Fault(("local", "peer_auth_port"), problem, "Write peer_auth_port = 5061, or describe the ASA in [asa].")


def _public_fqdn(data: Table) -> Iterator[Fault]:
    local = table_in(data, "local")
    public, routing = name_of(local.get("public_fqdn")), local.get("routing_node")
    nodes = tables_in(data, "nodes")
    if not any(node.get("name") == routing and node.get("users_assigned", True) is True for _, node in nodes):
        return
    for _, node in nodes:
        if public and name_of(node.get("fqdn")) == public:
            yield Fault(
                ("local", "public_fqdn"),
                f"{public} is the name of node {shown(node.get('name'))}, and users are assigned to the routing node",
                "Choose another public name, or move the users off the routing node (users_assigned = false).",
            )


def _email_domain(data: Table) -> Iterator[Fault]:
    local = table_in(data, "local")
    email, public = name_of(table_in(data, "email").get("domain")), name_of(local.get("public_fqdn"))
    if email and public and email != name_of(local.get("sip_proxy_domain")) and not is_within(public, email):
        yield Fault(
            ("local", "public_fqdn"),
            f"{public} does not lie in the email domain {email}",
            f"With email addresses in another domain the public name must lie in it, such as sip.{email}.",
        )


def _peers(data: Table) -> Iterator[Fault]:
    own = {name_of(node.get("fqdn")): number for number, node in tables_in(data, "nodes")}
    for key in ("name", "publisher_fqdn"):
        seen: dict[str, int] = {}
        for number, peer in tables_in(data, "intercluster_peers"):
            place: Place = ("intercluster_peers", number, key)
            value = peer.get(key)
            text = (name_of(value) or value.strip().lower()) if isinstance(value, str) else ""
            if text in seen:
                problem = f"{shown(text)} is also that of peer {seen[text] + 1}"
                yield Fault(place, problem, "Name each cluster once.")
            if text and key == "publisher_fqdn" and text in own:
                problem = f"{text} is our own node {own[text] + 1}"
                yield Fault(place, problem, "Name the publisher of the other cluster.")
            if text:
                seen.setdefault(text, number)


def _window(data: Table) -> Iterator[Fault]:
    change = table_in(data, "change")
    start, end = change.get("window_start"), change.get("window_end")
    if not (isinstance(start, datetime) and isinstance(end, datetime) and start.tzinfo and end.tzinfo):
        return
    if end <= start:
        yield Fault(("change", "window_end"), "is not after window_start", "Correct one of the two.")


def _name_servers(data: Table) -> Iterator[Fault]:
    for key in ("name_servers", "internal_name_servers"):
        for number, text in texts_in(table_in(data, "dns"), key):
            parts = split_port(text)
            if not address_of(parts[0] if parts else text):
                fix = "Write ADDRESS or ADDRESS:PORT, such as 192.0.2.53 or [2001:db8::53]:53."
                yield Fault(("dns", key, number), f"{shown(text)} is not the address of a name server", fix)


def _connections(data: Table) -> Iterator[Fault]:
    for key, value in table_in(data, "connections").items():
        source = split_port(key)
        if source is None or not host_of(source[0]):
            fix = 'Write "HOST:PORT" = "ADDRESS:PORT", such as "192.0.2.11:22" = "198.51.100.1:2211".'
            yield Fault(("connections", key), f"{shown(key)} is not HOST:PORT", fix)
        target = split_port(value) if isinstance(value, str) else ("", "")
        if isinstance(value, str) and (target is None or not address_of(target[0])):
            fix = "Where the name is really reached: a numeric address, a colon, and a port up to 65535."
            yield Fault(("connections", key), f"leads to {shown(value)}, which is not ADDRESS:PORT", fix)


def _trust(data: Table) -> Iterator[Fault]:
    for number, text in texts_in(data, "trust"):
        if not text.strip() or not text.isprintable():
            fix = "The name of a PEM file, relative to the plan."
            yield Fault(("trust", number), f"{shown(text)} is not the name of a file", fix)


_RULES: tuple[Callable[[Table], Iterator[Fault]], ...] = (
    _publisher,
    _routing_node,
    _node_names,
    _unique_nodes,
    _peer_auth_port,
    _public_fqdn,
    _email_domain,
    _peers,
    _window,
    _name_servers,
    _connections,
    _trust,
)
