"""Which addresses are public. Our own table of special ranges: the library's notion changes with its version.

Source: the registries of special-purpose addresses of IANA for IPv4 and IPv6 (RFC 6890 and its updates, as of 2025-10),
the multicast ranges, and what of IPv6 was never handed out. Their blocks that are reachable from everywhere have a line
only where they lie within one that is not.
"""

import ipaddress
from enum import Enum, auto

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Reach(Enum):
    """From where an address can be reached."""

    PUBLIC = auto()
    DOCUMENTATION = auto()
    SPECIAL = auto()


_DOCUMENTATION = "an address that only documentation uses"
_PUBLIC = "a public address"
_PRIVATE, _RESERVED, _ITSELF = "a private address", "a reserved address", "an address of the machine itself"
_LINK_LOCAL, _MULTICAST, _MEASURED = "a link-local address", "a multicast address", "an address for measurements"
_RANGES = {
    "0.0.0.0/8": "an address of this network",
    "10.0.0.0/8": _PRIVATE,
    "100.64.0.0/10": "an address of a provider's inside",
    "127.0.0.0/8": _ITSELF,
    "169.254.0.0/16": _LINK_LOCAL,
    "172.16.0.0/12": _PRIVATE,
    "192.0.0.0/24": _RESERVED,
    "192.0.0.9/32": _PUBLIC,  # port control, anycast
    "192.0.0.10/32": _PUBLIC,  # relays, anycast
    "192.0.2.0/24": _DOCUMENTATION,
    "192.88.99.0/24": _RESERVED,  # relays of 6to4, given up
    "192.168.0.0/16": _PRIVATE,
    "198.18.0.0/15": _MEASURED,
    "198.51.100.0/24": _DOCUMENTATION,
    "203.0.113.0/24": _DOCUMENTATION,
    "224.0.0.0/4": _MULTICAST,
    "240.0.0.0/4": _RESERVED,
    "255.255.255.255/32": "the address of everybody at once",
    "::/0": _RESERVED,  # all that was never handed out
    "::/128": "no address",
    "::1/128": _ITSELF,
    "64:ff9b:1::/48": "an address that only a translator inside a network uses",
    "100::/64": "a discard address",
    "100:0:0:1::/64": "a prefix that stands for none",
    "2000::/3": _PUBLIC,
    "2001::/23": _RESERVED,
    "2001::/32": "an address of a Teredo tunnel",
    "2001:1::1/128": _PUBLIC,  # port control, anycast
    "2001:1::2/128": _PUBLIC,  # relays, anycast
    "2001:1::3/128": _PUBLIC,  # service discovery, anycast
    "2001:2::/48": _MEASURED,
    "2001:3::/32": _PUBLIC,  # multicast tunnels
    "2001:4:112::/48": _PUBLIC,  # reverse names of private addresses
    "2001:10::/28": "an identifier, given up",
    "2001:20::/28": _PUBLIC,  # identifiers, which the registry lists as reachable
    "2001:30::/28": _PUBLIC,  # those of drones, likewise
    "2001:db8::/32": _DOCUMENTATION,
    "3fff::/20": _DOCUMENTATION,
    "5f00::/16": "a segment identifier",
    "fc00::/7": _PRIVATE,
    "fe80::/10": _LINK_LOCAL,
    "fec0::/10": "a site-local address",
    "ff00::/8": _MULTICAST,
}
_TABLE = sorted(
    ((ipaddress.ip_network(block), kind) for block, kind in _RANGES.items()), key=lambda row: -row[0].prefixlen
)  # the narrowest block that holds an address decides
_REACH = {_PUBLIC: Reach.PUBLIC, _DOCUMENTATION: Reach.DOCUMENTATION}
# Where an IPv4 address stands within an IPv6 one: how many bits lie behind it.
_EMBEDDING = tuple(
    (ipaddress.IPv6Network(block), bits)
    for block, bits in (("::ffff:0:0/96", 0), ("64:ff9b::/96", 0), ("2002::/16", 80), ("::ffff:0:0:0/96", 0))
)


def reach_of(text: str) -> tuple[Reach, str]:
    """From where an address can be reached, and what it is. Raises ValueError for what is no address."""
    address = _embedded(ipaddress.ip_address(text))
    kind = next((kind for block, kind in _TABLE if address in block), _PUBLIC)
    return _REACH.get(kind, Reach.SPECIAL), kind


def _embedded(address: Address) -> Address:
    """The IPv4 address inside a mapped, translated, NAT64 or 6to4 address decides."""
    for block, behind in _EMBEDDING:
        if address in block:
            return ipaddress.IPv4Address((int(address) >> behind) & 0xFFFFFFFF)
    return address
