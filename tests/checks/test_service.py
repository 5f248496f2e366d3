"""The checks as the wizard asks for them: public names, several at once, and what is cancelled."""

import contextlib
import threading
import time
from collections.abc import Iterator

import pytest

from checks.finding import Owner, Severity
from checks.requests import CertificateRequest, DnsRequest, HostRequest, Network, Side, TlsRequest
from checks.service import CheckService
from tests.servers.bind import name_server
from tests.servers.dns import answering
from tests.servers.pki import Authorities
from tests.servers.tls import fault_server, free_port, full_server, silent

ZONE = {"local.example": "sip A 8.8.8.8\nold A 8.8.4.4\n"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CheckService]:
    with name_server(tmp_path_factory.mktemp("own") / "bind", ZONE) as port:
        service = CheckService(Network(name_servers=(("127.0.0.1", port),), timeout=2))
        yield service
        service.close()


@pytest.mark.needs("bind9")
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("sip.local.example", "address-ok"),
        ("old.local.example", "address-unexpected"),
        ("nobody.local.example", "address-missing"),
    ],
)
def test_the_address_of_our_public_name(service: CheckService, name: str, code: str) -> None:
    found = service.run(HostRequest(name=name, expect_address="8.8.8.8")).findings
    faults = {each.code: each for each in found}
    assert code in faults
    assert (faults[code].severity is Severity.FAIL) is (code != "address-ok")


@pytest.mark.needs("bind9")
@pytest.mark.parametrize(("side", "owner"), [("ours", Owner.YOUR_DNS_ADMIN), ("partner", Owner.PARTNER)])
def test_whose_server_has_no_address(service: CheckService, side: Side, owner: Owner) -> None:
    (found,) = service.run(TlsRequest(host="nobody.local.example", side=side)).findings
    assert (found.code, found.owner) == ("address-missing", owner)


def test_what_is_cancelled_is_not_tested() -> None:
    cancel = threading.Event()

    def never(_query: object) -> None:
        cancel.set()

    with answering(never) as server:
        host, _, port = server.partition(":")
        service = CheckService(Network(name_servers=((host, int(port)),), timeout=30))
        try:
            found = service.run(DnsRequest(domain="partner.example"), cancel).findings
        finally:
            service.close()
    assert [(each.code, each.severity) for each in found] == [("check-unfinished", Severity.NOT_TESTED)]


def test_a_certificate_that_was_lost_from_a_trust_file_is_named(pki: Authorities) -> None:
    """A walk reads its trust files when it comes to the first chain; what was damaged by then is not passed over."""
    chain = pki.chain_file("chain.pem", pki.leaf().pem, pki.intermediate.pem)
    trust = pki.chain_file("roots.pem", pki.root.pem, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    service = CheckService(Network(trust=(trust,)))
    try:
        (found,) = service.run(CertificateRequest(path=chain, name="sip.partner.example")).findings
    finally:
        service.close()
    assert (found.code, found.severity) == ("check-unfinished", Severity.NOT_TESTED)
    assert f"{trust}, which cannot be read: certificate 2 of 2: what lies between its lines is no cert" in found.why
    assert found.fix == ("Mend what is named there, then run it again.",)


def test_peers_that_do_not_answer_delay_no_other_check() -> None:
    """Twelve in one slot, each good for its whole time, and behind them one that answers at once."""
    done: list[str] = []
    service = CheckService(Network(timeout=1.5, concurrency=1))
    with contextlib.ExitStack() as stack:
        dead = [TlsRequest(host=host, port=stack.enter_context(full_server(host))) for host in _addresses(12)]
        alive = TlsRequest(host="127.0.0.1", port=free_port())
        try:
            results = service.run_many([*dead, alive], lambda findings: done.append(findings.target))
        finally:
            service.close()
    assert [[one.code for one in result.findings] for result in results] == [["tcp-timeout"]] * 12 + [["tcp-refused"]]
    assert done.index(f"127.0.0.1:{alive.port}") < 12
    assert all(2400 <= result.duration_ms < 5000 for result in results[:12])  # two tries, and the budget


def _addresses(count: int) -> list[str]:
    return [f"127.3.0.{number + 1}" for number in range(count)]


def test_a_check_that_waits_for_its_turn_at_a_server_does_not_run_out_of_time() -> None:
    """Eight checks of one slow address: each alone takes most of its budget."""
    with fault_server(silent) as port:
        service = CheckService(Network(timeout=0.6))
        began = time.monotonic()
        try:
            results = service.run_many([TlsRequest(host="127.0.0.1", port=port)] * 8)
        finally:
            service.close()
    assert [[one.code for one in result.findings] for result in results] == [["tls-silent"]] * 8
    assert time.monotonic() - began > 2  # the budget, which the last ones outlast by waiting
    assert max(result.duration_ms for result in results) < 2000  # what they did themselves
