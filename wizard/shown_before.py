"""Which certificates servers have shown to this account before: one that is new asks for an exchange of trust."""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path

from checks.catalogue import finding
from checks.finding import Finding, Findings
from wizard.files import write_file

_MOST_KEPT = 8  # certificates of one server: those behind a load balancer take turns, and are not replaced each time
_MOST_SERVERS = 1000

Shown = Mapping[str, list[dict[str, str]]]


def compare_and_keep(findings: Findings, server: str, path: Path) -> tuple[Finding, ...]:
    """Whether the leaf that a server shows is another one than it ever showed before; what it shows now is kept.

    `server` tells servers apart, `path` is where it is kept. A file that cannot be read or written is no hindrance:
    who monitors with an account that has no home is told nothing of this.
    """
    if not findings.chain:
        return ()
    now = findings.chain[0].sha256
    shown = _read(path)
    before = shown.get(server, [])
    others = [one for one in before if one["sha256"] != now]
    kept = [*others, {"sha256": now, "seen": findings.started}][-_MOST_KEPT:]
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        renewed = {**{name: one for name, one in shown.items() if name != server}, server: kept}
        recent = dict(list(renewed.items())[-_MOST_SERVERS:])
        write_file(path, json.dumps(recent, indent=1).encode())
    if not before or len(others) < len(before):
        return ()
    observed = {"before": others[-1]["sha256"], "last_seen": others[-1]["seen"], "now": now}
    return (finding("cert-replaced", findings.target, observed=observed),)


def _read(path: Path) -> Shown:
    try:
        held = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    servers = held.items() if isinstance(held, dict) else ()
    return {str(name): _certificates(one) for name, one in servers if isinstance(one, list)}


def _certificates(held: list[object]) -> list[dict[str, str]]:
    found = [one for one in held if isinstance(one, dict)]
    return [{"sha256": str(one.get("sha256", "")), "seen": str(one.get("seen", ""))} for one in found]
