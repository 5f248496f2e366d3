"""The line index: exact for what people write, and never a failure whatever the text."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.plan.draft import Draft, DraftSyntaxError
from wizard.plan.lines import Place, lines_of

TEXT = '''\
release = "9.0"  # [not.a.table]
trust = [
  "a.pem",  # ] not the end
  "b.pem", "c.pem",
]

[local]
note = """
[inside]
x = 1 \\"""
"""
after = 1
literal = \'\'\'
[[inside]]
\'\'\'
a.b . "c d" = 2
'quoted key' = 3
"esc\\u0061ped" = 4

[[nodes]]
name = "imp1"

  [ nodes . "sub.table" ]
  deep = true
[[nodes]]
name = "imp2"
inline = { one = 1, two = { three = [1, 2] } }
[aol]
[[aol.domains]]
name = "x"
[[aol.domains]]
name = "y"
[connections]
"192.0.2.1:22" = "192.0.2.2:22"
'''
CASES: list[tuple[Place, int]] = [
    (("release",), 1),
    (("trust",), 2),
    (("trust", 0), 3),
    (("trust", 1), 4),
    (("trust", 2), 4),
    (("local",), 7),
    (("local", "note"), 8),
    (("local", "after"), 12),
    (("local", "literal"), 13),
    (("local", "a"), 16),
    (("local", "a", "b", "c d"), 16),
    (("local", "quoted key"), 17),
    (("local", "escaped"), 18),
    (("nodes",), 20),
    (("nodes", 0), 20),
    (("nodes", 0, "name"), 21),
    (("nodes", 0, "sub.table", "deep"), 24),
    (("nodes", 1), 25),
    (("nodes", 1, "inline", "two", "three", 1), 27),
    (("aol", "domains", 0, "name"), 30),
    (("aol", "domains", 1), 31),
    (("aol", "domains", 1, "name"), 32),
    (("connections", "192.0.2.1:22"), 34),
]


@pytest.mark.parametrize(("place", "line"), CASES, ids=str)
def test_line_of_a_place(place: Place, line: int) -> None:
    draft = Draft.parse(TEXT)
    assert draft.value(place) is not None
    assert draft.line_of(place) == line


@pytest.mark.parametrize(("place", "line"), CASES, ids=str)
def test_windows_line_ends_count_the_same(place: Place, line: int) -> None:
    assert Draft.parse(TEXT.replace("\n", "\r\n")).line_of(place) == line


def test_nothing_inside_strings_is_taken_for_a_table() -> None:
    assert not [place for place in lines_of(TEXT).starts if "inside" in place or "not" in place]


def test_the_index_holds_exactly_the_places_of_the_document() -> None:
    assert set(lines_of(TEXT).starts) == places(Draft.parse(TEXT).data)


def test_a_missing_place_is_where_its_table_is() -> None:
    draft = Draft.parse(TEXT)
    assert draft.line_of(("nodes", 1, "fqdn")) == 25
    assert draft.line_of(("email", "domain")) == 1
    assert Draft.parse("").line_of(("release",)) == 1


@pytest.mark.parametrize("odd", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_only_a_newline_ends_a_line(odd: str) -> None:
    text = f"a = 1\n{odd} junk\nb = 2\n"
    assert lines_of(text).starts == {("a",): 1, ("b",): 3}


def places(value: object, at: Place = ()) -> set[Place]:
    """Every place of a document."""
    children: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    found = {at} if at else set()
    for key, item in children:
        found |= places(item, (*at, key))
    return found


PIECES = st.sampled_from(
    ["[", "]", "[[", "]]", "{", "}", "=", ",", ".", "#", "\n", "\r\n", " ", '"', "'", '"""', "'''", "\\", "a", "b", "1",
     'k = "v"\n', "[t]\n", "[[n]]\n", "[t.u]\n", "x = [1,\n2]\n", "y = {z = 1}\n", "a.b = 2\n", "\x0b", "\x00", "é"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join)))
def test_no_text_breaks_the_index(text: str) -> None:
    found = lines_of(text)
    assert all(1 <= line <= text.count("\n") + 1 for line in found.starts.values())


@given(st.lists(PIECES, max_size=25).map("".join))
def test_of_what_tomllib_reads_every_place_has_a_line(text: str) -> None:
    try:
        data = tomllib.loads(text)
    except ValueError:
        return
    assert places(data) <= set(lines_of(text).starts)


@pytest.mark.parametrize("opening", ["a = " + "[" * 3000, "a = " + "{b = " * 3000, "[" * 3000, "a." * 3000 + "b = 1"])
def test_depth_breaks_neither_index_nor_draft(opening: str) -> None:
    lines_of(opening + "\nlast = 1\n")
    with pytest.raises(DraftSyntaxError) as caught:
        Draft.parse(opening + "\n[[[")
    assert caught.value.line in {1, 2}
