"""Procedure m: which steps and values for each shape, the letters, the order, and the answers on record."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from checks.requests import DnsRequest
from tests.core.plans import practice_plan
from tests.core.table import Table, row, table
from tests.core.world import World
from wizard.answers import AnswerSheet, StepAnswer
from wizard.engine import Answer, Ask, AskKind, Choice, Record, Refusal, Turn, reopen, submit
from wizard.facts import CheckFact, Facts
from wizard.plan.model import Email, InterclusterPeer, Plan
from wizard.procedures import CATALOGUE
from wizard.procedures.email import EMAIL
from wizard.procedures.email_letters import to_users
from wizard.resolve import walk_of
from wizard.standing import AlreadySo, Applies, NotApplicable, Stop, Unknown
from wizard.state import Status
from wizard.step import XCP_ROUTER, Check, CheckPasses, Form, Instruct, Notice, Step, Wait

LETTERS = Path(__file__).parent.parent / "golden" / "letters"
CONSIDERATIONS = ("directory", "mail-id", "fallback", "dropped", "aliases", "timing", "xmpp", "clusters")
SAME = Email(domain="local.example")


def changed(plan: Plan, **fields: object) -> Plan:
    """The plan with some fields replaced."""
    return plan.model_copy(update=fields)


def steps_of(plan: Plan) -> dict[str, Step]:
    """The steps of the procedure by id, in order."""
    return {step.id: step for step in EMAIL.steps(plan)}


def standing(plan: Plan, step: str, facts: Facts | None = None) -> object:
    """Where a step stands."""
    return steps_of(plan)[step].when(plan, facts or Facts())


def test_without_email_there_is_nothing_and_the_reason_is_said() -> None:
    plan = changed(practice_plan(), email=None)
    assert EMAIL.steps(plan) == ()
    assert isinstance(EMAIL.applies(plan), NotApplicable)
    assert isinstance(EMAIL.applies(practice_plan()), Applies)


def test_the_steps_of_the_practice_deployment_in_their_order() -> None:
    told = ("partner.example", "branch.example", "aol.com", "hosted1.example", "hosted2.example")
    peer, mail = "imp1.second.local.example", "mail.local.example"
    assert list(steps_of(practice_plan())) == [
        *(f"email/consider-{each}" for each in CONSIDERATIONS),
        *(f"email/notify-partner@{domain}" for domain in told),
        "email/answered",
        "email/ask-approval",
        "email/approved",
        f"email/parameter@{mail}",
        f"email/sip-record@{mail}",
        f"email/look-xmpp@{mail}",
        f"email/publish-xmpp@{mail}",
        f"email/see-xmpp@{mail}",
        "email/left-behind@local.example",
        "email/switch",
        "email/read-back",
        "email/notify-users",
        *(f"email/{step}@{peer}" for step in ("switch-peer", "read-back-peer", "restart-peer", "router-runs")),
    ]


def test_notices_and_records_come_before_every_switch_and_our_restarts_after() -> None:
    ids = [step.id for step in walk_of(practice_plan(), CATALOGUE).steps]
    switch = ids.index("email/switch")
    before = ("email/consider", "email/notify-partner", "email/approved", "email/see-xmpp", "dns/", "routing-fqdn/")
    assert all(place < switch for place, step in enumerate(ids) if step.startswith(before))
    assert all(place > switch for place, step in enumerate(ids) if step.startswith(("restarts/", "acceptance/")))
    assert ids.index("email/notify-users") > switch


@pytest.mark.parametrize("consideration", CONSIDERATIONS)
def test_each_consideration_is_one_answer_of_its_own_on_record(consideration: str) -> None:
    step = f"email/consider-{consideration}"
    found: Table = table()
    ask = found.to(step, kind=AskKind.FORM)
    form = ask.row.step.does
    assert isinstance(form, Form)
    (field,) = form.fields
    refused = submit(ask, Answer(Choice.GO, values={"answer": " "}))
    assert isinstance(refused, Refusal)
    found.write(*_records(ask, "somebody else"))
    assert found.state.record(step).status is Status.FAILED
    assert found.state.record(step).remedy.endswith(form.mismatch)
    failed = found.turn()
    found.write(*_submitted(failed, Answer(Choice.RETRY)))
    found.write(*_records(found.turn(), field.expected))
    assert found.state.record(step).status is Status.DONE
    assert found.state.record(step).how == "attested"


def _records(turn: Turn, value: str) -> tuple[Record, ...]:
    return _submitted(turn, Answer(Choice.GO, values={"answer": value}))


def _submitted(turn: Turn, answer: Answer) -> tuple[Record, ...]:
    assert isinstance(turn, Ask)
    records = submit(turn, answer)
    assert not isinstance(records, Refusal)
    return records


def test_users_without_a_full_mail_id_can_be_listed_and_accepted() -> None:
    found = table()
    found.write(*_records(found.to("email/consider-mail-id", kind=AskKind.FORM), "anna, ben"))
    failed = found.turn()
    assert "anna, ben" in found.state.record("email/consider-mail-id").problem
    found.write(*_submitted(failed, Answer(Choice.ACCEPT, "both leave next week")))
    assert found.state.record("email/consider-mail-id").status is Status.ACCEPTED


def test_the_counts_come_from_the_plan() -> None:
    email = Email(domain="mail.local.example", xmpp_partners=("x.example", "y.example"))
    peers = tuple(InterclusterPeer(name=f"c{n}", publisher_fqdn=f"imp1.c{n}.example") for n in range(3))
    steps = steps_of(changed(practice_plan(), email=email, intercluster_peers=peers))
    for step, expected in (("email/consider-xmpp", "2"), ("email/consider-clusters", "3")):
        form = steps[step].does
        assert isinstance(form, Form)
        assert (form.fields[0].expected, form.wanted) == (expected, "the plan says")
        assert form.menu
    assert {"email/notify-partner@x.example", "email/notify-partner@y.example"} <= steps.keys()


def test_the_timing_is_no_question_where_everybody_has_contacts() -> None:
    plan = practice_plan()
    old = tuple(partner.model_copy(update={"already_federating": True}) for partner in plan.partners)
    assert isinstance(standing(plan, "email/consider-timing"), Applies)
    assert isinstance(standing(changed(plan, partners=old), "email/consider-timing"), Applies)  # AOL is new
    assert isinstance(standing(changed(plan, partners=old, aol=None), "email/consider-timing"), NotApplicable)


# --- the email domain ------------------------------------------------------------------------------------------------


def test_with_the_proxy_domain_as_email_domain_only_the_records_are_looked_at() -> None:
    plan = changed(practice_plan(), email=SAME)
    domain_steps = [step for step in EMAIL.steps(plan) if "@local.example" in step.id]
    applying = [step.id for step in domain_steps if isinstance(step.when(plan, Facts()), Applies)]
    assert applying == ["email/sip-record@local.example", "email/look-xmpp@local.example"]
    look = steps_of(plan)["email/look-xmpp@local.example"].does
    assert isinstance(look, Check)
    assert isinstance(look.request, DnsRequest)
    assert (look.request.service, look.request.missing_is, look.stops) == ("xmpp", "info", False)


def test_the_xmpp_record_is_published_when_it_was_not_seen() -> None:
    plan, mail = practice_plan(), "mail.local.example"
    publish, look = f"email/publish-xmpp@{mail}", f"email/look-xmpp@{mail}"
    seen = {status: Facts(checks={look: CheckFact(status)}) for status in ("pass", "warn", "fail")}
    assert isinstance(standing(plan, publish), Unknown)
    assert isinstance(standing(plan, publish, seen["fail"]), Applies)
    assert isinstance(standing(plan, publish, seen["pass"]), AlreadySo)
    assert isinstance(standing(plan, publish, seen["warn"]), AlreadySo)
    assert isinstance(standing(changed(plan, email=SAME), "email/publish-xmpp@local.example"), NotApplicable)
    page = steps_of(plan)[publish].does
    assert isinstance(page, Instruct)
    values = {field.label: field.value for field in page.fields}
    assert (values["Service"], values["Protocol"], values["Port"]) == ("_xmpp-server", "_tcp", "5269")
    assert values["Target"] == plan.local.public_fqdn
    assert page.act == ("publish", "srv", mail, "xmpp", plan.local.public_fqdn, "5269")
    assert page.snippets[0].text == f"_xmpp-server._tcp.{mail}. 3600 IN SRV 0 0 5269 {plan.local.public_fqdn}."
    wait = steps_of(plan)[f"email/see-xmpp@{mail}"].does
    assert isinstance(wait, Wait)
    assert isinstance(wait.until, CheckPasses)


def test_the_record_left_behind_only_warns_and_the_parameter_is_read_in_the_email_domain() -> None:
    steps = steps_of(practice_plan())
    left = steps["email/left-behind@local.example"].does
    assert isinstance(left, Check)
    assert isinstance(left.request, DnsRequest)
    assert (left.request.domain, left.stops, left.request.public_fqdn_in_email_domain) == ("local.example", False, True)
    form = steps["email/parameter@mail.local.example"].does
    assert isinstance(form, Form)
    assert form.fields[0].expected == "imp-public.mail.local.example"


# --- the switch ------------------------------------------------------------------------------------------------------


def test_the_switch_has_its_exact_page_and_makes_the_router_restart_pending_on_every_node() -> None:
    plan = practice_plan()
    switch = steps_of(plan)["email/switch"]
    page = switch.does
    assert isinstance(page, Instruct)
    assert page.interface == "Cisco Unified CM IM and Presence Administration"
    assert page.menu == ("Presence", "Settings")
    values = {field.label: field.value for field in page.fields}
    assert values["Enable use of Email Address when Federating"] == "checked"
    assert any("OK" in field.note for field in page.fields)
    assert page.button == "Save"
    assert switch.restarts == (("imp1", XCP_ROUTER), ("imp2", XCP_ROUTER))
    assert page.act == ("enable-email", plan.publisher.fqdn)


def test_no_switch_is_thrown_while_a_partner_was_not_told() -> None:
    plan = practice_plan()
    skipped = Facts().with_skipped("email/notify-partner@branch.example", skipped=True)
    stopped = standing(plan, "email/switch", skipped)
    assert isinstance(stopped, Stop)
    assert "branch.example" in stopped.problem
    assert isinstance(standing(plan, "email/switch", Facts().with_skipped("email/notify-users", skipped=True)), Applies)
    found = table()
    found.give(found.to("email/notify-partner@branch.example"), Choice.SKIP, "told by telephone")
    assert found.to("email/switch").kind is AskKind.STOPPED
    again = reopen(row(found, "email/notify-partner@branch.example"), "sent it now")
    assert not isinstance(again, Refusal)
    found.write(*again)
    assert found.to("email/notify-partner@branch.example").kind is AskKind.NOTICE
    assert found.to("email/switch").kind is AskKind.INSTRUCT


def test_every_peer_has_one_switch_and_one_restart_of_its_own() -> None:
    peers = tuple(InterclusterPeer(name="x" * 200, publisher_fqdn=f"imp1.c{n}.example") for n in range(3))
    steps = steps_of(changed(practice_plan(), intercluster_peers=peers))
    for peer in peers:
        switch, restart = (steps[f"email/{step}@{peer.publisher_fqdn}"] for step in ("switch-peer", "restart-peer"))
        assert isinstance(switch.does, Instruct)
        assert isinstance(restart.does, Instruct)
        assert switch.restarts == restart.restarts == ()
        assert switch.does.act == ("enable-email", peer.publisher_fqdn)
        assert restart.does.act == ("restart-peer-router", peer.publisher_fqdn)
        assert restart.does.button == "Restart"
        assert len(switch.title) <= 60
    alone = steps_of(changed(practice_plan(), intercluster_peers=()))
    assert not [step for step in alone if "peer" in step]


def test_the_walk_is_complete_only_when_every_cluster_is_in() -> None:
    world = World(practice_plan())
    peer = "imp1.second.local.example"
    ask = world.until(AskKind.ATTEST_TYPED, f"email/restart-peer@{peer}")
    facts = world.table.state.facts
    assert {("imp1", XCP_ROUTER), ("imp2", XCP_ROUTER)} <= facts.pending.keys()
    # It takes a whole cluster from its users, so Enter alone does not say that it was done.
    for typed in ("", "imp1", "north"):
        assert submit(ask, Answer(Choice.GO, typed)) == Refusal(f"type {peer} to say that it was done")
    world.table.give(ask)
    assert world.table.state.record(ask.row.step.id).how == "attested"
    world.finish()
    assert not world.table.state.facts.pending
    assert world.table.state.record("email/router-runs@imp1.second.local.example").status is Status.DONE


def test_an_answers_file_has_to_name_the_cluster_that_loses_service() -> None:
    step = "email/restart-peer@imp1.second.local.example"
    ask = World(practice_plan()).until(AskKind.ATTEST_TYPED, step)

    def said(given: StepAnswer, *, may_change: bool = True) -> Answer | None:
        return AnswerSheet({step: given}, may_change).answer(ask)

    named = StepAnswer(confirm="imp1.second.local.example")
    assert said(named) == Answer(Choice.GO, text="imp1.second.local.example")
    assert said(named, may_change=False) is None
    assert said(StepAnswer(done=True)) is said(StepAnswer(confirm="yes")) is None


# --- letters ---------------------------------------------------------------------------------------------------------


def letters() -> dict[str, str]:
    """Every letter, by the name of its golden file."""
    plan = practice_plan()
    window = plan.change.model_copy(update={"window_start": datetime(2026, 1, 31, 22, tzinfo=UTC)})
    same = changed(plan, email=SAME, change=window)
    ocs = same.partners[0].model_copy(update={"already_federating": True, "version": "ocs-2007-r2"})
    with_xmpp = Email(domain="mail.local.example", xmpp_partners=("xmpp.example",))

    def n1(of: Plan, domain: str) -> str:
        return text_of(steps_of(of)[f"email/notify-partner@{domain}"])

    return {
        "n1-new": n1(plan, "partner.example"),
        "n1-federating": n1(changed(same, partners=(ocs,)), "partner.example"),
        "n1-xmpp": n1(changed(plan, email=with_xmpp), "xmpp.example"),
        "n1-aol": n1(plan, "aol.com"),
        "n1-aol-federating": n1(federating_through_aol(plan), "hosted1.example"),
        "n2": to_users(plan),
    }


def federating_through_aol(plan: Plan) -> Plan:
    """The same plan, where users of the domains behind AOL have contacts of ours already."""
    assert plan.aol is not None
    domains = tuple(domain.model_copy(update={"already_federating": True}) for domain in plan.aol.domains)
    return plan.model_copy(update={"aol": plan.aol.model_copy(update={"domains": domains})})


def text_of(step: Step) -> str:
    """The text of a letter."""
    assert isinstance(step.does, Notice)
    return step.does.text


@pytest.mark.parametrize("name", letters())
def test_a_letter_reads_as_it_was_approved(name: str) -> None:
    """The text goes to people outside: a change of it is looked at, then copied to the golden file."""
    assert letters()[name] + "\n" == (LETTERS / f"{name}.txt").read_text(encoding="utf-8")


def test_item_b_is_for_those_who_federate_already() -> None:
    plan = practice_plan()
    first, second = plan.partners
    email = Email(domain="mail.local.example", xmpp_partners=("xmpp.example",))
    partners = (first.model_copy(update={"already_federating": True}), second)
    steps = steps_of(changed(plan, partners=partners, email=email))
    having = {}
    for step in steps.values():
        if step.id.startswith("email/notify-partner@") and isinstance(step.does, Notice):
            having[step.id.partition("@")[2]] = "(b)" in step.does.text
    assert having["partner.example"] is having["xmpp.example"] is True
    assert having["branch.example"] is False
    assert having["aol.com"] is having["hosted1.example"] is False
    known = steps_of(federating_through_aol(plan))
    assert "(b)" in text_of(known["email/notify-partner@aol.com"])


def test_the_notice_to_users_is_approved_as_it_is_sent() -> None:
    steps = steps_of(practice_plan())
    asked, sent = steps["email/ask-approval"].does, steps["email/notify-users"].does
    assert isinstance(asked, Notice)
    assert isinstance(sent, Notice)
    assert asked.text == sent.text
    assert [f"({letter})" in sent.text for letter in "abcdefg"] == [True] * 6 + [False]
