"""The target of our record, the configured name and the CN of our certificate: the plan's check tells the odd one."""

import pytest

from tests.checks.support import Check, Checked
from tests.checks.test_targets import PLAN, SRV, shown
from tests.servers.bind import name_server
from tests.servers.pki import Authorities

BALANCER = '[load_balancer]\nfqdn = "sip.local.example"\naddress = "8.8.8.8"\n'
PARTNER = f"{SRV} SRV 0 0 5061 sip\nsip A 8.8.4.4\n"
RIGHT, OTHER = "sip.local.example", "edge.local.example"

pytestmark = pytest.mark.needs("bind9")


def of_our_names(
    check: Check, pki: Authorities, target: str, cn: str, *, at: str, plan: str = PLAN + BALANCER
) -> Checked:
    """`check plan` where our record leads to `target`, and the server `at` shows a certificate for `cn`."""
    (pki.folder / "plan.toml").write_text(plan)
    assert pki.trust.name == "root.pem"
    records = f"{SRV} SRV 0 0 5061 {target}.\nsip A 8.8.8.8\nedge A 8.8.8.8\n"
    with (
        shown(pki, {at: (cn, (RIGHT, OTHER))}) as ports,
        name_server(pki.folder / "bind", {"local.example": records, "partner.example": PARTNER}) as dns,
    ):
        words = ["--nameserver", f"127.0.0.1:{dns}", "--timeout", "1"]
        for name in (RIGHT, OTHER, "sip.partner.example"):
            words += ["--connect-to", f"{name}:5061:127.0.0.1:{ports[at]}"]
        return check("plan", pki.folder / "plan.toml", *words)


@pytest.mark.parametrize(
    ("target", "cn", "odd", "first"),
    [
        (OTHER, RIGHT, "record", f"Change the target of the record to {RIGHT}."),
        (OTHER, OTHER, "configured name", f"Enter {OTHER} as Federation Routing IM and Presence FQDN"),
        (OTHER, "third.local.example", "each", f"Change the target of the record to {RIGHT}."),
    ],
)
def test_the_odd_one_of_three_names_is_told(
    check: Check, pki: Authorities, target: str, cn: str, odd: str, first: str
) -> None:
    checked = of_our_names(check, pki, target, cn, at=RIGHT)
    found = checked.finding("srv-target-unexpected")
    assert (found["severity"], found["subject"]) == ("fail", f"{SRV}.local.example")
    assert found["observed"] | {"target": target, "configured": RIGHT, "cn": cn, "odd": odd} == found["observed"]
    assert found["fix"][0].startswith(first)
    own = [f["code"] for f in checked.document["findings"] if f["subject"] == f"{RIGHT}:5061"]
    assert ("cert-name-mismatch" in own) == (odd == "each")


def test_a_certificate_that_is_the_odd_one_is_told_as_ours(check: Check, pki: Authorities) -> None:
    checked = of_our_names(check, pki, RIGHT, OTHER, at=RIGHT)
    mismatches = [f for f in checked.document["findings"] if f["code"] == "cert-name-mismatch"]
    found = next(f for f in mismatches if f["subject"] == f"{RIGHT}:5061")
    assert "srv-target-unexpected" not in checked.codes
    assert (found["owner"], found["observed"]["odd"]) == ("you", "certificate")
    assert f"{RIGHT} is the name that others know us by. OCS and Lync find it among the" in found["why"]
    assert "the certificate is the odd one" in found["why"]


def test_a_node_that_shows_its_own_name_is_not_the_odd_one(check: Check, pki: Authorities) -> None:
    """Without a device in between, the CN is meant to be the node's."""
    checked = of_our_names(check, pki, OTHER, "imp1.local.example", at=RIGHT, plan=PLAN)
    assert "odd" not in checked.finding("srv-target-unexpected")["observed"]
