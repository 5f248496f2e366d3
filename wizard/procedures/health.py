"""a: prerequisites, and the health of every node, before anything is changed."""

from checks.catalogue import finding
from checks.finding import Finding
from wizard.facts import Facts
from wizard.plan.advice import warnings_of
from wizard.plan.model import Node, Plan
from wizard.procedures.common import (
    ANSWER,
    NOWHERE,
    always_applies,
    as_planned,
    question,
    read,
    services_judge,
)
from wizard.procedures.releases import LABELS
from wizard.step import (
    SIP_PROXY,
    XCP_ROUTER,
    Duration,
    Form,
    FormField,
    Judge,
    NothingToUndo,
    Procedure,
    Step,
)

WARNINGS = "health/warnings"
WHY_AND_WHO = "Why, and who agreed"
AOL_ANSWERS = 21 * 24 * 3600  # seconds, at worst: an order passes through several hands
_APPROVED = "approved with the plan"


def _steps(plan: Plan) -> tuple[Step, ...]:
    nodes = plan.nodes_publisher_first
    groups = (_version, _network, _ntp, _replication, _services)
    reads = tuple(group(node) for group in groups for node in nodes)
    asked = (_prerequisites(plan), _backup(plan), _proxy_domain(plan))
    return (*_aol_order(plan), *_warnings(plan), *reads, _cluster(plan), *asked)


def _aol_order(plan: Plan) -> tuple[Step, ...]:
    """AOL takes weeks, and gives the name of its gateway only then (domain reference 4.2 C)."""
    if plan.aol is None:
        return ()
    return (
        question(
            "health/aol-order",
            "See that AOL has taken the order AOL-FEDERATION",
            why="Federation with AOL is a licence that is ordered before anything else, from whoever sells you Cisco's"
            " products, and it takes its time. AOL then names its gateway, which the plan calls"
            f" {plan.aol.gateway_fqdn}. Without the order AOL answers nothing.",
            label="AOL has taken the order and named this gateway",
            mismatch="Order AOL-FEDERATION first, and hold here until AOL has answered. Put the name of the gateway"
            " that AOL gives you into gateway_fqdn in the plan.",
            worst=AOL_ANSWERS,
        ),
    )


def _warnings(plan: Plan) -> tuple[Step, ...]:
    """Somebody answers for what the plan warns of. Other warnings than those that were answered for are asked anew."""
    warned = warnings_of(plan)
    if not warned:
        return ()
    these = "this warning" if len(warned) == 1 else f"these {len(warned)} warnings"
    return (
        Step(
            id=WARNINGS,
            title="Answer for what the plan warns of",
            why="The plan is allowed as it is. What it warns of will probably be regretted all the same, and is mended"
            " most cheaply before anything is changed. Whoever goes on with it says why, and who agreed; that is put on"
            " record.",
            does=Form(
                interface=NOWHERE,
                menu=(),
                about=warned,
                fields=(
                    FormField("answer", f"You go on with {these}", "yes", "Answer yes, or no to mend the plan first."),
                    FormField("reason", WHY_AND_WHO, _APPROVED, "A sentence for whoever asks.", free=True),
                ),
                mismatch="Hold here (h), mend the plan, and go on with the mended one.",
                wanted=ANSWER,
            ),
            reversal=NothingToUndo(),
            duration=Duration(2 * 60, 30 * 60),
            mistakes=("Going on in the hope that a partner will not notice: ask, and wait for the answer.",),
        ),
    )


def _prerequisites(plan: Plan) -> Step:
    """What no command shows, and what federation builds on (domain reference 4.1)."""
    labels, yes = LABELS[plan.release], "Answer yes if it is so."
    everybody = "Nodes, call manager and ASA" if plan.asa else "Nodes and call manager"
    return Step(
        id="health/prerequisites",
        title="See that the deployment works by itself",
        why="Federation extends what works inside. A fault that is there already would look like one of federation"
        " later. And certificates are judged by the clock, so all must have the same.",
        does=Form(
            interface=labels.administration,
            menu=labels.troubleshooter,
            fields=(
                FormField("tests", "Every test of this page passes, or you know why not", "yes", yes),
                FormField("inside", "Our users see and write to each other", "yes", f"Try it with two of them. {yes}"),
                FormField("clocks", f"{everybody} take the time from {plan.local.ntp or 'one source'}", "yes", yes),
            ),
            mismatch="Mend it first: the page says what each test wants. Or accept it, and note what is known.",
            wanted=ANSWER,
        ),
        reversal=NothingToUndo(),
        duration=Duration(10 * 60, 2 * 3600),
    )


def _backup(plan: Plan) -> Step:
    """Several steps cannot be taken back. No documented command of the CLI tells when the last backup was made."""
    labels = LABELS[plan.release]
    return question(
        "health/backup",
        "See that there is a backup from after the last change",
        why="Some steps cannot be taken back: a node whose domain is set makes all its certificates anew. What is lost"
        f" then only a backup brings back, so the {labels.disaster_recovery} has to have made one, of every node,"
        " since anything was changed last. Look at its history; no command of the CLI that is documented shows it.",
        label="The newest backup of every node was made after the last change, and without an error",
        interface=labels.disaster_recovery,
        mismatch="Make a backup first, and wait until it has ended without an error: the guide to the"
        f" {labels.disaster_recovery} of this release says how.",
        mistakes=("Counting a copy of the virtual machine as one.", "A backup of the publisher alone."),
        worst=4 * 3600,
    )


def _version(node: Node) -> Step:
    return read(
        f"health/version@{node.name}",
        node.name,
        "show version active",
        "version",
        title=f"Read the release of {node.name}",
        why="Menus, labels and rules differ between releases. The plan must name the one that runs.",
        judge=_release_judge(node.name),
    )


def _release_judge(node: str) -> Judge:
    def judge(plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        release = facts.node(node).release
        seen, planned = release or "not understood", plan.release.value
        if release == planned:
            return (as_planned(node, observed={"release": seen}),)
        shown = {"release": seen}
        return (finding("node-release-differs", node, observed=shown, expected={"release": planned}),)

    return judge


def _network(node: Node) -> Step:
    return read(
        f"health/network@{node.name}",
        node.name,
        "show network eth0",
        "network",
        title=f"Read the network settings of {node.name}",
        why="They tell whether the node has a domain, and whether DHCP gives it. The procedure"
        " IM and Presence domain decides by them.",
    )


def _ntp(node: Node) -> Step:
    def judge(_plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        if facts.node(node.name).ntp_synchronised is True:
            return (as_planned(node.name, observed={"ntp": "synchronised"}),)
        return (finding("node-ntp-unsynchronised", node.name, expected={"ntp": "synchronised"}),)

    return read(
        f"health/ntp@{node.name}",
        node.name,
        "utils ntp status",
        "ntp",
        title=f"Read the clock of {node.name}",
        why="Certificates are judged by the clock. A clock that drifts breaks TLS with every partner.",
        judge=judge,
    )


def _replication(node: Node) -> Step:
    def judge(_plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        healthy = facts.node(node.name).replication_healthy
        if healthy is True:
            return (as_planned(node.name, observed={"replication": "healthy"}),)
        return (finding("node-replication-bad", node.name, expected={"replication": "(2) Setup Completed"}),)

    return read(
        f"health/replication@{node.name}",
        node.name,
        "utils dbreplication runtimestate",
        "replication",
        title=f"Read the database replication of {node.name}",
        why="Settings reach the other nodes by replication. A restart while it is disturbed can leave it broken.",
        judge=judge,
    )


def _services(node: Node) -> Step:
    return read(
        f"health/services@{node.name}",
        node.name,
        "utils service list",
        "services",
        title=f"Read the services of {node.name}",
        why="Cisco SIP Proxy and Cisco XCP Router carry federation. Both must run before anything is changed.",
        judge=services_judge(node.name, (SIP_PROXY, XCP_ROUTER)),
    )


def _cluster(plan: Plan) -> Step:
    publisher = plan.publisher.name

    def judge(plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        seen = facts.node(publisher).cluster
        known = {name.lower() for name in seen}
        missing = [n.name for n in plan.nodes if not known & {n.name.lower(), n.fqdn, n.address}]
        if not missing:
            return (as_planned(publisher, observed={"nodes": len(plan.nodes)}),)
        shown = {"nodes": list(seen)}
        return tuple(finding("node-plan-differs", name, observed=shown, expected={"node": name}) for name in missing)

    return read(
        f"health/cluster@{publisher}",
        publisher,
        "show network cluster",
        "cluster",
        title="Read which nodes the cluster has",
        why="Federation is configured for the cluster and activated on every node. The plan must name all of them.",
        judge=judge,
    )


def _proxy_domain(plan: Plan) -> Step:
    labels = LABELS[plan.release]
    domain = plan.local.sip_proxy_domain
    form = Form(
        interface=labels.administration,
        menu=labels.cluster_topology,
        fields=(FormField("proxy_domain", labels.proxy_domain, domain, "Copy the value the page shows."),),
        mismatch="Correct sip_proxy_domain in the plan, or have the domain changed by the Deployment Guide of this"
        " release. This wizard never changes it.",
    )
    return Step(
        id="health/proxy-domain",
        title="Read back the SIP proxy domain",
        why="Every record, route and certificate name is worked out from this domain. It is compared, never changed. In"
        f" a browser the page is at https://{plan.publisher.fqdn}{labels.administration_path}, with the account of the"
        " application; the list Navigation at its top right leads to the other interfaces.",
        does=form,
        reversal=NothingToUndo(),
        duration=Duration(60, 300),
        mistakes=("Reading the DNS domain of a node instead: it is another setting.",),
    )


HEALTH = Procedure(
    id="health",
    title="Prerequisites and health of every node",
    heading="Before you begin",
    why="We look first. Nothing is changed on a cluster that is not well.",
    disrupts="Nothing. The wizard only reads.",
    applies=always_applies,
    steps=_steps,
)
