"""What a node and the DNS told, as proposals, and the plan that is begun from them."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.servers import FederationServer
from cli_backend.output import parse_cluster, parse_network, parse_version
from wizard.plan.discovery import CONFIGURED, GIVEN, Found, NodeSeen, Observations, as_given, found, gaps
from wizard.plan.draft import Draft
from wizard.plan.example import example_text
from wizard.plan.filled import filled
from wizard.plan.problems import advice, examine_text

LATER = " using TCP since Mon Jul 1 13:44:09 2019"
CLUSTER = f"""
192.0.2.12 imp2.local.example imp2 Subscriber cups DBSub authenticated{LATER}
192.0.2.11 imp1.local.example imp1 Publisher cups DBPub authenticated

Server Table (processnode) Entries
----------------------------------
192.0.2.11
192.0.2.12
"""
NETWORK = """
DHCP         : disabled           Status     : up
IP Address   : 192.0.2.11         IP Mask    : 255.255.255.000
DNS
Primary      : 192.0.2.54         Secondary  : Not Configured
Domain       : local.example
Gateway      : 192.0.2.1 on Ethernet 0
"""
VERSION = "Active Master Version: 9.0.1.10000-37\n"
INTRO = "# An introduction."
SIP = FederationServer(
    published=True, target="sip.partner.example", port=5061, addresses=("198.51.100.10", "2001:db8::10")
)


def node(cluster: str = CLUSTER, network: str = NETWORK, version: str = VERSION, **more: object) -> NodeSeen:
    """A node that showed this."""
    parsed = {"cluster": parse_cluster(cluster), "network": parse_network(network), "version": parse_version(version)}
    return NodeSeen(**{"asked": "imp1", "reached": ("192.0.2.11", 22), **parsed, **more})  # type: ignore[arg-type]


def values(seen: NodeSeen | None, **servers: FederationServer) -> dict[str, object]:
    """The proposals by their dotted place. Keyword `a` stands for the domain a.example."""
    domains = {f"{name}.example": server for name, server in servers.items()}
    plan = {"partners": [{"domain": domain} for domain in domains]}
    proposals = found(plan, Observations(node=seen, servers=domains))
    return {".".join(map(str, each.field)): each.value for each in proposals}


def text_of(*proposals: Found) -> str:
    """The plan that is written."""
    return filled(example_text(), proposals, INTRO)


def test_a_cluster_publisher_first() -> None:
    assert values(node()) == {
        "release": "9.0",
        "local.sip_proxy_domain": "local.example",
        "local.routing_node": "imp1",
        "dns.internal_name_servers": ("192.0.2.54",),
        "nodes.0.name": "imp1",
        "nodes.0.fqdn": "imp1.local.example",
        "nodes.0.address": "192.0.2.11",
        "nodes.0.role": "publisher",
        "nodes.0.dhcp": False,
        "nodes.0.dns_servers": ("192.0.2.54",),
        "nodes.1.name": "imp2",
        "nodes.1.fqdn": "imp2.local.example",
        "nodes.1.address": "192.0.2.12",
        "nodes.1.role": "subscriber",
    }


def test_seen_from_a_subscriber_what_only_it_knows_stands_at_it() -> None:
    network = NETWORK.replace("192.0.2.11", "192.0.2.12").replace("disabled", "enabled")
    told = values(node(network=network, host_key="SHA256:x", reached=("192.0.2.12", 22)))
    assert (told["nodes.0.name"], told["nodes.1.name"], told["local.routing_node"]) == ("imp1", "imp2", "imp1")
    assert (told["nodes.1.dhcp"], told["nodes.1.host_key"]) == (True, "SHA256:x")
    assert not {"nodes.0.dhcp", "nodes.0.host_key", "connections.192.0.2.12:22"} & told.keys()


def test_a_node_without_a_domain_has_the_full_name_of_its_lookup_if_that_is_its_own() -> None:
    cluster = CLUSTER.replace("imp1.local.example imp1", "imp1 ").replace("imp2.local.example imp2", "imp2 ")
    names = {"192.0.2.11": ("dsl-11.provider.example", "imp1.local.example"), "192.0.2.12": ("mail.local.example",)}
    seen = node(cluster=cluster, network=NETWORK.replace("local.example", "Not Configured"), names=names)
    told = values(seen)
    assert (told["nodes.0.name"], told["nodes.0.fqdn"]) == ("imp1", "imp1.local.example")
    assert told["nodes.1.name"] == "imp2"
    assert not {"nodes.1.fqdn", "local.sip_proxy_domain"} & told.keys()
    assert list(gaps(Observations(node=seen))) == [
        "The full name of imp2 is not known to the cluster. Enter it by hand."
    ]


def test_the_nodes_of_the_call_manager_are_not_ours() -> None:
    cluster = (
        "10.0.0.1 cucm1.local.example cucm1 Publisher callmanager DBPub authenticated\n"
        f"10.0.0.3 imp2.local.example imp2 Subscriber cups DBSub authenticated{LATER}\n"
        f"10.0.0.2 imp1.local.example imp1 Subscriber cups DBPub authenticated{LATER}\n"
    )
    told = values(node(cluster=cluster, network=""))
    assert [told[f"nodes.{n}.name"] for n in (0, 1)] == ["imp1", "imp2"]
    assert [told[f"nodes.{n}.role"] for n in (0, 1)] == ["publisher", "subscriber"]
    assert "nodes.2.name" not in told


def test_columns_that_old_releases_leave_out() -> None:
    told = values(node(cluster="10.0.0.2 IMP1.Local.Example IMP1 Publisher authenticated\n"))
    assert (told["nodes.0.name"], told["nodes.0.fqdn"]) == ("IMP1", "imp1.local.example")
    assert told["nodes.0.role"] == "publisher"
    assert told["nodes.0.dhcp"] is False, "the one node is the one that was asked, whatever its outside address"


def test_a_node_that_tells_nothing_leaves_only_what_was_used() -> None:
    seen = node("", "", "", user="admin", legacy_algorithms=True)
    assert values(seen) == {"nodes.0.user": "admin", "nodes.0.legacy_algorithms": True}
    assert len(list(gaps(Observations(node=seen)))) == 2
    assert values(node("", NETWORK, ""))["nodes.0.address"] == "192.0.2.11"


def test_the_way_in_is_that_of_the_asked_node_and_supposed_of_the_others() -> None:
    seen = node(user="admin", legacy_algorithms=True)
    sources = {each.field: each.comment for each in found({}, Observations(node=seen))}
    assert sources["nodes", 0, "user"] == GIVEN
    assert sources["nodes", 1, "user"] == "as on imp1; confirm"
    assert sources["nodes", 1, "legacy_algorithms"] == "as on imp1; confirm"


@pytest.mark.parametrize(
    ("reached", "expected"),
    [
        (("192.0.2.11", 22), None),
        (("127.0.0.1", 2211), "127.0.0.1:2211"),
        (("192.0.2.11", 2222), "192.0.2.11:2222"),
        (("2001:db8::1", 22), "[2001:db8::1]:22"),
        (("", 22), None),
    ],
)
def test_a_node_that_answers_elsewhere_than_it_says(reached: tuple[str, int], expected: str | None) -> None:
    assert values(node(reached=reached)).get("connections.192.0.2.11:22") == expected


def test_what_the_ssh_configuration_says_stands_in_the_plan_and_hops_are_told() -> None:
    seen = node(reached=("192.0.2.11", 2222), user="cups", by_config=True, hops=("near", "far"))
    told = {each.field: (each.value, each.source) for each in found({}, Observations(node=seen))}
    assert told["nodes", 0, "ssh_port"] == (2222, CONFIGURED)
    assert told["nodes", 0, "user"] == ("cups", CONFIGURED)
    assert ("nodes", 1, "ssh_port") not in told
    assert not [place for place in told if place[0] == "connections"], "it would lead past the hops"
    (gap,) = gaps(Observations(node=seen))
    assert gap.endswith("Host 192.0.2.11, and below it ProxyJump near,far")


def test_a_partner_that_publishes_and_one_that_does_not() -> None:
    told = values(None, partner=SIP, branch=FederationServer(published=False))
    assert told == {
        "partners.0.publishes_srv": True,
        "partners.0.external_fqdn": "sip.partner.example",
        "partners.0.external_address": "198.51.100.10",
        "partners.1.publishes_srv": False,
    }


def test_silence_is_no_answer_and_every_gap_is_told() -> None:
    servers = {
        "a.example": FederationServer(published=None, reason="192.0.2.53: timeout"),
        "b.example": FederationServer(published=False),
        "c.example": FederationServer(published=True, port=5061),
        "d.example": FederationServer(published=True, target="sip.d.example", port=5061),
        "e.example": SIP,
    }
    assert [told.partition(" (")[0].partition(",")[0][:38] for told in gaps(Observations(servers=servers))] == [
        "Nobody answered for the record of a.ex",
        "b.example publishes no federation reco",
        "The record of c.example leads to no ho",
        "sip.d.example",
    ]
    told = values(None, a=servers["a.example"], c=servers["c.example"])
    assert told == {"partners.1.publishes_srv": True}


def test_what_the_plan_holds_is_not_proposed_again() -> None:
    plan = {"release": "9.1", "nodes": [{"name": "other"}], "dns": {"internal_name_servers": ["192.0.2.1"]}}
    places = {each.field for each in found(plan, Observations(node=node()))}
    assert not {("release",), ("nodes", 0, "name"), ("dns", "internal_name_servers")} & places
    assert ("nodes", 0, "fqdn") in places
    assert ("connections", "192.0.2.11:22") not in {
        each.field
        for each in found({"connections": {"x:22": "y:1"}}, Observations(node=node(reached=("127.0.0.1", 1))))
    }


def test_the_plan_holds_each_value_with_its_source_and_the_rest_behind_a_hash() -> None:
    plan = {"partners": [{"domain": "partner.example"}, {"domain": "branch.example"}]}
    servers = {"partner.example": SIP, "branch.example": FederationServer(published=False)}
    proposals = (*as_given(plan), *found(plan, Observations(node=node(), servers=servers)))
    text = text_of(*proposals)
    draft = Draft.parse(text)
    for each in proposals:
        stored = draft.value(each.field)
        assert (tuple(stored) if isinstance(stored, list) else stored) == each.value
        assert f"# {each.comment}" in text.splitlines()[draft.line_of(each.field) - 1]
    assert 'release = "9.0"  # found on imp1 (show version active); confirm' in text
    assert 'domain = "partner.example"  # given on the command line' in text
    assert set(draft.data) == {"release", "local", "nodes", "partners", "dns"}
    assert len(as_given(draft.data)) == len(proposals), "nothing of the example is left as if it were true"


def test_every_placeholder_of_the_example_is_still_there() -> None:
    lines = text_of(*found({}, Observations(node=node()))).splitlines()
    for line in example_text().partition("\n\n")[2].splitlines():
        bare = line.removeprefix("# ")
        key = bare.partition(" = ")[0]
        assert not line or any(each.removeprefix("# ").startswith(key) for each in lines), line


def test_nothing_found_is_an_example_of_placeholders() -> None:
    text = text_of()
    assert tomllib.loads(text) == {"local": {}}
    _, problems = examine_text(text, "plan.toml")
    fields = [problem.field for problem in problems]
    assert {"release", "nodes", "partners", "local.public_fqdn"} <= set(fields)


def test_a_begun_plan_lacks_only_what_nobody_can_look_up() -> None:
    plan = {"partners": [{"domain": "partner.example"}]}
    seen = Observations(node=node(), servers={"partner.example": SIP})
    text = text_of(*as_given(plan), *found(plan, seen))
    _, problems = examine_text(text, "plan.toml")
    assert {problem.field for problem in problems} == {
        "local.public_fqdn", "local.public_address", "local.peer_auth_port", "partners[1].description",
    }  # fmt: skip
    completed = (
        text.replace("# public_fqdn", "public_fqdn")
        .replace("# public_address", "public_address", 1)
        .replace("# peer_auth_port", "peer_auth_port")
        .replace("# description", "description", 1)
    )
    whole, problems = examine_text(completed, "plan.toml")
    assert whole is not None
    assert problems == ()
    unconfirmed = {
        hint.line for hint in advice(whole, Draft.parse(completed), "plan.toml") if "confirmed" in hint.problem
    }
    marked = {n for n, line in enumerate(completed.splitlines(), 1) if line.endswith("; confirm")}
    assert unconfirmed == marked
    assert len(marked) > 10
    confirmed = Draft.parse(completed.replace("; confirm", ""))
    assert confirmed.unconfirmed() == ()


def test_a_value_that_says_confirm_is_no_mark() -> None:
    draft = Draft.parse('description = "call us; confirm"\nuser = "x" # by phone; confirm\n')
    assert draft.unconfirmed() == (("user",),)


HOSTILE = '10.0.0.9 "]\x1b[2J\nrelease="x" a"b Publisher cups DBPub authenticated\n'
MANGLED = st.lists(
    st.sampled_from((CLUSTER + NETWORK + VERSION + HOSTILE).split("\n")) | st.text(max_size=60), max_size=25
).map("\n".join)
TARGETS = st.sampled_from(["", ".", "sip.partner.example", "192.0.2.1", 'a"b.example', "x\ny.example"]) | st.text()


@given(MANGLED, MANGLED, MANGLED, TARGETS, st.lists(TARGETS, max_size=2))
def test_whatever_was_told_the_plan_can_be_read(
    cluster: str, network: str, version: str, target: str, addresses: list[str]
) -> None:
    plan = {"partners": [{"domain": "partner.example"}]}
    names = {"192.0.2.11": (target,), "10.0.0.9": (target,)}
    server = FederationServer(published=True, target=target, port=5061, addresses=tuple(addresses))
    seen = Observations(node=node(cluster, network, version, names=names), servers={"partner.example": server})
    proposals = (*as_given(plan), *found(plan, seen))
    draft = Draft.parse(text_of(*proposals))
    assert len(as_given(draft.data)) == len(proposals)
    assert all(line.isprintable() for line in draft.source.splitlines())
    assert draft.source.isascii()
    list(gaps(seen))
    missing = ("is missing", "names no publisher", "is also that of node", "is a second publisher", "is 5062 unless")
    other = ("release", "local.routing_node")  # a release we do not know is told as it is
    for problem in examine_text(draft.source, "plan.toml")[1]:
        assert any(words in problem.problem for words in missing) or problem.field in other, problem
