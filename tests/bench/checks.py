"""The part of the document about surveys of many domains: against others, with dead peers, and as they grow."""

import os
import platform
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from tests.bench.contest import Medians, Run, compete, in_rounds, judged, ours, python_with, quiet, shell, sslyze, whole
from tests.bench.lab import lab, planned, versions

SSLYZE = ("sslyze==6.3.1", "dnspython==2.9.2")
SCANS = (10, 20, 40, 80)  # of sslyze at the same time; the best is used
AT_ONCE = 200  # domains of ours that may be in hand together; as many are dead of a thousand
TIMEOUT = 3.0  # seconds, of our checks
MOST_MB, MOST_TIMEOUTS, LINEAR = 100, 2, 0.2  # what is wanted
PROFILES = {"raw hello": "raw", "full handshake": "full"}


@dataclass(frozen=True)
class Target:
    """What is wanted of a figure, what was measured, and whether that will do."""

    what: str
    wanted: str
    measured: str
    met: bool


def at_least(what: str, wanted: float, times: float) -> Target:
    """So many times faster."""
    return Target(what, f"at least {wanted:g} x", f"{times:.1f} x", times >= wanted)


def memory(what: str, most_mb: float) -> Target:
    """Within what a survey may hold."""
    return Target(f"{what}: memory", f"under {MOST_MB} MB", f"{most_mb:.0f} MB", most_mb < MOST_MB)


def checks(count: int, growing: Sequence[int], rounds: int) -> bool:
    """Print the part; whether every target was met."""
    python = python_with(".bench-venv", SSLYZE)
    load = quiet()
    print("\n".join(head(load)))
    with tempfile.TemporaryDirectory() as folder:
        targets = [
            *contest(Path(folder), python, count, rounds),
            *dead(Path(folder), count, rounds),
            *growth(Path(folder), growing, rounds),
        ]
    print("| target | wanted | measured | |\n|---|---|---|---|")
    for one in targets:
        print(f"| {one.what} | {one.wanted} | {one.measured} | {'met' if one.met else '**missed**'} |")
    print(flush=True)
    return all(one.met for one in targets)


def head(load: float) -> list[str]:
    """What took part, and on what."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, shared by client and servers"
    facts = {
        "machine": f"{machine}; load {load:.1f} before it began",
        "Python": platform.python_version(),
        **versions(),
        "sslyze": SSLYZE[0].partition("==")[2],
    }
    return [*(f"- {name}: {fact}" for name, fact in facts.items()), ""]


def contest(folder: Path, python: Path, count: int, rounds: int) -> Iterable[Target]:
    """All contestants over the same domains."""
    domains = planned(count)
    with lab(folder / "contest", domains) as network:
        few = domains[: max(20, count // 5)]
        trials = {scans: sslyze(python, scans)(network, few).seconds for scans in SCANS}
        best = min(trials, key=trials.__getitem__)
        runs: dict[str, Run] = {
            **{f"ours, {name}": ours(profile) for name, profile in PROFILES.items()},
            f"sslyze, {best} at once": sslyze(python, best),
            "dig + openssl s_client, xargs -P8": shell,
        }
        found = compete(runs, network, domains, rounds)
        (all_findings,) = in_rounds({"whole check": partial(judged, whole, network, domains)}, rounds).values()
    print(f"{count} domains, medians of {rounds} rounds; every output was the same.\n")
    print("\n".join(table(found, count)) + "\n")
    print(
        f"The whole check of as many domains and their edges, as `check plan` runs it: {all_findings.seconds:.1f} s,"
        f" {all_findings.cpu:.1f} s of CPU, {all_findings.most_mb:.0f} MB.\n",
        flush=True,
    )
    raw, full, scanner, loop = found.values()
    yield at_least("raw hello, against sslyze", 4, scanner.seconds / raw.seconds)
    yield at_least("full handshake, against sslyze", 2.5, scanner.seconds / full.seconds)
    yield at_least("raw hello, against the loop", 10, loop.seconds / raw.seconds)
    yield at_least("full handshake, against the loop", 10, loop.seconds / full.seconds)
    yield from (memory(f"{count} domains, {name}", found[f"ours, {name}"].most_mb) for name in PROFILES)


def table(found: Mapping[str, Medians], count: int) -> list[str]:
    """Who took how long, and how often ours are faster."""
    raw, full = list(found.values())[:2]
    faster = (f"{name} is faster" for name in PROFILES)
    cells = ("", "median", "fastest to slowest", "CPU", "domains/s", "memory", *faster)
    lines = [f"| {' | '.join(cells)} |", "|---" * len(cells) + "|"]
    for name, one in found.items():
        cells = (
            name,
            f"{one.seconds:.2f} s",
            f"{one.spread[0]:.2f} to {one.spread[1]:.2f} s",
            f"{one.cpu:.2f} s",
            f"{count / one.seconds:.0f}",
            f"{one.most_mb:.0f} MB" if one.most_mb else "",
            *(f"{one.seconds / other.seconds:.1f} x" for other in (raw, full)),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def dead(folder: Path, count: int, rounds: int) -> Iterable[Target]:
    """What dead peers cost: as many domains without and with them, in the same rounds."""
    alive, some = planned(count), planned(count, AT_ONCE)
    with lab(folder / "alive", alive) as one, lab(folder / "dead", some) as other:
        trials = {
            (name, number): partial(judged, ours(profile), network, domains)
            for name, profile in PROFILES.items()
            for number, (network, domains) in enumerate(((one, alive), (other, some)))
        }
        found = in_rounds(trials, rounds)
    print(f"{count} domains of which {AT_ONCE} are dead (SYN dropped); a timeout is {TIMEOUT:g} s.\n")
    print("| | none dead | some dead | more |\n|---|---|---|---|")
    for name in PROFILES:
        without, with_them = found[name, 0].seconds, found[name, 1].seconds
        more = (with_them - without) / TIMEOUT
        told = f"{more:.2f} timeouts"
        print(f"| {name} | {without:.2f} s | {with_them:.2f} s | {with_them - without:.2f} s, {told} |")
        yield Target(f"{name}: {AT_ONCE} dead peers more", "at most 2 timeouts", told, more <= MOST_TIMEOUTS)
    print(flush=True)


def growth(folder: Path, counts: Sequence[int], rounds: int) -> Iterable[Target]:
    """What each further domain takes as they become more, in the same rounds; without the start of the program."""
    domains = planned(counts[-1])
    with lab(folder / "growth", domains) as network:
        trials = {
            (name, count): partial(judged, ours(profile), network, domains[:count])
            for name, profile in PROFILES.items()
            for count in counts
        }
        found = in_rounds(trials, rounds)
    print("What surveys of different size take, without the start of the program.\n")
    print("| | domains | time | for each | for each further one | memory |\n|---|---|---|---|---|---|")
    for name in PROFILES:
        seconds = [found[name, count].inner for count in counts]
        slopes = [(s2 - s1) / (n2 - n1) for (n1, n2), (s1, s2) in zip(pairwise(counts), pairwise(seconds), strict=True)]
        for count, took, slope in zip(counts, seconds, (None, *slopes), strict=True):
            further = "" if slope is None else f"{slope * 1000:.2f} ms"
            most = f"{found[name, count].most_mb:.0f} MB"
            print(f"| {name} | {count} | {took:.2f} s | {took / count * 1000:.2f} ms | {further} | {most} |")
        change = slopes[1] / slopes[0] - 1
        what = f"{name}: each further domain, of {counts[1]} to {counts[2]} against {counts[0]} to {counts[1]}"
        yield Target(what, f"within {LINEAR:.0%}", f"{change:+.0%}", abs(change) <= LINEAR)
        yield memory(f"{counts[-1]} domains, {name}", found[name, counts[-1]].most_mb)
    print(flush=True)
