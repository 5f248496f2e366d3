"""What differs between two plans is told by field, and never breaks on what somebody typed."""

import pytest

from wizard.plan.changed import changes_of

BEFORE = """
release = "9.0"
trust = ["/a.pem"]
[local]
public_fqdn = "a.example"
[[partners]]
domain = "partner.example"
[[partners]]
domain = "branch.example"
publishes_srv = true
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('domain = "partner.example"', 'domain = "partner.example"\npeer_subject = "edge1.partner.example"',
         "peer_subject of partner.example: none -> edge1.partner.example"),
        ("publishes_srv = true", "publishes_srv = false", "publishes_srv of branch.example: true -> false"),
        ("a.example", "b.example", "public_fqdn of local: a.example -> b.example"),
        ('"9.0"', '"9.1"', "release: 9.0 -> 9.1"),
        ('["/a.pem"]', '["/a.pem", "/b.pem"]', "trust: /a.pem -> /a.pem, /b.pem"),
        ("# nothing", "# nothing", ""),
        ('release = "9.0"', "# a comment\nrelease = '9.0'", ""),
    ],
)  # fmt: skip
def test_a_change_is_told_by_the_field_and_by_what_it_belongs_to(old: str, new: str, told: str) -> None:
    assert changes_of(BEFORE, BEFORE.replace(old, new)) == told


def test_many_changes_are_counted_and_what_is_no_plan_is_not_told() -> None:
    many = BEFORE + "\n".join(f'[[partners]]\ndomain = "p{number}.example"' for number in range(6))
    assert changes_of(BEFORE, many).endswith("; 2 more")
    assert changes_of(BEFORE, "[") == ""
    assert "\x1b" not in changes_of(BEFORE, BEFORE.replace("a.example", "\\u001b[31m"))
