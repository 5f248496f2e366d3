"""The certificates of PKITS: no crash, no slow verdict, and a written reason wherever ours differs from theirs.

The name of a case says what is expected of it. What only federation asks for is left out of the verdict.
"""

import contextlib
import io
import itertools
import lzma
import re
import tarfile
import time
import tomllib
from datetime import UTC, datetime

import pytest
from cryptography import x509

from checks.certificate.facts import CertificateFacts, read_certificate, same_name
from checks.certificate.judge import judge_chain
from checks.certificate.judge_purpose import flaws
from checks.certificate.path import build
from checks.certificate.revocation import UnknownError, judge_list
from checks.certificate.subject import Told
from checks.finding import Finding, Severity
from tests.checks.test_limbo import DATA, FEDERATION_ONLY, NAMES

DIFFERENCES: dict[str, list[str]] = tomllib.loads((DATA / "pkits-differences.toml").read_text())
REASONS = {case: reason for reason, cases in DIFFERENCES.items() for case in cases}
WHEN = datetime(2024, 1, 1, tzinfo=UTC)
IGNORED = FEDERATION_ONLY | NAMES


def _files() -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress((DATA / "pkits.tar.xz").read_bytes()))) as archive:
        return {m.name: content.read() for m in archive if (content := archive.extractfile(m)) is not None}


FILES = _files()
CERTIFICATES = {name[6:-4]: content for name, content in FILES.items() if name.startswith("certs/")}
LEAVES = sorted(name for name in CERTIFICATES if name.endswith("EE"))
JUDGED = [name[:-2] for name in LEAVES if name.startswith(("Valid", "Invalid"))]


def read(name: str) -> CertificateFacts | None:
    try:
        return read_certificate(CERTIFICATES[name])
    except ValueError:
        return None


AUTHORITIES = tuple(found for name in CERTIFICATES if name not in LEAVES and (found := read(name)) is not None)
ROOT = read_certificate(CERTIFICATES["TrustAnchorRootCertificate"])


def sent_with(leaf: CertificateFacts) -> tuple[CertificateFacts, ...]:
    """A leaf and every authority that its issuer could be, and theirs; the right way has to be found."""
    found = [leaf]
    for certificate in found:
        found += [a for a in AUTHORITIES if same_name(a.subject, certificate.issuer) and a not in (*found, ROOT)]
    return tuple(found)


def judged(leaf: CertificateFacts) -> list[Finding]:
    return list(judge_chain(Told(subject="pkits", see=""), sent_with(leaf), (ROOT,), None, WHEN))


@pytest.mark.parametrize("case", JUDGED)
def test_a_case_of_pkits(case: str) -> None:
    leaf = read(f"{case}EE")
    began = time.process_time()
    fails = {f.code for f in judged(leaf) if f.severity is Severity.FAIL} if leaf else {"cert-malformed"}
    assert time.process_time() - began < 2.0
    differs = bool(fails - IGNORED) is case.startswith("Valid")
    assert differs is (case in REASONS), fails


@pytest.mark.parametrize("name", sorted({*LEAVES} - {f"{case}EE" for case in JUDGED}))
def test_cases_about_policies_are_read_and_judged(name: str) -> None:
    leaf = read(name)
    assert leaf is not None
    assert judged(leaf)


def test_it_is_the_whole_suite() -> None:
    assert (len(CERTIFICATES), len(JUDGED), len(FILES) - len(CERTIFICATES)) == (405, 203, 173)


def test_every_difference_is_about_a_case() -> None:
    assert set(REASONS) <= set(JUDGED)


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("InvalidCASignatureTest2", "cert-signature-invalid"),
        ("InvalidEESignatureTest3", "cert-signature-invalid"),
        ("InvalidCAnotBeforeDateTest1", "cert-not-yet-valid"),
        ("InvalidEEnotAfterDateTest6", "cert-expired"),
        ("InvalidMissingbasicConstraintsTest1", "cert-issuer-not-ca"),
        ("InvalidkeyUsageCriticalkeyCertSignFalseTest1", "cert-issuer-not-ca"),
        ("InvalidpathLenConstraintTest5", "cert-path-length"),
        ("InvalidSelfIssuedpathLenConstraintTest16", "cert-path-length"),
        ("InvalidDNnameConstraintsTest3", "cert-name-constraint"),
        ("InvalidDNSnameConstraintsTest31", "cert-name-constraint"),
        ("InvalidRFC822nameConstraintsTest22", "cert-name-constraint"),
        ("InvalidURInameConstraintsTest35", "cert-name-constraint"),
        ("InvalidUnknownCriticalCertificateExtensionTest2", "cert-critical-extension"),
    ],
)
def test_the_reason_is_the_right_one(case: str, code: str) -> None:
    leaf = read(f"{case}EE")
    assert leaf is not None
    assert {f.code for f in judged(leaf) if f.severity is Severity.FAIL} - IGNORED == {code}


# --- with the revocation lists ----------------------------------------------------------------------------------------

LISTS = [content for name, content in FILES.items() if name.startswith("crls/")]
ISSUED = [(x509.load_der_x509_crl(content).issuer.rfc4514_string(), content) for content in LISTS]
UNLISTED = {case for reason, cases in DIFFERENCES.items() if reason.startswith("Only a list") for case in cases}
LIST_DIFFERENCES: dict[str, list[str]] = tomllib.loads((DATA / "pkits-list-differences.toml").read_text())
LIST_REASONS = {case: reason for reason, cases in LIST_DIFFERENCES.items() for case in cases}
ABOUT_LISTS = sorted(
    case
    for case in JUDGED
    if case in UNLISTED
    or re.search(r"CRL|cRL|distribution|onlyCont|onlySome|SelfIssuedNew|SelfIssuedOld|SerialN", case)
)


def is_known_good(child: CertificateFacts, issuer: CertificateFacts) -> bool:
    """Whether a list of this issuer says that a certificate is not revoked, and none says that it is."""
    told: list[datetime | None] = []
    for name, content in ISSUED:
        if same_name(name, child.issuer):
            with contextlib.suppress(UnknownError):
                told.append(judge_list(content, child.certificate, issuer.certificate, WHEN))
    return bool(told) and not any(told)


@pytest.mark.parametrize("case", ABOUT_LISTS)
def test_a_case_about_lists(case: str) -> None:
    leaf = read(f"{case}EE")
    assert leaf is not None
    path = build(sent_with(leaf), (ROOT,), WHEN, flaws).members
    refused = {f.code for f in judged(leaf) if f.severity is Severity.FAIL} - IGNORED
    accepted = not refused and all(is_known_good(child, issuer) for child, issuer in itertools.pairwise(path))
    assert (accepted is not case.startswith("Valid")) is (case in LIST_REASONS)


def test_every_difference_is_about_a_case_with_lists() -> None:
    assert set(LIST_REASONS) <= set(ABOUT_LISTS)
