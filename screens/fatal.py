"""A fault of our own: one sentence for the terminal, and a log without the values of variables."""

import os
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from wizard.session import sessions_root


def crash_log(error: BaseException, redact: Callable[[str], str]) -> Path:
    """Append the traceback, without locals and without secrets, to a file that only this account may read."""
    path = sessions_root().parent / "crash.log"
    trace = "".join(traceback.format_exception(error))
    text = f"{time.strftime('%Y-%m-%dT%H:%M:%S%z')}\n{redact(trace)}\n"
    with suppress(OSError):  # the sentence on the terminal is all that can then be given
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        with os.fdopen(fd, "a", encoding="utf-8", errors="backslashreplace") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
    return path


def sentence(path: Path) -> str:
    """What the terminal shows of it."""
    return f"fedwizard ended by a fault of its own. Details: {path}. What was shown as done is on record."
