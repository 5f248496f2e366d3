"""The table of all codes with the tests that name them: `python -m tests.checks.code_table > docs/codes.md`."""

import ast
from collections.abc import Iterator
from pathlib import Path

from checks.catalogue import CODES

ROOT = Path(__file__).parent.parent.parent
HEAD = """\
# Codes

Every finding has one of these codes. `fedwizard explain CODE` says what it means, how it is mended and who must act.
The severity is the usual one; a check may know better. The tests provoke the finding, with real servers unless
the table says `core`.

| code | severity | what it is | tests |
|---|---|---|---|
"""


def table() -> str:
    """The whole document."""
    tests = naming_tests()
    rows = (
        f"| {code} | {entry.severity.value} | {entry.title} | {', '.join(tests.get(code, ()))} |"
        for code, entry in sorted(CODES.items())
    )
    return HEAD + "\n".join(rows) + "\n"


def naming_tests() -> dict[str, tuple[str, ...]]:
    """The test modules, as folder/name, in which a test or its parameters name each code."""
    found: dict[str, list[str]] = {}
    own = ROOT / "tests" / "checks" / "test_codes.py"  # it names codes that have no test
    for path in sorted({*(ROOT / "tests").glob("*/test_*.py")} - {own}):
        place = f"{path.parent.name}/{path.stem.removeprefix('test_')}"
        for code in sorted(set(_texts(path)) & set(CODES)):
            found.setdefault(code, []).append(place)
    return {code: tuple(places) for code, places in found.items()}


def _texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


if __name__ == "__main__":
    print(table(), end="")
