"""What a check command brings back, for whatever form it is reported in."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checks.finding import Findings
    from checks.requests import Network


@dataclass(frozen=True, kw_only=True)
class Correspondent:
    """Another organisation: whom a letter to it is addressed to, what it is about, and what was found there."""

    to: str
    about: str
    findings: "Findings"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """The findings, and what of them is whose. `notes` say what was not looked at, for people.

    `made_up` are the codes whose warnings are the doing of a practice network itself: nobody is written about those.
    """

    findings: "Findings"
    network: "Network"
    partners: tuple[Correspondent, ...] = ()
    notes: tuple[str, ...] = ()
    made_up: frozenset[str] = frozenset()
