"""What an act is, and how its words are read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wizard.errors import UsageError
from wizard.practice.state import Pace, State

Words = Sequence[str]
_NAME = re.compile(r"(?=.{1,253}\Z)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]+\.?\Z")


@dataclass(frozen=True)
class Moment:
    """When an act happens, and how long things take."""

    now: float
    pace: Pace


@dataclass(frozen=True, kw_only=True)
class Act:
    """One act: the words it begins with, what follows them, what it does, and how it is seen.

    `ignored_as` is the name under which the network can be told to acknowledge it without doing it.
    """

    words: tuple[str, ...]
    usage: str
    perform: Callable[[State, Words, Moment], State]
    in_effect: Callable[[State, Words, Moment], bool]
    ignored_as: str = ""


def take(words: Words, count: int, usage: str) -> tuple[str, ...]:
    """The words, if there are as many as belong. Raises UsageError."""
    if len(words) != count:
        raise UsageError(f"{len(words)} words where {count} belong", f"Usage: {usage}")
    return tuple(words)


def one_of(word: str, known: tuple[str, ...], complaint: str) -> None:
    """Raises UsageError with the known words unless the word is one of them."""
    if word not in known:
        raise UsageError(f"{complaint} {word!r}", f"Known: {', '.join(known)}.")


def domain_name(text: str) -> str:
    """A full domain name in ASCII, in lower case, without the last dot. Raises UsageError."""
    if not _NAME.match(text):
        raise UsageError(f"{text!r} is not a domain name", "Give the full name in ASCII, such as partner.example.")
    return text.lower().rstrip(".")


def node_name(state: State, name: str) -> str:
    """The name of a node of the network. Raises UsageError."""
    one_of(name, tuple(state.nodes), "no node is called")
    return name
