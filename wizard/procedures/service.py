"""c: the SIP Federation Connection Manager on every node, and the Cisco SIP Proxy beside it."""

from wizard.facts import Facts, NodeFacts
from wizard.plan.model import Node, Plan
from wizard.procedures.common import always_applies, read, reading, services_judge
from wizard.procedures.releases import LABELS
from wizard.standing import AlreadySo, Applies, NotApplicable, Standing, Unknown
from wizard.step import (
    SIP_FEDERATION_MANAGER,
    SIP_PROXY,
    Duration,
    Field,
    Instruct,
    NodeSettles,
    NothingToUndo,
    Procedure,
    Step,
    Undo,
    Wait,
)


def _steps(plan: Plan) -> tuple[Step, ...]:
    nodes = plan.nodes_publisher_first
    return (
        *(_read(node) for node in nodes),
        *(step for node in nodes for step in (_activate(plan, node), _start(plan, node), _verify(node))),
    )


def _read(node: Node) -> Step:
    return read(
        f"service/read@{node.name}",
        node.name,
        "utils service list",
        "services",
        title=f"Look whether federation is on for {node.name}",
        why="The service may be running already; then nothing has to be done on this node.",
        after=(f"domain/return@{node.name}",),
    )


def _activate(plan: Plan, node: Node) -> Step:
    labels = LABELS[plan.release]

    def when(_plan: Plan, facts: Facts) -> Standing:
        seen = facts.node(node.name)
        if not seen.services:
            return Unknown(f"`utils service list` on {node.name} shows that {SIP_FEDERATION_MANAGER} is not running")
        if seen.runs(SIP_FEDERATION_MANAGER):
            return AlreadySo(f"{SIP_FEDERATION_MANAGER} runs on {node.name}")
        if is_activated(seen):
            return NotApplicable(f"it is activated on {node.name}, and stopped")
        return Applies()

    return Step(
        id=f"service/activate@{node.name}",
        title=f"Turn federation on for {node.name}",
        why="This service turns SIP federation on for each user provisioned on its node. So every node needs it.",
        does=Instruct(
            interface=labels.serviceability,
            menu=labels.service_activation,
            fields=(
                Field(labels.server, node.fqdn, f"then press {labels.go}"),
                Field(labels.service_section, SIP_FEDERATION_MANAGER, "select the button beside it"),
            ),
            button=labels.save,
            act=("activate", node.name, SIP_FEDERATION_MANAGER),
        ),
        reversal=Undo(f"Deselect {SIP_FEDERATION_MANAGER} on the same page and save."),
        duration=Duration(60, 300),
        when=when,
        effects=("The service starts. Nothing else is interrupted.",),
        verified_by=f"service/verify@{node.name}",
        mistakes=(
            "Activating the XMPP Federation Connection Manager, which stands beside it.",
            "Doing it on the publisher only: users on the other nodes then cannot federate.",
        ),
        reads=(f"service/read@{node.name}",),
    )


def is_activated(seen: NodeFacts) -> bool:
    """Whether the service was seen activated, running or not."""
    reason = seen.reasons.get(SIP_FEDERATION_MANAGER, "")
    return SIP_FEDERATION_MANAGER in seen.services and "not activated" not in reason.lower()


def _start(plan: Plan, node: Node) -> Step:
    labels = LABELS[plan.release]

    def when(_plan: Plan, facts: Facts) -> Standing:
        seen = facts.node(node.name)
        if seen.runs(SIP_FEDERATION_MANAGER) or not is_activated(seen):
            return NotApplicable(f"it was not seen stopped after its activation on {node.name}")
        return Applies()

    return Step(
        id=f"service/start@{node.name}",
        title=f"Start federation on {node.name}",
        why="The service is activated and does not run: somebody stopped it, or it fell over. Users on this node cannot"
        " federate until it runs.",
        does=Instruct(
            interface=labels.serviceability,
            menu=labels.feature_services,
            fields=(
                Field(labels.server, node.fqdn, f"then press {labels.go}"),
                Field(labels.service_section, SIP_FEDERATION_MANAGER, "select the button beside it"),
            ),
            button=labels.start,
            act=("start-service", node.name, SIP_FEDERATION_MANAGER),
        ),
        reversal=Undo("Stop it on the same page."),
        duration=Duration(60, 300),
        when=when,
        verified_by=f"service/verify@{node.name}",
        mistakes=(f"Starting it on the node you happen to be logged in to: look at {labels.server}.",),
        reads=(f"service/read@{node.name}",),
    )


def _verify(node: Node) -> Step:
    services = (SIP_FEDERATION_MANAGER, SIP_PROXY)
    until = NodeSettles(
        reads=(reading(node.name, "utils service list", "services"),), judge=services_judge(node.name, services)
    )
    return Step(
        id=f"service/verify@{node.name}",
        title=f"See both services run on {node.name}",
        why=f"{SIP_PROXY} carries the requests, {SIP_FEDERATION_MANAGER} translates them. Federation needs both.",
        does=Wait(until=until),
        reversal=NothingToUndo(),
        duration=Duration(30, 180),
        after=(f"service/activate@{node.name}", f"service/start@{node.name}", f"domain/return@{node.name}"),
    )


SERVICE = Procedure(
    id="service",
    title="SIP Federation Connection Manager",
    heading="Turn on the SIP Federation Connection Manager",
    why="Federation is off until this service runs, on every node of the cluster.",
    disrupts="Nothing: a service starts that did not run before.",
    applies=always_applies,
    steps=_steps,
)
