"""g: the federation routing parameter, set once for the cluster, to the public FQDN."""

from checks.names import srv_name
from wizard.plan.model import Plan
from wizard.procedures.before import WHAT_NOW, entered_again, read_before
from wizard.procedures.checklists import load_balancer_notice
from wizard.procedures.common import always_applies, needs_own_srv, own_srv
from wizard.procedures.releases import LABELS, Labels
from wizard.procedures.stored import on_every_node
from wizard.step import (
    SIP_PROXY,
    XCP_ROUTER,
    Check,
    Duration,
    Field,
    Form,
    FormField,
    Instruct,
    NothingToUndo,
    Procedure,
    Step,
)

_BEFORE, _SET, _READ_BACK = "routing-fqdn/before", "routing-fqdn/set", "routing-fqdn/read-back"


def _steps(plan: Plan) -> tuple[Step, ...]:
    domains = plan.federation_domains if needs_own_srv(plan) else ()
    balancer = (load_balancer_notice(plan, plan.load_balancer),) if plan.load_balancer else ()
    return (*balancer, _before(plan), _set(plan), _read_back(plan), *(_equality(plan, domain) for domain in domains))


def _old_values(plan: Plan) -> tuple[FormField, ...]:
    labels, publisher = LABELS[plan.release], plan.publisher.fqdn
    where = f"Server {publisher}, service {SIP_PROXY}, section {labels.routing_section}."
    return (
        FormField("routing_fqdn", labels.routing_fqdn, publisher, f"{where} After installation it is {publisher}."),
        *(
            FormField(_name(label), label, "none", f"{WHAT_NOW} Write none where it is empty.")
            for label, _ in _balancer(plan, labels)
        ),
    )


def _before(plan: Plan) -> Step:
    labels = LABELS[plan.release]
    return read_before(
        _BEFORE,
        f"Read {labels.routing_fqdn} as it is now",
        interface=labels.administration,
        menu=labels.service_parameters,
        fields=_old_values(plan),
        ahead_of=(_SET,),
        read_back=_READ_BACK,
    )


def _set(plan: Plan) -> Step:
    labels, value = LABELS[plan.release], plan.local.public_fqdn
    back = f"Then {labels.save}; {XCP_ROUTER} is restarted once more on every node."
    reversal, way_back = entered_again(_BEFORE, _SET, _old_values(plan), back, plan.publisher.fqdn)
    return Step(
        id=_SET,
        title=f"Set {labels.routing_fqdn}",
        why=_why(plan, value),
        does=Instruct(
            interface=labels.administration,
            menu=labels.service_parameters,
            fields=(
                Field(labels.server, plan.publisher.fqdn),
                Field(labels.service, SIP_PROXY),
                Field(labels.routing_fqdn, value, f"in the section {labels.routing_section}"),
                *(Field(label, text, "for the load balancer") for label, text in _balancer(plan, labels)),
            ),
            button=labels.save,
            act=("set-parameter", "federation-routing-fqdn", value),
        ),
        reversal=reversal,
        way_back=way_back,
        duration=Duration(120, 600),
        restarts=on_every_node(plan, XCP_ROUTER),
        verified_by=_READ_BACK,
        mistakes=(
            *(
                (
                    "Leaving the inside name of the publisher in place.",
                    "Entering the node's own name while users are assigned to the node.",
                )
                if value not in {node.fqdn for node in plan.nodes}
                else ()
            ),
            "A trailing dot.",
        ),
    )


def _balancer(plan: Plan, labels: Labels) -> tuple[tuple[str, str], ...]:
    """What else stands on the page where a load balancer is in front (domain reference 4.9)."""
    balancer = plan.load_balancer
    if balancer is None:
        return ()
    return (labels.virtual_ip, balancer.address), (labels.server_name, balancer.fqdn)


def _name(label: str) -> str:
    return label.lower().replace(" ", "_")


def _why(plan: Plan, value: str) -> str:
    why = f"Answers reach the cluster under this name. It must be {value}, the name our federation record leads to."
    if plan.local.proxy_domain_changed:
        why += (
            " The SIP proxy domain was changed since installation, so the value must be set even where the default"
            " would do. The Deployment Guide of this release gives the order of that change."
        )
    return why


def _read_back(plan: Plan) -> Step:
    labels: Labels = LABELS[plan.release]
    form = Form(
        interface=labels.administration,
        menu=labels.service_parameters,
        fields=(
            FormField(
                "routing_fqdn",
                labels.routing_fqdn,
                plan.local.public_fqdn,
                f"Server {plan.publisher.fqdn}, service {SIP_PROXY}. Copy what the page shows.",
            ),
            *(
                FormField(_name(label), label, value, "Copy what the page shows.")
                for label, value in _balancer(plan, labels)
            ),
        ),
        mismatch="Enter the value again and save. If the page is right, correct public_fqdn in the plan.",
    )
    return Step(
        id=_READ_BACK,
        title=f"Read back {labels.routing_fqdn}",
        why="No command of the CLI shows this value. Open the page again, so that it is what was stored.",
        does=form,
        reversal=NothingToUndo(),
        duration=Duration(60, 300),
        after=(_SET,),
    )


def _equality(plan: Plan, domain: str) -> Step:
    return Step(
        id=f"routing-fqdn/equality@{domain}",
        title=f"Compare our record for {domain} with the plan",
        why=f"The target of {srv_name(domain)} and the parameter must be the same name, or partners refuse us. What is"
        f" looked up is the record; it is compared with public_fqdn of the plan, {plan.local.public_fqdn}. That the"
        " parameter holds the same was read off the page in the step before.",
        does=Check(request=own_srv(plan, domain)),
        reversal=NothingToUndo(),
        duration=Duration(2, 15),
        after=(_SET, _READ_BACK),
    )


ROUTING_FQDN = Procedure(
    id="routing-fqdn",
    title="Federation routing parameter",
    heading="Configure the federation routing parameter",
    why="New requests from outside come to one node, under one public name. The cluster must know that name.",
    disrupts="Nothing at once. It makes a restart of the Cisco XCP Router necessary, which comes later.",
    applies=always_applies,
    steps=_steps,
)
