"""Who may sign for our public name, as the DNS says: asked where a public authority signed the present certificate."""

import pytest
from cryptography import x509

from tests.checks.support import Check, Checked
from tests.checks.test_targets import PLAN, about
from tests.servers.bind import name_server
from tests.servers.pki import Authorities
from tests.servers.tls import openssl_server

OURS = "sip.local.example"
DOMAIN_LOOKED_AT = x509.ObjectIdentifier("2.23.140.1.2.1")
NEAREST = 'sip CAA 0 issue "ca.test; validationmethods=dns-01"\n@ CAA 0 issue "other.test"\n'
TWO = '@ CAA 0 issue "b.test"\n@ CAA 0 issue "a.test"\n@ CAA 0 iodef "mailto:a@a.test"\n'
BY_PUBLIC_RULES = (x509.CertificatePolicies([x509.PolicyInformation(DOMAIN_LOOKED_AT, None)]), False)


def of_our_side(check: Check, pki: Authorities, records: str, *, public: bool = True, above: str = "") -> Checked:
    """`check plan` where our server shows a certificate, and our zone holds these records."""
    (pki.folder / "plan.toml").write_text(PLAN)
    assert pki.trust.name == "root.pem"
    leaf = pki.leaf(cns=(OURS,), san=(OURS,), extra=(BY_PUBLIC_RULES,) if public else ())
    zones = {"local.example": f"sip A 8.8.8.8\n{records}", **({"example": above} if above else {})}
    with (
        openssl_server(pki.folder, leaf.pem, leaf.key_pem, pki.intermediate.pem) as port,
        name_server(pki.folder / "bind", zones) as dns,
    ):
        return check(
            "plan", pki.folder / "plan.toml", "--nameserver", f"127.0.0.1:{dns}",
            "--connect-to", f"{OURS}:5061:127.0.0.1:{port}", "--timeout", "1",
        )  # fmt: skip


@pytest.mark.needs("bind9")
@pytest.mark.parametrize(
    ("records", "at", "allowed", "who"),
    [
        (NEAREST, OURS, ["ca.test"], "it allows ca.test and nobody else"),
        (TWO, "local.example", ["a.test", "b.test"], "it allows a.test, b.test and nobody else"),
        ('@ CAA 0 ISSUE ";"\n', "local.example", [], "it allows none"),
        ('@ CAA 128 tbs "unknown"\n', "local.example", [], "it demands tbs, and an authority that does not know"),
    ],
)
def test_who_may_sign_is_told_from_the_nearest_record(
    check: Check, pki: Authorities, records: str, at: str, allowed: list[str], who: str
) -> None:
    checked = of_our_side(check, pki, records)
    found = checked.finding("cert-caa")
    assert (found["severity"], found["owner"], found["subject"]) == ("info", "your-dns-admin", OURS)
    assert (found["observed"]["at"], found["observed"]["allowed"]) == (at, allowed)
    assert who in found["why"] and "CN=Test Issuing signed the present" in found["why"]
    assert found["verify_with"].startswith("dig @127.0.0.1 -p ") and found["verify_with"].endswith(f" {at} CAA")
    assert 'CAA 0 issue "NAME"' in found["fix"][1]


@pytest.mark.needs("bind9")
def test_what_keeps_nobody_from_signing_is_not_told(check: Check, pki: Authorities) -> None:
    only_wildcards = '@ CAA 0 issuewild "ca.test"\n@ CAA 0 iodef "mailto:a@a.test"\n'
    for records, above in ((only_wildcards, ""), ("", "a A 192.0.2.1\n")):
        folder = pki.folder / ("none" if above else "wild")
        folder.mkdir()
        checked = of_our_side(check, Authorities(pki.root, pki.intermediate, folder), records, above=above)
        assert "cert-public" in checked.codes and "cert-caa" not in checked.codes
        assert about(checked, "example") == {}


@pytest.mark.needs("bind9")
def test_a_look_up_above_that_is_refused_is_information(check: Check, pki: Authorities) -> None:
    assert about(of_our_side(check, pki, ""), "example") == {"dns-refused": "info"}


@pytest.mark.needs("bind9")
def test_a_private_authority_asks_nobody(check: Check, pki: Authorities) -> None:
    assert "cert-caa" not in of_our_side(check, pki, '@ CAA 0 issue "ca.test"\n', public=False).codes
