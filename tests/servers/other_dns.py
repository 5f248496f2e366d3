"""Other name servers for tests, each on a free port of 127.0.0.1: NSD, unbound as a validating resolver, dnsmasq."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.servers.bind import answers, zone_files
from tests.servers.daemon import daemon
from tests.servers.tls import free_port


@contextlib.contextmanager
def nsd(folder: Path, zones: Mapping[str, str], *, serial: int = 1) -> Iterator[int]:
    """NSD, authoritative for zones given as in `bind.name_server`; yields the port."""
    port = free_port()
    clauses = []
    for zone, path in zone_files(folder, zones, serial):
        clauses.append(f'zone:\n  name: "{zone}"\n  zonefile: "{path}"\n')
    (folder / "nsd.conf").write_text(
        f'server:\n  ip-address: 127.0.0.1\n  port: {port}\n  username: ""\n  zonesdir: "{folder}"\n'
        f'  database: ""\n  pidfile: ""\n  xfrdfile: "{folder}/xfrd.state"\n  zonelistfile: "{folder}/zone.list"\n'
        f'  xfrdir: "{folder}"\n  cookie-secret-file: ""\n'
        "remote-control:\n  control-enable: no\n" + "".join(clauses)
    )
    command = ["nsd", "-d", "-c", str(folder / "nsd.conf")]
    with daemon(command, folder / "nsd.log", lambda: answers(port, next(iter(zones)))):
        yield port


@contextlib.contextmanager
def unbound(folder: Path, upstream: int, anchors: Sequence[str] = (), more: str = "") -> Iterator[int]:
    """unbound, which asks one name server of 127.0.0.1 for everything and validates below the anchors (DS records).

    `more` are further lines of its server clause.
    Yields the port. Nothing is asked anywhere else.
    """
    port = free_port()
    folder.mkdir(exist_ok=True)
    (folder / "anchors").write_text("\n".join(anchors) + "\n")
    anchored = f'  trust-anchor-file: "{folder}/anchors"\n' if anchors else ""
    (folder / "unbound.conf").write_text(
        f'server:\n  interface: 127.0.0.1@{port}\n  do-daemonize: no\n  use-syslog: no\n  chroot: ""\n'
        f'  username: ""\n  directory: "{folder}"\n  pidfile: ""\n  do-not-query-localhost: no\n  ede: yes\n'
        "  do-ip6: no\n  prefetch: no\n  qname-minimisation: no\n  trust-anchor-signaling: no\n"
        f"{anchored}{more}"
        f'forward-zone:\n  name: "."\n  forward-addr: 127.0.0.1@{upstream}\n'
        "remote-control:\n  control-enable: no\n"
    )
    command = ["unbound", "-d", "-p", "-c", str(folder / "unbound.conf")]
    with daemon(command, folder / "unbound.log", lambda: answers(port, "ready.invalid", rcode=None)):
        yield port


@contextlib.contextmanager
def dnsmasq(folder: Path, *settings: str) -> Iterator[int]:
    """dnsmasq with records as settings, such as `--address=/sip.partner.example/10.0.0.7`; yields the port."""
    port = free_port()
    folder.mkdir(exist_ok=True)
    own = (
        "--no-daemon",
        f"--port={port}",
        "--listen-address=127.0.0.1",
        "--bind-interfaces",
        "--no-resolv",
        "--no-hosts",
    )
    command = ["dnsmasq", *own, "--conf-file=/dev/null", "--user=", "--pid-file", *settings]
    with daemon(command, folder / "dnsmasq.log", lambda: answers(port, "ready.invalid", rcode=None)):
        yield port
