"""What a plan may say and its owner will probably regret. Never an error."""

import ipaddress
from collections.abc import Callable, Iterator
from difflib import SequenceMatcher

from checks.names import is_within
from wizard.plan.fault import Fault, dotted
from wizard.plan.model import Plan

_DOCUMENTATION = tuple(
    ipaddress.ip_network(net)
    for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)
_NEARLY = 0.85  # of the letters of two names, in the same order: a slip or two


def advice_about(plan: Plan) -> Iterator[Fault]:
    """All advice about a plan."""
    for rule in _RULES:
        yield from rule(plan)


def warnings_of(plan: Plan) -> tuple[str, ...]:
    """All advice about a plan, in sentences."""
    return tuple(f"{dotted(fault.place)}: {fault.problem}. {fault.fix}" for fault in advice_about(plan))


def _namespace(plan: Plan) -> Iterator[Fault]:
    public = plan.local.public_fqdn
    if not any(is_within(public, domain) for domain in plan.federation_domains):
        yield Fault(
            ("local", "public_fqdn"),
            f"{public} lies outside {' and '.join(plan.federation_domains)}",
            "Microsoft refuses a target outside the SIP domain unless it is set up by hand. Choose a name inside.",
        )


def _certificate_name(plan: Plan) -> Iterator[Fault]:
    node = plan.routing_node
    if plan.asa is None and plan.load_balancer is None and node.users_assigned:
        yield Fault(
            ("local", "routing_node"),
            f"users are assigned to {node.name} and no ASA stands in front: its certificate carries the node's own"
            " name, which cannot be the public one, so the names cannot all agree",
            "Move the users to another node, or use an ASA. Approve it as it is only if every partner has said that it"
            " accepts the node's name.",
        )


def _load_balancer(plan: Plan) -> Iterator[Fault]:
    balancer = plan.load_balancer
    if balancer is not None and balancer.fqdn != plan.local.public_fqdn:
        yield Fault(
            ("local", "public_fqdn"),
            f"{plan.local.public_fqdn} is not the name of the load balancer, {balancer.fqdn}",
            "With a load balancer in front, its name is the public name.",
        )


def _public_address(plan: Plan) -> Iterator[Fault]:
    address = plan.local.public_address
    if _is_inside(address):
        yield Fault(
            ("local", "public_address"),
            f"{address} cannot be reached from the Internet",
            "Enter the address that partners see: that of the ASA or the firewall.",
        )
    if plan.asa is not None and plan.asa.public_address != address:
        yield Fault(
            ("asa", "public_address"),
            f"{plan.asa.public_address} is not local.public_address, {address}",
            "Partners reach the routing node at the ASA's public address. The two are normally the same.",
        )


def _misspelt(plan: Plan) -> Iterator[Fault]:
    """A server of a partner mostly lies in the partner's domain; a name that is nearly that one is a slip."""
    for number, partner in enumerate(plan.partners):
        labels = partner.domain.count(".") + 1
        above = ".".join(partner.external_fqdn.split(".")[-labels:])
        if above != partner.domain and SequenceMatcher(None, above, partner.domain).ratio() >= _NEARLY:
            yield Fault(
                ("partners", number, "domain"),
                f"{partner.domain} is nearly the domain of its server, {partner.external_fqdn}",
                f"Did you mean {above}? Compare the two; if both are right, leave them.",
            )


def _asa(plan: Plan) -> Iterator[Fault]:
    outside = plan.aol is not None or any(partner.peer == "access-edge" for partner in plan.partners)
    if plan.asa is not None and not outside:
        yield Fault(
            ("asa",),
            "stands in front of nobody: every partner of the plan is a front end inside",
            "Delete [asa]. Or leave it, if partners outside will follow.",
        )


def _aol_kinds(plan: Plan) -> Iterator[Fault]:
    for number, domain in enumerate(plan.aol.domains if plan.aol else ()):
        known = domain.name in {"aol.com", plan.aol.default_federation_routing_domain if plan.aol else ""}
        if known and domain.kind != "public":
            fix = 'It is AOL\'s own public domain. Write kind = "public".'
            yield Fault(("aol", "domains", number, "kind"), f"is {domain.kind} for {domain.name}", fix)
        elif not known and domain.kind == "public":
            fix = 'AOL\'s public domain is aol.com alone. Write "hosted" or "cleared".'
            yield Fault(("aol", "domains", number, "kind"), f"is public for {domain.name}", fix)


def _aol_name(plan: Plan) -> Iterator[Fault]:
    shown, public = plan.routing_node.fqdn, plan.local.public_fqdn
    if plan.aol is not None and plan.asa is None and plan.load_balancer is None and shown != public:
        yield Fault(
            ("local", "public_fqdn"),
            f"AOL compares it with the subject CN of our certificate, and {plan.routing_node.name} shows its own name,"
            f" {shown}",
            "Use an ASA, whose certificate carries the public name. Or, where no users are assigned to the node, make"
            f" {shown} the public name. Approve it as it is only with AOL's written word that it accepts this"
            " certificate: expect a refusal otherwise.",
        )


def _aol_letter(plan: Plan) -> Iterator[Fault]:
    """What AOL enters by hand and the plan does not hold."""
    aol = plan.aol
    if aol is None:
        return
    wanted = {
        ("aol", "enterprise"): aol.enterprise,
        ("aol", "contact_name"): aol.contact_name,
        ("aol", "contact_email"): aol.contact_email,
        ("aol", "contact_phone"): aol.contact_phone,
        ("local", "certificate_authority"): plan.local.certificate_authority,
    }
    for place, value in wanted.items():
        if not value:
            yield Fault(place, "is empty, and AOL enters it by hand", "Fill it in: it goes into the letter to AOL.")


def _default_route(plan: Plan) -> Iterator[Fault]:
    aol = plan.aol
    if aol is None or aol.static_route_for_default:
        return
    for number, domain in enumerate(aol.domains):
        if domain.name == aol.default_federation_routing_domain and domain.static_route:
            yield Fault(
                ("aol", "domains", number, "static_route"),
                f"says that {domain.name} has a static route, static_route_for_default says that it has none",
                "It is the same route: hosted domains take it too. Write static_route_for_default = true in [aol].",
            )


def _pool(plan: Plan) -> Iterator[Fault]:
    for number, partner in enumerate(plan.partners):
        if partner.pool_fqdn and not partner.front_ends:
            yield Fault(
                ("partners", number, "pool_fqdn"),
                "names a pool, and front_ends does not name its servers",
                "Each front end presents its own certificate. List them all in front_ends.",
            )


def _is_inside(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    documented = any(address.version == net.version and address in net for net in _DOCUMENTATION)
    return not documented and not address.is_global


_RULES: tuple[Callable[[Plan], Iterator[Fault]], ...] = (
    _namespace,
    _certificate_name,
    _load_balancer,
    _public_address,
    _misspelt,
    _asa,
    _aol_kinds,
    _aol_name,
    _aol_letter,
    _default_route,
    _pool,
)
