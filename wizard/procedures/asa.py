"""j, with an ASA: what is done at the ASA itself. It terminates TLS on both sides and shows a certificate on each."""

from collections.abc import Iterator

from checks.names import SIP_TLS_PORT, for_display
from wizard.facts import Facts
from wizard.plan.model import Asa, Node, Partner, Plan
from wizard.procedures import asa_text as text
from wizard.procedures.releases import LABELS
from wizard.standing import AlreadySo, Applies, Standing, Unknown
from wizard.step import Duration, Field, Form, FormField, Instruct, NothingToUndo, Snippet, Step, Undo

CONSOLE = "The command line of the ASA"
CONFIGURE = ("enable", "configure terminal")
ENTER = "Enter after every line, and at the end: write memory"
READ_BACK = "listeners-certificates/asa-read-back"
_AT_THE_ASA = Duration(15 * 60, 2 * 3600)


def enroll_inside(asa: Asa) -> Step:
    """The certificate that the ASA shows to the nodes."""
    return Step(
        id="listeners-certificates/asa-inside",
        title="Make the certificate that the ASA shows to the nodes",
        why="The ASA ends TLS and begins it anew. Towards the nodes it presents itself by its inside address.",
        does=Instruct(
            interface=CONSOLE,
            menu=CONFIGURE,
            fields=(
                Field("Trustpoint", asa.inside_trustpoint),
                Field("Subject", f"cn={asa.inside_address}", "the address of the inside interface"),
            ),
            button=ENTER,
            act=("asa-enroll", "inside"),
            snippets=(Snippet("The commands", text.enroll_inside(asa)),),
        ),
        reversal=Undo(f"`no crypto ca trustpoint {asa.inside_trustpoint}`, and delete its key pair."),
        duration=_AT_THE_ASA,
        effects=("Nothing is interrupted. The last command prints the certificate: keep it as a file.",),
        verified_by=READ_BACK,
        mistakes=(
            "Doing it before clock, time zone and hostname of the ASA are right.",
            "An ASA with several contexts, in transparent mode, or without a licence for TLS proxies: `show mode`,"
            " `show firewall` and `show version` tell.",
            "Answering yes to the serial number: the subject is then another one.",
        ),
    )


def import_node(plan: Plan, asa: Asa, node: Node) -> Step:
    """The certificate of a node, made known to the ASA."""
    labels, trustpoint = LABELS[plan.release], text.node_trustpoint(asa, plan, node)
    download = ", ".join((labels.certificate_management[-1], "cup.pem", labels.download))

    def when(_plan: Plan, facts: Facts) -> Standing:
        seen = facts.node(node.name)
        if seen.certificate is None:
            return Unknown(f"the ASA was not given the certificate that {node.name} has")
        if seen.exchanged == seen.certificate.identity:
            return AlreadySo(f"the ASA was given the certificate that {node.name} has")
        return Applies()

    return Step(
        id=f"listeners-certificates/asa-import@{node.name}",
        title=f"Give the certificate of {node.name} to the ASA",
        why="The ASA speaks only with nodes whose certificate it knows. A self-signed one is good enough here.",
        does=Instruct(
            interface=CONSOLE,
            menu=CONFIGURE,
            fields=(
                Field("Trustpoint", trustpoint),
                Field("Certificate", f"cup.pem of {node.fqdn}", download),
            ),
            button=ENTER,
            act=("asa-import", node.name),
            snippets=(Snippet("The commands", text.import_certificate(trustpoint)),),
        ),
        reversal=Undo(f"`no crypto ca trustpoint {trustpoint}`"),
        duration=_AT_THE_ASA,
        when=when,
        effects=("After crypto ca authenticate paste the file, then a line with quit, and answer yes.",),
        verified_by=f"listeners-certificates/exchanged@{node.name}",
        mistakes=("Pasting cup-xmpp.pem or tomcat.pem.", "Leaving out the lines BEGIN and END."),
        reads=(f"listeners-certificates/own@{node.name}",),
        after=(f"listeners-certificates/own@{node.name}",),
    )


def enroll_outside(plan: Plan, asa: Asa) -> Step:
    """The certificate that the ASA shows to partners."""
    public = plan.local.public_fqdn
    return Step(
        id="listeners-certificates/asa-outside",
        title="Get the certificate that the ASA shows to partners",
        why="Outside, the ASA stands for the cluster: its certificate carries our public name and serves both ways.",
        does=Instruct(
            interface=CONSOLE,
            menu=CONFIGURE,
            fields=(
                Field("Trustpoint", asa.outside_trustpoint),
                Field("Subject", f"cn={public}", "the name that our federation record leads to"),
                Field("Extended key usage", "1.3.6.1.5.5.7.3.1,1.3.6.1.5.5.7.3.2", "ask the authority for both"),
            ),
            button=ENTER,
            act=("asa-enroll", "outside"),
            snippets=(
                Snippet("Make the request", text.enroll_outside(asa, public)),
                Snippet("When the authority has signed it", text.install_outside(asa)),
            ),
        ),
        reversal=Undo(f"`no crypto ca trustpoint {asa.outside_trustpoint}`, and have the certificate revoked."),
        duration=Duration(2 * 3600, 5 * 24 * 3600),
        effects=("The ASA warns that the name is not its own. That is meant: answer yes.",),
        verified_by=READ_BACK,
        mistakes=(
            "A certificate for web servers only: partners need client authentication too.",
            "Another name than the target of our federation record.",
            "At crypto ca authenticate the authority's certificate is pasted, not ours.",
        ),
    )


def authenticate(whose: str, domain: str, authority: str) -> Step:
    """The authority of a partner, made known to the ASA."""
    trustpoint = text.authority_trustpoint(domain)
    return Step(
        id=f"listeners-certificates/asa-authority@{domain}",
        title=f"Have the ASA trust the authority of {whose}",
        why="TLS is mutual: the ASA checks the certificate of the partner, and needs the authority that signed it.",
        does=Instruct(
            interface=CONSOLE,
            menu=CONFIGURE,
            fields=(Field("Trustpoint", trustpoint), Field("Certificate", authority, "root, then each intermediate")),
            button=ENTER,
            act=("asa-authenticate", domain),
            snippets=(Snippet("The commands", text.import_certificate(trustpoint)),),
        ),
        reversal=Undo(f"`no crypto ca trustpoint {trustpoint}`"),
        duration=_AT_THE_ASA,
        effects=("Nothing is interrupted. Each intermediate needs a trustpoint of its own.",),
        verified_by=READ_BACK,
        mistakes=("Importing the partner's own certificate: when it is renewed, it is refused.",),
    )


def configure(plan: Plan, asa: Asa, peers: tuple[Partner, ...], probe: str) -> Step:
    """Address translation, access lists, TLS proxies and policy."""
    whom = [for_display(peer.domain) for peer in peers] + (["AOL"] if plan.aol else [])
    return Step(
        id="listeners-certificates/asa-configure",
        title="Configure the ASA: translation, access lists, TLS proxy",
        why="The ASA leads what partners send to the right port of the right node, and inspects SIP inside TLS.",
        does=Instruct(
            interface=CONSOLE,
            menu=CONFIGURE,
            fields=(
                Field("Public address", asa.public_address),
                *_ports(plan),
                Field("Partners", ", ".join(whom) or "none yet"),
            ),
            button=ENTER,
            act=("asa-configure",),
            snippets=tuple(_blocks(plan, asa, peers)),
        ),
        reversal=Undo("Enter the same lines with `no` in front, the last ones first."),
        duration=Duration(30 * 60, 4 * 3600),
        effects=(
            "What passes the ASA at other ports is not touched.",
            "Paste the blocks of your release only.",
            *_unmapped(plan),
        ),
        verified_by=probe,
        mistakes=(
            "A SIP inspection policy of high security: federation needs low or medium.",
            "A class map before its access list: the ASA then says that the list does not exist.",
            "Trustpoints swapped: inside and outside change places between the two proxies.",
            "Leaving a partner at `any` whose address is known.",
        ),
    )


def _blocks(plan: Plan, asa: Asa, peers: tuple[Partner, ...]) -> Iterator[Snippet]:
    """What is pasted. While nobody is outside there is nobody whom an access list could name."""
    blocks = (
        ("Translation, release 8.3 and later", text.translation_new(plan, asa)),
        ("Access lists, release 8.3 and later", text.access_lists(plan, asa, peers, old=False)),
        ("Translation, up to release 8.2", text.translation_old(plan, asa)),
        ("Access lists, up to release 8.2", text.access_lists(plan, asa, peers, old=True)),
        ("TLS proxy and policy", text.tls_proxy(asa)),
        ("To see it for yourself", text.READS),
    )
    yield from (Snippet(title, lines) for title, lines in blocks if lines)


def _ports(plan: Plan) -> tuple[Field, ...]:
    mapped = ((node, text.mappings(plan, node)) for node in plan.nodes_publisher_first)
    note = "outside port > port of the node; 5080 over UDP too"
    balancer = plan.load_balancer
    tls = f"{SIP_TLS_PORT}>{SIP_TLS_PORT}"
    first = (Field("Ports of the load balancer", tls, balancer.address),) if balancer else ()
    return first + tuple(
        Field(f"Ports of {node.name}", ", ".join(f"{out}>{real}" for out, real in ports), note)
        for node, ports in mapped
        if ports
    )


def _unmapped(plan: Plan) -> tuple[str, ...]:
    missing = ", ".join(node.name for node in text.unmapped(plan))
    if not missing:
        return ()
    return (f"Nothing leads to {missing} yet: choose four unused ports for each, and write asa_ports into the plan.",)


def read_back(plan: Plan, asa: Asa) -> Step:
    """The two certificates of the ASA, as it shows them."""
    wanted = ((asa.inside_trustpoint, asa.inside_address), (asa.outside_trustpoint, plan.local.public_fqdn))
    form = Form(
        interface=CONSOLE,
        menu=("enable", "show crypto ca certificate"),
        fields=tuple(
            FormField(f"subject_{number}", f"{trustpoint}: cn of the subject", cn, "What stands behind cn= there.")
            for number, (trustpoint, cn) in enumerate(wanted, 1)
        ),
        mismatch="Remove the trustpoint and enroll it again with the right subject.",
    )
    return Step(
        id=READ_BACK,
        title="Read back both certificates of the ASA",
        why="The names decide whether the nodes and the partners accept the ASA.",
        does=form,
        reversal=NothingToUndo(),
        duration=Duration(120, 600),
        after=("listeners-certificates/asa-inside", "listeners-certificates/asa-outside"),
    )
