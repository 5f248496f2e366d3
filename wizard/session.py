"""The session folder: plan.toml, journal.jsonl, blobs/, terminal.cast, exports/, practice/. Private to the account."""

import difflib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from wizard.errors import FedwizardError, UsageError
from wizard.files import sync_folder, write_file
from wizard.journal import Event, Journal, blob_text, read
from wizard.secrets import Secrets
from wizard.version import tool

JOURNAL, PLAN, BLOBS = "journal.jsonl", "plan.toml", "blobs"
_UNFINISHED = ".fedwizard-new-"  # a session that is being created; one that never was, if its creator died


@dataclass
class Session:
    """An open session, locked for this process until `close`. `plan_text` is the plan as it is now.

    `is_practice` says that the session belongs to a practice network; `practice` is the folder of that network.
    """

    folder: Path
    journal: Journal
    plan_text: str
    is_practice: bool
    cast: Path = field(init=False)
    exports: Path = field(init=False)
    practice: Path = field(init=False)

    def __post_init__(self) -> None:
        self.cast = self.folder / "terminal.cast"
        self.exports, self.practice = self.folder / "exports", self.folder / "practice"

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.folder.name

    def change_plan(self, text: str) -> Event:
        """Store a changed plan and put the change on record. Raises JournalWriteError, FedwizardError.

        The file comes first: a crash in between leaves a plan that was edited outside, which resuming records.
        """
        try:
            write_file(self.folder / PLAN, text.encode())
        except OSError as problem:
            raise FedwizardError(
                f"{self.folder / PLAN} cannot be written: {problem.strerror}", "Free space or mend the disk."
            ) from problem
        return self.note_plan(text)

    def note_plan(self, text: str) -> Event:
        """Put on record that the plan reads `text` now. Raises JournalWriteError."""
        lines = difflib.unified_diff(
            self.plan_text.splitlines(keepends=True), text.splitlines(keepends=True), "plan.toml before", "plan.toml"
        )
        event = self.journal.append("plan.changed", {"diff": "".join(lines), **_plan_body(text)})
        self.plan_text = text
        return event

    def close(self) -> None:
        """Give up the lock."""
        self.journal.close()


@dataclass(frozen=True, kw_only=True)
class SessionSummary:
    """One session at a glance. `started` and `last` are RFC 3339 UTC; `problem` says what is wrong with the record."""

    name: str
    folder: Path
    started: str
    last: str
    kind: Literal["practice", "real"]
    plan_sha256: str
    ended: bool
    locked: bool
    problem: str = ""


def sessions_root() -> Path:
    """Where sessions lie: $XDG_STATE_HOME/fedwizard/sessions (XDG Base Directory: a relative value is ignored)."""
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    return (state if state.is_absolute() else Path.home() / ".local" / "state") / "fedwizard" / "sessions"


def create(
    folder: Path | None, plan_text: str, *, practice: bool, secrets: Secrets, practice_from: Path | None = None
) -> Session:
    """A new session in `folder`, or in one named after the time. It is there whole or not at all.

    `practice_from` is the folder of a practice network, on the same file system; it becomes the session's own.
    Raises UsageError when the folder exists or cannot be made.
    """
    secrets.know(plan_text)
    target = (folder or _new_name(practice)).absolute()
    if os.path.lexists(target):
        raise _exists(target)
    try:
        _make_parents(target.parent)
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=target.parent))
        try:
            if practice_from is not None:
                practice_from.rename(unfinished / "practice")
            return _build(unfinished, target, plan_text, practice, secrets)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
    except OSError as problem:
        if os.path.lexists(target):
            raise _exists(target) from problem
        raise UsageError(
            f"{target}: the session folder cannot be made: {problem.strerror}", "Choose another one with --session DIR."
        ) from problem


def open_session(folder: Path, secrets: Secrets) -> Session:
    """Continue a session: lock it, put that on record, and with it a plan that was edited outside.

    Raises UsageError, and what `Journal.open` raises: LockedError, AlteredError, JournalWriteError.
    """
    folder = folder.absolute()
    plan_text = _read_plan(folder)
    secrets.know(plan_text)
    try:
        journal = Journal.open(folder / JOURNAL, folder / BLOBS, secrets)
    except OSError as problem:
        raise _no_session(folder, problem) from problem
    try:
        opened, planned = _opening(journal.events), _last_plan(journal.events)
        if opened is None or planned is None:
            raise UsageError(f"{folder} holds a record without a beginning", "Start a new session.")
        known = blob_text(planned.body.get("plan", ""), folder / BLOBS)
        session = Session(folder, journal, known, opened.body.get("practice") is True)
        journal.append("session.resumed", _who())
        if planned.body.get("plan_sha256") != _sha256(plan_text):
            session.note_plan(plan_text)
        session.plan_text = plan_text
    except BaseException:
        journal.close()
        raise
    return session


def locate(name: str | None) -> Path:
    """The folder of a session given by name or path; without one, the last that has not ended. Raises UsageError."""
    if name is None:
        for summary in listing(sessions_root()):
            if not summary.ended and not summary.problem:
                return summary.folder
        raise UsageError(
            "There is no unfinished session in the usual place.",
            "One that was begun with --session DIR is resumed by `fedwizard resume DIR`.",
        )
    for folder in (sessions_root() / name, Path(name)):
        if (folder / JOURNAL).is_file():
            return folder
    raise UsageError(f"{name} is not a session.", "`fedwizard sessions` lists them.")


def name_of(folder: Path) -> str:
    """What `locate` finds a session by: its name in the usual place, its folder elsewhere."""
    return folder.name if folder.parent == sessions_root() else str(folder)


def listing(root: Path) -> tuple[SessionSummary, ...]:
    """The sessions below `root`, the one last worked on first. Never fails because of one of them."""
    try:
        folders = [entry for entry in root.iterdir() if not entry.name.startswith(".")]
    except OSError:
        return ()
    found = [_summary(folder) for folder in folders if (folder / JOURNAL).is_file()]
    return tuple(sorted(found, key=lambda summary: (summary.last, summary.name), reverse=True))


def kind_of(events: tuple[Event, ...]) -> Literal["practice", "real"]:
    """Whether a record is of a practice network."""
    opened = _opening(events)
    return "practice" if opened is not None and opened.body.get("practice") is True else "real"


def _build(unfinished: Path, target: Path, plan_text: str, practice: bool, secrets: Secrets) -> Session:
    for folder in (unfinished, unfinished / BLOBS, unfinished / "exports", *((unfinished / "practice",) * practice)):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o700)
    write_file(unfinished / PLAN, plan_text.encode())
    journal = Journal.create(unfinished / JOURNAL, unfinished / BLOBS, secrets)
    try:
        journal.append("session.open", {**_who(), **_plan_body(plan_text), "practice": practice})
        unfinished.rename(target)
        sync_folder(target.parent)
    except BaseException:
        journal.close()
        raise
    journal.moved(target / JOURNAL)
    return Session(target, journal, plan_text, practice)


def _make_parents(folder: Path) -> None:
    """Make what is missing above a session, private whatever the umask; what is there stays as it is."""
    if not folder.exists():
        _make_parents(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _new_name(practice: bool) -> Path:
    root = sessions_root()
    stem = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{'practice' if practice else 'real'}"
    names = (stem, *(f"{stem}-{number}" for number in range(2, 100)))
    return next((root / name for name in names if not os.path.lexists(root / name)), root / stem)


def _read_plan(folder: Path) -> str:
    try:
        return (folder / PLAN).read_bytes().decode()
    except OSError as problem:
        raise _no_session(folder, problem) from problem
    except UnicodeDecodeError as problem:
        raise UsageError(
            f"{folder / PLAN} is not UTF-8 text", "Save it as UTF-8; the record holds its text."
        ) from problem


def _who() -> dict[str, str | int]:
    return {"pid": os.getpid(), "tool": tool()}


def _plan_body(text: str) -> dict[str, str]:
    return {"plan": text, "plan_sha256": _sha256(text)}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _opening(events: tuple[Event, ...]) -> Event | None:
    return next((event for event in events if event.kind == "session.open"), None)


def _last_plan(events: tuple[Event, ...]) -> Event | None:
    return next((event for event in reversed(events) if event.kind in {"session.open", "plan.changed"}), None)


def _summary(folder: Path) -> SessionSummary:
    try:
        reading = read(folder / JOURNAL)
    except OSError as problem:
        return _unreadable(folder, f"cannot be read: {problem.strerror}")
    events = reading.events
    if reading.altered_line is not None:
        problem_text = f"altered at line {reading.altered_line}"
    else:
        problem_text = "" if events else "the record is empty"
    planned = _last_plan(events)
    return SessionSummary(
        name=folder.name,
        folder=folder,
        started=events[0].at if events else "",
        last=events[-1].at if events else "",
        kind=kind_of(events),
        plan_sha256=_text(planned.body, "plan_sha256") if planned else "",
        ended=_ended(events),
        locked=_locked(folder / JOURNAL),
        problem=problem_text,
    )


def _unreadable(folder: Path, problem: str) -> SessionSummary:
    return SessionSummary(
        name=folder.name,
        folder=folder,
        started="",
        last="",
        kind="real",
        plan_sha256="",
        ended=False,
        locked=False,
        problem=problem,
    )


def _ended(events: tuple[Event, ...]) -> bool:
    """Finished, and nothing was taken up again since."""
    for event in reversed(events):
        if event.kind == "session.finished":
            return True
        if event.kind == "plan.changed" or event.kind.startswith("step."):
            return False
    return False


def _locked(journal: Path) -> bool:
    """Whether a writer is at work. The shared lock is held for an instant only; a writer tries more than once."""
    try:
        fd = os.open(journal, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def _text(body: Mapping[str, object], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""


def _exists(folder: Path) -> UsageError:
    return UsageError(f"{folder} exists already", "Choose another folder, or `fedwizard resume` what is in it.")


def _no_session(folder: Path, problem: OSError) -> UsageError:
    return UsageError(
        f"{folder} is not a session that can be opened: {problem.strerror}", "`fedwizard sessions` lists the sessions."
    )
