"""j: whom the nodes trust: what has to lie in cup-trust, how it gets there, and that it is listed."""

from dataclasses import dataclass

from checks.catalogue import finding
from checks.finding import Finding, Severity
from checks.names import for_display
from wizard.facts import Facts
from wizard.plan.model import Node, Partner, Plan
from wizard.procedures import own_certificate as own
from wizard.procedures.common import as_planned, read
from wizard.procedures.releases import LABELS, Labels
from wizard.procedures.stored import on_every_node
from wizard.standing import Applies, NotApplicable, Standing
from wizard.step import SIP_PROXY, Duration, Field, Instruct, Judge, Step, Undo, When

_ID = "listeners-certificates"
TRUST_OWN = f"{_ID}/trust-own"
_PAGE = Duration(120, 900)


# --- who speaks TLS with whom ----------------------------------------------------------------------------------------


def meets_nodes(plan: Plan, partner: Partner) -> bool:
    """Whether a partner speaks TLS with the nodes themselves. Behind an ASA only a front end in the same enterprise."""
    return partner.transport == "tls" and (plan.asa is None or partner.peer == "front-end")


def needs_signature(plan: Plan) -> bool:
    """Whether anybody who trusts an authority only sees the certificates of the nodes."""
    return any(meets_nodes(plan, partner) for partner in plan.partners) or (plan.aol is not None and plan.asa is None)


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """Something that has to be in cup-trust. `certain`: whether it is certain under which name it is listed there."""

    step: str
    name: str
    whose: str
    file: str
    host: str
    certain: bool = True


def anchors_of(plan: Plan) -> tuple[Anchor, ...]:
    """What has to be in cup-trust; that of our own authority last, where there is one."""
    found = []
    if plan.asa is not None:
        found.append(
            Anchor(
                step=f"{_ID}/trust-asa",
                name=plan.asa.inside_address,
                whose="the ASA",
                file="the certificate that the ASA printed",
                host=plan.asa.inside_address,
            )
        )
    for partner in plan.partners:
        if meets_nodes(plan, partner):
            whose = for_display(partner.domain)
            step = f"{_ID}/trust@{partner.domain}"
            found.append(_authority(step, partner.certificate_authority, partner.external_fqdn, whose))
    if plan.aol is not None and plan.asa is None:
        found.append(_authority(f"{_ID}/trust-aol", plan.aol.certificate_authority, plan.aol.gateway_fqdn, "AOL"))
    if needs_signature(plan):
        ours = plan.local.certificate_authority
        found.append(_authority(TRUST_OWN, ours, plan.local.sip_proxy_domain, "our own certificates"))
    return tuple(found)


def root_of(host: str) -> str:
    """The certificate of an authority that the plan does not name."""
    return f"the root of the authority of {host}"


def _authority(step: str, authority: str, host: str, whose: str) -> Anchor:
    file = f"the certificate of {authority}" if authority else root_of(host)
    return Anchor(step=step, name=authority or host, whose=whose, file=file, host=host, certain=bool(authority))


# --- trust -----------------------------------------------------------------------------------------------------------


def trust(plan: Plan, anchor: Anchor, earlier: tuple[Anchor, ...]) -> Step:
    """The import on every node; it does not apply where the same was imported `earlier`."""
    labels, nodes = LABELS[plan.release], plan.nodes_publisher_first
    asa = anchor.step.endswith("/trust-asa")
    return Step(
        id=anchor.step,
        title=f"Have the nodes trust {anchor.whose}",
        why=_why_trust(anchor, labels),
        does=Instruct(
            interface=labels.os_administration,
            menu=(*labels.certificate_management, labels.upload_certificate),
            fields=(
                Field("Nodes", ", ".join(node.fqdn for node in nodes), "sign in at each of them in turn"),
                Field(labels.certificate_name, labels.trust_store, f"leave the field {labels.root_certificate} empty"),
                Field(labels.upload_file, anchor.file, "" if asa else "then each intermediate, one file at a time"),
            ),
            button=labels.upload_file,
            act=("import-trust", "all", anchor.name),
        ),
        reversal=Undo(
            f"Open the certificate in the list on every node and press {labels.delete}. Then {SIP_PROXY} is restarted"
            " once more."
        ),
        duration=_PAGE,
        when=_unless_the_same(anchor, earlier),
        effects=(*((f"It adds the TLS peer subject {anchor.name} by itself.",) if asa else ()),),
        restarts=on_every_node(plan, SIP_PROXY),
        verified_by=f"{_ID}/trusted@{nodes[0].name}",
        mistakes=(
            "Uploading it as tomcat-trust or cup-xmpp-trust: SIP does not look there.",
            f"Uploading it as {labels.own_certificate}: it would replace the node's own certificate.",
            "Forgetting an intermediate, or a node.",
        ),
        after=_before_trusting(plan, anchor),
    )


def _before_trusting(plan: Plan, anchor: Anchor) -> tuple[str, ...]:
    """The ASA prints its certificate first; the root of our own authority comes with the signed certificates."""
    if anchor.step == TRUST_OWN:
        return tuple(f"{_ID}/sign@{node.name}" for node in plan.nodes_publisher_first)
    return (f"{_ID}/asa-inside",) if anchor.step.endswith("/trust-asa") else ()


def _why_trust(anchor: Anchor, labels: Labels) -> str:
    if anchor.step == TRUST_OWN:
        return (
            "A node takes a signed certificate only when the root of the authority that signed it is there already. The"
            " root comes with the signed certificates."
        )
    why = f"TLS is mutual: a node accepts a certificate only when what vouches for it lies in {labels.trust_store}."
    if anchor.step.endswith("/trust-asa"):
        return why
    return (
        f"{why} Which authority that is: `fedwizard check tls {anchor.host}` lists the chain that is shown there; the"
        " issuer of its last certificate is the root. Have the root and each intermediate sent as files by whoever runs"
        " that server, or take them from the authority's own pages. `fedwizard check cert FILE` prints the SHA-256 of"
        " the file: have them read theirs to you by telephone, and compare."
    )


def _unless_the_same(anchor: Anchor, earlier: tuple[Anchor, ...]) -> When:
    same = next((each for each in earlier if each.certain and anchor.certain and each.name == anchor.name), None)

    def when(_plan: Plan, _facts: Facts) -> Standing:
        if same is None:
            return Applies()
        return NotApplicable(f"the same is imported for {same.whose} already")

    return when


def trusted(node: Node, anchors: tuple[Anchor, ...]) -> Step:
    """The look into the store of one node, after all imports."""
    return read(
        f"{_ID}/trusted@{node.name}",
        node.name,
        "show cert list trust",
        "trust",
        title=f"See whom {node.name} trusts",
        why="What was uploaded must be listed on every node. Each node looks into its own store.",
        judge=_trust_judge(node, anchors),
        after=tuple(anchor.step for anchor in anchors),
    )


def _trust_judge(node: Node, anchors: tuple[Anchor, ...]) -> Judge:
    names = tuple(dict.fromkeys(anchor.name for anchor in anchors if anchor.certain))

    def judge(_plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        trusted = facts.node(node.name).trusted
        if trusted is None:
            shown = {"authority": "anybody: the list was not understood"}
            return (finding("node-trust-missing", node.name, severity=Severity.NOT_TESTED, observed=shown),)
        missing = [name for name in names if not any(own.lists(entry, name) for entry in trusted)]
        if not missing:
            return (as_planned(node.name, observed={"trusted": list(trusted)}),)
        return tuple(finding("node-trust-missing", node.name, observed={"authority": name}) for name in missing)

    return judge
