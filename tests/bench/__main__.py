"""The figures of docs/bench.md: `make bench`, or `python -m tests.bench [--part PART] [--rounds N] [--domains N]`.

Prints the document on standard output, and what it is doing on standard error. The status is 1 when a target is missed.
"""

import argparse
import sys

from tests.bench.checks import AT_ONCE, checks
from tests.bench.cli import cli
from tests.bench.cli_others import others
from tests.bench.contest import quiet


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--domains", type=int, default=1000)
    parser.add_argument("--growth", type=int, nargs=3, default=[100, 1000, 10000], metavar="N")
    parser.add_argument("--part", choices=("checks", "cli"), help="only this one")
    args = parser.parse_args()
    if args.domains <= AT_ONCE or args.growth != sorted(set(args.growth)):
        parser.error(f"more than {AT_ONCE} domains, and three numbers that grow")
    met = True
    if args.part != "cli":
        met &= checks(args.domains, args.growth, args.rounds)
    if args.part != "checks":
        met &= cli(args.rounds, quiet())
        others(args.rounds)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
