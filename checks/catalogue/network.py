"""Codes of the way to a server: TCP, TLS, SIP."""

from checks.catalogue.entry import Entry
from checks.finding import ON_OUR_SIDE, Owner, Severity

_PROBE = "openssl s_client -connect {subject} -showcerts </dev/null"
_OLDEST = "openssl s_client -connect {subject} -tls1 -cipher ALL:@SECLEVEL=0 </dev/null"

ENTRIES = (
    Entry(
        "check-unfinished",
        Severity.NOT_TESTED,
        "The check did not come to its end",
        "Nothing is known, because {reason}.",
        ("Run it again.",),
    ),
    Entry("tls-ok", Severity.PASS, "TLS answers", "The server answers with {spoken}."),
    Entry("sip-ok", Severity.PASS, "SIP answers over TLS", "The server answered an OPTIONS request: {answer}."),
    Entry("sip-no-answer", Severity.INFO, "No SIP answer", "The server did not answer an OPTIONS request. {means}"),
    Entry(
        "tcp-refused",
        Severity.FAIL,
        "The connection is refused",
        "The connection to {address} is refused at once: nothing listens there, or a firewall before it says no.",
        (
            "See that the service runs and listens on this port.",
            "See whether a firewall rejects the address that asks.",
        ),
        Owner.PARTNER,
        _PROBE,
    ),
    Entry(
        "tcp-timeout",
        Severity.FAIL,
        "No answer to the connection",
        "Nothing came back from {address}. {means}",
        (
            "Open the port in the firewalls between the two sides, both ways.",
            "See that the server runs, and that address translation and routing lead to it.",
        ),
        Owner.FIREWALL,
        _PROBE,
    ),
    Entry(
        "tcp-unreachable",
        Severity.FAIL,
        "There is no way to the server",
        "{address} cannot be reached: {reason}.",
        ("Check the address, and the routing to it.",),
        Owner.FIREWALL,
        _PROBE,
    ),
    Entry(
        "tcp-none-reached",
        Severity.FAIL,
        "No other organisation is reached at all",
        "Every other organisation fails, and in the same way: {servers}. They have nothing in common but the way from"
        " here, so look at our own side first: our firewall, the jump host that this runs on, the routing.",
        (
            "Let this machine connect to port 5061 of the outside, or check from one that may.",
            "See that our firewall lets the nodes out too: it is they that federate, not this machine.",
            "Then look again. Write to the others about what is left, not before.",
        ),
        Owner.FIREWALL,
        "{see}",
    ),
    Entry(
        "tls-reset",
        Severity.FAIL,
        "The server breaks the connection off",
        "It accepted the connection at {address} and reset it. {means}",
        ("See what the server's log says of this moment.", "{cure}"),
        Owner.PARTNER,
        _PROBE,
    ),
    Entry(
        "tls-closed",
        Severity.FAIL,
        "The server closes the connection",
        "It accepted the connection at {address} and closed it. {means}",
        ("See what the server's log says of this moment.", "{cure}"),
        Owner.PARTNER,
        _PROBE,
    ),
    Entry(
        "tls-silent",
        Severity.FAIL,
        "The server says nothing",
        "It accepted the connection at {address} and did not answer the TLS hello.",
        (
            "See whether a load balancer or firewall accepts for a server that is down.",
            "See that the service behind the port runs, and is not at its limit of connections.",
        ),
        Owner.PARTNER,
        _PROBE,
    ),
    Entry(
        "tls-stalled",
        Severity.FAIL,
        "The handshake stops half-way",
        "The server at {address} began to answer, then nothing more came. The certificates come in large packets, and"
        " those may be lost on the way.",
        ("See that large and fragmented packets pass on the way, both ways: the path MTU is a common cause.",),
        Owner.FIREWALL,
        _PROBE,
    ),
    Entry(
        "tls-not-tls",
        Severity.FAIL,
        "The server does not speak TLS here",
        "Its first bytes are {first}. {means}",
        ("Use the port that speaks SIP over TLS, 5061.",),
        Owner.PARTNER,
        _PROBE,
    ),
    Entry(
        "tls-version-refused",
        Severity.FAIL,
        "No common TLS version",
        "The server refuses every version we offer, SSL 3.0 to TLS 1.3: {alert}. {means}",
        (
            "Turn on TLS 1.2, or what the other side speaks, on the interface for federation.",
            f"{ON_OUR_SIDE}or set the minimum TLS version so that the two sides have one in common.",
        ),
        Owner.PARTNER,
        _PROBE,
    ),
    Entry(
        "tls-no-common-cipher",
        Severity.FAIL,
        "No common cipher",
        "The server refuses every cipher we offer, from those of today to RC4 and 3DES: {alert}. {means}",
        (
            "Turn on AES on the interface for federation.",
            "See that it has a certificate with a key that goes with its ciphers.",
        ),
        Owner.PARTNER,
        _PROBE,
    ),
    Entry(
        "tls-alert",
        Severity.FAIL,
        "The server ends the handshake with an alert",
        "It says: {alert}. {means}",
        ("See what the server's log says of this moment.",),
        Owner.PARTNER,
        _PROBE,
    ),
    Entry(
        "tls-malformed",
        Severity.FAIL,
        "The handshake cannot be read",
        "What the server sends is no valid TLS handshake: {reason}.",
        ("See whether a device in between changes the connection.", "See what the server's log says of this moment."),
        Owner.PARTNER,
        _PROBE,
    ),
    Entry(
        "tls-interop-ok",
        Severity.PASS,
        "The release finds a version and a cipher in common",
        "To the offer of release {releases} ({offered}) the server answers with {spoken} and {cipher}.",
    ),
    Entry(
        "tls-interop-none",
        Severity.WARN,
        "The release finds no version or cipher in common",
        "As far as is known, release {releases} offers {offered}. To that the server answers: {refusal}.",
        (
            "Accept one of these on the interface for federation.",
            f"{ON_OUR_SIDE}or put a device that speaks both, such as an ASA with TLS proxy, between the two.",
        ),
        Owner.PARTNER,
        _OLDEST,
    ),
    Entry(
        "tls-accepts",
        Severity.INFO,
        "What the server accepts",
        "It accepts {listed}. {means}",
    ),
    Entry(
        "tls-clock-differs",
        Severity.WARN,
        "The server's clock is not ours",
        "By {source}, the server's clock says {server}; ours says {ours}. Whoever's clock is wrong takes good"
        " certificates for expired or not yet valid, and bad ones for good.",
        ("See that the server takes its time from NTP.", f"{ON_OUR_SIDE}see that the nodes do: utils ntp status."),
        Owner.PARTNER,
        "",
        ("RFC 3261 20.17",),
    ),
    Entry(
        "tls-legacy-only",
        Severity.WARN,
        "The server offers only old TLS",
        "It offers nothing newer than {spoken} with {cipher}. Newer releases and systems refuse to talk to it.",
        (
            "See whether it can be updated.",
            f"{ON_OUR_SIDE}until then, do not raise the minimum TLS version.",
        ),
        Owner.PARTNER,
        _OLDEST,
        ("RFC 8996",),
    ),
    Entry(
        "tls-client-cert-requested",
        Severity.INFO,
        "Whether the server asks for our certificate",
        "Federation is mutual TLS: each side asks for the certificate of the other. {means}",
        (
            "Nothing, where it asks. Where it does not, demand a certificate of the peer on the interface for"
            " federation.",
        ),
        Owner.PARTNER,
        _PROBE,
        ("RFC 5246 7.4.4",),
    ),
    Entry(
        "tls-client-ca-missing",
        Severity.WARN,
        "The server does not name our authority",
        "It names the authorities whose certificates it accepts, and none of those that signed ours, {issuers}, is"
        " among them: {accepts}.",
        (
            "Trust the authority that signed our certificate: {issuers}.",
            f"{ON_OUR_SIDE}or have our certificate signed by one of the authorities that it names.",
        ),
        Owner.PARTNER,
        _PROBE,
        ("RFC 5246 7.4.4",),
    ),
    Entry(
        "tls-client-cert-accepted",
        Severity.PASS,
        "The server accepts our certificate",
        "It accepted the certificate we showed.",
    ),
    Entry(
        "tls-client-cert-refused",
        Severity.FAIL,
        "The server refuses our certificate",
        "It says: {alert}. {means}",
        (
            "Trust the authority that signed our certificate.",
            f"{ON_OUR_SIDE}see that our certificate serves client authentication, and has not expired.",
        ),
        Owner.PARTNER,
        _PROBE,
        ("RFC 5246 7.2.2",),
    ),
    Entry(
        "tls-client-cert-unclear",
        Severity.WARN,
        "The server leaves after the handshake, whatever we show",
        "We showed our certificate, and {seen}, without saying why. It was not seen to stay when none is shown."
        " Some servers refuse a certificate so; others close because the service behind them is down. Which it is"
        " cannot be seen from here.",
        (
            "See what the server's log says of this moment: whether our certificate is refused, and why.",
            "See that the service behind the TLS runs.",
        ),
        Owner.PARTNER,
        _PROBE,
    ),
    Entry(
        "tls-name-unknown",
        Severity.FAIL,
        "The server does not know this name",
        "It refuses the name we ask for, {name}: {alert}. {means}",
        (
            "See that the name leads to the right server.",
            "Give the server a certificate for this name, and make it the default one of this address and port.",
        ),
        Owner.PARTNER,
        _PROBE,
    ),
    Entry(
        "tls-sni-differs",
        Severity.FAIL,
        "Another certificate without a server name",
        "With a server name in the hello: {with_name}. Without: {without_name}. Peers of this age send no name, so"
        " that is what they see.",
        ("Make the right certificate the default one of this address and port.",),
        Owner.PARTNER,
        "openssl s_client -connect {subject} -noservername -showcerts </dev/null",
        ("RFC 6066 3",),
    ),
)
