"""The writer of a session's record: append-only, locked, on disk before anything is shown as done.

The form of a line, and reading without a lock, are in `wizard.record`.
"""

import fcntl
import hashlib
import os
import pwd
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from wizard.errors import FedwizardError
from wizard.files import append_file, sync_folder, write_named
from wizard.record import (
    LARGEST_BLOB,
    LARGEST_LINE,
    NO_HASH,
    VERSION,
    AlteredError,
    Event,
    Json,
    Pieces,
    Reading,
    Redactor,
    blob_text,
    event_of,
    read,
    seal,
    well_formed,
)

__all__ = [
    "AlteredError",
    "Event",
    "Journal",
    "JournalWriteError",
    "Json",
    "LockedError",
    "Reading",
    "blob_text",
    "read",
]

LARGEST_STRING = 64 * 1024  # bytes; longer ones go to blobs/
_LOCK_TRIES, _LOCK_PAUSE = 10, 0.02  # whoever lists the sessions holds a shared lock for an instant
_REMEDY = (
    "Nothing more is sent to any node. Free space or mend the disk, then resume: what was shown as done is on record."
)


class LockedError(FedwizardError):
    """Another process writes this record."""


class JournalWriteError(FedwizardError):
    """The record cannot be written; nothing more may be done that would have to be on it."""


class Journal:
    """The one writer of a record. Holds the lock until `close`; an event that `append` returned is on disk."""

    def __init__(self, path: Path, blobs_dir: Path, secrets: Redactor, fd: int, reading: Reading) -> None:
        self.path, self.blobs_dir = path, blobs_dir
        self._secrets, self._fd = secrets, fd
        self._events, self._size = list(reading.events), reading.whole_bytes
        self._mutex = threading.Lock()
        self._closed = ""
        self._boot, self._actor = _boot(), _actor()

    @classmethod
    def create(cls, path: Path, blobs_dir: Path, secrets: Redactor) -> "Journal":
        """A new, empty record (0600), locked. Raises FileExistsError, JournalWriteError."""
        try:
            fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            os.fchmod(fd, 0o600)
            _lock(fd, path)
            sync_folder(path.parent)
        except FileExistsError:
            raise
        except OSError as problem:
            raise _write_error(path, problem) from problem
        return cls(path, blobs_dir, secrets, fd, Reading(events=(), whole_bytes=0))

    @classmethod
    def open(cls, path: Path, blobs_dir: Path, secrets: Redactor) -> "Journal":
        """Continue a record. A torn last line is moved aside to `<name>.torn` and `journal.recovered` is appended.

        Raises LockedError, AlteredError (the record can be read, never written again), JournalWriteError, OSError.
        """
        fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_NOFOLLOW)
        try:
            _lock(fd, path)
            reading = read(path)
            _refuse_altered(path, reading)
            journal = cls(path, blobs_dir, secrets, fd, reading)
            if reading.torn_bytes:
                journal._recover(reading)
        except BaseException:
            os.close(fd)
            raise
        return journal

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything on record, oldest first."""
        return tuple(self._events)

    @property
    def head(self) -> str:
        """The hash of the last line; it stands for the whole record."""
        return self._events[-1].hash if self._events else NO_HASH

    def append(self, kind: str, body: Mapping[str, object], step: str = "") -> Event:
        """Put one event on record. Secrets are taken out of all texts of `body`; long texts go to blobs/.

        Raises TypeError or ValueError for a body that has no canonical form (nothing is written), JournalWriteError
        when the disk does not take it; then nothing more is accepted.
        """
        with self._mutex:
            if self._closed:
                raise JournalWriteError(f"{self.path}: {self._closed}", _REMEDY)
            try:
                fields, line, digest = self._line(kind, body, step)
                self._write(line)
            except OSError as problem:
                self._closed = f"the record could not be written ({problem.strerror}); nothing more is accepted"
                raise _write_error(self.path, problem) from problem
            self._events.append(event_of(fields, digest))
            return self._events[-1]

    def moved(self, path: Path) -> None:
        """The folder of the record was renamed; `path` is where the record lies now."""
        self.blobs_dir = path.parent / self.blobs_dir.name
        self.path = path

    def close(self) -> None:
        """Give up the lock. Nothing is written: what was appended is on disk already."""
        with self._mutex:
            if self._fd >= 0:
                os.close(self._fd)
            self._fd, self._closed = -1, "the record is closed"

    def _line(self, kind: str, body: Mapping[str, object], step: str) -> tuple[dict[str, Json], bytes, str]:
        fields: dict[str, Json] = {
            "v": VERSION,
            "seq": len(self._events) + 1,
            "at": datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
            "mono": time.monotonic_ns(),
            "boot": self._boot,
            "actor": dict(self._actor),
            "step": step,
            "kind": kind,
            "body": self._clean(body),
            "prev": self.head,
        }
        line, digest = seal(fields)
        if len(line) > LARGEST_LINE:
            raise ValueError("the event is too long for one line")
        return fields, line, digest

    def _clean(self, value: object) -> Json:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            if not -(2**63) <= value < 2**63:
                raise ValueError("an integer of more than 64 bits")
            return int(value)
        if isinstance(value, str):
            return self._text(str(value))
        if isinstance(value, Mapping):
            return {self._key(key): self._clean(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._clean(item) for item in value]
        if isinstance(value, Pieces):
            return self._blob(self._filtered(value))
        raise TypeError(f"{type(value).__name__} has no place in the record")

    def _key(self, key: object) -> str:
        if not isinstance(key, str):
            raise TypeError("a key in the record is a text")
        return well_formed(self._secrets.redact(key))

    def _text(self, text: str) -> Json:
        clean = well_formed(self._secrets.redact(text))
        if len(clean) * 4 <= LARGEST_STRING or len(content := clean.encode()) <= LARGEST_STRING:
            return clean
        if len(content) > LARGEST_BLOB:
            raise ValueError("a text too long for the record")
        return self._blob((content,))

    def _blob(self, pieces: Iterable[bytes]) -> Json:
        """A text beside the journal. One that arrives in pieces is never in memory as a whole."""
        name, length = write_named(self.blobs_dir, pieces)
        return {"blob": name, "bytes": length}

    def _filtered(self, text: Pieces) -> Iterator[bytes]:
        stream, length = self._secrets.stream(), 0
        for piece in text.pieces():
            content = well_formed(stream.feed(piece)).encode()
            length += len(content)
            if length > LARGEST_BLOB:
                raise ValueError("a text too long for the record")
            yield content
        yield well_formed(stream.flush()).encode()

    def _write(self, line: bytes) -> None:
        status = os.fstat(self._fd)
        if status.st_size != self._size or not os.path.samestat(status, os.stat(self.path)):
            raise OSError(0, "it was changed or moved by another program")
        written = os.write(self._fd, line)
        if written != len(line):
            raise OSError(0, f"only {written} of {len(line)} bytes were taken; the disk may be full")
        os.fdatasync(self._fd)
        self._size += written

    def _recover(self, reading: Reading) -> None:
        torn = self.path.with_name(self.path.name + ".torn")
        try:
            tail = os.pread(self._fd, reading.torn_bytes, reading.whole_bytes)
            append_file(torn, tail)
            os.ftruncate(self._fd, reading.whole_bytes)
            os.fsync(self._fd)
        except OSError as problem:
            raise _write_error(self.path, problem) from problem
        digest = hashlib.sha256(tail).hexdigest()
        self.append("journal.recovered", {"bytes": len(tail), "sha256": digest, "file": torn.name})


_REMEDY = (
    "Nothing more is sent to any node. Free space or mend the disk, then resume: what was shown as done is on record."
)


def holder(events: tuple[Event, ...]) -> str:
    """Who opened the record last, in words: the events `session.*` carry the process id."""
    for event in reversed(events):
        if event.kind.startswith("session.") and "pid" in event.body:
            where = f", {event.actor['tty']}" if event.actor.get("tty") else ""
            return f"{event.actor.get('user')} (process {event.body['pid']}{where}) since {event.at}"
    return "another process"


def _lock(fd: int, path: Path) -> None:
    for tries_left in reversed(range(_LOCK_TRIES)):
        try:
            return fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if tries_left:
                time.sleep(_LOCK_PAUSE)
    raise LockedError(
        f"{path} is in use by {holder(read(path).events)}",
        "Wait until it is over there, or ask for it to be ended.",
    )


def _refuse_altered(path: Path, reading: Reading) -> None:
    if reading.altered_line is not None:
        raise AlteredError(
            f"{path} was altered: line {reading.altered_line}: {reading.reason}",
            "It can be read and exported, not continued. Keep it, and start a new session.",
            reading.altered_line,
        )
    if any(event.v > VERSION for event in reading.events):
        raise FedwizardError(f"{path} was written by a newer version", "Continue it with that version of fedwizard.")


def _write_error(path: Path, problem: OSError) -> JournalWriteError:
    return JournalWriteError(f"{path}: the record cannot be written: {problem.strerror}", _REMEDY)


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""


def _actor() -> Mapping[str, Json]:
    uid = os.getuid()
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = str(uid)
    remote = os.environ.get("SSH_CONNECTION", "").partition(" ")[0]
    optional = {"sudo_user": os.environ.get("SUDO_USER", ""), "from": remote, "tty": _tty()}
    return {"user": user, "uid": uid, **{key: well_formed(text) for key, text in optional.items() if text}}


def _tty() -> str:
    for fd in (0, 1, 2):
        try:
            return os.ttyname(fd).removeprefix("/dev/")
        except OSError:
            continue
    return ""
