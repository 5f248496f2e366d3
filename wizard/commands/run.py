"""`run` and `resume`: a real cluster, or a session that was begun earlier."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import UsageError

if TYPE_CHECKING:
    from wizard.sitting import Sitting


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `run` and `resume`."""
    run_parser = subparsers.add_parser("run", help="walk through a plan with a real cluster")
    run_parser.add_argument("plan", type=Path, metavar="PLAN")
    run_parser.add_argument("--session", type=Path, metavar="DIR", help="the session folder to create")
    front = run_parser.add_mutually_exclusive_group()
    front.add_argument("--plain", action="store_true", help="line prompts instead of screens")
    front.add_argument("--answers", type=Path, metavar="FILE", help="answers for an unattended run")
    run_parser.add_argument("--password-stdin", action="store_true", help="read the CLI password from standard input")
    run_parser.set_defaults(run=run)
    resume_parser = subparsers.add_parser("resume", help="go on with a session")
    resume_parser.add_argument("session", nargs="?", metavar="SESSION", help="its name or folder; default the last one")
    resume_parser.add_argument("--plain", action="store_true", help="line prompts instead of screens")
    resume_parser.add_argument("--password-stdin", action="store_true", help=argparse.SUPPRESS)
    resume_parser.set_defaults(run=resume)


def run(args: argparse.Namespace) -> int:
    """`fedwizard run PLAN`."""
    from wizard.commands.sittings import run_sitting

    password = _password(args)
    if args.answers is not None:
        return _run_answers(args, password)
    return front_end(lambda: run_sitting(args.plan, args.session, password), plain=args.plain)


def _run_answers(args: argparse.Namespace, password: str | None) -> int:
    from wizard.answers import AnswerSheet
    from wizard.commands.sittings import run_sitting
    from wizard.plan.problems import load, plan_hash
    from wizard.procedures import CATALOGUE
    from wizard.resolve import walk_of
    from wizard.unattended import run_unattended

    walk = walk_of(load(args.plan), CATALOGUE)
    sheet = AnswerSheet.load(args.answers, walk, plan_hash(args.plan.read_text(encoding="utf-8")))
    sitting = run_sitting(args.plan, args.session, password)
    try:
        return run_unattended(sitting, sheet, print, complain)
    finally:
        sitting.close()


def resume(args: argparse.Namespace) -> int:
    """`fedwizard resume [SESSION]`."""
    from wizard.commands.practice import DEFAULT_PACE
    from wizard.commands.sittings import resume_sitting
    from wizard.session import locate

    folder, password = locate(args.session), _password(args)
    return front_end(lambda: resume_sitting(folder, DEFAULT_PACE, password), plain=args.plain)


def front_end(opening: "Callable[[], Sitting]", *, plain: bool) -> int:
    """Screens where there is a terminal that can show them, line prompts elsewhere."""
    if plain or not _has_screen():
        from wizard.plain import run_plain

        sitting = opening()
        try:
            return run_plain(sitting)
        finally:
            sitting.close()
    from screens.app import run_app
    from wizard.commands.launcher import Launcher

    return run_app(Launcher(), opening)


def start_screen() -> int:
    """`fedwizard` alone: the start screen."""
    if not _has_screen():
        raise UsageError("This is no terminal that can show screens.", "`fedwizard --help` lists the commands.")
    from screens.app import run_app
    from wizard.commands.launcher import Launcher

    return run_app(Launcher(), None)


def complain(text: str) -> None:
    """A sentence for people, beside the output."""
    print(text, file=sys.stderr)


def _has_screen() -> bool:
    plain_wanted = os.environ.get("TERM", "dumb") == "dumb" or bool(os.environ.get("ACCESSIBLE"))
    # Textual draws on standard error.
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)) and not plain_wanted


def _password(args: argparse.Namespace) -> str | None:
    from wizard.commands.sittings import read_password_line

    return read_password_line(sys.stdin.readline()) if args.password_stdin else None
