"""The composition root: arguments -> one command. Nothing else happens here."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn

from wizard.errors import FedwizardError
from wizard.version import tool

USAGE = 64
INTERRUPTED = 130
COMMANDS = ("practice", "plan", "run", "check", "exec", "export", "verify", "sessions", "explain")


class _Parser(argparse.ArgumentParser):
    """Wrong usage ends with exit status 64, as sysexits.h has it."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return _dispatch(arguments)
    except FedwizardError as error:
        _complain(error)
        return error.status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()
        return 1


def _dispatch(arguments: list[str]) -> int:
    args = _parser(arguments).parse_args(arguments)
    if args.spec:
        from wizard.commands.spec import run as spec

        return int(spec())
    if not hasattr(args, "run"):
        from wizard.commands.run import start_screen

        return start_screen()
    return int(args.run(args))


def _parser(arguments: list[str]) -> argparse.ArgumentParser:
    parser = _Parser(prog="fedwizard", description="SIP federation for Cisco IM and Presence, step by step.")
    parser.add_argument("--version", action="version", version=tool())
    parser.add_argument("--spec", action="store_true", help="print procedures and steps of the catalogue as JSON")
    subparsers = parser.add_subparsers(metavar="COMMAND", parser_class=_Parser)
    # Only the module of the command that is asked for is imported, so that each starts within a breath.
    named = next((word for word in arguments if not word.startswith("-")), "")
    module_of = {"resume": "run"}
    wanted = module_of.get(named, named)
    for command in COMMANDS:
        if not named or wanted == command or wanted not in COMMANDS:
            importlib.import_module(f"wizard.commands.{command}").add_parser(subparsers)
    return parser


def _complain(error: FedwizardError) -> None:
    from wizard.text import visible

    print(f"fedwizard: {visible(error.problem)}", file=sys.stderr)
    if error.remedy:
        print(f"  {visible(error.remedy)}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
