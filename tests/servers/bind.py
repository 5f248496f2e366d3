"""BIND 9 for tests: authoritative for the given zones, on a free port of 127.0.0.1."""

import contextlib
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import dns.exception
import dns.message
import dns.query

from tests.servers.tls import free_port, until

_SOA = "@ 300 IN SOA ns1 hostmaster {serial} 3600 600 86400 300\n@ 300 IN NS ns1\nns1 300 IN A 127.0.0.1\n"


@contextlib.contextmanager
def name_server(folder: Path, zones: Mapping[str, str], *, serial: int = 1, extra: str = "") -> Iterator[int]:
    """Serve zones, given as their records in master file form without the SOA; yields the port."""
    port = free_port()
    folder.mkdir(exist_ok=True)
    clauses = []
    for zone, records in zones.items():
        path = folder / f"{zone}.zone"
        path.write_text(f"$ORIGIN {zone}.\n$TTL 300\n{_SOA.format(serial=serial)}{records}\n")
        clauses.append(f'zone "{zone}" {{ type primary; file "{path}"; }};')
    (folder / "named.conf").write_text(
        f'options {{ directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};'
        " pid-file none; recursion no; allow-query { any; }; dnssec-validation no; session-keyfile none;"
        f" {extra} }};\n"
        "controls { };\n" + "\n".join(clauses) + "\n"
    )
    command = ["named", "-g", "-n", "1", "-c", str(folder / "named.conf")]
    log = (folder / "named.log").open("wb")
    process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until(lambda: _answers(port, next(iter(zones))) or _ended(process, folder))
        yield port
    finally:
        process.kill()
        process.wait()
        log.close()


def _ended(process: "subprocess.Popen[bytes]", folder: Path) -> bool:
    assert process.poll() is None, (folder / "named.log").read_text()
    return False


def _answers(port: int, zone: str) -> bool:
    try:
        return dns.query.udp(dns.message.make_query(zone, "SOA"), "127.0.0.1", 0.3, port).rcode() == 0
    except (dns.exception.DNSException, OSError):
        return False
