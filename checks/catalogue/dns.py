"""Codes of DNS: the federation record, its target, the addresses, and the servers that give them."""

from checks.catalogue.entry import Entry
from checks.finding import Owner, Severity

_SRV = "nslookup -type=srv {owner_name}"
_HOST = "nslookup {subject}"
_PUBLISH = "Publish an SRV record {owner_name}: priority 0, weight 0, port {expected_port}, target {expected_target}."
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
        "{owner_name} does not exist. The domain cannot be discovered.",
        _PUBLISH,
    ),
    _fail(
        "srv-no-data",
        "The name exists, but holds no SRV record",
        "{owner_name} exists without an SRV record: another type, a deeper name, or a wildcard stands there.",
        _PUBLISH,
    ),
    _fail("srv-as-txt", "The record has the wrong type", "{owner_name} is a TXT record holding {text}.", _PUBLISH),
    _fail(
        "srv-wrong-name",
        "The record stands under another name",
        "It was found at {found_at}, where nobody looks.",
        "Rename it to {owner_name}.",
    ),
    _fail(
        "srv-zone-doubled",
        "The zone stands twice in the name",
        "It was found at {found_at}: the panel adds the zone by itself.",
        "Enter only the name before the zone.",
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
        "It names port {port}; the peers, the ASA and the firewalls expect {expected_port}.",
        "Change the port of the record to {expected_port}.",
    ),
    _fail(
        "srv-target-cname",
        "The target is an alias",
        "{target} is a CNAME. An SRV target must have addresses of its own.",
        "Give the target an address record, or name the canonical name in the SRV record.",
    ),
    _warn(
        "srv-owner-cname",
        "The record is reached through an alias",
        "{owner_name} is a CNAME that leads to {alias}.",
        "Publish the SRV record itself under this name.",
    ),
    _fail(
        "srv-target-doubled",
        "The zone stands twice in the target",
        "The target is {target}: its final dot was forgotten.",
        "End the target with a dot, or enter it as the panel wants it.",
    ),
    _fail(
        "srv-target-ip-literal",
        "The target is an address",
        "The target is {target}. It must be a name.",
        "Name a host that has an address record.",
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
        "{target} is not in {domain}. Microsoft accepts such a record only where a static entry allows it.",
        "Use a target inside {domain}, or agree on a static entry with the partner.",
    ),
    _fail(
        "srv-target-unexpected",
        "The record leads to another name",
        "It leads to {target}, expected is {expected_target}. The two must be one name.",
        "Change the target of the record to {expected_target}, or correct the expected name.",
    ),
    _warn("srv-several", "There are several records", "Microsoft uses one only: {targets}.", "Keep one record."),
    _warn("srv-leftover", "A record of an earlier set-up is left", "{target} is still published.", "Delete it."),
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
        "{addresses} is {range}. Nobody outside can reach it.",
        ("Publish the public address, that of the ASA or of the load balancer.",),
        _US,
        _HOST,
    ),
    Entry(
        "address-unexpected",
        Severity.FAIL,
        "The name leads to another address",
        "It leads to {addresses}, the plan says {expected_address}.",
        ("Correct the address record, or the plan.",),
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
        "The inside name servers answer otherwise than the public ones. Often this is meant so.",
        (),
        _US,
        _SRV,
    ),
    Entry(
        "dns-servfail",
        Severity.NOT_TESTED,
        "The name server failed",
        "{server} answered SERVFAIL, so nothing is known of {subject}.",
        ("Ask another name server with --nameserver.", "See that the zone's own servers answer."),
        _US,
        _SRV,
    ),
    Entry(
        "dns-refused",
        Severity.NOT_TESTED,
        "The name server refuses to answer",
        "{server} does not serve this machine.",
        ("Use a name server that does.",),
        _US,
        _SRV,
    ),
    Entry(
        "dns-timeout",
        Severity.NOT_TESTED,
        "The name server does not answer",
        "{server} gave no answer in time.",
        ("See that it runs and that port 53 is open to it, both UDP and TCP.",),
        _US,
        _SRV,
    ),
    Entry(
        "dnssec-bogus",
        Severity.FAIL,
        "The signatures of the zone are wrong",
        "Validating name servers refuse the answer, so their users see nothing.",
        ("Sign the zone again, or correct its DS record.",),
        _US,
        _SRV,
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
        "An old answer is still remembered",
        "The record is published, but this name server remembers until {until} that it was missing.",
        "Wait until {until}, or have the cache flushed.",
    ),
    _warn(
        "dns-old-cached",
        "An older record is still remembered",
        "This name server remembers an older record until {until}.",
        "Wait until {until}, or have the cache flushed.",
    ),
    Entry(
        "dns-ttl-extreme",
        Severity.INFO,
        "The TTL is unusual",
        "The record may be remembered for {ttl} s.",
        (),
        _US,
        _SRV,
    ),
    _warn(
        "ns-lame", "A name server of the zone does not serve it", "{server} does not answer for the zone.", "Mend it."
    ),
    _warn("ns-unresolvable", "A name server of the zone has no address", "{server} has no address.", "Correct it."),
    _warn("ns-disagree", "The zone's name servers disagree", "They give different answers.", "Mend the transfer."),
    _warn(
        "resolver-rewrites",
        "The name server invents answers",
        "It answers for names that do not exist, so its answers prove nothing.",
        "Use another name server.",
    ),
    Entry(
        "ptr-missing",
        Severity.WARN,
        "The address has no name",
        "{subject} has no PTR record; the cluster waits for one at every request.",
        ("Have a PTR record published for it.",),
        Owner.PARTNER,
        "nslookup {subject}",
    ),
)
