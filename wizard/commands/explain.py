"""`explain CODE`: what a finding means, how to mend it, and who must act."""

import argparse
import re
from difflib import get_close_matches

from wizard.errors import UsageError


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `explain`."""
    parser = subparsers.add_parser("explain", help="what a finding means and how to mend it")
    parser.add_argument("code", metavar="CODE", nargs="?", help="without it, all codes are listed")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """`fedwizard explain CODE`."""
    from checks.catalogue import CODES
    from checks.catalogue.entry import OWN_COMMAND
    from wizard.report.text import OWNERS
    from wizard.text import wrap

    if args.code is None:
        print("\n".join(f"{code:<28}{entry.title}" for code, entry in sorted(CODES.items())))
        return 0
    entry = CODES.get(args.code)
    if entry is None:
        near = get_close_matches(args.code, CODES, n=3, cutoff=0.5)
        hint = f"Did you mean {', '.join(near)}?" if near else "`fedwizard explain` alone lists all codes."
        raise UsageError(f"{args.code} is not the code of a finding.", hint)
    print(wrap(f"{entry.code}: {entry.title} ({entry.severity.value} as a rule)") + "\n")
    print(wrap(_generic(entry.why)))
    if entry.fix:
        print("\nWhat to do:")
        for number, step in enumerate(entry.fix, 1):
            print(wrap(f"{number}. {_generic(step)}", 76, "  "))
    print(wrap(f"\nWho acts: {OWNERS[entry.owner]}, as a rule; a check names it for the case at hand."))
    if entry.verify and entry.verify != f"{{{OWN_COMMAND}}}":
        print(wrap(f"See for yourself: {_generic(entry.verify)}"))
    if entry.refs:
        print(wrap(f"References: {', '.join(entry.refs)}"))
    if any("{" in text for text in (entry.why, *entry.fix, entry.verify)):
        print("\nWords in <> stand for what a check saw or expected.")
    return 0


def _generic(template: str) -> str:
    """A template with the names of its values in their place."""
    return re.sub(r"\{(\w+)\}", lambda place: f"<{place[1].replace('_', ' ')}>", template)
