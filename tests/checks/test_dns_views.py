"""Who says what: the resolver that remembers, the zone's own servers, the zone above, and the name servers inside."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.checks.support import Check
from tests.servers.bind import name_server
from tests.servers.other_dns import dnsmasq, nsd, unbound

pytestmark = pytest.mark.needs("bind9")

SRV = "_sipfederationtls._tcp"
RIGHT = f"{SRV} SRV 0 0 5061 sip\nsip A 8.8.8.8\n"
POINTER = {"8.in-addr.arpa": "8.8.8 PTR dns.example.\n"}


def own(places: Mapping[str, int]) -> list[str]:
    """The options that ask the zone's own servers, each at the port where the test has it."""
    mapped = (f"{name}:53:127.0.0.1:{port}" for name, port in places.items())
    return ["--authoritative", *(word for each in mapped for word in ("--connect-to", each))]


@pytest.mark.needs("unbound")
def test_what_a_resolver_remembers(check: Check, tmp_path: Path) -> None:
    """The clock counts down at the resolver; how long others may remember, the authoritative server tells."""
    before = {"gap.example": "", "old.example": RIGHT, **POINTER}
    after = {"gap.example": RIGHT, "old.example": f"{SRV} 3000 SRV 0 0 5061 new\nnew A 8.8.8.8\n"}
    with (
        name_server(tmp_path / "before", before) as old,
        name_server(tmp_path / "after", after, serial=2) as new,
        unbound(tmp_path / "unbound", old) as port,
    ):
        started = datetime.now(UTC)
        words = ("--nameserver", f"127.0.0.1:{port}", *own({"127.0.0.1": new}))
        gap, changed = check("dns", "gap.example", *words), check("dns", "old.example", *words)
    assert gap.faults == {"dns-negative-cached": "warn"}
    remembered = changed.finding("dns-old-cached")["observed"]
    until = (
        (gap.finding("dns-negative-cached")["observed"]["until"], 300),
        (remembered["until"], 300),
        (remembered["elsewhere_until"], 3000),
    )
    for text, seconds in until:
        difference = datetime.fromisoformat(text) - (started + timedelta(seconds=seconds))
        assert abs(difference) < timedelta(seconds=60)


@pytest.mark.needs("nsd")
def test_the_zone_above_lists_other_servers(check: Check, tmp_path: Path) -> None:
    handed_on = "kin NS ns1.kin\nkin NS ns9.kin\nns1.kin A 127.0.0.1\nns9.kin A 127.0.0.1\n"
    signed = f"kin DS 4711 13 2 {'ab' * 32}\n"
    with (
        name_server(tmp_path / "bind", {"example": handed_on + signed, "kin.example": RIGHT, **POINTER}) as port,
        nsd(tmp_path / "above", {"example": handed_on}) as above,
    ):
        places = own({"ns1.example": above, "ns1.kin.example": port, "ns9.kin.example": above})
        checked = check("dns", "kin.example", "--nameserver", f"127.0.0.1:{port}", *places)
    observed = checked.finding("ns-delegation-differs")["observed"]
    assert observed["parent"] == ["ns1.kin.example", "ns9.kin.example"]
    assert observed["own"] == ["ns1.kin.example"]
    assert checked.faults == {"ns-delegation-differs": "warn", "ns-unresolvable": "warn"}
    assert checked.codes["dnssec-unchecked"] == "info"


@pytest.mark.needs("nsd")
@pytest.mark.parametrize(
    ("alive", "severity", "owner"), [(False, "fail", "partner"), (True, "not-tested", "your-dns-admin")]
)
def test_whose_failure_it_is(check: Check, tmp_path: Path, alive: bool, severity: str, owner: str) -> None:
    """A secondary that never loaded fails; the zone above tells whom else to ask."""
    handed_on = "dead NS ns1.dead\nns1.dead A 127.0.0.1\n"
    broken = 'zone "dead.example" { type secondary; primaries { 127.0.0.1 port 9; }; };'
    with (
        name_server(tmp_path / "bind", {"example": handed_on}, more=broken) as port,
        nsd(tmp_path / "above", {"example": handed_on}) as above,
        nsd(tmp_path / "zone", {"dead.example": RIGHT}) as zone,
    ):
        places = own({"ns1.example": above, "ns1.dead.example": zone if alive else port})
        checked = check("dns", "dead.example", "--nameserver", f"127.0.0.1:{port}", *places)
    found = checked.finding("dns-servfail")
    assert (checked.faults, found["owner"]) == ({"dns-servfail": severity}, owner)
    answer = "serves it" if alive else "servfail"
    assert found["observed"]["servers"][0].startswith(f"ns1.dead.example (127.0.0.1): {answer}")


@pytest.mark.needs("dnsmasq-base")
def test_a_target_that_the_inside_cannot_resolve(check: Check, tmp_path: Path) -> None:
    record = f"--srv-host={SRV}.split.example,sip.split.example,5061,0,0"
    with (
        name_server(tmp_path / "bind", {"split.example": RIGHT, **POINTER}) as outside,
        dnsmasq(tmp_path / "lost", "--local=/split.example/", record) as lost,
        dnsmasq(
            tmp_path / "other", "--local=/split.example/", record, "--address=/sip.split.example/10.0.0.7"
        ) as other,
    ):
        words = ("dns", "split.example", "--nameserver", f"127.0.0.1:{outside}", "--internal-nameserver")
        without, differs = check(*words, f"127.0.0.1:{lost}"), check(*words, f"127.0.0.1:{other}")
    assert without.faults == {"split-horizon-differs": "fail"}
    assert without.finding("split-horizon-differs")["subject"] == "sip.split.example"
    assert (differs.faults, differs.codes["split-horizon-differs"]) == ({}, "info")
    meant = differs.finding("address-not-public")
    assert (meant["severity"], meant["observed"]["view"]) == ("info", "inside")
    assert (meant["subject"], meant["observed"]["addresses"]) == ("sip.split.example", ["10.0.0.7"])
