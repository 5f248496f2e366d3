"""A server of Debian's as a child of the test: its output kept, waited for until it answers, killed at the end."""

import contextlib
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.servers.tls import until


@contextlib.contextmanager
def daemon(command: Sequence[str], log: Path, is_ready: Callable[[], bool]) -> Iterator[None]:
    """Run a server in the foreground. Fails with what it printed when it ends before it is ready."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)

        def settled() -> bool:
            assert process.poll() is None, log.read_text(errors="replace")
            return is_ready()

        try:
            until(settled)
            yield
        finally:
            process.kill()
            process.wait()
