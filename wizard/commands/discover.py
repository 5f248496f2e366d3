"""`plan new FILE --from-node ...`: the plan begun from what a node and the DNS say. Only reads."""

import argparse
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from wizard.errors import FedwizardError, UsageError

if TYPE_CHECKING:
    from checks.service import CheckService
    from cli_backend.exchange import Endpoint
    from cli_backend.node import Nodes
    from wizard.plan.discovery import Found, FoundPartner

COMMANDS = ("show version active", "show network cluster", "show network eth0")


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `plan new` that find values."""
    add = parser.add_argument
    add("--from-node", dest="host", metavar="[USER@]HOST[:PORT]", help="fill in what this node says of its cluster")
    add("--partner", action="append", default=[], metavar="DOMAIN", help="fill in what DNS says; may be repeated")
    add("--password-stdin", action="store_true", help="read the CLI password from standard input, one line")
    add("--accept-host-key", metavar="SHA256:...", help="the fingerprint of the node's host key")
    add("--legacy-algorithms", action="store_true", help="allow SHA-1 and CBC, which releases 9.x to 11.5 need")
    add("--nameserver", action="append", default=[], metavar="ADDR[:PORT]", help="ask this one; may be repeated")


def discovered_text(args: argparse.Namespace) -> str:
    """The text of a plan with everything that could be found. Raises UsageError, FedwizardError."""
    from checks.requests import Network
    from checks.service import CheckService
    from wizard.checklist import servers
    from wizard.commands.exec import endpoint_of
    from wizard.plan.discovery import plan_text

    endpoint, domains = endpoint_of(args), tuple(_domain(text) for text in args.partner)
    service = CheckService(Network(name_servers=servers(args.nameserver)))
    try:
        found = _ask_node(args, endpoint, service)
        return plan_text(replace(found, partners=tuple(_ask_dns(domain, service) for domain in domains)))
    finally:
        service.close()


def _domain(text: str) -> str:
    from checks.names import BadNameError, domain_name

    try:
        return domain_name(text)
    except BadNameError as problem:
        raise UsageError(f"--partner {text!r} {problem}") from problem


def _ask_node(args: argparse.Namespace, endpoint: "Endpoint", service: "CheckService") -> "Found":
    from cli_backend.exchange import CliError
    from cli_backend.node import Nodes
    from wizard.commands.exec import Stranger
    from wizard.commands.sittings import read_password_line, state_folder

    password = read_password_line(sys.stdin.readline()) if args.password_stdin else None
    state = state_folder()
    nodes = Nodes(
        {endpoint.name: endpoint},
        Stranger(password),
        known_hosts=state / "known_hosts",
        failures=state / "login-failures.json",
        resolve=service.resolve,
    )
    try:
        return _read(nodes, endpoint)
    except CliError as problem:
        raise FedwizardError(f"{problem.node}: {problem.problem}", problem.remedy) from problem
    finally:
        nodes.close()


def _read(nodes: "Nodes", endpoint: "Endpoint") -> "Found":
    from cli_backend.exchange import Result
    from cli_backend.output import parse_cluster, parse_network, parse_version
    from wizard.plan.discovery import Found

    outputs = []
    for command in COMMANDS:
        exchange = nodes.run(endpoint.name, command)
        if exchange.result is not Result.OK:
            raise FedwizardError(
                f"{endpoint.name}: `{command}` ended with {exchange.result.value}", "Look at the node, then try again."
            )
        outputs.append(exchange.output)
    version, cluster, network = outputs
    found = Found(
        asked=endpoint.address,
        user=endpoint.user,
        host_key=nodes.host_key(endpoint.name),
        version=parse_version(version),
        cluster=parse_cluster(cluster),
        settings=parse_network(network),
        legacy_algorithms=endpoint.legacy_algorithms,
        ssh_port=endpoint.port,
    )
    if not found.cluster.nodes:
        raise FedwizardError(
            f"{endpoint.name}: `show network cluster` names no node", "Is this a node of IM and Presence?"
        )
    return found


def _ask_dns(domain: str, service: "CheckService") -> "FoundPartner":
    from checks.requests import DnsRequest
    from wizard.plan.discovery import FoundPartner

    seen = service.run(DnsRequest(domain=domain)).findings
    target = next((str(each.observed["target"]) for each in seen if each.observed.get("target")), "")
    addresses = service.resolve(target) if target else ()
    return FoundPartner(domain=domain, target=target, address=addresses[0] if addresses else "")
