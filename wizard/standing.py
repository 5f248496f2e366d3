"""Where a step stands before it is done: whether it has to be, and if not, or not yet, why. Data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Applies:
    """The step has to be done."""


@dataclass(frozen=True)
class NotApplicable:
    """The step does not concern this deployment."""

    reason: str


@dataclass(frozen=True)
class TooLate(NotApplicable):
    """The step would have read what is overwritten by now; it is of use again before the next time."""


@dataclass(frozen=True)
class Later:
    """The step has to be done, but not before something else is; the walk passes it by until then."""

    reason: str


@dataclass(frozen=True)
class AlreadySo:
    """We saw that what the step would bring about is the case; nothing is done."""

    reason: str


@dataclass(frozen=True)
class Stop:
    """What was seen forbids the step. Nothing is sent until it is mended and read again."""

    problem: str
    remedy: str


@dataclass(frozen=True)
class Unknown:
    """It depends on something that has not been observed yet; `condition` completes "only if ..."."""

    condition: str


Standing = Applies | NotApplicable | Later | AlreadySo | Stop | Unknown
