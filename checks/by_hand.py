"""Commands that a person repeats a check with: they lead where the check looked, and from outside where anybody may."""

import re
from collections.abc import Mapping
from dataclasses import replace

from checks.finding import FROM_OUTSIDE, Finding
from checks.names import is_address, place_of

Place = tuple[str, int]

_CONNECT = re.compile(r"-connect (?P<at>'[^']+'|[^\s'$]+)")
_EACH = re.compile(r"(?<=\bfor at in )[^;]+")


def led_there(found: Finding, connect_to: Mapping[Place, Place]) -> Finding:
    """A finding whose openssl command connects to the place that was really dialled, and asks for the server by name.

    Others cannot follow a redirection of ours: their command is kept beside it.
    """
    command = _EACH.sub(lambda each: _each(each[0], connect_to), found.verify_with)
    command = _CONNECT.sub(lambda one: _connect(one, connect_to, found.verify_with), command)
    return found if command == found.verify_with else beside(found, command)


def beside(found: Finding, command: str) -> Finding:
    """A finding with the command that only we can use; the one it had is that of everybody else."""
    return replace(found, verify_with=command, evidence={**found.evidence, FROM_OUTSIDE: found.verify_with})


def _connect(one: re.Match[str], connect_to: Mapping[Place, Place], command: str) -> str:
    here = _place(one["at"])
    there = connect_to.get(here) if here is not None else None
    if here is None or there is None:
        return one[0]
    named = is_address(here[0]) or "servername" in command
    return f"-connect {_written(there)}{'' if named else f' -servername {here[0]}'}"


def _each(places: str, connect_to: Mapping[Place, Place]) -> str:
    """The places of a loop; those that are not redirected stay as they are."""
    known = ((word, _place(word)) for word in places.split())
    there = ((word, connect_to.get(place) if place is not None else None) for word, place in known)
    return " ".join(_written(place) if place is not None else word for word, place in there)


def _place(written: str) -> Place | None:
    host, _, port = written.strip("'").rpartition(":")
    return (host.strip("[]").lower(), int(port)) if port.isascii() and port.isdecimal() else None


def _written(place: Place) -> str:
    """A place in a shell, where brackets are a pattern."""
    at = place_of(*place)
    return f"'{at}'" if "[" in at else at
