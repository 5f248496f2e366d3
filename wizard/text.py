"""Foreign text made harmless, and text fitted to a width. Everything that is shown or printed passes here."""

import re
import textwrap

_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 without tab and newline, DEL, C1
    "\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # zero width, bidi, separators
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f]"  # halves, what is no character, tags
)


def visible(text: str) -> str:
    r"""Text in which whatever is not printable is shown as `\x1b`, so that it can be read and cannot act.

    Tab and newline stay; a lone carriage return does not, for it would let a line overwrite itself.
    """
    return _UNPRINTABLE.sub(_escape, text.replace("\r\n", "\n"))


def visible_line(text: str) -> str:
    """One line of foreign text; tab and newline are shown too."""
    return visible(text).replace("\n", "\\n").replace("\t", "\\t")


def wrap(text: str, width: int = 76, indent: str = "") -> str:
    """Prose fitted to a width, blank lines kept."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(
        textwrap.fill(
            " ".join(p.split()), width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
        )
        for p in paragraphs
    )


def clock(at: str) -> str:
    """A time of the record (RFC 3339, UTC), to the second, as people read it."""
    return f"{at[:19].replace('T', ' ')} UTC"


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
