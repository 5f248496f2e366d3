"""What a server's answers tell of its clock. A clock that is wrong explains a certificate that is not valid now."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

WORTH_A_WORD = 3600  # seconds; whoever asks a time server is nearer
_BELIEVED = 2 * 86400  # seconds; most libraries fill the place of the time with chance, Schannel does not
_DATE = re.compile(rb"\r\nDate[ \t]*:[ \t]*([^\r\n]{1,60})", re.IGNORECASE)


def ahead_by_date(answer: bytes, now: datetime) -> int | None:
    """By how many seconds the `Date` of a SIP answer (RFC 3261, 20.17) is ahead of now; None without one."""
    head, _, _ = answer.partition(b"\r\n\r\n")
    found = _DATE.search(head)
    if found is None:
        return None
    try:
        said = parsedate_to_datetime(found[1].decode("ascii"))
        return _ahead(said if said.tzinfo is not None else said.replace(tzinfo=UTC), now)
    except (ValueError, OverflowError):
        return None


def ahead_by_hello(random: bytes, now: datetime) -> int | None:
    """The same by the time that a ServerHello begins with (RFC 5246, 7.4.1.2); None where that is no time."""
    seconds = int.from_bytes(random[:4], "big") - round(now.timestamp())
    return seconds if len(random) >= 4 and abs(seconds) <= _BELIEVED else None


def _ahead(said: datetime, now: datetime) -> int:
    return round((said - now).total_seconds())
