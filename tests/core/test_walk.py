"""Whole walks over a world that answers, and the ways a walk can be interrupted."""

import pytest

from tests.core.plans import practice_plan, three_nodes
from tests.core.table import SERVICES, Table, changes, row, table, word
from tests.core.world import World
from wizard.engine import Answer, Ask, AskKind, Choice, Do, Finished, Record, Refusal, reopen, submit
from wizard.evidence import Outcome
from wizard.procedures import CATALOGUE
from wizard.resolve import walk_of
from wizard.runner import conclusions
from wizard.state import Status, fold
from wizard.step import Check, Command
from wizard.survey import Word, survey

DOMAIN = "set network domain local.example"
PROXY = "utils service restart Cisco SIP Proxy"
ROUTER = "utils service restart Cisco XCP Router"


def words(world: World) -> dict[str, Word]:
    """Where every step stands."""
    return {row.step.id: row.word for row in survey(world.table.walk, world.table.state)}


# --- to the end ---


def test_a_whole_walk_changes_each_thing_once_publisher_first() -> None:
    world = World(practice_plan())
    world.finish()
    assert world.sent == [(node, command) for command in (DOMAIN, PROXY, ROUTER) for node in ("imp1", "imp2")]
    assert set(words(world).values()) <= {Word.DONE, Word.NOT_APPLICABLE}
    assert not world.table.state.facts.pending
    assert fold(world.table.events) == world.table.state
    assert all(SERVICES[2] in node.running for node in world.nodes.values())


def test_a_cluster_that_is_configured_already_is_left_alone() -> None:
    world = World(practice_plan())
    for node in world.nodes.values():
        node.domain, node.running = "local.example", set(SERVICES)
    world.finish()
    assert DOMAIN not in [command for _, command in world.sent]
    assert words(world)["domain/set@imp1"] is Word.DONE
    assert words(world)["domain/return@imp1"] is Word.NOT_APPLICABLE
    assert words(world)["service/activate@imp2"] is Word.DONE


def test_three_nodes_each_get_what_they_need() -> None:
    world = World(three_nodes())
    world.nodes["imp3"].domain = "local.example"
    world.nodes["imp2"].domain = "dhcp.example"
    world.finish()
    assert [sent for sent in world.sent if sent[1] == DOMAIN] == [("imp1", DOMAIN)]
    assert [node for node, command in world.sent if command == ROUTER] == ["imp1", "imp2", "imp3"]
    assert words(world)["domain/set@imp2"] is Word.NOT_APPLICABLE
    assert words(world)["domain/set@imp3"] is Word.DONE


def test_every_record_of_the_walk_can_be_the_last_before_a_crash() -> None:
    """Folding any beginning of the record gives a state in which the walk goes on."""
    world = World(practice_plan())
    world.finish()
    for length in range(0, len(world.table.events), 7):
        again = World(practice_plan())
        again.nodes, again.published = world.nodes, world.published
        again.table.events = world.table.events[:length]
        again.table.state = fold(again.table.events)
        turn = again.table.turn()
        assert isinstance(turn, Ask | Do)


# --- procedure b: what the world does meanwhile ---


def disturbed(world: World, node: str) -> None:
    """Replication is disturbed everywhere until the last node is done."""
    missing = [name for name, each in world.nodes.items() if not each.domain]
    for each in world.nodes.values():
        each.replication = not missing
    del node


def test_the_disturbance_that_the_change_itself_causes_is_tolerated() -> None:
    world = World(practice_plan(), disturbed)
    world.finish()
    assert [node for node, command in world.sent if command == DOMAIN] == ["imp1", "imp2"]
    assert words(world)["domain/replication"] is Word.DONE


def test_any_other_disturbance_stops_before_the_next_node() -> None:
    def broken(world: World, node: str) -> None:
        world.nodes[node].running.discard(SERVICES[1])

    world = World(practice_plan(), broken)
    ask = world.until(AskKind.FAILED)
    assert ask.row.step.id == "domain/services@imp1"
    assert world.sent == [("imp1", DOMAIN)]
    world.answer(ask, Choice.ACCEPT, "it will come")
    stopped = world.until(AskKind.STOPPED)
    assert stopped.row.step.id == "domain/set@imp2"
    assert SERVICES[1] in stopped.problem
    assert world.sent == [("imp1", DOMAIN)]


def test_a_cluster_that_is_unwell_gets_nothing_and_is_read_again() -> None:
    world = World(practice_plan())
    world.nodes["imp2"].ntp = False
    failed = world.until(AskKind.FAILED)
    assert failed.row.step.id == "health/ntp@imp2"
    world.answer(failed, Choice.ACCEPT, "known")
    stopped = world.until(AskKind.STOPPED)
    assert stopped.row.step.id == "domain/set@imp1"
    world.nodes["imp2"].ntp = True
    world.answer(stopped, Choice.RECHECK)
    assert world.until(AskKind.CONFIRM_TYPED).row.step.id == "domain/set@imp1"
    assert world.sent == []


def test_a_domain_that_comes_between_question_and_sending_is_seen() -> None:
    world = World(practice_plan())
    ask = world.until(AskKind.CONFIRM_TYPED, "domain/set@imp1")
    world.table.give(ask)
    world.nodes["imp1"].domain = "local.example"
    world.finish()
    assert [node for node, command in world.sent if command == DOMAIN] == ["imp2"]
    assert words(world)["domain/set@imp1"] is Word.DONE


def test_a_crash_while_the_domain_is_sent_never_sends_it_twice() -> None:
    world = World(practice_plan())
    world.lost = "domain/set@imp1"
    while world.lost:
        world.step()
    assert words(world)["domain/set@imp1"] is Word.UNKNOWN
    world.table.write(Record("session.resumed"))
    world.finish()
    assert [node for node, command in world.sent if command == DOMAIN] == ["imp1", "imp2"]
    assert words(world)["domain/read-back@imp1"] is Word.DONE


def test_a_domain_that_did_not_arrive_is_confirmed_anew_and_refers_to_the_first() -> None:
    world = World(practice_plan())
    world.lost = "domain/set@imp1"
    while world.lost:
        world.step()
    first = world.table.state.record("domain/set@imp1").intent
    world.nodes["imp1"].domain = ""
    assert world.until(AskKind.CONFIRM_TYPED).row.step.id == "domain/set@imp1"
    reopened = world.table.events[-1]
    assert (reopened.kind, reopened.body["refers_to"]) == ("step.reopened", first)
    world.finish()
    intents = [e.body["refers_to"] for e in world.table.events if e.kind == "step.intent" and "imp1" in e.step]
    assert intents[:2] == [0, first]


def test_a_person_who_says_it_took_effect_is_followed_by_the_reads_that_show_it() -> None:
    world = World(practice_plan())
    world.lost = "domain/set@imp1"
    while world.lost:
        world.step()
    turn = world.table.turn()
    assert isinstance(turn, Do)
    world.table.write(*conclusions(turn.rows[0], Outcome(), True))
    ask = world.until(AskKind.UNKNOWN)
    world.answer(ask, Choice.ACCEPT, "I saw it restart")
    world.finish()
    assert words(world)["domain/read-back@imp1"] is Word.DONE
    assert words(world)["domain/set@imp1"] is Word.DONE


# --- sittings ---


def test_a_confirmation_holds_for_the_sitting_in_which_it_was_given() -> None:
    world = World(practice_plan())
    world.table.give(world.until(AskKind.CONFIRM_TYPED, "domain/set@imp1"))
    assert isinstance(world.table.turn(), Do)
    world.table.write(Record("session.resumed"))
    ask = world.table.turn()
    assert isinstance(ask, Ask)
    assert (ask.kind, ask.row.step.id) == (AskKind.CONFIRM_TYPED, "domain/set@imp1")


def test_what_a_person_attested_outlasts_the_sitting() -> None:
    world = World(practice_plan())
    world.table.give(world.until(AskKind.INSTRUCT, "routing-fqdn/set"))
    world.table.write(Record("session.resumed"))
    assert isinstance(world.table.turn(), Do)


def test_holding_needs_a_reason_and_goes_on_at_the_same_question() -> None:
    world = World(practice_plan())
    ask = world.until(AskKind.INSTRUCT, "routing-fqdn/set")
    for reason in ("", "  \n"):
        for choice in (Choice.HOLD, Choice.SKIP):
            assert isinstance(submit(ask, Answer(choice, reason)), Refusal)
    world.answer(ask, Choice.HOLD, "the window is over")
    assert world.table.state.held == "the window is over"
    world.table.write(Record("session.resumed"))
    again = world.table.turn()
    assert isinstance(again, Ask)
    assert (again.kind, again.row.step.id, world.table.state.held) == (ask.kind, ask.row.step.id, "")


def test_an_answer_to_another_question_is_refused() -> None:
    ask = table().to("routing-fqdn/set")
    assert isinstance(submit(ask, Answer(Choice.ACCEPT, "because")), Refusal)
    assert isinstance(submit(ask, Answer(Choice.AGAIN)), Refusal)
    assert isinstance(submit(ask, Answer(Choice.REDO, "because")), Refusal)


# --- batches ---


def test_before_the_first_login_one_node_is_asked_alone_and_then_all_at_once() -> None:
    world = World(three_nodes())
    batches: list[tuple[str, ...]] = []
    for _ in range(2000):
        turn = world.step()
        if isinstance(turn, Finished):
            break
        if isinstance(turn, Do):
            batches.append(tuple(row.step.id for row in turn.rows))
            nodes = [row.step.does.node for row in turn.rows if isinstance(row.step.does, Command)]
            assert len(nodes) == len(set(nodes))
            assert len({isinstance(row.step.does, Check) for row in turn.rows}) == 1
            assert len(turn.rows) == 1 or not any(changes(row.step) for row in turn.rows)
    assert batches[0] == ("health/version@imp1",)
    assert batches[1] == ("health/version@imp2", "health/version@imp3", "health/network@imp1")


# --- what is done again ---


def test_a_redone_step_opens_what_follows_it_and_nothing_else() -> None:
    world = World(practice_plan())
    world.finish()
    before = words(world)
    done = reopen(row(world.table, "routing-fqdn/set"), "the value was wrong")
    assert not isinstance(done, Refusal)
    world.table.write(*done)
    world.table.give(world.until(AskKind.INSTRUCT, "routing-fqdn/set"))
    turn = world.table.turn()
    assert isinstance(turn, Do)
    world.do(turn)
    after = {step: word for step, word in words(world).items() if word is not before[step]}
    again = ("xcp-router@imp1", "xcp-router@imp2")
    equality = ("routing-fqdn/equality@local.example", "routing-fqdn/equality@mail.local.example")
    parameter = "email/parameter@mail.local.example"
    stale = ("routing-fqdn/read-back", parameter, *equality, *(f"restarts/{slug}" for slug in again))
    assert after == dict.fromkeys(stale, Word.STALE)
    world.finish()
    assert [node for node, command in world.sent if command == ROUTER] == ["imp1", "imp2", "imp1", "imp2"]
    assert not world.table.state.facts.pending


def test_a_restart_that_nothing_made_necessary_is_not_opened_again() -> None:
    world = World(practice_plan())
    world.finish()
    assert isinstance(reopen(row(world.table, "restarts/xcp-router@imp1"), ""), Refusal)
    assert word(world.table, "restarts/xcp-router@imp1") is Word.DONE


def test_a_restart_that_was_skipped_is_asked_for_when_it_becomes_necessary_again() -> None:
    world = World(practice_plan())
    world.answer(world.until(AskKind.CONFIRM_TYPED, "restarts/xcp-router@imp1"), Choice.SKIP, "no window")
    world.finish()
    assert words(world)["restarts/xcp-router@imp1"] is Word.SKIP
    assert set(world.table.state.facts.pending) == {("imp1", "Cisco XCP Router")}
    world.table.write(Record("step.reopened", "routing-fqdn/set", {"reason": "redo"}))
    world.table.give(world.until(AskKind.INSTRUCT, "routing-fqdn/set"))
    ask = world.until(AskKind.CONFIRM_TYPED)
    assert ask.row.step.id == "restarts/xcp-router@imp1"


def test_a_restart_done_by_hand_counts_and_is_attested() -> None:
    world = World(practice_plan())
    world.answer(world.until(AskKind.CONFIRM_TYPED, "restarts/xcp-router@imp1"), Choice.BY_HAND, "imp1")
    assert row(world.table, "restarts/xcp-router@imp1").how == "attested"
    assert ("imp1", "Cisco XCP Router") not in world.table.state.facts.pending
    world.finish()
    assert words(world)["restarts/xcp-router-back@imp1"] is Word.DONE


# --- a changed plan ---


def replan(world: World, **local: object) -> None:
    """The plan reads otherwise from now on."""
    plan = practice_plan()
    changed = plan.model_copy(update={"local": plan.local.model_copy(update=local)})
    world.table.walk = walk_of(changed, CATALOGUE)
    world.table.write(Record("plan.changed", "", {"plan": "x"}))


def test_a_plan_with_another_domain_stops_at_nodes_that_have_the_old_one() -> None:
    world = World(practice_plan())
    world.finish()
    replan(world, sip_proxy_domain="other.example")
    confirmed = [event.kind for event in world.table.events].count("step.confirmed")
    stopped = world.until(AskKind.STOPPED)
    assert stopped.row.step.id == "domain/set@imp1"
    assert "local.example" in stopped.problem
    assert Choice.GO not in stopped.choices
    assert [event.kind for event in world.table.events].count("step.confirmed") == confirmed


def test_what_was_confirmed_is_asked_for_again_when_the_plan_means_something_else_now() -> None:
    world = World(practice_plan())
    world.table.give(world.until(AskKind.INSTRUCT, "routing-fqdn/set"))
    replan(world, public_fqdn="other.mail.local.example")
    ask = world.until(AskKind.INSTRUCT, "routing-fqdn/set")
    assert "other.mail.local.example" in str(ask.row.action.does)
    assert world.table.state.record(ask.row.step.id).status is Status.CONFIRMED


def test_wording_and_connections_make_nothing_stale() -> None:
    world = World(practice_plan())
    world.finish()
    plan = practice_plan()
    partners = tuple(partner.model_copy(update={"registrar": "Another"}) for partner in plan.partners)
    connections = {"sip.partner.example:5061": "127.0.0.1:15061"}
    world.table.walk = walk_of(plan.model_copy(update={"partners": partners, "connections": connections}), CATALOGUE)
    assert Word.STALE not in words(world).values()


def test_a_new_partner_is_new_work_and_a_removed_one_is_gone() -> None:
    world = World(practice_plan())
    world.finish()
    plan = practice_plan()
    new = plan.partners[0].model_copy(update={"domain": "new.example", "external_fqdn": "sip.new.example"})
    facts = world.table.state.facts
    world.table.walk = walk_of(plan.model_copy(update={"partners": (new,)}), CATALOGUE, facts)
    found = words(world)
    open_now = {step for step, word in found.items() if word is Word.OPEN}
    new_work = {step for step in open_now if step.endswith("new.example")}
    assert {"federated-domain/add@new.example", "peer-subject/add@sip.new.example"} <= new_work
    gone = {"partner.example", "branch.example", "sip.partner.example", "edge.branch.example"}
    assert {step.partition("@")[2] for step in open_now - new_work} == gone
    assert {step.partition("@")[0].partition("/")[2] for step in open_now - new_work} == {"delete", "read-deleted"}
    assert found["tls-context/set"] is Word.STALE
    assert not [step for step in found if step.startswith("dns/") and step.endswith("@branch.example")]
    world.sent.clear()
    world.finish()
    assert world.sent == [(node, command) for command in (PROXY, ROUTER) for node in ("imp1", "imp2")]


@pytest.mark.parametrize("choice", [Choice.AGAIN, Choice.ACCEPT, Choice.SKIP, Choice.HOLD])
def test_an_unknown_restart_is_the_persons_to_decide(choice: Choice) -> None:
    world = World(practice_plan())
    world.lost = "restarts/xcp-router@imp1"
    while world.lost:
        world.step()
    ask = world.until(AskKind.UNKNOWN)
    assert isinstance(submit(ask, Answer(Choice.GO, "imp1")), Refusal)
    world.answer(ask, choice, "" if choice is Choice.AGAIN else "I looked")
    key = ("imp1", "Cisco XCP Router")
    stands = {
        Choice.AGAIN: (Word.OPEN, Status.OPEN, True),
        Choice.ACCEPT: (Word.DONE, Status.ACCEPTED, False),
        Choice.SKIP: (Word.SKIP, Status.SKIPPED, True),
        Choice.HOLD: (Word.UNKNOWN, Status.SENT, True),
    }[choice]
    found: Table = world.table
    status = found.state.record(ask.row.step.id).status
    assert (word(found, ask.row.step.id), status, key in found.state.facts.pending) == stands
