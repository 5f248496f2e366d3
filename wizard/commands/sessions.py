"""`fedwizard sessions`: which sessions there are, the one last worked on first."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from wizard.session import SessionSummary, listing, sessions_root
from wizard.text import visible_line

ELSEWHERE = "A session begun with --session DIR is not listed: `fedwizard resume DIR` goes on with it."

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_parser(subparsers: "Subparsers") -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "sessions", help="list the sessions", description="List the sessions in the usual place."
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """List them on stdout; 0 also if there are none."""
    found = listing(sessions_root())
    if args.json:
        print(json.dumps({"schema": "fedwizard.sessions/1", "sessions": [_as_json(summary) for summary in found]}))
        return 0
    if not found:
        print(f"No sessions in {visible_line(str(sessions_root()))}.")
    for summary in found:
        print(_as_line(summary))
    print(ELSEWHERE, file=sys.stderr)
    return 0


def _as_json(summary: SessionSummary) -> dict[str, str | bool]:
    return {
        "name": summary.name,
        "folder": str(summary.folder),
        "started": summary.started,
        "last": summary.last,
        "kind": summary.kind,
        "plan_sha256": summary.plan_sha256,
        "ended": summary.ended,
        "locked": summary.locked,
        "problem": summary.problem,
    }


def _as_line(summary: SessionSummary) -> str:
    if summary.problem:
        state = summary.problem
    elif summary.locked:
        state = "in use"
    else:
        state = "ended" if summary.ended else "open"
    last = summary.last[:19].replace("T", " ") + "Z" if summary.last else "-"
    return f"{visible_line(summary.name)}  {summary.kind}  last {last}  {state}"
