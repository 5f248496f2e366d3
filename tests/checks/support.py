"""What the tests of the checks share."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOST = "sip.partner.example"


def towards(port: int, trust: Path | None = None, timeout: float = 2) -> list[str]:
    """The words that lead `check tls` to a partner's server on this port of the loopback interface."""
    words = [HOST, "--connect-to", f"{HOST}:5061:127.0.0.1:{port}", "--timeout", str(timeout)]
    return [*words, *(("--trust", str(trust)) if trust is not None else ())]


@dataclass(frozen=True)
class Checked:
    """What one call of `fedwizard check ... --json` gave."""

    status: int
    document: dict[str, Any]

    @property
    def codes(self) -> dict[str, str]:
        """Severity by code; of several findings of a code the worst."""
        return {f["code"]: f["severity"] for f in reversed(self.document["findings"])}

    @property
    def faults(self) -> dict[str, str]:
        """The codes that are a fault, at least a warning."""
        return {code: severity for code, severity in self.codes.items() if severity not in {"pass", "info"}}

    def finding(self, code: str) -> dict[str, Any]:
        """The worst finding of a code."""
        return next(f for f in self.document["findings"] if f["code"] == code)


Check = Callable[..., Checked]
