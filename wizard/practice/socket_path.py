"""Where the control socket of a practice network is. Its own module, so that clients need nothing of the servers."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

CONTROL = "control.sock"


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
