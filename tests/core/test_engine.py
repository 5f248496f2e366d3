"""The engine, without threads or sockets: what it asks, what it lets through, and what it never does."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.finding import Json
from tests.core.plans import practice_plan
from tests.core.table import Table, changes, table, word
from tests.core.table import row as row_of
from wizard.acts import failure_of
from wizard.engine import Answer, Ask, AskKind, Choice, Do, Finished, Record, Refusal, reopen, submit
from wizard.evidence import Failure, Outcome
from wizard.procedures import CATALOGUE
from wizard.resolve import fingerprint, walk_of
from wizard.runner import conclusions
from wizard.standing import NotApplicable
from wizard.state import State, Status, fold
from wizard.step import Command
from wizard.survey import Word, survey

__all__ = ["Table", "table"]  # the pictures of the screens take them from here

# --- procedure b ---


def test_an_empty_domain_is_asked_for_with_the_nodes_name() -> None:
    ask = table().to("domain/set@imp1")
    assert (ask.kind, ask.typed) == (AskKind.CONFIRM_TYPED, "imp1")
    assert isinstance(submit(ask, Answer(Choice.GO, "imp2")), Refusal)
    assert isinstance(submit(ask, Answer(Choice.SKIP)), Refusal)


def test_dhcp_makes_it_not_applicable_and_the_right_domain_makes_it_done() -> None:
    assert word(table(dhcp=True), "domain/set@imp1") is Word.NOT_APPLICABLE
    assert word(table(domain="local.example"), "domain/set@imp1") is Word.DONE


def test_another_domain_stops_and_nothing_is_sent() -> None:
    found = table(domain="other.example")
    ask = found.to("domain/set@imp1")
    assert ask.kind is AskKind.STOPPED
    assert "other.example" in ask.problem
    assert Choice.GO not in ask.choices
    found.give(ask, Choice.RECHECK)
    turn = found.turn()
    assert isinstance(turn, Do)
    assert turn.rows[0].step.id == "health/ntp@imp1"


def test_plan_and_node_disagree_is_a_finding_and_a_question() -> None:
    found = table()
    found.observe("imp1", "network", {"dhcp": True, "domain": "local.example"})
    step = found.walk.step("domain/read@imp1")
    assert isinstance(step.does, Command)
    findings = step.does.judge(found.walk.plan, found.state.facts)
    assert [finding.code for finding in findings] == ["node-plan-differs"]
    turn = found.turn()
    while not (isinstance(turn, Do) and turn.rows[0].step.id == step.id):
        assert not isinstance(turn, Finished)
        if isinstance(turn, Do):
            found.succeed(turn)
        else:
            found.give(turn)
        turn = found.turn()
    outcome = Outcome(findings=findings, failure=failure_of(findings))
    found.write(*conclusions(turn.rows[0], outcome, settling=False))
    ask = found.turn()
    assert isinstance(ask, Ask)
    assert ask.kind is AskKind.FAILED
    found.give(ask, Choice.ACCEPT, "the node was moved to DHCP")
    assert word(found, "domain/set@imp1") is Word.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("what", "value"),
    [("ntp", {"synchronised": False}), ("replication", {"healthy": False}), ("services", {"states": {}})],
)
def test_before_the_first_node_everything_is_well_or_nothing_is_sent(what: str, value: dict[str, Json]) -> None:
    found = table()
    found.observe("imp2", what, value)
    assert found.to("domain/set@imp1").kind is AskKind.STOPPED


def test_after_the_first_node_only_replication_may_be_disturbed() -> None:
    found = table()
    found.to("domain/set@imp2")
    found.observe("imp1", "replication", {"healthy": False})
    assert word(found, "domain/set@imp2") is Word.OPEN
    found.observe("imp1", "ntp", {"synchronised": False})
    assert word(found, "domain/set@imp2") is Word.HOLD


# --- unknown outcomes ---


def sent(found: Table) -> None:
    """The domain was sent, and nothing is known of it."""
    found.give(found.to("domain/set@imp1"))
    turn = found.turn()
    assert isinstance(turn, Do)
    row = turn.rows[0]
    body: dict[str, Json] = {"fingerprint": fingerprint(row.action), "action": {"node": "imp1"}}
    found.write(Record("step.intent", row.step.id, body))


def test_an_outcome_that_nobody_saw_is_told_as_what_it_is_and_names_the_keys() -> None:
    for cancelled, words in (
        (False, "the wizard or the connection ended first"),
        (True, "a person cancelled the wait"),
    ):
        found = table()
        restart = "restarts/sip-proxy@imp1"
        found.give(found.to(restart))
        turn = found.turn()
        assert isinstance(turn, Do)
        body: dict[str, Json] = {"fingerprint": fingerprint(turn.rows[0].action), "action": {"node": "imp1"}}
        found.write(Record("step.intent", restart, body))
        if cancelled:
            found.write(Record("step.cancelled", restart, {"note": "cancelled by a person"}))
        ask = found.turn()
        assert isinstance(ask, Ask)
        assert (ask.kind, Choice.AGAIN in ask.choices) == (AskKind.UNKNOWN, True)
        assert words in ask.problem
        assert "with a and what you saw; if not, g" in ask.remedy


def test_a_restart_names_the_steps_that_made_it_necessary_also_when_it_was_done() -> None:
    found = table()
    restart, key = "restarts/sip-proxy@imp1", ("imp1", "Cisco SIP Proxy")
    ask = found.to(restart)
    needed = found.state.facts.needed_by[key]
    assert "listeners-certificates/peer-auth" in needed
    assert restart not in needed
    found.give(ask)
    succeed(found)
    assert key not in found.state.facts.pending
    assert found.state.facts.needed_by[key] == needed
    row = row_of(found, restart)
    assert (row.word, row.standing) == (
        Word.DONE,
        NotApplicable("it was restarted, and nothing since made another restart necessary"),
    )
    records = reopen(row_of(found, "listeners-certificates/peer-auth"), "a typo")
    assert not isinstance(records, Refusal)
    found.write(*records)
    found.give(found.to("listeners-certificates/peer-auth"))
    succeed(found)
    assert found.state.facts.needed_by[key] == ("listeners-certificates/peer-auth",)


def succeed(found: Table) -> None:
    """What was confirmed is done."""
    turn = found.turn()
    assert isinstance(turn, Do)
    found.succeed(turn)


def test_an_unknown_outcome_is_read_and_nothing_is_sent_again() -> None:
    for took, status in ((True, Status.DONE), (False, Status.OPEN)):
        found = table()
        sent(found)
        turn = found.turn()
        assert isinstance(turn, Do)
        assert turn.settle
        found.write(*conclusions(turn.rows[0], Outcome(took_effect=took), settling=True))
        assert found.state.record("domain/set@imp1").status is status
        again = found.turn()
        if took:
            assert isinstance(again, Do)
            assert again.rows[0].step.id == "domain/return@imp1"
        else:
            assert isinstance(again, Ask)
            assert again.kind is AskKind.CONFIRM_TYPED


def test_a_node_that_cannot_be_read_leaves_it_to_the_person() -> None:
    found = table()
    sent(found)
    turn = found.turn()
    assert isinstance(turn, Do)
    failure = Failure(problem="no answer", remedy="look")
    found.write(*conclusions(turn.rows[0], Outcome(failure=failure), settling=True))
    ask = found.turn()
    assert isinstance(ask, Ask)
    assert ask.kind is AskKind.UNKNOWN
    found.give(ask, Choice.RECHECK)
    assert isinstance(found.turn(), Do)


def test_a_restart_of_unknown_outcome_is_never_repeated_by_itself() -> None:
    found = table()
    ask = found.to("restarts/xcp-router@imp1")
    found.give(ask)
    found.write(Record("step.intent", ask.row.step.id, {"fingerprint": fingerprint(ask.row.action)}))
    unknown = found.turn()
    assert isinstance(unknown, Ask)
    assert unknown.kind is AskKind.UNKNOWN
    assert set(unknown.choices) == {Choice.AGAIN, Choice.ACCEPT, Choice.SKIP, Choice.HOLD}
    found.give(unknown, Choice.AGAIN)
    again = found.turn()
    assert isinstance(again, Ask)
    assert again.kind is AskKind.CONFIRM_TYPED


# --- pending restarts, redo, staleness ---


def test_what_may_still_change_is_open_and_only_the_walk_where_it_is_holds() -> None:
    found = table()
    found.observe("imp2", "ntp", {"synchronised": False})
    assert word(found, "domain/set@imp1") is Word.OPEN  # the health checks are still to come
    assert word(found, "domain/return@imp1") is Word.OPEN  # and so is the change it would wait for
    found.to("domain/set@imp1")
    assert word(found, "domain/set@imp1") is Word.HOLD
    assert word(found, "domain/set@imp2") is Word.OPEN


def test_a_restart_that_nothing_made_necessary_is_not_applicable_in_the_end() -> None:
    found = table()
    while not isinstance(turn := found.turn(), Finished):
        if isinstance(turn, Do):
            found.succeed(turn)
        elif turn.row.step.restarts and turn.kind is not AskKind.BEGIN:
            found.give(turn, Choice.SKIP, "another team does it")
        else:
            found.give(turn)
    assert word(found, "restarts/xcp-router@imp1") is Word.NOT_APPLICABLE


def test_restarts_become_pending_are_done_and_become_pending_again() -> None:
    found = table()
    assert word(found, "restarts/xcp-router@imp1") is Word.OPEN  # for routing-fqdn/set is still to come
    found.give(found.to("routing-fqdn/set"))
    turn = found.turn()
    assert isinstance(turn, Do)
    found.succeed(turn)
    assert set(found.state.facts.pending) == {("imp1", "Cisco XCP Router"), ("imp2", "Cisco XCP Router")}
    found.give(found.to("restarts/xcp-router@imp1"))
    for _ in range(2):
        turn = found.turn()
        assert isinstance(turn, Do)
        found.succeed(turn)
    assert ("imp1", "Cisco XCP Router") not in found.state.facts.pending
    assert word(found, "restarts/xcp-router@imp1") is Word.DONE
    found.write(Record("step.reopened", "routing-fqdn/set", {}))
    found.give(found.to("routing-fqdn/set"))
    turn = found.turn()
    assert isinstance(turn, Do)
    found.succeed(turn)
    assert word(found, "restarts/xcp-router@imp1") is Word.STALE
    assert word(found, "routing-fqdn/read-back") is Word.STALE


def test_a_skipped_restart_stays_pending() -> None:
    found = table()
    ask = found.to("restarts/xcp-router@imp1")
    found.give(ask, Choice.SKIP, "no window")
    assert ("imp1", "Cisco XCP Router") in found.state.facts.pending
    assert word(found, "restarts/xcp-router@imp1") is Word.SKIP


def test_what_waits_for_a_skipped_restart_stays_open_and_does_not_keep_the_walk_from_ending() -> None:
    found = table()
    found.give(found.to("restarts/sip-proxy@imp1"), Choice.SKIP, "no window")
    while not isinstance(turn := found.turn(), Finished):
        if isinstance(turn, Do):
            found.succeed(turn)
        else:
            found.give(turn)
    probe = row_of(found, "listeners-certificates/probe")
    assert probe.word is Word.OPEN
    assert probe.waits


def test_a_changed_plan_makes_what_it_changes_stale_and_nothing_else() -> None:
    found = table()
    found.to("restarts/xcp-router@imp1")
    plan = practice_plan()
    other = plan.local.model_copy(update={"public_fqdn": "other.mail.local.example"})
    found.walk = walk_of(plan.model_copy(update={"local": other}), CATALOGUE)
    assert word(found, "routing-fqdn/set") is Word.STALE
    assert word(found, "service/activate@imp1") is Word.DONE
    found.walk = walk_of(plan.model_copy(update={"connections": {"a:1": "b:2"}}), CATALOGUE)
    assert word(found, "routing-fqdn/set") is Word.DONE


def test_holding_is_on_record_and_resuming_ends_it() -> None:
    found = table()
    ask = found.to("routing-fqdn/set")
    found.give(ask, Choice.HOLD, "the window is over")
    assert found.state.held == "the window is over"
    found.write(Record("session.resumed"))
    assert found.state.held == ""


def test_the_walk_ends_and_asks_each_procedure_once() -> None:
    found = table()
    begun = 0
    for _ in range(500):
        turn = found.turn()
        if isinstance(turn, Finished):
            break
        if isinstance(turn, Do):
            nodes = [row.step.does.node for row in turn.rows if isinstance(row.step.does, Command)]
            assert len(nodes) == len(set(nodes))
            assert len(turn.rows) == 1 or all(not changes(row.step) for row in turn.rows)
            found.succeed(turn)
        else:
            begun += turn.kind is AskKind.BEGIN
            found.give(turn)
    assert begun == len(CATALOGUE)
    assert not found.state.facts.pending
    assert fold(found.events) == found.state


@settings(max_examples=60)
@given(st.lists(st.integers(0, 9), max_size=120))
def test_no_sequence_of_answers_sends_a_change_that_nobody_confirmed(choices: list[int]) -> None:
    found = table()
    for number in itertools.islice(itertools.chain(choices, itertools.repeat(0)), 150):
        turn = found.turn()
        if isinstance(turn, Finished):
            break
        if isinstance(turn, Ask):
            choice = turn.choices[number % len(turn.choices)]
            found.give(turn, choice, "because" if choice is not Choice.GO else "")
            continue
        for row in turn.rows:
            if changes(row.step) and not turn.settle:
                record = found.state.record(row.step.id)
                assert record.status is Status.CONFIRMED
                assert record.fingerprint == fingerprint(row.action)
        failure = Failure(problem="it failed", remedy="try") if number == 9 else None
        for row in turn.rows:
            outcome = Outcome(failure=failure, took_effect=number % 2 == 0 if turn.settle else None)
            if changes(row.step) and not turn.settle:
                body: dict[str, Json] = {"fingerprint": fingerprint(row.action), "action": {"node": "imp1"}}
                found.write(Record("step.intent", row.step.id, body))
                if number == 8:
                    continue
            found.write(*conclusions(row, outcome, turn.settle))
    assert fold(found.events) == found.state


# --- the catalogue ---


def test_every_step_is_complete_and_its_id_is_its_own() -> None:
    steps = walk_of(practice_plan(), CATALOGUE).steps
    ids = [step.id for step in steps]
    assert len(ids) == len(set(ids))
    for step in steps:
        procedure, _, rest = step.id.partition("/")
        assert procedure in {p.id for p in CATALOGUE}
        assert rest
        assert step.why
        assert len(step.title) <= 76
        assert 0 < step.duration.typical <= step.duration.worst
        for other in (*step.reads, *step.after, *((step.verified_by,) if step.verified_by else ())):
            assert other in ids, (step.id, other)


def test_wording_does_not_change_a_fingerprint() -> None:
    from dataclasses import replace

    walk = walk_of(practice_plan(), CATALOGUE)
    for row in survey(walk, State()):
        other = replace(row.step, title="Other words", why="Another reason")
        assert fingerprint(replace(row.action, does=other.does)) == fingerprint(row.action)


def test_a_restart_that_was_said_to_be_done_by_hand_can_be_taken_back() -> None:
    found = table(domain="local.example")
    step = "restarts/sip-proxy@imp1"
    ask = found.to(step, kind=AskKind.CONFIRM_TYPED)
    refused = submit(ask, Answer(Choice.BY_HAND, "p1"))
    assert isinstance(refused, Refusal)
    found.give(ask, Choice.BY_HAND, "imp1")
    assert ("imp1", "Cisco SIP Proxy") not in found.state.facts.pending
    done = next(each for each in survey(found.walk, found.state) if each.step.id == step)
    records = reopen(done, "nobody restarted it")
    assert not isinstance(records, Refusal)
    found.write(*records)
    assert ("imp1", "Cisco SIP Proxy") in found.state.facts.pending
    assert word(found, step) is Word.OPEN
