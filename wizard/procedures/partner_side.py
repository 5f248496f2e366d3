"""j, the other side: what a Microsoft partner has to do (domain reference 4.5, 4.8)."""

import re

from checks.names import srv_name
from wizard.plan.model import Partner, Plan

BOTH_USAGES = "1.3.6.1.5.5.7.3.1,1.3.6.1.5.5.7.3.2"
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")


def presented(plan: Plan) -> str:
    """The subject CN that others see: the public name where something terminates TLS, else the node's own name."""
    in_between = plan.asa is not None or plan.load_balancer is not None
    return plan.local.public_fqdn if in_between else plan.routing_node.fqdn


def letter(plan: Plan, partner: Partner, shown: str) -> str:
    """What a partner's administrator has to do. `shown` is the subject CN that we present to them."""
    if partner.peer == "access-edge":
        return _access_edge(plan, partner, shown)
    return _lync(plan, partner) if partner.version == "lync-2010" else _ocs(plan, partner)


def _authority(plan: Plan) -> str:
    return plan.local.certificate_authority or "the authority that signed our certificate"


def _numbered(partner: Partner, items: tuple[str, ...]) -> str:
    listed = "\n".join(f"  {number}. {item}" for number, item in enumerate(items, 1))
    return (
        f"To the administrator of {partner.domain}\n\nFor federation with us, please do this on your side:\n\n{listed}"
    )


def _access_edge(plan: Plan, partner: Partner, shown: str) -> str:
    ours, public = plan.local.sip_proxy_domain, plan.local.public_fqdn
    return _numbered(
        partner,
        (
            f"Import the root of {_authority(plan)} into Trusted Root Certification Authorities of the Local Computer "
            f"on the Access Edge. Our certificate has the subject CN {shown}.",
            f"On the tab IM Provider add us: network address {public}, Allow all communications from this provider. "
            "Do not mark us as public.",
            f"You find us by the record {srv_name(ours)}: that entry makes your edge look it up.",
            "On the tab Access Methods tick Federation, and Allow discovery if you use records. Federation and Public "
            "IM Connectivity is enabled, for the organisation and for the users who take part.",
            f"See that {ours} stands neither on the tab Allow nor on the tab Block.",
            f"Your certificate on the Edge Server Public Interface needs the subject CN {partner.external_fqdn}, and "
            f"server and client authentication: request type Other, with the value {BOTH_USAGES}.",
            "Turn the FIPS setting of the Local Security Policy on, so that TLS is used.",
        ),
    )


def _ocs(plan: Plan, partner: Partner) -> str:
    node, port = plan.routing_node, 5061 if partner.transport == "tls" else 5060
    host = f"{node.address} and {node.fqdn}" if partner.transport == "tls" else node.address
    steps = (
        f"Add a static route for the domain {plan.local.sip_proxy_domain} to {node.fqdn}: {partner.transport.upper()}, "
        f"port {port}, without Phone URI and without Replace host in request URI.",
        f"Add {host} to Host Authorization: Throttle as Server and Treat as Authenticated on, Outbound Only off.",
        f"See that the front end listens on port {port}.",
    )
    trust = (
        f"Import the root of {_authority(plan)} into Trusted Root Certification Authorities of the Local Computer.",
    )
    return _numbered(partner, (*(trust if partner.transport == "tls" else ()), *steps))


def _lync(plan: Plan, partner: Partner) -> str:
    items = (
        f"Import the root of {_authority(plan)} into Trusted Root Certification Authorities of the Local Computer.",
        "Enter these commands in the Lync Server Management Shell. A line that ends in ` goes on in the next.",
    )
    return f"{_numbered(partner, items)}\n\n{lync_commands(plan, partner)}"


def lync_commands(plan: Plan, partner: Partner) -> str:
    """The commands for a Lync front end: static route and trusted application. Lines short enough to be copied."""
    routing, others = plan.routing_node.fqdn, [n.fqdn for n in plan.nodes if n.name != plan.local.routing_node]
    computers = "".join(
        f'New-CsTrustedApplicationComputer -Identity "{other}" `\n  -Pool "{routing}"\n' for other in others
    )
    return (
        "$tlsRoute = New-CsStaticRoute -TLSRoute `\n"
        f'  -Destination "{routing}" `\n'
        f"  -Port {plan.local.peer_auth_port} -usedefaultcertificate $true `\n"
        f'  -MatchUri "{plan.local.sip_proxy_domain}"\n'
        "Set-CsStaticRoutingConfiguration -Route @{Add=$tlsRoute}\n"
        "Get-CsStaticRoutingConfiguration |\n"
        "  select-object -ExpandProperty Route\n"
        f'New-CsTrustedApplicationPool -Identity "{routing}" `\n'
        f"  -Registrar {_quoted(partner.registrar, 'REGISTRAR')} `\n"
        f"  -Site {_quoted(partner.site_id, 'SITE')} `\n"
        "  -TreatAsAuthenticated $true -ThrottleAsServer $true `\n"
        "  -RequiresReplication $false -OutboundOnly $false `\n"
        f'  -Computerfqdn "{routing}"\n'
        f"{computers}"
        "New-CsTrustedApplication -ApplicationID imandpresence `\n"
        f'  -TrustedApplicationPoolFqdn "{routing}" -Port 5061\n'
        "Enable-CsTopology"
    )


def _quoted(value: str, placeholder: str) -> str:
    """A value from the plan; what is not plainly a name is left to the person who pastes."""
    return f'"{value if _WORD.fullmatch(value) else placeholder}"'
