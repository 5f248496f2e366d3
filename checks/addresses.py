"""Which addresses are public. Our own table of special ranges: the library's notion changes with its version."""

import ipaddress
from enum import Enum, auto

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Reach(Enum):
    """From where an address can be reached."""

    PUBLIC = auto()
    DOCUMENTATION = auto()
    SPECIAL = auto()


_DOCUMENTATION = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
_SPECIAL = {
    "0.0.0.0/8": "an address of this network",
    "10.0.0.0/8": "a private address",
    "100.64.0.0/10": "an address of a provider's inside",
    "127.0.0.0/8": "an address of the machine itself",
    "169.254.0.0/16": "a link-local address",
    "172.16.0.0/12": "a private address",
    "192.0.0.0/24": "a reserved address",
    "192.88.99.0/24": "a reserved address",
    "192.168.0.0/16": "a private address",
    "198.18.0.0/15": "an address for measurements",
    "224.0.0.0/4": "a multicast address",
    "240.0.0.0/4": "a reserved address",
    "::/128": "no address",
    "::1/128": "an address of the machine itself",
    "100::/64": "a discard address",
    "fc00::/7": "a private address",
    "fe80::/10": "a link-local address",
    "fec0::/10": "a site-local address",
    "ff00::/8": "a multicast address",
}
_NAT64, _SIX_TO_FOUR = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("2002::/16")


def reach_of(text: str) -> tuple[Reach, str]:
    """From where an address can be reached, and what it is. Raises ValueError for what is no address."""
    address = _embedded(ipaddress.ip_address(text))
    for network in _DOCUMENTATION:
        if _within(address, network):
            return Reach.DOCUMENTATION, "an address that only documentation uses"
    for network, kind in _SPECIAL.items():
        if _within(address, network):
            return Reach.SPECIAL, kind
    return Reach.PUBLIC, "a public address"


def _within(address: Address, network: str) -> bool:
    return address in ipaddress.ip_network(network)


def _embedded(address: Address) -> Address:
    """The IPv4 address inside a mapped, NAT64 or 6to4 address decides."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _SIX_TO_FOUR:
        return ipaddress.IPv4Address((int(address) >> 80) & 0xFFFFFFFF)
    return address
