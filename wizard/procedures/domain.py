"""b: the IM and Presence domain from the CLI. Decided for each node by what the node itself says."""

from checks.catalogue import finding
from checks.finding import Finding
from cli_backend.exchange import Expected, Risk
from wizard.facts import Facts
from wizard.plan.model import Node, Plan
from wizard.procedures.cluster_restart import CLUSTER_RESTART, REBOOT, cluster_restart, some_domain_set
from wizard.procedures.common import (
    always_applies,
    as_planned,
    health_reads,
    only_if,
    read,
    reading,
    stopped_service,
    unwell,
)
from wizard.standing import AlreadySo, Applies, NotApplicable, Standing, Stop, Unknown
from wizard.step import (
    SIP_PROXY,
    XCP_ROUTER,
    Command,
    Duration,
    Judge,
    NodeReturns,
    NodeSettles,
    NothingToUndo,
    PointOfNoReturn,
    Procedure,
    Step,
    Wait,
    When,
)

CONTINUE = Expected(pattern=r"Continue\s*\(y/n\)\s*[?:]?", answer="y")
SERVICES_BACK = Duration(5 * 60, 60 * 60)


def _steps(plan: Plan) -> tuple[Step, ...]:
    per_node = tuple(step for node in plan.nodes_publisher_first for step in _for_node(plan, node))
    return (*per_node, *cluster_restart(plan), _replication(plan))


def _for_node(plan: Plan, node: Node) -> tuple[Step, ...]:
    return (
        _read(plan, node),
        _set(plan, node),
        _returns(node),
        _read_back(plan, node),
        _services(node),
    )


def _read(plan: Plan, node: Node) -> Step:
    return read(
        f"domain/read@{node.name}",
        node.name,
        "show network eth0",
        "network",
        title=f"Read the domain of {node.name}",
        why="What the node says decides: DHCP, no domain, the right domain or another one are four different cases.",
        judge=_disagreement(plan, node),
    )


def _disagreement(plan: Plan, node: Node) -> Judge:
    """The plan says whether DHCP is on; where the node says otherwise, a person has to look."""

    def judge(_plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        network = facts.node(node.name).network
        dhcp = network.dhcp if network else None
        domain = network.domain if network else None
        if dhcp != node.dhcp:
            return (finding("node-plan-differs", node.name, observed={"dhcp": dhcp}, expected={"dhcp": node.dhcp}),)
        if dhcp or domain in {"", plan.local.sip_proxy_domain}:
            and_yet = "" if dhcp or domain else "A step that follows sets the domain."
            return (as_planned(node.name, observed={"dhcp": dhcp, "domain": domain}, and_yet=and_yet),)
        expected = {"domain": plan.local.sip_proxy_domain}
        return (finding("node-domain-differs", node.name, observed={"domain": domain}, expected=expected),)

    return judge


def decide(plan: Plan, facts: Facts, node: Node) -> Standing:
    """What `show network eth0` decides for one node (procedure b)."""
    network, target = facts.node(node.name).network, plan.local.sip_proxy_domain
    if network is None or network.dhcp is None:
        return Unknown(f"`show network eth0` on {node.name} shows DHCP disabled and no domain")
    if network.dhcp:
        return NotApplicable(f"{node.name} gets its settings by DHCP; the domain comes from there")
    if network.domain is None:
        return Unknown(f"`show network eth0` on {node.name} shows no domain")
    if network.domain == target:
        return AlreadySo(f"{node.name} already has the domain {target}; nothing is sent")
    if network.domain:
        return Stop(
            f"{node.name} has the domain {network.domain}, the plan says {target}. Nothing is sent.",
            "Find out which is right. Changing a domain that is set is another procedure, with consequences for"
            " certificates and replication: follow the guide of your release, or correct the plan.",
        )
    trouble = unwell(plan, facts)
    if trouble:
        return Stop(f"Not all is well: {trouble}. Nothing is sent.", "Mend it, then read the cluster again.")
    return Applies()


def _set(plan: Plan, node: Node) -> Step:
    target = plan.local.sip_proxy_domain

    def when(plan: Plan, facts: Facts) -> Standing:
        return decide(plan, facts, node)

    def took_effect(facts: Facts) -> bool | None:
        network = facts.node(node.name).network
        if network is None or network.domain is None:
            return None
        return network.domain == target

    return Step(
        id=f"domain/set@{node.name}",
        title=f"Set the domain of {node.name}",
        why="Without a domain the node's certificate carries no full name, and partners refuse the TLS handshake."
        " On this release the domain equals the SIP proxy domain.",
        does=Command(
            node=node.name,
            command=f"set network domain {target}",
            risk=Risk.DISRUPTIVE,
            expect=(CONTINUE,),
            reboots=True,
            guard=reading(node.name, "show network eth0", "network"),
            took_effect=took_effect,
            timeout=15 * 60,
        ),
        reversal=PointOfNoReturn(
            "The node restarts at once and makes new certificates. Taking the domain away again would restart it and"
            " replace them a second time; what a CA had signed is lost either way."
        ),
        duration=REBOOT,
        when=when,
        effects=(
            f"{node.name} restarts and is away for several minutes.",
            "Every certificate of the node is made anew. What a CA had signed is lost and must be requested again.",
            "Database replication is disturbed until all nodes have their domain.",
            "Before it asks Continue (y/n)? the node warns of just that: replication breaks, all its certificates are"
            " made anew, and once the domain is set everywhere all servers of the cluster are to be restarted. A step"
            " after the last node asks for that restart.",
        ),
        verified_by=f"domain/read-back@{node.name}",
        mistakes=(
            "Setting it on several nodes at once. The next node waits until this one is back and well.",
            "Forgetting to exchange the new certificate with the ASA or the partner afterwards.",
        ),
        reads=(f"domain/read@{node.name}", *health_reads(plan)),
    )


def _was_set(node: Node) -> When:
    return only_if(
        lambda _plan, facts: node.name in facts.domain_set,
        f"its domain was not set here, so {node.name} did not restart",
    )


def _returns(node: Node) -> Step:
    return Step(
        id=f"domain/return@{node.name}",
        title=f"Wait until {node.name} is back",
        why="The node must give its prompt again, after a restart that began after our command.",
        does=Wait(until=NodeReturns(node=node.name, since_step=f"domain/set@{node.name}")),
        reversal=NothingToUndo(),
        duration=REBOOT,
        when=_was_set(node),
        after=(f"domain/set@{node.name}",),
    )


def _read_back(plan: Plan, node: Node) -> Step:
    target = plan.local.sip_proxy_domain

    def judge(_plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        network = facts.node(node.name).network
        domain = network.domain if network else None
        if domain == target:
            return (as_planned(node.name, observed={"domain": domain}),)
        return (finding("node-domain-missing", node.name, observed={"domain": domain}, expected={"domain": target}),)

    return read(
        f"domain/read-back@{node.name}",
        node.name,
        "show network eth0",
        "network",
        title=f"Read back the domain of {node.name}",
        why="Only what the node itself shows proves that the domain is set.",
        judge=judge,
        when=_was_set(node),
        after=(f"domain/set@{node.name}", f"domain/return@{node.name}"),
    )


def _services(node: Node) -> Step:
    def judge(plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        seen = facts.node(node.name)
        for service in sorted(facts.ran_before.get(node.name) or {SIP_PROXY, XCP_ROUTER}):
            if not seen.runs(service):
                return (stopped_service(plan, node.name, service, facts),)
        return (as_planned(node.name, observed={"services": "all running that ran before"}),)

    return Step(
        id=f"domain/services@{node.name}",
        title=f"Wait until the services of {node.name} run again",
        why="The node is well only when every service that ran before the restart runs again.",
        does=Wait(
            until=NodeSettles(reads=(reading(node.name, "utils service list", "services"),), judge=judge),
        ),
        reversal=NothingToUndo(),
        duration=SERVICES_BACK,
        when=_was_set(node),
        after=(f"domain/set@{node.name}", f"domain/return@{node.name}"),
    )


def _replication(plan: Plan) -> Step:
    publisher = plan.publisher.name

    def judge(_plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        if facts.node(publisher).replication_healthy is True:
            return (as_planned(publisher, observed={"replication": "healthy"}),)
        return (finding("node-replication-bad", publisher, expected={"replication": "(2) Setup Completed"}),)

    command = reading(publisher, "utils dbreplication runtimestate", "replication")
    return Step(
        id="domain/replication",
        title="Wait until replication is healthy again",
        why="Setting the domain disturbs replication. Settings reach every node only when it is healthy again.",
        does=Wait(until=NodeSettles(reads=(command,), judge=judge)),
        reversal=NothingToUndo(),
        duration=SERVICES_BACK,
        when=some_domain_set,
        after=(*(f"domain/set@{node.name}" for node in plan.nodes), *CLUSTER_RESTART),
    )


DOMAIN = Procedure(
    id="domain",
    title="IM and Presence domain from the CLI",
    heading="Configure the IM and Presence domain from the CLI",
    why="Each node needs a domain, equal to the SIP proxy domain, unless DHCP gives it one.",
    disrupts="A node whose domain is set restarts; users on it are signed out for several minutes. Then every node may"
    " restart once more, if that is decided.",
    applies=always_applies,
    steps=_steps,
)
