"""Bytes -> text: the same whatever the pieces, and nothing lost but terminal housekeeping."""

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from cli_backend.dialect import PAGER_TEXT
from cli_backend.terminal import Text, echo_end, reading

KEYS = ("\r", "\n", "\r\n", "\x08", "\x1b", "\x1b[K", "\x1b[1m", "\x1b[24;1H", "\x1b]0;t\x07", "\x1b[", "\x1b[2J")
WORDS = ("admin:", "é€", " ", "\t", "text", "[", "0", "m", "(B")
PIECES = st.lists(st.sampled_from((*KEYS, *WORDS)), max_size=30).map(lambda pieces: "".join(pieces).encode())


def of(*chunks: bytes) -> str:
    """The text of some chunks."""
    text = Text()
    for chunk in chunks:
        text.feed(chunk)
    return text.text


@example(data=b"one\r\r\ntwo", cuts=[4])
@given(data=PIECES | st.binary(max_size=60), cuts=st.lists(st.integers(0, 200), max_size=8))
def test_any_chunking_gives_the_same_text(data: bytes, cuts: list[int]) -> None:
    at = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    text, whole = Text(), Text()
    whole.feed(data)
    for start, end in pairwise(at):
        text.feed(data[start:end])
    assert text.text == whole.text
    assert len(text) == len(text.text)
    assert text.text[: text.lines_end].count("\n") == text.text.count("\n")


@given(before=PIECES, data=PIECES, cut=st.integers(0, 200))
def test_any_chunking_after_a_pager_gives_the_same_text(before: bytes, data: bytes, cut: int) -> None:
    results = set()
    for chunks in ((data,), (data[: cut % (len(data) + 1)], data[cut % (len(data) + 1) :])):
        text = Text()
        text.feed(b"." + before + b"pager")
        text.cut(min(5, len(text)))
        for chunk in chunks:
            text.feed(chunk)
        results.add(text.text)
    assert len(results) == 1


@given(st.text(st.characters(exclude_characters="\r\x08\x1b"), max_size=200), st.integers(0, 250))
def test_plain_text_comes_through_unchanged(plain: str, position: int) -> None:
    text = Text()
    for byte in plain.encode("utf-8", "replace"):
        text.feed(bytes((byte,)))
    expected = plain.encode("utf-8", "replace").decode()
    assert text.text == expected
    assert text.since(position) == expected[position:]
    assert text.tail(7) == expected[-7:]


def test_line_ends_erasing_and_housekeeping() -> None:
    assert of(b"a\r\nb\rc\r\r\nd\n") == "a\nb\nc\nd\n"
    assert of(b"admin:\r\n\radmin:") == "admin:\n\nadmin:"
    assert of(b"\x1b[0m\x1b[24;1Hadmin:") == of(b"\x1b[Kadmin:") == "admin:"
    assert of(b"wrong\x08\x08\x08ite") == "write"
    assert of(b"ab\x08 \x08c") == "ac"
    assert of(b"\n\x08\x08x") == "\nx"
    assert of(b"caf\xc3", b"\xa9 \xe2\x82", b"\xac") == "café €"
    assert of(b"\xff\xfe") == "��"


def test_what_is_not_housekeeping_stays_as_data_but_is_not_read() -> None:
    text = of(b"\x1b]0;owned\x07\x1b[2Jcanary\x9b")
    assert text == "\x1b]0;owned\x07\x1b[2Jcanary�"
    assert reading(text) == "canary�"
    assert reading("\x1b]0;a\nb\x1b\\admin:\x07") == "admin:"
    assert of(b"\x1b[" + b"1" * 40 + b"m") == "\x1b[" + "1" * 40 + "m"


def paged(before: bytes, pager: bytes, after: bytes) -> str:
    """What is left when a pager was answered."""
    text = Text()
    text.feed(before + pager)
    found = PAGER_TEXT.search(text.tail())
    assert found is not None
    text.cut(len(found[0]))
    text.feed(after)
    return text.text


def test_a_pager_leaves_nothing_behind() -> None:
    more = b"\x1b[1mPress <enter> for 1 line, <space> for one page, or <q> to quit\x1b[0m"
    options = b"\x1b[1m\r\noptions: q=quit, n=next, p=prev, b=begin, e=end (lines 1 - 20 of 21) : \x1b[0m"
    for erased in (b"", b"\x1b[K", b"\r\x1b[K", b"\r        \r", b"\x08 \x08\x08 \x08", b"\r\n"):
        assert paged(b"one\r\n", more, erased + b"two\r\n") == "one\ntwo\n"
        assert paged(b"one\r\n", options, erased + b"  two\r\n") == "one\n  two\n"
    assert paged(b"one\r\n", more, b"\r\x1b[K\r\ntwo") == "one\n\ntwo"
    assert paged(b"one\r\nend of the file reached\r\n", options, b"admin:") == "one\nadmin:"
    assert paged(b"no end", options, b"\r\ntwo") == "no end\ntwo"


def test_the_echo_is_found_also_where_it_is_wrapped() -> None:
    command = "utils service restart Cisco XCP Router"
    assert echo_end(f"admin:late\n{command}", command) == len(f"admin:late\n{command}")
    assert echo_end(command[:20], command) is None
    wrapped = command[:10] + " \n" + command[10:25] + "\n" + command[25:]
    assert echo_end(wrapped, command) == len(wrapped)
    assert echo_end("show (a|b)* [x]", "show (a|b)* [x]") == 15
