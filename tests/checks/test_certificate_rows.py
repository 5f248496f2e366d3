"""`fedwizard check cert` on what the 33 defects leave out: names, keys, forms, and several faults at once."""

import base64
import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from checks.certificate.facts import read_certificate
from checks.certificate.judge import judge_chain
from checks.certificate.judge_names import judge_names
from checks.certificate.subject import Told
from checks.finding import Owner, Severity
from checks.tls.own_side import of_our_side
from tests.checks.support import HOST, Check, Checked, towards
from tests.servers.mutated_der import Node, parsed, resigned
from tests.servers.openssl_ca import AUTHORITY, OpensslCa, leaf
from tests.servers.pki import DAY, NOW, SERVER, Authorities, Issued, Spec, authority, issue, key_for
from tests.servers.tls import openssl_server

HOURS = DAY / 24
SCT_LIST = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")


def checked(
    check: Check, pki: Authorities, *chain: Issued | bytes, name: str = HOST, trust: Path | None = None
) -> Checked:
    """What is found in a chain; the root is trusted."""
    pems = [one.pem if isinstance(one, Issued) else _pem(one) for one in chain]
    return check("cert", pki.chain_file("chain.pem", *pems), "--name", name, "--trust", trust or pki.trust)


def _pem(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


def told(found: Checked) -> set[tuple[str, str, int | None]]:
    """Code, severity and depth of whatever is at least a warning."""
    severe = (f for f in found.document["findings"] if f["severity"] in {"fail", "warn"})
    return {(f["code"], f["severity"], f["observed"].get("depth")) for f in severe}


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cn", "name"),
    [
        ("sip.partner.example", "SIP.Partner.Example"),
        ("sip.partner.example", "sip.partner.example."),
        ("xn--mnchen-3ya.example", "münchen.example"),
        ("XN--MNCHEN-3YA.example", "xn--mnchen-3ya.example"),
    ],
)
def test_names_are_compared_in_one_form(check: Check, pki: Authorities, cn: str, name: str) -> None:
    leaf = pki.leaf(cns=(cn,), san=(cn,))
    assert told(checked(check, pki, leaf, pki.intermediate, name=name)) == set()


def test_a_wildcard_is_not_expanded_for_the_cn(check: Check, pki: Authorities) -> None:
    leaf = pki.leaf(cns=("*.partner.example",), san=("*.partner.example", HOST))
    assert told(checked(check, pki, leaf, pki.intermediate)) == {("cert-wildcard", "fail", 0)}


def test_an_empty_subject(check: Check, pki: Authorities) -> None:
    assert told(checked(check, pki, pki.leaf(cns=()), pki.intermediate)) == {("cert-cn-missing", "fail", 0)}


@pytest.mark.parametrize(
    ("san", "expected"),
    [
        (("edge.partner.example",), {("cert-host-not-in-san", "warn", 0)}),
        (("edge.partner.example", HOST), set()),
        (("edge.partner.example", "*.partner.example"), {("cert-wildcard", "warn", 0)}),
    ],
)
def test_the_name_that_leads_to_a_server_is_looked_for_beside_its_peer_subject(
    check: Check, pki: Authorities, san: tuple[str, ...], expected: set[tuple[str, str, int]]
) -> None:
    leaf = pki.leaf(cns=("edge.partner.example",), san=san)
    demanding = ("-Verify", "3", "-CAfile", str(pki.trust))
    with openssl_server(pki.folder, leaf.pem, leaf.key_pem, pki.intermediate.pem, *demanding) as port:
        named = check("tls", *towards(port, pki.trust), "--name", "edge.partner.example")
        at_address = check("tls", f"127.0.0.1:{port}", "--trust", pki.trust, "--name", "edge.partner.example")
        by_address = check("tls", f"127.0.0.1:{port}", "--trust", pki.trust)
    assert told(named) == expected
    assert "cert-host-not-in-san" not in at_address.codes
    mismatch = by_address.finding("cert-name-mismatch")  # nobody issues a certificate for an address
    assert (mismatch["owner"], mismatch["expected"]) == ("you", {"cn": "127.0.0.1"})
    assert mismatch["fix"][0].endswith("with --name, or as peer_subject of the partner in a plan.")


def test_who_would_take_a_certificate_that_the_cluster_refuses(check: Check, pki: Authorities) -> None:
    for san, listed in (((HOST,), True), (("edge.partner.example",), False)):
        found = checked(check, pki, pki.leaf(cns=("edge.partner.example",), san=san), pki.intermediate)
        assert ("OCS and Lync would take" in found.finding("cert-name-mismatch")["why"]) is listed


# --- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("begins", "hinted"), [(NOW + 5 * HOURS, True), (NOW + 30 * HOURS, False)])
def test_a_wrong_clock_is_guessed_near_the_beginning(
    check: Check, pki: Authorities, begins: object, hinted: bool
) -> None:
    found = checked(check, pki, pki.leaf(begins=begins), pki.intermediate)
    assert told(found) == {("cert-not-yet-valid", "fail", 0)}
    assert ("wrong clock" in found.finding("cert-not-yet-valid")["why"]) is hinted


def test_a_new_certificate_meets_clocks_that_are_behind(check: Check, pki: Authorities) -> None:
    for begins, told_so in ((NOW - HOURS, True), (NOW - 30 * HOURS, False)):
        found = checked(check, pki, pki.leaf(begins=begins), pki.intermediate)
        assert told(found) == set()
        assert ("less than a day ago" in found.finding("cert-ok")["why"]) is told_so


@pytest.mark.parametrize(
    ("changes", "hours", "code", "hinted"),
    [
        ({"begins": NOW + 30 * HOURS}, 31, "cert-not-yet-valid", True),
        ({"begins": NOW + 30 * HOURS}, 29, "cert-not-yet-valid", False),
        ({"ends": NOW - 5 * HOURS}, -6, "cert-expired", True),
        ({"ends": NOW - 5 * HOURS}, 3, "cert-expired", False),
    ],
)
def test_the_clock_of_the_server_explains_a_date(
    pki: Authorities, changes: dict[str, object], hours: int, code: str, hinted: bool
) -> None:
    sent = tuple(read_certificate(one.der) for one in (pki.leaf(**changes), pki.intermediate))
    told_about = Told(subject="x", see="")
    judged = judge_chain(told_about, sent, (read_certificate(pki.root.der),), HOST, NOW, ahead=hours * HOURS)
    (found,) = (one for one in judged if one.severity.value == "fail")
    assert (found.code, "one of the two clocks is wrong" in found.why) == (code, hinted)


def test_a_leaf_that_outlives_its_authority_has_no_good_time(check: Check, pki: Authorities) -> None:
    old = authority("Old", pki.root, begins=NOW - 9 * DAY, ends=NOW - 5 * DAY)
    found = checked(check, pki, issue(Spec(), old), old)
    assert told(found) == {("cert-expired", "fail", 1)}
    engines = found.finding("cert-expired")["evidence"]["engines"]
    assert engines["path_in_its_time"] == "there is no time at which all of them are valid: one outlives another"


@pytest.mark.parametrize(("days", "threshold"), [(0.5, 1), (6, 7), (13, 14), (29, 30), (59, 60), (61, None)])
def test_the_thresholds_before_the_end(check: Check, pki: Authorities, days: float, threshold: int | None) -> None:
    found = checked(check, pki, pki.leaf(ends=NOW + days * DAY), pki.intermediate)
    soon = [f["observed"]["threshold"] for f in found.document["findings"] if f["code"] == "cert-expires-soon"]
    assert soon == ([threshold] if threshold else [])


# --- keys ------------------------------------------------------------------------------------------------------------


def with_key(pki: Authorities, key: CertificatePublicKeyTypes) -> Issued:
    """A good certificate for a key that nobody holds."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    above = pki.intermediate
    builder = x509.CertificateBuilder(above.certificate.subject, subject, key, 5, NOW - DAY, NOW + 90 * DAY)
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    return Issued(builder.sign(above.key, hashes.SHA256()), key_for("leaf"))


@pytest.mark.parametrize(
    ("bits", "exponent", "expected"),
    [
        (2048, 65537, set()),
        (2047, 65537, {("cert-key-weak", "fail", 0)}),
        (2050, 65537, {("cert-key-weak", "fail", 0)}),
        (4096, 65537, set()),
        (8192, 65537, {("cert-key-large", "warn", 0)}),
        (2048, 17, {("cert-key-weak", "fail", 0)}),
    ],
)
def test_rsa_keys(
    check: Check, pki: Authorities, bits: int, exponent: int, expected: set[tuple[str, str, int]]
) -> None:
    modulus = random.Random(bits).getrandbits(bits) | 1 << (bits - 1) | 1
    leaf = with_key(pki, rsa.RSAPublicNumbers(exponent, modulus).public_key())
    assert told(checked(check, pki, leaf, pki.intermediate)) == expected


@pytest.mark.parametrize(
    ("curve", "expected"),
    [(ec.SECP192R1(), {("cert-key-weak", "fail", 0)}), (ec.SECP256R1(), set()), (ec.SECP384R1(), set())],
)
def test_curves(check: Check, pki: Authorities, curve: ec.EllipticCurve, expected: set[tuple[str, str, int]]) -> None:
    leaf = with_key(pki, ec.generate_private_key(curve).public_key())
    assert told(checked(check, pki, leaf, pki.intermediate)) == expected


# --- the path --------------------------------------------------------------------------------------------------------


def test_the_codes_of_a_path(check: Check, pki: Authorities) -> None:
    """Those that the 33 defects do not have, on the command line and with their depth."""
    marked = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    demanding = authority("Demanding", pki.root, extra=[(marked, True)])
    short = authority("Short", pki.root, path_length=0)
    below = authority("Below", short)
    forged = issue(Spec(), pki.intermediate, signed_by=key_for("forger"))
    unlike = authority("Test Issuing", pki.root, key="of that name alone")
    rekeyed = pki.chain_file("rekeyed.pem", authority("Test Root", key="another").pem)
    cases: list[tuple[Sequence[Issued], tuple[str, str, int], Path | None]] = [
        ([issue(Spec(), demanding), demanding], ("cert-critical-extension", "fail", 1), None),
        ([issue(Spec(), below), below, short], ("cert-path-length", "fail", 2), None),
        ([forged, pki.intermediate], ("cert-signature-invalid", "fail", 0), None),
        ([pki.leaf(), unlike], ("cert-chain-incomplete", "fail", 0), None),
        ([pki.leaf(), pki.intermediate], ("cert-root-rekeyed", "fail", 1), rekeyed),
        ([pki.leaf(), pki.intermediate, pki.root], ("cert-root-rekeyed", "fail", 2), rekeyed),
    ]
    for chain, expected, trust in cases:
        found = told(checked(check, pki, *chain, trust=trust)) - {("cert-chain-extra", "warn", None)}
        assert found == {expected}


def test_a_signature_of_its_own_that_is_wrong(check: Check, pki: Authorities) -> None:
    """Its issuer by name is there: itself."""
    forger = key_for("forger")
    own = issue(Spec(key="own"), signed_by=forger)
    assert told(checked(check, pki, own)) == {("cert-signature-invalid", "fail", 0), ("cert-self-signed", "fail", 0)}
    spec = Spec(cns=("Forged Root",), san=None, eku=None, usage=("key_cert_sign",), ca=True, key="forged")
    root = issue(spec, signed_by=forger)
    assert told(checked(check, pki, issue(Spec(), root), root)) == {
        ("cert-signature-invalid", "fail", 1), ("cert-root-untrusted", "fail", 1),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("extension", "refused"),
    [
        ("subjectKeyIdentifier=critical,hash", True),
        ("authorityKeyIdentifier=critical,keyid", True),
        ("authorityInfoAccess=critical,OCSP;URI:http://ocsp.partner.example/", True),
        ("1.2.3.4=critical,DER:05:00", True),
        ("crlDistributionPoints=critical,URI:http://crl.partner.example/", False),
        ("certificatePolicies=critical,1.2.3.4", False),
    ],
)
@pytest.mark.needs("openssl")
def test_a_critical_extension_is_refused_where_openssl_refuses_it(
    check: Check, tmp_path: Path, extension: str, refused: bool
) -> None:
    openssl = OpensslCa(tmp_path)
    root = openssl.issue("/CN=Test Root", AUTHORITY, key="root")
    made = openssl.issue(f"/CN={HOST}", f"{leaf(ids='')}{extension}\n", root)
    verify = ["openssl", "verify", "-CAfile", str(root.certificate), str(made.certificate)]
    said = subprocess.run(verify, capture_output=True, text=True, check=False).stderr
    assert ("unhandled critical extension" in said) is refused
    faults = check("cert", made.certificate, "--name", HOST, "--trust", root.certificate).faults
    assert faults == ({"cert-critical-extension": "fail"} if refused else {})


def test_the_four_ends_of_a_path_are_four_answers(check: Check, pki: Authorities) -> None:
    other = pki.chain_file("other.pem", authority("Other Root").pem)
    rekeyed = pki.chain_file("rekeyed.pem", authority("Test Root", key="another").pem)
    chain = (pki.leaf(), pki.intermediate)
    answers = [
        told(checked(check, pki, pki.leaf())),
        told(checked(check, pki, *chain, trust=other)),
        told(checked(check, pki, *chain, trust=rekeyed)),
        told(checked(check, pki, issue(Spec(key="own")))),
    ]
    codes = [code for ((code, _, _),) in answers]
    assert codes == ["cert-chain-incomplete", "cert-root-untrusted", "cert-root-rekeyed", "cert-self-signed"]


def test_faults_on_every_level_are_all_told(check: Check, pki: Authorities) -> None:
    old = authority("Old", pki.root, ends=NOW - DAY / 2, eku=(SERVER,), path_length=0)
    between = authority("Between", old, ca=False)
    leaf = issue(Spec(ends=NOW - DAY / 2, eku=(SERVER,), cns=("other.example",)), between)
    assert told(checked(check, pki, leaf, between, old)) == {
        ("cert-name-mismatch", "fail", 0),
        ("cert-expired", "fail", 0),
        ("cert-eku-client-missing", "fail", 0),
        ("cert-issuer-not-ca", "fail", 1),
        ("cert-expired", "fail", 2),
        ("cert-issuer-eku", "fail", 2),
        ("cert-path-length", "fail", 2),
    }


def listed_at(*places: str) -> list[tuple[x509.ExtensionType, bool]]:
    points = [x509.DistributionPoint([x509.UniformResourceIdentifier(p)], None, None, None) for p in places]
    return [(x509.CRLDistributionPoints(points), False)]


INSIDE, OUTSIDE = "ldap:///CN=list,DC=local", "http://crl.partner.example/list"


@pytest.mark.parametrize(("places", "reachable"), [((INSIDE,), False), ((INSIDE, OUTSIDE), True), ((OUTSIDE,), True)])
def test_a_list_in_ldap_alone_is_out_of_reach(
    check: Check, pki: Authorities, places: tuple[str, ...], reachable: bool
) -> None:
    issuing = authority("Listed", pki.root, extra=listed_at(*places))
    found = checked(check, pki, issue(Spec(extra=listed_at(*places)), issuing), issuing)
    assert told(found) == (set() if reachable else {("cert-crl-inside", "warn", 0), ("cert-crl-inside", "warn", 1)})


def test_a_certificate_that_names_no_list_and_no_responder_is_told_once(check: Check, pki: Authorities) -> None:
    listed = authority("Listed", pki.root, extra=listed_at(OUTSIDE))
    whole = checked(check, pki, issue(Spec(extra=listed_at(OUTSIDE)), listed), listed)
    assert "cert-crl-missing" not in whole.codes
    for chain, silent in (
        ((pki.leaf(), pki.intermediate), ["CN=sip.partner.example", "CN=Test Issuing"]),
        ((issue(Spec(), listed), listed), ["CN=sip.partner.example"]),
    ):
        found = checked(check, pki, *chain)
        missing = found.finding("cert-crl-missing")
        assert (missing["severity"], missing["observed"]["certificates"], found.status) == ("info", silent, 0)
    asked = check("cert", pki.chain_file("leaf.pem", pki.leaf().pem, pki.intermediate.pem), "--revocation")
    assert "cert-crl-missing" not in asked.codes and asked.codes["cert-revocation-unknown"] == "info"


# --- forms -----------------------------------------------------------------------------------------------------------


def altered(pki: Authorities, change: str) -> bytes:
    """A good certificate with one change in its form, signed anew."""
    (tbs,) = parsed(pki.leaf().certificate.tbs_certificate_bytes)
    assert isinstance(tbs.content, list)
    if change == "negative serial":
        tbs.content[1] = Node(0x02, b"\xff\x01")
    else:
        extensions = tbs.content[-1].content
        assert isinstance(extensions, list)
        listed = extensions[0].content
        assert isinstance(listed, list)
        listed.append(listed[0])
    return resigned(tbs.encoded(), pki.intermediate.key)


@pytest.mark.parametrize("change", ["negative serial", "an extension twice"])
def test_a_form_that_nobody_should_issue(check: Check, pki: Authorities, change: str) -> None:
    found = checked(check, pki, altered(pki, change), pki.intermediate)
    assert {code for code, _, _ in told(found)} == {"cert-malformed"}


def test_what_cannot_be_read_is_kept(check: Check, pki: Authorities) -> None:
    der = pki.leaf().certificate.public_bytes(serialization.Encoding.DER)[:-7]
    found = checked(check, pki, der, pki.intermediate)
    assert told(found) == {("cert-malformed", "fail", None)}
    kept = found.finding("cert-malformed")["evidence"]
    assert (base64.b64decode(kept["base64"]), kept["bytes"]) == (der, len(der))


def _policy(number: str) -> tuple[x509.ExtensionType, bool]:
    return x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(number), None)]), False


def _promise_of_a_log() -> tuple[x509.ExtensionType, bool]:
    """One timestamp of a log, as RFC 6962 3.2 has it."""
    timestamp = b"\x00" + b"L" * 32 + (0).to_bytes(8, "big") + b"\x00\x00" + b"\x04\x03" + b"\x00\x04sign"
    listed = len(timestamp).to_bytes(2, "big") + timestamp
    content = len(listed).to_bytes(2, "big") + listed
    return x509.UnrecognizedExtension(SCT_LIST, b"\x04" + bytes((len(content),)) + content), False


@pytest.mark.parametrize(
    ("extra", "logs", "words"),
    [
        ((_policy("2.23.140.1.2.1"), _promise_of_a_log()), 1, "looked at the domain alone. Public logs hold it"),
        ((_policy("2.23.140.1.1"),), 0, "extended validation. No public log holds it"),
        ((_promise_of_a_log(),), 1, "rules of browsers. Public logs hold it"),
    ],
)
def test_a_public_authority_is_told_by_its_policies_and_logs(
    check: Check, pki: Authorities, extra: Sequence[tuple[x509.ExtensionType, bool]], logs: int, words: str
) -> None:
    found = checked(check, pki, pki.leaf(extra=extra), pki.intermediate)
    public = found.finding("cert-public")
    assert (public["severity"], public["observed"]["depth"], public["observed"]["logs"]) == ("info", 0, logs)
    assert words in public["why"]
    assert found.status == 0


def test_a_private_authority_with_a_policy_of_its_own_is_not_called_public(check: Check, pki: Authorities) -> None:
    found = checked(check, pki, pki.leaf(extra=(_policy("1.3.6.1.4.1.99999.1"),)), pki.intermediate)
    assert "cert-public" not in found.codes


def test_that_a_node_of_ours_shows_its_own_name_is_no_warning_of_each_check(pki: Authorities) -> None:
    leaf, told = read_certificate(pki.leaf(cns=("imp1",), san=("imp1",)).der), Told(subject="x:5061", see="")
    found = next(f for f in judge_names(told, leaf, "imp1", "imp.local.example") if f.code == "cert-host-not-in-san")
    ours = of_our_side(found)
    assert (found.severity, ours.severity, ours.owner) == (Severity.WARN, Severity.INFO, Owner.YOU)
    assert "issued" in found.fix[0]
    assert ours.fix[0].startswith("Do nothing") and "a certificate with imp.local.example" in ours.fix[1]
