"""What people type into a form: its own words on record, compared letter by letter."""

import pytest

from tests.core.table import table
from wizard.engine import Answer, Ask, AskKind, Choice, Record, Refusal, submit
from wizard.step import Form, FormField


def form(expected: str, *, menu: tuple[str, ...] = ("System",), wanted: str = "the plan says") -> Form:
    """A form of one line."""
    field = FormField("answer", "Proxy FQDN", expected)
    return Form(interface="a page", menu=menu, fields=(field,), mismatch="Correct it.", wanted=wanted)


@pytest.mark.parametrize(
    ("expected", "typed", "meant"),
    [
        ("yes", "y", "yes"),
        ("yes", "N", "no"),
        ("no", "No", "no"),
        ("yes", "on", "yes"),
        ("checked", "on", "checked"),
        ("checked", "Off", "unchecked"),
        ("unchecked", "no", "unchecked"),
        ("unchecked", "=", "unchecked"),
        ("yes", "perhaps", "perhaps"),
        ("on", "y", "y"),
        ("sip.partner.example", "y", "y"),
    ],
)
def test_short_words_for_an_answer_and_a_box_become_the_words_of_the_field(
    expected: str, typed: str, meant: str
) -> None:
    assert form(expected).read({"answer": typed}) == {"answer": meant}


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("imp.local.example", False),
        ("IMP.local.example", False),
        ("imp.local.example.", True),
        ("imp", True),
        ("", True),
    ],
)
def test_a_last_dot_is_the_mistake_that_reading_back_is_for(said: str, wrong: bool) -> None:
    assert bool(form("imp.local.example").wrong({"answer": said})) is wrong


@pytest.mark.parametrize(
    ("menu", "wanted", "sentence"),
    [
        (("System",), "the plan says", "Proxy FQDN shows no, the plan says yes"),
        ((), "the plan says", "Proxy FQDN: no, the plan says yes"),
        ((), "to go on, answer", "Proxy FQDN: no; the walk goes on with yes alone"),
        (("System",), "to go on, answer", "Proxy FQDN: no; the walk goes on with yes alone"),
    ],
)
def test_a_difference_is_told_as_a_sentence(menu: tuple[str, ...], wanted: str, sentence: str) -> None:
    asked = form("yes", menu=menu, wanted=wanted)
    assert asked.differs(asked.fields[0], "no") == sentence


def test_a_value_with_a_last_dot_is_refused_where_the_step_warns_of_it() -> None:
    ask = table().to("routing-fqdn/read-back")
    assert record_of(ask, ".").kind == "step.failed"


def test_a_short_answer_is_on_record_in_full() -> None:
    ask = table().to("federated-domain/acl")
    does = ask.row.step.does
    assert isinstance(does, Form)
    records = submit(ask, Answer(Choice.GO, values={field.name: "y" for field in does.fields}))
    assert not isinstance(records, Refusal)
    values = records[0].body["values"]
    assert (records[0].kind, isinstance(values, dict) and set(values.values())) == ("step.done", {"yes"})


def record_of(ask: Ask, behind: str) -> Record:
    """What comes of the expected values, each with something behind it."""
    assert ask.kind is AskKind.FORM
    does = ask.row.step.does
    assert isinstance(does, Form)
    records = submit(ask, Answer(Choice.GO, values={field.name: field.expected + behind for field in does.fields}))
    assert not isinstance(records, Refusal)
    (record,) = records
    return record
