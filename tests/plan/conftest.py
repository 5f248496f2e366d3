"""Plans as text, for the tests of drafts, problems and the plan commands."""

import pytest

PRACTICE_LIKE = """\
# The plan of the practice deployment.
release = "9.0"

[local]  # our side
sip_proxy_domain = "local.example"
public_fqdn = "imp-public.mail.local.example"  # in the email domain
public_address = "192.0.2.10"
routing_node = "imp1"
peer_auth_port = 5061

[[nodes]]
name = "imp1"
fqdn = "imp1.local.example"
address = "192.0.2.11"
role = "publisher"

[[nodes]]
name = "imp2"
fqdn = "imp2.local.example"
address = "192.0.2.12"
role = "subscriber"

[[partners]]
domain = "partner.example"
description = "Partner"
external_fqdn = "sip.partner.example"

[[partners]]
domain = "branch.example"
description = "Branch"
external_fqdn = "edge.branch.example"
publishes_srv = false

[aol]
gateway_fqdn = "sag.aol.example"
static_route_for_default = true

[[aol.domains]]
name = "aol.com"
kind = "public"
description = "AOL"

[[aol.domains]]
name = "hosted1.example"
kind = "hosted"
description = "Hosted One"

[[aol.domains]]
name = "hosted2.example"
kind = "hosted"
description = "Hosted Two"

[email]
domain = "mail.local.example"

[[intercluster_peers]]
name = "north"
publisher_fqdn = "imp1.north.example"
"""


@pytest.fixture(scope="session")
def practice_like() -> str:
    """The plan of the practice deployment, without faults."""
    return PRACTICE_LIKE
