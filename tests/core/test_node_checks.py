"""`check plan --nodes`: what the nodes' CLI says of certificates, judged as they have to be in the end."""

import pytest

from checks.catalogue import finding
from checks.finding import Finding, Findings
from cli_backend.exchange import CliError, Exchange, HopRefused, HostKeyRefused, OnAnswer, OnOutput, Result, Unreachable
from cli_backend.printed import Printed
from tests.core.plans import practice_plan, with_asa
from wizard.facts import Facts
from wizard.node_checks import check_nodes, listener_findings
from wizard.plan.model import Plan
from wizard.procedures.common import services_judge

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
        return Exchange(
            node=node, command=command, result=Result.OK, printed=Printed(output), started="", duration_ms=1
        )

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


SRV = "utils network host _sipfederationtls._tcp.{} srv"
RECORD = "_sipfederationtls._tcp.x has SRV record 0 0 5061 sip.{}.\n"
HOP = "utils network host edge.branch.example"
NOTHING = "Host x not found: 3(NXDOMAIN)\n"
ADDRESS = "edge.branch.example has address 198.51.100.20\n"


@pytest.mark.parametrize(
    ("outputs", "codes"),
    [
        (
            {"partner": RECORD.format("partner.example"), "branch": NOTHING, HOP: ADDRESS},
            {("route-ok", "edge.branch.example")},
        ),
        (
            {"partner": NOTHING, "branch": NOTHING, HOP: ADDRESS},
            {("route-ok", "edge.branch.example"), ("route-none", "partner.example")},
        ),
        (
            {"partner": RECORD.format("partner.example"), "branch": RECORD.format("branch.example"), HOP: NOTHING},
            {("route-srv-unused", "branch.example"), ("route-next-hop-unresolvable", "edge.branch.example")},
        ),
        ({"partner": RECORD.format("partner.example"), "branch": NOTHING}, {("node-lookup-unclear", "imp1")}),
    ],
)
def test_what_the_routing_node_finds_by_itself_is_judged(outputs: dict[str, str], codes: set[tuple[str, str]]) -> None:
    device = Answering("imp1.local.example", "Root", "Root")
    names = {key: SRV.format(f"{key}.example") if key != HOP else HOP for key in outputs}
    device.outputs |= {names[key]: output for key, output in outputs.items()}
    plan = practice_plan().model_copy(update={"aol": None})
    found = check_nodes(plan, device).findings
    looked = {"route-ok", "route-none", "route-srv-unused", "route-next-hop-unresolvable", "node-lookup-unclear"}
    assert {(each.code, each.subject) for each in found if each.code in looked} == codes


class Refusing(Answering):
    """A device that no node is reached by."""

    def __init__(self, error: CliError) -> None:
        super().__init__("", "", "")
        self.error = error

    def run(self, *_args: object, **_options: object) -> Exchange:
        raise self.error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (HostKeyRefused("imp1", "the host key changed", "Find out why."), "node-hostkey-changed"),
        (HopRefused("imp1", "the host key of the jump host near is not known", "ssh near"), "node-unreachable"),
        (Unreachable("imp1", "no connection", "Look."), "node-unreachable"),
    ],
)
def test_a_key_that_is_not_the_node_s_says_nothing_of_the_node_s(error: CliError, code: str) -> None:
    plan = practice_plan()
    found = check_nodes(plan.model_copy(update={"nodes": plan.nodes[:1]}), Refusing(error)).findings
    assert code in {finding.code for finding in found}
    assert {"node-hostkey-changed", "node-unreachable"} & {finding.code for finding in found} == {code}


def _said(*found: Finding) -> Findings:
    return Findings(target="nodes", started="", duration_ms=0, findings=found)


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ((), "See that Cisco SIP Proxy"),
        ((finding("node-domain-missing", "imp2"),), "Set the domain of the node first"),
        (
            (finding("node-service-stopped", "imp2", observed={"service": "Cisco SIP Proxy"}),),
            "Start Cisco SIP Proxy first",
        ),
    ],
)
def test_what_partners_dial_ends_at_the_routing_node_alone(said: tuple[Finding, ...], first: str) -> None:
    plan = practice_plan()
    assert plan.routing_node.name == "imp1"
    closed = Findings(target="", started="", duration_ms=0, findings=(finding("tcp-refused", "x"),))
    found = listener_findings(plan, (closed,) * len(plan.nodes), _said(*said)).findings
    why = {each.subject: each.why for each in found}
    assert "Everything that partners dial ends there." in why["imp1"]
    assert "Partners dial the routing node, imp1, and not this one." in why["imp2"]
    assert next(each.fix[0] for each in found if each.subject == "imp2").startswith(first)


@pytest.mark.parametrize(
    ("service", "page", "activated"),
    [
        ("Cisco SIP Proxy", "Control Center - Feature Services", True),
        ("Cisco XCP SIP Federation Connection Manager", "Control Center - Feature Services", True),
        ("Cisco XCP Router", "Control Center - Network Services", False),
    ],
)
def test_a_stopped_service_names_the_page_on_which_it_starts(service: str, page: str, activated: bool) -> None:
    plan = practice_plan()
    (found,) = services_judge("imp1", (service,))(plan, Facts())
    assert page in found.fix[0]
    assert ("Service Activation" in found.fix[0]) is activated
    assert " or " not in found.fix[0]


def test_the_price_of_a_missing_domain_is_told_with_its_cure() -> None:
    told = " ".join(finding("node-domain-missing", "imp2", expected={"domain": "local.example"}).fix)
    for words in ("fedwizard run", "signed out", "What an authority had signed is lost", "all servers of the cluster"):
        assert words in told
