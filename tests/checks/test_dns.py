"""`check dns` against BIND: each way in which a federation record goes wrong, and the one in which it is right."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checks.support import Check
from tests.servers.bind import name_server
from tests.servers.pki import Authorities
from tests.servers.tls import fault_server, free_port, openssl_server, silent

pytestmark = pytest.mark.needs("bind9")

SRV = "_sipfederationtls._tcp"
PUBLIC = "sip A 8.8.8.8\n"
PTR = "8.8.8 PTR dns.example.\n"
# A record with another port makes both ports tried; nothing is sent past the loopback interface.
NOWHERE = tuple(
    word for port in (5060, 5061) for word in ("--connect-to", f"sip.port.example:{port}:127.0.0.1:{free_port()}")
)

ZONES = {
    "good.example": f"{SRV} SRV 0 0 5061 sip\n{PUBLIC}",
    "missing.example": "www A 8.8.8.8\n",
    "text.example": f'{SRV} TXT "0 0 5061 sip.text.example"\n',
    "nodata.example": f'{SRV} TXT "something else"\n',
    "off.example": f"{SRV} SRV 0 0 0 .\n",
    "port.example": f"{SRV} SRV 0 0 5060 sip\n{PUBLIC}",
    "alias.example": f"{SRV} SRV 0 0 5061 sip\nsip CNAME edge\nedge A 8.8.8.8\n",
    "owner.example": f"{SRV} CNAME fed\nfed SRV 0 0 5061 sip\n{PUBLIC}",
    "leaves.example": f"{SRV} CNAME {SRV}.good.example.\n",
    "dangling.example": f"{SRV} SRV 0 0 5061 nowhere\n",
    "six.example": f"{SRV} SRV 0 0 5061 sip\nsip AAAA 2606:4700::1\n",
    "spelling.example": f"sipfederationtls._tcp SRV 0 0 5061 sip\n{PUBLIC}",
    "client.example": f"_sip._tls SRV 0 0 443 sip\n{PUBLIC}",
    "zoned.example": f"{SRV}.zoned.example SRV 0 0 5061 sip\n{PUBLIC}",
    "parent.example": f"{SRV} SRV 0 0 5061 sip\n{PUBLIC}",
    "doubled.example": f"{SRV} SRV 0 0 5061 sip.doubled.example\n",
    "literal.example": f"{SRV} SRV 0 0 5061 192.0.2.7.\n",
    "outside.example": f"{SRV} SRV 0 0 5061 sip.good.example.\n",
    "several.example": f"{SRV} SRV 0 0 5061 sip\n{SRV} SRV 10 0 5061 two\n{PUBLIC}two A 8.8.4.4\n",
    "leftover.example": f"{SRV} SRV 0 0 5061 sip\n{SRV} SRV 0 0 5061 sipfed.online.lync.com.\n{PUBLIC}",
    "star.example": f"*._tcp SRV 0 0 5061 sip\n{PUBLIC}",
    "private.example": f"{SRV} SRV 0 0 5061 sip\nsip A 10.1.2.3\n",
    "paper.example": f"{SRV} SRV 0 0 5061 sip\nsip A 203.0.113.5\n",
    "two-faults.example": f"{SRV} SRV 0 0 5060 sip\nsip A 192.168.1.1\n",
    "long.example": "\n".join(f"{SRV} SRV {n} 0 5061 sip{n}\nsip{n} A 8.8.8.8" for n in range(60)) + "\n",
    "chat.example": "_xmpp-server._tcp SRV 0 0 5269 xmpp\nxmpp A 8.8.8.8\n",
    "hostile.example": f'{SRV} TXT "0 0 5061 \\027[31mevil\\226\\128\\174.example"\n',
    "online.lync.com": "sipfed A 8.8.8.8\n",
    "8.in-addr.arpa": "8.8.8 PTR dns.example.\n4.4.8 PTR dns.example.\n",
}


@pytest.fixture(scope="module")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with name_server(tmp_path_factory.mktemp("bind") / "primary", ZONES) as port:
        yield f"127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("domain", "status", "faults"),
    [
        ("good.example", 0, {}),
        ("missing.example", 2, {"srv-name-missing": "fail"}),
        ("text.example", 2, {"srv-as-txt": "fail"}),
        ("nodata.example", 2, {"srv-no-data": "fail"}),
        ("off.example", 2, {"srv-service-off": "fail"}),
        ("port.example", 2, {"srv-port-unexpected": "fail"}),
        ("alias.example", 2, {"srv-target-cname": "fail"}),
        ("owner.example", 0, {}),
        ("leaves.example", 2, {"srv-owner-cname": "warn", "srv-target-outside-domain": "fail"}),
        ("dangling.example", 2, {"srv-target-unresolvable": "fail"}),
        ("six.example", 2, {"srv-target-ipv6-only": "fail"}),
        ("spelling.example", 2, {"srv-wrong-name": "fail"}),
        ("client.example", 2, {"srv-wrong-name": "fail"}),
        ("zoned.example", 2, {"srv-zone-doubled": "fail"}),
        ("im.parent.example", 2, {"srv-wrong-zone": "fail"}),
        ("doubled.example", 2, {"srv-target-doubled": "fail"}),
        ("literal.example", 2, {"srv-target-ip-literal": "fail"}),
        ("outside.example", 2, {"srv-target-outside-domain": "fail"}),
        ("several.example", 1, {"srv-several": "warn"}),
        ("leftover.example", 1, {"srv-leftover": "warn"}),
        ("star.example", 1, {"srv-wildcard": "warn"}),
        ("private.example", 2, {"address-not-public": "fail"}),
        ("paper.example", 1, {"address-not-public": "warn"}),
        ("two-faults.example", 2, {"srv-port-unexpected": "fail", "address-not-public": "fail"}),
        ("unserved.test", 3, {"dns-refused": "not-tested"}),
    ],
)
def test_each_cause_is_told_once_and_alone(
    check: Check, bind: str, domain: str, status: int, faults: dict[str, str]
) -> None:
    checked = check("dns", domain, "--nameserver", bind, *NOWHERE)
    assert (checked.status, checked.faults) == (status, faults)


def test_a_right_record_says_what_was_established(check: Check, bind: str) -> None:
    checked = check("dns", "good.example", "--nameserver", bind)
    assert checked.codes == {"srv-ok": "pass", "address-ok": "pass"}
    assert checked.finding("srv-ok")["observed"]["target"] == "sip.good.example"
    assert checked.document["status"] == "pass"


def test_where_a_misplaced_record_was_found(check: Check, bind: str) -> None:
    found = {
        domain: check("dns", domain, "--nameserver", bind).finding(code)["observed"]["found_at"]
        for domain, code in (
            ("spelling.example", "srv-wrong-name"),
            ("client.example", "srv-wrong-name"),
            ("zoned.example", "srv-zone-doubled"),
            ("im.parent.example", "srv-wrong-zone"),
        )
    }
    assert found == {
        "spelling.example": "sipfederationtls._tcp.spelling.example",
        "client.example": "_sip._tls.client.example",
        "zoned.example": f"{SRV}.zoned.example.zoned.example",
        "im.parent.example": f"{SRV}.parent.example",
    }


def test_the_gap_is_remembered_until_a_time_of_the_clock(check: Check, bind: str) -> None:
    finding = check("dns", "missing.example", "--nameserver", bind).finding("srv-name-missing")
    assert finding["observed"]["zone"] == "missing.example"
    assert finding["observed"]["remembered_until"] > "2020-01-01T00:00:00Z"
    assert finding["expected"]["port"] == 5061


def test_an_answer_too_long_for_udp_comes_over_tcp(check: Check, bind: str) -> None:
    checked = check("dns", "long.example", "--nameserver", bind)
    assert checked.finding("srv-ok")["evidence"]["over_tcp"] is True
    assert checked.faults == {"srv-several": "warn"}


def test_the_expected_target(check: Check, bind: str) -> None:
    right = check("dns", "good.example", "--nameserver", bind, "--expect-target", "SIP.good.example.")
    wrong = check("dns", "good.example", "--nameserver", bind, "--expect-target", "edge.good.example")
    assert right.status == 0
    assert wrong.faults == {"srv-target-unexpected": "fail"}
    assert wrong.finding("srv-target-unexpected")["expected"] == {"target": "edge.good.example"}


@pytest.mark.parametrize(
    ("listening", "tried", "steps"),
    [
        ((5060,), {"5060": "accepts connections", "5061": "refuses connections"}, 2),
        ((5061,), {"5060": "refuses connections", "5061": "accepts connections"}, 1),
        ((5060, 5061), {"5060": "accepts connections", "5061": "accepts connections"}, 1),
        ((), {"5060": "refuses connections", "5061": "refuses connections"}, 2),
    ],
)
def test_both_ports_of_a_target_are_tried(
    check: Check, bind: str, listening: tuple[int, ...], tried: dict[str, str], steps: int
) -> None:
    """Whether the record alone is wrong, or the server too, decides what has to be done first."""
    with fault_server(silent) as served:
        ports = {port: served if port in listening else free_port() for port in (5060, 5061)}
        mapped = [word for p, to in ports.items() for word in ("--connect-to", f"sip.port.example:{p}:127.0.0.1:{to}")]
        found = check("dns", "port.example", "--nameserver", bind, *mapped).finding("srv-port-unexpected")
    assert found["observed"] == {"target": "sip.port.example", "port": 5060, "tried": tried}
    assert f"port 5061 {tried['5061']}" in found["why"]
    assert len(found["fix"]) == steps
    assert found["fix"][-1].endswith("from 5060 to 5061.")


@pytest.mark.needs("openssl")
@pytest.mark.parametrize(("cn", "good"), [("sip.port.example", True), ("other.example", False)])
def test_a_good_certificate_at_the_right_port_says_that_only_the_record_is_wrong(
    check: Check, bind: str, pki: Authorities, tmp_path: Path, cn: str, good: bool
) -> None:
    leaf = pki.leaf(cns=(cn,), san=(cn,))
    with openssl_server(tmp_path, leaf.pem, leaf.key_pem, pki.intermediate.pem) as port:
        ports = {5060: free_port(), 5061: port}
        mapped = [word for p, to in ports.items() for word in ("--connect-to", f"sip.port.example:{p}:127.0.0.1:{to}")]
        checked = check("dns", "port.example", "--nameserver", bind, "--trust", pki.trust, *mapped)
    assert checked.faults == {"srv-port-unexpected": "fail"}
    found = checked.finding("srv-port-unexpected")
    assert ("with a good certificate, CN=sip.port.example: only the record is wrong." in found["why"]) is good
    assert ("certificate" in found["observed"]) is good


def test_a_port_inside_is_not_tried_because_a_record_says_so(check: Check, bind: str) -> None:
    with fault_server(silent) as served:
        mapped = [
            word for p in (5060, 5061) for word in ("--connect-to", f"sip.two-faults.example:{p}:127.0.0.1:{served}")
        ]
        found = check("dns", "two-faults.example", "--nameserver", bind, *mapped).finding("srv-port-unexpected")
    assert "tried" not in found["observed"]


def test_xmpp_has_another_name_and_port(check: Check, bind: str) -> None:
    assert check("dns", "chat.example", "--service", "xmpp", "--nameserver", bind).status == 0
    missing = check("dns", "good.example", "--service", "xmpp", "--nameserver", bind)
    assert missing.faults == {"srv-name-missing": "fail"}
    assert missing.finding("srv-name-missing")["subject"] == "_xmpp-server._tcp.good.example"


def test_the_partners_record_must_be_seen_from_inside(check: Check, bind: str, tmp_path: Path) -> None:
    inside_zones = {"good.example": "www A 10.0.0.1\n", "port.example": f"{SRV} SRV 0 0 5061 sip\n{PUBLIC}"}
    with name_server(tmp_path / "inside", inside_zones) as port:
        inside = ("--internal-nameserver", f"127.0.0.1:{port}")
        lost = check("dns", "good.example", "--nameserver", bind, *inside)
        differs = check("dns", "port.example", "--nameserver", bind, *inside, *NOWHERE)
    assert lost.faults == {"split-horizon-differs": "fail"}
    assert differs.codes["split-horizon-differs"] == "info"


def test_the_zones_own_servers_are_compared(check: Check, bind: str, tmp_path: Path) -> None:
    """The asked server is behind: the record is published, and only its gap is remembered."""
    fresh = {
        "missing.example": f"{SRV} SRV 0 0 5061 sip\n{PUBLIC}",
        "port.example": f"{SRV} SRV 0 0 5061 sip\n{PUBLIC}",
    }
    with name_server(tmp_path / "fresh", fresh, serial=2) as port:
        own = ("--authoritative", "--nameserver", bind, "--connect-to", f"127.0.0.1:53:127.0.0.1:{port}")
        gap = check("dns", "missing.example", *own)
        older = check("dns", "port.example", *own, *NOWHERE)
    assert gap.faults == {"dns-negative-cached": "warn"}
    assert older.codes["dns-old-cached"] == "warn"


def test_a_lame_server(check: Check, bind: str, tmp_path: Path) -> None:
    with name_server(tmp_path / "lame", {"else.example": PUBLIC}) as port:
        checked = check(
            "dns", "good.example", "--authoritative", "--nameserver", bind,
            "--connect-to", f"127.0.0.1:53:127.0.0.1:{port}",
        )  # fmt: skip
    assert checked.faults == {"ns-lame": "warn"}
    assert checked.finding("ns-lame")["subject"] == "ns1.good.example"


def test_a_silent_name_server_is_not_a_missing_record(check: Check) -> None:
    checked = check("dns", "good.example", "--nameserver", f"127.0.0.1:{free_port()}", "--timeout", "0.3")
    assert (checked.status, checked.faults) == (3, {"dns-timeout": "not-tested"})


def test_text_from_the_network_cannot_act(bind: str, capsys: pytest.CaptureFixture[str]) -> None:
    from wizard.__main__ import main

    assert main(["check", "dns", "hostile.example", "--nameserver", bind]) == 2
    shown = capsys.readouterr().out
    assert "srv-as-txt" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\\x1b[31mevil" in shown
    assert max(map(len, shown.splitlines())) <= 80
