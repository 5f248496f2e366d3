"""`check plan|dns|tls|cert|route`: live checks, for people and for monitoring."""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import UsageError

if TYPE_CHECKING:
    from checks.finding import Findings
    from checks.requests import CheckRequest, Network
    from checks.service import CheckService
    from wizard.plan.model import Plan

EXIT = {"pass": 0, "warn": 1, "fail": 2, "not-tested": 3}


def add_parser(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `check` and what can be checked."""
    parser = subparsers.add_parser("check", help="look at DNS, TLS and certificates; changes nothing")
    whats = parser.add_subparsers(metavar="WHAT", required=True, dest="what")
    shared = _shared_options()
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


def _shared_options() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    add = shared.add_argument
    form = shared.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object on standard output")
    form.add_argument("--nagios", action="store_true", help="one line with performance data, for monitoring")
    add("--junit", type=Path, metavar="FILE", help="write JUnit XML there too")
    form.add_argument("--request", choices=("partner", "dns-admin"), help="a letter to whoever has to act")
    add("--nameserver", action="append", default=[], metavar="ADDR[:PORT]", help="ask this one; may be repeated")
    add("--internal-nameserver", action="append", default=[], metavar="ADDR[:PORT]", help="the inside view")
    add("--authoritative", action="store_true", help="ask the domain's own servers too")
    add("--connect-to", action="append", default=[], metavar="HOST:PORT:ADDR:PORT", help="reach it elsewhere")
    add("--trust", action="append", default=[], metavar="PEM", help="what will be in cup-trust")
    add("--name", metavar="NAME", help="the TLS peer subject")
    add("--expect-target", metavar="FQDN", help="where the record should lead")
    add("--at", type=_time, metavar="TIME", help="judge as of this time, RFC 3339")
    add("--timeout", type=_positive, default=3.0, metavar="S", help="for each exchange")
    add("--concurrency", type=_count, default=100, metavar="N", help="how many checks at the same time")
    add("--revocation", action="store_true", help="ask where the certificates say whether they were revoked")
    add("--client-cert", type=Path, metavar="PEM", help="what we present to a server that demands one")
    add("--client-key", type=Path, metavar="PEM", help="its key; default the same file; none: only foretold")
    return shared


def run(args: argparse.Namespace) -> int:
    """Run one check and report it; returns the status that monitoring expects."""
    whats = {"plan": _plan, "route": _route}
    findings = whats.get(args.what, _one)(args)
    if args.junit is not None:
        _write_junit(args.junit, findings)
    if args.json:
        from wizard.report.json import check_document

        json.dump(check_document(findings, with_chain=args.what in {"tls", "cert"}), sys.stdout)
        print()
    elif args.nagios:
        from wizard.report.nagios import nagios_line

        print(nagios_line(findings))
    elif args.request:
        print(_letter(args.request, findings) or f"Nothing was found for the {args.request} to mend.")
    else:
        from wizard.report.text import check_lines

        if args.what in {"dns", "tls"} and not args.nameserver:
            print("Asked with the name servers of this machine; --nameserver asks others.")
        print("\n".join(check_lines(findings)))
    return EXIT[findings.status.value]


def _write_junit(path: Path, findings: "Findings") -> None:
    from wizard.files import write_file
    from wizard.report.junit import junit_document

    try:
        write_file(path, junit_document(findings))
    except OSError as problem:
        raise UsageError(f"{path} cannot be written: {problem.strerror}", "Name another file.") from problem


def _letter(reader: str, findings: "Findings") -> str:
    from checks.finding import Owner
    from wizard.report.letter import letter

    owner = Owner.PARTNER if reader == "partner" else Owner.YOUR_DNS_ADMIN
    to = "the administrator on the other side" if owner is Owner.PARTNER else "our DNS administrator"
    return letter(to, "SIP federation", findings.findings, owner)


def _one(args: argparse.Namespace) -> "Findings":
    return _run(_request(args), _network(args))


def _run(request: "CheckRequest", network: "Network") -> "Findings":
    from checks.service import CheckService

    service = CheckService(network)
    try:
        return service.run(request)
    finally:
        service.close()


def _route(args: argparse.Namespace) -> "Findings":
    """The way of one address. With name servers of the command line only those are asked."""
    from dataclasses import replace

    from wizard.plan.problems import load
    from wizard.procedures.routes import route_request

    address, domain = _address(args.target)
    plan = load(args.plan)
    network = _planned_network(args, plan, args.plan)
    if args.nameserver and not args.internal_nameserver:
        network = replace(network, internal_name_servers=())
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
    from wizard.checklist import certificate_file, split_host_port

    try:
        expected = domain_name(args.expect_target) if args.expect_target else None
        if args.what == "dns":
            return DnsRequest(domain=domain_name(args.target), service=args.service, expect_target=expected)
        if args.what == "tls":
            name, port = split_host_port(args.target, 5061)
            return TlsRequest(host=_host(name), port=port, name=args.name or _host(name))
    except BadNameError as problem:
        raise UsageError(f"{args.target!r} {problem}") from problem
    convert = "If it is DER, convert it: openssl x509 -inform der -in FILE. Else name the file of the certificate."
    return CertificateRequest(path=certificate_file(args.target, "Name a PEM file.", convert), name=args.name)


def _host(name: str) -> str:
    """A host; a single label too, for /etc/hosts may hold it. Raises BadNameError."""
    from checks.names import host

    return name.lower() if re.fullmatch(r"(?!\d+$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", name) else host(name)


def _network(args: argparse.Namespace) -> "Network":
    from checks.requests import Network
    from wizard.checklist import redirections, servers, trust_files

    return Network(
        name_servers=servers(args.nameserver),
        internal_name_servers=servers(args.internal_nameserver),
        authoritative=args.authoritative,
        connect_to=redirections(args.connect_to),
        trust=trust_files(args.trust, Path()),
        at=args.at,
        timeout=args.timeout,
        concurrency=args.concurrency,
        client_certificate=_client_certificate(args),
        revocation=args.revocation,
        release="any" if args.what == "tls" else None,
    )


def _client_certificate(args: argparse.Namespace) -> tuple[Path, Path | None] | None:
    """Our certificate and its key; without a key in either file, what a server will make of it is only foretold."""
    if args.client_cert is None:
        return None
    key = args.client_key or args.client_cert
    for path in (args.client_cert, key):
        if not path.is_file():
            raise UsageError(f"{path} cannot be read", "Name a PEM file.")
    from checks.tls.ours import issuers_in
    from checks.tls.probe import context_for

    if args.client_key is None and b"PRIVATE KEY-----" not in key.read_bytes() and issuers_in(key):
        return key, None
    try:
        context_for((args.client_cert, key))
    except OSError as problem:
        hint = "Both are PEM, belong together, and the key has no passphrase."
        raise UsageError(f"{args.client_cert} and {key} cannot be used: {problem}", hint) from problem
    return args.client_cert, key


def _plan(args: argparse.Namespace) -> "Findings":
    """All checks of a plan at the same time, as one document; options go before what the plan says."""
    from checks.service import CheckService
    from wizard.checklist import requests_of
    from wizard.plan.problems import load
    from wizard.report.merge import merged

    plan = load(args.target)
    requests = requests_of(plan)
    service = CheckService(_planned_network(args, plan, args.target))
    try:
        if args.nodes:
            results = _with_nodes(args, plan, service, requests)
        else:
            results = list(service.run_many(requests, _Progress(len(requests), shown=not args.json)))
    finally:
        service.close()
    return merged(str(args.target), results)


def _planned_network(args: argparse.Namespace, plan: "Plan", path: Path) -> "Network":
    from dataclasses import replace

    from wizard.checklist import network_of

    given, planned = _network(args), network_of(plan, path.absolute().parent)
    return replace(
        given,
        name_servers=given.name_servers or planned.name_servers,
        internal_name_servers=given.internal_name_servers or planned.internal_name_servers,
        connect_to={**planned.connect_to, **given.connect_to},
        trust=(*planned.trust, *given.trust),
        release=planned.release,
    )


def _with_nodes(
    args: argparse.Namespace, plan: "Plan", service: "CheckService", requests: "Sequence[CheckRequest]"
) -> "list[Findings]":
    """The network's checks, on a thread, while the nodes are asked here, where a password may be asked for."""
    from concurrent.futures import ThreadPoolExecutor

    from wizard.commands.node_login import check_all_nodes
    from wizard.node_checks import listener_findings, listener_requests

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
    return [*results[:count], nodes, listener_findings(plan, results[count:])]


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


def _time(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a time such as 2026-01-31T12:00:00Z") from None
    if when.tzinfo is None:
        raise argparse.ArgumentTypeError("a time with its zone, such as 2026-01-31T12:00:00Z")
    return when


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 300:
        raise argparse.ArgumentTypeError("seconds, more than 0 and at most 300")
    return value


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 1000:
        raise argparse.ArgumentTypeError("a number from 1 to 1000")
    return int(text)
