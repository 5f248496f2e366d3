"""Codes of DNS: the federation record, its target, and the addresses."""

from checks.catalogue.entry import Entry
from checks.finding import ON_OUR_SIDE, Owner, Severity

_SRV = "nslookup -type=srv {subject}"
_HOST = "nslookup {subject}"
_HOST_OF_TARGET = "nslookup {target}"
_PUBLISH = "Publish an SRV record {subject}: priority 0, weight 0, port {expected_port}, target {expected_target}."
_PANEL = (
    "Where a panel has one field for the name, enter {name_in_the_zone}: it adds the zone {zone} by itself. Where it"
    " has several: service {service}, protocol _tcp."
)
_LATER = (
    "Then ask again: the name server at {server} remembers the gap {for_how_long}; others, at most as long from when"
    " they were asked."
)
_RFC = ("RFC 2782",)
_US = Owner.YOUR_DNS_ADMIN


def _fail(code: str, title: str, why: str, *fix: str, see: str = _SRV, refs: tuple[str, ...] = _RFC) -> Entry:
    return Entry(code, Severity.FAIL, title, why, fix, _US, see, refs)


def _warn(code: str, title: str, why: str, *fix: str) -> Entry:
    return Entry(code, Severity.WARN, title, why, fix, _US, _SRV, _RFC)


ENTRIES = (
    Entry("srv-ok", Severity.PASS, "The record is right", "The record leads to {target}, port {port}."),
    Entry("address-ok", Severity.PASS, "The name has an address", "{subject} leads to {addresses}."),
    _fail(
        "srv-name-missing",
        "There is no federation record",
        "{subject} does not exist, so {domain} cannot be discovered. {where}{fallback}",
        _PUBLISH,
        _PANEL,
        _LATER,
    ),
    _fail(
        "srv-no-data",
        "The name exists, but holds no SRV record",
        "{subject} exists without an SRV record, so {domain} cannot be discovered. {cause}{fallback}",
        _PUBLISH,
        _PANEL,
        _LATER,
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
        "{subject} does not exist, so {domain} cannot be discovered; a record was found at {found_at}, where no peer"
        " looks. {purpose}",
        _PUBLISH,
        "If {found_at} was meant to be this record, delete it.",
    ),
    _fail(
        "srv-zone-doubled",
        "The zone stands twice in the name",
        "The record was found at {found_at}, where no peer looks: who enters it has to leave out the zone, which the"
        " panel adds by itself. {subject} does not exist, so {domain} cannot be discovered.",
        "Enter the name as {name_in_the_zone}, without the zone {zone}; or whole, with a dot behind it.",
        "Delete {found_at}.",
    ),
    _fail(
        "srv-wrong-zone",
        "The record stands in another zone",
        "{subject} does not exist; a record was found at {found_at}. Peers look up the part after the @ of an address,"
        " which is {domain}, and so never find it.",
        _PUBLISH,
        "Delete {found_at}, unless addresses end in that domain too.",
    ),
    _fail(
        "srv-service-off",
        "The domain says that it does not federate",
        "The target is a single dot, which tells every peer that {domain} offers no federation. {alone}",
        "If federation is meant, delete that record.",
        _PUBLISH,
    ),
    _fail(
        "srv-port-unexpected",
        "The record names another port",
        "It names port {port}; peers, the ASA and the firewalls between expect {expected_port}, and let nothing else"
        " pass. {means}",
        "Change the port of {subject} from {port} to {expected_port}.",
    ),
    _fail(
        "srv-target-cname",
        "The target is an alias",
        "{target} is a CNAME for {canonical}. An SRV target must have addresses of its own; some peers fail on an"
        " alias.",
        "Replace the CNAME at {target} by an address record.",
        "Or name {canonical} as the target, if it lies inside {domain}.",
        see="nslookup -type=cname {target}",
    ),
    _warn(
        "srv-owner-cname",
        "The record is reached through an alias",
        "{subject} is a CNAME that leads to {alias}. Not every peer follows one.{beyond}",
        "Publish the SRV record itself under this name, in place of the CNAME.",
    ),
    _fail(
        "srv-target-doubled",
        "The zone stands twice in the target",
        "The target is {target}, a name that nobody meant: its final dot was forgotten, so the zone was added to it."
        " Peers find the record and no server behind it.",
        "Enter the target as {expected_target}. with its final dot, or as the panel wants it.",
    ),
    _fail(
        "srv-target-ip-literal",
        "The target is an address or a URL",
        "The target is {target}. It must be the bare name of a host: peers look it up as a name, and find nothing.",
        "Publish an A record for a host inside {domain}, and enter its name as the target of {subject}:"
        " {expected_target}.",
    ),
    _fail(
        "srv-target-unresolvable",
        "The target has no address",
        "{target} has no address record, so peers find the record and no server behind it. {how}",
        "Publish an A record for {target} with the public address of the server, or of what stands in front of it.",
        "Or, if the name is misspelt, correct the target of {subject}.",
        see=_HOST_OF_TARGET,
    ),
    _fail(
        "srv-target-ipv6-only",
        "The target has only an IPv6 address",
        "{target} has only {addresses}, and no IPv4 address. The cluster and the ASA speak IPv4 alone, so they have"
        " nowhere to connect to.",
        "Publish an A record for {target} with its public IPv4 address.",
        see=_HOST_OF_TARGET,
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
        "It leads to {target}, expected is {expected_target}. The record, the configured name and the CN of the"
        " certificate must be one name, or peers meet another server than they allowed.",
        "Change the target of the record to {expected_target}.",
        f"{ON_OUR_SIDE}or, if {{target}} is right, correct the expected name.",
    ),
    _warn(
        "srv-several",
        "There are several records",
        "There are {records_in_order}. A peer takes the one of lowest priority that it reaches, and shares its"
        " connections by weight among those of one priority; so each server has to be right, and its name to stand in"
        " its certificate. ",
        "Keep one record, unless all of them are meant.",
        f"{ON_OUR_SIDE}look at each server with `fedwizard check tls`: {{targets}}.",
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
        "{target}, Microsoft's own cloud, is published beside {others}, so some requests go the one way and some the"
        " other.",
        "Delete the record that is no longer used: the one of {target}, if the domain federates from its own servers.",
    ),
    _warn(
        "srv-wildcard",
        "Any name answers",
        "A wildcard answers for every service name with {target}, so the record proves nothing: it would be seen if"
        " nobody had meant it, and peers of other services are led there too.",
        "Publish {subject} under its own name.",
        "Delete the wildcard, or keep it for what it was meant for.",
    ),
    Entry(
        "address-not-public",
        Severity.FAIL,
        "The address is not public",
        "It leads to {addresses}: {range}. Nobody outside can reach that.{now_and_then}",
        ("Publish the public address of {subject}, or of what stands in front of it, such as the ASA.",),
        _US,
        _HOST,
        ("RFC 6890",),
    ),
    Entry(
        "address-unexpected",
        Severity.FAIL,
        "The name leads to another address",
        "It leads to {addresses}, the plan says {expected_address}. Peers connect to what the name says.",
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
        (
            "See that the inside name servers forward questions about the domain to the outside, or hold the same"
            " records.",
        ),
        _US,
        "{see}",
    ),
    Entry(
        "ptr-missing",
        Severity.WARN,
        "The address has no name",
        "{subject} has no PTR record. The cluster looks up the name of whoever connects to it; without one, each first"
        " message may take up to 40 s.",
        ("Have a PTR record published for {subject}; mostly the provider of the line holds that zone.",),
        Owner.PARTNER,
        "nslookup -type=ptr {subject}",
        ("RFC 1912",),
    ),
)
