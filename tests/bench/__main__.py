"""The figures of docs/bench.md: `make bench`, or `python -m tests.bench [--part PART] [--rounds N] [--domains N]`.

Prints the document on standard output, and what it is doing on standard error.
"""

import argparse
import os
import platform
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.bench.cli import cli
from tests.bench.cli_others import others
from tests.bench.contest import Medians, Run, compete, ours, python_with, quiet, shell, sslyze
from tests.bench.lab import lab, planned, versions

SSLYZE = ("sslyze==6.3.1", "dnspython==2.9.2")
AT_ONCE = (10, 20, 40, 80)  # scans of sslyze; the best is used
TIMEOUT = 3.0  # seconds, of our checks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--domains", type=int, default=1000)
    parser.add_argument("--growth", type=int, nargs="*", default=[100, 1000, 10000])
    parser.add_argument("--part", choices=("checks", "cli"), help="only this one")
    args = parser.parse_args()
    if args.part != "cli":
        checks(args)
    if args.part != "checks":
        cli(args.rounds, quiet())
        others(args.rounds)


def checks(args: argparse.Namespace) -> None:
    """Surveys of many domains, against others."""
    python = python_with(".bench-venv", SSLYZE)
    load = quiet()
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(head(python, load)))
        contest(Path(folder), python, args.domains, args.rounds)
        dead(Path(folder), args.domains, args.rounds)
        growth(Path(folder), args.growth, args.rounds)


def head(python: Path, load: float) -> list[str]:
    """What took part, and on what."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, shared by client and servers"
    facts = {
        "machine": f"{machine}; load {load:.1f} before it began",
        "Python": platform.python_version(),
        **versions(),
        "sslyze": SSLYZE[0].partition("==")[2],
    }
    return [*(f"- {name}: {fact}" for name, fact in facts.items()), ""]


def contest(folder: Path, python: Path, count: int, rounds: int) -> None:
    """All contestants over the same domains."""
    domains = planned(count)
    with lab(folder / "contest", domains) as network:
        few = domains[: max(20, count // 5)]
        trials = {at_once: sslyze(python, at_once)(network, few).seconds for at_once in AT_ONCE}
        best = min(trials, key=trials.__getitem__)
        runs: dict[str, Run] = {
            "ours, raw hello": ours("raw"),
            "ours, full handshake": ours("full"),
            f"sslyze, {best} at once": sslyze(python, best),
            "dig + openssl s_client, xargs -P8": shell,
        }
        found = compete(runs, network, domains, rounds)
    print(f"{count} domains, medians of {rounds} rounds; every output was the same.\n")
    print("\n".join(table(found, count)) + "\n")


def table(found: Mapping[str, Medians], count: int) -> list[str]:
    """Who took how long, and how often ours are faster."""
    raw, full = list(found.values())[:2]
    lines = ["| | median | fastest to slowest | domains/s | memory | raw hello is faster | full handshake is faster |"]
    lines.append("|---|---|---|---|---|---|---|")
    for name, one in found.items():
        memory = f"{one.rss_mb:.0f} MB" if one.rss_mb else ""
        times = [f"{one.seconds / other.seconds:.1f} x" for other in (raw, full)]
        spread = f"{one.spread[0]:.2f} to {one.spread[1]:.2f} s"
        lines.append(
            f"| {name} | {one.seconds:.2f} s | {spread} | {count / one.seconds:.0f} | {memory} | {' | '.join(times)} |"
        )
    return lines


def dead(folder: Path, count: int, rounds: int) -> None:
    """What dead peers cost."""
    runs = {"raw hello": ours("raw"), "full handshake": ours("full")}
    times: dict[int, dict[str, Medians]] = {}
    for number in (0, count // 5):
        domains = planned(count, number)
        with lab(folder / f"dead-{number}", domains) as network:
            times[number] = compete(runs, network, domains, rounds)
    print(f"{count} domains of which {count // 5} are dead (SYN dropped); a timeout is {TIMEOUT:g} s.\n")
    print("| | none dead | some dead | more |\n|---|---|---|---|")
    for name in runs:
        alive, some = (found[name].seconds for found in times.values())
        more = some - alive
        print(f"| {name} | {alive:.2f} s | {some:.2f} s | {more:.2f} s, {more / TIMEOUT:.2f} timeouts |")
    print()


def growth(folder: Path, counts: list[int], rounds: int) -> None:
    """Time for each domain as they become more; without the start of the program."""
    runs = {"raw hello": ours("raw"), "full handshake": ours("full")}
    found = {}
    for count in counts:
        domains = planned(count)
        with lab(folder / f"growth-{count}", domains) as network:
            found[count] = compete(runs, network, domains, rounds)
    print("Time for each domain, and memory.\n")
    print("| domains | " + " | ".join(f"{name} | memory" for name in runs) + " |")
    print("|---" * (1 + 2 * len(runs)) + "|")
    for count, one in found.items():
        cells = [f"{one[name].inner / count * 1000:.2f} ms | {one[name].rss_mb:.0f} MB" for name in runs]
        print(f"| {count} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
