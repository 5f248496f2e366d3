"""What is wrong with a server of ours: the same findings, but it is ours to mend. Pure."""

from dataclasses import replace

from checks.finding import Finding, Owner, Severity
from checks.tls.seen import Fault

_NO_HANDSHAKE = frozenset(fault.value for fault in Fault)
_IN_FRONT = (
    "Do nothing where something in front of the node, such as an ASA, ends TLS there, and every partner speaks what it"
    " takes.",
    "Otherwise find out what answers there: it is not the node.",
)
_OURS = (
    "See that Cisco SIP Proxy runs on the routing node, and was restarted since its port, its certificate or what it"
    " trusts was changed.",
    "See that whatever stands in front of the node, such as an ASA, a load balancer or a firewall, leads port 5061 to"
    " the port at which the node listens.",
    "Some firewalls let nobody reach the public address from inside: then ask from outside.",
)


def of_our_side(found: Finding) -> Finding:
    """A finding about a server, as it is for those who run it."""
    if found.code == "cert-name-mismatch":
        return _under_another_name(found)
    if found.code == "cert-host-not-in-san":
        return _as_made(found)
    if found.code == "tls-interop-none":  # who dials us is a partner, not the release
        severity = Severity.WARN if found.severity is Severity.FAIL else found.severity
        return replace(found, owner=Owner.YOU, severity=severity, fix=_IN_FRONT)
    owner = Owner.YOU if found.owner is Owner.PARTNER else found.owner
    return replace(found, owner=owner, fix=_OURS if found.code in _NO_HANDSHAKE else found.asks)


def _as_made(found: Finding) -> Finding:
    """A node's certificate is made for that node, on this release (domain reference 4.5); the plan warns of it."""
    fix = (
        "Do nothing as long as no partner minds: what a node requests is a certificate for its own name, and no other.",
        f"If one does, have something in front show a certificate with {found.observed.get('host')}: an ASA, or a load"
        " balancer.",
    )
    return replace(found, owner=Owner.YOU, severity=Severity.INFO, fix=fix)


def _under_another_name(found: Finding) -> Finding:
    """Others hold our certificate against the name that they were given; what our cluster compares does not count."""
    cn, expected, names = found.observed.get("cn"), found.expected.get("cn"), found.observed.get("names")
    listed = isinstance(names, list) and expected in names
    who = "OCS and Lync find it among the alternative names; who compares the CN" if listed else "Who compares the two"
    fix = (
        f"Have a certificate issued whose CN is {expected}, and installed where TLS ends for others.",
        f"Or, if {cn} is right and meant to stay, have the other side enter it as our name.",
    )
    why = f"Its subject CN is {cn}, and {expected} is the name that others know us by. {who}, refuses the connection."
    return replace(found, owner=Owner.YOU, why=why, fix=fix)
