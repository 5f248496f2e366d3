"""The two pagers of a console: the general one, and that of `file view`. The keys act at once, without Enter."""

from typing import Protocol

MORE = "\x1b[1mPress <enter> for 1 line, <space> for one page, or <q> to quit\x1b[0m"
ERASE = "\r\x1b[K"
_OPTIONS = "\x1b[1m\noptions: q=quit, n=next, p=prev, b=begin, e=end (lines %d - %d of %d) : \x1b[0m"
_END = "end of the file reached\n"


class Screen(Protocol):
    """What a pager prints on and takes its keys from. Raises Gone."""

    def write(self, text: str) -> None: ...
    def key(self) -> str: ...


def more(screen: Screen, text: str, page: int) -> None:
    """Print page by page: space goes on by a page, Enter by a line, q ends."""
    room = page
    for line in text.splitlines(keepends=True):
        if room == 0:
            screen.write(f"{MORE}\x1b[K")
            pressed = _pressed(screen, "\r\n q")
            screen.write(ERASE)
            if pressed == "q":
                return
            room = 1 if pressed in "\r\n" else page
        screen.write(line)
        room -= 1


def options(screen: Screen, text: str, page: int) -> None:
    """Print page by page, as `file view` does: the last page has to be answered as well."""
    lines = text.splitlines(keepends=True)
    last = max(0, (len(lines) - 1) // page * page)
    start = 0
    while True:
        end = min(start + page, len(lines))
        screen.write("".join(lines[start:end]))
        screen.write((_END if end == len(lines) else "") + _OPTIONS % (start + 1, end, len(lines)))
        pressed = _pressed(screen, "qnpbe")
        screen.write(ERASE)
        if pressed == "q":
            return
        start = {"n": min(start + page, last), "p": max(0, start - page), "b": 0, "e": last}[pressed]


def _pressed(screen: Screen, keys: str) -> str:
    while (typed := screen.key()) not in keys:
        pass
    return typed
