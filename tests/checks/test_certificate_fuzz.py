"""Whatever a certificate, a revocation list or a responder holds: findings, never a traceback, and soon."""

import base64
import contextlib
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.catalogue import CODES
from checks.certificate.revocation import UnknownError, judge_list, judge_ocsp
from checks.fetch import NotFetchedError, _answer
from checks.finding import Findings
from checks.requests import CertificateRequest, Network
from checks.service import CheckService
from tests.servers.mutated import damaged
from tests.servers.mutated_der import mutated, parsed, resigned
from tests.servers.pki import DAY, NOW, Authorities, Issued, authorities, authority, issue, key_for
from tests.servers.pki import Spec as Leaf
from wizard.report.json import check_document
from wizard.report.text import check_lines

seeds = st.integers(0, 2**32)
many = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
LONGEST = 2.0  # seconds of work for one verdict


@dataclass(frozen=True)
class Bench:
    """A chain with every extension that is read, and what judges files."""

    pki: Authorities
    leaf: Issued
    limited: Issued
    service: CheckService

    def judged(self, *chain: bytes) -> Findings:
        """What `check cert` finds in a file of these."""
        blocks = b"".join(b"-----BEGIN CERTIFICATE-----\n%b\n-----END CERTIFICATE-----\n" % _pem(der) for der in chain)
        path = self.pki.folder / "chain.pem"
        path.write_bytes(blocks)
        return self.service.run(CertificateRequest(path=path, name="sip.partner.example"))


def _pem(der: bytes) -> bytes:
    return base64.encodebytes(der).strip()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    pki = authorities(tmp_path_factory.mktemp("pki"))
    constraints = x509.NameConstraints([x509.DNSName("partner.example"), x509.RFC822Name("partner.example")], None)
    point = x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.example/l")], None, None, None)
    listed = (x509.CRLDistributionPoints([point]), False)
    limited = authority("Limited", pki.root, path_length=0, extra=[(constraints, True), listed])
    leaf = issue(Leaf(aia="http://ca.example/c", extra=[listed]), limited)
    service = CheckService(Network(trust=(pki.trust,)))
    with contextlib.closing(service):
        yield Bench(pki, leaf, limited, service)


def sound(findings: Findings) -> None:
    assert findings.findings
    assert {f.code for f in findings.findings} <= set(CODES) - {"check-unfinished"}
    assert json.dumps(check_document(findings, with_chain=True))
    assert all(line.isprintable() for line in check_lines(findings))


def test_the_chain_is_good_as_long_as_nobody_damages_it(bench: Bench) -> None:
    assert [f.code for f in bench.judged(bench.leaf.der, bench.limited.der).findings] == ["cert-ok"]
    tbs = bench.leaf.certificate.tbs_certificate_bytes
    assert parsed(tbs)[0].encoded() == tbs
    signed = resigned(tbs, bench.limited.key)
    assert [f.code for f in bench.judged(signed, bench.limited.der).findings] == ["cert-ok"]


@many
@given(seed=seeds)
def test_damaged_certificates(bench: Bench, seed: int) -> None:
    """Bytes changed, left out, doubled, cut; in the leaf or above it."""
    chance = random.Random(seed)
    chain = [bench.leaf.der, bench.limited.der, bench.pki.root.der]
    at = chance.randrange(len(chain))
    chain[at] = damaged(chain[at], chance)
    began = time.process_time()
    sound(bench.judged(*chain))
    assert time.process_time() - began < LONGEST


@many
@given(seed=seeds)
def test_nonsense_that_its_issuer_signed(bench: Bench, seed: int) -> None:
    """Well-formed, signed, and wrong inside: it passes the parser and the signature, and meets the judges."""
    chance = random.Random(seed)
    chain = [bench.leaf.der, bench.limited.der]
    if chance.random() < 0.7:
        chain[0] = resigned(mutated(bench.leaf.certificate.tbs_certificate_bytes, chance), bench.limited.key)
    else:
        chain[1] = resigned(mutated(bench.limited.certificate.tbs_certificate_bytes, chance), bench.pki.root.key)
    began = time.process_time()
    sound(bench.judged(*chain))
    assert time.process_time() - began < LONGEST


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400))
def test_any_bytes_between_the_lines_of_a_pem_file(bench: Bench, content: bytes) -> None:
    sound(bench.judged(content, bench.limited.der))


def test_as_many_certificates_as_a_file_may_hold(bench: Bench) -> None:
    """A bundle of thousands, as of a whole system's roots."""
    began = time.process_time()
    sound(bench.judged(bench.leaf.der, *[bench.limited.der, bench.pki.root.der] * 1000))
    assert time.process_time() - began < 2 * LONGEST


# --- revocation ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def revoked(bench: Bench) -> bytes:
    """The body of a list on which the leaf stands, followed by its algorithm and signature."""
    serial = bench.leaf.certificate.serial_number
    entry = x509.RevokedCertificateBuilder(serial, NOW - DAY).build()
    issuer = bench.limited
    builder = x509.CertificateRevocationListBuilder(issuer.certificate.subject, NOW - DAY, NOW + DAY, [], [entry])
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@pytest.fixture(scope="module")
def answer(bench: Bench) -> bytes:
    """A responder's answer that the leaf is revoked."""
    builder = ocsp.OCSPResponseBuilder().add_response(
        bench.leaf.certificate, bench.limited.certificate, hashes.SHA1(), ocsp.OCSPCertStatus.REVOKED,
        NOW - DAY, NOW + DAY, NOW - DAY, x509.ReasonFlags.key_compromise,
    )  # fmt: skip
    signed = builder.responder_id(ocsp.OCSPResponderEncoding.NAME, bench.limited.certificate)
    return signed.sign(bench.limited.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _told(since: datetime | None) -> bool:
    return since is None or isinstance(since, datetime)


@many
@given(seed=seeds, structured=st.booleans())
def test_damaged_lists(bench: Bench, revoked: bytes, seed: int, structured: bool) -> None:
    leaf, issuer, chance = bench.leaf.certificate, bench.limited, random.Random(seed)
    assert judge_list(revoked, leaf, issuer.certificate, NOW) == NOW - DAY
    body = parsed(revoked)[0].content
    assert isinstance(body, list)
    content = resigned(mutated(body[0].encoded(), chance), issuer.key) if structured else damaged(revoked, chance)
    with contextlib.suppress(UnknownError):
        assert _told(judge_list(content, leaf, issuer.certificate, NOW))


@many
@given(seed=seeds, structured=st.booleans())
def test_damaged_answers_of_a_responder(bench: Bench, answer: bytes, seed: int, structured: bool) -> None:
    leaf, issuer, chance = bench.leaf.certificate, bench.limited.certificate, random.Random(seed)
    assert judge_ocsp(answer, leaf, issuer, NOW) == NOW - DAY
    content = mutated(answer, chance) if structured else damaged(answer, chance)
    with contextlib.suppress(UnknownError):
        assert _told(judge_ocsp(content, leaf, issuer, NOW))


@many
@given(seed=seeds)
def test_damaged_answers_of_a_web_server(seed: int) -> None:
    good = (
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nLocation: http://x/\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde"
    )
    with contextlib.suppress(NotFetchedError):
        status, place, content = _answer("http://crl.example/", damaged(good, random.Random(seed)))
        assert (type(status), type(place), type(content)) == (int, str, bytes)


def test_names_that_would_act_on_a_terminal(bench: Bench) -> None:
    """Escapes, line ends, right-to-left marks in a subject: shown, never sent to the terminal as they are."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a\x1b]0;x\x07\r\nb\u202ec")])
    key = key_for("leaf")
    issuer = bench.limited
    builder = x509.CertificateBuilder(issuer.certificate.subject, subject, key.public_key(), 9, NOW - DAY, NOW + DAY)
    made = builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    found = bench.judged(made, issuer.der)
    sound(found)
    assert any("\\x1b" in line or "␛" in line for line in check_lines(found)), list(check_lines(found))
