"""The commented example that `plan new` writes."""

import os
from importlib.resources import files
from pathlib import Path

from wizard.errors import UsageError


def example_text() -> str:
    """The example, valid as it stands; taking the "# " from its optional parts leaves it valid."""
    return files("assets").joinpath("plan.example.toml").read_text(encoding="utf-8")


def write_example(path: Path) -> None:
    """Write the example, for this account alone. Raises UsageError when the file exists or cannot be written."""
    write_new(path, example_text())


def write_new(path: Path, text: str) -> None:
    """Write a plan that is not there yet, for this account alone. Raises UsageError as `write_example` does."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as problem:
        raise UsageError(f"{path} exists already", "Choose another name; nothing was overwritten.") from problem
    except OSError as problem:
        raise _unwritable(path, problem) from problem
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        path.unlink(missing_ok=True)
        raise _unwritable(path, problem) from problem


def _unwritable(path: Path, problem: OSError) -> UsageError:
    return UsageError(f"{path} cannot be written: {problem.strerror}", "Choose another place.")
