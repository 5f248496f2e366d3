"""Where a practice network is found in its folder. Its own module: clients need nothing of the servers."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

CONTROL = "control.sock"
CONNECTIONS = "connections.json"
PLAN_TO_CHECK = "check.toml"  # the plan, with where everything is reached
SESSION_PLACE = "practice"  # where the network is, in the folder of a session
LOCK = "lock"  # held while the network runs


PASSWORD_FILE = "password"  # noqa: S105  (the name of the file)


def is_practice(directory: Path) -> bool:
    """Whether a practice network is in this folder, or was."""
    return (directory / CONNECTIONS).exists()


def password_file(directory: Path) -> Path | None:
    """Where the password of a practice network in this folder stands; None where there is no such network."""
    path = directory / PASSWORD_FILE
    return path if is_practice(directory) and path.is_file() else None


def has_ended(directory: Path) -> bool:
    """Whether a practice network was in this folder and runs no longer; not so where there never was one."""
    if not is_practice(directory):
        return False
    try:
        with (directory / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def address(directory: Path) -> Iterator[str]:
    """The address of the socket, short however long the path is: AF_UNIX takes no more than 107 bytes.

    Raises OSError when there is no such folder.
    """
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{fd}/{CONTROL}"
    finally:
        os.close(fd)
