"""What the terminal can show: whether colours are wanted, whether it takes more than ASCII, and the plain theme."""

import os
import select
import sys
from collections.abc import Callable, Mapping

from textual.theme import BUILTIN_THEMES, Theme

# The framework's own styles refer to variables that an ANSI theme has to define; none of them names a colour here.
_VARIABLES = dict.fromkeys(BUILTIN_THEMES["ansi-dark"].variables, "ansi_default")
_STYLES = {"input-cursor-text-style": "reverse", "block-cursor-text-style": "reverse"}
PLAIN = Theme(
    name="fedwizard-plain",
    ansi=True,
    primary="ansi_default",
    secondary="ansi_default",
    warning="ansi_default",
    error="ansi_default",
    success="ansi_default",
    accent="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={**_VARIABLES, **_STYLES},
)


def terminal_gone() -> Callable[[], bool]:
    """Asks whether the terminal that is there now has gone away. The signal for it goes to one process, or to none."""
    stream = sys.__stdin__
    if stream is None or not stream.isatty():
        return lambda: False
    poll = select.poll()
    poll.register(stream.fileno(), 0)  # a hangup is told without being asked for
    return lambda: any(event & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))


def wants_plain(environment: Mapping[str, str]) -> bool:
    """Whether to do without colours: NO_COLOR is set, or the terminal is a console of few colours."""
    term = environment.get("TERM", "")
    return bool(environment.get("NO_COLOR")) or term == "linux" or term.startswith("vt")


def ascii_only(environment: Mapping[str, str] | None = None) -> bool:
    """Whether only ASCII may be written: the locale is not UTF-8, or the terminal has a small font.

    Python itself sets LC_CTYPE=C.UTF-8 where the locale is C (PEP 538), so that this value alone proves nothing.
    """
    seen = os.environ if environment is None else environment
    term = seen.get("TERM", "")
    if term == "linux" or term.startswith("vt"):
        return True
    language = seen.get("LANG", "")
    kind = seen.get("LC_ALL", "") or seen.get("LC_CTYPE", "") or language
    if not seen.get("LC_ALL") and kind == "C.UTF-8" and language in {"", "C", "POSIX"}:
        kind = language
    return "utf8" not in kind.lower().replace("-", "")
