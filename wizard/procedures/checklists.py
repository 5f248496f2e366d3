"""What others have to be told, filled in from the plan: AOL (domain reference 4.2 C), the load balancer's people (4.9).

Each is a step of the procedure that it belongs to. What a Microsoft partner has to do is in `partner_side`.
"""

import ipaddress
from collections.abc import Iterable, Mapping

from checks.finding import Finding
from wizard.facts import Facts
from wizard.plan.model import Aol, LoadBalancer, Plan
from wizard.procedures.partner_side import all_presented, our_certificates
from wizard.procedures.releases import LABELS
from wizard.step import Duration, Notice, PointOfNoReturn, Step

SENT = PointOfNoReturn("A letter that was sent cannot be called back; send a correction.")
_SENDING = Duration(15 * 60, 10 * 24 * 3600)
_SIDE_PORTS = "ports of their own, such as 55061 and 65061"


def _numbered(items: Iterable[str]) -> str:
    return "\n".join(f"  {number}. {item}" for number, item in enumerate(items, 1))


# --- AOL -------------------------------------------------------------------------------------------------------------


def public_name(plan: Plan) -> str:
    """The name under which AOL is to reach us: that of the load balancer where there is one."""
    return plan.load_balancer.fqdn if plan.load_balancer is not None else plan.local.public_fqdn


def data_for_aol(plan: Plan, aol: Aol) -> Step:
    """The notice with everything that AOL enters by hand. It opens again when any of it changes."""
    name, missing = public_name(plan), missing_for_aol(plan, aol)
    gaps = f"Sending it with gaps. Fill in the plan first: {', '.join(missing)}." if missing else ""
    shown = ", ".join(all_presented(plan))
    other_name = (
        "Going on before AOL has answered the question in the letter. It compares the subject CN with the name that it"
        f" entered, and here they differ: {shown}, and {name}. An ASA in front would show the public name."
        if differs_from_public(plan)
        else ""
    )
    return Step(
        id="aol-routing/notify-aol",
        title="Give AOL the data that it enters by hand",
        why="AOL looks up no record of ours. It enters our public name itself, so it has to be told, and told again"
        " when the name changes. The order AOL-FEDERATION has to be placed before."
        + (
            " The letter begins with a question, because our certificate carries another name."
            if differs_from_public(plan)
            else ""
        ),
        does=Notice(
            recipient="AOL, through whoever took the order AOL-FEDERATION",
            subject=f"SIP federation with AOL: the data of {plan.local.sip_proxy_domain}",
            text=aol_letter(plan, aol),
            act=("tell-aol", name),
        ),
        reversal=SENT,
        duration=_SENDING,
        effects=_to_attach(plan),
        mistakes=(
            *((gaps,) if gaps else ()),
            *((other_name,) if other_name else ()),
            "Giving the inside name of the node.",
            "Forgetting a domain whose users take part.",
        ),
    )


def _wanted(plan: Plan, aol: Aol) -> tuple[tuple[str, str, str], ...]:
    """(what AOL needs, its value, where it stands in the plan)."""
    return (
        ("Name of our enterprise", aol.enterprise, "aol.enterprise"),
        ("Contact", aol.contact_name, "aol.contact_name"),
        ("Email of the contact", aol.contact_email, "aol.contact_email"),
        ("Telephone of the contact", aol.contact_phone, "aol.contact_phone"),
        ("Authority of our certificate", plan.local.certificate_authority, "local.certificate_authority"),
    )


def missing_for_aol(plan: Plan, aol: Aol) -> tuple[str, ...]:
    """The values of the plan that AOL needs and that are empty."""
    return tuple(place for _, value, place in _wanted(plan, aol) if not value)


def aol_letter(plan: Plan, aol: Aol) -> str:
    """The data for AOL. What the plan does not hold is named where it belongs."""
    ours = plan.federation_domains
    addressed = f"name@{plan.email.domain}" if plan.email else f"userid@{plan.local.sip_proxy_domain}"
    enterprise, *contact, authority = (
        f"{label}: {value or f'MISSING ({place} in the plan)'}" for label, value, place in _wanted(plan, aol)
    )
    items = (
        enterprise,
        f"Domains of ours that take part: {', '.join(ours)}",
        f"Addresses of our users: {addressed}",
        f"Public name of our server: {public_name(plan)}, with the address {plan.local.public_address}",
        f"Port for secure SIP: {aol.secure_sip_port}",
        our_certificates(plan).rstrip("."),
        f"{authority}. {_attached(plan)} in base64, with the chain of the authority, which AOL has to trust",
        *contact,
        f"Domains that we reach through you: {', '.join(domain.name for domain in aol.domains)}",
    )
    return (
        f"To AOL\n\n{_which_name(plan)}"
        "Please enter us for SIP federation. You reach us by our public name; we know that you look up no SRV record."
        f"\n\n{_numbered(items)}\n\n"
        f"We connect to {aol.gateway_fqdn} with TLS. Please tell us when we are entered, and when that name or the"
        f" domain {aol.default_federation_routing_domain} changes."
    )


def _attached(plan: Plan) -> str:
    several = len(all_presented(plan)) > 1
    return "The certificates are attached" if several else "The certificate is attached"


def _to_attach(plan: Plan) -> tuple[str, ...]:
    """Where the files come from that the letter speaks of: certificates in base64 (PEM), with the chain."""
    labels = LABELS[plan.release]
    if plan.asa is not None:
        origin = "the one that the ASA shows outside"
    elif plan.load_balancer is not None:
        origin = "the one that the load balancer shows"
    else:
        owners = ", ".join(node.name for node in plan.nodes_publisher_first)
        origin = f"the one signed for {labels.own_certificate} of each node ({owners})"
    return (
        f"Attach, as files in PEM (base64): {origin}, as the authority sent it; its root, and each intermediate there"
        " is. Never a private key.",
        "PEM is text that begins with BEGIN CERTIFICATE. Another file is turned into it by: openssl x509 -inform DER"
        " -in FILE -out FILE.pem",
    )


def differs_from_public(plan: Plan) -> bool:
    """Whether a certificate of ours carries another subject CN than the public name that others enter."""
    return all_presented(plan) != (public_name(plan),)


def _which_name(plan: Plan) -> str:
    """The question that AOL has to answer before anything else, where certificate and public name differ."""
    shown, name = all_presented(plan), public_name(plan)
    if not differs_from_public(plan):
        return ""
    carry = (
        f"certificate carries the subject CN {shown[0]}"
        if len(shown) == 1
        else f"certificates carry the subject CNs {', '.join(shown)}"
    )
    which = f"Which of the names, {', '.join((name, *(cn for cn in shown if cn != name)))}, will you enter"
    accepted = "our certificate" if len(shown) == 1 else "each of these certificates"
    return (
        f"A question before all else. Our {carry}, our public name is {name}. As we understand it, you compare the CN"
        f" with the name that you enter for us. {which}, and will {accepted} be accepted then? Please answer before"
        " you enter us.\n\n"
    )


# --- the firewall ----------------------------------------------------------------------------------------------------


def firewall(plan: Plan, seen_at: Mapping[str, tuple[str, ...]]) -> tuple[Step, ...]:
    """What our own firewall has to let through, where no ASA of the plan does it (domain reference 4.3).

    `seen_at` are the steps that saw addresses of a server, by its name: the letter carries them.
    """
    outside = tuple(p for p in plan.partners if p.peer == "access-edge")
    if plan.asa is not None or not (outside or plan.aol):
        return ()

    def informed(facts: Facts) -> Notice:
        hosts = tuple(p.external_fqdn for p in outside) + ((plan.aol.gateway_fqdn,) if plan.aol else ())
        found = {host: seen_addresses(plan, facts, host, seen_at.get(host, ())) for host in hosts}
        known = {p.external_fqdn: (p.external_address,) for p in outside if p.external_address}
        return _to_firewall(plan, tuple(p.external_fqdn for p in outside), {**found, **known})

    return (
        Step(
            id="listeners-certificates/firewall",
            title="Have your own firewall let federation through",
            why="Both sides dial: partners reach our public address, and every node reaches partners by itself. What"
            " stands in between has to let that pass, and to lead it to the right node.",
            does=informed(Facts()),
            informed=informed,
            reversal=SENT,
            duration=_SENDING,
            mistakes=(
                "A firewall that inspects SIP and changes addresses in it, or opens the TLS in between.",
                "Opening it inwards only: new requests of ours then wait until they time out.",
            ),
        ),
    )


def seen_addresses(plan: Plan, facts: Facts, host: str, checks: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses that the routing node or a check of these steps found for a server outside, in order."""
    looked_up = facts.node(plan.routing_node.name).lookups.get(host)
    found = set(looked_up.addresses if looked_up else ())
    for step in checks:
        for finding in facts.checks[step].findings if step in facts.checks else ():
            found |= {_bare(endpoint) for endpoint in _listed(finding, "address")}
            if finding.subject == host and finding.observed.get("view") != "inside":
                found |= {_outside(address) for address in _listed(finding, "addresses")}
    return tuple(sorted(each for each in found if each))


def _listed(finding: Finding, key: str) -> list[object]:
    value = finding.observed.get(key)
    return [*value] if isinstance(value, list) else []


def _bare(endpoint: object) -> str:
    """The address of an endpoint that a check spoke with."""
    return _outside(str(endpoint).rpartition(":")[0].strip("[]"))


def _outside(shown: object) -> str:
    """An address as it is compared; empty for one of this machine, where a plan leads there."""
    try:
        address = ipaddress.ip_address(str(shown))
    except ValueError:
        return ""
    return "" if address.is_loopback else str(address)


def _to_firewall(plan: Plan, edges: tuple[str, ...], addresses: Mapping[str, tuple[str, ...]]) -> Notice:
    return Notice(
        recipient="whoever runs the firewall of your organisation",
        subject=f"SIP federation of {plan.local.sip_proxy_domain}: what the firewall has to let through",
        text=firewall_letter(plan, edges, addresses),
        act=("open-firewall",),
    )


def _at(addresses: tuple[str, ...]) -> str:
    return f" ({', '.join(addresses)})" if addresses else ""


def firewall_letter(plan: Plan, edges: tuple[str, ...], addresses: Mapping[str, tuple[str, ...]]) -> str:
    """The rules, filled in; `addresses` of the servers outside as far as they are known."""
    balancer, node, port = plan.load_balancer, plan.routing_node, plan.local.peer_auth_port
    target = f"{balancer.address} port 5061, the load balancer" if balancer else f"{node.address} port {port}"
    gateway = plan.aol.gateway_fqdn if plan.aol else ""
    peers = (
        *(f"{edge}{_at(addresses.get(edge, ()))}" for edge in edges),
        *((f"{gateway}{_at(addresses.get(gateway, ()))}, the gateway of AOL",) if gateway else ()),
    )
    moving = " The addresses are those we saw now; the names are what stays." if any(addresses.values()) else ""
    nodes = ", ".join(f"{each.fqdn} ({each.address})" for each in plan.nodes_publisher_first)
    items = (
        f"From outside: TCP port 5061 of {plan.local.public_address}, which is {plan.local.public_fqdn}, leads to"
        f" {target}. The callers are: {'; '.join(peers)}.{moving}",
        f"From inside: each of {nodes} may open TCP port 5061 of: {'; '.join(peers)}. Outside, all of them appear as"
        f" {plan.local.public_address}: partners are told that address and no other.",
        "From inside: the name servers of these nodes may ask the Internet, over UDP and TCP port 53.",
        "The connections stay open for hours. Do not cut those that are quiet for less than an hour, and do not inspect"
        " SIP or TLS on them.",
    )
    return (
        "To whoever runs our firewall\n\n"
        f"SIP federation of {plan.local.sip_proxy_domain} needs these rules. Please set them and tell us:"
        f"\n\n{_numbered(items)}"
    )


# --- the load balancer -----------------------------------------------------------------------------------------------


def load_balancer_notice(plan: Plan, balancer: LoadBalancer) -> Step:
    """What has to be set up at the load balancer and around it."""
    return Step(
        id="routing-fqdn/load-balancer",
        title="Have the load balancer set up",
        why="An Access Edge takes one name and one address of ours, so only a load balancer gives a second chance."
        f" Everything outside then knows {balancer.fqdn} and no node.",
        does=Notice(
            recipient="whoever runs the load balancer",
            subject=f"The load balancer {balancer.fqdn} for SIP federation: what to set up",
            text=balancer_letter(plan, balancer),
            act=("tell", "load-balancer"),
        ),
        reversal=SENT,
        duration=_SENDING,
        mistakes=(
            "Leaving port 5061 mapped to a node: then the load balancer is passed by.",
            "A certificate there with another subject CN than its own name.",
        ),
    )


def balancer_letter(plan: Plan, balancer: LoadBalancer) -> str:
    """The checklist of the load balancer, filled in."""
    labels, port = LABELS[plan.release], plan.local.peer_auth_port
    nodes = ", ".join(f"{node.fqdn} ({node.address})" for node in plan.nodes_publisher_first)
    authority = plan.local.certificate_authority or "our certificate authority"
    front = "the ASA" if plan.asa is not None else "partners"
    inside = (
        (
            f"On the ASA, port 5061 of {plan.local.public_address} leads to {balancer.address}. The ports that led to"
            f" nodes move to {_SIDE_PORTS}.",
        )
        if plan.asa is not None
        else ()
    )
    items = (
        f"It takes TLS on port 5061 at {balancer.address} and passes it on to port {port} of: {nodes}.",
        f"Towards {front} it shows a certificate signed by {authority}, with the subject CN {balancer.fqdn}, good for"
        " server and client authentication. Towards the nodes it shows one signed by an authority that they trust.",
        f"It trusts the authority of the nodes' certificates, and that of {front}.",
        *inside,
        f"On the cluster, the parameters {labels.virtual_ip}, {labels.server_name} and {labels.routing_fqdn} are"
        f" {balancer.address}, {balancer.fqdn} and {balancer.fqdn}. The wizard leads through them.",
        f"On the cluster, {balancer.fqdn} is a TLS peer subject and is selected in the TLS context.",
        f"Partners list {balancer.fqdn} as the IM provider, and no node.",
    )
    return (
        "To whoever runs the load balancer\n\n"
        f"SIP federation is to pass through {balancer.fqdn}. Please see that all of this is so, and tell us:"
        f"\n\n{_numbered(items)}"
    )
