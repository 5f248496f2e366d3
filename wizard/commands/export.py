"""`export SESSION`: the record as files for people and machines. Reads without the lock."""

import argparse
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import FedwizardError, UsageError

if TYPE_CHECKING:
    from wizard.export.transcript import Transcript

LATER = ("html", "cast", "ticket", "bundle")


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `export`."""
    parser = subparsers.add_parser("export", help="write the runbook of a session")
    parser.add_argument("session", metavar="SESSION", help="its name or folder")
    parser.add_argument("--format", default="all", metavar="md|json|all")
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
    folder = locate(args.session).absolute()
    target = args.folder or folder / "exports"
    rendered = {FORMATS[name][0]: FORMATS[name][1](_transcript(folder)) for name in wanted}
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
    from wizard.plan.problems import load_text
    from wizard.procedures import CATALOGUE
    from wizard.record import blob_text
    from wizard.resolve import walk_of

    reading = read(folder / "journal.jsonl")
    if reading.altered_line is not None:
        raise FedwizardError(
            f"{folder / 'journal.jsonl'} was altered: line {reading.altered_line}",
            "Nothing is exported from it. `fedwizard verify` says more.",
        )
    if not reading.events:
        raise UsageError(f"{folder} holds an empty record", "There is nothing to export.")
    planned = [event.body["plan"] for event in reading.events if "plan" in event.body]
    plan = load_text(blob_text(planned[-1], folder / "blobs"), str(folder / "plan.toml"))
    return transcribe(folder.name, walk_of(plan, CATALOGUE), reading.events, folder / "blobs", reading.torn_bytes)


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
