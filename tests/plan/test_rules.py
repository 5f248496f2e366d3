"""Every rule of a plan: one small change to a good plan, and exactly the problem it makes."""

from dataclasses import dataclass

import pytest

from wizard.plan.draft import Draft
from wizard.plan.problems import PlanProblemsError, Problem, advice, examine_text, load_text, plan_hash


def problems_of(text: str) -> tuple[Problem, ...]:
    plan, problems = examine_text(text, "plan.toml")
    assert (plan is None) == bool(problems)
    return problems


OF_AOL = ("AOL compares it", "AOL enters it by hand")


def hints_of(text: str, *, aol: bool = False) -> list[Problem]:
    """The advice about a plan: that about AOL's letter and certificate, or all other."""
    plan = load_text(text)
    hints = advice(plan, Draft.parse(text), "plan.toml")
    return [hint for hint in hints if any(words in hint.problem for words in OF_AOL) is aol]


@dataclass(frozen=True)
class Case:
    """`old` becomes `new`; then exactly one problem, at `field`, on the line that holds `on`."""

    old: str
    new: str
    field: str
    words: str
    fix: str
    on: str = ""


ASA = '[asa]\ninside_address = "192.0.2.1"\npublic_address = "192.0.2.10"\n'
FRONT_END = 'external_fqdn = "edge.branch.example"\npeer = "front-end"\n'
EDGE2 = 'external_fqdn = "edge.branch.example"\n'
MAIL = '[email]\ndomain = "mail.local.example"\n'

SHAPE = [
    Case('release = "9.0"', 'release = "8.6(4)"', "release", "too old: releases before 9.0", "Upgrade"),
    Case('release = "9.0"', 'release = "8.6"', "release", "neither with Lync nor with AOL", "9.0 or 9.1"),
    Case('release = "9.0"', 'release = "10.5"', "release", "not supported yet", "9.0 and 9.1"),
    Case('release = "9.0"', 'release = "11.5(1)SU9"', "release", "not supported yet", "9.0 and 9.1"),
    Case('release = "9.0"', "release = 9.0", "release", "in quotes", 'release = "9.0"'),
    Case('release = "9.0"', 'release = "9.1(1)"', "release", "two numbers alone", 'release = "9.1"'),
    Case('release = "9.0"', 'release = "new"', "release", "is 'new'", 'release = "9.0"'),
    Case('release = "9.0"', "release = true", "release", "is true", 'release = "9.0"'),
    Case('release = "9.0"\n', "", "release", "is missing", "9.0 or 9.1", on="# The plan"),
    Case('"local.example"', '"local.example, other.example"', "local.sip_proxy_domain", "several", "exactly one"),
    Case('"local.example"', '["local.example", "b.example"]', "local.sip_proxy_domain", "several", "exactly one"),
    Case('public_address = "192.0.2.10"\n', "", "local.public_address", "is missing", "Add it", on="[local]"),
    Case('"192.0.2.10"', '"192.0.2.300"', "local.public_address", "not an IPv4 address", "four numbers"),
    Case("peer_auth_port = 5061", 'peer_auth_port = "5061"', "local.peer_auth_port", "whole number", "port"),
    Case("peer_auth_port = 5061", "peer_auth_port = 5061.0", "local.peer_auth_port", "whole number", "port"),
    Case('routing_node = "imp1"', "routing_node = 1", "local.routing_node", "in quotes", "receives"),
    Case('role = "subscriber"', 'role = "sub"', "nodes[2].role", "is 'sub'", "'publisher' or 'subscriber'"),
    Case('role = "subscriber"', 'role = "subscriber"\nfqnd = 1', "nodes[2].fqnd", "not a field", "mean fqdn?"),
    Case('role = "subscriber"', 'role = "subscriber"\nkind = 1', "nodes[2].kind", "not a field", "aol.domains"),
    Case('role = "subscriber"', 'role = "subscriber"\npassword = "x"', "nodes[2].password", "no passwords", "Delete"),
    Case('role = "subscriber"', 'role = "subscriber"\ndhcp = "no"', "nodes[2].dhcp", "true or false", "DHCP"),
    Case('role = "subscriber"', 'role = "subscriber"\nssh_port = 0', "nodes[2].ssh_port", "is 0", "1 to 65535"),
    Case('role = "subscriber"', 'role = "subscriber"\nuser = ""', "nodes[2].user", "is empty", "never a password"),
    Case('name = "imp2"', 'name = "imp 2"', "nodes[2].name", "not a node name", "such as imp1"),
    Case(EDGE2, EDGE2 + 'peer_subject = "*.branch.example"\n', "partners[2].peer_subject",
         "no part of a name", "letters"),
    Case('fqdn = "imp2.local.example"', 'fqdn = "imp2"', "nodes[2].fqdn", "single label", "Enter the full name"),
    Case('description = "Branch"', 'description = "a\\tb"', "partners[2].description", "control", "One line"),
    Case('description = "Branch"', f'description = "{"x" * 256}"', "partners[2].description", "256 characters", "255"),
    Case('domain = "branch.example"', 'domain = "u@branch.example"', "partners[2].domain", "an address", "after the @"),
    Case('domain = "branch.example"', 'domain = "xn--abc.example"', "partners[2].domain", "encodes nothing", "script"),
    Case("publishes_srv = false", "publishes_srv = 0", "partners[2].publishes_srv", "true or false", "SRV"),
    Case(MAIL, 'email = "mail.local.example"\n', "aol.domains[3].email", "not a field", "top of the file"),
    Case(MAIL, MAIL + "[change]\nid = 7\n", "change.id", "in quotes", "number of the change"),
    Case(MAIL, MAIL + "[change]\nwindow_start = 2026-01-31T22:00:00\n", "change.window_start", "no time zone", "UTC"),
    Case(MAIL, MAIL + '[change]\nwindow_end = "22:00"\n', "change.window_end", "date and time", "closes"),
    Case(MAIL, MAIL + '[dns]\nname_servers = "192.0.2.53"\n', "dns.name_servers", "must be a list", "brackets"),
    Case(MAIL, MAIL + '[connections]\n"192.0.2.11:22" = 22\n', 'connections.192.0.2.11:22', "in quotes", "Correct"),
    Case(MAIL, '[[email]]\ndomain = "mail.local.example"\n', "email", "must be a table", "[email]"),
]  # fmt: skip
HOST_KEY = "nodes[2].host_key"
SHAPE += [
    Case('role = "subscriber"', f'role = "subscriber"\nhost_key = "{key}"', HOST_KEY, "not a fingerprint", "43")
    for key in ("SHA256:short", "MD5:00:11:22", "SHA256:" + "A" * 44, "A" * 43, "")
]
RULES = [
    Case('role = "publisher"', 'role = "subscriber"', "nodes", "no publisher", "exactly one", on="[[nodes]]"),
    Case('role = "subscriber"', 'role = "publisher"', "nodes[2].role", "second publisher", "subscriber"),
    Case('routing_node = "imp1"', 'routing_node = "imp9"', "local.routing_node", "not the name", "imp1, imp2"),
    Case('name = "imp2"', 'name = "IMP1"', "nodes[2].name", "that of node 1", "Correct one"),
    Case("imp2.local.example", "IMP1.local.example.", "nodes[2].fqdn", "that of node 1", "Correct one"),
    Case('"192.0.2.12"', '"192.0.2.11"', "nodes[2].address", "that of node 1", "Correct one"),
    Case("peer_auth_port = 5061", "peer_auth_port = 5062", "local.peer_auth_port", "no ASA", "peer_auth_port = 5061"),
    Case("peer_auth_port = 5061\n", "", "local.peer_auth_port", "unless the plan says", "[asa]", on="[local]"),
    Case('"aol.com"', '"aim.com"', "aol.domains[1].name", "never an entry", "Write aol.com"),
    Case('"hosted2.example"', '"Hosted1.example."', "aol.domains[3].name", "also AOL domain 2", "each domain once"),
    Case('"hosted2.example"\nkind = "hosted"', '"hosted1.example"\nkind = "cleared"', "aol.domains[3].name",
         "there of the kind 'hosted'", "of one kind"),
    Case('"hosted2.example"', '"local.example"', "aol.domains[3].name", "our own domain", "through AOL"),
    Case("[[aol.domains]]\n", 'default_federation_routing_domain = "aim.com"\n[[aol.domains]]\n',
         "aol.default_federation_routing_domain", "aim.com", "Write aol.com"),
    Case("[[aol.domains]]\n", 'default_federation_routing_domain = "local.example"\n[[aol.domains]]\n',
         "aol.default_federation_routing_domain", "our own", "aol.com"),
    Case("[[aol.domains]]\n", 'default_federation_routing_domain = "partner.example"\n[[aol.domains]]\n',
         "aol.default_federation_routing_domain", "a partner", "aol.com"),
    Case('"branch.example"', '"LOCAL.example"', "partners[2].domain", "our own domain", "partner's"),
    Case('"branch.example"', '"mail.local.example"', "partners[2].domain", "our own domain", "partner's"),
    Case('"branch.example"', '"partner.example"', "partners[2].domain", "also partner 1", "once"),
    Case('"branch.example"', '"hosted1.example"', "partners[2].domain", "also an AOL domain", "one way"),
    Case('"branch.example"', '"aim.com"', "partners[2].domain", "never an entry", "[aol]"),
    Case('"edge.branch.example"', '"imp2.local.example"', "partners[2].external_fqdn", "our own", "certificate"),
    Case(EDGE2, EDGE2 + 'peer_subject = "imp1.local.example"\n', "partners[2].peer_subject", "our own", "certificate"),
    Case(EDGE2, FRONT_END + 'peer_subject = "a.b.example"\ntransport = "tcp"\nversion = "ocs-2007"\n',
         "partners[2].peer_subject", "reached by TCP", "Delete it"),
    Case(EDGE2, FRONT_END + 'peer_subject = "a.b.example"\npool_fqdn = "pool.b.example"\n',
         "partners[2].peer_subject", "several front ends", "name in front_ends"),
    Case(EDGE2, FRONT_END + 'peer_subject = "a.b.example"\nfront_ends = ["fe1.b.example"]\n',
         "partners[2].peer_subject", "several front ends", "name in front_ends"),
    Case(EDGE2, EDGE2 + 'transport = "tcp"\n', "partners[2].transport", "an Access Edge", "tls"),
    Case(EDGE2, EDGE2 + 'version = "lync-2013"\n', "partners[2].version", "nothing newer than Lync 2010",
         'Write "lync-2010", whose steps come nearest. Such a partner is outside the documented combinations'),
    Case(EDGE2, EDGE2 + 'version = "Skype for Business 2015"\n', "partners[2].version", "nothing newer", "lync-2010"),
    Case(EDGE2, EDGE2 + 'version = "lync"\n', "partners[2].version", "is 'lync'", "One of 'ocs-2007'"),
    Case(EDGE2, FRONT_END + 'transport = "tcp"\n', "partners[2].transport", "towards Lync", "ocs-2007-r2"),
    Case(EDGE2, EDGE2 + 'pool_fqdn = "pool.branch.example"\n', "partners[2].pool_fqdn", "Access Edge", "front-end"),
    Case(EDGE2, EDGE2 + 'front_ends = ["a.branch.example"]\n', "partners[2].front_ends", "Access Edge", "front-end"),
    Case(EDGE2, FRONT_END + 'front_ends = ["a.branch.example",\n"A.branch.example"]\n', "partners[2].front_ends[2]",
         "twice", "once", on='"A.branch'),
    Case("imp-public.mail.local.example", "sip.local.example", "local.public_fqdn", "email domain", "lie in it"),
    Case(MAIL, MAIL + "[change]\nwindow_start = 2026-01-31T22:00:00Z\nwindow_end = 2026-01-31T22:30:00+01:00\n",
         "change.window_end", "not after", "Correct"),
    Case(MAIL, MAIL + "[change]\nwindow_start = 2026-01-31T22:00:00Z\nwindow_end = 2026-01-31T22:00:00Z\n",
         "change.window_end", "not after", "Correct"),
    Case(MAIL, MAIL + 'xmpp_partners = ["x.example", "X.example"]\n',
         "email.xmpp_partners[2]", "elsewhere", "or by XMPP"),
    Case(MAIL, MAIL + 'xmpp_partners = ["partner.example"]\n', "email.xmpp_partners[1]", "elsewhere", "or by XMPP"),
    Case(MAIL, MAIL + 'xmpp_partners = ["aol.com"]\n', "email.xmpp_partners[1]", "elsewhere", "or by XMPP"),
    Case(MAIL, MAIL + 'xmpp_partners = ["local.example"]\n', "email.xmpp_partners[1]", "elsewhere", "never our own"),
    Case('"imp1.second.local.example"', '"imp2.local.example"',
         "intercluster_peers[1].publisher_fqdn", "our own", "other"),
    Case(MAIL, MAIL + '[[intercluster_peers]]\nname = "North"\npublisher_fqdn = "b.example.net"\n',
         "intercluster_peers[2].name", "that of peer 1", "once"),
    Case('release = "9.0"', 'release = "9.0"\ntrust = [""]', "trust[1]", "name of a file", "PEM"),
    Case('release = "9.0"', 'release = "9.0"\ntrust = ["a\\u0000"]', "trust[1]", "name of a file", "PEM"),
]  # fmt: skip
RULES += [
    Case(MAIL, f'{MAIL}[dns]\n{key} = ["192.0.2.53", "2001:db8::1", "[2001:db8::1]:53",\n"{bad}"]\n', f"dns.{key}[4]",
         "address of a name server", "ADDRESS:PORT", on=f'"{bad}"')
    for key in ("name_servers", "internal_name_servers")
    for bad in ("ns.example.net", "192.0.2.53:0", "192.0.2.53:", "192.0.2.53:65536", "192.0.2.5:x", "[192.0.2.5]:53")
]  # fmt: skip
RULES += [
    Case(MAIL, f'{MAIL}[connections]\n"{key}" = "{value}"\n', f"connections.{key}", words, "port", on=f'"{key}"')
    for key, value, words in (
        ("sip.partner.example:5061", "edge.example.net:1", "not ADDRESS:PORT"),
        ("sip.partner.example:5061", "192.0.2.1", "not ADDRESS:PORT"),
        ("sip.partner.example:5061", "192.0.2.1:70000", "not ADDRESS:PORT"),
    )
]
RULES += [
    Case(MAIL, f'{MAIL}[connections]\n"{key}" = "192.0.2.1:22"\n', f"connections.{key}", "not HOST:PORT", "ADDRESS")
    for key in ("imp1:22", "sip.partner.example", "sip.partner.example:0", "2001:db8::1:22")
]


@pytest.mark.parametrize("case", SHAPE + RULES, ids=lambda case: f"{case.field}: {case.words}")
def test_one_fault_is_one_problem_on_its_line(practice_like: str, case: Case) -> None:
    assert case.old in practice_like
    text = practice_like.replace(case.old, case.new, 1)
    (problem,) = problems_of(text)
    assert problem.file == "plan.toml"
    assert problem.field == case.field
    assert case.words in problem.problem
    assert case.fix in problem.fix
    named = case.field.removeprefix("connections.")
    on = case.on or (named if named != case.field else case.field.split(".")[-1].split("[")[0])
    assert on in text.splitlines()[problem.line - 1]


def test_the_practice_plan_has_no_problem(practice_like: str) -> None:
    assert problems_of(practice_like) == ()
    plan = load_text(practice_like)
    assert plan.aol is not None
    assert [domain.name for domain in plan.aol.domains] == ["aol.com", "hosted1.example", "hosted2.example"]
    assert plan.partners[1].publishes_srv is False


def test_everything_is_told_at_once_in_the_order_of_the_file(practice_like: str) -> None:
    text = practice_like
    for case in (RULES[1], RULES[4], RULES[8], SHAPE[0], SHAPE[15]):
        text = text.replace(case.old, case.new, 1)
    problems = problems_of(text)
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)
    assert {problem.field for problem in problems} >= {
        "release", "local.routing_node", "nodes[2].role", "nodes[2].fqdn", "aol.domains[1].name"
    }  # fmt: skip


def test_a_public_name_that_is_a_nodes_own(practice_like: str) -> None:
    text = practice_like.replace(MAIL, "").replace("imp-public.mail.local.example", "imp1.local.example")
    (problem,) = problems_of(text)
    assert problem.field == "local.public_fqdn"
    assert "users are assigned to the routing node" in problem.problem
    moved = text.replace('role = "publisher"', 'role = "publisher"\nusers_assigned = false')
    assert problems_of(moved) == ()
    elsewhere = moved.replace('public_fqdn = "imp1', 'public_fqdn = "imp2')
    assert problems_of(elsewhere) == ()
    other_node = text.replace('public_fqdn = "imp1', 'public_fqdn = "imp2')
    assert [found.field for found in problems_of(other_node)] == ["local.public_fqdn"]


def test_the_email_domain_may_be_the_proxy_domain(practice_like: str) -> None:
    text = practice_like.replace(MAIL, '[email]\ndomain = "Local.Example"\n')
    assert problems_of(text.replace("imp-public.mail.local.example", "sip.local.example")) == ()


def test_with_an_asa_any_peer_auth_port_is_right(practice_like: str) -> None:
    for port in ("peer_auth_port = 5062\n", "peer_auth_port = 5061\n", ""):
        assert problems_of(practice_like.replace("peer_auth_port = 5061\n", port) + ASA) == ()


def test_tcp_is_right_towards_an_ocs_front_end(practice_like: str) -> None:
    for version in ("ocs-2007", "ocs-2007-r2"):
        changed = f'{FRONT_END}transport = "tcp"\nversion = "{version}"\npool_fqdn = "pool.branch.example"\n'
        assert problems_of(practice_like.replace(EDGE2, changed)) == ()


def test_somebody_is_on_the_other_side(practice_like: str) -> None:
    head, rest = practice_like.split('[[partners]]\ndomain = "partner', 1)
    aol = "[aol]" + rest.split("[aol]", 1)[1].split("[email]", 1)[0]
    assert problems_of(head + aol + MAIL) == ()
    (problem,) = problems_of(head + MAIL)
    assert (problem.field, problem.line) == ("partners", 1)


def test_names_are_compared_in_one_form(practice_like: str) -> None:
    text = practice_like.replace('"branch.example"', '"bücher.example"').replace(
        '"hosted1.example"', '"xn--bcher-kva.example"'
    )
    (problem,) = problems_of(text)
    assert "xn--bcher-kva.example is also an AOL domain" in problem.problem


def test_good_connections_and_keys(practice_like: str) -> None:
    key = "SHA256:" + "Az09+/" * 7 + "A"
    text = practice_like.replace('role = "subscriber"', f'role = "subscriber"\nhost_key = "{key}"')
    text += '[connections]\n"192.0.2.11:22" = "198.51.100.1:2211"\n"[2001:db8::1]:22" = "[2001:db8::2]:22"\n'
    assert problems_of(text) == ()


def test_load_carries_every_problem(practice_like: str) -> None:
    text = practice_like.replace(RULES[1].old, RULES[1].new).replace(RULES[2].old, RULES[2].new)
    with pytest.raises(PlanProblemsError, match=r"plan.toml:8: local.routing_node: .*\(2 problems\)") as caught:
        load_text(text)
    assert len(caught.value.problems) == 2
    assert caught.value.status == 64


def test_the_hash_is_that_of_the_text() -> None:
    assert plan_hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


ADVICE = [
    ("imp-public.mail.local.example", "imp.elsewhere.example", "local.public_fqdn", "lies outside", MAIL),
    ('"192.0.2.10"', '"10.0.0.1"', "local.public_address", "cannot be reached", ""),
    ('name = "aol.com"\nkind = "public"', 'name = "aol.com"\nkind = "hosted"', "aol.domains[1].kind", "is hosted", ""),
    ('kind = "hosted"', 'kind = "public"', "aol.domains[2].kind", "is public", ""),
    (EDGE2, FRONT_END + 'pool_fqdn = "p.branch.example"\n', "partners[2].pool_fqdn", "does not name", ""),
]


@pytest.mark.parametrize(("old", "new", "field", "words", "without"), ADVICE, ids=lambda text: str(text)[:30])
def test_what_is_allowed_and_unwise_is_a_warning(
    practice_like: str, old: str, new: str, field: str, words: str, without: str
) -> None:
    text = practice_like.replace(without, "").replace(old, new, 1)
    said = {hint.field: hint.problem for hint in hints_of(text)}
    assert words in said.pop(field)
    assert set(said) == {"local.routing_node"}
    assert "cannot all agree" in said["local.routing_node"]


@pytest.mark.parametrize(
    "change",
    [('role = "publisher"', 'role = "publisher"\nusers_assigned = false'), (MAIL, MAIL + ASA)],
    ids=["users moved", "asa"],
)
def test_the_names_agree_without_users_there_or_with_an_asa(practice_like: str, change: tuple[str, str]) -> None:
    text = practice_like.replace(*change)
    assert hints_of(text) == []


def test_asa_and_balancer_are_held_against_the_public_side(practice_like: str) -> None:
    text = practice_like + ASA.replace("192.0.2.10", "192.0.2.99")
    text += '[load_balancer]\nfqdn = "lb.mail.local.example"\naddress = "192.0.2.10"\n'
    assert [hint.field for hint in hints_of(text)] == ["local.public_fqdn", "asa.public_address"]


def test_an_asa_in_front_of_nobody_is_a_warning(practice_like: str) -> None:
    start, end = practice_like.index("[aol]"), practice_like.index("[email]")
    inside = practice_like[:start] + practice_like[end:]
    for partner in ("sip.partner.example", "edge.branch.example"):
        inside = inside.replace(f'"{partner}"', f'"{partner}"\npeer = "front-end"')
    assert [hint.field for hint in hints_of(inside + ASA)] == ["asa"]
    assert "stands in front of nobody" in hints_of(inside + ASA)[0].problem
    assert [hint.field for hint in hints_of(practice_like + ASA)] == []


@pytest.mark.parametrize(("domain", "nearly"), [("parnter.example", True), ("elsewhere.example", False)])
def test_a_domain_that_is_nearly_the_one_of_its_server_is_a_warning(
    practice_like: str, domain: str, nearly: bool
) -> None:
    text = practice_like.replace('domain = "partner.example"', f'domain = "{domain}"')
    told = [hint for hint in hints_of(text) if "nearly" in hint.problem]
    assert [hint.field for hint in told] == (["partners[1].domain"] if nearly else [])
    assert all("Did you mean partner.example?" in hint.fix for hint in told)
    assert not [hint for hint in hints_of(practice_like) if "nearly" in hint.problem]


def test_the_two_ways_to_name_the_default_route_agree(practice_like: str) -> None:
    text = practice_like.replace("static_route_for_default = true\n", "").replace(
        'kind = "public"', 'kind = "public"\nstatic_route = true'
    )
    fields = [hint.field for hint in hints_of(text)]
    assert fields == ["local.routing_node", "aol.domains[1].static_route"]


def test_what_aol_needs_is_said_before_the_letter_is_written(practice_like: str) -> None:
    contact = ("aol.contact_name", "aol.contact_email", "aol.contact_phone")
    assert {hint.field for hint in hints_of(practice_like, aol=True)} == {
        "aol.enterprise", *contact, "local.certificate_authority", "local.public_fqdn",
    }  # fmt: skip
    behind = hints_of(practice_like.replace(MAIL, MAIL + ASA), aol=True)
    assert "local.public_fqdn" not in {hint.field for hint in behind}


def test_a_list_whose_only_element_lacks_something_is_not_empty() -> None:
    lacking = problems_of(
        '[[nodes]]\ndhcp = false\n[aol]\ngateway_fqdn = "g.example"\n[[aol.domains]]\nname = "aol.com"\n'
    )
    assert not {problem.field for problem in lacking if problem.problem == "is empty"}
    assert {"nodes[1].name", "aol.domains[1].kind"} <= {problem.field for problem in lacking}
    assert ("nodes", "is empty") in {(problem.field, problem.problem) for problem in problems_of("nodes = []\n")}
