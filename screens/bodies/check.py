"""One live check: what is asked, and what was found, worst first."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, assert_never

from checks.finding import Finding, Severity, worst_first
from checks.requests import CertificateRequest, CheckRequest, DnsRequest, HostRequest, RouteRequest, TlsRequest
from screens.bodies.parts import BAD, FULL, Body, Line, pair
from screens.widgets.verbatim import literal
from wizard.report.text import finding_lines
from wizard.step import Check


class CheckBody(Body):
    """A check."""

    PAGE: ClassVar[str] = "check"

    def lines(self) -> Iterator[Line]:
        """What is asked of whom."""
        does = self.row.step.does
        assert isinstance(does, Check)
        yield from request_lines(does.request)
        if not does.stops:
            yield pair("", "What it finds decides what has to be done; it stops nothing.")


def request_lines(request: CheckRequest) -> Iterator[Line]:
    """What a check asks."""
    match request:
        case DnsRequest():
            yield pair("Asks DNS", f"the {request.service.upper()} federation SRV record of {request.domain}")
            if request.expect_target:
                yield pair("Expects", f"the target {request.expect_target}")
        case HostRequest():
            yield pair("Asks DNS", f"the addresses of {request.name}")
            if request.expect_address:
                yield pair("Expects", request.expect_address)
        case TlsRequest():
            yield pair("Connects", f"{request.host} port {request.port}: TLS and certificate")
            if request.name:
                yield pair("Expects", f"a certificate for {request.name}")
        case CertificateRequest():
            yield pair("Reads", str(request.path))
        case RouteRequest():
            yield pair("Traces", f"which rule routes requests to {request.domain}, and to where")
            yield pair("Asks DNS", "for those federation records that the rules come to")
        case _:
            assert_never(request)


def findings_lines(findings: Sequence[Finding]) -> Iterator[Line]:
    """What was seen, why it matters, how to mend it: worst first."""
    for found in worst_first(findings):
        yield ""
        head, *rest = finding_lines(found, FULL)
        yield literal(head, BAD if found.severity is Severity.FAIL else "")
        yield from (literal(line) for line in rest)
