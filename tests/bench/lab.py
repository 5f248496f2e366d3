"""The network that is measured: partners' domains in BIND, their edges in nginx, some of them defective or dead."""

import contextlib
import os
import resource
import socket
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.bind import name_server
from tests.servers.daemon import daemon
from tests.servers.pki import DAY, NOW, Authorities, Issued, Spec, authorities, authority, issue
from tests.servers.tls import free_port, full_server

ZONE = "bench.example"
_DEFECT_EVERY = 20  # domains; the kinds of defect take turns
_START = 60.0  # seconds at most; ten thousand certificates take nginx some seven
_MOST_EDGES = 1000  # addresses; more domains than that share them
# Every edge has a server of its own, whose certificate nginx reads once, as it does in the field: a server that is
# named by a variable reads its certificate and key anew for each handshake, which takes longer than the handshake.
_NGINX = """{user}
daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log crit; worker_rlimit_nofile 16384;
events {{ worker_connections 8192; }}
http {{
    access_log off; ssl_session_cache off; server_names_hash_max_size 65536; server_names_hash_bucket_size 128;
    ssl_certificate_key {folder}/edge.key;
{servers}
}}
"""
_SERVER = "    server {{ listen {place} ssl; server_name {edge}; ssl_certificate {folder}/{edge}.pem; return 444; }}\n"


@dataclass(frozen=True)
class Domain:
    """One partner: the name of its edge, where it is, and what is wrong with its certificate, if anything."""

    name: str
    address: str
    defect: str = ""
    dead: bool = False

    @property
    def edge(self) -> str:
        """The target of the SRV record, and the name in the certificate."""
        return f"sip.{self.name}"


@dataclass(frozen=True, kw_only=True)
class Lab:
    """What is asked, and of whom. `roots` is a PEM file."""

    domains: tuple[Domain, ...]
    name_server: int
    port: int
    roots: Path
    folder: Path = field(repr=False)

    def list_of(self, domains: Sequence[Domain]) -> Path:
        """A file of domains, one a line: what every contestant is given."""
        path = self.folder / f"domains-{len(domains)}.txt"
        path.write_text("".join(f"{domain.name}\n" for domain in domains))
        return path


def planned(count: int, dead: int = 0) -> tuple[Domain, ...]:
    """The domains of a lab: every twentieth has a defective certificate, and `dead` of them, spread, do not answer."""
    kinds = ("expired", "stranger", "incomplete", "another name")
    found = []
    every = max(1, count // dead) if dead else 0
    for number in range(count):
        defect = kinds[number // _DEFECT_EVERY % len(kinds)] if number % _DEFECT_EVERY == 7 else ""
        is_dead = bool(every) and number % every == every - 1 and number // every < dead
        place = number % _MOST_EDGES
        address = f"127.{2 if is_dead else 1}.{place // 250}.{place % 250 + 1}"
        found.append(Domain(f"d{number:05}.{ZONE}", address, defect, is_dead))
    return tuple(found)


@contextlib.contextmanager
def lab(folder: Path, domains: tuple[Domain, ...]) -> Iterator[Lab]:
    """The whole network, once it answers."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    folder.mkdir(exist_ok=True)
    pki, port = authorities(folder), free_port()
    records = "".join(_records(domain, port) for domain in domains)
    with (
        name_server(folder / "bind", {ZONE: records}) as dns_port,
        _edges(folder / "edges", domains, pki, port),
        _dead({domain.address for domain in domains if domain.dead}, port),
    ):
        yield Lab(domains=domains, name_server=dns_port, port=port, roots=pki.trust, folder=folder)


def _records(domain: Domain, port: int) -> str:
    number = int(domain.name[1:6])
    return (
        f"_sipfederationtls._tcp.{domain.name}. SRV 0 0 {port} {domain.edge}.\n"
        f"{domain.edge}. A {domain.address}\n{domain.edge}. AAAA 2001:db8::{number:x}\n"
    )


@contextlib.contextmanager
def _edges(folder: Path, domains: tuple[Domain, ...], pki: Authorities, port: int) -> Iterator[None]:
    """nginx that shows each name its own certificate."""
    folder.mkdir()
    strange = authority("Strange Issuing", authority("Strange Root"))
    for domain in domains:
        chain = _chain(domain, pki, strange)
        (folder / f"{domain.edge}.pem").write_bytes(b"".join(one.pem for one in chain))
    (folder / "edge.key").write_bytes(pki.leaf().key_pem)
    alive = [domain for domain in domains if not domain.dead]
    servers = "".join(_SERVER.format(place=f"{d.address}:{port}", edge=d.edge, folder=folder) for d in alive)
    config = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""  # the workers read the certificates themselves
    config.write_text(_NGINX.format(user=user, folder=folder, servers=servers))
    command = ["nginx", "-e", f"{folder}/error.log", "-c", str(config)]
    with daemon(command, folder / "log", lambda: _accepts((alive[-1].address, port)), _START):
        yield


def _chain(domain: Domain, pki: Authorities, strange: Issued) -> list[Issued]:
    name = f"other.{domain.name}" if domain.defect == "another name" else domain.edge
    begins, ends = (NOW - 30 * DAY, NOW - DAY) if domain.defect == "expired" else (NOW - DAY, NOW + 300 * DAY)
    issuer = strange if domain.defect == "stranger" else pki.intermediate
    leaf = issue(Spec(cns=(name,), san=(name,), begins=begins, ends=ends), issuer)
    return [leaf] if domain.defect == "incomplete" else [leaf, issuer]


@contextlib.contextmanager
def _dead(addresses: set[str], port: int) -> Iterator[None]:
    """Addresses whose backlog is full: the kernel drops whoever else knocks, as a filtering firewall does."""
    with contextlib.ExitStack() as stack:
        for address in sorted(addresses):
            stack.enter_context(full_server(address, port))
        yield


def _accepts(place: tuple[str, int]) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(place) == 0


def versions() -> dict[str, str]:
    """The programs that take part, as they name themselves."""

    def said(*command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).splitlines()[0].strip()

    return {"BIND": said("named", "-v"), "nginx": said("nginx", "-v"), "openssl": said("openssl", "version")}
