"""BIND 9 on the loopback interface, serving zones of a test."""

import contextlib
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.servers.openssh import free_port

NAMED = "/usr/sbin/named"


@contextlib.contextmanager
def bind(folder: Path, zones: Mapping[str, str]) -> Iterator[int]:
    """A name server for zones given as text; gives its port."""
    port = free_port()
    declared = []
    for number, (name, text) in enumerate(zones.items()):
        path = folder / f"zone{number}"
        path.write_text(text, encoding="utf-8")
        declared.append(f'zone "{name or "."}" {{ type primary; file "{path}"; check-names ignore; }};')
    config = folder / "named.conf"
    config.write_text(
        f'options {{ directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};'
        " recursion no; allow-query { any; }; dnssec-validation no; empty-zones-enable no;"
        f' pid-file "{folder / "named.pid"}"; session-keyfile "{folder / "session.key"}"; }};\n'
        "controls { };\n" + "\n".join(declared) + "\n",
        encoding="utf-8",
    )
    with (folder / "named.log").open("w") as log:
        process = subprocess.Popen([NAMED, "-g", "-n", "1", "-c", str(config)], stderr=log, stdout=log)
        try:
            _wait(folder / "named.log", process)
            yield port
        finally:
            process.terminate()
            process.wait(15)


def _wait(log: Path, process: "subprocess.Popen[bytes]", seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        if "running" in log.read_text(encoding="utf-8", errors="replace"):
            return
    raise AssertionError(log.read_text(encoding="utf-8", errors="replace"))
