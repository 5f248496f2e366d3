"""j, our side: the certificate cup of every node: read, requested, signed, installed, and remembered once exchanged."""

import re
from collections.abc import Callable

from checks.catalogue import finding
from checks.finding import Finding, Severity
from wizard.facts import Certificate, Facts
from wizard.plan.model import Node, Plan
from wizard.procedures.common import as_planned, read
from wizard.procedures.partner_side import presented
from wizard.procedures.releases import LABELS
from wizard.standing import AlreadySo, Applies, Later, Standing, Unknown
from wizard.step import SIP_PROXY, Duration, Field, Instruct, Judge, Notice, PointOfNoReturn, Step, Undo, When

FILE = "cup/cup.pem"
SHOW = f"show cert own {FILE}"
_ID = "listeners-certificates"
_ON_THE_PAGE = Duration(120, 900)


def look(node: Node) -> tuple[Step, ...]:
    """Which certificates the node has, and what stands in the one for SIP."""
    return (
        read(
            f"{_ID}/list@{node.name}",
            node.name,
            "show cert list own",
            "own-certificates",
            title=f"List the certificates of {node.name}",
            why="A node has one certificate for each purpose. SIP federation uses the one called cup, no other.",
            judge=_is_listed(node),
            after=(f"domain/return@{node.name}",),
        ),
        read(
            f"{_ID}/own@{node.name}",
            node.name,
            SHOW,
            "certificate",
            title=f"Read the certificate cup of {node.name}",
            why="Its subject CN must be the full name of the node. Who signed it decides what has to be done.",
            judge=_carries_the_name(node, Severity.WARN),
            after=(f"domain/return@{node.name}",),
        ),
    )


def _is_listed(node: Node) -> Judge:
    def judge(_plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        names = facts.node(node.name).own_certificates
        if names is not None and FILE in names:
            return (as_planned(node.name, observed={"certificates": list(names)}),)
        shown = {"cn": f"not known: {FILE} is not listed", "certificates": list(names or ())}
        return (finding("node-cert-name", node.name, observed=shown, expected={"certificate": FILE}),)

    return judge


def _carries_the_name(node: Node, severity: Severity, *, signed: bool = False) -> Judge:
    """Judges the subject CN; and, where partners see the node itself, that an authority signed it."""

    def judge(_plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        seen = facts.node(node.name).certificate
        if seen is None:
            shown = {"cn": "not known: the certificate was not understood"}
            return (finding("node-cert-name", node.name, observed=shown, expected={"cn": node.fqdn}),)
        observed = {"cn": seen.common_name or "empty", "issuer": seen.issuer, "identity": seen.identity}
        if not _named(seen, node):
            wrong = finding("node-cert-name", node.name, severity=severity, observed=observed)
            return (wrong,)
        if signed and seen.self_signed is not False:
            return (finding("node-cert-unsigned", node.name, observed=observed),)
        by_itself = "It is signed by the node itself." if seen.self_signed else ""
        fine = as_planned(node.name, observed=observed, and_yet=by_itself)
        trusted = facts.node(node.name).trusted
        if not signed or trusted is None or any(lists(entry, seen.issuer) for entry in trusted):
            return (fine,)
        return (finding("node-trust-missing", node.name, observed={"authority": seen.issuer}), fine)

    return judge


def lists(entry: str, name: str) -> bool:
    """Whether an entry of the list is of this name: later releases add the serial number, blanks become underscores."""
    wanted = re.escape(_plain(name))
    return re.fullmatch(rf"(.* of )?{wanted}( [0-9a-f]{{6,64}})?", _plain(entry)) is not None


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").lower().split())


def _named(seen: Certificate, node: Node) -> bool:
    return seen.common_name.lower() == node.fqdn


def _unless(node: Node, is_so: Callable[[Certificate], bool], so: str, condition: str) -> When:
    def when(_plan: Plan, facts: Facts) -> Standing:
        seen = facts.node(node.name).certificate
        if seen is None:
            return Unknown(f"`{SHOW}` on {node.name} shows {condition}")
        return AlreadySo(so) if is_so(seen) else Applies()

    return when


def _unless_signed(node: Node) -> When:
    return _unless(
        node,
        lambda seen: _named(seen, node) and seen.self_signed is False,
        f"an authority signed the certificate of {node.name}, in its full name",
        "that no authority signed it",
    )


# --- signed by an authority ------------------------------------------------------------------------------------------


def have_signed(plan: Plan, node: Node) -> tuple[Step, ...]:
    """Request and signature: partners that speak TLS with the node itself trust an authority only."""
    return _request(plan, node), _sign(plan, node)


def _request(plan: Plan, node: Node) -> Step:
    labels = LABELS[plan.release]
    return Step(
        id=f"{_ID}/request@{node.name}",
        title=f"Make the certificate request of {node.name}",
        why="The node makes a key, which never leaves it, and a request that an authority can sign.",
        does=Instruct(
            interface=labels.os_administration,
            menu=(*labels.certificate_management, labels.generate_csr),
            fields=(
                Field("Node", node.fqdn, "this interface belongs to one node: sign in at this one"),
                Field(labels.certificate_name, labels.own_certificate),
            ),
            button=labels.generate_csr,
            act=("request-certificate", node.name),
        ),
        reversal=Undo("Nothing has changed yet. A new request takes the place of this one."),
        duration=_ON_THE_PAGE,
        when=_unless_signed(node),
        effects=(
            f"Then press {labels.download_csr} and keep the file as cup-{node.name}.csr.",
            "Nothing changes for users.",
            *_one_name_only(plan, node),
        ),
        verified_by=f"{_ID}/exchanged@{node.name}",
        mistakes=(
            "Choosing tomcat or cup-xmpp: they have nothing to do with SIP federation.",
            "Making a second request while the first is being signed: its certificate then fits no key.",
        ),
        reads=(f"{_ID}/own@{node.name}",),
        after=(f"{_ID}/own@{node.name}",),
    )


def _one_name_only(plan: Plan, node: Node) -> tuple[str, ...]:
    """That the public name, which leads to this node, cannot be had in its certificate (domain reference 4.5)."""
    public = plan.local.public_fqdn
    if presented(plan) != node.fqdn or public == node.fqdn:
        return ()
    own = LABELS[plan.release].own_certificate
    return (
        f"The certificate will not hold {public}: {own} is made for one node, and has no form with more names. So the"
        " check of our public name warns of it later (cert-host-not-in-san or cert-san-missing). The cluster compares"
        " the CN alone; whether a partner's server minds, its administrator is asked. If one does, what helps is"
        " something in front that shows a certificate with the public name, such as an ASA.",
    )


def _sign(plan: Plan, node: Node) -> Step:
    authority = plan.local.certificate_authority or "your certificate authority"
    return Step(
        id=f"{_ID}/sign@{node.name}",
        title=f"Have the request of {node.name} signed",
        why="Federation is mutual TLS: the node is client and server by turns, so its certificate must serve both.",
        does=Notice(
            recipient=authority,
            subject=f"Certificate for {node.fqdn}",
            text=(
                f"Please sign the attached request, cup-{node.name}.csr.\n\n"
                f"  Subject CN: {node.fqdn}\n"
                "  Extended key usage: server authentication (1.3.6.1.5.5.7.3.1)\n"
                "    and client authentication (1.3.6.1.5.5.7.3.2)\n"
                "  Key usage: digital signature, key encipherment,\n"
                "    data encipherment, key agreement; please take none away\n"
                "  Key: RSA, 2048 bit\n"
                "  Alternative names: none but those in the request\n\n"
                "Please send the certificate as PEM, with the root and every intermediate."
            ),
            act=("sign-request", node.name),
        ),
        reversal=PointOfNoReturn("A certificate that was issued can only be revoked. Not installed, it harms nobody."),
        duration=Duration(2 * 3600, 5 * 24 * 3600),
        when=_unless_signed(node),
        mistakes=(
            "A template for web servers: it lacks client authentication.",
            "An authority that takes data encipherment away: the upload is refused.",
        ),
        reads=(f"{_ID}/own@{node.name}",),
        after=(f"{_ID}/request@{node.name}",),
    )


def install(plan: Plan, node: Node, trust: str) -> Step:
    """The upload of what was signed; `trust` is the step that brings the root to the node."""
    labels = LABELS[plan.release]
    root = plan.local.certificate_authority
    return Step(
        id=f"{_ID}/install@{node.name}",
        title=f"Upload the signed certificate of {node.name}",
        why=f"The root has to be in {labels.trust_store} first, then the node takes the certificate for its request. If"
        " the certificate has not come yet, h holds the walk, and it goes on at this step.",
        does=Instruct(
            interface=labels.os_administration,
            menu=(*labels.certificate_management, labels.upload_certificate),
            fields=(
                Field("Node", node.fqdn, "the node that made the request"),
                Field(labels.certificate_name, labels.own_certificate),
                Field(
                    labels.root_certificate,
                    f"the name under which the root{f' of {root}' if root else ''} is listed",
                    f"find it in the list as {labels.trust_store}, ending in .pem",
                ),
                Field(labels.upload_file, f"the signed certificate of {node.fqdn}", "press Browse to choose it"),
            ),
            button=labels.upload_file,
            act=("install-certificate", node.name),
        ),
        reversal=PointOfNoReturn(
            f"The old certificate is gone. {labels.generate_new} for {labels.own_certificate} makes a new self-signed"
            " one."
        ),
        duration=_ON_THE_PAGE,
        when=_unless_signed(node),
        effects=(f"Look at the file before you upload it: fedwizard check cert FILE --name {node.fqdn}",),
        restarts=((node.name, SIP_PROXY),),
        verified_by=f"{_ID}/exchanged@{node.name}",
        mistakes=(
            f"Uploading it as {labels.trust_store}.",
            "Uploading it to the other node: every node has a certificate of its own.",
            f"Uploading it before the root and the intermediates are in {labels.trust_store}.",
        ),
        reads=(f"{_ID}/own@{node.name}",),
        after=(f"{_ID}/sign@{node.name}", trust),
    )


# --- self-signed, for an ASA -----------------------------------------------------------------------------------------


def generate(plan: Plan, node: Node) -> Step:
    """A new self-signed certificate, where the present one does not carry the name of the node."""
    labels = LABELS[plan.release]
    return Step(
        id=f"{_ID}/generate@{node.name}",
        title=f"Make a new certificate for {node.name}",
        why="Between the node and the ASA a self-signed certificate is enough. It must carry the full name.",
        does=Instruct(
            interface=labels.os_administration,
            menu=labels.certificate_management,
            fields=(
                Field("Node", node.fqdn, "this interface belongs to one node: sign in at this one"),
                Field(labels.certificate_name, labels.own_certificate),
            ),
            button=labels.generate_new,
            act=("generate-certificate", node.name),
        ),
        reversal=PointOfNoReturn("The old certificate is gone. Whoever was given it has to be given the new one."),
        duration=_ON_THE_PAGE,
        when=_unless(
            node,
            lambda seen: _named(seen, node),
            f"the certificate of {node.name} carries its full name",
            "that it does not carry the full name of the node",
        ),
        restarts=((node.name, SIP_PROXY),),
        verified_by=f"{_ID}/exchanged@{node.name}",
        mistakes=("Making one for tomcat: then the web pages show a warning, and SIP has the old one.",),
        reads=(f"{_ID}/own@{node.name}",),
        after=(f"{_ID}/own@{node.name}",),
    )


# --- remembered ------------------------------------------------------------------------------------------------------


def exchanged(node: Node, given: str, *, signed: bool) -> Step:
    """Read the certificate right after `given`, the step in which others got it, and remember its fingerprint."""
    return read(
        f"{_ID}/exchanged@{node.name}",
        node.name,
        SHOW,
        "exchanged-certificate",
        title=f"Remember the certificate of {node.name}",
        why="Its fingerprint is kept. When the node makes another certificate one day, the wizard notices it.",
        judge=_carries_the_name(node, Severity.FAIL, signed=signed),
        after=(given,),
    )


def unchanged(node: Node) -> Step:
    """Whether the node still has the certificate that was exchanged. Looked at when nothing is about to restart."""

    def judge(_plan: Plan, facts: Facts) -> tuple[Finding, ...]:
        seen = facts.node(node.name)
        now = seen.certificate.identity if seen.certificate else "one that was not understood"
        if now == seen.exchanged:
            return (as_planned(node.name, observed={"identity": now}),)
        expected = {"identity": seen.exchanged or "none"}
        return (finding("node-cert-changed", node.name, observed={"identity": now}, expected=expected),)

    return read(
        f"{_ID}/unchanged@{node.name}",
        node.name,
        SHOW,
        "certificate",
        title=f"Compare the certificate of {node.name} with the exchanged one",
        why="A change of name or domain makes all certificates anew, and who knew the old one then refuses the node.",
        judge=judge,
        when=once_restarted,
        after=(f"{_ID}/exchanged@{node.name}", f"restarts/sip-proxy@{node.name}", f"domain/return@{node.name}"),
    )


def once_restarted(plan: Plan, facts: Facts) -> Standing:
    """Applies as soon as no restart is pending on a node: until then partners meet what was before."""
    waiting = {node for node, _ in facts.pending} & {node.name for node in plan.nodes}
    if waiting:
        return Later("it is looked at when the last of the pending restarts is over")
    return Applies()
