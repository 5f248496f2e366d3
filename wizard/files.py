"""Files that survive: written whole or not at all, and on disk when the call returns."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path


def write_file(path: Path, content: bytes, mode: int = 0o600) -> None:
    """A file that is there whole or not at all, on disk when this returns. Raises OSError."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    fd = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, mode)
    _write_whole(fd, partial, (content,), mode, lambda: path)


def write_named(folder: Path, pieces: Iterable[bytes], mode: int = 0o600) -> tuple[str, int]:
    """A file named by the SHA-256 of its content, written as `write_file` does. Name and length. Raises OSError."""
    summed, length = hashlib.sha256(), 0

    def counted() -> Iterator[bytes]:
        nonlocal length
        for piece in pieces:
            summed.update(piece)
            length += len(piece)
            yield piece

    fd, partial = tempfile.mkstemp(prefix=".", suffix=".part", dir=folder)
    _write_whole(fd, Path(partial), counted(), mode, lambda: folder / summed.hexdigest())
    return summed.hexdigest(), length


def _write_whole(fd: int, partial: Path, pieces: Iterable[bytes], mode: int, place: Callable[[], Path]) -> None:
    """Write to a file that is open, then give it its name, which its content may decide. A failure leaves nothing."""
    try:
        with os.fdopen(fd, "wb") as stream:
            os.fchmod(stream.fileno(), mode)
            for piece in pieces:
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(place())
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(partial.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Raises OSError."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def append_file(path: Path, content: bytes) -> None:
    """Add to a file (0600), on disk when this returns. Raises OSError."""
    fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    with os.fdopen(fd, "ab") as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(path.parent)
