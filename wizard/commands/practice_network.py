"""`fedwizard practice --serve` and `fedwizard practice do`: the practice network, and acts on it."""

import sys
from collections.abc import Sequence
from pathlib import Path

from wizard.errors import FedwizardError


def serve_command(directory: Path, scenario: str, pace: float) -> int:
    """Run the network in the foreground; one JSON line on stdout when it is up."""
    from wizard.practice.server import serve

    try:
        return serve(directory, scenario, pace, lambda line: print(line, flush=True))
    except FedwizardError as error:
        return _complain(error)
    except OSError as error:
        return _complain(FedwizardError(f"the practice network cannot run in {directory}: {error}"))


def do_command(directory: Path, words: Sequence[str]) -> int:
    """Perform one act: 0 when it is in effect afterwards, 1 when it is not, 64 when it is no act."""
    from wizard.practice.client import control

    act = list(words)
    try:
        control(directory, {"do": act})
        if control(directory, {"in-effect": act}).get("in_effect") is not True:
            raise FedwizardError(f"{' '.join(act)!r} was acknowledged but is not in effect")
    except FedwizardError as error:
        return _complain(error)
    print(f"done  {' '.join(act)}")
    return 0


def _complain(error: FedwizardError) -> int:
    print(f"fedwizard: {error.problem}", file=sys.stderr)
    if error.remedy:
        print(error.remedy, file=sys.stderr)
    return error.status
