"""Which server receives the federation of a domain, as the DNS says: to fill in a plan, not to judge."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class FederationServer:
    """The answer to the federation SRV of one domain (RFC 2782).

    `published`: None where nobody answered, and `reason` says why. `target` is the best record's, empty where there is
    none or where it is no host name; `addresses` are the target's, IPv4 first.
    """

    published: bool | None
    reason: str = ""
    target: str = ""
    port: int = 0
    addresses: tuple[str, ...] = ()
