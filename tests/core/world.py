"""A cluster and a DNS that exist only in this process, and somebody who does what the engine says to them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from checks.finding import Json
from cli_backend.exchange import Risk
from tests.core.table import SERVICES, Table
from wizard.acts import failure_of
from wizard.engine import Answer, Ask, AskKind, Choice, Do, Finished, Record, Refusal, submit
from wizard.evidence import Outcome
from wizard.plan.model import Plan
from wizard.procedures import CATALOGUE
from wizard.resolve import fingerprint, meaning, walk_of
from wizard.runner import conclusions
from wizard.standing import Applies
from wizard.step import (
    SIP_FEDERATION_MANAGER,
    Check,
    CheckPasses,
    Command,
    Form,
    Instruct,
    NodeReturns,
    NodeSettles,
    Restart,
    Wait,
)
from wizard.survey import Row

NOW = 1767229200  # seconds since the epoch: an hour after everything that is on a table's record


@dataclass
class SimulatedNode:
    """What a node would answer."""

    cluster: tuple[str, ...]
    dhcp: bool = False
    domain: str = ""
    fqdn: str = ""
    signed: bool = False
    made: int = 1  # certificates, so far
    ntp: bool = True
    replication: bool = True
    up: int = 60  # seconds, when the cluster was to be restarted once more
    lookups: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    running: set[str] = field(default_factory=lambda: set(SERVICES[:2]))

    def says(self, observes: str) -> Mapping[str, Json]:
        """The observation that a command makes."""
        answers: Mapping[str, Mapping[str, Json]] = {
            "version": {"release": "9.0"},
            "network": {"dhcp": self.dhcp, "domain": self.domain},
            "ntp": {"synchronised": self.ntp},
            "replication": {"healthy": self.replication},
            "services": {"states": {name: "STARTED" for name in sorted(self.running)}},
            "cluster": {"nodes": list(self.cluster)},
            "own-certificates": {"names": ["cup/cup.pem", "tomcat/tomcat.pem"]},
            "uptime": {"seconds": self.up, "read_at": NOW},
            "trust": {"trusted": ["Practice_Root_CA", "Trust certificate of Practice Root CA"]},
        }
        if observes.startswith("lookup "):
            found: Mapping[str, Json] = {"addresses": ["198.51.100.10"], "records": [["sip.partner.example", 5061]]}
            return self.lookups.get(observes.partition(" ")[2], found)
        if observes in {"certificate", "exchanged-certificate"}:
            return self.certificate()
        return answers[observes]

    def certificate(self) -> Mapping[str, Json]:
        """What `show cert own cup/cup.pem` teaches."""
        issuer = "Practice Root CA" if self.signed else self.fqdn
        identity = f"sha256 {self.made:064x}"
        return {"common_name": self.fqdn, "issuer": issuer, "self_signed": not self.signed, "identity": identity}


class World:
    """Nodes, DNS and a table. `sent` are the commands that change something, `published` the records that are there.

    `fallout` is what the world does to itself after a domain was set: it gets the world and the node's name.
    """

    def __init__(self, plan: Plan, fallout: Callable[["World", str], None] = lambda _world, _node: None) -> None:
        names = tuple(node.name for node in plan.nodes)
        self.nodes = {node.name: SimulatedNode(cluster=names, dhcp=node.dhcp, fqdn=node.fqdn) for node in plan.nodes}
        self.table = Table(walk_of(plan, CATALOGUE))
        self.fallout = fallout
        self.sent: list[tuple[str, str]] = []
        self.published: set[tuple[str, ...]] = set()
        self.lost = ""  # the id of a step after whose sending the wizard dies

    # --- walking ---

    def stuck(self, turn: Ask | Do | Finished) -> bool:
        """Whether only a decision leads on."""
        return isinstance(turn, Ask) and turn.kind in {AskKind.STOPPED, AskKind.FAILED, AskKind.UNKNOWN}

    def step(self) -> Ask | Do | Finished:
        """Take one turn: do it, or answer it as a person does who agrees with everything."""
        turn = self.table.turn()
        if isinstance(turn, Do):
            self.do(turn)
        elif isinstance(turn, Ask) and not self.stuck(turn):
            self.table.give(turn)
        return turn

    def until(self, kind: AskKind | None = None, step: str = "") -> Ask:
        """Walk until a question that is not simply agreed with, or one of this kind about this step."""
        for _ in range(2000):
            turn = self.table.turn()
            assert not isinstance(turn, Finished), (kind, step)
            wanted = isinstance(turn, Ask) and (kind in {None, turn.kind}) and step in {"", turn.row.step.id}
            if isinstance(turn, Ask) and (self.stuck(turn) or (wanted and (kind or step))):
                assert wanted, turn
                return turn
            self.step()
        raise AssertionError((kind, step))

    def finish(self) -> None:
        """Walk to the end."""
        for _ in range(2000):
            turn = self.step()
            if isinstance(turn, Finished):
                return
            assert not isinstance(turn, Ask) or turn.kind not in {AskKind.STOPPED, AskKind.FAILED, AskKind.UNKNOWN}, (
                turn
            )
        raise AssertionError("no end")

    def answer(self, ask: Ask, choice: Choice, text: str = "") -> None:
        """Answer a question; it must be taken."""
        does = ask.row.step.does
        values = {f.name: f.expected for f in does.fields} if isinstance(does, Form) else {}
        records = submit(ask, Answer(choice, text, values))
        assert not isinstance(records, Refusal), records
        self.table.write(*records)

    # --- doing ---

    def do(self, turn: Do) -> None:
        """Perform acts on this world, as the runner would, evidence first."""
        for row in turn.rows:
            if turn.settle:
                self._settle(row)
                continue
            outcome = self._perform(row)
            if row.step.id == self.lost:
                self.lost = ""
                return
            self.table.write(*conclusions(row, outcome, False))

    def _settle(self, row: Row) -> None:
        does = row.step.does
        assert isinstance(does, Command)
        assert does.guard is not None
        assert does.took_effect is not None
        self._read(row, does.guard)
        self.table.write(*conclusions(row, Outcome(took_effect=does.took_effect(self.table.state.facts)), True))

    def _perform(self, row: Row) -> Outcome:
        does = row.step.does
        match does:
            case Command() if does.risk is Risk.READ_ONLY:
                return self._read(row, does)
            case Command():
                return self._change(row, does)
            case Restart():
                self._intent(row)
                self.sent.append((does.node, does.command))
                return Outcome()
            case Check():
                return self._check(row, does)
            case Wait(until=NodeSettles() as until):
                for read in until.reads:
                    self._read(row, read)
                findings = until.judge(self.table.walk.plan, self.table.state.facts)
                return Outcome(findings=findings, failure=failure_of(findings))
            case Wait(until=CheckPasses()):
                self._note_check(row, "pass")
                return Outcome()
            case Wait(until=NodeReturns() as returning):
                assert returning.since_step in self.table.state.facts.sent_at
                return Outcome()
            case Instruct():
                self._by_hand(does.act)
                return Outcome(how="attested")
            case _:
                return Outcome(how="attested")

    def _read(self, row: Row, does: Command) -> Outcome:
        assert does.risk is Risk.READ_ONLY
        value = self.nodes[does.node].says(does.observes)
        self.table.observe(does.node, does.observes, value, row.step.id)
        findings = does.judge(self.table.walk.plan, self.table.state.facts)
        return Outcome(findings=findings, failure=failure_of(findings))

    def _change(self, row: Row, does: Command) -> Outcome:
        if does.guard is not None:
            self._read(row, does.guard)
            if not isinstance(row.step.when(self.table.walk.plan, self.table.state.facts), Applies):
                return Outcome(not_sent=True)
        self._intent(row)
        self.sent.append((does.node, does.command))
        node = self.nodes[does.node]
        assert (node.dhcp, node.domain) == (False, ""), "a domain was set on a node that must be left alone"
        node.domain = does.command.split()[-1]
        self.fallout(self, does.node)
        return Outcome()

    def _intent(self, row: Row) -> None:
        record = self.table.state.record(row.step.id)
        body: dict[str, Json] = {"fingerprint": fingerprint(row.action), "action": meaning(row.step.does)}
        self.table.write(Record("step.intent", row.step.id, {**body, "refers_to": record.intent}))

    def _check(self, row: Row, does: Check) -> Outcome:
        there = not row.step.id.startswith("dns/look") or any(row.step.id.endswith(p[-1]) for p in self.published)
        self._note_check(row, "pass" if there else "fail")
        return Outcome()

    def _note_check(self, row: Row, status: str) -> None:
        self.table.write(Record("evidence", row.step.id, {"check": {"status": status, "findings": []}}))

    def _by_hand(self, act: tuple[str, ...]) -> None:
        if act[0] == "activate":
            self.nodes[act[1]].running.add(SIP_FEDERATION_MANAGER)
        if act[0] in {"install-certificate", "generate-certificate"}:
            node = self.nodes[act[1]]
            node.signed, node.made = act[0] == "install-certificate", node.made + 1
        if act[0] == "publish":
            self.published.add(act)
