"""`fedwizard verify`: is this record complete and unaltered? Writes nothing, needs nothing beside the file."""

import argparse
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import UsageError
from wizard.record import NO_HASH, AlteredError, Event, Json, Reading, blob_bytes, blob_reference, read
from wizard.session import BLOBS, JOURNAL, kind_of, sessions_root
from wizard.text import visible_line

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

WHOLE, TORN, ALTERED = 0, 1, 2

_HEAD = 1024 * 1024  # bytes looked at to recognise a file
_MARKS = (b'{"actor":{', b'"body":{', b'"boot":"', b'"mono":', b'"prev":"', b'"seq":', b',"hash":"')
_ENOUGH_MARKS = 4  # an altered record is still recognised as one
_ZIP = b"PK\x03\x04"


def add_parser(subparsers: "Subparsers") -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "verify",
        help="check that a journal is complete and unaltered",
        description="Check that a journal is complete and unaltered. Exit status: 0 whole, 1 the last line is torn, "
        "2 altered, 64 not a journal.",
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="a journal, or the name or folder of a session")
    parser.add_argument(
        "--head", metavar="HASH", help="a head that was noted before: say whether the record still holds it"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the verdict on stdout. Raises UsageError when the file is nothing that can be verified."""
    path: Path = args.file
    try:
        path = _journal(path)
        _recognise(path)
        reading = read(path)
    except OSError as problem:
        raise UsageError(
            f"{visible_line(str(path))} cannot be read: {problem.strerror}", "Check the path."
        ) from problem
    verdict, status = _verdict(path, reading, args.head)
    for label, value in (("journal", visible_line(str(path))), *_facts(reading), ("verdict", verdict)):
        print(f"{label:<9}{value}")
    return status


def _journal(path: Path) -> Path:
    """The journal that is meant: the file itself, that of a folder, or that of a session known by its name."""
    if path.is_dir():
        return path / JOURNAL
    named = sessions_root() / path
    return named / JOURNAL if not path.exists() and named.is_dir() else path


def _recognise(path: Path) -> None:
    if not stat.S_ISREG(path.stat().st_mode):
        raise UsageError(f"{visible_line(str(path))} is not a file", "Give a journal, or the folder of a session.")
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(_ZIP):
        raise UsageError(
            f"{visible_line(str(path))} is a zip file; this version verifies journals only",
            f"Unpack it, and verify the {JOURNAL} in it.",
        )
    torn_first_line = b"\n" not in head and head.startswith(_MARKS[0])
    if not torn_first_line and sum(mark in head for mark in _MARKS) < _ENOUGH_MARKS:
        raise UsageError(f"{visible_line(str(path))} is not a journal", "Give a journal, or the folder of a session.")


def _verdict(path: Path, reading: Reading, noted: str | None) -> tuple[str, int]:
    bad_line, reason, unchecked = _blobs(path, reading.events)
    if bad_line is not None:
        return f"altered: line {bad_line}: {reason}", ALTERED
    if reading.altered_line is not None:
        return f"altered: line {reading.altered_line}: {reading.reason}", ALTERED
    if reading.torn_bytes:
        number = len(reading.events) + 1
        return f"torn: line {number}, the last, was cut short ({reading.torn_bytes} bytes); whole before it", TORN
    if noted is not None:
        return _with_head(reading, noted.strip().lower(), unchecked)
    return f"whole{unchecked}; nobody has signed it, so compare its head with one that was noted: --head HASH", WHOLE


def _with_head(reading: Reading, noted: str, unchecked: str) -> tuple[str, int]:
    """A noted head shows that nothing was cut off before it; what came after it, such as an export, is counted."""
    line = next((event.seq for event in reading.events if event.hash == noted), None)
    if line is None:
        return "altered: the head that was noted is not in this record: lines are missing, or were made anew", ALTERED
    later = len(reading.events) - line
    after = "1 line" if later == 1 else f"{later} lines"
    return f"whole{unchecked}; it holds the head that was noted, at line {line}, and {after} after it", WHOLE


def _facts(reading: Reading) -> Iterator[tuple[str, str]]:
    events = reading.events
    yield "events", str(len(events))
    if events:
        yield "first", visible_line(events[0].at)
        yield "last", visible_line(events[-1].at)
        yield "session", kind_of(events)
    yield "head", events[-1].hash if events else NO_HASH


def _blobs(path: Path, events: tuple[Event, ...]) -> tuple[int | None, str, str]:
    """The first line whose long text is gone or changed, why, and what to say if they cannot be looked at."""
    folder = path.with_name(BLOBS)
    references = [(event.seq, *reference) for event in events for reference in _references(dict(event.body))]
    if references and not folder.is_dir():
        return None, "", f"; {len({name for _, name, _ in references})} long texts lie in {BLOBS}/, which is not here"
    seen: set[str] = set()
    for line, name, length in references:
        if name in seen:
            continue
        seen.add(name)
        try:
            blob_bytes(name, length, folder)
        except AlteredError as problem:
            return line, problem.problem, ""
    return None, "", ""


def _references(value: Json) -> Iterator[tuple[str, int]]:
    if (reference := blob_reference(value)) is not None:
        yield reference
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _references(item)
