"""What can be asked of the checks. Frozen, small, and free of heavy imports, so that steps can hold them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from checks.names import SIP_TLS_PORT, XMPP_PORT

Service = Literal["sip", "xmpp"]
Side = Literal["ours", "partner"]


@dataclass(frozen=True, kw_only=True)
class DnsRequest:
    """The federation SRV of one domain, its targets and their addresses.

    `missing_is` is the severity word of a missing record, decided by the caller from the plan.
    `static_entry` says that the domain is reached by a static entry, which makes a target outside the domain a warning.
    """

    domain: str
    service: Service = "sip"
    side: Side = "partner"
    expect_target: str | None = None
    missing_is: Literal["fail", "info"] = "fail"
    static_entry: bool = False
    public_fqdn_in_email_domain: bool = False

    @property
    def expected_port(self) -> int:
        """The port that the peers of this service dial."""
        return SIP_TLS_PORT if self.service == "sip" else XMPP_PORT


@dataclass(frozen=True, kw_only=True)
class HostRequest:
    """The addresses of one name that must be resolvable by others, such as the public FQDN for AOL."""

    name: str
    expect_address: str | None = None
    side: Side = "ours"


@dataclass(frozen=True, kw_only=True)
class TlsRequest:
    """The TLS and certificate of one server. `name` is the TLS peer subject (None: no finding about names).

    `side` says whose server it is, and so who mends what is wrong with it.
    """

    host: str
    port: int = 5061
    name: str | None = None
    side: Side = "partner"


@dataclass(frozen=True, kw_only=True)
class CertificateRequest:
    """A certificate or chain in a PEM file, before it is imported."""

    path: Path
    name: str | None = None


Handshake = Literal["raw", "full"]  # a survey: only the first flight of a server, or all of a handshake
RouteKind = Literal["aol-hosted", "aol-default", "ocs-lync", "own", "none"]


@dataclass(frozen=True, kw_only=True)
class StaticRoute:
    """One static route as the page holds it; `domain` is the one it is meant for. A lower priority comes first."""

    domain: str
    pattern: str
    next_hop: str
    port: int = 5061
    route_type: str = "domain"
    protocol: str = "TLS"
    priority: int = 1


@dataclass(frozen=True, kw_only=True)
class RouteRequest:
    """Which rule routes requests to a domain, and to where (domain reference 2.8).

    `kind` decides which rules there are: `own` is our own domain, `none` one that is not federated. `address` is what
    was asked about, empty for a domain as such. `gateway` are the names of the AOL gateway: a hosted domain that is led
    elsewhere bypasses AOL. `tcp` says that TCP is meant, as towards an OCS front end.
    """

    domain: str
    kind: RouteKind
    address: str = ""
    routes: tuple[StaticRoute, ...] = ()
    default_domain: str = ""
    gateway: tuple[str, ...] = ()
    tcp: bool = False


@dataclass(frozen=True, kw_only=True)
class TargetsRequest:
    """The TLS of every server that the federation record of a domain names, asked with all else of a plan.

    `known` are servers, as (host, port), that are checked by themselves. `subjects` are the TLS peer subjects of the
    plan: a certificate that bears one of them and holds the server's name beside it is right.
    """

    domain: str
    known: tuple[tuple[str, int], ...] = ()
    subjects: tuple[str, ...] = ()
    side: Side = "partner"


CheckRequest = DnsRequest | HostRequest | TlsRequest | CertificateRequest | RouteRequest
PlanRequest = CheckRequest | TargetsRequest


@dataclass(frozen=True, kw_only=True)
class Network:
    """How the checks reach the network, and what they trust.

    `name_servers` and `internal_name_servers` are (address, port); empty means the system's. `connect_to` maps
    (host, port) to (address, port) as curl's option does. `trust` holds PEM files: what will be in cup-trust.
    `timeout` is in seconds, per exchange; a whole check ends within five of them. `client_certificate` is ours and its
    key; without the key, what a server will make of it is foretold from the authorities it names. `release` is the
    plan's, whose TLS is compared with a server's; "any" compares all that are known, None compares none.
    `revocation`: ask the places that certificates name whether they were revoked.
    """

    name_servers: tuple[tuple[str, int], ...] = ()
    internal_name_servers: tuple[tuple[str, int], ...] = ()
    authoritative: bool = False
    connect_to: Mapping[tuple[str, int], tuple[str, int]] = field(default_factory=dict)
    trust: tuple[Path, ...] = ()
    at: datetime | None = None
    timeout: float = 3.0
    concurrency: int = 100
    client_certificate: tuple[Path, Path | None] | None = None
    release: str | None = None
    revocation: bool = False
