"""What was found becomes TOML that says where each value is from, whatever a node or a record said."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from cli_backend.output import ClusterNode, ClusterView, NetworkSettings, Version
from wizard.plan.discovery import Found, FoundPartner, plan_text
from wizard.text import visible

text = st.text(max_size=40)
nodes = st.builds(
    ClusterNode, address=text, fqdn=text, host=text, role=text, product=st.none(), database=st.none(), state=text
)
found = st.builds(
    Found,
    asked=text,
    user=text,
    host_key=text,
    version=st.builds(Version, text=text, release=st.none() | text),
    cluster=st.builds(ClusterView, nodes=st.lists(nodes, min_size=1, max_size=3).map(tuple)),
    settings=st.builds(NetworkSettings, dhcp=st.none() | st.booleans(), domain=st.none() | text, primary_dns=text),
    partners=st.lists(st.builds(FoundPartner, domain=text, target=text, address=text), max_size=3).map(tuple),
)


@given(found)
def test_whatever_was_said_it_is_a_plan_file_without_control_characters(each: Found) -> None:
    written = plan_text(each)
    assert visible(written) == written
    plan = tomllib.loads(written)
    assert len(plan["nodes"]) == len(each.cluster.nodes)
    assert len(plan.get("partners", [])) == len(each.partners)
    for node, said in zip(plan["nodes"], each.cluster.nodes, strict=True):
        assert node["name"] == said.host.encode("utf-8", "replace").decode()


def test_a_node_that_was_not_asked_has_its_dhcp_to_be_confirmed() -> None:
    one, other = (
        ClusterNode(
            address=f"192.0.2.1{number}",
            fqdn=f"imp{number}.local.example",
            host=f"imp{number}",
            role="Publisher" if number == 1 else "Subscriber",
            product=None,
            database=None,
            state="authenticated",
        )
        for number in (1, 2)
    )
    settings = NetworkSettings(dhcp=True, domain="local.example", address="192.0.2.11")
    each = Found(
        asked="imp1.local.example",
        user="administrator",
        host_key="",
        version=Version(release="9.0.1.10000-37"),
        cluster=ClusterView(nodes=(one, other)),
        settings=settings,
    )
    written = plan_text(each)
    assert [node["dhcp"] for node in tomllib.loads(written)["nodes"]] == [True, False]
    assert "dhcp = false  # confirm: this node was not asked" in written
    assert 'release = "9.0"  # found: show version active; confirm' in written
