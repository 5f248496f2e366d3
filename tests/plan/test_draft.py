"""Drafts: half filled, changed, saved, and still with the administrator's comments."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.errors import FedwizardError, UsageError
from wizard.plan.draft import MAX_BYTES, Draft, DraftSyntaxError, Place, read_text
from wizard.plan.example import example_text
from wizard.plan.problems import load


def comments(text: str) -> list[str]:
    return [line[line.index("#") :] for line in text.splitlines() if "#" in line]


SET = [
    (("local", "public_fqdn"), "sip.mail.local.example"),
    (("local", "proxy_domain_changed"), True),
    (("nodes", 1, "ssh_port"), 2222),
    (("nodes", 2, "name"), "imp3"),
    (("aol", "domains", 3, "name"), "hosted3.example"),
    (("aol", "next_hop"), "192.0.2.99"),
    (("dns", "name_servers"), ("192.0.2.53", "192.0.2.54")),
    (("connections", "192.0.2.11:22"), "198.51.100.1:2211"),
    (("trust",), ["a.pem"]),
    (("email", "domain"), 'a "quoted" [bold]\ttext\x7f'),
]


@pytest.mark.parametrize(("place", "value"), SET, ids=str)
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["unix", "windows"])
def test_set_keeps_comments_and_everything_else(practice_like: str, place: Place, value: object, ends: str) -> None:
    before = Draft.parse(practice_like.replace("\n", ends))
    after = before.set(place, value)
    assert after.value(place) == (list(value) if isinstance(value, tuple) else value)
    assert comments(after.text()) == comments(before.text())
    assert before.text() == practice_like.replace("\n", ends)
    gone = after.set(place, None)
    assert gone.value(place) is None


def test_a_new_key_stands_with_its_table_and_not_behind_the_next_comment() -> None:
    text = Draft.parse(example_text()).set(("local", "peer_auth_port"), None).set(("nodes", 1, "ssh_port"), 23).text()
    lines = text.splitlines()
    assert lines[lines.index("ssh_port = 23") - 1] == "legacy_algorithms = true"
    added = Draft.parse(text).set(("nodes", 2, "name"), "imp3").text().splitlines()
    at = added.index('name = "imp3"')
    assert added[at - 3 : at] == ["ssh_port = 23", "", "[[nodes]]"]


def test_a_draft_may_be_filled_from_nothing() -> None:
    draft = Draft.parse("").set(("release",), "9.0").set(("nodes", 0, "name"), "imp1").set(("local", "x"), 1)
    assert draft.data == {"release": "9.0", "nodes": [{"name": "imp1"}], "local": {"x": 1}}
    assert draft.value(("nodes", 0, "name")) == "imp1"


@pytest.mark.parametrize("place", [(), ("release", "x"), ("nodes", 9, "name"), ("nodes", "name"), (0,), ("nodes", -1)])
def test_a_place_that_cannot_be_is_refused(practice_like: str, place: Place) -> None:
    with pytest.raises(KeyError):
        Draft.parse(practice_like).set(place, 1)


@pytest.mark.parametrize("place", [("x",), ("nodes", 7), ("nodes", "name"), ("release", 0), ("release", "x")])
def test_nothing_stands_where_nothing_was_written(practice_like: str, place: Place) -> None:
    draft = Draft.parse(practice_like)
    assert draft.value(place) is None
    assert draft.set(place, None).text() == practice_like


@given(value=st.one_of(st.text(st.characters(codec="utf-8")), st.integers(-9, 99999), st.booleans()))
def test_any_value_comes_back(value: object) -> None:
    draft = Draft.parse(example_text())
    for place in (("local", "public_fqdn"), ("local", "new"), ("partners", 0, "next_hop"), ("asa", "x"), ("top",)):
        assert draft.set(place, value).value(place) == value


def test_saved_whole_and_for_this_account_alone(practice_like: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text("old")
    path.chmod(0o644)
    draft = Draft.parse(practice_like).set(("release",), "9.1")
    draft.save(path)
    assert Draft.read(path).text() == draft.text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert comments(path.read_text()) == comments(practice_like)
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.toml"]
    assert load(path).release == "9.1"


def test_a_folder_that_is_not_there_is_named(practice_like: str, tmp_path: Path) -> None:
    with pytest.raises(FedwizardError, match="cannot be written"):
        Draft.parse(practice_like).save(tmp_path / "none" / "plan.toml")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a = 1\nb = \nc = 3\n", 2, "there is no value here"),
        ("a = 1\nb = yes\n", 2, "yes is no value: a switch is true or false"),
        ("a = 1\nb = Off # for now\n", 2, "Off is no value: a switch is true or false"),
        ("a = 1\n\na = 2\n", 3, "a name is given twice"),
        ("a = 1\njunk\n", 2, ""),
        ("a = 1\nb = [1,\n", 2, ""),
        ('a = "open\nb = 1\n', 1, ""),
        ("\ufeffa = 1\n", 1, "byte order mark"),
        ("a = 1\nb = " + "9" * 5000 + "\n", 2, "too long"),
        ("a = 1\nb = " + "[" * 5000 + "\n", 2, ""),
        ("a = 1\nb = \x1b\n", 2, ""),
    ],
)
def test_syntax_errors_have_their_line(text: str, line: int, words: str) -> None:
    with pytest.raises(DraftSyntaxError) as caught:
        Draft.parse(text)
    assert caught.value.line == line
    assert words in str(caught.value)


@pytest.mark.parametrize(("word", "right"), [("yes", "true"), ("On", "true"), ("True", "true"), ("no", "false")])
def test_a_switch_that_toml_does_not_know_gets_the_word_for_it(word: str, right: str) -> None:
    with pytest.raises(DraftSyntaxError) as caught:
        Draft.parse(f"publishes_srv = {word}\n")
    assert f"Write {right} here" in caught.value.fix


def test_files_that_are_no_plan_are_named(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"a = 1\nb = '\xe9'\n")
    (tmp_path / "large").write_bytes(b"#" * (MAX_BYTES + 1))
    for name, words in (("latin", "line 2"), ("large", "larger than"), ("none", "cannot be read"), (".", "cannot be")):
        with pytest.raises(UsageError, match=words):
            read_text(tmp_path / name)
