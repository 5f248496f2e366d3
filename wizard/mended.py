"""When a later look says that what an earlier one found wrong is right again. Pure."""

from collections.abc import Iterable, Mapping

from checks.finding import Json, Severity
from checks.requests import CertificateRequest, CheckRequest, DnsRequest, HostRequest, RouteRequest, TlsRequest
from wizard.step import Check, CheckPasses, Kind, Wait

# What a request is about, and what it expects of that: a look that expects less proves nothing.
_ABOUT: Mapping[type, tuple[str, ...]] = {
    DnsRequest: ("domain", "service"),
    HostRequest: ("name",),
    TlsRequest: ("host", "port"),
    CertificateRequest: ("path",),
    RouteRequest: ("domain", "address"),
}
_EXPECTS: Mapping[type, tuple[str, ...]] = {
    DnsRequest: ("expect_target",),
    HostRequest: ("expect_address",),
    TlsRequest: ("name",),
    CertificateRequest: ("name",),
}


def request_of(does: Kind) -> CheckRequest | None:
    """The live check that a step makes, once or until it passes; None for a step without one."""
    match does:
        case Check(request=request) | Wait(until=CheckPasses(request=request)):
            return request
        case _:
            return None


def looks_again(first: Kind, later: Kind) -> bool:
    """Whether `later` asks of the same thing all that `first` asked, so that what it does not find is not there."""
    before, now = request_of(first), request_of(later)
    if before is None or now is None or type(before) is not type(now):
        return False
    same = all(getattr(before, name) == getattr(now, name) for name in _ABOUT[type(before)])
    expects = _EXPECTS.get(type(before), ())
    lenient = getattr(before, "missing_is", "") == "fail" != getattr(now, "missing_is", "")
    return same and not lenient and all(getattr(now, name) for name in expects if getattr(before, name))


def failures(findings: Iterable[Mapping[str, Json]]) -> dict[tuple[str, str], Mapping[str, Json]]:
    """The findings that fail, by code and subject: the same fault found again is the same one."""
    failing = (found for found in findings if found.get("severity") == Severity.FAIL)
    return {(str(found.get("code")), str(found.get("subject"))): found for found in failing}


def could_look(findings: Iterable[Mapping[str, Json]]) -> bool:
    """Whether a look with these findings saw anything: one that could not be made shows nothing."""
    told = [found.get("severity") for found in findings]
    return bool(told) and Severity.NOT_TESTED not in told
