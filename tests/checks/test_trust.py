"""The trust files of a run: read once, however many chains there are."""

from pathlib import Path

import pytest

from checks.certificate import trust
from checks.certificate.facts import CertificateFacts
from checks.certificate.pem import read_every
from checks.requests import CertificateRequest, Network
from checks.service import CheckService
from tests.servers.pki import Authorities


def test_the_trust_of_a_run_is_read_once_and_that_of_the_next_run_anew(
    pki: Authorities, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[int] = []

    def counted(content: bytes) -> tuple[CertificateFacts, ...]:
        times.append(len(content))
        return read_every(content)

    monkeypatch.setattr(trust, "read_every", counted)
    paths = [pki.chain_file(f"{n}.pem", pki.leaf(key=f"k{n % 2}").pem, pki.intermediate.pem) for n in range(4)]
    service = CheckService(Network(trust=(pki.trust,)))
    try:
        for _ in range(2):
            results = service.run_many([CertificateRequest(path=Path(path)) for path in paths])
            assert {finding.code for result in results for finding in result.findings} >= {"cert-ok"}
            assert not [f for result in results for f in result.findings if f.code == "cert-root-untrusted"]
    finally:
        service.close()
    assert len(times) == 2
