"""Name constraints (RFC 5280, 4.2.1.10): which names in a path its authorities may not sign."""

import ipaddress
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from checks.certificate.facts import CertificateFacts

_KINDS = (x509.DNSName, x509.IPAddress, x509.RFC822Name, x509.UniformResourceIdentifier, x509.DirectoryName)


def violations(members: tuple[CertificateFacts, ...]) -> Iterator[tuple[int, str, str]]:
    """Depth of the authority, the name it may not sign, and the constraint, for every breach in a path.

    A constraint binds everything below it, authorities too; of those that an authority issues to itself none but the
    last one is bound (RFC 5280, 6.1.3).
    """
    for depth, authority in enumerate(members):
        if depth == 0 or authority.constraints is None:
            continue
        permitted = tuple(authority.constraints.permitted_subtrees or ())
        excluded = tuple(authority.constraints.excluded_subtrees or ())
        for below, member in enumerate(members[:depth]):
            if below and member.self_issued:
                continue
            for name in _names(member, is_leaf=below == 0):
                yield from ((depth, _shown(name), reason) for reason in _breaches(name, permitted, excluded))


def _names(member: CertificateFacts, *, is_leaf: bool) -> Iterator[x509.GeneralName]:
    """Every name that a constraint may be about: the alternative ones, and those that the subject stands in for."""
    yield from (name for name in member.alternatives if isinstance(name, _KINDS))
    subject = member.name
    if list(subject):
        yield x509.DirectoryName(subject)
    if not any(isinstance(name, x509.RFC822Name) for name in member.alternatives):
        for attribute in subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS):
            yield from _made(x509.RFC822Name, str(attribute.value))
    if is_leaf and not member.names:  # peers take the CN for the name of the host then, and so does OpenSSL
        for cn in member.cns:
            if "." in cn and " " not in cn:
                yield from _host(cn)


def _host(name: str) -> Iterator[x509.GeneralName]:
    try:
        yield x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        yield from _made(x509.DNSName, name)


def _made(kind: type[x509.DNSName] | type[x509.RFC822Name], text: str) -> Iterator[x509.GeneralName]:
    """A name of a kind; none where the text is no such name, for then no peer takes it for one."""
    try:
        yield kind(text)
    except ValueError:
        return


def _breaches(
    name: x509.GeneralName, permitted: Iterable[x509.GeneralName], excluded: Iterable[x509.GeneralName]
) -> Iterator[str]:
    """Only constraints of a name's own kind bind it."""
    allowed = [constraint for constraint in permitted if isinstance(constraint, type(name))]
    if allowed and not any(_covers(constraint, name) for constraint in allowed):
        yield f"permitted is only {'; '.join(map(_shown, allowed))}"
    for constraint in excluded:
        if isinstance(constraint, type(name)) and _covers(constraint, name):
            yield f"excluded is {_shown(constraint)}"


def _covers(constraint: x509.GeneralName, name: x509.GeneralName) -> bool:
    match constraint, name:
        case x509.DNSName(), x509.DNSName():
            return _is_below(name.value.lower(), constraint.value.lower())
        case x509.IPAddress(), x509.IPAddress():
            return _is_in(name.value, constraint.value)
        case x509.RFC822Name(), x509.RFC822Name():
            return _is_mailbox_of(name.value, constraint.value)
        case x509.UniformResourceIdentifier(), x509.UniformResourceIdentifier():
            return _is_host_of(_host_in(name.value), constraint.value.lower())
        case x509.DirectoryName(), x509.DirectoryName():
            above = _parts(constraint.value)
            return _parts(name.value)[: len(above)] == above
        case _:
            return False


def _is_below(host: str, constraint: str) -> bool:
    """A constraint covers itself and what lies below; with a leading dot only what lies below."""
    bare = constraint.lstrip(".")
    covered = host.removeprefix("*.")
    return not bare or (covered == bare and not constraint.startswith(".")) or covered.endswith("." + bare)


def _is_in(address: object, network: object) -> bool:
    if not isinstance(address, ipaddress.IPv4Address | ipaddress.IPv6Address):
        return False
    return isinstance(network, ipaddress.IPv4Network | ipaddress.IPv6Network) and address in network


def _is_mailbox_of(mailbox: str, constraint: str) -> bool:
    """A constraint is one mailbox, all of a host, or all of the hosts below a domain. The local part has its case."""
    local, _, host = mailbox.rpartition("@")
    if "@" in constraint:
        wanted, _, at = constraint.rpartition("@")
        return (local, host.lower()) == (wanted, at.lower())
    return _is_host_of(host.lower(), constraint.lower())


def _is_host_of(host: str, constraint: str) -> bool:
    return host.endswith(constraint) if constraint.startswith(".") else host == constraint


def _host_in(uri: str) -> str:
    try:
        return (urlsplit(uri).hostname or "").lower()
    except ValueError:
        return ""


def _shown(name: x509.GeneralName) -> str:
    return name.value.rfc4514_string() if isinstance(name, x509.DirectoryName) else str(name.value)


def _parts(name: x509.Name) -> list[list[tuple[str, str]]]:
    return [sorted((a.oid.dotted_string, " ".join(str(a.value).casefold().split())) for a in rdn) for rdn in name.rdns]
