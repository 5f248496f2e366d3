"""What a check says: findings, their severity, and the worst of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

JsonScalar = str | int | bool | None
Json = JsonScalar | list["Json"] | dict[str, "Json"]


class Severity(StrEnum):
    """How bad a finding is; the order of `WORST_FIRST` decides the status of a whole check."""

    FAIL = "fail"
    NOT_TESTED = "not-tested"
    WARN = "warn"
    INFO = "info"
    PASS = "pass"  # noqa: S105  (a verdict, not a password)


WORST_FIRST = tuple(Severity)


class Owner(StrEnum):
    """Who has to act. Federation problems have two sides, so every finding names one."""

    YOU = "you"
    YOUR_DNS_ADMIN = "your-dns-admin"
    PARTNER = "partner"
    CA = "ca"
    FIREWALL = "firewall"


TRUST_JUDGED = "trust_judged"  # observed of a chain: false where nothing was given to trust
FROM_OUTSIDE = "verify_from_outside"  # evidence: the command for others, where `verify_with` is good for us alone
ON_OUR_SIDE = "On our side: "  # so begins a step that is ours where somebody else has to act


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One cause, told once: what was seen, what was expected, why it matters, how to mend it, and who must.

    The steps of `fix` are the owner's, but for those that begin with `ON_OUR_SIDE`.
    """

    code: str
    severity: Severity
    subject: str
    observed: Mapping[str, Json] = field(default_factory=dict)
    expected: Mapping[str, Json] = field(default_factory=dict)
    why: str = ""
    fix: tuple[str, ...] = ()
    owner: Owner = Owner.YOU
    verify_with: str = ""
    refs: tuple[str, ...] = ()
    evidence: Mapping[str, Json] = field(default_factory=dict)

    @property
    def asks(self) -> tuple[str, ...]:
        """The steps that are the owner's, as a letter to them may hold them."""
        return tuple(step for step in self.fix if not step.startswith(ON_OUR_SIDE))


@dataclass(frozen=True, kw_only=True)
class ChainLink:
    """One certificate as the server sent it. `key` is the SHA-256 of its public key, empty for one without use."""

    subject: str
    sha256: str
    issuer: str = ""
    serial: str = ""
    key: str = ""


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The outcome of one check. `findings` are sorted worst first; `chain` is leaf first, empty without TLS."""

    target: str
    started: str
    duration_ms: int
    findings: tuple[Finding, ...]
    chain: tuple[ChainLink, ...] = ()

    @property
    def status(self) -> Severity:
        """The worst finding decides; info counts as pass (design 4)."""
        worst = worst_of(finding.severity for finding in self.findings)
        return Severity.PASS if worst is Severity.INFO else worst

    @property
    def trust_judged(self) -> bool:
        """Whether every chain that was seen could be held against something that is trusted."""
        return all(found.observed.get(TRUST_JUDGED, True) for found in self.findings)


def worst_of(severities: Iterable[Severity]) -> Severity:
    """The worst severity, `PASS` for none at all."""
    return min(severities, key=WORST_FIRST.index, default=Severity.PASS)


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in the order they are shown: worst first, then as they were found."""
    return tuple(sorted(findings, key=lambda finding: WORST_FIRST.index(finding.severity)))
