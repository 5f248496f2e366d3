"""Codes of what the CLI of a node says."""

from dataclasses import replace

from checks.catalogue.entry import Entry
from checks.finding import Owner, Severity

_GUIDE = ("IM and Presence 9.0, SIP federation",)

_ENTRIES = (
    Entry(
        "node-ok",
        Severity.PASS,
        "The node is as the plan says",
        "What was read of the node is as it should be here{told}.{and_yet}",
    ),
    Entry(
        "node-unreachable",
        Severity.FAIL,
        "The node cannot be reached or read",
        "{reason}. Nothing is known of its state.",
        ("See that the node is up and its SSH port can be reached from here.", "Check its address in the plan."),
    ),
    Entry(
        "node-login-refused",
        Severity.FAIL,
        "The node refuses the login",
        "{reason}. Nothing is known of the node's own state.",
        (
            "Check the account in the plan and the password: it is asked for on the terminal, or one line is read with"
            " --password-stdin.",
            "After three failures wait five minutes: the account locks.",
        ),
    ),
    Entry(
        "node-hostkey-changed",
        Severity.FAIL,
        "The node's host key is not the one that is known",
        "{reason}. What shows another key may be another machine, so no password was sent to it.",
        ("Find out why it changed before you accept it: a reinstalled node, or another machine in its place.",),
    ),
    Entry(
        "node-release-differs",
        Severity.FAIL,
        "The node runs another release than the plan says",
        "It runs release {release}, the plan says {expected_release}. Labels and rules differ between releases.",
        ("Correct `release` in the plan, or ask why this node runs another release.",),
        verify="show version active",
    ),
    Entry(
        "node-plan-differs",
        Severity.FAIL,
        "The node is not what the plan says",
        "What the node says differs from the plan, so what is worked out from the plan may not fit it.",
        ("Find out which is right.", "Correct the plan, or accept with a reason: then what the node says decides."),
    ),
    Entry(
        "node-domain-missing",
        Severity.FAIL,
        "The node has no domain",
        "DHCP is off and no domain is set, so its certificate carries no full name and partners refuse it.",
        (
            "Let the wizard lead through it: `fedwizard run` with the plan does what belongs before and after it, in"
            " order, node by node.",
            "By hand it is `set network domain {expected_domain}`, and it has its price: the node restarts at once, its"
            " users are signed out, and all its certificates are made anew. What an authority had signed is lost, and"
            " has to be requested and exchanged again; once every node has its domain, all servers of the cluster are"
            " to be restarted.",
        ),
        verify="show network eth0",
        refs=_GUIDE,
    ),
    Entry(
        "node-domain-differs",
        Severity.WARN,
        "The node has another domain than the SIP proxy domain",
        "Its domain is {domain}, the SIP proxy domain is {expected_domain}. On this release they are equal.",
        ("Find out which is right. The wizard does not change a domain that is set.",),
        verify="show network eth0",
        refs=_GUIDE,
    ),
    Entry(
        "node-ntp-unsynchronised",
        Severity.FAIL,
        "The node's clock is not synchronised",
        "It was not seen synchronised to an NTP server. Certificates are judged by the clock: with a wrong one, good"
        " certificates are refused and ended ones accepted.",
        (
            "See which NTP server it uses and whether UDP port 123 of it can be reached from the node.",
            "Wait some minutes after that, and read again.",
        ),
        verify="utils ntp status",
    ),
    Entry(
        "node-replication-bad",
        Severity.FAIL,
        "Database replication is not healthy",
        "Replication was not seen set up on every node. A restart now could leave it broken.",
        ("Wait and read again; after a restart it takes its time.", "If it stays, mend replication first."),
        verify="utils dbreplication runtimestate",
    ),
    Entry(
        "node-service-stopped",
        Severity.FAIL,
        "A service that federation needs is not running",
        "{service} is {state} on {subject}, so users of this node, or all, federate with nobody.",
        (
            "Start {service} in Serviceability, {control_center}.",
            "If it stops again, look at its log before going on.",
        ),
        verify="utils service list",
        refs=_GUIDE,
    ),
    Entry(
        "node-lookup-unclear",
        Severity.WARN,
        "The node could not tell what a name leads to",
        "What it printed for {name} is neither an answer nor a denial.",
        ("See that its name servers answer, then read it again.",),
        verify="utils network host {name}",
    ),
    Entry(
        "node-cert-name",
        Severity.FAIL,
        "The certificate cup does not carry the node's full name",
        "Its subject CN is {cn}. Partners are told the node's full name, and refuse a certificate that carries another."
        " ",
        ("Set the node's domain if it has none, then have the certificate made again.",),
        verify="show cert own cup/cup.pem",
    ),
    Entry(
        "node-cert-unsigned",
        Severity.FAIL,
        "The certificate cup is not signed by an authority",
        "Its issuer is {issuer}. Partners that speak TLS with the node itself trust an authority, not the node.",
        ("Have the request signed, then upload the signed certificate as cup.",),
        verify="show cert own cup/cup.pem",
    ),
    Entry(
        "node-cert-changed",
        Severity.FAIL,
        "The certificate is not the one that was exchanged",
        "Others were given {expected_identity}, the node now has {identity}. Who was given the old one refuses it.",
        (
            "Find out why it was made anew: a change of the domain or of the name makes all certificates anew.",
            "Open the step that reads it again: the exchange that follows from it opens with it.",
        ),
        verify="show cert own cup/cup.pem",
    ),
    Entry(
        "node-not-restarted",
        Severity.FAIL,
        "The node was not restarted",
        "{subject} has been up since {since}, which is before its restart was decided, at {decided}. That it was"
        " restarted is on record all the same, so the record is wrong.",
        (
            "Restart it: `utils system restart` on its console. Go on when it gives its prompt again.",
            "If it shall not be restarted, accept this with the reason.",
        ),
        verify="show status",
    ),
    Entry(
        "node-trust-missing",
        Severity.WARN,
        "A partner's root is not in cup-trust",
        "{authority} is not in cup-trust of {subject}, so the node refuses every certificate that was signed there.",
        (
            "Upload the root of {authority}, and its intermediates, as cup-trust: Security > Certificate Management.",
            "Restart Cisco SIP Proxy.",
        ),
        verify="show cert list trust",
    ),
    Entry(
        "node-port-closed",
        Severity.FAIL,
        "The Peer Auth listener cannot be reached",
        "Nothing at port {port} of {address} takes part in a TLS handshake ({seen}). {who_dials}",
        (
            "See that Cisco SIP Proxy and Cisco XCP SIP Federation Connection Manager run on the node, and whether a"
            " firewall stands between.",
            "Compare the port on System > Application Listeners with peer_auth_port in the plan; after a change of it,"
            " restart Cisco SIP Proxy.",
        ),
        verify="openssl s_client -connect {address}:{port} </dev/null",
    ),
    Entry(
        "node-mailid",
        Severity.WARN,
        "Users without a full Mail ID",
        "These users have no full email address as their Mail ID: {users}. They are addressed by user id, and email"
        " federation does not work for them.",
        (
            "In the call manager, open User Management > End User and fill in the Mail ID of each.",
            "Where the node does not answer this query, ask it of the call manager, on its own CLI.",
        ),
        Owner.YOU,
        verify="run sql select userid, mailid from enduser",
    ),
)

ENTRIES = tuple(replace(entry, refs=entry.refs or _GUIDE) for entry in _ENTRIES)
