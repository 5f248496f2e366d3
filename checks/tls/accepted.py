"""Which versions a server accepts, and which classes of cipher in each: asked by hand, one tiny connection a question.

What it accepts is taken away until it refuses, so a server of today costs six connections and an old one a dozen. TLS
1.3 is not asked here: the handshake showed it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

from checks.tls.raw import chosen

Accepted = Mapping[str, tuple[str, ...]]  # the classes by version, which is named as in `Seen`

_VERSIONS: Mapping[int, str] = {0x0303: "1.2", 0x0302: "1.1", 0x0301: "1", 0x0300: "SSL 3.0"}
_LANES = ((0x0303, 0x0300), (0x0302, 0x0301))  # two connections at the same time, as courtesy has it
_CLASSES: Mapping[str, tuple[int, ...]] = {
    "AES-GCM": (0xC02B, 0xC02F, 0xC02C, 0xC030, 0x009C, 0x009D, 0x009E, 0x009F, 0xCCA8, 0xCCA9, 0xCCAA),
    "AES-CBC": (
        *(0xC009, 0xC00A, 0xC013, 0xC014, 0xC023, 0xC024, 0xC027, 0xC028),
        *(0x002F, 0x0035, 0x003C, 0x003D, 0x0033, 0x0039, 0x0067, 0x006B),
    ),
    "3DES": (0x000A, 0x0016, 0xC008, 0xC012),
    "RC4": (0x0004, 0x0005, 0xC007, 0xC011),
    "export": (0x0003, 0x0006, 0x0008, 0x0011, 0x0014, 0x0062, 0x0064),
    "null": (0x0001, 0x0002, 0x003B, 0xC006, 0xC010),
    "anonymous": (
        *(0x0017, 0x0018, 0x0019, 0x001A, 0x001B, 0x0034, 0x003A, 0x006C, 0x006D, 0x00A6, 0x00A7),
        *(0xC016, 0xC017, 0xC018, 0xC019),
    ),
}
WEAK = frozenset({"RC4", "export", "null", "anonymous"})
BROKEN = "SSL 3.0"


async def accepted_by(place: tuple[str, int], name: str | None, timeout: float) -> Accepted:
    """What a server accepts up to TLS 1.2, newest first; what it did not say within the timeout is left out."""
    found: dict[int, tuple[str, ...]] = {}

    async def lane(versions: tuple[int, ...]) -> None:
        for version in versions:
            async for one in _classes(place, name, version, timeout):
                found[version] = (*found.get(version, ()), one)

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout):
            await asyncio.gather(*map(lane, _LANES))
    return {label: found[version] for version, label in _VERSIONS.items() if version in found}


async def _classes(place: tuple[str, int], name: str | None, version: int, timeout: float) -> AsyncIterator[str]:
    """The classes that a server accepts in one version, in the order of its choice."""
    left = dict(_CLASSES)
    while left:
        suite = await chosen(place, name, version, tuple(s for suites in left.values() for s in suites), timeout)
        taken = next((label for label, suites in left.items() if suite in suites), None)
        if taken is None:
            return
        del left[taken]
        yield taken
