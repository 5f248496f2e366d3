"""`plan new` and `plan check`."""

import argparse
import json
import sys
from pathlib import Path

OK, PROBLEMS = 0, 64


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `plan` and what can be done with one."""
    parser = subparsers.add_parser("plan", help="write a plan, or list its problems")
    whats = parser.add_subparsers(metavar="WHAT", required=True, dest="what")
    new = whats.add_parser("new", help="write a commented example")
    new.add_argument("file", type=Path, metavar="FILE")
    check = whats.add_parser("check", help="list every problem")
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--json", action="store_true")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """`fedwizard plan ...`."""
    return _new(args.file) if args.what == "new" else _check(args.file, as_json=args.json)


def _new(path: Path) -> int:
    from wizard.plan.example import write_example

    write_example(path)
    print(f"{path} is an example. Put your values in place of its own, then: fedwizard plan check {path}")
    return OK


def _check(path: Path, *, as_json: bool) -> int:
    from dataclasses import asdict

    from wizard.plan.draft import Draft, read_text
    from wizard.plan.problems import advice, examine_text
    from wizard.text import visible_line

    text = read_text(path)
    plan, problems = examine_text(text, str(path))
    if as_json:
        document = {"schema": "fedwizard.problems/1", "problems": [asdict(problem) for problem in problems]}
        json.dump(document, sys.stdout)
        print()
        return PROBLEMS if problems else OK
    for problem in problems:
        print(visible_line(f"{problem.file}:{problem.line}: {problem.field}: {problem.problem}"))
        print(visible_line(f"    {problem.fix}"))
    if plan is not None:
        for hint in advice(plan, Draft.parse(text), str(path)):
            print(visible_line(f"{hint.file}:{hint.line}: {hint.field}: advice: {hint.problem}"))
            print(visible_line(f"    {hint.fix}"))
        print(f"{path}: no problems")
    return PROBLEMS if problems else OK
