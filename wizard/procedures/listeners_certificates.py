"""j: the listener that partners dial, whom the nodes trust, what they show; and the exchange with an ASA in between."""

from collections.abc import Mapping

from checks.names import SIP_TLS_PORT, for_display
from wizard.facts import Facts
from wizard.plan.model import Asa, Node, Partner, Plan
from wizard.procedures import asa as at_asa
from wizard.procedures import own_certificate as own
from wizard.procedures.before import read_before, read_value
from wizard.procedures.checklists import firewall
from wizard.procedures.common import ANSWER, NOWHERE, always_applies, meets_tls, own_tls, question
from wizard.procedures.partner_side import letter, meets_another_name, presented
from wizard.procedures.releases import LABELS
from wizard.procedures.stored import key, on_every_node
from wizard.procedures.trust import TRUST_OWN, anchors_of, meets_nodes, needs_signature, root_of, trust, trusted
from wizard.standing import Applies, NotApplicable, Standing
from wizard.step import (
    SIP_PROXY,
    CheckPasses,
    Duration,
    Field,
    Form,
    FormField,
    Instruct,
    NothingToUndo,
    Notice,
    PointOfNoReturn,
    Procedure,
    Reversal,
    Step,
    Undo,
    Wait,
)

_ID = "listeners-certificates"
_PROBE = f"{_ID}/probe"
_PORTS, _PORTS_BEFORE = f"{_ID}/ports", f"{_ID}/ports-before"
_DEFAULT_PORT, _ASIDE = 5062, 5063
_PAGE = Duration(120, 900)


def _steps(plan: Plan) -> tuple[Step, ...]:
    nodes, asa = plan.nodes_publisher_first, plan.asa
    anchors = anchors_of(plan)
    imports = tuple(trust(plan, anchor, anchors[:number]) for number, anchor in enumerate(anchors))
    theirs, ours = (imports[:-1], imports[-1:]) if needs_signature(plan) else (imports, ())
    seen = tuple(trusted(node, anchors) for node in nodes if anchors)
    rules = firewall(plan, {p.external_fqdn: _seen_in(p) for p in plan.partners})
    letters = tuple(_at_the_partner(plan, partner) for partner in plan.partners)
    return (
        *_listeners(plan),
        *rules,
        *((at_asa.enroll_inside(asa),) if asa else ()),
        *theirs,
        *(() if ours else seen),
        *(step for node in nodes if ours for step in (*own.look(node), *own.have_signed(plan, node))),
        *((*ours, *seen) if ours else ()),
        *(step for node in nodes if anchors for step in _certificate(plan, node)),
        *letters,
        *_answered(plan, rules, letters),
        *(_towards_partners(plan, asa) if asa else ()),
        *(own.unchanged(node) for node in nodes if anchors),
        _probe(plan),
    )


def _seen_in(partner: Partner) -> tuple[str, ...]:
    """The steps that see addresses of the server of a partner: at its record, and where its certificate was shown."""
    return f"dns/partner@{partner.domain}", f"dns/partner-tls@{partner.domain}"


# --- listeners -------------------------------------------------------------------------------------------------------


def _listeners(plan: Plan) -> tuple[Step, ...]:
    labels = LABELS[plan.release]
    peer, server = ("peer-auth", labels.peer_auth_listener), ("server-auth", labels.server_auth_listener)
    aside = "Two listeners cannot have one port. Server Auth has the port that Peer Auth needs, so it steps aside."
    wanted = "Partners dial 5061 and nothing in between maps it, so the listener for mutual TLS must have that port."
    back = "Server Auth takes the port that has become free, so that nothing is left at an odd one."
    return (
        _who_dials(),
        _ports_before(plan),
        _listener(plan, "server-auth-aside", server, (SIP_TLS_PORT, _ASIDE), aside),
        _listener(plan, "peer-auth", peer, (_DEFAULT_PORT, SIP_TLS_PORT), wanted),
        _listener(plan, "server-auth-back", server, (_ASIDE, _DEFAULT_PORT), back),
        _ports(plan),
    )


def _who_dials() -> Step:
    """Asked before anything is moved: whoever else dials these listeners is cut off by it."""
    return question(
        f"{_ID}/who-dials",
        "Find out who else dials the TLS listeners",
        why=f"The listeners for TLS change their ports: Peer Auth moves from {_DEFAULT_PORT} to {SIP_TLS_PORT}, Server"
        f" Auth from {SIP_TLS_PORT} to {_DEFAULT_PORT}. Whoever else dials one of them, such as a secure SIP trunk of"
        " the call manager, meets the other one after the restart, and is cut off until it dials the new port.",
        label=f"Who else dials {SIP_TLS_PORT} or {_DEFAULT_PORT} of these nodes by TLS",
        expected="none",
        help_text="Ask whoever runs the call manager and its trunks. Their names; none if there is nobody.",
        mismatch="Agree with them when they change their port, in the same window. Then accept it, and note who.",
        when=_without_asa,
    )


def _ports_before(plan: Plan) -> Step:
    labels = LABELS[plan.release]

    def entered(facts: Facts) -> Mapping[str, str]:
        steps = {"peer_auth": "peer-auth", "server_auth": "server-auth-back"}
        return {
            name: facts.entered.get(f"{_ID}/{step}", {}).get(labels.listener_port, "") for name, step in steps.items()
        }

    return read_before(
        _PORTS_BEFORE,
        "Read the ports of the TLS listeners as they are now",
        interface=labels.administration,
        menu=labels.application_listeners,
        fields=(
            FormField("peer_auth", labels.peer_auth_listener, str(_DEFAULT_PORT), f"Press {labels.find}; its port."),
            FormField("server_auth", labels.server_auth_listener, str(SIP_TLS_PORT), "In the same list: its port."),
        ),
        ahead_of=tuple(f"{_ID}/{step}" for step in ("server-auth-aside", "peer-auth", "server-auth-back")),
        read_back=_PORTS,
        known=entered,
        when=_without_asa,
    )


def _listener(plan: Plan, step: str, listener: tuple[str, str], ports: tuple[int, int], why: str) -> Step:
    labels, (slug, name), (before, after) = LABELS[plan.release], listener, ports
    short = name.rpartition(" - ")[2]

    def way_back(facts: Facts) -> Reversal:
        seen = read_value(facts, _PORTS_BEFORE, f"{_ID}/{step}", slug.replace("-", "_")) if before != _ASIDE else ""
        return Undo(
            f"Enter port {seen or before} again, in the opposite order of these steps. Then {SIP_PROXY} is restarted"
            " once more on every node."
        )

    return Step(
        id=f"{_ID}/{step}",
        title=f"Move the listener {short} to port {after}",
        why=why,
        does=Instruct(
            interface=labels.administration,
            menu=labels.application_listeners,
            fields=(
                Field("Name", name, f"press {labels.find}, then open this one"),
                Field(
                    labels.listener_port, str(after), f"after installation it is {before}" if before != _ASIDE else ""
                ),
            ),
            button=labels.save,
            act=("set-listener-port", slug, str(after)),
        ),
        reversal=way_back(Facts()),
        way_back=way_back,
        duration=_PAGE,
        when=_without_asa,
        restarts=on_every_node(plan, SIP_PROXY),
        verified_by=_PORTS,
        mistakes=(
            "Changing the TCP or UDP listeners, which stand in the same list.",
            "Another order: a port that is taken cannot be saved. Where they are swapped already, nothing is to do.",
        ),
    )


def _without_asa(plan: Plan, facts: Facts) -> Standing:
    if plan.asa is not None:
        return NotApplicable(f"the ASA maps the port that partners dial to {plan.local.peer_auth_port}")
    return _by_tls(plan, facts)


def _by_tls(plan: Plan, _facts: Facts) -> Standing:
    return Applies() if meets_tls(plan) else NotApplicable("every partner is reached by TCP")


def _once_by_tls(plan: Plan, facts: Facts) -> Standing:
    return own.once_restarted(plan, facts) if meets_tls(plan) else _by_tls(plan, facts)


def _ports(plan: Plan) -> Step:
    labels, port = LABELS[plan.release], plan.local.peer_auth_port
    form = Form(
        interface=labels.administration,
        menu=labels.application_listeners,
        fields=(
            FormField("peer_auth_port", labels.peer_auth_listener, str(port), f"Press {labels.find}; copy the port."),
            *(
                (
                    FormField(
                        "server_auth_port",
                        labels.server_auth_listener,
                        str(_DEFAULT_PORT),
                        "In the same list: copy its port.",
                    ),
                )
                if plan.asa is None
                else ()
            ),
        ),
        mismatch="Enter the port and save, in the order of the steps before. With an ASA you may correct peer_auth_port"
        " in the plan instead.",
    )
    return Step(
        id=_PORTS,
        title="Read back the port of the Peer Auth listener",
        why="This is where mutual TLS arrives. Everything in front of the nodes has to lead to this port.",
        does=form,
        reversal=NothingToUndo(),
        duration=Duration(60, 300),
        when=_by_tls,
        after=(f"{_ID}/peer-auth", f"{_ID}/server-auth-back"),
    )


# --- our certificates, theirs, and the look from outside -------------------------------------------------------------


def _certificate(plan: Plan, node: Node) -> tuple[Step, ...]:
    signed = needs_signature(plan)
    new = (own.install(plan, node, TRUST_OWN),) if signed else (*own.look(node), own.generate(plan, node))
    given = (at_asa.import_node(plan, plan.asa, node),) if plan.asa else ()
    return (*new, *given, own.exchanged(node, (*new, *given)[-1].id, signed=signed))


def _towards_partners(plan: Plan, asa: Asa) -> tuple[Step, ...]:
    outside = tuple(p for p in plan.partners if p.transport == "tls" and not meets_nodes(plan, p))
    authorities = [
        at_asa.authenticate(for_display(p.domain), p.domain, p.certificate_authority or root_of(p.external_fqdn))
        for p in outside
    ]
    if plan.aol is not None:
        gateway = plan.aol.gateway_fqdn
        authorities.append(at_asa.authenticate("AOL", gateway, plan.aol.certificate_authority or root_of(gateway)))
    return (
        at_asa.enroll_outside(plan, asa),
        *authorities,
        at_asa.configure(plan, asa, outside, _PROBE),
        at_asa.read_back(plan, asa),
    )


def _at_the_partner(plan: Plan, partner: Partner) -> Step:
    domain = for_display(partner.domain)
    recipient = partner.contact or f"the administrator of {domain}"
    what = "an Access Edge" if partner.peer == "access-edge" else "a front end"
    shown = presented(plan) if partner.peer == "access-edge" else plan.routing_node.fqdn
    trusts = "trusts our certificate and " if partner.transport == "tls" else ""
    return Step(
        id=f"{_ID}/partner-side@{partner.domain}",
        title=f"Tell {domain} what has to be done there",
        why=f"Their side is {what}. It refuses us until it {trusts}knows us by name.",
        does=Notice(
            recipient=recipient,
            subject=f"Federation with {plan.local.sip_proxy_domain}: what to do on your side",
            text=letter(plan, partner, shown),
            act=("prepare-partner", partner.domain),
        ),
        reversal=PointOfNoReturn("A letter that was sent cannot be called back; send a correction."),
        duration=Duration(10 * 60, 5 * 24 * 3600),
        effects=_to_attach(partner),
        mistakes=_partner_mistakes(partner),
    )


def _answered(plan: Plan, rules: tuple[Step, ...], letters: tuple[Step, ...]) -> tuple[Step, ...]:
    """Whoever was asked to prepare something has said that it is done, before services restart and people try it."""
    whom = [("firewall", "The firewall lets it through") for _ in rules]
    whom += [(key(partner.domain), f"{for_display(partner.domain)} says that it is done") for partner in plan.partners]
    whom += [
        (f"name_{key(partner.domain)}", f"{for_display(partner.domain)} accepts our name {presented(plan)}")
        for partner in plan.partners
        if meets_another_name(plan, partner)
    ]
    if not whom:
        return ()
    return (
        Step(
            id=f"{_ID}/answered",
            title="See that everybody who was asked has done it",
            why="The restarts and the trial come next, and neither helps as long as somebody else still has to act."
            " The walk may be held here (h) for as long as it takes; what is done stays done.",
            does=Form(
                interface=NOWHERE,
                menu=(),
                fields=tuple(
                    FormField(name, label, "yes", "Answer yes once you were told so.") for name, label in whom
                ),
                mismatch="Ask again whoever has not answered, and hold here. Or accept it, and note who has not.",
                wanted=ANSWER,
            ),
            reversal=NothingToUndo(),
            duration=Duration(5 * 60, 5 * 24 * 3600),
            after=tuple(step.id for step in (*rules, *letters)),
        ),
    )


def _partner_mistakes(partner: Partner) -> tuple[str, ...]:
    as_provider = partner.peer == "access-edge" and partner.version != "lync-2010"
    public = ("Being marked as a public provider there: our record is then not looked up.",) if as_provider else ()
    if partner.transport == "tcp":
        return ("Entering another node of ours than the routing node.",)
    return (*public, "Sending it without the root certificate: they cannot trust us then.")


def _to_attach(partner: Partner) -> tuple[str, ...]:
    if partner.transport != "tls":
        return ()
    return ("Attach the root certificate of our authority as a file, and each intermediate there is.",)


def _probe(plan: Plan) -> Step:
    public, node = plan.local.public_fqdn, plan.routing_node
    return Step(
        id=_PROBE,
        title="See our public name answer with the right certificate",
        why=f"This is what partners meet: {public} at port {SIP_TLS_PORT}, with the subject CN {presented(plan)}.",
        does=Wait(until=CheckPasses(request=own_tls(plan))),
        reversal=NothingToUndo(),
        duration=Duration(10, 300),  # services that were restarted need a while
        when=_once_by_tls,
        mistakes=("Some firewalls let nobody reach the public address from inside. Then ask from outside.",),
        after=(_PORTS, f"restarts/sip-proxy@{node.name}"),
    )


LISTENERS_CERTIFICATES = Procedure(
    id=_ID,
    title="Listener, trust and certificates",
    heading="Certificates and security for SIP federation",
    why="Partners reach the cluster by mutual TLS: the right port, certificates that fit, and trust on both sides.",
    disrupts="Nothing at once. It makes restarts of the Cisco SIP Proxy necessary, which come later. Without an ASA"
    " the TLS listeners change their ports: whoever else dials 5061 or 5062 of these nodes, such as a secure SIP trunk,"
    " is cut off from that restart on until it dials the new port.",
    applies=always_applies,
    steps=_steps,
)
