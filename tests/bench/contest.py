"""Those who are compared, what each found, and how long it took."""

import hashlib
import json
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from tests.bench.lab import Domain, Lab
from tests.servers.tls import until

HERE = Path(__file__).parent
_VERIFIED = "Verify return code: 0 (ok)"
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)

Outputs = Mapping[str, Mapping[str, Any]]
Run = Callable[[Lab, Sequence[Domain]], "Result"]
Name = TypeVar("Name")


@dataclass(frozen=True, kw_only=True)
class Result:
    """One run over some domains: seconds of the wall clock with the start of the program, its CPU and most memory.

    `inner` is the time without the start of the program, where it tells.
    """

    outputs: Outputs
    seconds: float
    cpu: float
    most_mb: float = 0.0
    inner: float = 0.0


def program(*command: str) -> Run:
    """A program that is given DOMAINS, the port of the name server and ROOTS, and prints what it found.

    One line of JSON for each domain, and a last one for what it took.
    """

    def run(lab: Lab, domains: Sequence[Domain]) -> Result:
        words = [*command, str(lab.list_of(domains)), str(lab.name_server), str(lab.roots)]
        done, seconds, cpu = _timed(words, cwd=HERE.parent.parent)
        assert done.returncode == 0, done.stderr
        *told, took = map(json.loads, done.stdout.splitlines())
        outputs = {one.pop("domain"): one for one in told}
        most, inner = took["most_kb"] / 1024, took.get("seconds", 0.0)
        return Result(outputs=outputs, seconds=seconds, cpu=cpu, most_mb=most, inner=inner)

    return run


def _timed(words: Sequence[str], cwd: Path) -> tuple[subprocess.CompletedProcess[str], float, float]:
    """Run a program as its user has it, whatever is set for Python here; seconds of the clock, and of all its CPU."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    spent, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=cwd, env=environment)
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return done, seconds, after.ru_utime + after.ru_stime - spent.ru_utime - spent.ru_stime


def ours(profile: str) -> Run:
    """Our own checks."""
    return program(sys.executable, "-m", "tests.bench.ours", profile)


def whole(lab: Lab, domains: Sequence[Domain]) -> Result:
    """Our whole checks, as `check plan` runs them."""
    return program(sys.executable, "-m", "tests.bench.whole", str(lab.port))(lab, domains)


def sslyze(python: Path, at_once: int) -> Run:
    """sslyze's API; `python` is that of its venv."""
    script = str(HERE / "peer_sslyze.py")
    return program(str(python), "-c", _WITH_COUNT.format(script=script, at_once=at_once))


# The count is the last word of the script's, and comes before the ones that every program is given.
_WITH_COUNT = (
    "import runpy, sys; sys.argv = [sys.argv[0], *sys.argv[1:], '{at_once}'];"
    " runpy.run_path({script!r}, run_name='__main__')"
)


def shell(lab: Lab, domains: Sequence[Domain]) -> Result:
    """dig and openssl s_client, eight at a time. What they printed is read after the time was taken."""
    with tempfile.TemporaryDirectory(dir=lab.folder) as folder:
        words = ["sh", str(HERE / "peer_shell.sh"), str(lab.list_of(domains)), str(lab.name_server)]
        done, seconds, cpu = _timed([*words, str(lab.roots), folder], cwd=Path(folder))
        assert done.returncode == 0, done.stderr
        outputs = {domain.name: _printed((Path(folder) / domain.name).read_text()) for domain in domains}
    return Result(outputs=outputs, seconds=seconds, cpu=cpu)


def _printed(text: str) -> dict[str, Any]:
    lines = dict(line.split(" ", 1) for line in text.splitlines()[:3])
    priority, weight, port, target = lines["SRV"].split()
    chain = [_sha256(pem) for pem in _PEM.findall(text)]
    return {
        "srv": [[int(priority), int(weight), int(port), target.rstrip(".").lower()]],
        "a": [lines["A"]],
        "aaaa": [lines["AAAA"]],
        "chain": chain,
        "verified": bool(chain) and _VERIFIED in text,
    }


def _sha256(pem: str) -> str:
    import ssl

    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def differences(one: Outputs, other: Outputs) -> list[str]:
    """The domains about which two say different things."""
    return sorted(name for name in {*one, *other} if one.get(name) != other.get(name))


def expected(domain: Domain) -> bool:
    """Whether the chain of a domain is good."""
    return not domain.defect and not domain.dead


@dataclass(frozen=True)
class Medians:
    """What is told of a contestant after all rounds; of memory the most."""

    seconds: float
    inner: float
    cpu: float
    most_mb: float
    spread: tuple[float, float]


def judged(run: Run, lab: Lab, domains: Sequence[Domain]) -> Result:
    """One run, whose verdicts have to be right."""
    result = run(lab, domains)
    told = [result.outputs[domain.name]["verified"] for domain in domains]
    assert told == [expected(domain) for domain in domains], "the verdicts are wrong"
    return result


def compete(runs: Mapping[str, Run], lab: Lab, domains: Sequence[Domain], rounds: int) -> dict[str, Medians]:
    """First every output is compared, then the rounds are run."""
    first = {name: judged(run, lab, domains) for name, run in runs.items()}
    right = next(iter(first.values())).outputs
    for name, result in first.items():
        unlike = differences(right, result.outputs)
        assert not unlike, (name, len(unlike), right[unlike[0]], result.outputs.get(unlike[0]))
    return in_rounds({name: partial(judged, run, lab, domains) for name, run in runs.items()}, rounds)


def in_rounds(trials: Mapping[Name, Callable[[], Result]], rounds: int) -> dict[Name, Medians]:
    """All trials in each round, every time in another order."""
    results: dict[Name, list[Result]] = {name: [] for name in trials}
    for number in range(rounds):
        for name in random.sample(list(trials), len(trials)):
            results[name].append(trials[name]())
            print(f"round {number + 1}: {name} {results[name][-1].seconds:.2f} s", file=sys.stderr)
    return {name: _medians(found) for name, found in results.items()}


def _medians(found: Sequence[Result]) -> Medians:
    seconds = [result.seconds for result in found]
    return Medians(
        statistics.median(seconds),
        statistics.median(result.inner for result in found),
        statistics.median(result.cpu for result in found),
        max(result.most_mb for result in found),
        (min(seconds), max(seconds)),
    )


def python_with(name: str, packages: Sequence[str]) -> Path:
    """The Python of a venv that holds some packages; made below the project when it is not there."""
    venv = HERE.parent.parent / name
    python = venv / "bin" / "python"
    if not python.exists():
        print(f"installing {' '.join(packages)} ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        subprocess.run(pip, check=True, stdout=sys.stderr)
    return python


def quiet(most: float = 1.0, seconds: float = 30.0) -> float:
    """Wait until the machine has little else to do, if it ever has; returns the load that there is."""
    try:
        until(lambda: os.getloadavg()[0] < most, seconds)
    except AssertionError:
        print(f"the machine is busy: load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    return os.getloadavg()[0]
