"""The options that all checks share, and the network they describe."""

import argparse
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.errors import UsageError

if TYPE_CHECKING:
    from checks.requests import Network
    from wizard.plan.model import Plan


_LONGEST_NAME = 255
_RFC_3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def shared_options() -> argparse.ArgumentParser:
    """A parent for the parsers of all checks."""
    shared = argparse.ArgumentParser(add_help=False)
    add = shared.add_argument
    form = shared.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object on standard output")
    form.add_argument("--nagios", action="store_true", help="one line with performance data, for monitoring")
    add("--junit", type=_file, metavar="FILE", help="write JUnit XML there too")
    form.add_argument("--request", choices=("partner", "dns-admin"), help="a letter to whoever has to act")
    add("--nameserver", action="append", default=[], metavar="ADDR[:PORT]", help="ask this one; may be repeated")
    add("--internal-nameserver", action="append", default=[], metavar="ADDR[:PORT]", help="the inside view")
    add("--authoritative", action="store_true", help="ask the domain's own servers too")
    add("--connect-to", action="append", default=[], metavar="HOST:PORT:ADDR:PORT", help="reach it elsewhere")
    add("--trust", action="append", default=[], metavar="PEM", help="what will be in cup-trust")
    add("--name", type=_name, metavar="NAME", help="the TLS peer subject")
    add("--expect-target", metavar="FQDN", help="where the record should lead")
    add("--at", type=_time, metavar="TIME", help="judge as of this time, RFC 3339")
    add("--timeout", type=_positive, default=3.0, metavar="S", help="for each exchange")
    add("--concurrency", type=_count, default=100, metavar="N", help="how many checks at the same time")
    add("--revocation", action="store_true", help="ask where the certificates say whether they were revoked")
    add("--client-cert", type=Path, metavar="PEM", help="what we present to a server that demands one")
    add("--client-key", type=Path, metavar="PEM", help="its key; default the same file; none: only foretold")
    return shared


def network_of(args: argparse.Namespace) -> "Network":
    """The network that the options describe. Raises UsageError."""
    from checks.requests import Network
    from wizard.checklist import redirections, servers, trust_files
    from wizard.pem_files import readable

    return Network(
        name_servers=servers(args.nameserver),
        internal_name_servers=servers(args.internal_nameserver),
        authoritative=args.authoritative,
        connect_to=redirections(args.connect_to),
        trust=readable(trust_files(args.trust, Path(), "Name a PEM file with --trust.")),
        at=args.at,
        timeout=args.timeout,
        concurrency=args.concurrency,
        client_certificate=_client_certificate(args),
        revocation=args.revocation,
        release="any" if args.what == "tls" else None,
    )


def planned_network(args: argparse.Namespace, plan: "Plan", path: Path) -> "Network":
    """The network of a plan file; what the options say goes before what the plan says. Raises UsageError.

    With name servers of the command line only those are asked, not those that the plan has for the inside.
    """
    from dataclasses import replace

    from wizard import checklist
    from wizard.pem_files import readable

    folder = path.absolute().parent
    _see_that_it_is_open(folder)
    if not (args.connect_to or plan.connections):
        _see_that_addresses_lead_somewhere(path.absolute())
    given, planned = network_of(args), checklist.network_of(plan, folder)
    return replace(
        given,
        name_servers=given.name_servers or planned.name_servers,
        internal_name_servers=given.internal_name_servers
        or (() if given.name_servers else planned.internal_name_servers),
        connect_to={**planned.connect_to, **given.connect_to},
        trust=(*readable(planned.trust), *given.trust),
        release=planned.release,
    )


def _see_that_it_is_open(folder: Path) -> None:
    """A practice network that has ended answers nothing, which would read as everybody's fault. Raises UsageError."""
    from wizard.practice.socket_path import has_ended

    if has_ended(folder):
        raise UsageError(
            f"the practice network of {folder} is not open, so there is nothing to check",
            f"Open its session in another terminal: fedwizard resume {folder.parent}",
        )


def _see_that_addresses_lead_somewhere(path: Path) -> None:
    """The addresses of a practice plan are made up, so it is checked where the network is, or not at all.

    The plan by which it is checked holds those places; the one of the session, above the network, holds none, and
    needs them as --connect-to. Raises UsageError.
    """
    from wizard.practice.socket_path import PLAN_TO_CHECK, SESSION_PLACE, has_ended, is_practice

    here, below = path.parent, path.parent / SESSION_PLACE
    network = here if is_practice(here) else below
    if not is_practice(network):
        return
    open_first = f" Open its session first: fedwizard resume {network.parent}" if has_ended(network) else ""
    raise UsageError(
        f"{path} is the plan of a practice network, and its addresses lead nowhere",
        f"Check the same plan where the network is: {network / PLAN_TO_CHECK}{open_first}",
    )


def _client_certificate(args: argparse.Namespace) -> tuple[Path, Path | None] | None:
    """Our certificate and its key; without a key in either file, what a server will make of it is only foretold."""
    if args.client_cert is None and args.client_key is not None:
        raise UsageError("--client-key names a key without its certificate", "Name that too: --client-cert PEM.")
    if args.client_cert is None:
        return None
    key = args.client_key or args.client_cert
    for path in (args.client_cert, key):
        if not path.is_file():
            raise UsageError(f"{path} cannot be read", "Name a PEM file.")
    from checks.tls.pair import UnusablePairError, certificates_of, holds_key, see_that_they_fit

    try:
        if args.client_key is None and not holds_key(key):
            certificates_of(args.client_cert)
            return args.client_cert, None
        see_that_they_fit(args.client_cert, key)
    except UnusablePairError as problem:
        raise UsageError(str(problem), problem.remedy) from problem
    except OSError as problem:
        raise UsageError(
            f"{problem.filename or key} cannot be read: {problem.strerror}", "Name a PEM file."
        ) from problem
    return args.client_cert, key


def _file(text: str) -> Path:
    if not Path(text).name:
        raise argparse.ArgumentTypeError("the name of a file")
    return Path(text)


def _name(text: str) -> str:
    if not text.strip() or len(text) > _LONGEST_NAME:
        raise argparse.ArgumentTypeError("the name that stands in the certificate, such as sip.partner.example")
    return text.strip()


def _time(text: str) -> datetime:
    """A time as RFC 3339 has it. A leap second is the one before it, for clocks have none."""
    written = _RFC_3339.fullmatch(text.strip())
    if written is None:
        raise argparse.ArgumentTypeError("a time with its zone, such as 2026-01-31T12:00:00Z")
    date, clock, fraction, zone = written.groups()
    try:
        when = datetime.fromisoformat(f"{date}T{clock.replace(':60', ':59')}{fraction or ''}{zone.upper()}")
        return when.astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError("a time that there is, such as 2026-01-31T12:00:00Z") from None


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 300:
        raise argparse.ArgumentTypeError("seconds, more than 0 and at most 300")
    return value


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) <= 1000:
        raise argparse.ArgumentTypeError("a number from 1 to 1000")
    return int(text)
