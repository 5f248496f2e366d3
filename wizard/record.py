"""The form of the record, and reading it: one canonical JSON object a line, each sealed and chained to the one before.

A line's `hash` is its last key: the SHA-256 of the line's bytes before `,"hash"`. So a line without its last 76 bytes
(75 without the newline) is what `sha256sum` has to be given. `prev` is the hash of the line before, zeros at first.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn, Protocol, TypeVar, runtime_checkable

from wizard.errors import FedwizardError

Json = str | int | bool | None | list["Json"] | dict[str, "Json"]

VERSION = 1  # readers ignore unknown fields and kinds; this changes only when a line means something else
NO_HASH = "0" * 64
LARGEST_BLOB = 256 * 1024 * 1024  # bytes
LARGEST_LINE = 32 * 1024 * 1024  # bytes; a reader must not be made to hold more

_SEAL = re.compile(rb',"hash":"([0-9a-f]{64})"\}\n')
_SEAL_LENGTH = 76
_SHA256 = re.compile(r"[0-9a-f]{64}")


class AlteredError(FedwizardError):
    """The record is not as it was written. `line` is the first line, counted from 1, that shows it."""

    def __init__(self, problem: str, remedy: str = "", line: int | None = None) -> None:
        super().__init__(problem, remedy)
        self.line = line


class Filter(Protocol):
    """Keeps secrets out of text that arrives in pieces."""

    def feed(self, text: str) -> str: ...
    def flush(self) -> str: ...


class Redactor(Protocol):
    """What keeps secrets out of the record."""

    def redact(self, text: str) -> str: ...
    def stream(self) -> Filter: ...


@runtime_checkable
class Pieces(Protocol):
    """A text that is too long to be held at once."""

    def pieces(self) -> Iterator[str]: ...


@dataclass(frozen=True, kw_only=True)
class Event:
    """One line of the record. `at` is RFC 3339 UTC with microseconds, `mono` monotonic nanoseconds within `boot`."""

    v: int
    seq: int
    at: str
    mono: int
    boot: str
    actor: Mapping[str, Json]
    step: str
    kind: str
    body: Mapping[str, Json]
    prev: str
    hash: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What a record holds as far as it is whole.

    `torn_bytes` is the length of a last line without a newline, `altered_line` the first bad line (counted from 1)
    with `reason` for it; `events` and `whole_bytes` end before either.
    """

    events: tuple[Event, ...]
    whole_bytes: int
    torn_bytes: int = 0
    altered_line: int | None = None
    reason: str = ""


_Scalar = TypeVar("_Scalar", int, str)


class _BadLineError(Exception):
    """The line is not what was written."""


# --- the form of a line -----------------------------------------------------------------------------------------------


def canonical(value: Json) -> bytes:
    """Sorted keys, no blanks, UTF-8, integers only. Raises ValueError or TypeError for anything else."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def seal(fields: Mapping[str, Json]) -> tuple[bytes, str]:
    """The line for `fields`, newline included, and its hash."""
    content = canonical(dict(fields))[:-1]
    digest = hashlib.sha256(content).hexdigest()
    return content + f',"hash":"{digest}"}}\n'.encode("ascii"), digest


def well_formed(text: str) -> str:
    """The text as UTF-8 can hold it: pairs of surrogates joined, lone ones replaced."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _parse(line: bytes, before: Event | None) -> Event:
    content, mark = line[:-_SEAL_LENGTH], _SEAL.fullmatch(line[-_SEAL_LENGTH:])
    if mark is None:
        raise _BadLineError("it does not end in a hash")
    digest = mark[1].decode("ascii")
    if hashlib.sha256(content).hexdigest() != digest:
        raise _BadLineError("its hash does not fit its content")
    try:
        fields: Json = json.loads((content + b"}").decode(), parse_float=_refuse, parse_constant=_refuse)
        if canonical(fields)[:-1] != content:
            raise _BadLineError("it is not in canonical form")
    except (ValueError, RecursionError) as problem:
        raise _BadLineError("it is not a record") from problem
    event = event_of(fields, digest)
    if event.seq != (before.seq + 1 if before else 1):
        raise _BadLineError(f"its number is {event.seq}: lines are missing or in another order")
    if event.prev != (before.hash if before else NO_HASH):
        raise _BadLineError("it does not follow the line before it")
    return event


def read(path: Path) -> Reading:
    """Read a record without lock and without writing; a line that is just being written counts as torn.

    Raises OSError.
    """
    with path.open("rb") as stream:
        return _scan(stream)


def _scan(stream: BinaryIO) -> Reading:
    events: list[Event] = []
    whole = 0
    while line := stream.readline(LARGEST_LINE + 1):
        number = len(events) + 1
        if not line.endswith(b"\n") and len(line) <= LARGEST_LINE:
            return Reading(events=tuple(events), whole_bytes=whole, torn_bytes=len(line))
        try:
            event = _parse(line, events[-1] if events else None)
        except _BadLineError as problem:
            return Reading(events=tuple(events), whole_bytes=whole, altered_line=number, reason=str(problem))
        events.append(event)
        whole += len(line)
    return Reading(events=tuple(events), whole_bytes=whole)


def event_of(fields: Json, digest: str) -> Event:
    if not isinstance(fields, dict):
        raise _BadLineError("it is not a record")
    return Event(
        v=_scalar(fields, "v", int),
        seq=_scalar(fields, "seq", int),
        at=_scalar(fields, "at", str),
        mono=_scalar(fields, "mono", int),
        boot=_scalar(fields, "boot", str),
        actor=_mapping(fields, "actor"),
        step=_scalar(fields, "step", str),
        kind=_scalar(fields, "kind", str),
        body=_mapping(fields, "body"),
        prev=_scalar(fields, "prev", str),
        hash=digest,
    )


def _scalar(fields: dict[str, Json], key: str, kind: type[_Scalar]) -> _Scalar:
    value = fields.get(key)
    if isinstance(value, bool) or not isinstance(value, kind):
        raise _BadLineError(f"its field {key} is missing or of another type")
    return value


def _mapping(fields: dict[str, Json], key: str) -> dict[str, Json]:
    value = fields.get(key)
    if not isinstance(value, dict):
        raise _BadLineError(f"its field {key} is missing or of another type")
    return value


def _refuse(number: str) -> NoReturn:
    raise ValueError(f"{number} is not an integer")


# --- long texts -------------------------------------------------------------------------------------------------------


def blob_text(value: Json, blobs_dir: Path) -> str:
    """The text of a body's value, wherever it lies. Raises AlteredError when it is gone or not what was written."""
    if isinstance(value, str):
        return value
    if (reference := blob_reference(value)) is None:
        raise TypeError("neither a text nor a reference to one")
    return blob_bytes(*reference, blobs_dir).decode("utf-8", "replace")


def blob_reference(value: Json) -> tuple[str, int] | None:
    """The SHA-256 and the length in bytes, if `value` refers to a text in blobs/."""
    if not isinstance(value, dict) or value.keys() != {"blob", "bytes"}:
        return None
    name, length = value["blob"], value["bytes"]
    if isinstance(name, str) and _SHA256.fullmatch(name) and isinstance(length, int) and 0 <= length <= LARGEST_BLOB:
        return name, length
    return None


def blob_bytes(name: str, length: int, blobs_dir: Path) -> bytes:
    """The content of one blob. Raises AlteredError when it is gone or not what was written."""
    remedy = "Get the session folder from a backup; the rest of the record can still be read."
    try:
        # Not through a link and never waiting for a pipe: the folder may come from somebody else.
        fd = os.open(blobs_dir / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(fd, "rb") as stream:
            content = stream.read(length + 1)
    except OSError as problem:
        raise AlteredError(f"blobs/{name} cannot be read: {problem.strerror}", remedy) from problem
    if hashlib.sha256(content).hexdigest() != name:
        raise AlteredError(f"blobs/{name} is not what was written", remedy)
    return content
