"""What a certificate tells of a public authority: what it looked at before it signed, and whether it told everybody."""

from collections.abc import Iterator

from cryptography import x509

from checks.certificate.facts import CertificateFacts
from checks.certificate.subject import Told
from checks.finding import Finding

# The policies that the CA/Browser Forum reserves (its Baseline Requirements, 7.1.6.1), and what each stands for.
_LOOKED_AT = {
    "2.23.140.1.2.1": "It looked at the domain alone.",
    "2.23.140.1.2.2": "It looked at the organisation too.",
    "2.23.140.1.2.3": "It looked at the person too.",
    "2.23.140.1.1": "It looked at the organisation too, with extended validation.",
}


def judge_public(told: Told, leaf: CertificateFacts) -> Iterator[Finding]:
    """One word about a leaf of a public authority; a private one uses neither these policies nor public logs."""
    policies, logs = _told_by(leaf.certificate)
    looked_at = next((words for policy, words in _LOOKED_AT.items() if policy in policies), "")
    if not looked_at and not logs:
        return
    logged = "Public logs hold it, with all its names." if logs else "No public log holds it, which browsers want."
    values = {"told": f"{looked_at} {logged}".strip()}
    yield told.about(leaf, 0, "cert-public", values=values, issuer=leaf.issuer, policies=sorted(policies), logs=logs)


def _told_by(certificate: x509.Certificate) -> tuple[frozenset[str], int]:
    """Its policies, and how many logs have promised to hold it (RFC 6962, 3.3)."""
    policies, logs = frozenset[str](), 0
    for extension in certificate.extensions:
        match extension.value:
            case x509.CertificatePolicies() as value:
                policies = frozenset(policy.policy_identifier.dotted_string for policy in value)
            case x509.PrecertificateSignedCertificateTimestamps() as value:
                logs = len(value)
    return policies, logs
