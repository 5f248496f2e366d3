"""`check plan`: everything that a plan implies, at the same time, as one document."""

import argparse
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.commands.check_options import planned_network
from wizard.commands.checked import Checked, Correspondent

if TYPE_CHECKING:
    from checks.finding import Findings
    from checks.requests import PlanRequest
    from checks.service import CheckService
    from wizard.checklist import Side
    from wizard.plan.model import Plan

_NO_TRUST = "Whether authorities are trusted was not judged: `trust` in the plan, or --trust PEM, names their roots."


def check_plan(args: argparse.Namespace) -> Checked:
    """All checks of a plan at the same time; options go before what the plan says."""
    from checks.service import CheckService
    from wizard.checklist import sides_of
    from wizard.our_way import our_way_named
    from wizard.plan.problems import load
    from wizard.report.merge import merged
    from wizard.three_names import odd_one_named

    plan = load(args.target)
    sides, network = sides_of(plan), planned_network(args, plan, args.target)
    requests = tuple(request for side in sides for request in side.everything)
    service = CheckService(network)
    try:
        if args.nodes:
            results = _with_nodes(args, plan, service, requests)
        else:
            results = service.run_many(requests, _Progress(len(requests), shown=not args.json))
    finally:
        service.close()
    seen = our_way_named(sides, odd_one_named(plan, results))
    findings = merged(str(args.target), seen.results, first=seen.causes)
    return Checked(
        findings=findings,
        network=network,
        partners=tuple(_correspondents(plan, sides, seen.results)),
        notes=tuple(_notes(args, findings)),
        nodes_left_out=not args.nodes,
        made_up=_made_up(args),
    )


def _made_up(args: argparse.Namespace) -> frozenset[str]:
    """The codes of what is so in every practice network."""
    from wizard.lesson import PAPER_CODE
    from wizard.practice.socket_path import is_practice

    return frozenset({PAPER_CODE}) if is_practice(args.target.absolute().parent) else frozenset()


def _notes(args: argparse.Namespace, findings: "Findings") -> Iterator[str]:
    from wizard.lesson import PAPER_ADDRESSES

    if _made_up(args) & {found.code for found in findings.findings}:
        yield PAPER_ADDRESSES
    if not findings.trust_judged:
        yield _NO_TRUST


def _correspondents(plan: "Plan", sides: "Sequence[Side]", results: "Sequence[Findings]") -> Iterator[Correspondent]:
    """The other organisations, each with what its own checks found; `results` begin in the order of the sides."""
    from checks.names import for_display
    from wizard.checklist import OURS
    from wizard.report.merge import merged

    left = iter(results)
    for side in sides:
        own = [next(left) for _ in side.everything]
        if side.whose != OURS:
            to = f"{side.contact}, {side.whose}" if side.contact else f"the administrator of {side.whose}"
            ours, theirs = for_display(plan.local.sip_proxy_domain), for_display(side.whose)
            about = f"SIP federation between {ours} and {theirs}"
            yield Correspondent(to=to, about=about, findings=merged(side.whose, own))


def _with_nodes(
    args: argparse.Namespace, plan: "Plan", service: "CheckService", requests: "Sequence[PlanRequest]"
) -> "tuple[Findings, ...]":
    """The network's checks, on a thread, while the nodes are asked here, where a password may be asked for."""
    from concurrent.futures import ThreadPoolExecutor

    from wizard.commands.node_login import check_all_nodes
    from wizard.node_checks import listener_findings, listener_requests

    _name_the_password(args.target.absolute().parent, asked=not args.password_stdin)
    listeners = listener_requests(plan)
    progress = _Progress(len(requests) + len(listeners), shown=args.password_stdin and not args.json)
    with ThreadPoolExecutor(1) as pool:
        network = pool.submit(service.run_many, (*requests, *listeners), progress)
        try:
            nodes = check_all_nodes(plan, service.resolve, password_stdin=args.password_stdin)
        except BaseException:
            service.close()  # whoever leaves does not wait for the network
            raise
        results = network.result()
    count = len(requests)
    return (*results[:count], nodes, listener_findings(plan, results[count:], nodes))


def _name_the_password(folder: Path, *, asked: bool) -> None:
    """Of a practice network the password stands in a file, which a trainee has to be told."""
    from wizard.practice.socket_path import password_file

    path = password_file(folder)
    if path is not None and asked and sys.stdin.isatty():
        told = f"This is a practice network: its password is the word in {path}."
        print(textwrap.fill(told, 78, break_long_words=False, break_on_hyphens=False), file=sys.stderr)


class _Progress:
    """One line on standard error for each check that is done, for people only."""

    def __init__(self, count: int, *, shown: bool) -> None:
        self._done, self._count = 0, count
        self._shown = shown and sys.stderr.isatty()

    def __call__(self, findings: "Findings") -> None:
        """A check is done."""
        from wizard.text import visible_line

        self._done += 1
        if self._shown:
            status = findings.status.value
            print(f"{self._done} of {self._count}: {visible_line(findings.target)}: {status}", file=sys.stderr)
