"""What the certificates of several addresses, servers or nodes tell beside one another. Pure."""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from checks.certificate.facts import same_name
from checks.certificate.subject import Told
from checks.finding import ChainLink, Finding

Leaf = tuple[str, ChainLink]  # where it is shown, and what


def judge_pool(told: Told, leaves: Iterable[Leaf]) -> Iterator[Finding]:
    """Different certificates that have a key, or the serial number of one issuer, in common."""
    first: dict[str, Leaf] = {}
    for leaf in leaves:
        first.setdefault(leaf[1].sha256, leaf)
    for (here, one), (there, other) in combinations(first.values(), 2):
        observed = {"certificates": [f"SHA-256 {one.sha256} at {here}", f"SHA-256 {other.sha256} at {there}"]}
        if same_name(one.issuer, other.issuer) and one.serial == other.serial:
            yield told("cert-serial-shared", observed={**observed, "serial": one.serial, "issuer": one.issuer})
        if one.key and one.key == other.key:
            yield told("cert-key-shared", observed=observed)


def judge_servers(subject: str, leaves: Sequence[Leaf]) -> Iterator[Finding]:
    """The same of several servers, by their places HOST:PORT."""
    look = "openssl s_client -connect $at </dev/null 2>/dev/null | openssl x509 -noout -serial -pubkey"
    see = f"for at in {shlex.join(place for place, _ in leaves)}; do {look}; done"
    return judge_pool(Told(subject=subject, see=see), leaves)
