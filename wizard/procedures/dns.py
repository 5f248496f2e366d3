"""e: our SRV and address records to publish, and the partners' to find."""

from checks.names import SIP_FEDERATION, SIP_TLS_PORT, XMPP_FEDERATION, XMPP_PORT, for_display, is_within, srv_name
from checks.requests import Service
from wizard.facts import Facts
from wizard.plan.model import Plan
from wizard.procedures.common import (
    always_applies,
    needs_own_srv,
    own_srv,
    public_address,
)
from wizard.procedures.dns_partners import partner_steps
from wizard.standing import AlreadySo, Applies, Standing, Unknown
from wizard.step import (
    ZONE_LINE,
    Check,
    CheckPasses,
    Duration,
    Field,
    Instruct,
    NothingToUndo,
    Procedure,
    Snippet,
    Step,
    Undo,
    Wait,
    When,
)

OUR_DNS = "The public DNS of your organisation"
LOOK = Duration(2, 15)
CACHES = Duration(5 * 60, 60 * 60)
PUBLISHING = Duration(5 * 60, 24 * 3600)
UNPUBLISH = Undo(
    "Delete the record; caches forget it when its TTL is over. Where the look before showed another one, publish that"
    " one again."
)
TTL = 3600
WINDOWS = "Windows DNS (PowerShell), where the domain is a zone of its own"
_SRV = {"sip": (SIP_FEDERATION, SIP_TLS_PORT), "xmpp": (XMPP_FEDERATION, XMPP_PORT)}


def _steps(plan: Plan) -> tuple[Step, ...]:
    domains = plan.federation_domains if needs_own_srv(plan) else ()
    return (
        _look_address(plan),
        *(_look_srv(plan, domain) for domain in domains),
        _publish_address(plan),
        *(_publish_srv(plan, domain) for domain in domains),
        _wait_address(plan),
        *(_wait_srv(plan, domain) for domain in domains),
        *partner_steps(plan),
    )


# --- our address -----------------------------------------------------------------------------------------------------


def _look_address(plan: Plan) -> Step:
    return Step(
        id="dns/look-address",
        title="Look up our public name",
        why="Everything that reaches us from outside arrives at this name. We look before anything is changed.",
        does=Check(request=public_address(plan), stops=False),
        reversal=NothingToUndo(),
        duration=LOOK,
    )


def _publish_address(plan: Plan) -> Step:
    name, address = plan.local.public_fqdn, plan.local.public_address
    record_type = "AAAA" if ":" in address else "A"
    return Step(
        id="dns/publish-address",
        title="Publish the address of our public name",
        why="Partners and AOL connect to this name. It must lead to the public address of the routing node.",
        does=Instruct(
            interface=OUR_DNS,
            menu=(f"the zone that holds {name}",),
            fields=(
                Field("Name", name),
                Field("Type", record_type),
                Field("Address", address),
                Field("TTL, in seconds", str(TTL)),
            ),
            button="Publish",
            act=("publish", "a", name, address),
            snippets=(
                Snippet(ZONE_LINE, f"{name}. {TTL} IN {record_type} {address}"),
                Snippet(WINDOWS, _windows_address(plan, record_type)),
                Snippet("To see it for yourself", f"nslookup {name}"),
            ),
        ),
        reversal=UNPUBLISH,
        duration=PUBLISHING,
        when=unless_seen("dns/look-address", f"{name} leads to {address}"),
        verified_by="dns/wait-address",
        mistakes=("Publishing the private address of the node.", "Publishing it in the inside DNS only."),
        reads=("dns/look-address",),
    )


def _windows_address(plan: Plan, record_type: str) -> str:
    name, version = plan.local.public_fqdn, "6" if record_type == "AAAA" else "4"
    zone = max(
        (each for each in plan.federation_domains if is_within(name, each)), key=len, default=name.partition(".")[2]
    )
    owner = name.removesuffix(zone).rstrip(".") or "@"
    return (
        f'Add-DnsServerResourceRecord{record_type} -ZoneName "{zone}" `\n'
        f'  -Name "{owner}" -IPv{version}Address "{plan.local.public_address}"'
    )


def _wait_address(plan: Plan) -> Step:
    return Step(
        id="dns/wait-address",
        title="See our public name lead to us",
        why="Only what a lookup shows proves that the record is there for others.",
        does=Wait(until=CheckPasses(request=public_address(plan))),
        reversal=NothingToUndo(),
        duration=CACHES,
        after=("dns/publish-address",),
    )


# --- our SRV ---------------------------------------------------------------------------------------------------------


def _look_srv(plan: Plan, domain: str) -> Step:
    return Step(
        id=f"dns/look-srv@{domain}",
        title=f"Look up our federation record for {for_display(domain)}",
        why="It may be there already, or lead elsewhere. We look before anything is changed.",
        does=Check(request=own_srv(plan, domain), stops=False),
        reversal=NothingToUndo(),
        duration=LOOK,
    )


def _publish_srv(plan: Plan, domain: str) -> Step:
    target = plan.local.public_fqdn
    return Step(
        id=f"dns/publish-srv@{domain}",
        title=f"Publish our federation record for {for_display(domain)}",
        why="Microsoft partners and everybody else find our server by this record: an Access Edge on which we are an IM"
        " provider looks for it. Without it they cannot reach us.",
        does=srv_to_publish(domain, target),
        reversal=UNPUBLISH,
        duration=PUBLISHING,
        when=unless_seen(f"dns/look-srv@{domain}", f"the record for {domain} leads to {target}, port {SIP_TLS_PORT}"),
        verified_by=f"dns/wait-srv@{domain}",
        mistakes=(
            "Writing _tls instead of _tcp, or leaving an underscore out.",
            "Port 443 or 5060: those are other services.",
            "An address as the target, or the inside name of the node.",
            "Several records: Microsoft uses one only.",
        ),
        reads=(f"dns/look-srv@{domain}",),
    )


def srv_to_publish(domain: str, target: str, service: Service = "sip") -> Instruct:
    """Publishing a federation SRV of one of our domains, for SIP (port 5061) or XMPP (port 5269)."""
    labels, port = _SRV[service]
    name, protocol = labels.split(".")
    return Instruct(
        interface=OUR_DNS,
        menu=(f"the zone {domain}",),
        fields=(
            Field("Service", name),
            Field("Protocol", protocol),
            Field("Name", domain, "some panels add the domain themselves: then leave it empty"),
            Field("Type", "SRV"),
            Field("Priority", "0"),
            Field("Weight", "0"),
            Field("Port", str(port)),
            Field("Target", target, "the public name, never an address"),
            Field("TTL, in seconds", str(TTL)),
        ),
        button="Publish",
        act=("publish", "srv", domain, service, target, str(port)),
        snippets=_srv_snippets(domain, target, labels, port),
    )


def _srv_snippets(domain: str, target: str, labels: str, port: int) -> tuple[Snippet, ...]:
    owner = srv_name(domain, labels)
    windows = (
        f'Add-DnsServerResourceRecord -ZoneName "{domain}" `\n'
        f'  -Name "{labels}" -Srv -Priority 0 -Weight 0 -Port {port} `\n'
        f'  -DomainName "{target}"'
    )
    return (
        Snippet(ZONE_LINE, f"{owner}. {TTL} IN SRV 0 0 {port} {target}."),
        Snippet(WINDOWS, windows),
        Snippet("To see it for yourself", f"nslookup\nset type=srv\n{owner}"),
    )


def _wait_srv(plan: Plan, domain: str) -> Step:
    return Step(
        id=f"dns/wait-srv@{domain}",
        title=f"See our federation record for {for_display(domain)}",
        why="Partners see it only when no cache remembers the old answer. The wizard asks until it is there.",
        does=Wait(until=CheckPasses(request=own_srv(plan, domain))),
        reversal=NothingToUndo(),
        duration=CACHES,
        after=(f"dns/publish-srv@{domain}", "dns/publish-address"),
    )


def unless_seen(look: str, what: str) -> When:
    """Applies when the check of the step `look` did not pass; `what` says what was seen when it did."""

    def when(_plan: Plan, facts: Facts) -> Standing:
        seen = facts.checks.get(look)
        if seen is None:
            return Unknown("the lookup shows that the record is missing or wrong")
        if seen.status in {"pass", "warn"}:
            return AlreadySo(f"we saw that {what}")
        return Applies()

    return when


DNS = Procedure(
    id="dns",
    title="DNS records",
    heading="DNS SRV records for SIP federation",
    why="Partners find us by DNS, and we find them. Our records are published, theirs are looked up.",
    disrupts="Nothing. New records disturb nobody.",
    applies=always_applies,
    steps=_steps,
)
