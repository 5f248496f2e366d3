"""j, the other side: what a Microsoft partner has to do (domain reference 4.5, 4.8)."""

import re

from checks.names import SIP_TLS_PORT, srv_name
from wizard.plan.model import Partner, Plan

BOTH_USAGES = "1.3.6.1.5.5.7.3.1,1.3.6.1.5.5.7.3.2"
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*")


def presented(plan: Plan) -> str:
    """The subject CN that others see: the public name where something terminates TLS, else the node's own name."""
    in_between = plan.asa is not None or plan.load_balancer is not None
    return plan.local.public_fqdn if in_between else plan.routing_node.fqdn


def all_presented(plan: Plan) -> tuple[str, ...]:
    """Every subject CN that others see: each node dials out by itself and shows its own, unless something is between.

    The one that is met by who dials us comes first. Source: domain reference 4.5.
    """
    shown = presented(plan)
    if plan.asa is not None or plan.load_balancer is not None:
        return (shown,)
    return tuple(dict.fromkeys((shown, *(node.fqdn for node in plan.nodes_publisher_first))))


def our_certificates(plan: Plan) -> str:
    """Which certificates of ours arrive at others, in words."""
    shown, *others = all_presented(plan)
    if not others:
        return f"Our certificate has the subject CN {shown}."
    return (
        f"You dial a server of ours whose certificate has the subject CN {shown}. Connections to you come from each of"
        f" our servers, with a certificate of its own: {', '.join((shown, *others))}. All of them come from the"
        f" address {plan.local.public_address}."
    )


def meets_another_name(plan: Plan, partner: Partner) -> bool:
    """Whether the edge of a partner dials our public name and meets another one in the certificate."""
    over_tls = partner.peer == "access-edge" and partner.transport == "tls"
    return over_tls and presented(plan) != plan.local.public_fqdn


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
    lync = partner.version == "lync-2010"
    return _numbered(
        partner,
        (
            f"Import the root of {_authority(plan)}, which is attached, into Trusted Root Certification Authorities of"
            f" the Local Computer on {'every Edge Server' if lync else 'the Access Edge'}."
            f" {_shown_to_them(plan, shown)}",
            *(_lync_edge(plan) if lync else _ocs_edge(plan)),
            f"Let TCP port {SIP_TLS_PORT} through your firewall both ways between {_theirs(partner)} and"
            f" {plan.local.public_fqdn} ({plan.local.public_address}).",
            f"Your certificate on the external interface needs the subject CN {_their_names(partner)}, and server and"
            f" client authentication: where a request asks for the type, Other, with the value {BOTH_USAGES}.",
        ),
    )


def _shown_to_them(plan: Plan, shown: str) -> str:
    return f"{our_certificates(plan)}{_other_name(plan, shown)}"


def _other_name(plan: Plan, shown: str) -> str:
    """A node in front of which nothing stands shows its own name; an edge may compare it with the one it dials."""
    public = plan.local.public_fqdn
    if shown == public:
        return ""
    return f" You dial {public}, which is another name: please tell us whether your server accepts that."


def _theirs(partner: Partner) -> str:
    address = f" ({partner.external_address})" if partner.external_address else ""
    return f"{partner.external_fqdn}{address}"


def _their_names(partner: Partner) -> str:
    """What their certificate carries: beside another CN, the name that is dialled, which other peers compare."""
    if partner.subject == partner.external_fqdn:
        return partner.subject
    return f"{partner.subject}, {partner.external_fqdn} among the alternative names"


def _ocs_edge(plan: Plan) -> tuple[str, ...]:
    """An OCS Access Edge knows us as an IM provider (domain reference 4.8)."""
    public = plan.local.public_fqdn
    return (
        f"On the tab IM Provider add us: network address {public}, Allow all communications from this provider. "
        "Do not mark us as public.",
        f"You find us by {_records(plan)}: that entry makes your edge look there.",
        "On the tab Access Methods tick Federation, and Allow discovery if you use records. Federation and Public "
        "IM Connectivity is enabled, for the organisation and for the users who take part.",
        _how_allowed(plan, "ocs-2007-r2"),
        "Turn the FIPS setting of the Local Security Policy on, so that TLS is used. It holds for all that runs on that"
        " machine: try it where you can go back.",
    )


def _lync_edge(plan: Plan) -> tuple[str, ...]:
    """A Lync Edge knows us as an allowed domain (Lync Server 2010: New-CsAllowedDomain, Set-CsAccessEdgeConfiguration,
    Set-CsExternalAccessPolicy).
    """
    return (
        f"{_how_allowed(plan, 'lync-2010')} You also find us by {_records(plan)}.",
        f"Where you keep us as an IM provider instead, the entry names {plan.local.public_fqdn} and is not marked as"
        " public. Have one of the two, never both.",
        "In the same place see that federation is enabled: for the organisation in Access Edge Configuration, and for"
        " the users who take part in the External Access Policy (communications with federated users).",
        *(
            (
                "What is documented of our release is TLS 1.0. It may answer with a newer one, but see that your Edge"
                " Servers still accept that.",
            )
            if plan.asa is None and plan.load_balancer is None
            else ()
        ),
    )


def _records(plan: Plan) -> str:
    names = " and ".join(srv_name(domain) for domain in plan.federation_domains)
    return f"the records {names}" if len(plan.federation_domains) > 1 else f"the record {names}"


def _how_allowed(plan: Plan, version: str) -> str:
    """How an edge is told that our domains may be talked to; on its own pages."""
    ours = " and ".join(plan.federation_domains)
    if version == "lync-2010":
        return (
            "In the Lync Server Control Panel, External User Access, Federated Domains, add as allowed domain"
            f" {ours}, with the Access Edge service (FQDN) {plan.local.public_fqdn}."
        )
    stands = "stand" if len(plan.federation_domains) > 1 else "stands"
    return f"See that {ours} {stands} on neither the tab Allow nor the tab Block: the entry as IM provider is enough."


def _ocs(plan: Plan, partner: Partner) -> str:
    """A front end dials the routing node alone, and is dialled by every node (domain reference 4.8)."""
    node, port = plan.routing_node, 5061 if partner.transport == "tls" else 5060
    nodes = plan.nodes_publisher_first
    named = [f"{each.address} and {each.fqdn}" if partner.transport == "tls" else each.address for each in nodes]
    each_dials = ", since each of these servers dials you itself" if len(nodes) > 1 else ""
    steps = (
        f"Add a static route for the domain {plan.local.sip_proxy_domain} to {node.fqdn}: {partner.transport.upper()}, "
        f"port {port}, without Phone URI and without Replace host in request URI.",
        f"Add {'; '.join(named)} to Host Authorization{each_dials}: Throttle as Server and Treat as Authenticated on,"
        " Outbound Only off.",
        f"See that the front end listens on port {port}.",
    )
    trust = (
        f"Import the root of {_authority(plan)}, which is attached, into Trusted Root Certification Authorities of the"
        " Local Computer.",
    )
    return _numbered(partner, (*(trust if partner.transport == "tls" else ()), *steps))


def _lync(plan: Plan, partner: Partner) -> str:
    items = (
        f"Import the root of {_authority(plan)}, which is attached, into Trusted Root Certification Authorities of the"
        " Local Computer.",
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
