"""`check tls` against what people run: Kamailio with mutual TLS, stunnel, nginx, GnuTLS as a server of 2003."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from checks.finding import Finding
from tests.checks.support import HOST, Check, towards
from tests.servers import tls_products
from tests.servers.pki import NOW, Authorities, Issued, authorities, authority
from tests.servers.tls import openssl_server
from tests.servers.tls_products import Identity, KamailioPorts

CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Authorities:
    """The authorities of a whole module."""
    return authorities(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="module")
def identity(shared: Authorities) -> Identity:
    """The partner's server."""
    leaf = shared.leaf()
    return Identity(
        certificate=shared.chain_file("edge.pem", leaf.pem, shared.intermediate.pem),
        key=shared.chain_file("edge.key", leaf.key_pem),
        trust=shared.trust,
    )


@pytest.fixture(scope="module")
def kamailio(identity: Identity, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KamailioPorts]:
    """Kamailio that demands and verifies certificates."""
    with tls_products.kamailio(tmp_path_factory.mktemp("kamailio"), identity) as ports:
        yield ports


def our(pki: Authorities, which: str) -> Issued:
    """A certificate of ours, by what is special about it."""
    if which == "stranger":
        return authority("Stranger")
    if which == "expired":
        return pki.leaf(cns=("imp.local.example",), key="ours", ends=NOW)
    purposes = {"both": (SERVER, CLIENT), "client": (CLIENT,), "server": (SERVER,)}[which]
    return pki.leaf(cns=("imp.local.example",), key="ours", eku=purposes)


def shown(pki: Authorities, which: str, *, with_key: bool = True) -> list[str]:
    """The words that show one of our certificates."""
    leaf = our(pki, which)
    above = b"" if which == "stranger" else pki.intermediate.pem
    words = ["--client-cert", str(pki.chain_file(f"{which}.pem", leaf.pem, above))]
    return [*words, "--client-key", str(pki.chain_file(f"{which}.key", leaf.key_pem))] if with_key else words


needs_kamailio = pytest.mark.needs("kamailio", "kamailio-tls-modules")
versions = pytest.mark.parametrize("version", ["newest", "older"])


@needs_kamailio
@versions
@pytest.mark.parametrize("which", ["both", "client"])
def test_a_certificate_that_is_accepted_is_answered_200(
    check: Check, shared: Authorities, kamailio: KamailioPorts, version: str, which: str
) -> None:
    checked = check("tls", *towards(getattr(kamailio, version), shared.trust), *shown(shared, which))
    assert (checked.status, checked.faults) == (0, {})
    assert checked.codes["tls-client-cert-accepted"] == "pass"
    assert checked.finding("sip-ok")["observed"]["answer"] == "SIP/2.0 200 OK"
    assert checked.finding("tls-ok")["observed"]["version"] == {"newest": "1.3", "older": "1.2"}[version]


@needs_kamailio
@versions
@pytest.mark.parametrize(
    ("which", "alert", "meaning"),
    [
        ("server", "unsupported certificate", "client authentication"),
        ("stranger", "unknown ca", "does not trust"),
        ("expired", "certificate expired", "It has expired"),
    ],
)
def test_a_certificate_that_is_refused_with_an_alert_in_words(
    check: Check, shared: Authorities, kamailio: KamailioPorts, version: str, which: str, alert: str, meaning: str
) -> None:
    checked = check("tls", *towards(getattr(kamailio, version), shared.trust), *shown(shared, which))
    assert checked.faults == {"tls-client-cert-refused": "fail"}
    refused = checked.finding("tls-client-cert-refused")
    assert refused["observed"]["alert"] == alert
    assert meaning in refused["why"]
    assert refused["owner"] == ("partner" if which == "stranger" else "you")
    assert ("Trust the authority" in refused["fix"][0]) == (which == "stranger")
    assert ("None of the authorities" in refused["why"]) == (which == "stranger")
    assert not {"sip-ok", "sip-no-answer", "tls-client-cert-accepted"} & set(checked.codes)


@needs_kamailio
@versions
def test_who_shows_none_is_told_what_is_demanded(
    check: Check, shared: Authorities, kamailio: KamailioPorts, version: str
) -> None:
    checked = check("tls", *towards(getattr(kamailio, version), shared.trust))
    requested = checked.finding("tls-client-cert-requested")
    assert requested["observed"] == {"asked": True, "demanded": True, "accepts": ["CN=Test Root"]}
    assert (requested["severity"], len(checked.document["chain"])) == ("info", 2)


@needs_kamailio
@pytest.mark.parametrize(("which", "faults"), [("both", {}), ("stranger", {"tls-client-ca-missing": "warn"})])
def test_without_a_key_the_answer_is_foretold(
    check: Check, shared: Authorities, kamailio: KamailioPorts, which: str, faults: dict[str, str]
) -> None:
    checked = check("tls", *towards(kamailio.newest, shared.trust), *shown(shared, which, with_key=False))
    assert checked.faults == faults
    among = "An authority of ours is among them." in checked.finding("tls-client-cert-requested")["why"]
    assert among == (which == "both")


@needs_kamailio
def test_sip_without_tls_is_recognised_though_it_is_silent_at_a_hello(check: Check, kamailio: KamailioPorts) -> None:
    checked = check("tls", *towards(kamailio.plain, timeout=0.5))
    assert checked.faults == {"tls-not-tls": "fail"}
    assert checked.finding("tls-not-tls")["observed"]["first"].startswith("SIP/2.0 200 OK")


@pytest.mark.needs("stunnel4")
def test_stunnel_demands_a_certificate(check: Check, shared: Authorities, identity: Identity, tmp_path: Path) -> None:
    with tls_products.stunnel(tmp_path, identity) as port:
        without = check("tls", *towards(port, shared.trust))
        refused = check("tls", *towards(port, shared.trust), *shown(shared, "stranger"))
    assert without.faults == {}
    assert without.finding("tls-client-cert-requested")["observed"]["demanded"] is True
    assert refused.finding("tls-client-cert-refused")["observed"]["alert"] == "unknown ca"


@pytest.mark.needs("nginx", "libnginx-mod-stream")
def test_nginx_and_the_name_of_the_server(
    check: Check, shared: Authorities, identity: Identity, tmp_path: Path
) -> None:
    with tls_products.nginx(tmp_path, identity, HOST) as ports:
        named = check("tls", *towards(ports.stream, shared.trust))
        no_name = check("tls", f"127.0.0.1:{ports.stream}")
        unknown = check("tls", *towards(ports.closed_names))
        web = check("tls", *towards(ports.web))
        secure = check("tls", *towards(ports.secure_web, shared.trust), *shown(shared, "stranger"))
    assert named.faults == {"tls-sni-differs": "fail", "tls-client-cert-requested": "warn"}
    assert named.finding("tls-sni-differs")["observed"]["without_name"] == "nothing: internal error"
    assert no_name.faults == {"tls-alert": "fail"}
    assert "private key" in no_name.finding("tls-alert")["why"]
    assert unknown.faults == {"tls-name-unknown": "fail"}
    assert web.faults == {"tls-not-tls": "fail"}
    assert "a web server" in web.finding("tls-not-tls")["why"]
    assert "Over TLS it says HTTP/1.1 400" in secure.finding("sip-no-answer")["why"]
    assert "tls-client-cert-accepted" not in secure.codes  # it took what it does not trust, to say so in a page


@pytest.mark.needs("gnutls-bin")
@pytest.mark.parametrize(
    ("priority", "ciphers", "common"),
    [
        (tls_products.RC4, {"RC4-SHA", "RC4-MD5"}, "tls-interop-none"),
        (tls_products.TRIPLE_DES, {"DES-CBC3-SHA"}, "tls-interop-ok"),
    ],
)
def test_a_server_of_2003_still_shows_its_chain(
    check: Check, shared: Authorities, identity: Identity, tmp_path: Path, priority: str, ciphers: set[str], common: str
) -> None:
    with tls_products.gnutls_server(tmp_path, identity, priority) as port:
        checked = check("tls", *towards(port, shared.trust))
    assert checked.faults == {"tls-legacy-only": "warn"}
    assert checked.finding("tls-legacy-only")["observed"]["cipher"] in ciphers
    assert checked.finding("tls-client-cert-requested")["observed"]["accepts"] == ["CN=Test Root"]
    assert len(checked.document["chain"]) == 2
    assert checked.finding(common)["observed"]["releases"] == ["9.0", "9.1"]


@pytest.mark.needs("gnutls-bin")
@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3"])
def test_gnutls_names_a_missing_certificate_otherwise_and_demands_it_all_the_same(
    check: Check, shared: Authorities, identity: Identity, tmp_path: Path, version: str
) -> None:
    """Up to TLS 1.2 it answers an empty list of certificates with a decode error."""
    with tls_products.gnutls_server(tmp_path, identity, f"NORMAL:-VERS-ALL:+VERS-TLS{version}") as port:
        without = check("tls", *towards(port, shared.trust))
        refused = check("tls", *towards(port, shared.trust), *shown(shared, "server"))
    assert set(without.faults) == ({"tls-legacy-only"} if version in {"1.0", "1.1"} else set())
    assert without.finding("tls-client-cert-requested")["observed"]["demanded"] is True
    assert "tls-alert" not in refused.codes


@pytest.mark.needs("openssl")
@pytest.mark.parametrize(
    ("options", "code", "severity", "seen"),
    [
        (("-tls1", "-cipher", "ALL:@SECLEVEL=0"), "tls-interop-ok", "pass", ("version", "1")),
        (("-tls1_2",), "tls-interop-none", "fail", ("refusal", "protocol version")),
        (("-tls1", "-cipher", "ECDHE:@SECLEVEL=0"), "tls-interop-none", "warn", ("refusal", "handshake failure")),
    ],
)
def test_what_the_release_has_in_common_with_a_server(
    check: Check,
    shared: Authorities,
    tmp_path: Path,
    options: tuple[str, ...],
    code: str,
    severity: str,
    seen: tuple[str, str],
) -> None:
    leaf = shared.leaf()
    demanding = ("-Verify", "3", "-CAfile", str(shared.trust))
    with openssl_server(tmp_path, leaf.pem, leaf.key_pem, shared.intermediate.pem, *options, *demanding) as port:
        alone = check("tls", *towards(port, shared.trust))
        planned = _planned(port, shared)
    assert alone.finding(code)["severity"] == {"tls-interop-ok": "pass", "tls-interop-none": "info"}[code]
    assert alone.finding(code)["observed"][seen[0]] == seen[1]
    assert {one.code: one.severity.value for one in planned}[code] == severity


@pytest.mark.needs("openssl")
@pytest.mark.parametrize(
    ("options", "takes"),
    [
        (("-tls1_3",), "TLS 1.3"),
        (("-tls1_2",), "TLS 1.2"),
        (("-no_tls1", "-no_tls1_1"), "TLS 1.3 and TLS 1.2"),
    ],
)
def test_a_server_without_a_version_of_the_release_fails_in_one_plain_sentence(
    check: Check, shared: Authorities, tmp_path: Path, options: tuple[str, ...], takes: str
) -> None:
    leaf = shared.leaf()
    with openssl_server(tmp_path, leaf.pem, leaf.key_pem, shared.intermediate.pem, *options) as port:
        alone = check("tls", *towards(port, shared.trust)).finding("tls-interop-none")
        planned = _planned(port, shared)
    told = f"at most TLS 1.0; this server takes {takes} only: they have no version in common, and the handshake fails."
    assert (planned[0].code, planned[0].severity.value) == ("tls-interop-none", "fail")
    assert planned[0].why == f"Release 9.0 offers {told}"
    assert (alone["severity"], alone["why"]) == ("info", f"Releases 9.0 and 9.1 offer {told}")


def _planned(port: int, pki: Authorities) -> tuple[Finding, ...]:
    """What is found for a plan of release 9.0."""
    from checks.requests import Network, TlsRequest
    from checks.service import CheckService

    network = Network(connect_to={(HOST, 5061): ("127.0.0.1", port)}, trust=(pki.trust,), timeout=2, release="9.0")
    service = CheckService(network)
    try:
        return service.run(TlsRequest(host=HOST, name=HOST)).findings
    finally:
        service.close()


def test_every_code_of_the_way_to_a_server_is_provoked_here() -> None:
    """No code without its test: each one stands in a test against a server."""
    codes = (Path(__file__).with_name("codes.txt")).read_text().split()
    here = Path(__file__).parent
    tests = "".join(path.read_text() for path in (*here.glob("test_tls*.py"), here / "test_our_way.py"))
    missing = [c for c in codes if c.startswith(("tls-", "tcp-", "sip-")) and f'"{c}"' not in tests]
    assert missing == []
