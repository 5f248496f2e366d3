"""`check plan --nodes`: what the CLI of every node says, as findings, by the reads and judges of the walk."""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

from checks.catalogue import finding
from checks.certificate.judge_pool import judge_servers
from checks.finding import Finding, Findings, Severity, worst_first
from checks.names import place_of
from checks.requests import TlsRequest
from checks.tls.own_side import of_our_side
from cli_backend.exchange import (
    AlgorithmsRefused,
    CliError,
    Device,
    HopRefused,
    HostKeyRefused,
    LoginRefused,
    NoPassword,
    Result,
    Risk,
)
from wizard.acts import evidence_of
from wizard.facts import Facts
from wizard.plan.model import Node, Plan
from wizard.procedures.common import meets_tls, reading, services_judge
from wizard.procedures.domain import DOMAIN
from wizard.procedures.health import HEALTH
from wizard.procedures.listeners_certificates import LISTENERS_CERTIFICATES as TRUST
from wizard.procedures.static_route import STATIC_ROUTE
from wizard.step import SIP_FEDERATION_MANAGER, SIP_PROXY, XCP_ROUTER, Command

WITHOUT_MAIL_ID = (
    "run sql select userid, mailid from enduser where mailid is null or mailid = '' or mailid not like '%@%'"
)
SHOWN = 20  # users that a finding names
NEEDED = (SIP_PROXY, XCP_ROUTER, SIP_FEDERATION_MANAGER)
# How a server looks at whose port nothing takes part in a handshake.
MUTE = frozenset(
    {"tcp-refused", "tcp-timeout", "tcp-unreachable", "tls-reset", "tls-closed", "tls-silent", "tls-not-tls"}
)
_REFUSED = ((LoginRefused, "node-login-refused"), (HostKeyRefused, "node-hostkey-changed"))


def check_nodes(plan: Plan, device: Device) -> Findings:
    """The findings of all nodes. The first node is asked alone: a password that it refuses is tried on no other."""
    began, started = time.monotonic(), datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    first, *others = plan.nodes_publisher_first
    found = [*_alone(_node(plan, first, device))]
    refused = next((f for f in found if f.code == "node-login-refused"), None)
    if refused is not None:
        nobody = refused.severity is Severity.NOT_TESTED
        skipped = refused.why if nobody else "the first node refused the password; it was not tried here"
        found += [_not_asked(node, skipped) for node in others]
    elif others:
        with ThreadPoolExecutor(len(others)) as pool:
            for findings in pool.map(lambda node: _node(plan, node, device), others):
                found += _alone(findings)
    duration = int((time.monotonic() - began) * 1000)
    return Findings(target="nodes", started=started, duration_ms=duration, findings=worst_first(found))


def _alone(found: Sequence[Finding]) -> Iterable[Finding]:
    """The findings of one node without what follows from another: without a domain no certificate has the full name."""
    if not any(each.code == "node-domain-missing" for each in found):
        return found
    return (each for each in found if each.code != "node-cert-name" and not _is_nameless(each))


def _is_nameless(found: Finding) -> bool:
    """Whether a read was well as far as it went, and yet found no domain."""
    return found.code == "node-ok" and found.observed.get("domain") == ""


def listener_requests(plan: Plan) -> tuple[TlsRequest, ...]:
    """The Peer Auth listener of every node, asked from here, past everything that stands in front of it."""
    port = plan.local.peer_auth_port
    return tuple(TlsRequest(host=node.address, port=port, name=node.fqdn) for node in _listening(plan))


def _listening(plan: Plan) -> tuple[Node, ...]:
    return plan.nodes_publisher_first if meets_tls(plan) else ()


def listener_findings(plan: Plan, results: Sequence[Findings], said: Findings) -> Findings:
    """What became of `listener_requests`, in their order. Which certificate is right is judged by what the CLI says.

    `said` is what the CLI of the nodes said: where the domain is missing or a service is stopped, that comes first.
    """
    nodes = tuple(zip(_listening(plan), results, strict=True))
    found = [finding for node, result in nodes for finding in _listener(plan, node, result, said)]
    port = plan.local.peer_auth_port
    shown = [(place_of(node.address, port), result.chain[0]) for node, result in nodes if result.chain]
    found += map(of_our_side, judge_servers("the listeners of the nodes", shown))
    started = min((result.started for result in results), default="")
    duration = max((result.duration_ms for result in results), default=0)
    return Findings(target="listeners", started=started, duration_ms=duration, findings=worst_first(found))


def _listener(plan: Plan, node: Node, result: Findings, said: Findings) -> Iterable[Finding]:
    for found in result.findings:
        if found.code in MUTE or found.code == "check-unfinished":
            observed = {"address": node.address, "port": plan.local.peer_auth_port, "seen": found.code}
            values = {"who_dials": _who_dials(plan, node)}
            closed = finding("node-port-closed", node.name, severity=found.severity, observed=observed, values=values)
            see = found.verify_with or closed.verify_with
            yield replace(closed, fix=(*_first(node, said), *closed.fix), verify_with=see)
            return


def _who_dials(plan: Plan, node: Node) -> str:
    """What ends at the listener of a node, as a sentence."""
    if plan.load_balancer is not None:
        return f"The load balancer, {plan.load_balancer.fqdn}, leads partners to it."
    if node.name == plan.routing_node.name:
        return "Everything that partners dial ends there."
    return f"Partners dial the routing node, {plan.routing_node.name}, and not this one."


def _first(node: Node, said: Findings) -> Iterable[str]:
    """What else was found of the node, and is to be mended before anybody looks for a firewall."""
    of_it = [each for each in said.findings if each.subject == node.name]
    if any(each.code == "node-domain-missing" for each in of_it):
        yield "Set the domain of the node first, see node-domain-missing: it restarts for that. Then look again."
    stopped = [str(each.observed.get("service", "")) for each in of_it if each.code == "node-service-stopped"]
    if stopped:
        yield f"Start {' and '.join(stopped)} first, which is stopped: the listener may open with it."


def _node(plan: Plan, node: Node, device: Device) -> tuple[Finding, ...]:
    try:
        return tuple(_read(plan, node, device))
    except (AlgorithmsRefused, HopRefused) as error:
        return (finding("node-unreachable", node.name, observed={"reason": error.problem, "remedy": error.remedy}),)
    except NoPassword as error:
        return (_not_asked(node, error.problem),)
    except CliError as error:
        code = next((code for kind, code in _REFUSED if isinstance(error, kind)), "node-unreachable")
        return (finding(code, node.name, observed={"reason": error.problem}),)


def _not_asked(node: Node, reason: str) -> Finding:
    return finding("node-login-refused", node.name, severity=Severity.NOT_TESTED, observed={"reason": reason})


def _read(plan: Plan, node: Node, device: Device) -> Iterable[Finding]:
    facts = Facts()
    for does in _commands(plan, node):
        exchange = device.run(node.name, does.command, timeout=does.timeout)
        evidence = evidence_of(does, exchange)
        if exchange.result is not Result.OK or evidence.observed is None:
            reason = f"`{does.command}`: {exchange.failure or exchange.result.value}"
            yield finding("node-unreachable", node.name, severity=Severity.NOT_TESTED, observed={"reason": reason})
            continue
        facts = facts.with_node(node.name, evidence.observed.what, evidence.observed.value)
        yield from does.judge(plan, facts)
        if does.observes == "network":
            yield from domain_findings(plan, node, facts)
        if does.observes == "services":
            yield from services_judge(node.name, NEEDED)(plan, facts)


def _commands(plan: Plan, node: Node) -> tuple[Command, ...]:
    # Of the two readings of a certificate the one that judges it as it has to be in the end.
    later = {f"{step}@{node.name}" for step in ("domain/read", f"{TRUST.id}/trusted", f"{TRUST.id}/exchanged")}
    steps = (
        *HEALTH.steps(plan),
        *(step for step in (*DOMAIN.steps(plan), *TRUST.steps(plan)) if step.id in later),
        *STATIC_ROUTE.steps(plan),
    )
    commands = (*(step.does for step in steps if isinstance(step.does, Command)), *_mail_ids(plan))
    wanted = {c.observes: c for c in commands if c.node == node.name and c.risk is Risk.READ_ONLY}
    # The walk looks at two services before it begins; here all three have to run.
    services = wanted.get("services")
    if services is not None:
        wanted["services"] = Command(node=node.name, command=services.command, risk=services.risk, observes="services")
    return tuple(wanted.values())


def _mail_ids(plan: Plan) -> tuple[Command, ...]:
    """Where users are addressed by email: who has none. The publisher knows all of them."""
    if plan.email is None:
        return ()
    node = plan.nodes_publisher_first[0].name

    def judge(_plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        users = facts.node(node).without_mail_id
        if users is None:  # not every release answers this query, and there is another way to know
            return (finding("node-mailid", node, severity=Severity.INFO, observed={"users": "it could not be read"}),)
        if not users:
            return ()
        more = [f"and {len(users) - SHOWN} more"] if len(users) > SHOWN else []
        return (finding("node-mailid", node, observed={"users": [*users[:SHOWN], *more]}),)

    return (reading(node, WITHOUT_MAIL_ID, "mail-ids", judge),)


def domain_findings(plan: Plan, node: Node, facts: Facts) -> tuple[Finding, ...]:
    """A node without a domain, where DHCP does not give it one."""
    network = facts.node(node.name).network
    if network is None or network.dhcp is not False or network.domain != "":
        return ()
    expected = {"domain": plan.local.sip_proxy_domain}
    return (finding("node-domain-missing", node.name, observed={"domain": ""}, expected=expected),)
