"""`plan new` and `plan check`."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wizard.plan.problems import Problem

OK, PROBLEMS = 0, 64


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `plan` and what can be done with one."""
    parser = subparsers.add_parser("plan", help="write a plan, or list its problems")
    whats = parser.add_subparsers(metavar="WHAT", required=True, dest="what")
    new = whats.add_parser("new", help="write a commented example")
    new.add_argument("file", type=Path, metavar="FILE")
    check = whats.add_parser("check", help="list every problem")
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """`fedwizard plan ...`. Raises UsageError for a file that cannot be read or written."""
    return _new(args.file) if args.what == "new" else _check(args.file, as_json=args.json)


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


def _print_json(problems: "tuple[Problem, ...]") -> None:
    from dataclasses import asdict

    document = {"schema": "fedwizard.problems/1", "problems": [asdict(problem) for problem in problems]}
    print(json.dumps(document))


def _print_problem(problem: "Problem", kind: str = "") -> None:
    from wizard.text import visible_line

    print(visible_line(f"{problem.file}:{problem.line}: {problem.field}: {kind}{problem.problem}"))
    if problem.fix:
        print(visible_line(f"    {problem.fix}"))


def _print_advice(path: Path, hints: "tuple[Problem, ...]") -> None:
    from wizard.text import visible_line

    for hint in hints:
        _print_problem(hint, "warning: ")
    print(f"{visible_line(str(path))}: no problems")
