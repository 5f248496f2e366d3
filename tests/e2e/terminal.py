"""The program on a terminal, with a home of its own."""

from pathlib import Path

from tests.e2e.support import command, environment
from tests.terminal import Terminal


def on_terminal(home: Path, *words: str, extra: dict[str, str] | None = None) -> Terminal:
    """`fedwizard WORDS` on a terminal of 80x24."""
    return Terminal(
        command(*words), home, {**environment(home), "TERM": "xterm-256color", "LANG": "C.UTF-8", **(extra or {})}
    )
