"""How this program is called here, so that the commands it shows can be typed as they stand."""

import shutil
import sys
from pathlib import Path

NAME = "fedwizard"


def program() -> str:
    """`fedwizard` where the shell finds it; else the path by which it was started."""
    started = sys.argv[0]
    called_by_path = "/" in started and Path(started).name == NAME
    return started if called_by_path and shutil.which(NAME) is None else NAME
