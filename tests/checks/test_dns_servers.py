"""`check dns` with several real name servers at once: BIND and NSD that disagree, a validating unbound, dnsmasq."""

import contextlib
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.checks.support import Check
from tests.servers.bind import name_server, zone_text
from tests.servers.other_dns import dnsmasq, nsd, unbound

pytestmark = pytest.mark.needs("bind9")

SRV = "_sipfederationtls._tcp"
RIGHT = f"{SRV} SRV 0 0 5061 sip\nsip A 8.8.8.8\n"
TWO_SERVERS = "@ NS ns2\nns2 A 127.0.0.2\n"
POINTER = {"8.in-addr.arpa": "8.8.8 PTR dns.example.\n"}


def own(places: Mapping[str, int]) -> list[str]:
    """The options that ask the zone's own servers, each at the port where the test has it."""
    mapped = [f"{name}:53:127.0.0.1:{port}" for name, port in places.items()]
    return ["--authoritative", *(word for each in mapped for word in ("--connect-to", each))]


@pytest.mark.needs("nsd")
@pytest.mark.parametrize(
    ("records", "serial", "disagree"),
    [(RIGHT, 2, False), (RIGHT, 1, True), (RIGHT, 2**32 - 1, True), (RIGHT.replace("5061 sip", "5061 old"), 2, True)],
    ids=["the same", "an older serial", "older by RFC 1982", "the same serial, another target"],
)
def test_the_servers_of_a_zone_are_compared(
    check: Check, tmp_path: Path, records: str, serial: int, disagree: bool
) -> None:
    zone = "drift.example"
    with (
        name_server(tmp_path / "bind", {zone: RIGHT + TWO_SERVERS, **POINTER}, serial=2) as first,
        nsd(tmp_path / "nsd", {zone: records + TWO_SERVERS}, serial=serial) as second,
    ):
        words = own({"ns1.drift.example": first, "ns2.drift.example": second})
        checked = check("dns", zone, "--nameserver", f"127.0.0.1:{first}", *words)
    assert checked.faults == ({"ns-disagree": "warn"} if disagree else {})
    if disagree:
        said = " ".join(checked.finding("ns-disagree")["observed"]["servers"])
        assert "ns1.drift.example: serial 2" in said
        assert f"ns2.drift.example: serial {serial}" in said
        behind = checked.finding("ns-disagree")["observed"].get("behind", [])
        assert behind == (["ns2.drift.example"] if serial != 2 else [])


ODD = {
    "nowhere.example": f"{RIGHT}@ NS nobody.other.example.\n",  # inside the zone, BIND would not serve it
    "other.example": "",
    "brief.example": f"{SRV} 10 SRV 0 0 5061 sip\nsip A 8.8.8.8\n",
    "forever.example": f"{SRV} 604800 SRV 0 0 5061 sip\nsip A 8.8.8.8\n",
    "nameless.example": f"{SRV} SRV 0 0 5061 sip\nsip A 8.8.4.4\n",
    **POINTER,
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with name_server(tmp_path_factory.mktemp("odd") / "bind", ODD) as port:
        yield port


@pytest.mark.parametrize(
    ("domain", "code", "severity", "subject"),
    [
        ("nowhere.example", "ns-unresolvable", "warn", "nobody.other.example"),
        ("brief.example", "dns-ttl-extreme", "info", f"{SRV}.brief.example"),
        ("forever.example", "dns-ttl-extreme", "info", f"{SRV}.forever.example"),
        ("nameless.example", "ptr-missing", "warn", "8.8.4.4"),
    ],
)
def test_oddities_of_a_zone(check: Check, odd: int, domain: str, code: str, severity: str, subject: str) -> None:
    checked = check("dns", domain, "--nameserver", f"127.0.0.1:{odd}", *own({f"ns1.{domain}": odd}))
    assert checked.codes[code] == severity
    assert checked.finding(code)["subject"] == subject
    assert checked.codes["srv-ok"] == "pass"


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A validating resolver before a BIND that serves a signed zone, and one that was edited after it was signed."""
    folder = tmp_path_factory.mktemp("signed")
    zones = {zone: sign(folder, zone) for zone in ("whole.example", "edited.example")}
    zones["ended.example"] = sign(folder, "ended.example", "-P", "-s", "20200101000000", "-e", "20200201000000")
    edited = folder / "edited.example.signed"
    edited.write_text(edited.read_text().replace("5061 sip.edited.example.", "5062 sip.edited.example."))
    clauses = "".join(f'zone "{zone}" {{ type primary; file "{folder}/{zone}.signed"; }};\n' for zone in zones)
    with (
        name_server(folder / "bind", POINTER, more=clauses) as upstream,
        unbound(folder / "unbound", upstream, tuple(zones.values())) as port,
    ):
        yield f"127.0.0.1:{port}"


def sign(folder: Path, zone: str, *more: str) -> str:
    """Write ZONE.signed; returns the DS record by which it is trusted."""
    source = folder / f"{zone}.zone"
    source.write_text(zone_text(zone, RIGHT))
    make = ["dnssec-keygen", "-q", "-K", str(folder), "-a", "ECDSAP256SHA256", "-f", "KSK", zone]
    name = subprocess.run(make, capture_output=True, text=True, check=True).stdout.strip()
    words = ["dnssec-signzone", "-q", "-z", "-S", "-K", str(folder), "-d", str(folder), "-o", zone]
    subprocess.run([*words, *more, "-f", str(folder / f"{zone}.signed"), str(source)], capture_output=True, check=True)
    show = ["dnssec-dsfromkey", "-2", str(folder / f"{name}.key")]
    return subprocess.run(show, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.needs("unbound", "bind9-dnsutils")
def test_signatures_that_do_not_fit_are_told_from_a_server_that_fails(check: Check, signed: str) -> None:
    whole = check("dns", "whole.example", "--nameserver", signed)
    assert whole.faults == {}
    assert whole.finding("srv-ok")["evidence"]["dnssec"] is True
    edited = check("dns", "edited.example", "--nameserver", signed)
    assert edited.faults == {"dnssec-bogus": "fail"}
    assert "EDE" in edited.finding("dnssec-bogus")["observed"]["reason"]
    ended = check("dns", "ended.example", "--nameserver", signed)
    assert ended.faults == {"dnssec-bogus": "fail"}
    assert "signatures ended at 2020-02-01T00:00:00Z" in ended.finding("dnssec-bogus")["why"]


@pytest.mark.needs("dnsmasq-base")
@pytest.mark.parametrize(
    ("target", "address", "severity"), [("sip.split.example", "10.0.0.7", "info"), ("", "", "fail")]
)
def test_the_view_from_inside(check: Check, tmp_path: Path, target: str, address: str, severity: str) -> None:
    zone = "split.example"
    records = (f"--srv-host={SRV}.{zone},in.{zone},5061,0,0", f"--address=/in.{zone}/{address}") if target else ()
    with (
        name_server(tmp_path / "bind", {zone: RIGHT, **POINTER}) as outside,
        dnsmasq(tmp_path / "dnsmasq", f"--local=/{zone}/", *records) as inside,
    ):
        words = ("--nameserver", f"127.0.0.1:{outside}", "--internal-nameserver", f"127.0.0.1:{inside}")
        checked = check("dns", zone, *words)
    assert checked.codes["split-horizon-differs"] == severity


@pytest.mark.needs("unbound", "nsd")
@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("secondary", "servfail"),
        ("passes on", "it answers as one who only passes on what others say"),
        ("sends on", "it sends on to the servers of lame.example"),
    ],
)
def test_each_way_of_being_lame(check: Check, tmp_path: Path, kind: str, answer: str) -> None:
    """Of two servers one is well; the other never loaded the zone, asks others, or holds the zone above alone."""
    zone = {"lame.example": RIGHT + TWO_SERVERS, **POINTER}
    never = 'zone "lame.example" { type secondary; primaries { 127.0.0.1 port 9; }; };'
    snooped = "  access-control: 127.0.0.0/8 allow_snoop\n"  # what it remembers it tells without being asked to ask
    above = {"example": "lame NS ns1.lame\nns1.lame A 127.0.0.1\n"}
    with name_server(tmp_path / "well", zone) as well, contextlib.ExitStack() as stack:
        servers = {
            "secondary": lambda: name_server(tmp_path / "never", {"else.example": ""}, more=never),
            "passes on": lambda: unbound(tmp_path / "unbound", well, more=snooped),
            "sends on": lambda: nsd(tmp_path / "above", above),
        }
        lame = stack.enter_context(servers[kind]())
        check("dns", "lame.example", "--nameserver", f"127.0.0.1:{lame}", "--timeout", "1")
        words = own({"ns1.lame.example": well, "ns2.lame.example": lame})
        checked = check("dns", "lame.example", "--nameserver", f"127.0.0.1:{well}", *words)
    found = checked.finding("ns-lame")
    assert checked.faults == {"ns-lame": "warn"}
    assert (found["subject"], found["observed"]["answer"]) == ("ns2.lame.example", answer)
    assert found["verify_with"].startswith("nslookup -type=soa lame.example 127.0.0.2")
