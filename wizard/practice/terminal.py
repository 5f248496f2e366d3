"""The line discipline of a node's console: echo, editing, line ends, pager, questions."""

import codecs
from collections import deque
from typing import Protocol

from wizard.practice.pagers import more

INTERRUPT = "\x03"
_RUBOUT = ("\x7f", "\x08")


class Gone(Exception):  # noqa: N818  (the other side went away; nothing is wrong)
    """The connection ended."""


class Wire(Protocol):
    """The part of an SSH channel that a console needs."""

    def recv(self, size: int) -> bytes: ...
    def recv_ready(self) -> bool: ...
    def sendall(self, data: bytes) -> None: ...


class Terminal:
    """What a person at the other end types and reads."""

    def __init__(self, wire: Wire, height: int) -> None:
        self._wire = wire
        self._page = max(2, height - 1)
        self._typed: deque[str] = deque()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.paged = True

    def write(self, text: str) -> None:
        """Print with the platform's line ends. Raises Gone."""
        try:
            self._wire.sendall(text.replace("\n", "\r\n").encode())
        except OSError as lost:
            raise Gone from lost

    def key(self) -> str:
        """One character. Raises Gone."""
        while not self._typed:
            self._receive()
        return self._typed.popleft()

    def line(self, hint: str = "") -> str:
        """One edited and echoed line. `?` shows `hint` at once, as the console does; an interrupt empties the line."""
        text = ""
        while True:
            typed = self.key()
            if typed in ("\r", "\n"):
                self.write("\n")
                return text
            if typed == INTERRUPT:
                self.write("^C\n")
                return ""
            if typed in _RUBOUT:
                self.write("\b \b" if text else "")
                text = text[:-1]
            elif typed == "?" and hint:
                self.write(f"?Syntax:\n{hint}\nadmin:{text}")
            elif typed.isprintable():
                text += typed
                self.write(typed)

    def drop_typed_ahead(self) -> None:
        """Forget what was typed before it was asked for. Raises Gone."""
        while self._wire.recv_ready():
            self._receive()
        self._typed.clear()

    def page(self, text: str, lines: int = 0) -> None:
        """Print, with the pager unless it is off; a page has so many `lines`, or fills the screen. Raises Gone."""
        if self.paged:
            more(self, text, lines or self._page)
        else:
            self.write(text)

    def _receive(self) -> None:
        try:
            data = self._wire.recv(4096)
        except OSError as lost:
            raise Gone from lost
        if not data:
            raise Gone
        # CR LF sent together is one Enter; an LF that comes alone is one of its own.
        self._typed.extend(self._decoder.decode(data).replace("\r\n", "\r"))
