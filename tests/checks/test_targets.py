"""`check plan` looks at every server that a federation record names, not only at the one that the plan knows."""

import contextlib
import socket
import subprocess
from collections.abc import Iterator, Mapping

import pytest

from tests.checks.support import Check, Checked
from tests.servers.bind import name_server
from tests.servers.pki import Authorities
from tests.servers.tls import fault_server, free_port, openssl_server, says

pytestmark = pytest.mark.needs("bind9", "openssl")

SRV = "_sipfederationtls._tcp"
FIRST, SECOND = "sip.partner.example", "edge2.partner.example"
PLAN = """release = "9.0"
trust = ["root.pem"]
[local]
sip_proxy_domain = "local.example"
public_fqdn = "sip.local.example"
public_address = "8.8.8.8"
routing_node = "imp1"
peer_auth_port = 5061
[[nodes]]
name = "imp1"
fqdn = "imp1.local.example"
address = "127.0.0.1"
role = "publisher"
users_assigned = false
user = "admin"
[[partners]]
domain = "partner.example"
description = "Partner"
external_fqdn = "sip.partner.example"
"""
ADDRESSES = "sip A 8.8.8.8\nedge2 A 8.8.4.4\ninside A 10.0.0.7\n"
POINTERS = {"8.in-addr.arpa": "8.8.8 PTR a.example.\n4.4.8 PTR b.example.\n"}


@contextlib.contextmanager
def shown(pki: Authorities, certificates: Mapping[str, tuple[str, tuple[str, ...]]]) -> Iterator[dict[str, int]]:
    """A server for each name, which shows a certificate of this CN and these alternative names; yields the ports."""
    with contextlib.ExitStack() as stack:
        ports = {}
        for name, (cn, names) in certificates.items():
            folder = pki.folder / name
            folder.mkdir()
            leaf = pki.leaf(cns=(cn,), san=names)
            server = openssl_server(folder, leaf.pem, leaf.key_pem, pki.intermediate.pem)
            ports[name] = stack.enter_context(server)
        yield ports


def of_plan(check: Check, pki: Authorities, records: str, ports: Mapping[str, int], port: int = 5061) -> Checked:
    """`check plan` of a partner with these records, whose servers are at these ports of the loopback interface."""
    (pki.folder / "plan.toml").write_text(PLAN)
    assert pki.trust.name == "root.pem"
    zones = {"partner.example": records + ADDRESSES, "local.example": "sip A 8.8.8.8\n", **POINTERS}
    places = {"sip.local.example:5061": free_port()}
    places |= {f"{name}:{p}": to for name, to in ports.items() for p in {port, 5061}}
    with name_server(pki.folder / "bind", zones) as dns:
        words = ["plan", pki.folder / "plan.toml", "--nameserver", f"127.0.0.1:{dns}"]
        for place, to in places.items():
            words += ["--connect-to", f"{place}:127.0.0.1:{to}"]
        return check(*words)


def about(checked: Checked, subject: str) -> dict[str, str]:
    return {f["code"]: f["severity"] for f in checked.document["findings"] if f["subject"] == subject}


BOTH = f"{SRV} SRV 0 0 5061 sip\n{SRV} SRV 0 0 5061 edge2\n"


def test_a_second_server_is_looked_at_like_the_first(check: Check, pki: Authorities) -> None:
    with shown(pki, {FIRST: (FIRST, (FIRST,)), SECOND: ("old.partner.example", ("old.partner.example",))}) as ports:
        checked = of_plan(check, pki, BOTH, ports)
    assert about(checked, f"{FIRST}:5061")["cert-ok"] == "pass"
    assert about(checked, f"{SECOND}:5061")["cert-name-mismatch"] == "fail"
    differ = checked.finding("srv-targets-differ")
    assert (differ["severity"], differ["owner"], differ["subject"]) == ("warn", "partner", f"{SRV}.partner.example")
    assert f"{SECOND}:5061 shows CN=old.partner.example" in differ["why"]


def test_servers_that_have_one_key_are_told_with_their_places(check: Check, pki: Authorities) -> None:
    """Two edges with a certificate of their own each, made with one key; and the command that shows it."""
    with shown(pki, {FIRST: (FIRST, (FIRST,)), SECOND: (SECOND, (SECOND,))}) as ports:
        shared = of_plan(check, pki, BOTH, ports).finding("cert-key-shared")
        command = shared["verify_with"]
        for name, port in ports.items():
            command = command.replace(f"{name}:5061", f"127.0.0.1:{port}")
        seen = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=20, check=True).stdout
    assert (shared["severity"], shared["owner"], shared["subject"]) == ("info", "partner", f"{SRV}.partner.example")
    assert sorted(c.rpartition(" at ")[2] for c in shared["observed"]["certificates"]) == [
        f"{SECOND}:5061",
        f"{FIRST}:5061",
    ]
    first, second = (part.split("-----END")[0] for part in seen.split("-----BEGIN")[1:])
    assert first == second and seen.count("serial=") == 2


def test_one_certificate_for_both_names_is_right(check: Check, pki: Authorities) -> None:
    whole = (FIRST, (FIRST, SECOND))
    with shown(pki, {FIRST: whole}) as ports:
        checked = of_plan(check, pki, BOTH, {FIRST: ports[FIRST], SECOND: ports[FIRST]})
    assert "cert-name-mismatch" not in checked.codes
    assert "srv-targets-differ" not in checked.codes
    assert about(checked, f"{SECOND}:5061")["tls-ok"] == "pass"


def test_servers_of_different_priority_do_not_take_turns(check: Check, pki: Authorities) -> None:
    with shown(pki, {FIRST: (FIRST, (FIRST,)), SECOND: (SECOND, (SECOND,))}) as ports:
        checked = of_plan(check, pki, BOTH.replace("SRV 0 0 5061 edge2", "SRV 10 0 5061 edge2"), ports)
    assert "srv-targets-differ" not in checked.codes
    assert about(checked, f"{SECOND}:5061")["cert-ok"] == "pass"


def test_a_second_server_that_is_down_is_told_and_spoils_nothing(check: Check, pki: Authorities) -> None:
    with shown(pki, {FIRST: (FIRST, (FIRST,))}) as ports:
        checked = of_plan(check, pki, BOTH, {**ports, SECOND: free_port()})
    assert about(checked, f"{SECOND}:5061") == {"tcp-refused": "fail"}
    assert about(checked, f"{FIRST}:5061")["cert-ok"] == "pass"


def test_the_port_that_the_record_names_is_the_one_that_is_visited(check: Check, pki: Authorities) -> None:
    records = f"{SRV} SRV 0 0 5061 sip\n{SRV} SRV 10 0 443 edge2\n"
    with shown(pki, {FIRST: (FIRST, (FIRST,)), SECOND: (SECOND, (SECOND,))}) as ports:
        checked = of_plan(check, pki, records, ports, port=443)
    assert about(checked, f"{SECOND}:443")["cert-ok"] == "pass"
    assert checked.codes["srv-port-unexpected"] == "fail"


def test_a_wrong_port_that_speaks_no_tls_is_told_once(check: Check, pki: Authorities) -> None:
    with shown(pki, {FIRST: (FIRST, (FIRST,))}) as ports, fault_server(says(b"SIP/2.0 400 Bad\r\n\r\n")) as plain:
        records = f"{SRV} SRV 0 0 5060 edge2\n"
        checked = of_plan(check, pki, records, {**ports, SECOND: plain}, port=5060)
    assert about(checked, f"{SECOND}:5060") == {}
    assert checked.finding("srv-port-unexpected")["observed"]["tried"]["5060"] == "accepts connections"


def test_a_record_does_not_lead_the_check_into_a_network_of_ours(check: Check, pki: Authorities) -> None:
    visits: list[bool] = []

    def visited(_connection: socket.socket) -> None:
        visits.append(True)

    with shown(pki, {FIRST: (FIRST, (FIRST,))}) as ports, fault_server(visited) as inside:
        records = BOTH.replace("5061 edge2", "5061 inside")
        checked = of_plan(check, pki, records, {**ports, "inside.partner.example": inside})
    assert visits == []
    assert about(checked, "inside.partner.example") == {"address-not-public": "fail"}


@pytest.mark.parametrize("records", [f"{SRV} SRV 0 0 5061 sip\n", BOTH.replace("edge2", "nobody")])
def test_where_there_is_no_further_server_nothing_is_added(check: Check, pki: Authorities, records: str) -> None:
    with shown(pki, {FIRST: (FIRST, (FIRST,))}) as ports:
        checked = of_plan(check, pki, records, ports)
    told = [(f["subject"], f["code"]) for f in checked.document["findings"]]
    visited = {subject for subject, code in told if code.startswith(("tls-", "tcp-", "cert-"))}
    assert visited == {"sip.local.example:5061", f"{FIRST}:5061"}
    assert len(told) == len(set(told))
