"""Every finding about nodes, provoked on practice nodes over SSH, and gone when its cause is."""

import json
import re
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.support import Ran
from wizard.practice.client import PracticeNetwork

Fedwizard = Callable[..., Ran]
PROXY = "Cisco SIP Proxy"
MANAGER = "Cisco XCP SIP Federation Connection Manager"


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PracticeNetwork]:
    """A network where everything is configured and one service stands still."""
    network = PracticeNetwork.start(tmp_path_factory.mktemp("finished") / "N", "service-stopped", 0)
    network.do(("start-service", "imp2", MANAGER))
    yield network
    network.stop()


def found(
    fedwizard: Fedwizard, network: PracticeNetwork, edit: Callable[[str], str] = str
) -> set[tuple[str, str, str]]:
    """(code, subject, severity) of what is said of nodes, with the plan edited before."""
    text = (network.directory / "check.toml").read_text(encoding="utf-8")
    assert edit is str or edit(text) != text
    plan = network.directory / "edited.toml"
    plan.write_text(edit(text), encoding="utf-8")
    words = ("check", "plan", str(plan), "--nodes", "--password-stdin", "--json")
    report = json.loads(fedwizard(*words, stdin=network.password_path.read_text(encoding="utf-8")).out)
    said = ((each["code"], each["subject"], each["severity"]) for each in report["findings"])
    return {each for each in said if each[0].startswith("node-") and each[2] != "pass"}


def test_nothing_is_said_of_nodes_that_are_well(fedwizard: Fedwizard, finished: PracticeNetwork) -> None:
    assert found(fedwizard, finished) == set()


@pytest.mark.parametrize(
    ("acts", "cures", "expected"),
    [
        (("unwell", "imp1", "ntp"), ("heal", "imp1"), ("node-ntp-unsynchronised", "imp1", "fail")),
        (("unwell", "imp2", "replication"), ("heal", "imp2"), ("node-replication-bad", "imp2", "fail")),
        (
            ("set-mail-id", "asmith"),
            ("set-mail-id", "asmith", "asmith@mail.local.example"),
            ("node-mailid", "imp1", "warn"),
        ),
        (
            ("stop-service", "imp2", "Cisco SIP Proxy"),
            ("start-service", "imp2", "Cisco SIP Proxy"),
            ("node-port-closed", "imp2", "fail"),
        ),
    ],
)
def test_what_ails_a_node_is_said_until_it_is_healed(
    fedwizard: Fedwizard,
    finished: PracticeNetwork,
    acts: tuple[str, ...],
    cures: tuple[str, ...],
    expected: tuple[str, str, str],
) -> None:
    finished.do(acts)
    assert expected in found(fedwizard, finished)
    finished.do(cures)
    assert found(fedwizard, finished) == set()


HOST_KEY = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


def other_key(plan: str) -> str:
    """A plan that remembers another host key of its first node."""
    return HOST_KEY.sub(f"SHA256:{'A' * 43}", plan, count=1)


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            lambda plan: plan.replace('release = "9.0"', 'release = "9.1"'),
            {("node-release-differs", "imp1", "fail"), ("node-release-differs", "imp2", "fail")},
        ),
        (
            lambda plan: plan.replace('sip_proxy_domain = "local.example"', 'sip_proxy_domain = "other.example"'),
            {("node-domain-differs", "imp1", "warn"), ("node-domain-differs", "imp2", "warn")},
        ),
        (other_key, {("node-hostkey-changed", "imp1", "fail")}),
        (
            lambda plan: plan.replace('"192.0.2.12:22" = "127.0.0.1:', '"192.0.2.12:22" = "127.0.0.1:1" # '),
            {("node-unreachable", "imp2", "fail")},
        ),
    ],
)
def test_what_differs_from_the_plan_is_said(
    fedwizard: Fedwizard,
    finished: PracticeNetwork,
    edit: Callable[[str], str],
    expected: set[tuple[str, str, str]],
) -> None:
    assert expected <= found(fedwizard, finished, edit)
