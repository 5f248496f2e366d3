"""l: the default federation routing domain, once for the cluster. Read first; changed only where it shows another."""

from checks.names import for_display
from checks.requests import DnsRequest
from wizard.plan.model import Aol, Plan
from wizard.procedures.aol_routing import some_aol, trace
from wizard.procedures.before import entered_again
from wizard.procedures.releases import LABELS
from wizard.procedures.routes import aol_routes
from wizard.procedures.stored import on_every_node, unless_read_so
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
    When,
)

_ID = "default-routing-domain"
_READ, _SET, _READ_BACK = f"{_ID}/read", f"{_ID}/set", f"{_ID}/read-back"


def _steps(plan: Plan) -> tuple[Step, ...]:
    aol = plan.aol
    if aol is None:
        return ()
    (route,) = (each for each in aol_routes(plan) if each.kind == "aol-default")
    changed = (_SET, _READ_BACK)
    return (
        _read(plan, aol),
        _set(plan, aol),
        _read_back(plan, aol),
        _record(aol),
        trace(_ID, route, after=changed),
    )


def _act(aol: Aol) -> tuple[str, ...]:
    return ("set-parameter", "default-federation-routing-domain", aol.default_federation_routing_domain)


def _form(plan: Plan, aol: Aol, mismatch: str, *, stops: bool) -> Form:
    labels = LABELS[plan.release]
    help_text = f"In the section {labels.routing_section}. Copy what the page shows."
    return Form(
        interface=labels.administration,
        menu=labels.service_parameters,
        fields=(
            FormField(
                "default_domain", labels.default_routing_domain, aol.default_federation_routing_domain, help_text
            ),
        ),
        mismatch=mismatch,
        stops=stops,
        act=_act(aol),
    )


def _form_first(plan: Plan, aol: Aol) -> Form:
    return _form(plan, aol, "The next step corrects it.", stops=False)


def _when_other(plan: Plan, aol: Aol) -> When:
    value = aol.default_federation_routing_domain
    return unless_read_so(_READ, _form_first(plan, aol), f"the page shows {value}, which is right; nothing is changed")


def _read(plan: Plan, aol: Aol) -> Step:
    labels = LABELS[plan.release]
    return Step(
        id=_READ,
        title=f"Read {labels.default_routing_domain}",
        why=f"It must be {aol.default_federation_routing_domain}. It comes right with the installation and is changed"
        f" only when AOL changes its domain. Open the page: server {plan.publisher.fqdn}, service {SIP_PROXY}.",
        does=_form_first(plan, aol),
        reversal=NothingToUndo(),
        duration=Duration(60, 600),
        ahead_of=(_SET,),
    )


def _set(plan: Plan, aol: Aol) -> Step:
    labels, value = LABELS[plan.release], aol.default_federation_routing_domain
    then = f"Then {labels.save}; {XCP_ROUTER} is restarted once more on every node."
    reversal, way_back = entered_again(_READ, _SET, _form_first(plan, aol).fields, then)
    return Step(
        id=_SET,
        title=f"Set {labels.default_routing_domain}",
        why=f"AOL domains without a way of their own take the way of this one. The page did not show {value}. If that"
        " was a slip of the typing: b goes back to the page that was read, u reads it again.",
        does=Instruct(
            interface=labels.administration,
            menu=labels.service_parameters,
            fields=(
                Field(labels.server, plan.publisher.fqdn),
                Field(labels.service, SIP_PROXY),
                Field(labels.default_routing_domain, value, f"in the section {labels.routing_section}"),
            ),
            button=labels.save,
            act=_act(aol),
        ),
        reversal=reversal,
        way_back=way_back,
        duration=Duration(120, 600),
        when=_when_other(plan, aol),
        restarts=on_every_node(plan, XCP_ROUTER),
        verified_by=_READ_BACK,
        mistakes=(
            "Entering our own domain, or that of a Microsoft partner: it is AOL's.",
            "Entering the name of the AOL gateway: it is a domain, the part after the @.",
        ),
        reads=(_READ,),
    )


def _read_back(plan: Plan, aol: Aol) -> Step:
    labels = LABELS[plan.release]
    return Step(
        id=_READ_BACK,
        title=f"Read back {labels.default_routing_domain}",
        why="No command of the CLI shows it. Open the page again, so that it is what was stored.",
        does=_form(plan, aol, "Enter the value again and save. If the page is right, correct the plan.", stops=True),
        reversal=NothingToUndo(),
        duration=Duration(60, 600),
        when=_when_other(plan, aol),
        after=(_SET,),
        reads=(_READ,),
    )


def _record(aol: Aol) -> Step:
    """Whether the record is needed is for the trace to say; its own faults are told here."""
    domain = aol.default_federation_routing_domain
    return Step(
        id=f"{_ID}/srv@{domain}",
        title=f"Look up the record of {for_display(domain)}",
        why="Where no static route for it is stored, its federation record leads to AOL. Where one is, the record is"
        " not used, but its being there or not is good to know.",
        does=Check(request=DnsRequest(domain=domain, missing_is="info", static_entry=True), stops=False),
        reversal=NothingToUndo(),
        duration=Duration(2, 15),
        after=(_SET,),
    )


DEFAULT_ROUTING_DOMAIN = Procedure(
    id=_ID,
    title="Default federation routing domain",
    heading="Configure the default federation routing domain",
    why="AOL domains that have no way of their own are routed like this one. The value is read, and seen to work.",
    disrupts="Nothing as long as the value is right. A change makes a restart of the Cisco XCP Router necessary.",
    applies=some_aol,
    steps=_steps,
)
