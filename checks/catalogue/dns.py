"""Codes of DNS: the federation record, its target, the addresses, and the servers that give them."""

from checks.catalogue.entry import Entry
from checks.finding import ON_OUR_SIDE, Owner, Severity

_SRV = "nslookup -type=srv {subject}"
_HOST = "nslookup {subject}"
_PUBLISH = "Publish an SRV record {subject}: priority 0, weight 0, port {expected_port}, target {expected_target}."
_RFC = ("RFC 2782",)
_US = Owner.YOUR_DNS_ADMIN


def _fail(code: str, title: str, why: str, *fix: str, refs: tuple[str, ...] = _RFC) -> Entry:
    return Entry(code, Severity.FAIL, title, why, fix, _US, _SRV, refs)


def _warn(code: str, title: str, why: str, *fix: str) -> Entry:
    return Entry(code, Severity.WARN, title, why, fix, _US, _SRV)


ENTRIES = (
    Entry("srv-ok", Severity.PASS, "The record is right", "The record leads to {target}, port {port}."),
    Entry("address-ok", Severity.PASS, "The name has an address", "{subject} leads to {addresses}."),
    _fail(
        "srv-name-missing",
        "There is no federation record",
        "{subject} does not exist, so {domain} cannot be discovered. {where}{fallback}",
        _PUBLISH,
        "A name server that was asked before may remember the gap for a while: ask again later.",
    ),
    _fail(
        "srv-no-data",
        "The name exists, but holds no SRV record",
        "{subject} exists without an SRV record. {cause}",
        _PUBLISH,
    ),
    _fail(
        "srv-as-txt",
        "The record has the wrong type",
        "{subject} is a TXT record that holds {text}. Peers ask for the type SRV and see nothing.",
        "Delete the TXT record.",
        _PUBLISH,
    ),
    _fail(
        "srv-wrong-name",
        "The record stands under another name",
        "{subject} does not exist; a record was found at {found_at}, where no peer looks. Other names serve other"
        " purposes: _sip._tls is for clients, _sipfederationtls._tcp for federation.",
        _PUBLISH,
        "If {found_at} was meant to be this record, delete it.",
    ),
    _fail(
        "srv-zone-doubled",
        "The zone stands twice in the name",
        "The record was found at {found_at}: the panel adds the zone by itself.",
        "Enter only the part of {subject} that stands before the zone {zone}, or end the name with a dot.",
    ),
    _fail(
        "srv-wrong-zone",
        "The record stands in another zone",
        "It was found at {found_at}. Partners look up the part after the @, which is {domain}.",
        _PUBLISH,
    ),
    _fail(
        "srv-service-off",
        "The domain says that it does not federate",
        "The target is a single dot, which means that the service is not offered.",
        _PUBLISH,
    ),
    _fail(
        "srv-port-unexpected",
        "The record names another port",
        "It names port {port}; the peers, the ASA and the firewalls expect {expected_port}. {means}",
        "Change the port of {subject} from {port} to {expected_port}.",
    ),
    _fail(
        "srv-target-cname",
        "The target is an alias",
        "{target} is a CNAME for {canonical}. An SRV target must have addresses of its own; some peers fail on an"
        " alias.",
        "Replace the CNAME at {target} by an address record.",
        "Or name {canonical} as the target, if it lies inside the domain.",
    ),
    _warn(
        "srv-owner-cname",
        "The record is reached through an alias",
        "{subject} is a CNAME that leads to {alias}.",
        "Publish the SRV record itself under this name.",
    ),
    _fail(
        "srv-target-doubled",
        "The zone stands twice in the target",
        "The target is {target}: its final dot was forgotten, so the zone was added to it.",
        "Enter the target as {expected_target}. with its final dot, or as the panel wants it.",
    ),
    _fail(
        "srv-target-ip-literal",
        "The target is an address or a URL",
        "The target is {target}. It must be the bare name of a host.",
        "Name a host that has an address record: {expected_target}.",
    ),
    _fail(
        "srv-target-unresolvable",
        "The target has no address",
        "{target} has no address record.",
        "Publish the address of {target}.",
    ),
    _fail(
        "srv-target-ipv6-only",
        "The target has only an IPv6 address",
        "{target} has no IPv4 address, and these servers speak IPv4 only.",
        "Publish an A record for {target}.",
    ),
    _fail(
        "srv-target-outside-domain",
        "The target lies outside the domain",
        "{target} does not lie in {domain}. OCS and Lync demand that the two match when they discover a partner by"
        " DNS; a static entry on their side makes an exception.",
        "Use a target inside {domain}, and a certificate with that name.",
        "Or have the two sides agree on a static entry (direct federation).",
    ),
    _fail(
        "srv-target-unexpected",
        "The record leads to another name",
        "It leads to {target}, expected is {expected_target}. The two must be one name.",
        "Change the target of the record to {expected_target}.",
        f"{ON_OUR_SIDE}or, if {{target}} is right, correct the expected name.",
    ),
    _warn(
        "srv-several",
        "There are several records",
        "There are {targets}. A peer takes the one of lowest priority it reaches; each target needs its own name in"
        " its certificate.",
        "Keep one record, unless all of them are meant.",
    ),
    Entry(
        "srv-targets-differ",
        Severity.WARN,
        "Servers that take turns show different certificates",
        "Records of the same priority take turns, here of priority {priority}: {certificates}. The cluster accepts the"
        " subjects that it was told, so a connection works or fails with the server that it happens to reach.",
        (
            "Install one certificate on all of them, which holds all their names.",
            f"{ON_OUR_SIDE}or enter each of these as a TLS peer subject, in the TLS context too: {{subjects}}.",
        ),
        Owner.PARTNER,
        _SRV,
        ("RFC 2782",),
    ),
    _warn(
        "srv-leftover",
        "A record of an earlier set-up is left",
        "{target} is still published beside the other one, so some requests go the old way.",
        "Delete the record that is no longer used.",
    ),
    _warn(
        "srv-wildcard",
        "Any name answers",
        "A wildcard answers for every service name, so this record proves nothing.",
        "Publish the record under its own name.",
    ),
    Entry(
        "address-not-public",
        Severity.FAIL,
        "The address is not public",
        "{addresses} is {range}. Nobody outside can reach it.{now_and_then}",
        ("Publish the public address of the server, or of what stands in front of it.",),
        _US,
        _HOST,
    ),
    Entry(
        "address-unexpected",
        Severity.FAIL,
        "The name leads to another address",
        "It leads to {addresses}, the plan says {expected_address}.",
        (
            "Change the address record to {expected_address}.",
            f"{ON_OUR_SIDE}or, if {{addresses}} is right, correct the plan.",
        ),
        _US,
        _HOST,
    ),
    Entry(
        "address-missing",
        Severity.FAIL,
        "The name has no address",
        "{subject} has no address record, so nobody can connect to it.",
        ("Publish an address record for {subject}: {expected_address}.",),
        _US,
        _HOST,
    ),
    Entry(
        "split-horizon-differs",
        Severity.INFO,
        "Inside and outside give different answers",
        "Outside: {outside}. Inside: {inside}. For our own record this is often meant; a partner's record must be seen"
        " from inside, because the cluster looks there.",
        ("See that the inside name servers forward the domain.",),
        _US,
        _SRV,
    ),
    Entry(
        "dns-servfail",
        Severity.NOT_TESTED,
        "The name server failed",
        "{server} failed to answer (SERVFAIL or an unreadable answer), so nothing is known of {subject}. {cause}",
        (
            "See that the name servers of the zone answer.",
            f"{ON_OUR_SIDE}ask another name server with --nameserver.",
        ),
        Owner.PARTNER,
        _HOST,
    ),
    Entry(
        "dns-refused",
        Severity.NOT_TESTED,
        "The name server refuses to answer",
        "{server} does not serve this machine.",
        ("Use a name server that does.",),
        _US,
        _HOST,
    ),
    Entry(
        "dns-timeout",
        Severity.NOT_TESTED,
        "The name server does not answer",
        "{server} gave no answer in time.{told}",
        ("See that it runs and that port {port} is open to it, both UDP and TCP.",),
        _US,
        "{see}",
    ),
    Entry(
        "dnssec-bogus",
        Severity.FAIL,
        "The signatures of the zone do not verify",
        "{server} refuses the answer, yet gives it without validation ({reason}). Peers behind a validating name"
        " server see nothing.",
        ("Sign the zone again.", "See that the DS record at the parent belongs to the key in use."),
        _US,
        "dig +cd {subject} SRV",
        ("RFC 4035",),
    ),
    Entry(
        "dnssec-unchecked",
        Severity.INFO,
        "The zone is signed, and nobody checks it",
        "{zone} is signed, but {server} does not say that it checked the signatures.",
        ("Ask a name server that validates, to see what such peers see.",),
        _US,
        "dig +dnssec {subject} SRV",
        ("RFC 4035",),
    ),
    Entry(
        "dns-no-edns",
        Severity.INFO,
        "The name server does without EDNS",
        "{server} answers, but {reason}. Long answers and signed ones may be lost.",
        ("See that the firewall lets EDNS through, RFC 6891, or ask another name server.",),
        _US,
        "",
        ("RFC 6891",),
    ),
    _warn(
        "domain-parked",
        "The domain looks parked",
        "The name servers of {subject} are {servers}, those of a service for domains that are for sale or expired.",
        "See at the registrar whether {subject} has expired, and who owns it.",
    ),
    Entry(
        "dns-tcp-blocked",
        Severity.FAIL,
        "DNS over TCP is blocked",
        "The answer is too long for UDP, and {server} does not answer over TCP.",
        ("Open TCP port 53.",),
        Owner.FIREWALL,
        _SRV,
    ),
    _warn(
        "dns-negative-cached",
        "The gap is still remembered",
        "The record is published at {authoritative}, but {server} remembers until {until} that it was missing.",
        "Wait until {until}, or have the cache of {server} flushed.",
    ),
    _warn(
        "dns-old-cached",
        "An older record is still remembered",
        "{server} still gives {remembered}, until {until}; published is {published}. If it was changed just now and the"
        " time to live was not, other name servers may remember the older one until {elsewhere_until}.",
        "Wait until {until}, or have the cache of {server} flushed.",
    ),
    Entry(
        "dns-ttl-extreme",
        Severity.INFO,
        "The time to live is unusual",
        "The record may be remembered for {ttl} s. Under a minute loads the servers, over a day delays every change.",
        ("Use a time to live of about an hour.",),
        _US,
        _SRV,
    ),
    _warn(
        "ns-lame",
        "A name server of the zone does not serve it",
        "{server} ({address}) is listed for {zone} and does not answer for it: {answer}. Some questions fail, others"
        " do not.",
        "Have {server} serve the zone, or take it from the list at the parent.",
    ),
    _warn(
        "ns-unresolvable",
        "A name server of the zone has no address",
        "{server} is listed for {zone} and has no address.",
        "Correct its name, or publish its address.",
    ),
    _warn(
        "ns-disagree",
        "The zone's name servers disagree",
        "They do not say the same: {servers}. What a peer sees depends on which one it asks.",
        "See that all of them hold the same zone, fed from one source. {cure}",
    ),
    _warn(
        "ns-delegation-differs",
        "The zone above lists other name servers",
        "The zone above {subject} lists {parent}, the zone itself {own}. Peers ask those of one list or of the other.",
        "Enter at the registrar, or in the zone above, the servers that the zone lists.",
        "Or correct the NS records of the zone.",
    ),
    _warn(
        "resolver-rewrites",
        "The name server invents answers",
        "{subject} answers for names that cannot exist, so its answers prove nothing.",
        "Ask another name server.",
    ),
    Entry(
        "ptr-missing",
        Severity.WARN,
        "The address has no name",
        "{subject} has no PTR record. The cluster looks one up for who connects, which then takes up to 40 s.",
        ("Publish a PTR record for {subject}.",),
        Owner.PARTNER,
        _HOST,
    ),
)
