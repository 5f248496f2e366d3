"""The commented example that `plan new` writes."""

import os
from importlib.resources import files
from pathlib import Path

from wizard.errors import UsageError


def example_text() -> str:
    """The example, valid as it stands."""
    return files("assets").joinpath("plan.example.toml").read_text(encoding="utf-8")


def write_example(path: Path) -> None:
    """Write the example. Raises UsageError when the file exists or cannot be written."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as problem:
        raise UsageError(f"{path} exists already", "Choose another name; nothing was overwritten.") from problem
    except OSError as problem:
        raise UsageError(f"{path} cannot be written: {problem.strerror}", "Choose another place.") from problem
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(example_text())
