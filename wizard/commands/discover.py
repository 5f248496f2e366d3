"""`plan new FILE --from-node ... --partner ...`: a plan begun from what a node and the DNS tell."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import FedwizardError, UsageError

if TYPE_CHECKING:
    from checks.requests import Network
    from checks.service import CheckService
    from cli_backend.exchange import Endpoint
    from cli_backend.jump import Way
    from cli_backend.node import Nodes
    from cli_backend.output import ClusterView
    from wizard.plan.discovery import Found, NodeSeen, Observations

READ_SECONDS = 120.0  # until the prompt is back after a read

_NODE_OPTIONS = ("password_stdin", "accept_host_key", "legacy_algorithms")
_NETWORK_OPTIONS = ("nameserver", "connect_to")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options with which `plan new` looks values up."""
    add = parser.add_argument
    add("--from-node", metavar="[USER@]HOST[:PORT]", help="fill in what this node shows; nothing is changed on it")
    add("--partner", action="append", default=[], metavar="DOMAIN", help="fill in what the DNS says; may be repeated")
    add("--password-stdin", action="store_true", help="the CLI password is one line on standard input")
    add("--accept-host-key", metavar="SHA256:...", help="the fingerprint of the node's host key")
    add("--legacy-algorithms", action="store_true", help="allow SHA-1 and CBC, which releases 9.x to 11.5 need")
    add("--nameserver", action="append", default=[], metavar="ADDR[:PORT]", help="ask this one; may be repeated")
    add("--connect-to", action="append", default=[], metavar="HOST:PORT:ADDR:PORT", help="reach it elsewhere")


def wanted(args: argparse.Namespace) -> bool:
    """Whether anything is to be looked up. Raises UsageError for an option that has nothing to act on."""
    looks = bool(args.from_node or args.partner)
    for names, needed in ((_NODE_OPTIONS, args.from_node), (_NETWORK_OPTIONS, looks)):
        idle = next((name for name in names if getattr(args, name) and not needed), None)
        if idle:
            option = f"--{idle.replace('_', '-')}"
            raise UsageError(f"{option} says how to look something up, and nothing is", "Add --from-node or --partner.")
    return looks


def run(args: argparse.Namespace) -> int:
    """Look everything up, then write the plan. Raises FedwizardError; then nothing was written."""
    from checks.requests import Network
    from wizard.checklist import redirections, servers
    from wizard.plan.discovery import as_given, found, gaps
    from wizard.plan.example import example_text, write_new
    from wizard.plan.filled import filled

    path: Path = args.file
    if os.path.lexists(path):
        raise UsageError(f"{path} exists already", "Choose another name; nothing was overwritten.")
    given = _given(args)
    network = Network(name_servers=servers(args.nameserver), connect_to=redirections(args.connect_to))
    seen = _look(args, network)
    proposals = found(given, seen)
    write_new(path, filled(example_text(), (*as_given(given), *proposals), _INTRO))
    _tell(path, proposals, tuple(gaps(seen)))
    return 0


_INTRO = """\
# A plan for SIP federation, begun from what a node and the DNS told. Nothing in it is certain until you have confirmed
# it: read each value marked "confirm", correct it or leave it, and take the mark away.
# Lines that begin with # are explanations, or values that nobody could look up: to use one, take away the "# " before
# its name and enter yours in the place of the example.
# Check it at any time:  fedwizard plan check FILE
# A plan holds no passwords. You are asked for them when the wizard logs in."""


# --- what is given ---------------------------------------------------------------------------------------------------


def _given(args: argparse.Namespace) -> dict[str, object]:
    """The plan as far as the command line says it. Raises UsageError."""
    given: dict[str, object] = {}
    if args.partner:
        given["partners"] = [{"domain": domain} for domain in dict.fromkeys(map(_domain, args.partner))]
    if args.nameserver:
        given["dns"] = {"name_servers": list(args.nameserver)}
    if args.connect_to:
        from wizard.checklist import redirections

        mapped = redirections(args.connect_to)
        given["connections"] = {_place(*source): _place(*target) for source, target in mapped.items()}
    return given


def _domain(text: str) -> str:
    from checks.names import BadNameError, domain_name

    try:
        return domain_name(text)
    except BadNameError as problem:
        raise UsageError(f"--partner {text!r} {problem}") from problem


def _place(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


# --- looking ---------------------------------------------------------------------------------------------------------


def _look(args: argparse.Namespace, network: "Network") -> "Observations":
    from checks.service import CheckService
    from wizard.plan.discovery import Observations

    service = CheckService(network)
    try:
        node = _ask_node(args, network, service) if args.from_node else None
        domains = dict.fromkeys(map(_domain, args.partner))
        return Observations(node=node, servers={domain: service.federation_server(domain) for domain in domains})
    finally:
        service.close()


def _ask_node(args: argparse.Namespace, network: "Network", service: "CheckService") -> "NodeSeen":
    """Log in to the one node and read; the password is tried on no other."""
    from cli_backend.exchange import CliError
    from wizard.commands.node_login import TerminalPrompter, endpoint_at, remedy_of, terminal_as_before
    from wizard.commands.sittings import nodes_at, read_password_line
    from wizard.login import Login
    from wizard.secrets import Secrets

    endpoint = endpoint_at(args.from_node, args.accept_host_key, legacy_algorithms=args.legacy_algorithms)
    password = read_password_line(sys.stdin.readline()) if args.password_stdin else None
    login = Login(TerminalPrompter(), Secrets(), lambda _record: None, password)
    if sys.stderr.isatty():
        print(f"Logging in to {endpoint.name} ...", file=sys.stderr)
    try:
        reached, way = _reached(endpoint, network, service.resolve)
        with terminal_as_before(), closing(nodes_at({endpoint.name: reached}, login, service.resolve)) as nodes:
            seen = _read(endpoint.name, nodes)
    except CliError as problem:
        raise FedwizardError(f"{problem.node}: {problem.problem}", remedy_of(problem)) from problem
    said = endpoint.user_said or way.user != endpoint.user
    return replace(
        seen,
        reached=(way.host, way.port),
        user=way.user if said else "",
        by_config=reached.by_config and not endpoint.user_said,
        hops=way.hops,
        legacy_algorithms=endpoint.legacy_algorithms,
    )


def _reached(
    endpoint: "Endpoint", network: "Network", resolve: Callable[[str], tuple[str, ...]]
) -> "tuple[Endpoint, Way]":
    """How the node is reached, and the way to it in numbers, as the plan needs it. Raises FedwizardError."""
    from cli_backend.jump import Way, way_to

    asked = (endpoint.address, endpoint.port)
    elsewhere = network.connect_to.get(asked)
    host, port = elsewhere or asked
    straight = Way(host=host, port=port, user=endpoint.user)
    way = straight if elsewhere else way_to(endpoint)
    addresses = resolve(way.host)
    if not addresses and not way.hops:  # behind hops, the last of them knows the name
        raise FedwizardError(f"{way.host} has no address", "Name the node by its address, or ask with --nameserver.")
    found = replace(way, host=addresses[0] if addresses else way.host)
    reached = replace(endpoint, shown=f"{endpoint.address} port {endpoint.port}")
    if way == straight:
        return replace(reached, address=found.host, port=port, by_config=False), found
    return reached, found


def _read(node: str, nodes: "Nodes") -> "NodeSeen":
    """The three reads, and the node's own lookup where its cluster knows no full name. Raises FedwizardError."""
    from cli_backend.output import parse_cluster, parse_network, parse_version
    from wizard.plan.discovery import CLUSTER, NETWORK, VERSION, NodeSeen

    cluster = parse_cluster(_output(node, CLUSTER, nodes))
    return NodeSeen(
        asked=node,
        cluster=cluster,
        network=parse_network(_output(node, NETWORK, nodes)),
        version=parse_version(_output(node, VERSION, nodes)),
        names=dict(_full_names(node, cluster, nodes)),
        host_key=nodes.host_key(node),
    )


def _full_names(node: str, cluster: "ClusterView", nodes: "Nodes") -> Iterator[tuple[str, tuple[str, ...]]]:
    """The names that the node's lookup has for the addresses of nodes that have no domain yet."""
    from cli_backend.output import parse_lookup
    from wizard.plan.discovery import imp_nodes
    from wizard.plan.document import address_of, name_of

    for each in imp_nodes(cluster):
        if address_of(each.address) and not name_of(each.fqdn):
            yield each.address, parse_lookup(_output(node, f"utils network host {each.address}", nodes)).names


def _output(node: str, command: str, nodes: "Nodes") -> str:
    from cli_backend.exchange import Result

    exchange = nodes.run(node, command, timeout=READ_SECONDS)
    if exchange.result is not Result.OK:
        reason = exchange.failure or f"it ended as {exchange.result.value}"
        raise FedwizardError(f"{node}: `{command}`: {reason}", "Nothing was written. Try again, or fill the plan in.")
    return exchange.output


# --- telling ---------------------------------------------------------------------------------------------------------


def _tell(path: Path, proposals: "tuple[Found, ...]", gaps: tuple[str, ...]) -> None:
    from wizard.program import program
    from wizard.text import visible_line

    name = visible_line(str(path))
    print(f'{name} holds {len(proposals)} values that were found, each marked "confirm". Read every one.')
    for gap in gaps:
        print(f"  {visible_line(gap)}")
    print(f"Then see what is missing: {program()} plan check {name}")
