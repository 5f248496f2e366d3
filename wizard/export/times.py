"""Times of the record on paper. The record may be forged: what is no time is foreign text."""

import re

from wizard.export.document import Foreign, Inline


def clock_of(at: str) -> str:
    """A time of the record to the second; what is no time as it is."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z", at, re.ASCII)
    return f"{found[1]} {found[2]}" if found else at


def time_of(at: str) -> Inline:
    """A time of the record in prose; what is no time is shown as foreign text."""
    shown = clock_of(at)
    return shown if shown != at or not at else Foreign(at)
