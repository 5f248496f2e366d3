"""A second opinion on a chain, by code that is not ours: the verifiers of `cryptography`. Pure.

They are strict, stop at the first fault and name neither code nor depth, so the reasons are told by our own path
builder. Where the two come to different ends, that is said.
"""

import ipaddress
import warnings
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from cryptography import x509
from cryptography.x509 import verification

from checks.certificate.facts import CertificateFacts
from checks.certificate.path import leaf_of
from checks.finding import Finding, Severity

ACCEPTED = "accepted"
NO_TIME = "there is no time at which all of them are valid: one outlives another"
# What a person decides by name or purpose is no matter of the path.
_NOT_THE_PATH = (
    "cert-name-mismatch", "cert-cn-", "cert-san-", "cert-wildcard", "cert-eku-", "cert-issuer-eku", "cert-key-usage",
    "cert-lifetime", "cert-chain-order",
)  # fmt: skip
_LONGEST = 300  # characters of a reason

Opinions = Mapping[str, str]


def opinions(
    sent: tuple[CertificateFacts, ...], trusted: tuple[CertificateFacts, ...], name: str | None, at: datetime
) -> Opinions:
    """What they say of the path alone, of a server of this name, and of a client; nothing where no root is trusted.

    `path_in_its_time` is there when the path is refused now and good at a time at which all its members are valid.
    """
    if not trusted:
        return {}
    leaf = leaf_of(sent)
    others = [member.certificate for member in sent if member is not leaf]
    asked = _Asked([root.certificate for root in trusted], leaf.certificate, others)
    found = {"path": asked.path(at), "client": asked.client(at)}
    if name is not None:
        found["server"] = asked.server(name, at)
    begins, ends = max(member.begins for member in sent), min(member.ends for member in sent)
    if found["path"] != ACCEPTED and not begins <= at <= ends:
        found["path_in_its_time"] = asked.path(ends) if begins <= ends else NO_TIME
    return found


def disagreement(found: Iterable[Finding], said: Opinions) -> str:
    """How the second engine differs from what was found about the path; empty when both come to the same end."""
    refused = [
        each.code for each in found if each.severity is Severity.FAIL and not each.code.startswith(_NOT_THE_PATH)
    ]
    second = said.get("path")
    if second is None or bool(refused) is (second != ACCEPTED):
        return ""
    if refused:
        return f"refused here ({', '.join(dict.fromkeys(refused))}), accepted by the second engine"
    return f"accepted here, refused by the second engine: {second}"


class _Asked:
    def __init__(self, roots: list[x509.Certificate], leaf: x509.Certificate, others: list[x509.Certificate]) -> None:
        self._roots, self._leaf, self._others = roots, leaf, others

    def path(self, at: datetime) -> str:
        """Names, usages and the form of the leaf set aside: only whether a way leads to a root."""
        agnostic = verification.Criticality.AGNOSTIC
        authorities = verification.ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, agnostic, None)
        anything = verification.ExtensionPolicy.permit_all()

        def verify() -> object:
            builder = self._builder(at).extension_policies(ca_policy=authorities, ee_policy=anything)
            return builder.build_client_verifier().verify(self._leaf, self._others)

        return _said(verify)

    def client(self, at: datetime) -> str:
        """As a client of ours would be judged."""
        return _said(lambda: self._builder(at).build_client_verifier().verify(self._leaf, self._others))

    def server(self, name: str, at: datetime) -> str:
        """As a server of this name would be judged."""

        def verify() -> object:
            return self._builder(at).build_server_verifier(_subject(name)).verify(self._leaf, self._others)

        return _said(verify)

    def _builder(self, at: datetime) -> verification.PolicyBuilder:
        return verification.PolicyBuilder().store(verification.Store(self._roots)).time(at)


def _subject(name: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _said(verify: Callable[[], object]) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            verify()
        except verification.VerificationError as refusal:
            return " ".join(str(refusal).split())[:_LONGEST] or "refused"
        except Exception as problem:  # noqa: BLE001  (hostile certificates; no error of the engine is one of ours)
            return f"cannot judge it: {type(problem).__name__}"[:_LONGEST]
    return ACCEPTED
