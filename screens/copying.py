"""What of a step can be copied, and writing it to a file: the terminal may or may not take what it is offered."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wizard.files import write_file
from wizard.step import Command, Form, Instruct, Kind, Notice, Restart
from wizard.text import visible_line

FILE = "copied.txt"


@dataclass(frozen=True)
class Copyable:
    """One text of a step, all of it from the plan. Only a single printable line is offered to the terminal."""

    label: str
    text: str

    @property
    def offered(self) -> bool:
        """Whether the terminal may have it."""
        return bool(self.text) and visible_line(self.text) == self.text


def copyables(does: Kind) -> tuple[Copyable, ...]:
    """What of a step can be copied, in the order in which it is needed."""
    return tuple(_copyables(does))


def _copyables(does: Kind) -> Iterator[Copyable]:
    match does:
        case Instruct():
            yield from (Copyable(field.label, field.value) for field in does.fields if field.value)
            yield from (Copyable(snippet.title, snippet.text) for snippet in does.snippets)
        case Form():
            yield from (Copyable(field.label, field.proposed) for field in does.fields if field.proposed)
        case Command() | Restart():
            yield Copyable("Command", does.command)
        case Notice():
            yield Copyable("Subject", does.subject)
            yield Copyable("Text", does.text)
        case _:
            return


def write_in_background(folder: Path, copied: Copyable, done: Callable[[str], None]) -> None:
    """Write the text to `copied.txt` (0600) in a thread of its own; `done` gets what to tell the person."""

    def work() -> None:
        path = folder / FILE
        try:
            write_file(path, (copied.text + "\n").encode())
        except OSError as problem:
            done(f"{path} cannot be written: {problem.strerror}. Select the text with the terminal instead.")
            return
        perhaps = " Your terminal was offered it and may have taken it." if copied.offered else ""
        done(f"{copied.label} is in {path}.{perhaps}")

    threading.Thread(target=work, name="copy", daemon=True).start()
