"""An interpreter of the engine for tests: it keeps the events, answers what is asked, and lets outcomes happen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from checks.finding import Json
from cli_backend.exchange import Risk
from tests.core.plans import practice_plan
from wizard.engine import Answer, Ask, AskKind, Choice, Do, Finished, Record, Refusal, next_turn, submit
from wizard.evidence import Outcome
from wizard.procedures import CATALOGUE
from wizard.resolve import Walk, fingerprint, walk_of
from wizard.runner import conclusions
from wizard.state import State, apply
from wizard.step import Check, Command, Form, Restart, Step
from wizard.survey import Row, Word, survey

SERVICES = ("Cisco SIP Proxy", "Cisco XCP Router", "Cisco XCP SIP Federation Connection Manager")

SIGNED: dict[str, Json] = {"issuer": "Practice Root CA", "self_signed": False, "identity": "sha256 00"}


@dataclass(frozen=True)
class Recorded:
    """A journal event without a journal."""

    seq: int
    kind: str
    step: str
    body: Mapping[str, Json]
    at: str = "2026-01-01T00:00:00.000000Z"
    actor: Mapping[str, Json] = field(default_factory=lambda: {"user": "admin"})


class Table:
    """An interpreter of the engine: keeps the events, answers what is asked, lets outcomes happen."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.events = walk, list[Recorded]()
        self.state = State()

    def write(self, *records: Record) -> None:
        """Put events on record."""
        for record in records:
            event = Recorded(len(self.events) + 1, record.kind, record.step, cast("Mapping[str, Json]", record.body))
            self.events.append(event)
            self.state = apply(self.state, event)

    def observe(self, node: str, what: str, value: Mapping[str, Json], step: str = "") -> None:
        """Something was read."""
        self.write(Record("evidence", step, {"observed": {"node": node, "what": what, "value": dict(value)}}))

    def turn(self) -> Ask | Do | Finished:
        """What comes next."""
        return next_turn(self.walk, self.state)

    def give(self, ask: Ask, choice: Choice = Choice.GO, text: str = "") -> None:
        """Answer."""
        does = ask.row.step.does
        values = {f.name: f.expected for f in does.fields} if isinstance(does, Form) else {}
        result = submit(ask, Answer(choice, text or (ask.typed if choice is Choice.GO else ""), values))
        assert not isinstance(result, Refusal), result
        self.write(*result)

    def to(self, step: str, *, kind: AskKind | None = None) -> Ask:
        """Walk, everything succeeding, until a question about a step."""
        for _ in range(500):
            turn = self.turn()
            assert not isinstance(turn, Finished), step
            if isinstance(turn, Do):
                self.succeed(turn)
            elif turn.row.step.id == step and (kind or turn.kind) is turn.kind and turn.kind is not AskKind.BEGIN:
                return turn
            else:
                self.give(turn)
        raise AssertionError(step)

    def succeed(self, do: Do) -> None:
        """All acts do what they should, and the cluster is as healthy as it can be."""
        for row in do.rows:
            does = row.step.does
            if isinstance(does, Command) and does.risk is not Risk.READ_ONLY:
                intent: dict[str, Json] = {"fingerprint": fingerprint(row.action), "action": {"node": does.node}}
                self.write(Record("step.intent", row.step.id, intent))
            if isinstance(does, Check):
                self.write(Record("evidence", row.step.id, {"check": {"status": "fail", "findings": []}}))
            self.write(*conclusions(row, Outcome(), do.settle))


def table(*, domain: str = "", dhcp: bool = False, running: tuple[str, ...] = SERVICES[:2]) -> Table:
    """A table whose nodes were read: well, with or without a domain."""
    found = Table(walk_of(practice_plan(), CATALOGUE))
    for node in ("imp1", "imp2"):
        found.observe(node, "network", {"dhcp": dhcp, "domain": domain})
        found.observe(node, "ntp", {"synchronised": True})
        found.observe(node, "replication", {"healthy": True})
        found.observe(node, "services", {"states": dict.fromkeys(running, "STARTED")})
        found.observe(node, "exchanged-certificate", {**SIGNED, "common_name": f"{node}.local.example"})
    srv = "lookup _sipfederationtls._tcp.partner.example"
    found.observe("imp1", srv, {"records": [["sip.partner.example", 5061]]})
    return found


def row(found: Table, step: str) -> Row:
    """The row of one step."""
    return next(row for row in survey(found.walk, found.state) if row.step.id == step)


def word(found: Table, step: str) -> Word:
    """Where a step stands."""
    return row(found, step).word


def changes(step: Step) -> bool:
    """Whether a step changes a node."""
    does = step.does
    return isinstance(does, Restart) or (isinstance(does, Command) and does.risk is not Risk.READ_ONLY)
