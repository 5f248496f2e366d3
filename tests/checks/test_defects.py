"""The defective certificates on which other checkers were measured: each has its one reason, severity and depth.

Made with openssl; judged by `fedwizard check cert`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from tests.checks.support import HOST, Check
from tests.servers.openssl_ca import AUTHORITY, Made, OpensslCa, leaf

pytestmark = pytest.mark.needs("openssl")

NAME = f"/CN={HOST}"
DAY = timedelta(days=1)
GOOD = leaf()


@dataclass(frozen=True)
class Lab:
    """A root, an authority below it, one below another root, and what makes more."""

    openssl: OpensslCa
    root: Made
    issuing: Made
    stranger: Made

    def leaf(self, subject: str = NAME, extensions: str = GOOD, issuer: Made | None = None, **changes: object) -> Made:
        """A certificate of a server, below the issuing authority unless told otherwise."""
        return self.openssl.issue(subject, extensions, issuer or self.issuing, **changes)  # type: ignore[arg-type]

    def authority(self, extensions: str = AUTHORITY, **changes: object) -> Made:
        """Another authority below the root."""
        return self.openssl.issue("/CN=Other Issuing", extensions, self.root, key="other", **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    openssl = OpensslCa(tmp_path_factory.mktemp("lab"))
    root = openssl.issue("/CN=Test Root", AUTHORITY, key="root", ends=3000 * DAY)
    issuing = openssl.issue("/CN=Test Issuing", AUTHORITY, root, key="issuing", ends=3000 * DAY)
    above = openssl.issue("/CN=Strange Root", AUTHORITY, key="above", ends=3000 * DAY)
    stranger = openssl.issue("/CN=Strange Issuing", AUTHORITY, above, key="stranger", ends=3000 * DAY)
    yield Lab(openssl, root, issuing, stranger)


def below(lab: Lab, **changes: object) -> list[Made]:
    """A chain whose leaf has the changes."""
    return [lab.leaf(**changes), lab.issuing]  # type: ignore[arg-type]


def under(lab: Lab, authority: Made) -> list[Made]:
    """A good leaf below another authority."""
    return [lab.leaf(issuer=authority), authority]


Chain = Callable[[Lab], list[Made]]
CONSTRAINED = f"{AUTHORITY}nameConstraints=critical,permitted;DNS:other.example\n"
LIMITED = f"{AUTHORITY}extendedKeyUsage=serverAuth\n"
NO_IDS = "authorityKeyIdentifier=none\nsubjectKeyIdentifier=none\n"
NO_AUTHORITY = AUTHORITY.replace("CA:TRUE", "CA:FALSE")

DEFECTS: dict[str, tuple[Chain, str, str, int | None]] = {
    "another CN": (lambda lab: below(lab, subject="/CN=edge.partner.example"), "cert-name-mismatch", "fail", 0),
    "the CN is not in the SAN": (
        lambda lab: below(lab, extensions=leaf(san="DNS:edge.partner.example")), "cert-cn-not-in-san", "fail", 0,
    ),
    "CN alone": (lambda lab: below(lab, extensions=leaf(san="")), "cert-san-missing", "warn", 0),
    "wildcard": (
        lambda lab: below(lab, subject="/CN=*.partner.example", extensions=leaf(san="DNS:*.partner.example")),
        "cert-wildcard", "fail", 0,
    ),
    "wildcard SAN": (
        lambda lab: below(lab, extensions=leaf(san="DNS:*.partner.example,DNS:sip.partner.example")),
        "cert-wildcard", "warn", 0,
    ),
    "two CNs": (lambda lab: below(lab, subject=f"/CN=edge.partner.example{NAME}"), "cert-cn-several", "warn", 0),
    "no CN": (lambda lab: below(lab, subject="/O=Partner"), "cert-cn-missing", "fail", 0),
    "server alone": (lambda lab: below(lab, extensions=leaf(eku="serverAuth")), "cert-eku-client-missing", "fail", 0),
    "client alone": (lambda lab: below(lab, extensions=leaf(eku="clientAuth")), "cert-eku-server-missing", "fail", 0),
    "any usage": (lambda lab: below(lab, extensions=leaf(eku="2.5.29.37.0")), "cert-eku-any", "warn", 0),
    "no usage": (lambda lab: below(lab, extensions=leaf(eku="")), "", "", None),
    "limited authority": (lambda lab: under(lab, lab.authority(LIMITED)), "cert-issuer-eku", "fail", 1),
    "expired": (lambda lab: below(lab, begins=-9 * DAY, ends=-DAY), "cert-expired", "fail", 0),
    "expired authority": (
        lambda lab: under(lab, lab.authority(begins=-9 * DAY, ends=-DAY)), "cert-expired", "fail", 1,
    ),
    "not yet valid": (lambda lab: below(lab, begins=2 * DAY), "cert-not-yet-valid", "fail", 0),
    "ends in ten days": (lambda lab: below(lab, ends=10 * DAY), "cert-expires-soon", "warn", 0),
    "a life of 1501 days": (lambda lab: below(lab, ends=1500 * DAY), "cert-lifetime-long", "info", 0),
    "missing intermediate": (lambda lab: [lab.leaf()], "cert-chain-incomplete", "fail", 0),
    "another root": (lambda lab: under(lab, lab.stranger), "cert-root-untrusted", "fail", 1),
    "self-signed": (lambda lab: [lab.openssl.issue(NAME, GOOD, key="own")], "cert-self-signed", "fail", 0),
    "reversed": (lambda lab: [*reversed(below(lab))], "cert-chain-order", "fail", None),
    "twice": (lambda lab: [*below(lab), lab.issuing], "cert-chain-extra", "warn", None),
    "another one in it": (lambda lab: [*below(lab), lab.stranger], "cert-chain-extra", "warn", None),
    "the root is sent": (lambda lab: [*below(lab), lab.root], "cert-chain-extra", "info", None),
    "RSA 1024": (lambda lab: below(lab, key="small", bits=1024), "cert-key-weak", "fail", 0),
    "key usage": (lambda lab: below(lab, extensions=leaf(usage="cRLSign")), "cert-key-usage", "fail", 0),
    "no key identifiers": (
        lambda lab: below(lab, extensions=leaf(ids=NO_IDS)), "", "", None,
    ),
    "an authority as a server": (lambda lab: below(lab, extensions=leaf(ca=True)), "cert-is-ca", "warn", 0),
    "name constraint": (lambda lab: under(lab, lab.authority(CONSTRAINED)), "cert-name-constraint", "fail", 1),
    "no authority": (lambda lab: under(lab, lab.authority(NO_AUTHORITY)), "cert-issuer-not-ca", "fail", 1),
    "SHA-1": (lambda lab: below(lab, digest="sha1"), "cert-signature-weak", "fail", 0),
    "MD5": (lambda lab: below(lab, digest="md5"), "cert-signature-weak", "fail", 0),
    "version 1": (
        lambda lab: [lab.openssl.version_one(NAME, lab.issuing), lab.issuing], "cert-version-old", "fail", 0,
    ),
}  # fmt: skip


def checked(check: Check, lab: Lab, chain: list[Made], folder: Path) -> list[dict[str, object]]:
    path = folder / "chain.pem"
    path.write_bytes(b"".join(made.pem for made in chain))
    document = check("cert", path, "--name", HOST, "--trust", lab.root.certificate).document
    passed_over = {"cert-ok", "cert-crl-missing"}  # the lab publishes no revocation lists
    return [found for found in document["findings"] if found["code"] not in passed_over]


def test_the_good_one_has_no_fault(check: Check, lab: Lab, tmp_path: Path) -> None:
    assert checked(check, lab, below(lab), tmp_path) == []


def test_there_are_33() -> None:
    assert len(DEFECTS) == 33


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_has_one_reason(check: Check, lab: Lab, tmp_path: Path, defect: str) -> None:
    make, code, severity, depth = DEFECTS[defect]
    found = checked(check, lab, make(lab), tmp_path)
    told = [(one["code"], one["severity"], one["observed"].get("depth")) for one in found]  # type: ignore[attr-defined]
    assert told == ([(code, severity, depth)] if code else [])
