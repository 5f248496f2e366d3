"""`check plan --nodes`: what the nodes' CLI says of certificates, judged as they have to be in the end."""

import pytest

from cli_backend.exchange import Exchange, OnAnswer, OnOutput, Result
from tests.core.plans import practice_plan, with_asa
from wizard.node_checks import check_nodes
from wizard.plan.model import Plan

CERTIFICATE = "  Serial Number: 01\n  Issuer Name: CN={issuer}\n  Subject Name: CN={name}\n"


class Answering:
    """A device whose nodes know two commands."""

    def __init__(self, name: str, issuer: str, trusted: str) -> None:
        self.outputs = {
            "show cert own cup/cup.pem": CERTIFICATE.format(name=name, issuer=issuer),
            "show cert list trust": f"cup-trust/{trusted}.pem: Trust certificate\n",
        }

    def run(
        self,
        node: str,
        command: str,
        *,
        expect: object = (),
        reboots: bool = False,
        timeout: float = 120.0,
        on_output: OnOutput | None = None,
        on_answer: OnAnswer | None = None,
        cancel: object = None,
    ) -> Exchange:
        del expect, reboots, timeout, on_output, on_answer, cancel
        output = self.outputs.get(command, "")
        return Exchange(node=node, command=command, result=Result.OK, output=output, started="", duration_ms=1)

    def wait_for_return(self, *_args: object, **_options: object) -> bool:
        return False

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("plan", "device", "codes"),
    [
        (practice_plan(), Answering("imp1.local.example", "Root", "Root"), set()),
        (practice_plan(), Answering("imp1.local.example", "imp1.local.example", "Root"), {"node-cert-unsigned"}),
        (practice_plan(), Answering("imp1", "Root", "Root"), {"node-cert-name"}),
        (with_asa(), Answering("imp1.local.example", "imp1.local.example", "192.0.2.3"), set()),
        (with_asa(), Answering("imp1.local.example", "imp1.local.example", "Root"), {"node-trust-missing"}),
    ],
)
def test_certificates_and_trust_are_judged(plan: Plan, device: Answering, codes: set[str]) -> None:
    found = check_nodes(plan.model_copy(update={"nodes": plan.nodes[:1]}), device).findings
    ours = {finding.code for finding in found if finding.severity.value != "pass"}
    assert {code for code in ours if code.startswith(("node-cert", "node-trust"))} == codes
