"""`practice`: the wizard on the practice network, the network alone, and acts on it."""

import argparse
from pathlib import Path

from wizard.errors import UsageError

DEFAULT_PACE = 0.02
DEFAULT_SCENARIO = "healthy"


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `practice` and `practice do`."""
    parser = subparsers.add_parser("practice", help="learn the walk on a simulated network")
    parser.add_argument("--auto", action="store_true", help="a simulated person walks to the end")
    parser.add_argument(
        "--scenario", default=DEFAULT_SCENARIO, metavar="NAME", help="which one; an unknown name lists all"
    )
    parser.add_argument("--session", type=Path, metavar="DIR", help="the session folder; gone on with if it exists")
    parser.add_argument("--plain", action="store_true", help="line prompts instead of screens")
    parser.add_argument(
        "--pace", type=_pace, default=DEFAULT_PACE, metavar="F", help="1 as a typical node, 0 no waiting"
    )
    parser.add_argument("--serve", action="store_true", help="the practice network alone, in the foreground")
    parser.add_argument("--dir", type=Path, metavar="DIR", help="the folder of the network, with --serve")
    # For the tests of the walk: the network takes these acts and does nothing.
    parser.add_argument("--ignore", action="append", default=[], metavar="PROCEDURE", help=argparse.SUPPRESS)
    acts = parser.add_subparsers(metavar="do", dest="practice_command")
    do_parser = acts.add_parser("do", help="perform an act on a practice network")
    do_parser.add_argument("act_dir", type=Path, metavar="DIR")
    do_parser.add_argument("act", nargs="+", metavar="ACT")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """`fedwizard practice ...`."""
    if args.practice_command == "do":
        from wizard.commands.practice_network import do_command

        return do_command(args.act_dir, tuple(args.act))
    if args.serve:
        if args.dir is None:
            raise UsageError("--serve needs --dir DIR.", "Name the folder of the practice network.")
        from wizard.commands.practice_network import serve_command

        return serve_command(args.dir, args.scenario, args.pace)
    return _auto(args) if args.auto else _walk(args)


def _walk(args: argparse.Namespace) -> int:
    from wizard.commands.run import front_end
    from wizard.commands.sittings import practice_sitting, resume_sitting

    ignore = tuple(args.ignore)
    if args.session is not None and _exists(args.session):
        return front_end(lambda: resume_sitting(args.session, args.pace), plain=args.plain)
    opening = lambda: practice_sitting(args.session, args.scenario, args.pace, ignore)  # noqa: E731
    return front_end(opening, plain=args.plain)


def _auto(args: argparse.Namespace) -> int:
    from wizard.commands.run import complain
    from wizard.commands.sittings import practice_sitting, resume_sitting
    from wizard.unattended import SimulatedPerson, run_unattended

    if args.session is not None and _exists(args.session):
        sitting = resume_sitting(args.session, args.pace)
    else:
        sitting = practice_sitting(args.session, args.scenario, args.pace, tuple(args.ignore))
    try:
        return run_unattended(sitting, SimulatedPerson(sitting.reads), _say, complain)
    finally:
        sitting.close()


def _exists(folder: Path) -> bool:
    return (folder / "journal.jsonl").is_file()


def _say(line: str) -> None:
    print(line, flush=True)


def _pace(text: str) -> float:
    try:
        pace = float(text)
    except ValueError:
        pace = -1.0
    if not 0 <= pace <= 100:
        raise argparse.ArgumentTypeError("a number from 0 to 100")
    return pace
