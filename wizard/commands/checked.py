"""What a check command brings back, for whatever form it is reported in."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.finding import Finding, Findings
    from checks.requests import Network


@dataclass(frozen=True, kw_only=True)
class Correspondent:
    """Another organisation: whom a letter to it is addressed to, what it is about, and what was found there."""

    to: str
    about: str
    findings: "Findings"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The findings, and what of them is whose. `notes` say what was not judged, for people.

    `nodes_left_out`: they are of the network alone, though what was checked has nodes, which may be at fault.

    `made_up` are the codes whose warnings are the doing of a practice network itself: nobody is written about those.
    """

    findings: "Findings"
    network: "Network"
    partners: tuple[Correspondent, ...] = ()
    notes: tuple[str, ...] = ()
    nodes_left_out: bool = False
    made_up: frozenset[str] = frozenset()

    def real(self, findings: "Findings") -> "tuple[Finding, ...]":
        """Without the warnings of what a practice network makes up, which nobody can mend; in the same order."""
        return tuple(found for found in findings.findings if found.code not in self.made_up or found.severity != "warn")
