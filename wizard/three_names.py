"""Three names of ours have to be one: the target of our record, the configured one, and the CN that is shown there.

Each check sees two of them; only the whole plan sees which one is odd.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from checks.finding import Finding, Findings
from checks.names import SIP_TLS_PORT, place_of, srv_name
from wizard.plan.model import Plan
from wizard.procedures.partner_side import presented

_OTHER = "srv-target-unexpected"
_CONFIGURED = "Federation Routing IM and Presence FQDN"


def odd_one_named(plan: Plan, results: Sequence[Findings]) -> tuple[Findings, ...]:
    """The results, where a finding about one of the three names says which of them differs from the other two.

    Where nodes show their own names, nothing is in between: the CN is meant to be another one there.
    """
    configured = plan.local.public_fqdn
    if presented(plan) != configured:
        return tuple(results)
    found = [each for result in results for each in result.findings]
    ours = {srv_name(domain) for domain in plan.federation_domains}
    records = [each for each in found if each.subject in ours and each.code in {_OTHER, "srv-ok"}]
    names = _Names(
        configured=configured,
        leads=frozenset(str(each.observed.get("target")) for each in records),
        shown=dict(_common_names(found)),
    )
    return tuple(
        replace(r, findings=tuple(names.told(each) for each in r.findings if names.is_new(each))) for r in results
    )


@dataclass(frozen=True, kw_only=True)
class _Names:
    """What a plan says, where its records lead, and the CN that each server shows, by its place."""

    configured: str
    leads: frozenset[str]
    shown: Mapping[str, str]

    @property
    def own(self) -> str:
        """The place that has the configured name."""
        return place_of(self.configured, SIP_TLS_PORT)

    def is_new(self, found: Finding) -> bool:
        """Whether it is no consequence: where record and certificate agree, only the configured name is told."""
        other = found.subject == self.own and found.code == "cert-name-mismatch"
        return not (other and self.configured not in self.leads and self.shown.get(self.own) in self.leads)

    def told(self, found: Finding) -> Finding:
        """A finding about one of the three, with which of them is odd."""
        if found.code == _OTHER:
            return self._record(found, str(found.observed["target"]))
        if found.code == "cert-name-mismatch" and found.subject == self.own and self.leads == {self.configured}:
            which = f"The record and the configured name are both {self.configured}: the certificate is the odd one."
            return replace(found, observed={**found.observed, "odd": "certificate"}, why=f"{found.why} {which}")
        return found

    def _record(self, found: Finding, target: str) -> Finding:
        cn = self.shown.get(place_of(target, SIP_TLS_PORT)) or self.shown.get(self.own)
        fix: tuple[str, ...] = found.asks
        if cn is None:
            return found
        if cn == self.configured:
            odd, which = "record", f"The certificate bears {cn} too: the record is the odd one of the three."
        elif cn == target:
            odd, which = "configured name", f"The certificate bears {cn} too: the configured name is the odd one."
            fix = (
                f"Enter {target} as {_CONFIGURED}, and as public_fqdn in the plan.",
                f"Or, if that is wrong: {fix[0]}",
            )
        else:
            odd, which = "each", f"The CN of the certificate is {cn}: all three differ."
        observed = {**found.observed, "configured": self.configured, "cn": cn, "odd": odd}
        return replace(found, observed=observed, why=f"{found.why} {which}", fix=fix)


def _common_names(found: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """Place and CN of every server whose certificate was seen."""
    for each in found:
        cn = each.observed.get("cn")
        first = cn[0] if isinstance(cn, list) and cn else cn
        if each.code.startswith("cert-") and isinstance(first, str) and first:
            yield each.subject, first.lower()
