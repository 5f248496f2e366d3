"""Codes of the name servers: who answers, who does not, and who still remembers what was."""

from checks.catalogue.entry import Entry
from checks.finding import ON_OUR_SIDE, Owner, Severity

_SRV = "nslookup -type=srv {subject}"
_ASKED = "nslookup -type=srv {subject} {authoritative}"
_US = Owner.YOUR_DNS_ADMIN


def _warn(code: str, title: str, why: str, *fix: str, see: str) -> Entry:
    return Entry(code, Severity.WARN, title, why, fix, _US, see, ("RFC 1034",))


ENTRIES = (
    Entry(
        "dns-servfail",
        Severity.NOT_TESTED,
        "The name server failed",
        "{server} failed to answer ({its_answer}), so nothing is known of {subject}. {cause}",
        (
            "See that the name servers of the zone answer.",
            f"{ON_OUR_SIDE}ask another name server with --nameserver, and the zone's own ones with --authoritative.",
        ),
        Owner.PARTNER,
        "{see}",
        ("RFC 1035", "RFC 8914"),
    ),
    Entry(
        "dns-refused",
        Severity.NOT_TESTED,
        "The name server refuses to answer",
        "{server} refuses to answer this machine ({its_answer}), so nothing is known of {subject}. It may serve other"
        " networks only, or hold other zones only.",
        (
            "See whether it is the name server that this machine, and the nodes, are meant to ask.",
            "Have it serve them, or ask another one with --nameserver.",
        ),
        _US,
        "{see}",
        ("RFC 1035", "RFC 8914"),
    ),
    Entry(
        "dns-timeout",
        Severity.NOT_TESTED,
        "The name server does not answer",
        "{server} gave no answer in time, so nothing is known of what it was asked.{told}",
        ("See that it runs and that port {port} is open to it, both UDP and TCP.",),
        _US,
        "{see}",
        ("RFC 1035",),
    ),
    Entry(
        "dns-none-answers",
        Severity.NOT_TESTED,
        "No question to the name servers is answered",
        "Whatever is asked, of our own names and of those of others, {servers} answers nothing. The names have nothing"
        " in common but the name servers that are asked, so look at our own side first.",
        (
            "See that these are the name servers that this machine is meant to ask, and that they look up other names.",
            "See that our firewall lets them, and this machine, ask: port 53, UDP and TCP.",
            "Then look again: nothing is known of the others yet.",
        ),
        Owner.YOU,
        "{see}",
    ),
    Entry(
        "dnssec-bogus",
        Severity.FAIL,
        "The signatures of the zone do not verify",
        "{server} refuses the answer, yet gives it without validation ({reason}). Peers behind a name server that"
        " validates, as public ones do, see nothing, while others see the record.",
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
        see="nslookup -type=ns {subject}",
    ),
    Entry(
        "dns-tcp-blocked",
        Severity.FAIL,
        "DNS over TCP is blocked",
        "The answer is too long for UDP, and {server} does not answer over TCP, so nothing is known of {subject}. Peers"
        " behind the same firewall do not see it either.",
        (
            "Open TCP port {port} to {server}, for this machine and for the nodes.",
            "On an ASA, see that the inspection of DNS does not drop what is longer than 512 bytes.",
        ),
        Owner.FIREWALL,
        "{see}",
        ("RFC 7766",),
    ),
    _warn(
        "dns-negative-cached",
        "The gap is still remembered",
        "The record is published at {authoritative}, but {server} remembers until {until} that it was missing. Nothing"
        " is wrong with the record any more.",
        "Wait until {until}, or have the cache of {server} flushed.",
        see=_ASKED,
    ),
    _warn(
        "dns-old-cached",
        "An older record is still remembered",
        "{server} still gives {remembered}, until {until}; published is {published}. If it was changed just now and the"
        " time to live was not, other name servers may remember the older one until {elsewhere_until}.",
        "Wait until {until}, or have the cache of {server} flushed.",
        see=_ASKED,
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
        "Have {server} serve the zone, or take it from the list at the registrar.",
        see="nslookup -type=soa {zone} {address}",
    ),
    _warn(
        "ns-unresolvable",
        "A name server of the zone has no address",
        "{server} is listed for {zone} and has no address, so nobody can ask it. Questions that go to it are lost, or"
        " take longer.",
        "Correct its name in the list, or publish its address.",
        see="nslookup {server}",
    ),
    _warn(
        "ns-disagree",
        "The zone's name servers disagree",
        "They do not say the same: {servers}. What a peer sees depends on which one it asks.",
        "See that all of them hold the same zone, fed from one source. {cure}",
        see="{see}",
    ),
    _warn(
        "ns-delegation-differs",
        "The zone above lists other name servers",
        "The zone above {subject} lists {parent}, the zone itself {own}. Peers ask those of one list or of the other.",
        "Enter at the registrar, or in the zone above, the servers that the zone lists.",
        "Or correct the NS records of the zone.",
        see="nslookup -type=ns {subject}",
    ),
    _warn(
        "resolver-rewrites",
        "The name server invents answers",
        "{subject} answers with {addresses} for a name that cannot exist, so its answers prove nothing.",
        "Ask another name server with --nameserver; and see that the nodes do not use this one.",
        see="{see}",
    ),
)
