"""`explain CODE`: what a finding means, how to mend it, and who must act."""

import argparse
import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING

from checks.catalogue.entry import OWN_COMMAND
from wizard.errors import UsageError

if TYPE_CHECKING:
    from checks.catalogue.entry import Entry
    from checks.finding import Owner

_ASIDE = re.compile(r"(?:^|(?<=\.)) ?(?:\{\w+\} ?)+(?= [A-Z]|$)")  # a sentence of its own that only a check can fill in
_GLUED = re.compile(r"(?<=[a-z])\{\w+\}")  # what is added to a word, and may be nothing
_OF_A_DOMAIN = ("srv-", "address-", "ns-", "dnssec-bogus", "domain-parked")
_OWN = f"{{{OWN_COMMAND}}}"
_RECORD = "nslookup -type=srv {name_of_the_record} {server}"
_ROUTE = "openssl s_client -connect {next_hop}:{port} </dev/null"
_BY_HAND = {  # where a check makes the command itself, by the code or its beginning
    "dns": "nslookup -type=srv -port={port} {subject} {server}",
    "split": "nslookup -type=srv {subject} {server}",
    "ns": "nslookup -type=soa {subject} {server}",
    "tcp": "openssl s_client -connect {server} -showcerts </dev/null",
    "resolver": "nslookup -type=a no-such-name.invalid {subject}",
    "route": _ROUTE,
    "route-srv": _RECORD,
    "route-default-srv": _RECORD,
    "route-none": _RECORD,
    "route-bypasses-aol": f"{_RECORD}, or of a static route: {_ROUTE}",
    "cert": "openssl s_client -connect {subject} </dev/null | openssl x509 -noout -text, or of a file:"
    " openssl crl2pkcs7 -nocrl -certfile {file} | openssl pkcs7 -print_certs -noout -text",
}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `explain`."""
    parser = subparsers.add_parser("explain", help="what a finding means and how to mend it")
    parser.add_argument("code", metavar="CODE", nargs="?", help="without it, all codes are listed")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """`fedwizard explain CODE`."""
    from checks.catalogue import CODES
    from wizard.report.text import OWNERS
    from wizard.text import wrap

    if args.code is None:
        print("\n".join(f"{code:<28}{entry.title}" for code, entry in sorted(CODES.items())))
        return 0
    entry = CODES.get(args.code.strip().lower())
    if entry is None:
        near = get_close_matches(args.code.lower(), CODES, n=3, cutoff=0.5)
        hint = f"Did you mean {', '.join(near)}?" if near else "`fedwizard explain` alone lists all codes."
        raise UsageError(f"{args.code} is not the code of a finding.", hint)
    print(wrap(f"{entry.code}: {entry.title} ({entry.severity.value} as a rule)") + "\n")
    why = _generic(entry.why)
    if why:
        print(wrap(why) + "\n")
    if entry.fix:
        print("What to do:")
        for number, step in enumerate(filter(None, map(_generic, entry.fix)), 1):
            print(wrap(f"{number}. {step}", 76, "  "))
    print(wrap(f"Who acts: {_who(entry, OWNERS)}."))
    verify = _named(_by_hand(entry.code) if entry.verify == _OWN else entry.verify)
    if verify:
        print(wrap(f"See for yourself: {verify}"))
    if entry.refs:
        print(wrap(f"References: {', '.join(entry.refs)}"))
    if any("<" in text for text in (why, *map(_generic, entry.fix), verify)):
        print("\nWords in <> stand for what a check saw or expected.")
    return 0


def _who(entry: "Entry", owners: Mapping["Owner", str]) -> str:
    """Who has to act. Of a record it depends on whose domain it is, which only a check knows."""
    from checks.finding import Owner

    if not entry.fix:
        return "nobody"
    if entry.owner is Owner.YOUR_DNS_ADMIN and entry.code.startswith(_OF_A_DOMAIN):
        ours, theirs = owners[Owner.YOUR_DNS_ADMIN], owners[Owner.PARTNER]
        return f"whoever runs the DNS of the domain: for a partner's {theirs}, for ours {ours}"
    return f"{owners[entry.owner]}, as a rule; a check names it for the case at hand"


def _by_hand(code: str) -> str:
    return _BY_HAND.get(code) or _BY_HAND.get(code.partition("-")[0], "")


def _generic(template: str) -> str:
    """A text with the names of its values in their place; what only a check can say is left out."""
    return _named(_GLUED.sub("", _ASIDE.sub("", template)))


def _named(template: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda place: f"<{place[1].replace('_', ' ')}>", template)
