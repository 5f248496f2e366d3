"""BIND 9 for tests: authoritative for the given zones, on a free port of 127.0.0.1."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import dns.exception
import dns.message
import dns.query

from tests.servers.daemon import daemon
from tests.servers.tls import free_port

_SOA = "@ 300 IN SOA ns1 hostmaster {serial} 3600 600 86400 300\n@ 300 IN NS ns1\nns1 300 IN A 127.0.0.1\n"


def zone_text(zone: str, records: str, *, serial: int = 1) -> str:
    """A zone in master file form: the records with SOA, name server and its address before them."""
    return f"$ORIGIN {zone}.\n$TTL 300\n{_SOA.format(serial=serial)}{records}\n"


def zone_files(folder: Path, zones: Mapping[str, str], serial: int) -> Iterator[tuple[str, Path]]:
    """Write each zone to a file in the folder; gives its name and the file."""
    folder.mkdir(exist_ok=True)
    for zone, records in zones.items():
        path = folder / f"{zone}.zone"
        path.write_text(zone_text(zone, records, serial=serial))
        yield zone, path


@contextlib.contextmanager
def name_server(
    folder: Path, zones: Mapping[str, str], *, serial: int = 1, extra: str = "", more: str = ""
) -> Iterator[int]:
    """Serve zones, given as their records in master file form without the SOA; yields the port."""
    port = free_port()
    clauses = []
    for zone, path in zone_files(folder, zones, serial):
        clauses.append(f'zone "{zone}" {{ type primary; file "{path}"; }};')
    (folder / "named.conf").write_text(
        f'options {{ directory "{folder}"; listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};'
        " pid-file none; recursion no; allow-query { any; }; dnssec-validation no; session-keyfile none;"
        f" {extra} }};\n"
        "controls { };\n" + "\n".join((*clauses, more)) + "\n"
    )
    command = ["named", "-g", "-n", "1", "-c", str(folder / "named.conf")]
    with daemon(command, folder / "named.log", lambda: answers(port, next(iter(zones)))):
        yield port


def answers(port: int, zone: str, *, rcode: int | None = 0) -> bool:
    """Whether the name server at a port of 127.0.0.1 answers for a zone; with `rcode` None, in whatever way."""
    try:
        reply = dns.query.udp(dns.message.make_query(zone, "SOA"), "127.0.0.1", 0.3, port)
    except (dns.exception.DNSException, OSError):
        return False
    return rcode is None or reply.rcode() == rcode
