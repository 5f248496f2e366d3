"""No code without its test, and the table in the docs says which it is."""

from checks.catalogue import CODES
from tests.checks.code_table import ROOT, naming_tests, table


def test_every_code_is_named_by_a_test() -> None:
    assert sorted(set(CODES) - set(naming_tests())) == []


def test_the_table_in_the_docs_is_the_current_one() -> None:
    written = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
    assert written == table(), "python -m tests.checks.code_table > docs/codes.md"
