"""The lessons, as data: a finished healthy network each, with one fault. A further lesson is one more value here."""

from dataclasses import dataclass

PROOF = (
    "acceptance/contacts@partner.example",
    "acceptance/messages@partner.example",
    "acceptance/clean-up@partner.example",
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What went wrong, as acts on a finished network, and what a trainee reads about it.

    `open` are the steps by hand that are left to the trainee: at least those that show that it works again.
    """

    name: str
    acts: tuple[tuple[str, ...], ...]
    title: str
    story: str
    symptom: str
    hints: tuple[str, ...]
    debrief: str
    open: tuple[str, ...] = PROOF


FAULTS = (
    Fault(
        name="wrong-port",
        acts=(("publish", "srv", "partner.example", "sip", "sip.partner.example", "5060"),),
        title="The partner's record changed",
        story="Federation with partner.example worked for months. Last night their DNS was moved to another provider.",
        symptom="Messages to partner.example fail at once. Messages to everybody else arrive.",
        hints=(
            "Only one partner is concerned, so look at what only this partner has: its record and its server.",
            "Let the walk check the record of partner.example. Compare the port with the one that federation uses.",
            "Their record names port 5060. You cannot mend their DNS: send them the letter that the wizard writes.",
        ),
        debrief="Their new provider entered the port that SIP has without TLS. Federation runs on 5061 only. Nothing"
        " on our side was wrong, and nothing on our side had to be changed: the letter with what was seen did it.",
    ),
    Fault(
        name="no-srv",
        acts=(("withdraw", "srv", "local.example", "sip"),),
        title="Our record is gone",
        story="The web team rebuilt the public zone of local.example from a template yesterday evening.",
        symptom="Nobody at partner.example can add our users any more. We still reach them.",
        hints=(
            "We reach them and they do not reach us: look at what others need to find us.",
            "The walk looks up our federation record for local.example. See what it finds.",
            "The record _sipfederationtls._tcp.local.example is missing. Publish it again.",
        ),
        debrief="The template did not hold the federation record. Microsoft partners find us by it and by nothing"
        " else. Keep the record in the template, and have the zone checked after each change of it.",
    ),
    Fault(
        name="wrong-cn",
        acts=(("present-certificate", "sip.partner.example", "edge1.partner.example"),),
        title="The partner renewed its certificate",
        story="The certificate of partner.example's Access Edge expired this week, and they renewed it in time.",
        symptom="Since the renewal no message passes between us and partner.example, in neither direction.",
        hints=(
            "The record is as before. What else did the partner change?",
            "Let the walk look at the certificate of sip.partner.example, and compare its CN with the peer subject.",
            "The CN is now edge1.partner.example. They issue it anew under the old name, or we allow the new one:"
            " peer_subject of the partner, in the session's plan.toml.",
        ),
        debrief="The cluster compares the subject CN with the TLS peer subjects it allows. The new certificate carried"
        " the name in its alternative names only, where the cluster does not look. A certificate with the"
        " agreed CN mends it; so would a peer subject with the new name, a TLS context with it, and a restart of"
        " the SIP Proxy on every node.",
    ),
    Fault(
        name="service-stopped",
        acts=(("stop-service", "imp2", "Cisco XCP SIP Federation Connection Manager"),),
        title="Half of the users cannot federate",
        story="A colleague worked on imp2 last weekend and stopped a few services for a while.",
        symptom="Users on imp1 talk to partner.example. Users on imp2 cannot.",
        hints=(
            "The border between those who can and those who cannot is the node.",
            "Federation is turned on node by node, by a service. Let the walk read the services of imp2.",
            "The SIP Federation Connection Manager of imp2 was stopped by hand. Start it.",
        ),
        debrief="This service turns federation on for the users of its own node. Stopping it stops nobody else, which"
        " is why the fault looked like one of users. After work on a node, list its services.",
    ),
    Fault(
        name="domain-missing",
        acts=(("reinstall", "imp2"),),
        title="A node came back without a domain",
        story="imp2 had a broken disk. It was installed anew from the media and took its place in the cluster.",
        symptom="Since then TLS between imp2 and the outside fails: its certificate carries a bare host name.",
        hints=(
            "A full name is a host name and a domain. Which of them is missing?",
            "Let the walk read the network settings of imp2.",
            "imp2 has no domain. The walk offers the command that sets it; the node restarts with it.",
        ),
        debrief="The installation asks for the domain and takes no for an answer. Without it the node signs its"
        " certificate as imp2 alone, and peers refuse it. The domain is set once, on one node at a time, and"
        " each node restarts for it. The restart makes new certificates, so the node's own had to be signed again.",
        open=(
            *PROOF,
            "listeners-certificates/request@imp2",
            "listeners-certificates/sign@imp2",
            "listeners-certificates/install@imp2",
        ),
    ),
)
