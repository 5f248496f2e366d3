"""What each release of IM and Presence offers on its Peer Auth listener. The one place for these facts.

Sources: the TLS context of the guides for 9.x names TLS_RSA_WITH_3DES_EDE_CBC_SHA alone as indispensable, and the
samples for the ASA list the same with AES-128 and AES-256 and SHA-1; the troubleshooting chapter sends the reader to
the TLSv1 switch of OCS, and the command for a minimum version came with the updates of 11.5. So releases 9.x speak
TLS 1.0 and RSA key exchange. The whole list box of 9.x was not found in any text: where a version is common and no
cipher is, the verdict "nothing in common" is therefore a warning.
"""

from collections.abc import Mapping
from dataclasses import dataclass

ANY = "any"  # in place of a release: no plan names one, so that all of them are looked at


@dataclass(frozen=True, kw_only=True)
class Offer:
    """The newest version as in the protocol (0x0301 is TLS 1.0) and the cipher suites, preferred first."""

    version: int
    suites: tuple[int, ...]


_NINE = Offer(version=0x0301, suites=(0x0035, 0x002F, 0x000A))

OFFERS: Mapping[str, Offer] = {"9.0": _NINE, "9.1": _NINE}


def offers_for(release: str | None) -> dict[Offer, tuple[str, ...]]:
    """The different offers to compare, each with its releases; none for a release without a row."""
    asked = [name for name in OFFERS if release in {name, ANY}]
    found: dict[Offer, tuple[str, ...]] = {}
    for name in asked:
        found[OFFERS[name]] = (*found.get(OFFERS[name], ()), name)
    return found
