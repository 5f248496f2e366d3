"""What is read, asked and settled before something is overwritten, cut off or begun, and where it is named again."""

import pytest

from checks.finding import Severity
from tests.core.plans import edge, front_end, practice_plan, with_asa, with_partners
from tests.core.table import word
from tests.core.world import World
from wizard.engine import Answer, AskKind, Choice, Refusal, submit
from wizard.export.method import method_of
from wizard.facts import Facts
from wizard.plan.model import Plan
from wizard.procedures import CATALOGUE
from wizard.procedures.checklists import seen_addresses
from wizard.resolve import walk_of
from wizard.standing import NotApplicable
from wizard.step import SAME, Form, NothingToUndo, Notice, Step, Undo
from wizard.survey import Word, survey

OVERWRITTEN = (
    ("routing-fqdn/before", "routing-fqdn/set", "old.local.example"),
    ("tls-context/before", "tls-context/set", "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
    ("default-routing-domain/read", "default-routing-domain/set", "old.aol.example"),
    ("listeners-certificates/ports-before", "listeners-certificates/peer-auth", "5071"),
    ("federated-domain/before", "federated-domain/add@partner.example", "partner.example, Inter-domain to AOL"),
    ("static-route/before", "static-route/store@branch.example", ".example.branch.* to 192.0.2.99"),
)


def step_of(plan: Plan, step: str, facts: Facts | None = None) -> Step:
    return walk_of(plan, CATALOGUE).step(step).in_the_light_of(facts or Facts())


def tell(world: World, step: str, value: str) -> None:
    """Answer a form with the same value everywhere."""
    ask = world.until(AskKind.FORM, step)
    form = ask.row.step.does
    assert isinstance(form, Form)
    records = submit(ask, Answer(Choice.GO, values=dict.fromkeys((field.name for field in form.fields), value)))
    assert isinstance(records, tuple)
    world.table.write(*records)


def undo_of(world: World, step: str) -> str:
    rows = {row.step.id: row for row in survey(world.table.walk, world.table.state)}
    reversal = rows[step].step.reversal
    assert isinstance(reversal, Undo)
    return reversal.how


@pytest.mark.parametrize(("read", "overwrites", "old"), OVERWRITTEN)
def test_what_stood_there_is_read_before_and_named_in_the_way_back(read: str, overwrites: str, old: str) -> None:
    world = World(practice_plan())
    ids = [step.id for step in world.table.walk.steps]
    assert ids.index(read) < ids.index(overwrites)
    tell(world, read, old)
    assert word(world.table, read) is Word.DONE, "whatever is read, the walk goes on"
    assert old in undo_of(world, overwrites)
    assert old not in undo_of(World(practice_plan()), overwrites)
    world.finish()


@pytest.mark.parametrize(("read", "overwrites"), [(read, overwrites) for read, overwrites, _ in OVERWRITTEN[4:]])
def test_a_list_that_was_empty_adds_nothing_to_the_way_back(read: str, overwrites: str) -> None:
    world = World(practice_plan())
    tell(world, read, "None")
    assert undo_of(world, overwrites) == undo_of(World(practice_plan()), overwrites)


def test_old_values_are_not_asked_for_once_the_new_ones_were_read_back() -> None:
    step, facts = "routing-fqdn/before", Facts().with_answers("routing-fqdn/read-back", {"routing_fqdn": "a.example"})
    standing = step_of(practice_plan(), step).when(practice_plan(), facts)
    assert isinstance(standing, NotApplicable)
    both = facts.with_answers(step, {"routing_fqdn": "b.example"})
    assert not isinstance(step_of(practice_plan(), step).when(practice_plan(), both), NotApplicable)


def test_who_else_dials_the_listeners_is_asked_before_the_first_of_them_moves() -> None:
    world = World(practice_plan())
    ids = [step.id for step in world.table.walk.steps]
    question = "listeners-certificates/who-dials"
    assert ids.index(question) < ids.index("listeners-certificates/server-auth-aside")
    tell(world, question, "the trunk of the call manager")
    assert world.until(step=question).kind is AskKind.FAILED
    behind = step_of(with_asa(), question)
    assert isinstance(behind.when(with_asa(), Facts()), NotApplicable)
    listeners = next(each for each in CATALOGUE if each.id == "listeners-certificates")
    assert "secure SIP trunk" in listeners.disrupts


def test_what_takes_days_is_asked_before_the_first_change_by_the_measure_of_the_method_of_procedure() -> None:
    walk = walk_of(practice_plan(), CATALOGUE)
    first = next(step for step in walk.steps if step.id == "health/before-window")
    before = walk.steps[: walk.steps.index(first)]
    assert {step.procedure for step in before} == {"health"}
    assert all(isinstance(step.reversal, NothingToUndo) for step in before)
    slow = [
        step for step in method_of(walk, "0" * 64, "t").steps if step.may_take_days and step.need != "not-applicable"
    ]
    assert slow
    named = [step for step in slow if step.worst > 24 * 3600]
    assert {"listeners-certificates/firewall", "aol-routing/notify-aol"} <= {step.id for step in named}
    for step in named:
        assert step.title in first.why or step.need == "conditional", step.id
    assert not first.duration.may_take_days, "it would name itself"


def test_whoever_was_asked_for_something_is_waited_for_before_the_restarts() -> None:
    plan = with_partners(edge(), front_end())
    ids = [step.id for step in walk_of(plan, CATALOGUE).steps]
    asked = [step for step in ids if step.startswith("listeners-certificates/partner-side@")]
    answered = ids.index("listeners-certificates/answered")
    assert max(ids.index(step) for step in asked) < answered < ids.index("restarts/sip-proxy@imp1")
    step = step_of(plan, "listeners-certificates/answered")
    assert isinstance(step.does, Form)
    names = [field.name for field in step.does.fields]
    assert len(names) == 4, "two partners and the firewall, and the edge whether it accepts the name it meets"
    assert "imp1.local.example" in step.does.fields[-1].label
    behind = step_of(with_asa(), "listeners-certificates/answered").does
    assert isinstance(behind, Form)
    assert not any(field.name.startswith("name_") for field in behind.fields), "an ASA shows the name that is dialled"
    assert set(asked) < set(step.after), "a letter that is sent again is answered again"


def test_a_backup_is_vouched_for_before_anything_is_changed() -> None:
    walk = walk_of(practice_plan(), CATALOGUE)
    step = walk.step("health/backup")
    before = walk.steps[: walk.steps.index(step)]
    assert all(isinstance(each.reversal, NothingToUndo) for each in before)
    assert "Disaster Recovery System" in step.why
    world = World(practice_plan())
    tell(world, "health/backup", "no")
    assert world.until(step="health/backup").kind is AskKind.FAILED
    assert world.sent == []


def test_the_domain_step_says_what_the_node_prints_and_the_restart_of_the_cluster_is_settled() -> None:
    plan = practice_plan()
    printed = " ".join(step_of(plan, "domain/set@imp1").effects)
    for words in ("Continue (y/n)?", "replication", "certificates", "all servers of the cluster are to be restarted"):
        assert words in printed
    world = World(plan)
    ask = world.until(AskKind.FORM, "domain/cluster-restart")
    assert {node for node, _ in world.sent} == {"imp1", "imp2"}, "the last node has its domain"
    assert "utils system restart" in ask.row.step.why
    nothing = step_of(plan, "domain/cluster-restart").when(plan, Facts())
    assert isinstance(nothing, NotApplicable)


@pytest.mark.parametrize(
    ("decided", "next_step", "said", "other"),
    [
        ("yes", "domain/cluster-restarted", {"answer": "yes", "by": "22:10, A. N."}, "domain/no-cluster-restart"),
        ("no", "domain/no-cluster-restart", {"answer": "guide of 9.0, page 12"}, "domain/cluster-restarted"),
    ],
)
def test_the_record_tells_a_restart_of_the_cluster_from_the_decision_against_it(
    decided: str, next_step: str, said: dict[str, str], other: str
) -> None:
    world = World(practice_plan())
    assert "its users signed out" in world.until(AskKind.FORM, "domain/cluster-restart").row.step.why
    tell(world, "domain/cluster-restart", decided)
    asked = world.until(AskKind.FORM, next_step)
    records = submit(asked, Answer(Choice.GO, values=said))
    assert isinstance(records, tuple)
    world.table.write(*records)
    state = world.table.state
    assert state.facts.answers[next_step] == said
    words = {row.step.id: row.word for row in survey(world.table.walk, state)}
    assert (words[next_step], words[other]) == (Word.DONE, Word.NOT_APPLICABLE)


def test_a_cluster_that_is_to_be_restarted_and_was_not_stops_the_walk() -> None:
    world = World(practice_plan())
    tell(world, "domain/cluster-restart", "yes")
    tell(world, "domain/cluster-restarted", "no")
    assert world.until(step="domain/cluster-restarted").kind is AskKind.FAILED


def test_a_node_of_which_only_a_person_says_that_it_was_restarted_is_named() -> None:
    world = World(practice_plan())
    tell(world, "domain/cluster-restart", "yes")
    world.nodes["imp1"].up = 79 * 24 * 3600
    ask = world.until(AskKind.FAILED, "domain/restart-seen@imp1")
    assert "imp1 has been up since 2025-10-14" in ask.problem
    assert {finding["code"] for finding in ask.row.record.findings} == {"node-not-restarted"}
    world.nodes["imp1"].up = 120
    world.answer(ask, Choice.RETRY)
    world.finish()


def test_when_and_by_whom_is_said_in_words_and_by_no_sign() -> None:
    world = World(practice_plan())
    tell(world, "domain/cluster-restart", "yes")
    ask = world.until(AskKind.FORM, "domain/cluster-restarted")
    form = ask.row.step.does
    assert isinstance(form, Form)
    assert [form.proposes(field) for field in form.fields] == ["to go on, answer yes", "in your own words"]
    refused = submit(ask, Answer(Choice.GO, values={"answer": SAME, "by": SAME}))
    assert isinstance(refused, Refusal)
    assert refused.problem == '"When, and by whom" is for your own words; = stands for none'


def test_the_restart_of_the_cluster_stands_among_what_cannot_be_taken_back_and_what_is_disrupted() -> None:
    method = method_of(walk_of(practice_plan(), CATALOGUE), "0" * 64, "t")
    restart = next(step for step in method.steps if step.id == "domain/cluster-restarted")
    assert restart.reversal == "no-return"
    assert "its users are signed out" in " ".join(restart.effects)
    domain = next(procedure for procedure in method.procedures if procedure.id == "domain")
    assert "every node may restart once more" in domain.disrupts


# --- letters ---------------------------------------------------------------------------------------------------------


def letter_of(plan: Plan, step: str, facts: Facts | None = None) -> str:
    does = step_of(plan, step, facts).does
    assert isinstance(does, Notice)
    return does.text


def test_aol_is_asked_which_name_it_enters_where_certificate_and_public_name_differ() -> None:
    text = letter_of(practice_plan(), "aol-routing/notify-aol")
    question = text.partition("Please enter us")[0]
    assert "imp1.local.example" in question
    assert "imp-public.mail.local.example" in question
    assert "?" in question
    assert "question" not in letter_of(with_asa(), "aol-routing/notify-aol")


def test_a_partner_is_told_the_certificate_of_every_node_that_dials_out() -> None:
    step = "listeners-certificates/partner-side@partner.example"
    text = letter_of(practice_plan(), step)
    assert "imp1.local.example, imp2.local.example" in text
    assert "192.0.2.10" in text
    assert "imp2" not in letter_of(with_asa(), step), "behind an ASA all connections show one certificate"


def test_the_firewall_gets_addresses_as_far_as_they_were_seen() -> None:
    plan, step = practice_plan(), "listeners-certificates/firewall"
    assert "sip.partner.example;" in letter_of(plan, step)
    looked = Facts().with_node("imp1", "lookup sip.partner.example", {"addresses": ["203.0.113.9", "203.0.113.10"]})
    assert "sip.partner.example (203.0.113.10, 203.0.113.9);" in letter_of(plan, step, looked)
    assert "all of them appear as 192.0.2.10" in " ".join(letter_of(plan, step).split())


@pytest.mark.parametrize(
    ("shown", "told"), [("203.0.113.7:5061", ("203.0.113.7",)), ("[2001:db8::7]:5061", ("2001:db8::7",)), ("x", ())]
)
def test_an_address_of_a_check_is_told_without_its_port_and_never_one_of_this_machine(
    shown: str, told: tuple[str, ...]
) -> None:
    from checks.catalogue import finding
    from wizard.facts import CheckFact

    seen = {"version": "1.2", "cipher": "x", "address": [shown, "127.0.0.1:40000"]}
    found = finding("tls-ok", "a.example", observed=seen)
    assert found.severity is Severity.PASS
    facts = Facts().with_check("dns/partner-tls@a", CheckFact("pass", (found,)))
    assert seen_addresses(practice_plan(), facts, "a.example", ("dns/partner-tls@a",)) == told


def test_the_firewall_gets_the_addresses_that_the_record_of_a_partner_led_to() -> None:
    from checks.catalogue import finding
    from wizard.facts import CheckFact

    name = "sip.partner.example"
    seen = finding("address-not-public", name, observed={"addresses": ["198.51.100.10"], "range": "documentation"})
    inside = finding("address-not-public", name, observed={"addresses": ["10.0.0.9"], "range": "x", "view": "inside"})
    other = finding("address-ok", "b.example", observed={"addresses": ["203.0.113.1"]})
    facts = Facts().with_check("dns/partner@partner.example", CheckFact("warn", (seen, inside, other)))
    assert f"{name} (198.51.100.10);" in letter_of(practice_plan(), "listeners-certificates/firewall", facts)


def test_what_a_partner_has_to_allow_is_said_in_one_letter() -> None:
    plan = practice_plan()
    told = letter_of(plan, "listeners-certificates/partner-side@partner.example")
    assert "Federated Domains" in told
    again = letter_of(plan, "email/notify-partner@partner.example")
    assert "Federated Domains" not in again
    assert "our letter about what to do on your side" in " ".join(again.split())
    assert "(a)" not in again, "one item alone needs no letter"
