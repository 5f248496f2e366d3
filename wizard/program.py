"""How this program is called here, so that the commands it shows can be typed as they stand."""

import shlex
import shutil
import sys
from pathlib import Path

NAME = "fedwizard"


def program() -> str:
    """`fedwizard` where the shell finds it; else the whole path by which it was started, good in any folder."""
    started = sys.argv[0]
    called_by_path = "/" in started and Path(started).name == NAME
    return shlex.quote(str(Path(started).absolute())) if called_by_path and shutil.which(NAME) is None else NAME
