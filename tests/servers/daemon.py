"""A server of Debian's as a child of the test: its output kept, waited for until it answers, killed at the end."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.servers.tls import until


@contextlib.contextmanager
def daemon(command: Sequence[str], log: Path, is_ready: Callable[[], bool], seconds: float = 10.0) -> Iterator[None]:
    """Run a server in the foreground, with all its processes. Fails with what it printed when it ends too early.

    `seconds` is how long it may take to be ready.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True
        )

        def settled() -> bool:
            assert process.poll() is None, log.read_text(errors="replace")
            return is_ready()

        try:
            until(settled, seconds)
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
