"""Procedures h and i: which names are allowed for which deployment, and the TLS context that lets them in."""

import pytest

from checks.requests import TlsRequest
from tests.core.plans import BALANCER, behind_balancer, edge, fields_of, front_end, with_partners
from tests.core.test_walk import words
from tests.core.world import World
from wizard.engine import Answer, AskKind, Choice, Refusal, submit
from wizard.plan.model import Plan
from wizard.procedures import CATALOGUE
from wizard.procedures.peer_subject import PEER_SUBJECT
from wizard.procedures.tls_context import TLS_CONTEXT
from wizard.resolve import walk_of
from wizard.standing import Later, NotApplicable, Unknown
from wizard.step import SAME, SIP_PROXY, Check, Form, Instruct, Step
from wizard.survey import Word, survey

ASA = "192.0.2.1"


def steps(plan: Plan) -> dict[str, Step]:
    return {step.id: step for procedure in (PEER_SUBJECT, TLS_CONTEXT) for step in procedure.steps(plan)}


TCP = front_end("ocs.example", transport="tcp", version="ocs-2007-r2")
POOL = front_end(front_ends=("fe1.inside.example", "fe2.inside.example"), pool_fqdn="pool.inside.example")


@pytest.mark.parametrize(
    ("plan", "names"),
    [
        (with_partners(edge()), ("sip.partner.example",)),
        (with_partners(edge(next_hop="203.0.113.9")), ("sip.partner.example",)),
        (
            with_partners(edge(), edge("other.example", external_fqdn="sip.partner.example")),
            ("sip.partner.example",),
        ),
        (with_partners(edge(peer_subject="edge1.partner.example")), ("edge1.partner.example",)),
        (with_partners(front_end(peer_subject="fe1.inside.example")), ("fe1.inside.example",)),
        (with_partners(aol=True), ("sag.aol.example",)),
        (with_partners(edge(), aol=True), ("sip.partner.example", "sag.aol.example")),
        (with_partners(POOL), ("fe1.inside.example", "fe2.inside.example", "pool.inside.example")),
        (with_partners(TCP, edge()), ("sip.partner.example",)),
        (with_partners(edge(), aol=True, asa=True), (ASA,)),
        (with_partners(edge(), front_end(), asa=True), (ASA, "sip.inside.example")),
        (behind_balancer(with_partners(edge())), ("sip.partner.example", BALANCER.fqdn)),
        (behind_balancer(with_partners(edge(), asa=True)), (ASA, BALANCER.fqdn)),
    ],
)
def test_each_name_is_allowed_once_and_selected_in_one_step(plan: Plan, names: tuple[str, ...]) -> None:
    found = steps(plan)
    added = [step for step in found.values() if "/add@" in step.id]
    assert tuple(fields_of(step)["Peer Subject Name"] for step in added) == names
    for step in added:
        assert step.restarts == (("imp1", SIP_PROXY), ("imp2", SIP_PROXY))
    context = found["tls-context/set"]
    values = fields_of(context)
    assert values["Selected TLS Peer Subjects"] == ", ".join(names)
    assert values["Selected TLS Ciphers"] == "all"
    assert values.get("Disable Empty TLS Fragments") == ("checked" if plan.partners else None)
    assert context.restarts == (("imp1", SIP_PROXY), ("imp2", SIP_PROXY))
    assert isinstance(context.does, Instruct)
    assert context.does.menu[-1] == "Default_Cisco_UPS_SIP_Proxy_Peer_Auth_TLS_Context"
    assert context.does.act == ("set-tls-context", "all", "checked" if plan.partners else "unchecked", *names)
    read_back = fields_of(found["tls-context/read-back"])
    assert {label for label, value in read_back.items() if value == "selected"} == set(names)


def test_tcp_alone_needs_neither() -> None:
    for chapter in walk_of(with_partners(TCP), (PEER_SUBJECT, TLS_CONTEXT)).chapters:
        assert isinstance(chapter.excluded, NotApplicable)
        assert chapter.steps == ()


def presented(plan: Plan) -> dict[str, tuple[str, bool]]:
    """name -> (host that is asked, whether a difference stops)."""
    found = {}
    for step in PEER_SUBJECT.steps(plan):
        does = step.does
        if isinstance(does, Check):
            assert isinstance(does.request, TlsRequest)
            assert does.request.port == 5061
            assert does.request.name is not None
            found[does.request.name] = (does.request.host, does.stops)
    return found


def test_the_certificate_of_each_peer_is_looked_at_where_it_answers() -> None:
    plan = with_partners(edge(next_hop="203.0.113.9"), aol=True)
    assert presented(plan) == {
        "sip.partner.example": ("203.0.113.9", True),
        "sag.aol.example": ("sag.aol.example", True),
    }
    other = {"peer_subject": "edge1.partner.example"}
    assert presented(with_partners(edge(**other))) == {"edge1.partner.example": ("sip.partner.example", True)}
    inside = with_partners(front_end(peer_subject="fe1.inside.example"))
    assert presented(inside) == {"fe1.inside.example": ("sip.inside.example", True)}
    # Members of a pool show their own name or the pool's: no difference is certain to be a fault.
    assert presented(with_partners(POOL)) == {
        name: (name, False) for name in ("fe1.inside.example", "fe2.inside.example", "pool.inside.example")
    }
    assert presented(with_partners(edge(), asa=True)) == {}
    assert presented(behind_balancer(with_partners(edge(), asa=True))) == {BALANCER.fqdn: (BALANCER.address, True)}


# --- with an ASA -----------------------------------------------------------------------------------------------------


def answered(world: World, step: str, value: str | None = None) -> None:
    """Fill a form with what it expects, or with something else everywhere."""
    ask = world.until(AskKind.FORM, step)
    form = ask.row.step.does
    assert isinstance(form, Form)
    records = submit(ask, Answer(Choice.GO, values={field.name: value or field.expected for field in form.fields}))
    assert isinstance(records, tuple)
    world.table.write(*records)


OPENED = {
    "peer-subject/read-imported": (f"peer-subject/add@{ASA}", "peer-subject/read-back"),
    "tls-context/read": ("tls-context/set", "tls-context/read-back"),
}


def test_with_an_asa_pages_that_are_right_leave_nothing_to_do() -> None:
    world = World(with_partners(edge(), asa=True))
    world.finish()
    found = words(world)
    for read, opened in OPENED.items():
        assert found[read] is Word.DONE
        assert {found[step] for step in opened} == {Word.NOT_APPLICABLE}
    made = [step.id for step in world.table.walk.steps if any(SIP_PROXY in restart for restart in step.restarts)]
    done = [step for step in made if found[step] is Word.DONE]
    assert not [step for step in done if step.startswith(("peer-subject/", "tls-context/"))]


@pytest.mark.parametrize("read", OPENED)
def test_with_an_asa_a_negative_answer_opens_the_steps_that_mend_it(read: str) -> None:
    world = World(with_partners(edge(), asa=True))
    answered(world, read, "no")
    found = words(world)
    assert found[read] is Word.DONE
    assert {found[step] for step in OPENED[read]} == {Word.OPEN}
    world.finish()
    assert {words(world)[step] for step in OPENED[read]} == {Word.DONE}
    assert [node for node, command in world.sent if command.endswith(SIP_PROXY)] == ["imp1", "imp2"]


def test_before_the_page_was_read_it_is_a_condition() -> None:
    world = World(with_partners(edge(), asa=True))
    assert words(world)["tls-context/set"] is Word.OPEN
    row = next(row for row in survey(world.table.walk, world.table.state) if row.step.id == "tls-context/set")
    assert isinstance(row.standing, Unknown)


def test_a_front_end_beside_an_asa_meets_the_cluster_itself() -> None:
    found = steps(with_partners(edge(), front_end(), asa=True))
    assert "tls-context/read" not in found
    assert "peer-subject/read-imported" in found
    assert "peer-subject/presented@sip.inside.example" in found


@pytest.mark.parametrize("key", ["external_fqdn", "peer_subject"])
def test_a_name_that_nobody_presents_any_more_is_deleted_and_deselected(key: str) -> None:
    world = World(with_partners(edge(), aol=True))
    world.finish()
    world.sent.clear()
    renewed = edge(**{key: "new.partner.example"})
    world.table.walk = walk_of(with_partners(renewed, aol=True), CATALOGUE, world.table.state.facts)
    found = words(world)
    assert found["peer-subject/delete@sip.partner.example"] is Word.OPEN
    assert found["peer-subject/add@new.partner.example"] is Word.OPEN
    assert found["tls-context/set"] is Word.STALE
    world.finish()
    assert [node for node, command in world.sent if command.endswith(SIP_PROXY)] == ["imp1", "imp2"]


def test_the_old_name_goes_once_the_new_one_was_seen_and_selected() -> None:
    world = World(with_partners(edge(), aol=True))
    world.finish()
    renewed = with_partners(edge(peer_subject="new.partner.example"), aol=True)
    world.table.walk = walk_of(renewed, CATALOGUE, world.table.state.facts)
    delete = "peer-subject/delete@sip.partner.example"
    row = next(row for row in survey(world.table.walk, world.table.state) if row.step.id == delete)
    assert isinstance(row.standing, Later)
    assert "new names were seen" in row.standing.reason
    context = world.until(AskKind.INSTRUCT, "tls-context/set").row.step.does
    assert isinstance(context, Instruct)
    (selected,) = (field for field in context.fields if field.label == "Selected TLS Peer Subjects")
    assert selected.value == "new.partner.example, sag.aol.example"
    assert "take out sip.partner.example" in selected.note
    assert words(world)["peer-subject/presented@new.partner.example"] is Word.DONE
    world.until(AskKind.INSTRUCT, delete)
    world.finish()
    assert words(world)[delete] is Word.DONE


def test_a_context_that_was_skipped_keeps_no_old_name_waiting_for_ever() -> None:
    world = World(with_partners(edge(), aol=True))
    world.finish()
    world.table.walk = walk_of(
        with_partners(edge(peer_subject="new.partner.example"), aol=True), CATALOGUE, world.table.state.facts
    )
    world.answer(world.until(AskKind.INSTRUCT, "tls-context/set"), Choice.SKIP, "later")
    world.until(AskKind.INSTRUCT, "peer-subject/delete@sip.partner.example")


def test_another_name_than_the_published_one_is_trusted_only_on_somebodys_word() -> None:
    agreed = "peer-subject/agreed@partner.example"
    assert agreed not in steps(with_partners(edge()))
    assert agreed not in steps(with_partners(edge(peer_subject="sip.partner.example")))
    assert agreed not in steps(with_partners(edge(peer_subject="new.partner.example"), asa=True))
    world = World(with_partners(edge(peer_subject="new.partner.example")))
    ask = world.until(AskKind.FORM, agreed)
    assert words(world)["peer-subject/add@new.partner.example"] is Word.OPEN
    for said in ({"answer": "yes", "by": SAME, "when": "today"}, {"answer": "yes", "by": "", "when": "today"}):
        assert isinstance(submit(ask, Answer(Choice.GO, values=said)), Refusal)
    said = {"answer": "no", "by": "their administrator, by telephone", "when": "today, 10:05"}
    records = submit(ask, Answer(Choice.GO, values=said))
    assert isinstance(records, tuple)
    world.table.write(*records)
    failed = world.until(AskKind.FAILED, agreed)
    assert "take peer_subject out of the plan again" in failed.remedy
    world.answer(failed, Choice.RETRY)
    world.answer(world.until(AskKind.FORM, agreed), Choice.GO)
    world.finish()
