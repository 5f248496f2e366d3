"""The checks as the wizard asks for them: public names, several at once, and what is cancelled."""

import threading
from collections.abc import Iterator

import pytest

from checks.finding import Severity
from checks.requests import DnsRequest, HostRequest, Network
from checks.service import CheckService
from tests.servers.bind import name_server
from tests.servers.dns import answering

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
