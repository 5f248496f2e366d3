"""The checks that a plan implies, and the network they run on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from checks.names import BadNameError, host
from checks.requests import CheckRequest, Network, PlanRequest, TargetsRequest, TlsRequest
from wizard.errors import UsageError
from wizard.pem_files import trust_file
from wizard.plan.document import address_of
from wizard.plan.model import Partner, Plan
from wizard.procedures.common import (
    meets_tls,
    needs_own_srv,
    own_srv,
    own_tls,
    own_xmpp_srv,
    partner_srv,
    partner_tls,
    public_address,
)
from wizard.procedures.partner_side import presented
from wizard.procedures.routes import aol_routes

Place = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Side:
    """The checks of what one organisation shows: ours, a partner's (by its domain), or AOL's."""

    whose: str
    contact: str
    requests: tuple[CheckRequest, ...]
    servers: tuple[TargetsRequest, ...] = ()

    @property
    def everything(self) -> tuple[PlanRequest, ...]:
        """The checks that the walk makes too, and those of the servers that its records name beside the known ones."""
        return (*self.requests, *self.servers)


OURS, AOL = "us", "AOL"


def requests_of(plan: Plan) -> tuple[CheckRequest, ...]:
    """Every live check of a plan: our records, the partners' records, and their servers."""
    return tuple(request for side in sides_of(plan) for request in side.requests)


def sides_of(plan: Plan) -> tuple[Side, ...]:
    """The live checks of a plan by whose they are: who has to mend what is found there is written to apart."""
    ours = Side(whose=OURS, contact="", requests=_of_ours(plan), servers=tuple(_own_servers(plan)))
    return (ours, *map(_partner_side, plan.partners), *_of_aol(plan))


def _of_ours(plan: Plan) -> tuple[CheckRequest, ...]:
    requests: list[CheckRequest] = [public_address(plan), *((own_tls(plan),) if meets_tls(plan) else ())]
    if needs_own_srv(plan):
        requests += [own_srv(plan, domain) for domain in plan.federation_domains]
    if plan.email is not None:
        requests.append(own_xmpp_srv(plan, plan.email.domain))
    return tuple(requests)


def _own_servers(plan: Plan) -> Iterator[TargetsRequest]:
    known, subject = own_tls(plan), presented(plan)
    for domain in plan.federation_domains if needs_own_srv(plan) else ():
        yield TargetsRequest(
            domain=domain, known=((known.host, known.port),), subjects=(subject, known.host), side="ours"
        )


def _partner_side(partner: Partner) -> Side:
    found = partner.peer == "access-edge" and partner.publishes_srv and partner.transport == "tls"
    known = partner_tls(partner)
    servers = TargetsRequest(domain=partner.domain, known=((known.host, known.port),), subjects=(partner.subject,))
    return Side(
        whose=partner.domain,
        contact=partner.contact,
        requests=_of_partner(partner),
        servers=(servers,) if found else (),
    )


def _of_partner(partner: Partner) -> tuple[CheckRequest, ...]:
    srv = (partner_srv(partner),) if partner.peer == "access-edge" else ()
    return (*srv, partner_tls(partner)) if partner.transport == "tls" else srv


def _of_aol(plan: Plan) -> tuple[Side, ...]:
    if plan.aol is None:
        return ()
    gateway = TlsRequest(host=plan.aol.route_target, name=plan.aol.gateway_fqdn)
    return (Side(whose=AOL, contact="", requests=(gateway, *aol_routes(plan))),)


def network_of(plan: Plan, folder: Path) -> Network:
    """How the checks of a plan reach the network; trust files are relative to the plan's folder."""
    return Network(
        name_servers=servers(plan.dns.name_servers),
        internal_name_servers=servers(plan.dns.internal_name_servers),
        connect_to=connect_to(plan.connections),
        trust=trust_files(plan.trust, folder),
        release=plan.release.value,
    )


def trust_files(names: Iterable[str], folder: Path, remedy: str = "Correct `trust` in the plan.") -> tuple[Path, ...]:
    """The trust files. Raises UsageError, with the remedy, for one that holds no whole certificates."""
    return tuple(trust_file(folder / name, remedy) for name in names)


def connect_to(connections: Mapping[str, str]) -> dict[Place, Place]:
    """A connection map as the checks want it."""
    return {split_host_port(key): split_host_port(value) for key, value in connections.items()}


def redirections(texts: Iterable[str]) -> dict[Place, Place]:
    """`--connect-to` HOST:PORT:ADDR:PORT, as curl has it; an IPv6 address stands in brackets. Raises UsageError."""

    found = {}
    for text in texts:
        start = text.find("]:") + 1 if text.startswith("[") else text.find(":")
        cut = text.find(":", start + 1)
        try:
            if start < 0 or cut < 0:
                raise UsageError("a part is missing")
            (name, port), place = split_host_port(text[:cut]), split_host_port(text[cut + 1 :])
        except UsageError as problem:
            how = "An IPv6 address stands in brackets: [2001:db8::1]:5061:127.0.0.1:5061."
            raise UsageError(f"--connect-to {text!r} is not HOST:PORT:ADDR:PORT", how) from problem
        found[_as_it_is_asked(name), port] = place
    return found


def _as_it_is_asked(name: str) -> str:
    """A name in the form in which the checks ask for it; a single label, which /etc/hosts may hold, stays one."""
    try:
        return host(name)
    except BadNameError:
        return name.rstrip(".")


def servers(texts: Iterable[str]) -> tuple[Place, ...]:
    """Name servers, ADDRESS or ADDRESS:PORT. Raises UsageError."""
    return tuple(_name_server(text) for text in texts)


def _name_server(text: str) -> Place:
    try:
        name, port = split_host_port(text, 53)
    except UsageError:
        name, port = "", 53
    address = address_of(name)
    if not address:
        raise UsageError(f"{text!r} is no name server", "Write its IP address, and :PORT if it is not 53.")
    return address, port


def split_host_port(text: str, default: int | None = None) -> Place:
    """HOST:PORT, [V6]:PORT, or with a default port HOST and V6 alone. Raises UsageError."""
    if "/" in text:
        raise UsageError(f"{text!r} is a URL or a path", "Write HOST:PORT, such as sip.partner.example:5061.")
    name, colon, port = text.rpartition(":")
    if default is not None and not _bracketed(name) and (not colon or ":" in name):
        name, port = text, str(default)
    name = name[1:-1] if _bracketed(name) else name
    good = port.isascii() and port.isdecimal() and len(port) <= 5 and 0 < int(port) < 65536
    if not name or set("[]") & set(name) or not good:
        raise UsageError(
            f"{text!r} is not HOST:PORT", "Write the name or address, a colon, and a port from 1 to 65535."
        )
    return name.lower(), int(port)


def _bracketed(name: str) -> bool:
    return name.startswith("[") and name.endswith("]")
