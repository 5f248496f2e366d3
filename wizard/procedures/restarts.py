"""n: the restarts that have become necessary, batched: Cisco SIP Proxy, then Cisco XCP Router, publisher first."""

from wizard.facts import Facts
from wizard.plan.model import Node, Plan
from wizard.procedures.common import always_applies, reading, restart_page, services_judge
from wizard.procedures.releases import LABELS
from wizard.standing import Applies, NotApplicable, Standing
from wizard.step import (
    SIP_FEDERATION_MANAGER,
    SIP_PROXY,
    XCP_ROUTER,
    Duration,
    NodeSettles,
    NothingToUndo,
    PointOfNoReturn,
    Procedure,
    Restart,
    Step,
    Wait,
    When,
)

_SLUGS = {SIP_PROXY: "sip-proxy", XCP_ROUTER: "xcp-router"}
_TAKES_DOWN = {
    SIP_PROXY: "SIP federation, and SIP presence from the call manager, stop on this node until it is back."
    " Clients stay signed in.",
    XCP_ROUTER: "Every XCP service restarts with it: all clients of this node lose messages and availability"
    " until it is back.",
}


def _steps(plan: Plan) -> tuple[Step, ...]:
    return tuple(
        step
        for service in (SIP_PROXY, XCP_ROUTER)
        for node in plan.nodes_publisher_first
        for step in (_restart(plan, node, service), _verify(node, service))
    )


def _restart(plan: Plan, node: Node, service: str) -> Step:
    slug = _SLUGS[service]
    return Step(
        id=f"restarts/{slug}@{node.name}",
        title=f"Restart {service} on {node.name}",
        why="What was changed takes effect only when the service starts again. Restart it; never stop and start it,"
        " for then the services behind it stay down.",
        does=Restart(
            node=node.name, service=service, takes_down=_TAKES_DOWN[service], by_hand=_by_hand(plan, node, service)
        ),
        reversal=PointOfNoReturn("A restart cannot be taken back; it is over when the service runs again."),
        duration=Duration(60, 600),
        when=_pending(node, service),
        verified_by=f"restarts/{slug}-back@{node.name}",
        mistakes=("Stop and then Start: the other services stay down.", "Restarting it on one node only."),
    )


def _by_hand(plan: Plan, node: Node, service: str) -> str:
    """Where a person restarts it instead (domain reference 2.14)."""
    labels = LABELS[plan.release]
    page = restart_page(plan, service)
    return (
        f"{labels.serviceability}: {' > '.join(page)}. {labels.server} {node.fqdn}, {labels.go}; select {service};"
        f" {labels.restart}; at the message {labels.confirm}."
    )


def _pending(node: Node, service: str) -> When:
    def when(_plan: Plan, facts: Facts) -> Standing:
        if (node.name, service) in facts.pending:
            return Applies()
        if (node.name, service) in facts.restarted:
            return NotApplicable("it was restarted, and nothing since made another restart necessary")
        return NotApplicable(f"nothing made a restart of {service} on {node.name} necessary")

    return when


def _verify(node: Node, service: str) -> Step:
    slug = _SLUGS[service]
    services = (SIP_PROXY, XCP_ROUTER, SIP_FEDERATION_MANAGER)
    until = NodeSettles(
        reads=(reading(node.name, "utils service list", "services"),), judge=services_judge(node.name, services)
    )

    def when(_plan: Plan, facts: Facts) -> Standing:
        if (node.name, service) in facts.pending or (node.name, service) in facts.restarted:
            return Applies()
        return NotApplicable(f"{service} was not restarted on {node.name}")

    return Step(
        id=f"restarts/{slug}-back@{node.name}",
        title=f"See the services of {node.name} run again",
        why="The next node is restarted only when this one is back.",
        does=Wait(until=until),
        reversal=NothingToUndo(),
        duration=Duration(60, 600),
        when=when,
        after=(f"restarts/{slug}@{node.name}",),
    )


RESTARTS = Procedure(
    id="restarts",
    title="Restarts",
    heading="Restart the services",
    why="Several changes need the same restart. They were collected, so that each service restarts once.",
    disrupts="Federation on each node while Cisco SIP Proxy restarts; all messages and availability of a node while"
    " Cisco XCP Router restarts.",
    applies=always_applies,
    steps=_steps,
)
