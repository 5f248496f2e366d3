"""What tells one cause from its neighbours, row by row: what stands where the record is not."""

from collections.abc import Iterator
from pathlib import Path

import dns.message
import pytest

from tests.checks.support import Check
from tests.checks.test_name_servers import _without_edns
from tests.servers.bind import name_server
from tests.servers.dns import Answer, answering, over_tcp
from tests.servers.other_dns import dnsmasq, unbound
from tests.servers.tls import fault_server, free_port

pytestmark = pytest.mark.needs("bind9")

SRV = "_sipfederationtls._tcp"
RECORD = f"{SRV} SRV 0 0 5061 sip\n"

ZONES = {
    "example": "",
    "address.example": f"{SRV} A 8.8.8.8\n",
    "deeper.example": f"host.{SRV} A 8.8.8.8\n",
    "star.example": "*._tcp A 8.8.8.8\n",
    "alias.example": f"{SRV} CNAME other\nother A 8.8.8.8\n",
    "backslash.example": f"\\\\{RECORD}",
    "space.example": f"{SRV}\\032 SRV 0 0 5061 sip\n",
    "raw.example": f"{SRV}.b\\195\\188cher SRV 0 0 5061 sip\n",
    "strasse.example": RECORD,
    "xn--strae-oqa.example": "",
    "parked.example": "@ NS ns1.sedoparking.com.\n",
    "written.example": f'{SRV} TXT "0 0 5061 Edge.written.example."\n',
    "foreign.example": "_sip._tls SRV 0 0 443 sip.elsewhere.example.\n",
    "mixed.example": f"{RECORD}sip A 8.8.8.8\nsip A 10.0.0.1\n",
    "8.in-addr.arpa": "8.8.8 PTR dns.example.\n",
}


@pytest.fixture(scope="module")
def bind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with name_server(tmp_path_factory.mktemp("rows") / "bind", ZONES, extra="check-names primary ignore;") as port:
        yield port


@pytest.mark.parametrize(
    ("domain", "code", "words"),
    [
        ("unknown.example", "srv-name-missing", "unknown.example itself does not exist; the nearest zone is example."),
        ("address.example", "srv-no-data", "It holds an address instead."),
        ("deeper.example", "srv-no-data", "a deeper name exists below it"),
        ("star.example", "srv-no-data", "A wildcard of another type answers"),
        ("alias.example", "srv-no-data", "It is an alias for other.alias.example"),
        ("backslash.example", "srv-wrong-name", "found at \\\\_sipfederationtls._tcp.backslash.example"),
        ("space.example", "srv-wrong-name", "found at _sipfederationtls._tcp\\032.space.example"),
        ("b\u00fccher.raw.example", "srv-wrong-name", f"found at {SRV}.b\\195\\188cher.raw.example"),
        ("stra\u00dfe.example", "srv-wrong-zone", f"found at {SRV}.strasse.example"),
        ("parked.example", "domain-parked", "ns1.sedoparking.com"),
        ("mixed.example", "address-not-public", "Beside it stands 8.8.8.8, which is public: one connection works"),
    ],
)
def test_the_cause_is_told(check: Check, bind: int, domain: str, code: str, words: str) -> None:
    checked = check("dns", domain, "--nameserver", f"127.0.0.1:{bind}")
    assert words in checked.finding(code)["why"]


@pytest.mark.parametrize(
    ("domain", "step"),
    [
        ("space.example", "target sip.space.example."),
        ("written.example", "target edge.written.example."),
        ("foreign.example", "target the public name of the server, inside foreign.example."),
        ("unknown.example", "See that unknown.example is spelled right, and is registered."),
        ("deeper.example", f"enter {SRV}: it adds the zone deeper.example by itself"),
        ("im.deeper.example", f"enter {SRV}.im: it adds the zone deeper.example by itself"),
    ],
)
def test_the_cure_has_the_values_that_were_found(check: Check, bind: int, domain: str, step: str) -> None:
    """What was written in the wrong place tells what was meant, unless that would be wrong too."""
    checked = check("dns", domain, "--nameserver", f"127.0.0.1:{bind}")
    assert step in " ".join(checked.document["findings"][0]["fix"])


def test_a_domain_that_exists_is_not_called_unknown(check: Check, bind: int) -> None:
    words = ("dns", "xn--strae-oqa.example", "--service", "xmpp", "--nameserver", f"127.0.0.1:{bind}")
    why = check(*words).finding("srv-name-missing")["why"]
    assert "itself does not exist" not in why
    assert "XMPP servers then try the address of the domain itself" in why


@pytest.mark.needs("dnsmasq-base")
def test_a_resolver_that_answers_for_everything(check: Check, tmp_path: Path) -> None:
    with dnsmasq(tmp_path / "dnsmasq", "--address=/#/198.51.100.1", "--local=/example/") as port:
        checked = check("dns", "partner.example", "--nameserver", f"127.0.0.1:{port}")
    assert checked.codes["resolver-rewrites"] == "warn"


@pytest.mark.needs("unbound")
def test_tcp_that_is_closed(check: Check, bind: int, tmp_path: Path) -> None:
    records = "".join(f"  local-data: '{SRV}.long.example. SRV {n} 0 5061 sip{n}.long.example.'\n" for n in range(60))
    more = f"  do-tcp: no\n  local-zone: long.example. static\n{records}"
    with unbound(tmp_path / "unbound", bind, more=more) as port:
        checked = check("dns", "long.example", "--nameserver", f"127.0.0.1:{port}", "--timeout", "1")
    assert checked.faults == {"dns-tcp-blocked": "fail"}


def other_question(query: dns.message.Message) -> bytes:
    return dns.message.make_response(dns.message.make_query("other.example", "A", id=query.id)).to_wire()


def framed(query: dns.message.Message) -> bytes:
    wire = dns.message.make_response(query).to_wire()
    return len(wire).to_bytes(2, "big") + wire


def for_others(query: dns.message.Message) -> dns.message.Message | None:
    return None if "partner" in str(query.question[0].name) else dns.message.make_response(query)


@pytest.mark.parametrize(
    ("answer", "tcp", "words"),
    [
        (lambda _: None, False, "TCP port {port} is refused as well"),
        (lambda _: None, True, "Over TCP it answers: UDP port {port} is filtered"),
        (other_question, False, "a device on the way changes the messages"),
        (for_others, False, "It answers for other names"),
    ],
    ids=["nobody there", "UDP filtered", "changed on the way", "this zone alone"],
)
def test_why_a_name_server_is_silent(check: Check, answer: Answer, tcp: bool, words: str) -> None:
    with (
        fault_server(over_tcp(framed)) as served,
        answering(answer, served if tcp else free_port()) as server,
    ):
        checked = check("dns", "partner.example", "--nameserver", server, "--timeout", "0.6")
    assert checked.faults == {"dns-timeout": "not-tested"}
    silent = checked.finding("dns-timeout")
    assert words.format(port=server.rpartition(":")[2]) in silent["why"]
    address, _, port = silent["observed"]["server"].rpartition(":")
    assert f"port {port} is open to it" in silent["fix"][0]
    name = "_sipfederationtls._tcp.partner.example"
    assert silent["verify_with"] == f"nslookup -type=srv -port={port} {name} {address}"


def _dropping(query: dns.message.Message) -> dns.message.Message | bytes | list[bytes] | None:
    return None if query.edns >= 0 else _without_edns(query)


@pytest.mark.parametrize(
    ("answer", "words"),
    [(_dropping, "does not answer questions with EDNS"), (_without_edns, "refuses questions with EDNS")],
)
def test_edns_that_is_dropped_or_refused(check: Check, answer: Answer, words: str) -> None:
    with answering(answer) as server:
        checked = check("dns", "partner.example", "--nameserver", server, "--timeout", "0.6")
    assert checked.faults == {}
    assert words in checked.finding("dns-no-edns")["why"]
