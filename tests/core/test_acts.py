"""One act at a time: what is read before a change goes out, and what settles an unknown outcome."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from checks.catalogue import finding
from checks.finding import Findings
from checks.requests import CheckRequest
from cli_backend.exchange import Cancel, Exchange, Expected, OnAnswer, OnOutput, Result, Unreachable
from cli_backend.printed import Printed
from tests.core.table import Table, row, table
from wizard.acts import Bench, Desk, perform, settle
from wizard.engine import Record
from wizard.evidence import Failure, Outcome
from wizard.ports import Ports
from wizard.runner import conclusions
from wizard.step import Action, Command
from wizard.survey import Row

SET = "domain/set@imp1"
ETH0 = "Ethernet 0\nDHCP : {dhcp}\nStatus : up\nDNS\nPrimary : 192.0.2.53\nDomain : {domain}\n"
NO_DOMAIN = ETH0.format(dhcp="disabled", domain="Not Configured")


@dataclass
class Console:
    """A node that has one answer for each command; an exception is raised instead."""

    answers: Mapping[str, str | Result | Exception]
    returns: bool = True
    sent: list[str] = field(default_factory=list)

    def run(
        self,
        node: str,
        command: str,
        *,
        expect: Sequence[Expected] = (),
        reboots: bool = False,
        timeout: float = 120.0,
        on_output: OnOutput | None = None,
        on_answer: OnAnswer | None = None,
        cancel: Cancel | None = None,
    ) -> Exchange:
        """Answer as was written down."""
        del expect, timeout, on_output, on_answer, cancel
        self.sent.append(command)
        answer = self.answers[command]
        if isinstance(answer, Exception):
            raise answer
        result = answer if isinstance(answer, Result) else Result.REBOOTING if reboots else Result.OK
        output = "" if isinstance(answer, Result) else answer
        return Exchange(node=node, command=command, result=result, printed=Printed(output), started="", duration_ms=1)

    def wait_for_return(
        self,
        node: str,
        *,
        went_down: bool,
        timeout: float,
        on_progress: OnOutput | None = None,
        cancel: Cancel | None = None,
    ) -> bool:
        """Back, or not."""
        del node, went_down, timeout, on_progress, cancel
        return self.returns

    def close(self) -> None:
        """Nothing is open."""


class Still:
    """Checks, hands and a clock that nobody uses here."""

    def run(self, request: CheckRequest, cancel: Cancel | None = None) -> Findings:
        """Never called."""
        raise AssertionError(request, cancel)

    def perform(self, action: Action) -> Failure | None:
        """Never called."""
        raise AssertionError(action)

    def now(self) -> float:
        """The epoch."""
        return 0.0

    def close(self) -> None:
        """Nothing is open."""


def bench(found: Table, console: Console, recorded: list[Record], cancel: threading.Event | None = None) -> Bench:
    """What an act needs, with the records it makes."""
    still = Still()
    ports = Ports(device=console, checks=still, hands=still, clock=still, forget_password=lambda: None)
    desk = Desk(
        record=recorded.append,
        output=lambda _text: None,
        progress=lambda _text: None,
        cancel=cancel or threading.Event(),
    )
    return Bench(plan=found.walk.plan, facts=found.state.facts, ports=ports, desk=desk)


@dataclass
class Forgetful(Still):
    """A name server that remembers a gap once, then shows the record."""

    asked: int = 0

    def run(self, request: CheckRequest, cancel: Cancel | None = None) -> Findings:
        """Missing, then there."""
        self.asked += 1
        missing = finding(
            "srv-name-missing",
            "_sipfederationtls._tcp.local.example",
            observed={"remembered_until": "2026-01-31T22:15:00Z"},
            values={"domain": "local.example", "where": "", "fallback": ""},
        )
        findings = (missing,) if self.asked == 1 else ()
        return Findings(target="local.example", started="", duration_ms=1, findings=findings)


def test_while_caches_are_waited_for_the_time_is_told_at_which_they_forget() -> None:
    found, said = table(), list[str]()
    the_bench = bench(found, Console({}), [])
    ports, desk = replace(the_bench.ports, checks=Forgetful()), replace(the_bench.desk, progress=said.append)
    outcome = perform(row(found, "dns/wait-srv@local.example"), replace(the_bench, ports=ports, desk=desk))
    assert outcome.failure is None
    assert [text.partition(". ")[0] for text in said] == ["May be remembered as missing until 2026-01-31T22:15:00Z"]


def acted(console: Console) -> tuple[Outcome, list[Record], Row]:
    """The domain is set on a node that was read without one before."""
    found, recorded = table(), list[Record]()
    the_row = row(found, SET)
    return perform(the_row, bench(found, console, recorded)), recorded, the_row


@pytest.mark.parametrize(
    "eth0",
    [
        ETH0.format(dhcp="disabled", domain="local.example"),
        ETH0.format(dhcp="disabled", domain="other.example"),
        ETH0.format(dhcp="enabled", domain=""),
        "nothing that could be understood",
    ],
)
def test_what_the_node_says_right_before_keeps_the_command_back(eth0: str) -> None:
    console = Console({"show network eth0": eth0})
    outcome, recorded, the_row = acted(console)
    assert outcome.not_sent
    assert console.sent == ["show network eth0"]
    assert recorded == []
    assert [record.kind for record in conclusions(the_row, outcome, False)] == ["step.reopened"]


@pytest.mark.parametrize("answer", [Result.FAILED, Result.QUESTION, Result.TIMED_OUT, Result.CANCELLED, Result.CLOSED])
def test_a_read_that_fails_keeps_the_command_back(answer: Result) -> None:
    console = Console({"show network eth0": answer})
    outcome, recorded, the_row = acted(console)
    assert (console.sent, recorded) == (["show network eth0"], [])
    assert [record.kind for record in conclusions(the_row, outcome, False)] == ["step.failed"]


def test_a_node_without_a_domain_gets_it_and_the_intent_is_first() -> None:
    console = Console({"show network eth0": NO_DOMAIN, "set network domain local.example": ""})
    outcome, recorded, the_row = acted(console)
    assert console.sent == ["show network eth0", "set network domain local.example"]
    assert [record.kind for record in recorded] == ["step.intent"]
    (done,) = conclusions(the_row, outcome, False)
    assert (done.kind, done.body["domain_set"], done.body["how"]) == ("step.done", "imp1", "observed")


@pytest.mark.parametrize(
    "answer", [Result.TIMED_OUT, Result.CANCELLED, Result.CLOSED, Unreachable("imp1", "gone", "Look.")]
)
def test_a_change_whose_end_nobody_saw_has_no_outcome(answer: Result | Exception) -> None:
    console = Console({"show network eth0": NO_DOMAIN, "set network domain local.example": answer})
    outcome, recorded, the_row = acted(console)
    assert outcome.unknown
    assert [record.kind for record in recorded] == ["step.intent"]
    assert conclusions(the_row, outcome, False) == ()


@pytest.mark.parametrize("answer", [Result.FAILED, Result.QUESTION, Result.OK])
def test_a_change_that_the_node_refused_has_failed(answer: Result) -> None:
    console = Console({"show network eth0": NO_DOMAIN, "set network domain local.example": answer})
    outcome, _, the_row = acted(console)
    assert [record.kind for record in conclusions(the_row, outcome, False)] == ["step.failed"]


@pytest.mark.parametrize(
    ("console", "kind"),
    [
        (Console({"show network eth0": ETH0.format(dhcp="disabled", domain="local.example")}), "step.done"),
        (Console({"show network eth0": NO_DOMAIN}), "step.reopened"),
        (Console({"show network eth0": "nothing that could be understood"}), "step.unsettled"),
        (Console({"show network eth0": Result.FAILED}), "step.unsettled"),
        (Console({"show network eth0": Unreachable("imp1", "gone", "Look.")}), "step.unsettled"),
        (Console({}, returns=False), "step.unsettled"),
    ],
)
def test_settling_only_reads(console: Console, kind: str) -> None:
    found, recorded = table(), list[Record]()
    the_row = row(found, SET)
    assert isinstance(the_row.step.does, Command)
    outcome = settle(the_row, the_row.step.does, bench(found, console, recorded))
    assert (set(console.sent) <= {"show network eth0"}, recorded) == (True, [])
    assert [record.kind for record in conclusions(the_row, outcome, True)] == [kind]


def cancelled(console: Console) -> tuple[Outcome, list[Record], Row]:
    """The domain is set, and a person cancels the wait meanwhile."""
    found, recorded, cancel = table(), list[Record](), threading.Event()
    the_row = row(found, SET)
    cancel.set()
    return perform(the_row, bench(found, console, recorded, cancel)), recorded, the_row


def test_what_a_person_cancelled_is_on_record_as_that() -> None:
    console = Console({"show network eth0": NO_DOMAIN, "set network domain local.example": Result.CANCELLED})
    outcome, recorded, _ = cancelled(console)
    assert outcome.unknown
    assert [record.kind for record in recorded] == ["step.intent", "step.cancelled"]
    assert "cancelled by a person" in str(recorded[-1].body["note"])
    (*_, last) = outcome.evidence
    assert last.exchange is not None
    assert last.body()["exchange"]["result"] == "cancelled"  # type: ignore[index]


def test_a_reading_that_a_person_cancelled_does_not_say_that_the_time_was_over() -> None:
    outcome, recorded, _ = cancelled(Console({"show network eth0": Result.CANCELLED}))
    assert [record.kind for record in recorded] == ["step.cancelled"]
    assert outcome.failure is not None
    assert "cancelled by a person" in outcome.failure.problem


@pytest.mark.parametrize("answer", [Result.FAILED, Result.QUESTION])
def test_what_the_node_itself_refused_stays_its_own_refusal(answer: Result) -> None:
    outcome, recorded, _ = cancelled(Console({"show network eth0": answer}))
    assert recorded == []
    assert outcome.failure is not None
    assert "cancelled" not in outcome.failure.problem


def test_what_ended_well_was_not_cancelled() -> None:
    outcome, recorded, _ = cancelled(Console({"show network eth0": NO_DOMAIN, "set network domain local.example": ""}))
    assert outcome.failure is None
    assert [record.kind for record in recorded] == ["step.intent"]
