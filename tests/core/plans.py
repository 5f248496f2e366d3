"""Plans for the tests of the core, built without a file."""

from wizard.plan.model import Asa, LoadBalancer, Partner, Plan
from wizard.plan.problems import load_text
from wizard.step import Form, Instruct, Step

PRACTICE_LIKE = """\
# The plan of the practice deployment.
release = "9.0"

[local]  # our side
sip_proxy_domain = "local.example"
public_fqdn = "imp-public.mail.local.example"  # in the email domain
public_address = "192.0.2.10"
routing_node = "imp1"
peer_auth_port = 5061

[[nodes]]
name = "imp1"
fqdn = "imp1.local.example"
address = "192.0.2.11"
role = "publisher"

[[nodes]]
name = "imp2"
fqdn = "imp2.local.example"
address = "192.0.2.12"
role = "subscriber"

[[partners]]
domain = "partner.example"
description = "Partner"
external_fqdn = "sip.partner.example"

[[partners]]
domain = "branch.example"
description = "Branch"
external_fqdn = "edge.branch.example"
publishes_srv = false

[aol]
gateway_fqdn = "sag.aol.example"
static_route_for_default = true

[[aol.domains]]
name = "aol.com"
kind = "public"
description = "AOL"

[[aol.domains]]
name = "hosted1.example"
kind = "hosted"
description = "Hosted One"

[[aol.domains]]
name = "hosted2.example"
kind = "hosted"
description = "Hosted Two"

[email]
domain = "mail.local.example"

[[intercluster_peers]]
name = "north"
publisher_fqdn = "imp1.second.local.example"
"""


def practice_plan() -> Plan:
    """The deployment of the practice network's healthy scenario."""
    return load_text(PRACTICE_LIKE, "plan.toml")


def three_nodes() -> Plan:
    """A cluster whose publisher stands last in the file; one node lives on DHCP, one has its domain already."""
    plan = practice_plan()
    publisher, subscriber = plan.nodes
    with_domain = subscriber.model_copy(update={"name": "imp3", "fqdn": "imp3.local.example", "address": "192.0.2.13"})
    return plan.model_copy(update={"nodes": (subscriber.model_copy(update={"dhcp": True}), with_domain, publisher)})


def with_partners(*partners: Partner, asa: bool = False, aol: bool = False) -> Plan:
    """The practice deployment with other partners, behind an ASA or not, with AOL or without."""
    plan = practice_plan()
    wall = Asa(inside_address="192.0.2.1", public_address="192.0.2.10") if asa else None
    return plan.model_copy(update={"partners": partners, "asa": wall, "aol": plan.aol if aol else None})


BALANCER = LoadBalancer(fqdn="lb.mail.local.example", address="192.0.2.20")


def behind_balancer(plan: Plan) -> Plan:
    """The same deployment with a load balancer in front of its nodes."""
    return plan.model_copy(update={"load_balancer": BALANCER})


def edge(domain: str = "partner.example", **fields: object) -> Partner:
    """A partner behind an Access Edge."""
    known = {"domain": domain, "description": "Partner", "external_fqdn": f"sip.{domain}"}
    return Partner.model_validate({**known, **fields})


def front_end(domain: str = "inside.example", **fields: object) -> Partner:
    """A front end in the same enterprise."""
    return edge(domain, peer="front-end", **fields)


def fields_of(step: Step) -> dict[str, str]:
    """What is to be entered in a step, or to be read off the page."""
    does = step.does
    if isinstance(does, Form):
        return {field.label: field.expected for field in does.fields}
    assert isinstance(does, Instruct)
    return {field.label: field.value for field in does.fields}


def with_asa() -> Plan:
    """The practice deployment behind an ASA, which maps the port that partners dial."""
    plan = practice_plan()
    local = plan.local.model_copy(update={"peer_auth_port": 5062})
    asa = Asa(inside_address="192.0.2.3", public_address="192.0.2.10")
    return plan.model_copy(update={"local": local, "asa": asa})
