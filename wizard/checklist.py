"""The checks that a plan implies, and the network they run on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from checks.requests import CheckRequest, Network, TlsRequest
from wizard.errors import UsageError
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
from wizard.procedures.routes import aol_routes

Place = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Side:
    """The checks of what one organisation shows: ours, a partner's (by its domain), or AOL's."""

    whose: str
    contact: str
    requests: tuple[CheckRequest, ...]


OURS, AOL = "us", "AOL"


def requests_of(plan: Plan) -> tuple[CheckRequest, ...]:
    """Every live check of a plan: our records, the partners' records, and their servers."""
    return tuple(request for side in sides_of(plan) for request in side.requests)


def sides_of(plan: Plan) -> tuple[Side, ...]:
    """The live checks of a plan by whose they are: who has to mend what is found there is written to apart."""
    partners = (Side(whose=each.domain, contact=each.contact, requests=_of_partner(each)) for each in plan.partners)
    return (Side(whose=OURS, contact="", requests=_of_ours(plan)), *partners, *_of_aol(plan))


def _of_ours(plan: Plan) -> tuple[CheckRequest, ...]:
    requests: list[CheckRequest] = [public_address(plan), *((own_tls(plan),) if meets_tls(plan) else ())]
    if needs_own_srv(plan):
        requests += [own_srv(plan, domain) for domain in plan.federation_domains]
    if plan.email is not None:
        requests.append(own_xmpp_srv(plan, plan.email.domain))
    return tuple(requests)


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


def trust_files(names: Iterable[str], folder: Path) -> tuple[Path, ...]:
    """The trust files. Raises UsageError for one that holds no whole certificates."""
    convert = "Trust files are PEM; convert it with openssl."
    return tuple(certificate_file(folder / name, "Correct `trust` in the plan.", convert) for name in names)


def certificate_file(path: Path, if_unreadable: str, if_none: str) -> Path:
    """The file, once it is seen to hold PEM certificates, each of them to its end. Raises UsageError with a remedy."""
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise UsageError(f"{path} cannot be read: {problem.strerror}", if_unreadable) from problem
    begun, ended = (content.count(b"-----%s CERTIFICATE-----" % mark) for mark in (b"BEGIN", b"END"))
    if not begun:
        raise UsageError(f"{path} holds no PEM certificate", if_none)
    if begun != ended:
        cut_off = f"{path} is damaged: {begun} certificates begin in it, and {ended} end"
        raise UsageError(cut_off, "It may have been cut off on its way. Copy it again, whole.")
    return path


def connect_to(connections: Mapping[str, str]) -> dict[Place, Place]:
    """A connection map as the checks want it."""
    return {split_host_port(key): split_host_port(value) for key, value in connections.items()}


def redirections(texts: Iterable[str]) -> dict[Place, Place]:
    """`--connect-to` HOST:PORT:ADDR:PORT, as curl has it; an IPv6 address stands in brackets. Raises UsageError."""

    found = {}
    for text in texts:
        start = text.find("]:") + 1 if text.startswith("[") else text.find(":")
        cut = text.find(":", start + 1)
        if start < 0 or cut < 0:
            raise UsageError(f"--connect-to {text!r} is not HOST:PORT:ADDR:PORT")
        found[split_host_port(text[:cut])] = split_host_port(text[cut + 1 :])
    return found


def servers(texts: Iterable[str]) -> tuple[Place, ...]:
    """Name servers, ADDRESS or ADDRESS:PORT. Raises UsageError."""
    return tuple(_name_server(text) for text in texts)


def _name_server(text: str) -> Place:
    address, port = split_host_port(text, 53)
    if not address_of(address):
        raise UsageError(f"{text!r} is no name server", "Write its IP address, and :PORT if it is not 53.")
    return address, port


def split_host_port(text: str, default: int | None = None) -> Place:
    """HOST:PORT, [V6]:PORT, or with a default port HOST and V6 alone. Raises UsageError."""
    if "/" in text:
        raise UsageError(f"{text!r} is a URL or a path", "Write HOST:PORT, such as sip.partner.example:5061.")
    name, colon, port = text.rpartition(":")
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    elif default is not None and (not colon or ":" in name):
        name, port = text.strip("[]"), str(default)
    if not name or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UsageError(
            f"{text!r} is not HOST:PORT", "Write the name or address, a colon, and a port from 1 to 65535."
        )
    return name.lower(), int(port)
