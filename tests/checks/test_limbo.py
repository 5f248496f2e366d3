"""The x509-limbo cases: no crash, no slow verdict, and a written reason wherever ours differs from theirs.

The cases are those of an HTTPS client. What only federation asks for (a subject CN, use as a client) is left out of
the verdict; names are judged in the cases that are about names.
"""

import base64
import json
import time
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from checks.certificate.facts import CertificateFacts, read_certificate
from checks.certificate.judge import judge_chain
from checks.certificate.subject import Told
from checks.finding import Finding, Severity

DATA = Path(__file__).parent.parent / "data"
CASES: list[dict[str, Any]] = json.loads((DATA / "x509-limbo-2023-12-02.json").read_text())["testcases"]
DIFFERENCES: dict[str, list[str]] = tomllib.loads((DATA / "x509-limbo-differences.toml").read_text())
REASONS = {case: reason for reason, cases in DIFFERENCES.items() for case in cases}
MADE = datetime(2023, 12, 2, tzinfo=UTC)
FEDERATION_ONLY = {"cert-eku-client-missing", "cert-cn-missing"}
NAMES = {"cert-name-mismatch", "cert-cn-not-in-san"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_case_of_limbo(case: dict[str, Any]) -> None:
    began = time.monotonic()
    found = judged(case)
    assert time.monotonic() - began < 2.0
    assert found is None or found, "something is always said"
    ignored = FEDERATION_ONLY if "::san::" in case["id"] else FEDERATION_ONLY | NAMES
    fails = {each.code for each in found or () if each.severity is Severity.FAIL} - ignored
    accepted = found is not None and not fails
    differs = accepted is not (case["expected_result"] == "SUCCESS")
    assert differs is (case["id"] in REASONS), fails


def test_every_difference_is_about_a_case() -> None:
    assert set(REASONS) <= {case["id"] for case in CASES}
    assert all(reason.strip() for reason in REASONS.values())


def judged(case: dict[str, Any]) -> list[Finding] | None:
    """The findings; None where a certificate cannot be read, which `check cert` calls cert-malformed."""
    try:
        sent = facts(case["peer_certificate"], *case["untrusted_intermediates"])
        trusted = facts(*case["trusted_certs"])
    except ValueError:
        return None
    at = datetime.fromisoformat(case["validation_time"]) if case["validation_time"] else MADE
    name = (case["expected_peer_name"] or {}).get("value")
    return list(judge_chain(Told(subject="limbo", see=""), sent, trusted, name, at))


def facts(*pems: str) -> tuple[CertificateFacts, ...]:
    """Certificates as the checks read them. Raises ValueError."""
    return tuple(read_certificate(base64.b64decode("".join(pem.split("-----")[2].split()))) for pem in pems)
