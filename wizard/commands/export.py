"""`export SESSION`: the record as files for people and machines. Reads without the lock."""

import argparse
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import FedwizardError, UsageError

if TYPE_CHECKING:
    from wizard.export.transcript import Transcript
    from wizard.plan.model import Plan
    from wizard.record import Event

LATER = ("cast", "ticket", "bundle")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `export`."""
    parser = subparsers.add_parser("export", help="write the runbook of a session")
    parser.add_argument("session", metavar="SESSION", help="its name or folder")
    parser.add_argument("--format", default="all", metavar="md|html|json|all")
    parser.add_argument("-o", dest="folder", type=Path, metavar="DIR", help="default: exports/ in the session")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """`fedwizard export SESSION`."""
    from wizard.export.formats import FORMATS
    from wizard.files import write_file
    from wizard.session import locate

    wanted = tuple(FORMATS) if args.format == "all" else (args.format,)
    if args.format in LATER:
        raise UsageError(f"{args.format} is not built yet.", f"There are {', '.join(FORMATS)} and all.")
    if wanted[0] not in FORMATS:
        raise UsageError(f"{args.format} is no format.", f"There are {', '.join(FORMATS)} and all.")
    folder = locate(args.session).resolve()
    target = args.folder or folder / "exports"
    transcript = _transcript(folder)
    rendered = {FORMATS[name][0]: FORMATS[name][1](transcript) for name in wanted}
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, text in rendered.items():
            write_file(target / name, text.encode())
            print(target / name)
    except OSError as problem:
        raise FedwizardError(
            f"{target} cannot be written: {problem.strerror}", "Choose another with -o DIR."
        ) from problem
    _note(folder, {name: hashlib.sha256(text.encode()).hexdigest() for name, text in rendered.items()})
    return 0


def _transcript(folder: Path) -> "Transcript":
    from wizard.export.transcript import transcribe
    from wizard.journal import read
    from wizard.procedures import CATALOGUE
    from wizard.resolve import walk_of
    from wizard.state import fold

    try:
        reading = read(folder / "journal.jsonl")
    except OSError as problem:
        raise UsageError(
            f"{folder / 'journal.jsonl'} cannot be read: {problem.strerror}", "Ask its owner."
        ) from problem
    if reading.altered_line is not None:
        raise FedwizardError(
            f"{folder / 'journal.jsonl'} was altered: line {reading.altered_line}",
            "Nothing is exported from it. `fedwizard verify` says more.",
        )
    if not reading.events:
        raise UsageError(f"{folder} holds an empty record", "There is nothing to export.")
    walk = walk_of(_plan(reading.events, folder), CATALOGUE, fold(reading.events).facts)
    return transcribe(folder.name, walk, reading.events, folder / "blobs", reading.torn_bytes)


def _plan(events: "tuple[Event, ...]", folder: Path) -> "Plan":
    """The last plan on record that is one: a plan that was spoilt afterwards must not hide what was done before."""
    from wizard.plan.problems import load_text
    from wizard.record import blob_text

    planned = [event.body["plan"] for event in events if event.kind in {"session.open", "plan.changed"}]
    refused = UsageError(f"{folder} holds a record without a plan", "There is nothing to export.")
    for text in reversed(planned):
        try:
            return load_text(blob_text(text, folder / "blobs"), str(folder / "plan.toml"))
        except UsageError as problem:
            refused = problem
    raise refused


def _note(folder: Path, files: dict[str, str]) -> None:
    """Put the export on record, unless somebody is writing it right now, or may not."""
    from wizard.journal import Journal
    from wizard.secrets import Secrets

    try:
        journal = Journal.open(folder / "journal.jsonl", folder / "blobs", Secrets())
    except (FedwizardError, OSError):
        return
    try:
        journal.append("export", {"files": files})
    finally:
        journal.close()
