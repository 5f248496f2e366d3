"""Listeners and certificates of the practice network: what the console shows, and who gets through to the node."""

import socket
import ssl
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from cli_backend.certificates import parse_certificate, parse_certificate_list
from tests.practice.test_domain_change import accepted, refused
from tests.servers.practice_console import Dialogue, Eventually, Start, Talk
from wizard.practice import acts, changes, exchanged
from wizard.practice.acts import Moment
from wizard.practice.client import PracticeNetwork
from wizard.practice.pki import Authority
from wizard.practice.scenarios import HEALTHY, WITH_ASA
from wizard.practice.state import SIP_PROXY, Pace, State, initial

PUBLIC = "imp-public.mail.local.example"
MANAGER = ("activate", "imp1", "Cisco XCP SIP Federation Connection Manager")
SIGNED = tuple((verb, "imp1") for verb in ("request-certificate", "sign-request", "install-certificate"))
LISTENERS = (("set-listener-port", "server-auth", "5063"), ("set-listener-port", "peer-auth", "5061"))
RESTART = ("restart-service", "imp1", SIP_PROXY)
ASA = (
    ("asa-enroll", "inside"),
    ("import-trust", "all", "192.0.2.3"),
    ("asa-import", "imp1"),
    ("asa-enroll", "outside"),
    ("asa-configure",),
)


def moment() -> Moment:
    return Moment(1000.0, Pace(0))


def after(state: State, *words: tuple[str, ...]) -> State:
    for each in words:
        state = acts.perform(state, each, moment())
    return state


def domain_set(state: State) -> State:
    return changes.set_domain(state, "imp1", "set network domain local.example", 1000.0, Pace(0))


# --- pure ------------------------------------------------------------------------------------------------------------


def test_a_change_of_the_domain_takes_the_signature_away() -> None:
    state = after(domain_set(initial(HEALTHY, 1000.0)), *SIGNED)
    before = exchanged.own(state, "imp1")
    assert (before.common_name, before.signed) == ("imp1.local.example", True)
    made_anew = exchanged.own(domain_set(state), "imp1")
    assert not made_anew.signed
    assert made_anew.identity != before.identity
    assert exchanged.own(state, "imp1", "tomcat").signed is False


def test_a_new_port_is_taken_up_when_the_proxy_restarts() -> None:
    state = after(initial(HEALTHY, 1000.0), *LISTENERS)
    assert state.pending == (("imp1", SIP_PROXY), ("imp2", SIP_PROXY))
    assert not exchanged.answers(state, HEALTHY, "imp1")
    assert exchanged.answers(after(state, RESTART), HEALTHY, "imp1")
    assert not exchanged.answers(after(state, RESTART), HEALTHY, "imp2")
    assert exchanged.listening(changes.reboot(state, "imp2", 1000.0, Pace(0)), "imp2") == "5061"


@pytest.mark.parametrize("left_out", ASA)
def test_behind_an_asa_nothing_of_the_exchange_may_be_missing(left_out: tuple[str, ...]) -> None:
    whole = after(initial(WITH_ASA, 1000.0), *ASA)
    assert exchanged.answers(whole, WITH_ASA, "imp1")
    state = after(initial(WITH_ASA, 1000.0), *(each for each in ASA if each != left_out))
    assert not exchanged.answers(state, WITH_ASA, "imp1")


@pytest.mark.parametrize("change", [*LISTENERS[1:], ("generate-certificate", "imp1")])
def test_what_changes_behind_the_asa_is_refused_by_it(change: tuple[str, ...]) -> None:
    state = after(initial(WITH_ASA, 1000.0), *ASA, LISTENERS[0], change, RESTART)
    assert not exchanged.answers(state, WITH_ASA, "imp1")


# --- on the wire -----------------------------------------------------------------------------------------------------


@pytest.fixture
def client(tmp_path: Path) -> Path:
    return tmp_path / "client.pem"


def presented(network: PracticeNetwork, client: Path) -> x509.Certificate | None:
    """What our public name shows; None when nobody gets through."""
    client.write_bytes(Authority(network.directory).issue("sip.partner.example", ("sip.partner.example",)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE  # who it is, is what is asked here
    context.load_cert_chain(client)
    address, _, port = network.connections[f"{PUBLIC}:5061"].partition(":")
    try:
        with (
            socket.create_connection((address, int(port)), timeout=10) as connection,
            context.wrap_socket(connection, server_hostname=PUBLIC) as stream,
        ):
            return x509.load_der_x509_certificate(stream.getpeercert(binary_form=True) or b"")
    except OSError:
        return None


def names(certificate: x509.Certificate | None) -> tuple[str, str]:
    assert certificate is not None
    subject, issuer = (
        str(name.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)
        for name in (certificate.subject, certificate.issuer)
    )
    return subject, issuer


def test_the_console_shows_whose_certificate_it_is(start: Start, talk: Talk) -> None:
    network = start("three-nodes")  # its first node has a domain from the start
    console = talk(network)
    shown = parse_certificate(console.ask("show cert own cup/cup.pem"))
    assert (shown.common_name, shown.self_signed) == ("imp1.local.example", True)
    assert shown.sha256 is not None
    assert parse_certificate(console.ask("show cert own cup")).identity == shown.identity
    assert "unsuccessfully" in console.ask("show cert own nothing")
    assert "unsuccessfully" in console.ask("show cert own ../cup")
    for words in (*SIGNED, ("import-trust", "all", "Practice Root CA")):
        network.do(words)
    signed = parse_certificate(console.ask("show cert own cup/cup.pem"))
    assert (signed.issuer_name, signed.self_signed) == ("Practice Issuing CA", False)
    assert signed.identity != shown.identity
    own = parse_certificate_list(console.ask("show cert list own"))
    assert own.unparsed == ()
    assert {entry.unit: entry.description for entry in own.entries}["cup"].endswith("Practice Issuing CA")
    trust = parse_certificate_list(console.ask("show cert list trust"))
    assert trust.unparsed == ()
    assert [entry.name for entry in trust.entries if entry.unit == "cup-trust"] == [
        "imp1.local.example",
        "Practice_Issuing_CA",
        "Practice_Root_CA",
    ]


def given_a_domain(network: PracticeNetwork, talk: Talk, eventually: Eventually) -> Dialogue:
    """Set the domain of the first node, and be there when it is back with federation turned on."""
    console = talk(network)
    console.ask("set network domain local.example", "(y/n)?")
    console.type("y\r")
    console.until("admin:")
    endpoint = network.connections["192.0.2.11:22"]
    eventually(partial(refused, endpoint))
    eventually(partial(accepted, endpoint))
    network.do(MANAGER)
    return talk(network)


def fingerprint(certificate: x509.Certificate | None) -> str | None:
    return certificate.fingerprint(hashes.SHA256()).hex() if certificate else None


def test_without_an_asa_partners_meet_the_certificate_of_the_node(
    start: Start, talk: Talk, eventually: Eventually, client: Path
) -> None:
    network = start()
    console = given_a_domain(network, talk, eventually)
    for words in (*SIGNED, *LISTENERS):
        network.do(words)
    assert presented(network, client) is None, "the proxy has not taken up the port"
    console.ask(f"utils service restart {SIP_PROXY}")
    met = presented(network, client)
    assert names(met) == ("imp1.local.example", "Practice Issuing CA")
    assert fingerprint(met) == parse_certificate(console.ask("show cert own cup/cup.pem")).sha256


def test_with_an_asa_partners_meet_the_public_name(
    start: Start, talk: Talk, eventually: Eventually, client: Path
) -> None:
    network = start("with-asa")
    given_a_domain(network, talk, eventually)
    assert presented(network, client) is None
    for words in ASA:
        network.do(words)
    assert names(presented(network, client)) == (PUBLIC, "Practice Issuing CA")
    network.do(("generate-certificate", "imp1"))
    assert presented(network, client) is None, "the ASA does not know the new certificate"
