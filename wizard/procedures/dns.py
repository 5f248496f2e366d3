"""e: our SRV and address records to publish, and the partners' to find."""

from checks.names import SIP_FEDERATION, SIP_TLS_PORT, for_display, srv_name
from wizard.facts import Facts
from wizard.plan.model import Partner, Plan
from wizard.procedures.common import (
    always_applies,
    needs_own_srv,
    own_srv,
    partner_srv,
    partner_tls,
    public_address,
)
from wizard.step import (
    ZONE_LINE,
    AlreadySo,
    Applies,
    Check,
    CheckPasses,
    Duration,
    Field,
    Instruct,
    NotApplicable,
    NothingToUndo,
    Procedure,
    Snippet,
    Standing,
    Step,
    Undo,
    Unknown,
    Wait,
    When,
)

OUR_DNS = "The public DNS of your organisation"
LOOK = Duration(2, 15)
CACHES = Duration(5 * 60, 60 * 60)
TTL = 3600


def _steps(plan: Plan) -> tuple[Step, ...]:
    domains = plan.federation_domains if needs_own_srv(plan) else ()
    return (
        _look_address(plan),
        *(_look_srv(plan, domain) for domain in domains),
        _publish_address(plan),
        *(_publish_srv(plan, domain) for domain in domains),
        _wait_address(plan),
        *(_wait_srv(plan, domain) for domain in domains),
        *(_partner_srv(partner) for partner in plan.partners),
        *(_partner_tls(partner) for partner in plan.partners),
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
            menu=("the zone that holds", name),
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
                Snippet("To see it for yourself", f"nslookup {name}"),
            ),
        ),
        reversal=Undo("Delete the record; caches forget it when its TTL is over."),
        duration=Duration(5 * 60, 24 * 3600),
        when=_unless_seen("dns/look-address", f"{name} leads to {address}"),
        verified_by="dns/wait-address",
        mistakes=("Publishing the private address of the node.", "Publishing it in the inside DNS only."),
        reads=("dns/look-address",),
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
    owner, target = srv_name(domain), plan.local.public_fqdn
    service, protocol = SIP_FEDERATION.split(".")
    return Step(
        id=f"dns/publish-srv@{domain}",
        title=f"Publish our federation record for {for_display(domain)}",
        why="Microsoft partners list us as a public IM provider and find us by this record. Without it they cannot.",
        does=Instruct(
            interface=OUR_DNS,
            menu=("the zone", domain),
            fields=(
                Field("Service", service),
                Field("Protocol", protocol),
                Field("Name", domain, "some panels add the domain themselves: then leave it empty"),
                Field("Type", "SRV"),
                Field("Priority", "0"),
                Field("Weight", "0"),
                Field("Port", str(SIP_TLS_PORT)),
                Field("Target", target, "the public name, never an address"),
                Field("TTL, in seconds", str(TTL)),
            ),
            button="Publish",
            act=("publish", "srv", domain, "sip", target, str(SIP_TLS_PORT)),
            snippets=_srv_snippets(domain, owner, target),
        ),
        reversal=Undo("Delete the record; caches forget it when its TTL is over."),
        duration=Duration(5 * 60, 24 * 3600),
        when=_unless_seen(f"dns/look-srv@{domain}", f"the record for {domain} leads to {target}, port {SIP_TLS_PORT}"),
        verified_by=f"dns/wait-srv@{domain}",
        mistakes=(
            "Writing _tls instead of _tcp, or leaving an underscore out.",
            "Port 443 or 5060: those are other services.",
            "An address as the target, or the inside name of the node.",
            "Several records: Microsoft uses one only.",
        ),
        reads=(f"dns/look-srv@{domain}",),
    )


def _srv_snippets(domain: str, owner: str, target: str) -> tuple[Snippet, ...]:
    windows = (
        f'Add-DnsServerResourceRecord -ZoneName "{domain}" -Name "{SIP_FEDERATION}" -Srv `\n'
        f'  -DomainName "{target}" -Priority 0 -Weight 0 -Port {SIP_TLS_PORT}'
    )
    return (
        Snippet(ZONE_LINE, f"{owner}. {TTL} IN SRV 0 0 {SIP_TLS_PORT} {target}."),
        Snippet("Windows DNS (PowerShell)", windows),
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


def _unless_seen(look: str, what: str) -> When:
    def when(_plan: Plan, facts: Facts) -> Standing:
        seen = facts.checks.get(look)
        if seen is None:
            return Unknown("the lookup shows that the record is missing or wrong")
        if seen.status in {"pass", "warn"}:
            return AlreadySo(f"we saw that {what}")
        return Applies()

    return when


# --- theirs ----------------------------------------------------------------------------------------------------------


def _partner_srv(partner: Partner) -> Step:
    return Step(
        id=f"dns/partner@{partner.domain}",
        title=f"Find {for_display(partner.domain)} by DNS",
        why="The cluster finds this partner by its own federation record. It must lead to the Access Edge."
        if partner.publishes_srv
        else "The plan says that a static route leads there and no record is published. We look all the same.",
        does=Check(request=partner_srv(partner)),
        reversal=NothingToUndo(),
        duration=LOOK,
        when=_not_a_front_end(partner),
    )


def _partner_tls(partner: Partner) -> Step:
    return Step(
        id=f"dns/partner-tls@{partner.domain}",
        title=f"See which certificate {partner.route_target} shows",
        why="TLS is mutual. The subject CN must be the name the cluster allows; the certificate must serve both ways.",
        does=Check(request=partner_tls(partner)),
        reversal=NothingToUndo(),
        duration=LOOK,
        when=_speaks_tls(partner),
        mistakes=("Comparing the subject alternative names: the cluster compares the subject CN.",),
    )


def _not_a_front_end(partner: Partner) -> When:
    def when(_plan: Plan, _facts: Facts) -> Standing:
        if partner.peer == "front-end":
            return NotApplicable("a front end in the same enterprise is always reached by a static route")
        return Applies()

    return when


def _speaks_tls(partner: Partner) -> When:
    def when(_plan: Plan, _facts: Facts) -> Standing:
        if partner.transport == "tcp":
            return NotApplicable("the plan says TCP for this partner")
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
