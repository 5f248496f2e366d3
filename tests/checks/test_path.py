"""Ways to a root: the right one among wrong ones, names that are equal though their bytes differ, and bounds."""

import itertools
import time
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID

from checks.certificate.facts import CertificateFacts, read_certificate, same_name
from checks.certificate.judge import judge_chain
from checks.certificate.path import End, build
from checks.certificate.subject import Told
from checks.finding import Finding
from tests.servers.pki import CLIENT, DAY, NOW, SERVER, Authorities, Issued, Spec, authority, issue, key_for

HOST = "sip.partner.example"
TOLD = Told(subject="x", see="")
MARKED = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
OTHERS = x509.NameConstraints([x509.DNSName("other.example")], None)

BAD_TWINS: dict[str, tuple[dict[str, object], str]] = {
    "expired": ({"ends": NOW - DAY / 2}, "cert-expired"),
    "not yet valid": ({"begins": NOW + DAY}, "cert-not-yet-valid"),
    "for servers alone": ({"eku": (SERVER,)}, "cert-issuer-eku"),
    "for clients alone": ({"eku": (CLIENT,)}, "cert-issuer-eku"),
    "no authority": ({"ca": False}, "cert-issuer-not-ca"),
    "must not sign": ({"usage": ("digital_signature",)}, "cert-issuer-not-ca"),
    "for other names": ({"extra": [(OTHERS, True)]}, "cert-name-constraint"),
    "with an unknown demand": ({"extra": [(MARKED, True)]}, "cert-critical-extension"),
}


def judged(sent: Sequence[Issued], *trusted: Issued) -> list[Finding]:
    return list(judge_chain(TOLD, facts(sent), facts(trusted), HOST, NOW))


def facts(issued: Sequence[Issued]) -> tuple[CertificateFacts, ...]:
    return tuple(read_certificate(one.der) for one in issued)


def faults(found: Sequence[Finding]) -> set[str]:
    return {f.code for f in found if f.severity.value in {"fail", "warn"}}


@pytest.mark.parametrize("twin", BAD_TWINS)
@pytest.mark.parametrize("bad_first", [True, False])
def test_of_two_ways_the_good_one_counts(pki: Authorities, twin: str, bad_first: bool) -> None:
    changes, code = BAD_TWINS[twin]
    bad = authority("Test Issuing", pki.root, key="Test Issuing", **changes)
    ways = [bad, pki.intermediate] if bad_first else [pki.intermediate, bad]
    assert faults(judged([pki.leaf(), *ways], pki.root)) == {"cert-chain-extra"}
    assert faults(judged([pki.leaf(), bad], pki.root)) == {code}


@pytest.mark.parametrize("twin", BAD_TWINS)
def test_a_bad_way_through_a_cross_sign_is_left(pki: Authorities, twin: str) -> None:
    """Root -> A -> B -> leaf, and B also under C, which is bad: three levels, every order of what is sent."""
    upper, lower = authority("Upper", pki.root), authority("Upper", pki.root)
    crossed = authority("Crossed", pki.root, key="Crossed", **BAD_TWINS[twin][0])
    one, other = authority("Lower", crossed), authority("Lower", upper)
    leaf = issue(Spec(), other)
    for others in itertools.permutations([one, other, upper, crossed]):
        found = faults(judged([leaf, *others], pki.root))
        assert found <= {"cert-chain-extra", "cert-chain-order"}, [o.certificate.subject for o in others]
    assert lower.certificate.subject == upper.certificate.subject


def test_authorities_that_sign_each_other(pki: Authorities) -> None:
    one, other = authority("One"), authority("Other")
    circle = [authority("One", other), authority("Other", one)]
    leaf = issue(Spec(), one)
    assert faults(judged([leaf, *circle, authority("Other", pki.root)], pki.root)) == {"cert-chain-extra"}
    assert "cert-root-untrusted" in faults(judged([leaf, *circle], pki.root))


def test_a_self_issued_authority_between_two_keys(pki: Authorities) -> None:
    """A root gets a new key, and its old key vouches for it (RFC 5280, 4.1.2.4); it does not count as one more."""
    short = authority("Test Root", pki.root, key="new root", path_length=0)
    leaf = issue(Spec(), authority("Issuing", short, key="issuing"))
    found = judged([leaf, authority("Issuing", short, key="issuing"), short], pki.root)
    assert faults(found) == {"cert-path-length"}
    direct = issue(Spec(), short)
    assert faults(judged([direct, short], pki.root)) == set()


# --- names -----------------------------------------------------------------------------------------------------------


def named(kind: _ASN1Type, cn: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn, kind)])


@pytest.mark.parametrize(
    ("subject", "issuer"),
    [
        (named(_ASN1Type.PrintableString, "Test CA"), named(_ASN1Type.UTF8String, "Test CA")),
        (named(_ASN1Type.UTF8String, "Test CA"), named(_ASN1Type.UTF8String, "TEST ca")),
        (named(_ASN1Type.UTF8String, "Test CA"), named(_ASN1Type.UTF8String, "Test   CA")),
        (named(_ASN1Type.UTF8String, "Test CA"), named(_ASN1Type.UTF8String, "  Test CA ")),
        (named(_ASN1Type.UTF8String, "Straße"), named(_ASN1Type.UTF8String, "STRASSE")),
    ],
)
def test_names_whose_bytes_differ_are_one(subject: x509.Name, issuer: x509.Name) -> None:
    """As a renewal of AD CS makes them. OpenSSL and Windows find the issuer, and so do we."""
    assert subject.public_bytes() != issuer.public_bytes()
    root = _signed(subject, subject, ca=True)
    leaf = _signed(named(_ASN1Type.UTF8String, HOST), issuer, ca=False)
    path = build((leaf,), (root,), NOW)
    assert (path.end, len(path.members)) == (End.TRUSTED, 2)


def _signed(subject: x509.Name, issuer: x509.Name, *, ca: bool) -> CertificateFacts:
    key = key_for("named root") if ca else key_for("leaf")
    builder = x509.CertificateBuilder(issuer, subject, key.public_key(), 1 + ca, NOW - DAY, NOW + 90 * DAY)
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    signed = builder.sign(key_for("named root"), hashes.SHA256())
    return read_certificate(signed.public_bytes(serialization.Encoding.DER))


@pytest.mark.parametrize(
    ("one", "other"),
    [("CN=a,O=b", "CN=a\\,O=b"), ("CN=a", "O=a"), ("CN=a b", "CN=ab"), ("CN=a", "CN=a,CN=a"), ("CN=\\ ", "CN=a")],
)
def test_names_that_are_not_one(one: str, other: str) -> None:
    assert not same_name(one, other)


# --- name constraints ------------------------------------------------------------------------------------------------

NETWORK = x509.IPAddress(ip_network("192.0.2.0/24"))
Uri = x509.UniformResourceIdentifier


def _address(text: str) -> x509.IPAddress:
    return x509.IPAddress(ip_address(text))


def _directory(organisation: str) -> x509.DirectoryName:
    return x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)]))


@pytest.mark.parametrize(
    ("constraint", "name", "covered"),
    [
        (x509.DNSName("partner.example"), x509.DNSName("sip.partner.example"), True),
        (x509.DNSName("partner.example"), x509.DNSName("PARTNER.example"), True),
        (x509.DNSName("partner.example"), x509.DNSName("notpartner.example"), False),
        (x509.DNSName(".partner.example"), x509.DNSName("partner.example"), False),
        (x509.DNSName("partner.example"), x509.DNSName("*.partner.example"), True),
        (NETWORK, _address("192.0.2.7"), True),
        (NETWORK, _address("198.51.100.7"), False),
        (NETWORK, _address("2001:db8::1"), False),
        (x509.RFC822Name("partner.example"), x509.RFC822Name("a@partner.example"), True),
        (x509.RFC822Name("partner.example"), x509.RFC822Name("a@sip.partner.example"), False),
        (x509.RFC822Name(".partner.example"), x509.RFC822Name("a@sip.partner.example"), True),
        (x509.RFC822Name("a@partner.example"), x509.RFC822Name("b@partner.example"), False),
        (Uri(".partner.example"), Uri("sip:443"), False),
        (Uri(".partner.example"), Uri("http://www.partner.example:80/x"), True),
        (Uri("partner.example"), Uri("http://www.partner.example/"), False),
        (_directory("Partner"), _directory("PARTNER "), True),
        (_directory("Partner"), _directory("Other"), False),
    ],
)
def test_a_constraint_binds_names_of_its_kind(
    pki: Authorities, constraint: x509.GeneralName, name: x509.GeneralName, covered: bool
) -> None:
    """Permitted, a name inside is well and one outside a fault; excluded, it is the other way round."""
    alternative = x509.SubjectAlternativeName([name])
    for permitted, excluded, well in (([constraint], None, covered), (None, [constraint], not covered)):
        marked = [(x509.NameConstraints(permitted, excluded), True)]
        limited = authority("Limited", pki.root, extra=marked)
        leaf = issue(Spec(cns=(), san=None, extra=[(alternative, False)]), limited)
        found = [f.observed for f in judged([leaf, limited], pki.root) if f.code == "cert-name-constraint"]
        assert bool(found) is not well, found
        assert all(each["depth"] == 1 for each in found)


def test_a_constraint_binds_the_mailbox_in_a_subject(pki: Authorities) -> None:
    marked = [(x509.NameConstraints(None, [x509.RFC822Name("partner.example")]), True)]
    limited = authority("Limited", pki.root, extra=marked)
    subject = x509.Name([x509.NameAttribute(NameOID.EMAIL_ADDRESS, "a@partner.example")])
    key = key_for("leaf")
    builder = x509.CertificateBuilder(limited.certificate.subject, subject, key.public_key(), 7, NOW - DAY, NOW + DAY)
    leaf = Issued(builder.sign(limited.key, hashes.SHA256()), key)
    assert "cert-name-constraint" in faults(judged([leaf, limited], pki.root))


# --- keys and bounds -------------------------------------------------------------------------------------------------


def test_a_dsa_signature_is_verified() -> None:
    """A weak key is one fault; that its signatures hold is not to be denied for it."""
    key = dsa.generate_private_key(2048)
    name = named(_ASN1Type.UTF8String, "Old Root")
    root = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW - DAY, NOW + 90 * DAY)
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    leaf = x509.CertificateBuilder(
        name, named(_ASN1Type.UTF8String, HOST), key_for("leaf").public_key(), 2, NOW - DAY, NOW + 90 * DAY
    )
    made = [builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER) for builder in (leaf, root)]
    sent = tuple(map(read_certificate, made))
    path = build(sent[:1], sent[1:], NOW)
    assert (path.end, path.unverified) == (End.TRUSTED, ())


def test_forty_authorities_that_all_claim_each_other_end_in_time(pki: Authorities) -> None:
    """As many as are read of one server, all of one name and with the largest keys that OpenSSL works with."""
    name = named(_ASN1Type.UTF8String, "Everybody")
    sent = []
    for number in range(40):
        large = rsa.RSAPublicNumbers(65537, (1 << 16383) + 2 * number + 1).public_key()
        builder = x509.CertificateBuilder(name, name, large, 1 + number, NOW - DAY, NOW + DAY)
        sent.append(read_certificate(_with_long_signature(builder.sign(key_for("leaf"), hashes.SHA256()))))
    began = time.process_time()
    found = list(judge_chain(TOLD, tuple(sent), facts([pki.root]), HOST, NOW))
    assert time.process_time() - began < 2.0
    assert found


def _with_long_signature(certificate: x509.Certificate) -> bytes:
    """As long as the key, so that it has to be worked out before it is found to be wrong."""
    algorithm = bytes.fromhex("300d06092a864886f70d01010b0500")
    return _der(0x30, certificate.tbs_certificate_bytes + algorithm + _der(0x03, b"\x00" + b"\x01" * 2048))


def _der(tag: int, content: bytes) -> bytes:
    return bytes([tag, 0x82]) + len(content).to_bytes(2, "big") + content
