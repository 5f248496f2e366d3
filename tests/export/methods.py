"""Methods of procedure for the tests: a small one that never changes, and those of the catalogue."""

from tests.core.plans import PRACTICE_LIKE
from tests.export.story import NEVER, TRIAL
from wizard.export.method import Method, method_of
from wizard.plan.problems import load_text, plan_hash
from wizard.procedures import CATALOGUE
from wizard.resolve import walk_of
from wizard.step import Procedure

SMALL = """\
release = "9.0"

[local]
sip_proxy_domain = "local.example"
public_fqdn = "imp-public.local.example"
public_address = "192.0.2.10"
routing_node = "imp1"
peer_auth_port = 5061

[[nodes]]
name = "imp1"
fqdn = "imp1.local.example"
address = "192.0.2.11"
role = "publisher"
legacy_algorithms = true

[[partners]]
domain = "partner.example"
description = "Partner"
external_fqdn = "sip.partner.example"

[change]
id = "CHG0001"
implementer = "operations"
reviewer = "security"
window_start = 2026-01-31T23:00:00+01:00
window_end = 2026-02-01T04:00:00Z
"""


def method(text: str, procedures: tuple[Procedure, ...] = CATALOGUE) -> Method:
    """The method of procedure of a plan's text."""
    return method_of(walk_of(load_text(text), procedures), plan_hash(text), "fedwizard 0")


def small() -> Method:
    """One step of each kind, whatever becomes of the catalogue."""
    return method(SMALL, (TRIAL, NEVER))


def practice() -> Method:
    """The practice deployment with the whole catalogue."""
    return method(PRACTICE_LIKE)
