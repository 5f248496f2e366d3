"""The judgement of chains: each fault alone, with its depth, and good chains without one."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.certificate.facts import read_certificate
from checks.certificate.judge import judge_chain
from checks.certificate.subject import Told
from checks.finding import Finding, Severity
from tests.servers import pki as make
from tests.servers.pki import ANY, CLIENT, DAY, NOW, SERVER, Authorities, Issued, Spec, authority, issue, key_for

NAME = "sip.partner.example"


def judged(
    sent: Sequence[Issued], trusted: Sequence[Issued] = (), name: str | None = NAME, at: datetime = NOW
) -> list[Finding]:
    told = Told(subject="chain.pem", see="openssl x509 -in chain.pem")
    facts = [read_certificate(one.der) for one in sent]
    found = list(judge_chain(told, tuple(facts), tuple(read_certificate(one.der) for one in trusted), name, at))
    assert not [f.code for f in found if "..." in " ".join([f.why, *f.fix])]  # no value of an explanation is missing
    return found


def faults(found: Sequence[Finding]) -> dict[str, str]:
    return {f.code: f.severity.value for f in reversed(found) if f.severity not in {Severity.PASS, Severity.INFO}}


def only(pki: Authorities, **changes: object) -> dict[str, str]:
    """The faults of a chain that is good but for its leaf."""
    return faults(judged([pki.leaf(**changes), pki.intermediate], [pki.root]))


def test_a_good_chain(pki: Authorities) -> None:
    found = judged([pki.leaf(), pki.intermediate], [pki.root])
    assert [f.code for f in found] == ["cert-ok"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"cns": ("other.example",), "san": ("other.example",)}, {"cert-name-mismatch": "fail"}),
        ({"cns": ("other.example",)}, {"cert-name-mismatch": "fail"}),
        ({"cns": ("SIP.Partner.EXAMPLE",)}, {}),
        ({"cns": ()}, {"cert-cn-missing": "fail"}),
        ({"cns": (NAME, "two.example")}, {"cert-cn-several": "warn"}),
        ({"san": ("other.example",)}, {"cert-cn-not-in-san": "fail"}),
        ({"san": None}, {"cert-san-missing": "warn"}),
        ({"san": ("*.partner.example",)}, {"cert-wildcard": "warn"}),
        ({"cns": ("*.partner.example",), "san": ("*.partner.example",)}, {"cert-wildcard": "fail"}),
        ({"ends": NOW - DAY / 2}, {"cert-expired": "fail"}),
        ({"begins": NOW + DAY / 2}, {"cert-not-yet-valid": "fail"}),
        ({"ends": NOW + 10 * DAY}, {"cert-expires-soon": "warn"}),
        ({"ends": NOW + 70 * DAY}, {}),
        ({"eku": (SERVER,)}, {"cert-eku-client-missing": "fail"}),
        ({"eku": (CLIENT,)}, {"cert-eku-server-missing": "fail"}),
        ({"eku": (ANY,)}, {"cert-eku-any": "warn"}),
        ({"eku": None}, {}),
        ({"usage": None}, {}),
        ({"usage": ("key_encipherment",)}, {"cert-key-usage": "fail"}),
        ({"usage": ("digital_signature",)}, {"cert-key-usage": "warn"}),
        ({"usage": ("crl_sign",)}, {"cert-key-usage": "fail"}),
        ({"ca": True}, {"cert-is-ca": "warn"}),
        ({"key": "small", "bits": 1024}, {"cert-key-weak": "fail"}),
        ({"key": "three", "exponent": 3}, {"cert-key-weak": "fail"}),
        ({"key_ids": False}, {}),
        ({"ends": NOW + 1500 * DAY}, {}),
        (
            {"extra": [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]},
            {"cert-critical-extension": "fail"},
        ),
    ],
)
def test_one_fault_in_the_leaf(pki: Authorities, changes: dict[str, object], expected: dict[str, str]) -> None:
    assert only(pki, **changes) == expected


def test_without_a_name_nothing_about_names_is_above_info(pki: Authorities) -> None:
    for changes in ({"cns": ()}, {"cns": ("*.x.example",), "san": ("*.x.example",)}, {"san": None}):
        found = judged([pki.leaf(**changes), pki.intermediate], [pki.root], name=None)
        assert faults(found) == {}
        assert any(f.severity is Severity.INFO for f in found)


def test_independent_faults_are_all_told(pki: Authorities) -> None:
    leaf = pki.leaf(eku=(SERVER,), ends=NOW - DAY / 2, cns=("other.example",), san=None)
    assert faults(judged([leaf], [pki.root])) == {
        "cert-eku-client-missing": "fail",
        "cert-expired": "fail",
        "cert-name-mismatch": "fail",
        "cert-san-missing": "warn",
        "cert-chain-incomplete": "fail",
    }


def test_a_missing_intermediate_is_named_with_where_to_get_it(pki: Authorities) -> None:
    found = judged([pki.leaf(aia="http://ca.example/issuing.crt")], [pki.root])
    assert faults(found) == {"cert-chain-incomplete": "fail"}
    assert found[0].observed["issuer"] == "CN=Test Issuing"
    assert "http://ca.example/issuing.crt" in found[0].fix[0] + found[0].why


def test_roots(pki: Authorities) -> None:
    sent = [pki.leaf(), pki.intermediate]
    assert faults(judged(sent, [authority("Another Root")])) == {"cert-root-untrusted": "fail"}
    assert faults(judged([*sent, pki.root], [authority("Another Root")])) == {"cert-root-untrusted": "fail"}
    assert faults(judged(sent, [authority("Test Root", key="another")])) == {"cert-root-rekeyed": "fail"}
    assert faults(judged([*sent, pki.root], [authority("Test Root", key="another")])) == {"cert-root-rekeyed": "fail"}
    assert faults(judged(sent)) == {}
    assert [(f.code, f.severity.value) for f in judged(sent)] == [
        ("cert-root-untrusted", "info"),
        ("cert-ok", "pass"),
    ]


def test_a_root_that_is_sent_is_only_noted(pki: Authorities) -> None:
    found = judged([pki.leaf(), pki.intermediate, pki.root], [pki.root])
    assert [(f.code, f.severity.value) for f in found] == [("cert-chain-extra", "info"), ("cert-ok", "pass")]


def test_a_trusted_intermediate_ends_the_path(pki: Authorities) -> None:
    assert faults(judged([pki.leaf()], [pki.intermediate])) == {}


def test_self_signed(pki: Authorities) -> None:
    own = issue(Spec(key="own"))
    assert faults(judged([own], [pki.root])) == {"cert-self-signed": "fail"}
    assert faults(judged([own], [own])) == {}


def test_order_and_extras(pki: Authorities) -> None:
    leaf, second = pki.leaf(), authority("Second", pki.intermediate)
    long_leaf = issue(Spec(), second)
    cases = {
        "reversed": ([pki.intermediate, leaf], {"cert-chain-order": "fail"}),
        "middle": ([long_leaf, pki.intermediate, second], {"cert-chain-order": "warn"}),
        "twice": ([leaf, pki.intermediate, pki.intermediate], {"cert-chain-extra": "warn"}),
        "stranger": ([leaf, pki.intermediate, authority("Stranger")], {"cert-chain-extra": "warn"}),
    }
    for name, (sent, expected) in cases.items():
        assert faults(judged(sent, [pki.root])) == expected, name


def test_a_wrong_signature_with_its_depth(pki: Authorities) -> None:
    forged = issue(Spec(), pki.intermediate, signed_by=key_for("forger"))
    found = judged([forged, pki.intermediate], [pki.root])
    assert faults(found) == {"cert-signature-invalid": "fail"}
    assert found[0].observed["depth"] == 0


def test_faults_above_the_leaf_carry_their_depth(pki: Authorities) -> None:
    cases: list[tuple[Issued, str]] = [
        (authority("Old", pki.root, ends=NOW - DAY / 2), "cert-expired"),
        (authority("One Way", pki.root, eku=(SERVER,)), "cert-issuer-eku"),
        (authority("No Authority", pki.root, ca=False), "cert-issuer-not-ca"),
        (authority("May Not Sign", pki.root, usage=("digital_signature",)), "cert-issuer-not-ca"),
        (authority("Weak", pki.root, key="weak-ca", bits=1024), "cert-key-weak"),
    ]
    for intermediate, code in cases:
        found = judged([issue(Spec(), intermediate), intermediate], [pki.root])
        assert faults(found) == {code: "fail"}
        assert found[0].observed["depth"] == 1


def test_path_length(pki: Authorities) -> None:
    short = authority("Short", pki.root, path_length=0)
    below = authority("Below", short)
    found = judged([issue(Spec(), below), below, short], [pki.root])
    assert faults(found) == {"cert-path-length": "fail"}
    assert found[0].observed["depth"] == 2


@pytest.mark.parametrize(
    ("permitted", "excluded", "breached"),
    [
        (("partner.example",), None, False),
        (("other.example",), None, True),
        (None, ("partner.example",), True),
        (None, ("other.example",), False),
    ],
)
def test_name_constraints(
    pki: Authorities, permitted: Sequence[str] | None, excluded: Sequence[str] | None, breached: bool
) -> None:
    def names(of: Sequence[str] | None) -> list[x509.GeneralName] | None:
        return [x509.DNSName(name) for name in of] if of else None

    limited = authority("Limited", pki.root, extra=[(x509.NameConstraints(names(permitted), names(excluded)), True)])
    for leaf in (issue(Spec(), limited), issue(Spec(san=None), limited)):
        found = faults(judged([leaf, limited], [pki.root]))
        found.pop("cert-san-missing", None)
        assert found == ({"cert-name-constraint": "fail"} if breached else {})


def test_cross_signed_authorities_find_the_trusted_way(pki: Authorities) -> None:
    """The same key under two roots; only one is trusted, and the other way comes first."""
    other = authority("Other Root")
    crossed = authority("Test Issuing", other)
    leaf = pki.leaf()
    found = judged([leaf, crossed, pki.intermediate, other], [pki.root])
    assert faults(found) == {"cert-chain-extra": "warn"}


def test_dates_are_judged_at_the_given_time(pki: Authorities) -> None:
    sent = [pki.leaf(), pki.intermediate]
    later = judged(sent, [pki.root], at=NOW + 299 * DAY)
    assert later[0].code == "cert-expires-soon"
    assert (later[0].observed["days"], later[0].observed["threshold"]) == (1, 1)
    assert faults(judged(sent, [pki.root], at=NOW + 301 * DAY)) == {"cert-expired": "fail"}


def test_a_long_life_matters_to_public_authorities_only(pki: Authorities) -> None:
    sent = tuple(read_certificate(one.der) for one in (pki.leaf(ends=NOW + 1500 * DAY), pki.intermediate))
    roots = (read_certificate(pki.root.der),)
    told = Told(subject="x", see="")
    public = list(judge_chain(told, sent, roots, NAME, NOW, public=roots))
    assert faults(public) == {"cert-lifetime-long": "fail"}


def test_dsa_is_weak() -> None:
    from cryptography.hazmat.primitives import hashes

    key = dsa.generate_private_key(2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW - DAY, NOW + 90 * DAY)
    found = judged([Issued(builder.sign(key, hashes.SHA256()), make.key_for("unused"))])
    assert faults(found)["cert-key-weak"] == "fail"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 900), change=st.integers(1, 255))
def test_damaged_certificates_are_told_never_crash(at: int, change: int, pki: Authorities) -> None:
    der = bytearray(pki.leaf().der)
    der[at % len(der)] ^= change
    try:
        facts = read_certificate(bytes(der))
    except ValueError:
        return
    root = read_certificate(pki.root.der)
    assert list(judge_chain(Told(subject="x", see=""), (facts,), (root,), NAME, NOW))


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_certificate(der: bytes) -> None:
    with pytest.raises(ValueError):
        read_certificate(der)
