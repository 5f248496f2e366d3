"""What holds whatever people answer, whatever goes wrong, and whatever the plan is."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.finding import Json
from checks.requests import DnsRequest
from cli_backend.exchange import Expected, Risk
from tests.core.plans import practice_plan, three_nodes
from tests.core.table import Table, changes
from tests.core.world import World
from wizard.engine import Answer, Ask, Choice, Do, Finished, Record, Refusal, next_turn, reopen, submit
from wizard.evidence import Failure, Outcome
from wizard.plan.model import AolDomain, Asa, Node, Partner, Plan
from wizard.procedures import CATALOGUE
from wizard.resolve import fingerprint, walk_of
from wizard.runner import conclusions
from wizard.state import State, Status, apply, fold
from wizard.step import (
    Check,
    Command,
    Form,
    FormField,
    Instruct,
    Kind,
    NodeReturns,
    NodeSettles,
    Notice,
    Restart,
    Wait,
)
from wizard.survey import Row, survey

STEP_ID = re.compile(r"(?P<procedure>[a-z][a-z0-9-]*)/[a-z][a-z0-9-]*(@[A-Za-z0-9][A-Za-z0-9.-]*)?")
label = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
domain = st.builds("{}.{}.example".format, label, label)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans of any size; what the plan's own rules would refuse is harmless here."""
    base = practice_plan()
    names = draw(st.lists(label, min_size=1, max_size=4, unique=True))
    publisher = draw(st.integers(0, len(names) - 1))
    nodes = tuple(
        Node(
            name=name,
            fqdn=f"{name}.local.example",
            address=f"192.0.2.{20 + number}",
            role="publisher" if number == publisher else "subscriber",
            dhcp=draw(st.booleans()),
        )
        for number, name in enumerate(names)
    )
    partners = tuple(
        Partner(
            domain=foreign,
            description=foreign,
            external_fqdn=f"sip.{foreign}",
            peer=draw(st.sampled_from(("access-edge", "front-end"))),
            transport=draw(st.sampled_from(("tls", "tcp"))),
            publishes_srv=draw(st.booleans()),
            already_federating=draw(st.booleans()),
            certificate_authority=draw(st.sampled_from(("", "Practice Root CA", "Another Root CA"))),
        )
        for foreign in draw(st.lists(domain, max_size=4, unique=True))
    )
    assert base.aol is not None
    taken = {partner.domain for partner in partners}  # a domain is reached one way
    aol_names = draw(st.lists(domain.filter(lambda name: name not in taken), max_size=3, unique=True))
    aol_domains = tuple(AolDomain(name=name, kind="hosted", description=name) for name in aol_names)
    aol = base.aol.model_copy(update={"domains": aol_domains}) if aol_names else None
    email = draw(st.sampled_from((None, base.email)))
    local = base.local.model_copy(update={"routing_node": names[publisher]})
    asa = Asa(inside_address="192.0.2.3", public_address="192.0.2.10") if draw(st.booleans()) else None
    drawn = {"nodes": nodes, "partners": partners, "aol": aol, "email": email, "local": local, "asa": asa}
    return base.model_copy(update=drawn)


# --- the walk ---


class Anything:
    """Takes turns at a table, with whatever the numbers say happening."""

    def __init__(self, plan: Plan) -> None:
        self.world = World(plan)
        self.table: Table = self.world.table

    def take(self, number: int) -> bool:
        """One turn; False at the end."""
        if number >= 90:
            self._between(number)
        turn = self.table.turn()
        if isinstance(turn, Finished):
            return False
        if isinstance(turn, Ask):
            self._answer(turn, number)
        else:
            self._do(turn, number)
        return True

    def _between(self, number: int) -> None:
        """The wizard was killed; or the plan changed; or somebody wants a step again."""
        found, rows = self.table, survey(self.table.walk, self.table.state)
        if number >= 97:
            found.write(Record("session.resumed"))
        elif number >= 94:
            plan = found.walk.plan
            name = f"imp-public{number}.mail.local.example"
            local = plan.local.model_copy(update={"public_fqdn": name})
            found.walk = walk_of(plan.model_copy(update={"local": local}), CATALOGUE)
            found.write(Record("plan.changed", "", {"plan": name}))
        else:
            again = reopen(rows[number * 7 % len(rows)], "again")
            found.write(*(() if isinstance(again, Refusal) else again))

    def _answer(self, ask: Ask, number: int) -> None:
        choice = Choice.GO if number < 50 and Choice.GO in ask.choices else ask.choices[number % len(ask.choices)]
        does = ask.row.step.does
        values = {f.name: f.expected if number % 5 else "other" for f in does.fields} if isinstance(does, Form) else {}
        wrong = ask.typed and choice is Choice.GO and number % 11 == 0
        text = "wrong" if wrong else ask.typed if choice is Choice.GO and ask.typed else "because"
        records = submit(ask, Answer(choice, text, values))
        assert isinstance(records, Refusal) is bool(wrong)
        if not isinstance(records, Refusal):
            self.table.write(*records)

    def _do(self, turn: Do, number: int) -> None:
        for row in turn.rows:
            self._watch(row, turn.settle)
        if number < 50:
            self.world.do(turn)
            return
        for row in turn.rows:
            self._go_wrong(row, turn.settle, number)

    def _watch(self, row: Row, settling: bool) -> None:
        """Nothing is changed that was not confirmed as it is now."""
        if changes(row.step) and not settling:
            record = self.table.state.record(row.step.id)
            assert record.status is Status.CONFIRMED
            assert record.fingerprint == fingerprint(row.action)
            last = [event for event in self.table.events if event.step == row.step.id][-1]
            assert last.kind == "step.confirmed"

    def _go_wrong(self, row: Row, settling: bool, number: int) -> None:
        failure = Failure(problem="it failed", remedy="try")
        if changes(row.step) and not settling and number % 2:
            body: dict[str, Json] = {"fingerprint": fingerprint(row.action), "action": {"node": "imp1"}}
            self.table.write(Record("step.intent", row.step.id, body))
        outcomes = (
            Outcome(failure=failure),
            Outcome(unknown=changes(row.step), failure=None if changes(row.step) else failure),
            Outcome(not_sent=True),
            Outcome(failure=failure, not_sent=True),
        )
        self.table.write(*conclusions(row, outcomes[number % len(outcomes)], settling))


numbers = st.lists(st.one_of(st.integers(0, 49), st.integers(0, 99)), max_size=150)


@pytest.mark.timeout(400)  # 20 seconds of one core, which a busy machine may not give
@settings(max_examples=40)
@given(numbers, st.booleans())
def test_no_answers_and_outcomes_break_the_walk_or_send_what_was_not_confirmed(taken: list[int], three: bool) -> None:
    anything = Anything(three_nodes() if three else practice_plan())
    for number in taken:
        if not anything.take(number):
            break
    assert fold(anything.table.events) == anything.table.state
    anything.world.table.write(Record("session.resumed"))
    for _ in range(600):
        turn = anything.table.turn()
        if isinstance(turn, Finished):
            return
        if isinstance(turn, Ask):
            preferred = (Choice.GO, Choice.ACCEPT, Choice.SKIP)
            choice = next(choice for choice in preferred if choice in turn.choices)
            anything.world.answer(turn, choice, turn.typed or "because")
        else:
            anything._do(turn, 0)
    raise AssertionError("a person who agrees to everything never comes to the end")


@settings(max_examples=15)
@given(numbers)
def test_folding_in_one_go_or_in_two_is_the_same(taken: list[int]) -> None:
    anything = Anything(practice_plan())
    for number in taken:
        if not anything.take(number):
            break
    events = anything.table.events
    state = State()
    for place, event in enumerate(events):
        if place % 10 == 0:
            assert fold(events[:place]) == state
        state = apply(state, event)
        next_turn(anything.table.walk, state)


# --- the catalogue on any plan ---


@settings(max_examples=40)
@given(plans())
def test_step_ids_are_unique_stable_and_well_formed(plan: Plan) -> None:
    first, second = walk_of(plan, CATALOGUE), walk_of(plan.model_copy(deep=True), CATALOGUE)
    ids = [step.id for step in first.steps]
    assert ids == [step.id for step in second.steps]
    assert len(ids) == len(set(ids))
    for chapter in first.chapters:
        for step in chapter.steps:
            found = STEP_ID.fullmatch(step.id)
            assert found is not None, step.id
            assert found["procedure"] == chapter.procedure.id
            known = {*step.reads, *step.after, *((step.verified_by,) if step.verified_by else ())}
            assert known <= set(ids), (step.id, known - set(ids))
    prints = [[fingerprint(row.action) for row in survey(walk, State())] for walk in (first, second)]
    assert prints[0] == prints[1]
    assert len(set(prints[0])) == len(prints[0])


@settings(max_examples=10)
@given(plans(), st.randoms(use_true_random=False))
def test_the_order_in_the_file_is_not_the_order_of_the_walk_but_ids_are_the_same(plan: Plan, random: object) -> None:
    assert hasattr(random, "sample")
    shuffled = plan.model_copy(update={"nodes": tuple(random.sample(plan.nodes, len(plan.nodes)))})
    ids = {step.id for step in walk_of(plan, CATALOGUE).steps}
    assert {step.id for step in walk_of(shuffled, CATALOGUE).steps} == ids
    assert shuffled.nodes_publisher_first[0].role == "publisher"


@settings(max_examples=10)
@given(plans())
def test_every_plan_can_be_walked_to_its_end(plan: Plan) -> None:
    world = World(plan)
    world.finish()
    assert not world.table.state.facts.pending


# --- fingerprints ---


ASKED = Expected(pattern="Sure?", answer="no")


def reworded(does: Kind, words: str) -> Kind:
    """The same deed in other words."""
    match does:
        case Instruct():
            return replace(does, fields=tuple(replace(each, note=words) for each in does.fields), snippets=())
        case Form():
            asked = tuple(FormField(f.name, f.label, f.expected, words) for f in does.fields)
            return replace(does, fields=asked, mismatch=words)
        case Restart():
            return replace(does, takes_down=words)
        case _:
            return does


def altered(does: Kind) -> tuple[Kind, ...]:
    """Other deeds, each differing in one thing."""
    match does:
        case Instruct():
            return replace(does, button="Delete"), replace(does, fields=does.fields[1:]), replace(does, menu=())
        case Command():
            sent = (replace(does, node="imp9"), replace(does, command="show x"), replace(does, expect=(ASKED,)))
            return (*sent, replace(does, reboots=not does.reboots), replace(does, risk=Risk.CHANGE))
        case Restart():
            return replace(does, node="imp9"), replace(does, service="Another")
        case Notice():
            return replace(does, text="other"), replace(does, recipient="other")
        case Check(request=DnsRequest() as request):
            return (replace(does, request=replace(request, domain="other.example")),)
        case Wait(until=NodeReturns() as until):
            return (replace(does, until=replace(until, node="imp9")),)
        case Wait(until=NodeSettles() as until):
            return (replace(does, until=replace(until, reads=until.reads[1:])),)
        case _:
            return ()


@settings(max_examples=30)
@given(st.text(max_size=30))
def test_a_fingerprint_ignores_wording(words: str) -> None:
    for row in survey(walk_of(three_nodes(), CATALOGUE), State()):
        reworded_action = replace(row.action, does=reworded(row.step.does, words))
        assert fingerprint(reworded_action) == fingerprint(row.action)


def test_a_fingerprint_knows_what_is_done_where() -> None:
    seen = 0
    for row in survey(walk_of(practice_plan(), CATALOGUE), State()):
        for other in altered(row.step.does):
            seen += 1
            assert fingerprint(replace(row.action, does=other)) != fingerprint(row.action), (row.step.id, other)
    assert seen > 40
