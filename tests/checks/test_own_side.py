"""A server of ours: the findings are the same, what has to be done is ours, and fits the finding."""

import pytest

from checks.catalogue import finding
from checks.finding import Finding, Owner, Severity
from checks.tls.gather import Server, Visit
from checks.tls.judge import judge_server
from checks.tls.own_side import of_our_side
from checks.tls.seen import Seen
from tests.servers.pki import NOW


def _requested(*, asked: bool) -> Finding:
    server = Server(visits=(Visit(seen=Seen(address="x", client_asked=asked)),))
    return next(f for f in judge_server("x", server, NOW) if f.code == "tls-client-cert-requested")


def test_a_server_that_asks_for_our_certificate_has_nothing_to_mend() -> None:
    asked, silent = _requested(asked=True), _requested(asked=False)
    assert (asked.severity, asked.fix, of_our_side(asked).fix) == (Severity.INFO, (), ())
    assert silent.severity is Severity.WARN
    assert silent.fix == ("Demand a certificate of the peer on the interface for federation.",)
    assert of_our_side(silent).fix == silent.fix  # and nothing about a service that has to run: it answered
    assert of_our_side(silent).owner is Owner.YOU


@pytest.mark.parametrize("code", ["tcp-refused", "tls-closed", "tls-alert"])
def test_without_a_handshake_the_service_comes_first(code: str) -> None:
    assert "Cisco SIP Proxy runs" in of_our_side(finding(code, "sip.local.example:5061")).fix[0]


def test_our_own_server_need_not_speak_what_our_release_offers() -> None:
    """What stands in front of the node may end TLS; who dials it is a partner."""
    found = finding("tls-interop-none", "sip.local.example:5061", severity=Severity.FAIL)
    mine = of_our_side(found)
    assert (mine.severity, mine.owner) == (Severity.WARN, Owner.YOU)
    assert "in front of the node" in mine.fix[0]
