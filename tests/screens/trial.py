"""A walk of a few made-up steps, one of each kind, over a real runner and journal; ports that answer from a script."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from checks.finding import Finding, Findings, Owner, Severity
from checks.requests import CheckRequest, DnsRequest
from cli_backend.exchange import Cancel, Exchange, Expected, OnAnswer, OnOutput, Result, Risk
from cli_backend.printed import Printed
from tests.core.plans import practice_plan
from wizard.cast import Cast
from wizard.evidence import Failure
from wizard.facts import Facts
from wizard.journal import Event, Journal
from wizard.plan.model import Plan
from wizard.ports import Ports, Prompt, Prompter, PromptKind
from wizard.resolve import walk_of
from wizard.runner import Writer
from wizard.secrets import Secrets
from wizard.session import SessionSummary
from wizard.sitting import Recorder, Sitting
from wizard.standing import Applies, NotApplicable, Standing, Stop
from wizard.step import (
    Action,
    Check,
    CheckPasses,
    Command,
    Duration,
    Field,
    Form,
    FormField,
    Instruct,
    Kind,
    NothingToUndo,
    Notice,
    PointOfNoReturn,
    Procedure,
    Restart,
    Reversal,
    Snippet,
    Step,
    Undo,
    Wait,
)

DNS = DnsRequest(domain="partner.example", expect_target="sip.partner.example")
KINDS: dict[str, Kind] = {
    "instruct": Instruct(
        interface="Cisco Unified CM IM and Presence Administration",
        menu=("Presence", "Inter Domain Federation", "SIP Federation"),
        fields=(
            Field("Domain Name", "partner.example"),
            Field("Description", "Partner"),
            Field("Integration Type", "Inter-domain to OCS/Lync", "the older releases say OCS"),
            Field("Direct Federation", "unchecked"),
        ),
        button="Save",
        act=(),
        snippets=(Snippet("BIND zone line", "_sipfederationtls._tcp.local.example. 3600 IN SRV 0 0 5061 " + "x" * 40),),
    ),
    "cluster": Instruct(
        interface="Cisco Unified IM and Presence Serviceability",
        menu=("Tools", "Control Center - Network Services"),
        fields=(Field("Server", "imp1.north.example"),),
        button="Restart",
        act=(),
        disrupts="imp1.north.example",
    ),
    "form": Form(
        interface="Cisco Unified CM IM and Presence Administration",
        menu=("System", "Cluster Topology", "Settings"),
        fields=(
            FormField("domain", "SIP proxy domain", "local.example", "Copy the value the page shows."),
            FormField("port", "Peer port", "5061", "The number alone."),
        ),
        mismatch="Mend the plan or the cluster.",
    ),
    "change": Command(node="imp1", command="set network dns primary 192.0.2.53", risk=Risk.CHANGE),
    "disrupt": Command(
        node="imp1",
        command="set network domain local.example",
        risk=Risk.DISRUPTIVE,
        expect=(Expected(pattern=r"Continue\s*\(y/n\)\s*[?:]?", answer="y"),),
    ),
    "read": Command(node="imp1", command="utils service list", risk=Risk.READ_ONLY),
    "check": Check(request=DNS),
    "wait": Wait(until=CheckPasses(request=DNS)),
    "restart": Restart(
        node="imp1", service="Cisco XCP Router", takes_down="Every XCP service of the node.", by_hand="On its page."
    ),
    "notice": Notice(
        recipient="the administrator of partner.example",
        subject="Federation with local.example",
        text="To the administrator of partner.example\n\nWe are about to use email addresses.\n\n1. Tell your users.",
        act=(),
    ),
}
FINDINGS = (
    Finding(
        code="srv-name-missing",
        severity=Severity.FAIL,
        subject="_sipfederationtls._tcp.partner.example",
        observed={"records": []},
        expected={"target": "sip.partner.example"},
        why="Nobody can find the partner.",
        fix=("Ask the partner to publish it.", "Wait until caches have forgotten that it was missing."),
        owner=Owner.PARTNER,
        verify_with="nslookup -type=srv _sipfederationtls._tcp.partner.example",
    ),
)
BACK: Mapping[str, Reversal] = {
    "disrupt": PointOfNoReturn("The node restarts at once."),
    "instruct": Undo("Delete the entry again."),
}


def step(
    kind: str,
    *,
    name: str = "",
    does: Kind | None = None,
    standing: Standing | None = None,
    reads: tuple[str, ...] = (),
    title: str = "",
) -> Step:
    """A made-up step of a kind."""

    def when(_plan: Plan, _facts: Facts) -> Standing:
        return standing or Applies()

    return Step(
        id=f"trial/{name or kind}@imp1",
        title=title or f"Try {name or kind}",
        why="So that each kind of step can be looked at, in two lines of words that are long enough to be folded.",
        does=does or KINDS[kind],
        reversal=BACK.get(kind, NothingToUndo()),
        duration=Duration(60, 600),
        when=when,
        effects=("Something is different afterwards.",),
        mistakes=("Doing it twice.",),
        reads=reads,
    )


def trial(*steps: Step, excluded: str = "") -> Procedure:
    """A procedure of these steps."""
    return Procedure(
        id="trial",
        title="A trial of the screens",
        heading="",
        why="To see what a person sees.",
        disrupts="Nothing.",
        applies=lambda _plan: NotApplicable(excluded) if excluded else Applies(),
        steps=lambda _plan: steps,
    )


def stopped(problem: str) -> Stop:
    """A standing that forbids the step."""
    return Stop(problem, "Mend it, then read again.")


HOST_KEY = Prompt(
    kind=PromptKind.HOST_KEY, node="imp1", text="imp1 shows a host key that is not known yet:\nssh-rsa SHA256:abcdefgh"
)
PASSWORD = Prompt(kind=PromptKind.PASSWORD, node="imp1", text="Password of the CLI account on imp1", echo=False)
QUESTION = Prompt(
    kind=PromptKind.QUESTION, node="imp1", text="Certificates will be lost.\nAre you sure (yes/no)? [no]:"
)


@dataclass
class Script:
    """What the ports of a test do. `gate`: acts wait for it; `prompts`: asked in a command; `findings`: of a check."""

    output: str = "Cisco XCP Router[STARTED]\n"
    result: Result = Result.OK
    gate: threading.Event | None = None
    prompts: tuple[Prompt, ...] = ()
    findings: tuple[Finding, ...] = ()
    refusal: Failure | None = None
    ignores_cancel: bool = False
    sent: list[str] = field(default_factory=list)
    answers: list[str | None] = field(default_factory=list)
    prompter: Prompter | None = None

    def wait(self, cancel: Cancel | None) -> None:
        """Until the gate opens, or it is cancelled."""
        while self.gate is not None and not self.gate.wait(0.02):
            if cancel is not None and cancel.is_set() and not self.ignores_cancel:
                return


class Device:
    """The CLI of all nodes, scripted."""

    def __init__(self, script: Script) -> None:
        self.script = script

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
        """Print, ask, wait, answer."""
        del expect, reboots, timeout, on_answer
        script = self.script
        script.sent.append(command)
        for prompt in script.prompts:
            assert script.prompter is not None
            script.answers.append(script.prompter.ask(prompt))
        if on_output:
            on_output(script.output)
        script.wait(cancel)
        return Exchange(
            node=node,
            command=command,
            result=script.result,
            printed=Printed(script.output),
            started="2026-01-01T00:00:00Z",
            duration_ms=12,
        )

    def wait_for_return(
        self,
        node: str,
        *,
        went_down: bool,
        timeout: float,
        on_progress: OnOutput | None = None,
        cancel: Cancel | None = None,
    ) -> bool:
        """Always back."""
        del node, went_down, timeout, on_progress, cancel
        return True

    def close(self) -> None:
        """Nothing is open."""


class Checks:
    """The live checks, scripted."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def run(self, request: CheckRequest, cancel: Cancel | None = None) -> Findings:
        """Answer from the script."""
        del request
        self.script.wait(cancel)
        return Findings(
            target="partner.example", started="2026-01-01T00:00:00Z", duration_ms=5, findings=self.script.findings
        )

    def close(self) -> None:
        """Nothing is open."""


class Hands:
    """The hands of a person who says the truth, unless the script refuses."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def perform(self, action: Action) -> Failure | None:
        """Nothing happens."""
        del action
        return self.script.refusal


class Clock:
    """A clock that stands still."""

    def now(self) -> float:
        """The epoch."""
        return 0.0


def sitting_of(folder: Path, procedures: Sequence[Procedure], script: Script, *, practice: bool = True) -> Sitting:
    """A sitting over the journal in `folder`; a new one, or one that is gone on with."""
    secrets, path, blobs = Secrets(), folder / "journal.jsonl", folder / "blobs"
    if path.exists():
        journal = Journal.open(path, blobs, secrets)
        journal.append("session.resumed", {})
    else:
        blobs.mkdir(parents=True)
        journal = Journal.create(path, blobs, secrets)

    def append(kind: str, body: Mapping[str, object], step_id: str) -> Event:
        return journal.append(kind, body, step_id)

    def make_ports(prompter: Prompter, recorder: Recorder) -> Ports:
        del recorder
        script.prompter = prompter
        device, checks, hands = Device(script), Checks(script), Hands(script)
        return Ports(device=device, checks=checks, hands=hands, clock=Clock(), forget_password=lambda: None)

    cast = Cast(folder / "terminal.cast", secrets)
    return Sitting(
        walk=walk_of(practice_plan(), tuple(procedures)),
        folder=folder,
        practice=practice,
        secrets=secrets,
        cast=cast,
        writer=lambda: Writer(journal.events, append),
        make_ports=make_ports,
        closers=[journal.close, cast.close],
        head=lambda: journal.head,
    )


class NoLauncher:
    """A launcher with nothing to launch; tests override what they need."""

    def scenarios(self) -> tuple[tuple[str, str], ...]:
        """Two."""
        return (("healthy", "The whole walk"), ("wrong-port", "The partner's record changed"))

    def practice(self, scenario: str) -> Sitting:
        """Never called."""
        raise AssertionError(scenario)

    def open_plan(self, path: Path) -> Sitting:
        """Never called."""
        raise AssertionError(path)

    def resume(self, folder: Path) -> Sitting:
        """Never called."""
        raise AssertionError(folder)

    def new_plan(self, path: Path) -> None:
        """Never called."""
        raise AssertionError(path)

    def sessions(self) -> tuple[SessionSummary, ...]:
        """No sessions."""
        return ()
