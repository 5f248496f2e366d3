"""What nodes answered in a step, from the record: the same in every sitting, however often it was ended and resumed."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from checks.finding import Json
from wizard.export.pieces import Exchanged, evidence_of
from wizard.record import Event, blob_reference

BEGINNING = 64 * 1024  # bytes of a long output; all of it is in the record
ENDINGS = frozenset({"step.done", "step.failed", "step.reopened"})


def exchanges_of(events: Sequence[Event], step: str, blobs: Path) -> tuple[Exchanged, ...]:
    """The exchanges of the last time that a step was tried; long outputs with their beginning alone."""
    last, now = list[Event](), list[Event]()
    for event in events:
        if event.step != step:
            continue
        if event.kind == "evidence":
            now.append(event)
        elif event.kind in ENDINGS and now:
            last, now = now, []
    return tuple(
        piece
        for event in now or last
        for piece in evidence_of(_shortened(event, blobs))
        if isinstance(piece, Exchanged)
    )


def _shortened(event: Event, blobs: Path) -> Event:
    exchange = event.body.get("exchange")
    if not isinstance(exchange, dict) or (reference := blob_reference(exchange.get("output"))) is None:
        return event
    shortened: dict[str, Json] = {**exchange, "output": _beginning(blobs / reference[0])}
    return replace(event, body={**event.body, "exchange": shortened})


def _beginning(path: Path) -> str:
    try:
        # Not through a link and never waiting for a pipe: the folder may come from somebody else.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as stream:
            return stream.read(BEGINNING).decode("utf-8", "replace")
    except OSError as problem:
        return f"(what was printed cannot be read: {problem.strerror})"
