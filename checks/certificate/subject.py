"""What the findings about certificates have in common: the server or file they are about, and the certificate in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from checks.catalogue import finding
from checks.certificate.facts import CertificateFacts
from checks.finding import Finding, Owner, Severity


@dataclass(frozen=True, kw_only=True)
class Told:
    """Makes findings about one server or file. `see` is the command by which a person sees the certificates."""

    subject: str
    see: str

    def __call__(
        self,
        code: str,
        *,
        severity: Severity | None = None,
        owner: Owner | None = None,
        observed: Mapping[str, object] | None = None,
        expected: Mapping[str, object] | None = None,
        values: Mapping[str, object] | None = None,
    ) -> Finding:
        """A finding about the whole."""
        return finding(
            code,
            self.subject,
            severity=severity,
            owner=owner,
            observed=observed,
            expected=expected,
            values={"see": self.see, **(values or {})},
        )

    def about(
        self,
        certificate: CertificateFacts,
        depth: int,
        code: str,
        severity: Severity | None = None,
        values: Mapping[str, object] | None = None,
        **seen: object,
    ) -> Finding:
        """A finding about one certificate of the chain; depth 0 is the leaf."""
        observed = {"certificate": certificate.subject, "depth": depth, **seen}
        return self(code, severity=severity, observed=observed, values=values)


def date(when: datetime) -> str:
    """A time as RFC 3339 has it."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
