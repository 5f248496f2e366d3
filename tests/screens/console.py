"""A script of Python on a terminal."""

import sys
from pathlib import Path

from tests.terminal import Terminal

ROOT = Path(__file__).parent.parent.parent


def console_of(script: str, home: Path, **extra: str) -> Terminal:
    """A script on a terminal of 80x24; it finds `home` in its first argument."""
    argv = (sys.executable, "-P", "-c", script, str(home))
    return Terminal(argv, home, {"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTHONPATH": str(ROOT), **extra})
