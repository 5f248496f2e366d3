"""What a person says in the middle of an act, and what of it is on record."""

from cli_backend.exchange import Operator
from wizard.engine import Record
from wizard.login import Login
from wizard.ports import Prompt, PromptKind
from wizard.secrets import Secrets


class Saying:
    """A person who says the same to everything, and remembers how it was asked."""

    def __init__(self, answer: str | None) -> None:
        self.answer = answer
        self.asked: list[Prompt] = []

    def ask(self, prompt: Prompt) -> str | None:
        self.asked.append(prompt)
        return self.answer


def said_to(question: str, answer: str | None) -> tuple[Saying, Secrets, list[Record], str | None]:
    """What becomes of an answer to a question of a node."""
    person, secrets, records = Saying(answer), Secrets(), list[Record]()
    login: Operator = Login(person, secrets, records.append)
    return person, secrets, records, login.answer_question("imp1", "set password user admin", question)


def test_an_answer_to_a_question_is_on_record() -> None:
    person, _, records, said = said_to("Reset the password ?\nContinue (y/n):", "y")
    assert said == "y"
    assert [prompt.echo for prompt in person.asked] == [True]
    assert [record.body.get("answer") for record in records] == [None, "y"]


def test_a_password_that_a_node_asks_for_is_hidden_and_nowhere_on_record() -> None:
    person, secrets, records, said = said_to("   Please enter the new password:", "Corr3ct-horse")
    assert said == "Corr3ct-horse"
    assert [(prompt.kind, prompt.echo) for prompt in person.asked] == [(PromptKind.QUESTION, False)]
    assert "Corr3ct-horse" not in str(records)
    assert "Corr3ct-horse" not in secrets.redact("it printed Corr3ct-horse")
    assert [record.kind for record in records] == ["cmd.question", "cmd.question-answered"]


def test_a_password_that_cannot_be_filtered_is_told() -> None:
    _, _, records, _ = said_to("New Password:", "abc")
    assert [record.kind for record in records] == ["cmd.question", "note", "cmd.question-answered"]
    assert "abc" not in str(records)


def test_no_answer_is_on_record_as_none() -> None:
    _, _, records, said = said_to("New Password:", None)
    assert said is None
    assert records[-1].body["answer"] is None
