"""Name constraints (RFC 5280, 4.2.1.10): which names in a path its authorities may not sign."""

import ipaddress
from collections.abc import Iterable, Iterator

from cryptography import x509

from checks.certificate.facts import CertificateFacts

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


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
            for host in _hosts(member, is_leaf=below == 0):
                yield from ((depth, host, reason) for reason in _of_host(host, permitted, excluded))
            yield from ((depth, member.subject, reason) for reason in _of_directory(member, permitted, excluded))


def _hosts(member: CertificateFacts, *, is_leaf: bool) -> tuple[str, ...]:
    """The names of hosts; a leaf without alternative names has them as its CNs."""
    if member.names or not is_leaf:
        return member.names
    return tuple(cn.lower() for cn in member.cns if "." in cn and " " not in cn)


def _of_host(host: str, permitted: Iterable[x509.GeneralName], excluded: Iterable[x509.GeneralName]) -> Iterator[str]:
    address = _address(host)
    if address is None:
        allowed = [str(name.value).lower() for name in permitted if isinstance(name, x509.DNSName)]
        denied = [str(name.value).lower() for name in excluded if isinstance(name, x509.DNSName)]
        inside = [_is_below(host, name) for name in allowed]
        hit = [name for name in denied if _is_below(host, name)]
    else:
        networks = _networks(permitted)
        allowed = [str(network) for network in networks]
        inside = [address in network for network in networks]
        hit = [str(network) for network in _networks(excluded) if address in network]
    if allowed and not any(inside):
        yield f"permitted is only {', '.join(allowed)}"
    for name in hit:
        yield f"excluded is {name}"


def _of_directory(
    member: CertificateFacts, permitted: Iterable[x509.GeneralName], excluded: Iterable[x509.GeneralName]
) -> Iterator[str]:
    own = _parts(member.certificate.subject)
    if not own:
        return
    allowed = [name.value for name in permitted if isinstance(name, x509.DirectoryName)]
    if allowed and not any(own[: len(_parts(name))] == _parts(name) for name in allowed):
        yield f"permitted is only {'; '.join(name.rfc4514_string() for name in allowed)}"
    for name in excluded:
        if isinstance(name, x509.DirectoryName) and own[: len(_parts(name.value))] == _parts(name.value):
            yield f"excluded is {name.value.rfc4514_string()}"


def _is_below(host: str, constraint: str) -> bool:
    """A constraint covers itself and what lies below; with a leading dot only what lies below."""
    bare = constraint.lstrip(".")
    covered = host.removeprefix("*.")
    return not bare or (covered == bare and not constraint.startswith(".")) or covered.endswith("." + bare)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _networks(names: Iterable[x509.GeneralName]) -> list[_Network]:
    values = [name.value for name in names if isinstance(name, x509.IPAddress)]
    return [value for value in values if isinstance(value, ipaddress.IPv4Network | ipaddress.IPv6Network)]


def _parts(name: x509.Name) -> list[list[tuple[str, str]]]:
    return [sorted((a.oid.dotted_string, " ".join(str(a.value).lower().split())) for a in rdn) for rdn in name.rdns]
