"""`check plan|dns|tls|cert|route`: live checks, for people and for monitoring."""

import argparse
import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.commands.check_options import network_of, planned_network, shared_options
from wizard.commands.check_plan import check_plan
from wizard.commands.checked import Checked, Correspondent
from wizard.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from checks.finding import Findings
    from checks.requests import CheckRequest, Network

_NO_TRUST = "Whether its authority is trusted was not judged: --trust PEM gives what is or will be in cup-trust."
_WHOSE_DNS = (
    "Whose domain it is cannot be seen without a plan: the other side stands for whoever runs the DNS of {domain}. If"
    " that is your own domain, it is your DNS administrator."
)
_NODES_LEFT_OUT = "The nodes themselves were not asked, so this says nothing of them: --nodes asks their CLI too."
_SHOWN = 253  # characters of a name that is too long to be one
EXIT = {"pass": 0, "warn": 1, "fail": 2, "not-tested": 3}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `check` and what can be checked."""
    parser = subparsers.add_parser("check", help="look at DNS, TLS and certificates; changes nothing")
    whats = parser.add_subparsers(metavar="WHAT", required=True, dest="what")
    shared = shared_options()
    plan = whats.add_parser("plan", parents=[shared], help="every check of a plan")
    plan.add_argument("target", metavar="PLAN", type=Path)
    plan.add_argument("--nodes", action="store_true", help="ask the nodes' CLI too")
    plan.add_argument("--password-stdin", action="store_true", help="with --nodes: the CLI password on standard input")
    dns = whats.add_parser("dns", parents=[shared], help="the federation record of a domain")
    dns.add_argument("target", metavar="DOMAIN")
    dns.add_argument("--service", choices=("sip", "xmpp"), default="sip")
    tls = whats.add_parser("tls", parents=[shared], help="the certificate and TLS of a server")
    tls.add_argument("target", metavar="HOST[:PORT]")
    cert = whats.add_parser("cert", parents=[shared], help="a certificate or chain in a PEM file")
    cert.add_argument("target", metavar="FILE", type=Path)
    route = whats.add_parser("route", parents=[shared], help="which rule routes an address, and to where")
    route.add_argument("target", metavar="USER@DOMAIN")
    route.add_argument("--plan", type=Path, required=True, metavar="PLAN", help="the deployment it is asked of")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run one check and report it; returns the status that monitoring expects."""
    whats = {"plan": check_plan, "route": _route}
    checked = whats.get(args.what, _one)(args)
    findings = checked.findings
    if args.junit is not None:
        _write_junit(args.junit, findings)
    if args.json:
        from wizard.report.json import check_document

        json.dump(check_document(findings, with_chain=args.what in {"tls", "cert"}), sys.stdout)
        print()
    elif args.nagios:
        from wizard.report.nagios import nagios_line

        print(nagios_line(findings, "nodes not asked" if checked.nodes_left_out else ""))
    elif args.request:
        from wizard.commands.check_letters import letters

        print("\n".join(letters(args.request, checked)))
    else:
        if args.what in {"dns", "tls"} and not args.nameserver:
            print("Asked with the name servers of this machine; --nameserver asks others.")
        print("\n".join(_report(args, checked)))
    return EXIT[findings.status.value]


def _report(args: argparse.Namespace, checked: Checked) -> "Iterator[str]":
    """The findings for people."""
    from wizard.report.text import check_lines, plan_lines, summary_lines

    findings, real = checked.findings, checked.real(checked.findings)
    left_out = _NODES_LEFT_OUT if checked.nodes_left_out else ""
    yield from plan_lines(findings, real, left_out) if args.what == "plan" else check_lines(findings)
    yield ""
    yield from summary_lines(findings, real, checked.notes)


def _write_junit(path: Path, findings: "Findings") -> None:
    from wizard.files import write_file
    from wizard.report.junit import junit_document

    try:
        write_file(path, junit_document(findings))
    except OSError as problem:
        raise UsageError(f"{path} cannot be written: {problem.strerror}", "Name another file.") from problem


def _one(args: argparse.Namespace) -> Checked:
    checked = _run(_request(args), network_of(args))
    if args.what == "dns" and _may_be_ours(checked.findings):
        return replace(checked, notes=(*checked.notes, _WHOSE_DNS.format(domain=checked.findings.target)))
    return _compared(args, checked) if args.what == "tls" else checked


def _may_be_ours(findings: "Findings") -> bool:
    """Whether the other side is named as who has to act, without anybody having said whose domain it is."""
    from checks.finding import Owner, Severity

    return any(f.owner is Owner.PARTNER and f.severity in {Severity.FAIL, Severity.WARN} for f in findings.findings)


def _compared(args: argparse.Namespace, checked: Checked) -> Checked:
    """With what the same server, at the same place, showed before."""
    from checks.finding import worst_first
    from wizard.session import sessions_root
    from wizard.shown_before import compare_and_keep

    findings = checked.findings
    server = " ".join((findings.target, *args.connect_to))
    new = compare_and_keep(findings, server, sessions_root().parent / "certificates.json")
    return replace(checked, findings=replace(findings, findings=worst_first((*findings.findings, *new))))


def _run(request: "CheckRequest", network: "Network") -> Checked:
    from checks.names import for_display
    from checks.service import CheckService, target_of

    service = CheckService(network)
    try:
        findings = service.run(request)
    finally:
        service.close()
    about = f"SIP federation with {for_display(target_of(request))}"
    other_side = Correspondent(to="the administrator on the other side", about=about, findings=findings)
    notes = () if findings.trust_judged else (_NO_TRUST,)
    return Checked(findings=findings, partners=(other_side,), network=network, notes=notes)


def _route(args: argparse.Namespace) -> Checked:
    """The way of one address."""
    from wizard.plan.problems import load
    from wizard.procedures.routes import route_request

    address, domain = _address(args.target)
    plan = load(args.plan)
    network = planned_network(args, plan, args.plan)
    return _run(route_request(plan, domain, address), network)


def _address(text: str) -> tuple[str, str]:
    """An address in its canonical form, and its domain. Raises UsageError."""
    from checks.names import BadNameError, domain_name

    user, at, name = text.strip().rpartition("@")
    if not at or not re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+", user):
        raise UsageError(f"{text!r} is no address", "Write it as user@partner.example, without sip: before it.")
    try:
        domain = domain_name(name)
    except BadNameError as problem:
        raise UsageError(f"the domain of {text!r} {problem}", "Write it as user@partner.example.") from problem
    return f"{user}@{domain}", domain


def _request(args: argparse.Namespace) -> "CheckRequest":
    from checks.names import BadNameError, domain_name
    from checks.requests import CertificateRequest, DnsRequest, TlsRequest
    from wizard.checklist import split_host_port
    from wizard.pem_files import certificate_file

    expected = _expected_target(args.expect_target) if args.expect_target is not None else None
    try:
        if args.what == "dns":
            return DnsRequest(domain=domain_name(args.target), service=args.service, expect_target=expected)
        if args.what == "tls":
            name, port = split_host_port(args.target, 5061)
            return TlsRequest(host=_host(name), port=port, name=args.name or _host(name))
    except BadNameError as problem:
        shown = args.target if len(args.target) <= _SHOWN else f"{args.target[:_SHOWN]}..."
        raise UsageError(f"{shown!r} {problem}") from problem
    path = certificate_file(args.target, "Name a PEM file.", "Name the file of the certificate, as PEM.")
    return CertificateRequest(path=path, name=args.name)


def _expected_target(name: str) -> str:
    from checks.names import BadNameError, domain_name

    try:
        return domain_name(name)
    except BadNameError as problem:
        raise UsageError(f"--expect-target {name!r} {problem}", "Write the name of a host.") from problem


def _host(name: str) -> str:
    """A host; a single label too, for /etc/hosts may hold it. Raises BadNameError."""
    from checks.names import host

    return name.lower() if re.fullmatch(r"(?!\d+$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", name) else host(name)
