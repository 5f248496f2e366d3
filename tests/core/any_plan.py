"""Valid plans of every shape, as files that anybody could have written: parts may be missing, values may be long."""

import tomlkit
from hypothesis import strategies as st

from wizard.plan.model import Plan
from wizard.plan.problems import load_text

Table = dict[str, object]
label = st.one_of(st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True), st.sampled_from(("a" * 63, "müller", "例え")))
domain = st.builds("{}.{}.example".format, label, label)
line = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=255).map(str.strip)
described = line.filter(bool)
flag = st.booleans()


@st.composite
def valid_plans(draw: st.DrawFn) -> Plan:
    """One plan, read from its text."""
    asa = draw(flag)
    data: Table = {"release": draw(st.sampled_from(("9.0", "9.1"))), **_own(draw, asa=asa), **_others(draw)}
    return load_text(tomlkit.dumps({key: value for key, value in data.items() if value}), "plan.toml")


def _own(draw: st.DrawFn, *, asa: bool) -> Table:
    names = draw(st.lists(st.from_regex(r"[a-z]([a-z0-9.-]{0,28}[a-z0-9])?", fullmatch=True), min_size=1, max_size=4))
    names, users = [f"{name}{number}" for number, name in enumerate(names)], draw(flag)
    public = ("sip.local.example", f"{'p' * 63}.{'q' * 63}.local.example", *(() if users else ("n0.local.example",)))
    return {
        "local": {
            "sip_proxy_domain": "local.example",
            "public_fqdn": draw(st.sampled_from(public)),
            "public_address": draw(st.sampled_from(("192.0.2.10", "2001:db8::10"))),
            "routing_node": names[0],
            "peer_auth_port": 5062 if asa else 5061,
            "proxy_domain_changed": draw(flag),
            "certificate_authority": draw(line),
        },
        "nodes": [
            {
                "name": name,
                "fqdn": f"n{number}.local.example",
                "address": f"192.0.2.{20 + number}",
                "role": "subscriber" if number else "publisher",
                "users_assigned": users,
                "dhcp": draw(flag),
            }
            for number, name in enumerate(names)
        ],
        "asa": {"inside_address": "192.0.2.3", "public_address": "192.0.2.10"} if asa else {},
        "load_balancer": {"fqdn": "lb.local.example", "address": "192.0.2.30"} if draw(flag) else {},
        "change": {"id": draw(line), "implementer": draw(line), "reviewer": draw(line)},
    }


def _others(draw: st.DrawFn) -> Table:
    partners = [_partner(draw, foreign) for foreign in draw(st.lists(domain, max_size=3, unique=True))]
    aol = draw(st.lists(domain.map("aol.{}".format), min_size=not partners, max_size=3, unique=True))
    xmpp = draw(st.lists(domain.map("xmpp.{}".format), max_size=2, unique=True))
    peers = draw(st.lists(described.map(str.lower), max_size=2, unique=True))
    return {
        "partners": partners,
        "aol": _aol(draw, aol) if aol else {},
        "email": {"domain": "local.example", "xmpp_partners": xmpp} if draw(flag) else {},
        "intercluster_peers": [{"name": n, "publisher_fqdn": f"p{i}.other.example"} for i, n in enumerate(peers)],
    }


def _partner(draw: st.DrawFn, foreign: str) -> Table:
    front, ocs = draw(flag), draw(flag)
    hop = draw(st.sampled_from(("", "198.51.100.7", "2001:db8::7", "hop.other.example")))
    return {
        "domain": foreign,
        "description": draw(described),
        "peer": "front-end" if front else "access-edge",
        "external_fqdn": f"sip.{foreign}",
        "certificate_authority": draw(line),
        "transport": "tcp" if front and ocs and draw(flag) else "tls",
        "version": "ocs-2007-r2" if ocs else "lync-2010",
        "publishes_srv": draw(flag),
        "already_federating": draw(flag),
        "contact": draw(line),
        **({"next_hop": hop} if hop else {}),
        **({"front_ends": [f"fe1.{foreign}"], "pool_fqdn": f"pool.{foreign}"} if front and draw(flag) else {}),
    }


def _aol(draw: st.DrawFn, names: list[str]) -> Table:
    return {
        "gateway_fqdn": "sag.aol.example",
        "enterprise": draw(line),
        "contact_name": draw(line),
        "certificate_authority": draw(line),
        "static_route_for_default": draw(flag),
        "domains": [
            {
                "name": name,
                "kind": draw(st.sampled_from(("public", "hosted", "cleared"))),
                "description": draw(described),
                "static_route": draw(flag),
            }
            for name in names
        ],
    }
