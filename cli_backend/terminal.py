"""Bytes of a terminal -> plain text: decoding, line ends, erasing, and our own housekeeping taken out again."""

import codecs
import re

_CSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CSI_BEGUN = re.compile(r"\x1b(?:\[[0-9;?]{0,32})?\Z")
_CARRIAGE = re.compile(r"\r+\n|\r")
_ERASED = re.compile(r"^[\r \t]*(?:\x1b\[K[\r \t]*)*")


class Text:
    """The text of one answer of the console, growing. Feeding it in other pieces gives the same text."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""  # an escape sequence or a line end that has only begun
        self._text = ""
        self._erasing = False

    def feed(self, data: bytes) -> None:
        """Take in what arrived."""
        text = self._held + self._decoder.decode(data)
        self._held = ""
        begun = _CSI_BEGUN.search(text)
        if begun:
            text, self._held = text[: begun.start()], begun.group()
        if text.endswith("\r"):
            stripped = text.rstrip("\r")
            text, self._held = stripped, text[len(stripped) :] + self._held
        if self._erasing and text:
            text = _ERASED.sub("", text)
            self._erasing = not text
        self._append(_CARRIAGE.sub("\n", _CSI.sub("", text)))

    def settle(self) -> None:
        """Nothing more comes for now: a held carriage return was a line end after all."""
        if self._held.startswith("\r"):
            rest = self._held.lstrip("\r")
            self._held = rest
            if not self._erasing:
                self._append("\n")

    @property
    def text(self) -> str:
        """Everything so far."""
        return self._text

    def tail(self, length: int = 4096) -> str:
        """The end of it, which is enough to see a prompt or a question."""
        return self._text[-length:]

    def cut(self, length: int) -> None:
        """Take a pager's text away from the end; what erases it on the screen is swallowed when it comes."""
        self._text = self._text[: len(self._text) - length]
        self._erasing = True

    def _append(self, text: str) -> None:
        for piece in re.split(r"(\x08+)", text):
            if piece.startswith("\x08"):
                line = self._text.rfind("\n") + 1
                self._text = self._text[: max(line, len(self._text) - len(piece))]
            else:
                self._text += piece


def after_echo(text: str, command: str) -> int | None:
    """Where the output of a command begins: after the first line that echoes it. None: not echoed yet.

    A console that wraps a long line echoes it with line ends in between; those do not count.
    """
    at = text.find(command)
    if at >= 0:
        end = text.find("\n", at + len(command))
        return None if end < 0 else end + 1
    wrapped = re.search(r"\n?".join(re.escape(character) for character in command) + r"[ \t]*\n", text)
    return wrapped.end() if wrapped else None
