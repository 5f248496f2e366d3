"""`plan new`, `plan check` and `plan mop`."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from wizard.commands import discover
from wizard.errors import FedwizardError, UsageError

if TYPE_CHECKING:
    from wizard.plan.problems import Problem

OK, PROBLEMS = 0, 64
ELSEWHERE = "Name another place with -o PATH."
FORMATS = ("md", "html", "json")  # of a method of procedure; its writers are loaded when one is written


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `plan` and what can be done with one."""
    parser = subparsers.add_parser("plan", help="write a plan, or list its problems")
    whats = parser.add_subparsers(metavar="WHAT", required=True, dest="what")
    new = whats.add_parser(
        "new",
        help="write a commented example, or a plan begun from a node",
        description="Write a commented example. With --from-node or --partner: a plan begun from what a node and the"
        " DNS tell, every value marked as found, to be confirmed. Nothing is changed anywhere.",
    )
    new.add_argument("file", type=Path, metavar="FILE")
    discover.add_options(new)
    check = whats.add_parser("check", help="list every problem")
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--json", action="store_true", help="one JSON object on standard output")
    mop = whats.add_parser(
        "mop",
        help="write the method of procedure, for approval",
        description="Write the method of procedure: every step that the plan leads to, with its exact values, its undo"
        " and its duration. It is worked out from the plan alone; nothing is looked up, and nobody logs in.",
    )
    mop.add_argument("file", type=Path, metavar="FILE")
    mop.add_argument("--format", choices=FORMATS, default="md", help="default: md")
    mop.add_argument("-o", dest="target", type=Path, metavar="PATH", help="default: standard output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """`fedwizard plan ...`. Raises FedwizardError for a file that cannot be read or written."""
    match args.what:
        case "new":
            return discover.run(args) if discover.wanted(args) else _new(args.file)
        case "check":
            return _check(args.file, as_json=args.json)
        case _:
            return _mop(args.file, args.format, args.target)


def _new(path: Path) -> int:
    from wizard.plan.example import write_example
    from wizard.program import program
    from wizard.text import visible_line

    write_example(path)
    name = visible_line(str(path))
    print(f"{name} holds an example. Put your values in place of its own.")
    print(f"Then check it: {program()} plan check {name}")
    return OK


def _check(path: Path, *, as_json: bool) -> int:
    from wizard.plan.draft import Draft, read_text
    from wizard.plan.problems import advice, examine_text

    text = read_text(path)
    plan, problems = examine_text(text, str(path))
    if as_json:
        _print_json(problems)
    for problem in () if as_json else problems:
        _print_problem(problem)
    if plan is not None and not as_json:
        _print_advice(path, advice(plan, Draft.parse(text), str(path)))
    return PROBLEMS if problems else OK


def _mop(path: Path, form: str, target: Path | None) -> int:
    from wizard.export.method import method_of
    from wizard.export.methods import METHODS
    from wizard.plan.draft import read_text
    from wizard.plan.problems import examine_text, plan_hash
    from wizard.procedures import CATALOGUE
    from wizard.resolve import walk_of
    from wizard.version import tool

    text = read_text(path)
    plan, problems = examine_text(text, str(path))
    if plan is None:
        for problem in problems:  # standard output is for the paper: a file that it is led into stays empty
            _print_problem(problem, stream=sys.stderr)
        return PROBLEMS
    content = METHODS[form](method_of(walk_of(plan, CATALOGUE), plan_hash(text), tool())).encode()
    if target is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        _write(target, content, path)
    return OK


def _write(target: Path, content: bytes, plan: Path) -> None:
    from wizard.files import write_file
    from wizard.text import visible_line

    try:
        if target.exists() and (not target.is_file() or target.samefile(plan)):
            raise UsageError(f"{target} is not overwritten", f"It is the plan itself, or no file. {ELSEWHERE}")
        write_file(target, content)
    except OSError as problem:
        raise FedwizardError(f"{target} cannot be written: {problem.strerror}", ELSEWHERE) from problem
    print(visible_line(str(target)))


def _print_json(problems: "tuple[Problem, ...]") -> None:
    from dataclasses import asdict

    document = {"schema": "fedwizard.problems/1", "problems": [asdict(problem) for problem in problems]}
    print(json.dumps(document))


def _print_problem(problem: "Problem", kind: str = "", stream: TextIO | None = None) -> None:
    from wizard.text import visible_line

    print(visible_line(f"{problem.file}:{problem.line}: {problem.field}: {kind}{problem.problem}"), file=stream)
    if problem.fix:
        print(visible_line(f"    {problem.fix}"), file=stream)


def _print_advice(path: Path, hints: "tuple[Problem, ...]") -> None:
    from wizard.text import visible_line

    for hint in hints:
        _print_problem(hint, "warning: ")
    warned = f", {len(hints)} warning{'s' * (len(hints) != 1)}" if hints else ""
    print(f"{visible_line(str(path))}: no problems{warned}")
