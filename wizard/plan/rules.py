"""The rules between the fields of a plan. Each looks at the raw document, so that it holds beside other problems."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from checks.names import BadNameError, domain_name, is_within
from wizard.plan.draft import Place
from wizard.plan.model import Plan

Table = Mapping[str, object]


@dataclass(frozen=True)
class Fault:
    """What is wrong at a place of the document, and what would be right."""

    place: Place
    problem: str
    fix: str


def faults_of(data: Table) -> Iterator[Fault]:
    """Every rule between fields that the document breaks."""
    for rule in _RULES:
        yield from rule(data)


def advice_about(plan: Plan) -> Iterator[Fault]:
    """What is allowed and will probably be regretted."""
    local = plan.local
    if not any(is_within(local.public_fqdn, domain) for domain in plan.federation_domains):
        yield Fault(
            ("local", "public_fqdn"),
            f"{local.public_fqdn} lies outside {' and '.join(plan.federation_domains)}",
            "Microsoft refuses a target outside the SIP domain unless it is set up by hand. Choose a name inside.",
        )
    if plan.asa is None and plan.load_balancer is None and plan.routing_node.users_assigned:
        yield Fault(
            ("local", "routing_node"),
            f"users are assigned to {plan.routing_node.name} and no ASA stands in front: its certificate carries the"
            " node's own name, which cannot be the public one",
            "Move the users to another node, or use an ASA.",
        )


def _publisher(data: Table) -> Iterator[Fault]:
    nodes = _tables(data, "nodes")
    publishers = [number for number, node in enumerate(nodes) if node.get("role") == "publisher"]
    if nodes and not publishers:
        yield Fault(("nodes",), "names no publisher", "Give exactly one node the role publisher.")
    for number in publishers[1:]:
        yield Fault(("nodes", number, "role"), "is a second publisher", "Exactly one node is the publisher.")


def _routing_node(data: Table) -> Iterator[Fault]:
    names = [node.get("name") for node in _tables(data, "nodes")]
    routing = _table(data, "local").get("routing_node")
    if isinstance(routing, str) and names and routing not in names:
        fix = f"One of {', '.join(str(name) for name in names)}; normally the publisher."
        yield Fault(("local", "routing_node"), f"{routing!r} is not a node of the plan", fix)


def _unique_nodes(data: Table) -> Iterator[Fault]:
    for key in ("name", "fqdn", "address"):
        seen: dict[str, int] = {}
        for number, node in enumerate(_tables(data, "nodes")):
            value = str(node.get(key, f"#{number}")).lower()
            if value in seen:
                yield Fault(("nodes", number, key), f"{value} is also that of node {seen[value] + 1}", "Correct one.")
            seen.setdefault(value, number)


def _peer_auth_port(data: Table) -> Iterator[Fault]:
    port = _table(data, "local").get("peer_auth_port", 5062)
    if "asa" not in data and port != 5061:
        problem = f"is {port} and there is no ASA; partners dial 5061 and nothing maps it"
        yield Fault(("local", "peer_auth_port"), problem, "Write peer_auth_port = 5061, or describe the ASA in [asa].")


def _public_fqdn(data: Table) -> Iterator[Fault]:
    public = _name(_table(data, "local").get("public_fqdn"))
    routing = _table(data, "local").get("routing_node")
    for node in _tables(data, "nodes"):
        if public and _name(node.get("fqdn")) == public and _users_on(data, routing):
            yield Fault(
                ("local", "public_fqdn"),
                f"{public} is the name of node {node.get('name')}, and users are assigned to the routing node",
                "Choose another public name, or move the users off the routing node (users_assigned = false).",
            )


def _users_on(data: Table, routing: object) -> bool:
    return any(node.get("name") == routing and node.get("users_assigned", True) for node in _tables(data, "nodes"))


def _email_domain(data: Table) -> Iterator[Fault]:
    email = _name(_table(data, "email").get("domain"))
    proxy = _name(_table(data, "local").get("sip_proxy_domain"))
    public = _name(_table(data, "local").get("public_fqdn"))
    if email and public and email != proxy and not is_within(public, email):
        yield Fault(
            ("local", "public_fqdn"),
            f"{public} does not lie in the email domain {email}",
            f"With email addresses in another domain the public name must lie in it, such as sip.{email}.",
        )


def _one_proxy_domain(data: Table) -> Iterator[Fault]:
    value = _table(data, "local").get("sip_proxy_domain")
    if isinstance(value, list) or (isinstance(value, str) and ("," in value or " " in value.strip())):
        fix = "Release 9.x has exactly one SIP proxy domain. Name that one."
        yield Fault(("local", "sip_proxy_domain"), "names several domains", fix)


def _aol(data: Table) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for number, domain in enumerate(_tables(_table(data, "aol"), "domains")):
        place, name = ("aol", "domains", number, "name"), _name(domain.get("name"))
        if name == "aim.com":
            fix = "Write aol.com: AOL takes user@aim.com addressed as user@aol.com."
            yield Fault(place, "is aim.com, which is never an entry of its own", fix)
        if name in seen:
            yield Fault(place, f"{name} is also AOL domain {seen[name] + 1}", "Name each domain once.")
        if name:
            seen.setdefault(name, number)


def _partners(data: Table) -> Iterator[Fault]:
    ours = {_name(_table(data, "local").get("sip_proxy_domain")), _name(_table(data, "email").get("domain"))} - {""}
    aol = {_name(domain.get("name")) for domain in _tables(_table(data, "aol"), "domains")} - {""}
    seen: dict[str, int] = {}
    for number, partner in enumerate(_tables(data, "partners")):
        place, name = ("partners", number, "domain"), _name(partner.get("domain"))
        if name in ours:
            yield Fault(place, f"{name} is our own domain", "Name the partner's domain.")
        if name in aol:
            yield Fault(place, f"{name} is also an AOL domain", "A domain is reached one way: keep one of the two.")
        if name in seen:
            yield Fault(place, f"{name} is also partner {seen[name] + 1}", "Name each partner once.")
        if name:
            seen.setdefault(name, number)
        yield from _transport(number, partner)


def _transport(number: int, partner: Table) -> Iterator[Fault]:
    if partner.get("transport", "tls") != "tcp":
        return
    place = ("partners", number, "transport")
    if partner.get("peer", "access-edge") != "front-end":
        yield Fault(place, "is tcp towards an Access Edge", "Only an OCS front end may be reached by TCP. Write tls.")
    elif str(partner.get("version", "lync-2010")).startswith("lync"):
        yield Fault(place, "is tcp towards Lync", "Lync speaks TLS only. Write tls.")


def _somebody(data: Table) -> Iterator[Fault]:
    if not _tables(data, "partners") and "aol" not in data:
        yield Fault(("partners",), "names nobody to federate with", "Add [[partners]] or [aol].")


def _window(data: Table) -> Iterator[Fault]:
    change = _table(data, "change")
    start, end = change.get("window_start"), change.get("window_end")
    try:
        reversed_window = start is not None and end is not None and bool(end <= start)  # type: ignore[operator]
    except TypeError:
        return
    if reversed_window:
        yield Fault(("change", "window_end"), "is not after window_start", "Correct one of the two.")


def _connections(data: Table) -> Iterator[Fault]:
    for key, value in _table(data, "connections").items():
        if not (_host_port(key) and _host_port(str(value))):
            fix = 'Write "HOST:PORT" = "ADDRESS:PORT".'
            yield Fault(("connections", key), f"{key} = {value} is not a pair of places", fix)


def _host_port(text: str) -> bool:
    name, colon, port = text.rpartition(":")
    return bool(name and colon) and port.isdigit() and 0 < int(port) < 65536


_RULES: tuple[Callable[[Table], Iterator[Fault]], ...] = (
    _publisher,
    _routing_node,
    _unique_nodes,
    _peer_auth_port,
    _public_fqdn,
    _email_domain,
    _one_proxy_domain,
    _aol,
    _partners,
    _somebody,
    _window,
    _connections,
)


def _table(data: Table, key: str) -> Table:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _tables(data: Table, key: str) -> list[Table]:
    value = data.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _name(value: object) -> str:
    try:
        return domain_name(value) if isinstance(value, str) else ""
    except BadNameError:
        return ""
